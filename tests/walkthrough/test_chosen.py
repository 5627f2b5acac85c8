"""What a large page shows: the keys that matter, wherever they are, and the others' sum."""

from __future__ import annotations

import math
import re
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import attncalc
from attncalc import Trace
from attncalc.comparison import Origin, compare
from attncalc.document.document import (
    Cell,
    Document,
    Equation,
    Heatmap,
    HeatmapRow,
    OfQuery,
    Row,
    RowKind,
    Table,
    Token,
    Words,
)
from attncalc.document.expressions import Fraction, Number, Omitted, Power, Relation, Sum
from attncalc.renderers.latex.page import LatexRenderer
from attncalc.renderers.terminal.page import TerminalRenderer
from attncalc.selection import Selection
from attncalc.walkthrough import write_walkthrough
from attncalc.walkthrough.compared import write_comparison
from attncalc.walkthrough.lookup import write_lookup

HIDDEN = 6
"""The place of the one key that matters, in the middle."""


def one_that_matters(count: int = 13) -> dict[str, Any]:
    """A score of 20 in the middle, and 0 elsewhere."""
    return {
        "tokens": ["q"],
        "key_tokens": [f"k{at}" for at in range(count)],
        "scores": [["20" if at == HIDDEN else "0" for at in range(count)]],
        "V": [[str(at)] for at in range(count)],
    }


def worked(problem: dict[str, Any]) -> Trace:
    return attncalc.explain(attncalc.load(problem))


def tables(document: Document) -> list[Table]:
    """Every table of a page, those about a query too."""
    found: list[Table] = []
    for section in document.sections:
        for part in section.content:
            blocks = part.blocks if isinstance(part, OfQuery) else (part,)
            found += [block for block in blocks if isinstance(block, Table)]
    return found


def named(row: Row) -> str:
    """The token that a row begins with, or the words."""
    return "".join(part.text for part in cell(row.cells[0]) if isinstance(part, Token | Words))


def cell(content: Cell) -> tuple[Any, ...]:
    assert isinstance(content, tuple)
    return content


def number(content: Cell) -> tuple[str, Decimal]:
    """The sign of a result, and its number."""
    (relation,) = cell(content)
    assert isinstance(relation, Relation)
    (digits,) = relation.sides
    assert isinstance(digits, Number)
    return relation.signs[0].value, Decimal(digits.digits)


@pytest.mark.parametrize("count", [13, 14, 30])
def test_the_one_that_matters(count: int) -> None:
    """It stands in every table of keys, and in every matrix."""
    document = write_walkthrough(worked(one_that_matters(count)))
    of_keys = [table for table in tables(document) if named_keys(table)]
    assert len(of_keys) == 3
    for table in of_keys:
        assert f"k{HIDDEN}" in named_keys(table)
    shown = {tuple(named_keys(table)) for table in of_keys}
    assert len(shown) == 1, "the same keys everywhere"
    (heatmap,) = [
        block for section in document.sections for block in section.blocks
        if isinstance(block, Heatmap)
    ]  # fmt: skip
    assert f"k{HIDDEN}" in [each.text for each in heatmap.columns if isinstance(each, Token)]


def named_keys(table: Table) -> list[str]:
    """The keys that a table has a row for."""
    return [named(row) for row in table.rows if re.fullmatch(r"k\d+", named(row))]


def test_what_the_rest_adds_up_to() -> None:
    """Behind the rows stands how many are left out, and the sum of what they have."""
    trace = worked(one_that_matters(15))
    for table in tables(write_walkthrough(trace)):
        rows = {named(row): row for row in table.rows}
        if "… 5 more, together" not in rows:
            continue
        rest = rows["… 5 more, together"]
        if len(rest.cells) == 5:
            sign, total = number(rest.cells[3])
            assert sign == "≈"
            assert float(total) == pytest.approx(5 / (14 + math.exp(20)), rel=0.05)
        else:
            assert "".join(part.text for part in cell(rest.cells[2])) == "≈"
            (component,) = cell(rest.cells[3])
            left = [at for at in range(15) if f"k{at}" not in named_keys(table)]
            true = sum(left) / (14 + math.exp(20))
            assert float(component.digits) == pytest.approx(true, rel=0.05)


def test_an_exact_rest() -> None:
    """A sum is only called exact where it is."""
    even = {"scores": [["0"] * 16], "key_tokens": [f"k{at}" for at in range(16)], "tokens": ["q"]}
    page = TerminalRenderer(100).render(write_walkthrough(worked(even)))
    assert re.search(r"… 6 more, together += 0\.3750", page)
    odd = one_that_matters(16) | {"scores": [["1"] * 15 + ["2"]]}
    page = TerminalRenderer(100).render(write_walkthrough(worked(odd)))
    assert re.search(r"… 6 more, together +≈ 0\.", page)


def test_nothing_is_left_out_of_twelve() -> None:
    """Twelve keys are all shown, and so are more with full."""
    page = TerminalRenderer(100).render(write_walkthrough(worked(one_that_matters(12))))
    assert "more," not in page
    whole = write_walkthrough(worked(one_that_matters(30)), Selection(full=True))
    assert "together" not in TerminalRenderer(100).render(whole)


def test_the_largest_terms() -> None:
    """A long sum names its largest terms, and the one that the fraction is of."""
    trace = worked(one_that_matters(30))
    (equation,) = [
        block for section in write_walkthrough(trace).sections for block in section.blocks
        if isinstance(block, Equation)
    ]  # fmt: skip
    relation = equation.expression
    assert isinstance(relation, Relation)
    fraction = relation.sides[1]
    assert isinstance(fraction, Fraction)
    assert isinstance(fraction.denominator, Sum)
    assert Power(fraction.numerator.base, Number("20")) in fraction.denominator.terms  # type: ignore[union-attr]
    assert fraction.denominator.terms[-1] == Omitted(24)


def test_the_largest_products() -> None:
    """A dot product too: q and k meet in the middle of wide vectors alone."""
    wide = ["0"] * 20
    wide[9] = "7"
    trace = worked({"tokens": ["q"], "key_tokens": ["k"], "Q": [wide], "K": [wide]})
    page = TerminalRenderer(160).render(write_walkthrough(trace))
    assert "7×7" in page
    assert "49" in page


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.lists(st.integers(-30, 30), min_size=14, max_size=14), min_size=1, max_size=14),
    st.booleans(),
)
def test_every_row_keeps_its_greatest(rows: list[list[int]], full: bool) -> None:
    """In a heatmap, each row has the key that its query attends to most."""
    scores = [[str(score) for score in row] for row in rows]
    keys = [f"k{at}" for at in range(14)]
    trace = worked({"scores": scores, "key_tokens": keys})
    (heatmap,) = [
        block
        for section in write_walkthrough(trace, Selection(full=full)).sections
        for block in section.blocks
        if isinstance(block, Heatmap)
    ]
    shown = [column.text for column in heatmap.columns if isinstance(column, Token)]
    gaps = [column.count for column in heatmap.columns if isinstance(column, Omitted)]
    assert len(shown) + sum(gaps) == 14
    for row in heatmap.rows:
        if isinstance(row, HeatmapRow):
            assert row.query is not None
            weights = trace["weights"][row.query]
            assert any(weights[keys.index(key)] == weights.max() for key in shown)


def test_the_query_s_own_key() -> None:
    """In self-attention a query's own key is shown, however small its weight."""
    scores = [["0" if at == 20 else "5" for at in range(30)]] * 30
    tokens = [f"k{at}" for at in range(30)]
    trace = worked({"tokens": tokens, "scores": scores, "query": "k20"})
    for table in tables(write_walkthrough(trace)):
        if table.rows and any(row.kind is RowKind.TOTAL for row in table.rows):
            assert "k20" in named_keys(table)


def test_given_rows_of_the_keys_shown() -> None:
    """The vectors that are given of a key that matters are shown, in the cache and behind it."""
    one = [["1"] for _ in range(20)]
    cached, new = [*one], [*one]
    cached[13], new[9] = ["30"], ["29"]
    trace = worked(
        {
            "tokens": ["q"],
            "key_tokens": [f"k{at}" for at in range(20)],
            "Q": [["1"]],
            "K": new,
            "attention": {"past": {"tokens": [f"p{at}" for at in range(20)], "K": cached}},
        }
    )
    page = TerminalRenderer(100).render(write_walkthrough(trace))
    assert re.search(r"p13 +\[30\]", page)
    assert re.search(r"k9 +\[29\]", page)
    assert "… 19 more" in page or "… 10 more" in page


def test_given_rows_where_none_matters() -> None:
    """A cache that nothing of is shown has its first row."""
    past = {"tokens": [f"p{at}" for at in range(20)], "K": [["-30"]] * 20}
    K = [["30"]] * 12
    trace = worked({"tokens": ["q"], "key_tokens": [f"k{at}" for at in range(12)],
                    "Q": [["1"]], "K": K, "attention": {"past": past}})  # fmt: skip
    page = TerminalRenderer(100).render(write_walkthrough(trace))
    assert re.search(r"p0 +\[-30\]\n +… 19 more", page)


def test_lookup() -> None:
    """A lookup shows the best matches, and what the others add up to."""
    page = TerminalRenderer(100).render(write_lookup(worked(one_that_matters(30))))
    assert re.search(r"k6 +1 ", page)
    assert re.search(r"… 20 more, together +≈ 4\.1e-8", page)
    assert re.search(r"… 20 more +≈ \[8\.0", page)


def test_comparison() -> None:
    """A comparison shows the keys that either side attends to."""
    left, right = one_that_matters(30), one_that_matters(30)
    right["scores"] = [["25" if at == 21 else "0" for at in range(30)]]
    found = compare(worked(left), worked(right))
    page = TerminalRenderer(100).render(write_comparison(found, Origin("a"), Origin("b")))
    assert re.search(r"k6 +≈ 1\.0000", page)
    assert re.search(r"k21 +≈ 2\.1e-9 +≈ 1\.0000", page)


@pytest.mark.parametrize("count", [1, 20])
def test_positions_of_queries_alone(count: int) -> None:
    """Where keys are others' than the queries', positions are of the queries, however many."""
    crossed = {"X": [["1", "2"]] * 2, "X_key": [["1", "2"]] * count,
               "key_tokens": [f"k{at}" for at in range(count)], "tokens": ["q", "r"],
               "attention": {"positions": "sinusoidal"}}  # fmt: skip
    page = TerminalRenderer(100).render(write_walkthrough(worked(crossed)))
    assert re.search(r"q +\[1, 2\]", page)


def test_columns_of_formulas_stay_so() -> None:
    """Words about the rest stand among the tokens: LaTeX sets a column with words in lines."""
    text = LatexRenderer(fragment=True).render(write_walkthrough(worked(one_that_matters(20))))
    assert "raggedright" not in text
    assert "more, together" in text
