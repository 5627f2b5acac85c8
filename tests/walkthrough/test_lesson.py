"""What a lesson says beside the numbers is true of every problem, and belongs to lessons alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import attncalc
from attncalc.document.style import NumberStyle, Rounding
from attncalc.renderers.terminal import page as terminal
from attncalc.renderers.terminal.page import TerminalRenderer
from attncalc.selection import Selection
from attncalc.steps.trace import Trace
from attncalc.walkthrough import write_walkthrough
from attncalc.walkthrough.lookup import write_lookup
from tests.conftest import SAMPLES
from tests.random_problems import TAME, problems
from tests.walkthrough.test_mechanisms import TWO

FILES = sorted(SAMPLES.glob("*.yaml"))

NUMBER = r"-?[0-9]+(?:\.[0-9]+)?"

HEADINGS = {
    "“norm”": "Normalized queries and keys",
    "“RoPE”": "Rotation by position",
    "is the table of all scores": "Scores|What is given|General scores|Additive scores|Cosine",
    "Each score is": "Scaled scores",
    "“tanh”": "Capped scores",
    "adds a number": "Bias|Mask",
    "is the mask": "Bias|Mask",
    "“softmax”": r"Attention weights \(softmax\)",
    "is the table of all attention weights": "Attention weights",
    "Times V": "Weighted sum",
    "“Concat”": "Heads together",
    "lets a share": "Gate",
    "Times W_O": "Output projection",
}
"""What is said of a part of the formula, and the section that works it out."""


@pytest.fixture(autouse=True, scope="module")
def wide_prose() -> Iterator[None]:
    """A paragraph is a line."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(terminal, "MOST_PROSE", 2000)
        yield


def lesson_of(problem: Any, **selected: Any) -> tuple[Trace, str]:
    """A trace, and its lesson with each section in one line."""
    trace = attncalc.explain(attncalc.load(problem))
    document = write_walkthrough(trace, Selection(detail="lesson", **selected))
    page = TerminalRenderer(2000).render(document)
    return trace, "\n".join(" ".join(line.split()) for line in page.splitlines())


def expect_pointers(page: str) -> None:
    """Whatever is said to be in a section is in the one of that number."""
    headings = dict(re.findall(r"^([0-9]+) ([A-Z][^=\n]*)", page, re.MULTILINE))
    reading = re.search(r"^How to read the formula: (.*)$", page, re.MULTILINE)
    assert reading is not None
    told = re.findall(r"(?:^|(?<=\. ))(.*?) \(section ([0-9]+)\)", reading[1])
    assert told
    for sentence, number in told:
        (heading,) = {each for part, each in HEADINGS.items() if part in sentence}
        assert re.match(heading, headings[number]), sentence


@pytest.mark.no_cover
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_pointers_of_samples(path: Path) -> None:
    """Also where a section is left out; nothing points to what was not asked for."""
    expect_pointers(lesson_of(path)[1])
    expect_pointers(lesson_of(path, hide=("given",))[1])
    assert "(section" not in lesson_of(path, stages=("weights",))[1]


def expect_true(trace: Trace, page: str) -> None:
    """Sentences that are said under a condition are said where it holds, and nowhere else."""
    problem, weights_given = trace.problem, trace.problem.weights is not None
    assert ("“Unscaled” means" in page) == (not weights_given and "scaled_scores" not in trace)
    assert ("A mask would hide" in page) == (not weights_given and trace.mask is None)
    assert ("“Self” means" in page) == problem.self_attention
    named = bool(re.search(r"as in (an en|a de)coder", page))
    assert ("An encoder reads" in page) == named
    assert ("twice the length" in page) == (
        "How well does each key match" in page
        and "Q_normalized" not in trace
        and problem.attention.chosen("score") is None
    )
    for i, query, j, key in re.findall(
        r"i = ([0-9]+) means the query of “(.*?)”, and j = ([0-9]+) the key of “(.*?)”", page
    ):
        assert query.startswith(problem.tokens[int(i) - 1])
        assert key.startswith(problem.key_tokens[int(j) - 1])
        assert (query, i) != (key, j) or len(problem.key_tokens) == 1
    assert page.count("For example, i = ") == 1
    heads = [trace] if not trace.has_heads else map(trace.of_head, range(problem.heads or 0))
    if "negative scores" in page:
        assert any((each[trace.scored] < 0).any() for each in heads)


@pytest.mark.no_cover
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_sentences_of_samples(path: Path) -> None:
    expect_true(*lesson_of(path))


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(problem=problems(st.just(TAME)))
def test_sentences(problem: dict[str, Any]) -> None:
    """Of any problem, with pointers to where it is worked out."""
    trace, page = lesson_of(problem)
    expect_true(trace, page)
    expect_pointers(page)
    expect_operations(page, NumberStyle())


def rounded(value: Fraction, printed: str, rounding: Rounding) -> Decimal:
    """A fraction with as many decimals as are printed."""
    _, _, decimals = printed.partition(".")
    way = ROUND_HALF_UP if rounding == "half-up" else ROUND_HALF_EVEN
    wide = Decimal(round(value * 10**60)).scaleb(-60)
    return wide.quantize(Decimal(1).scaleb(-len(decimals)), way)


def worked(operation: str) -> Fraction:
    """0.5×0.25 + (-0.5)×2, or 1.2 / 3.4, in fractions."""
    written = re.sub(r"[0-9.]+(e-?[0-9]+)?", r"Fraction('\g<0>')", operation.replace("×", "*"))
    found: Fraction = eval(written, {"Fraction": Fraction})
    return found


def expect_operations(page: str, style: NumberStyle) -> int:
    """What is said to come to another number does so; how often that is said."""
    told = re.findall(rf"With the printed digits, (.*) would come to ({NUMBER}), not (.*?):", page)
    for operation, found, printed in told:
        assert rounded(worked(operation), printed, style.rounding) == Decimal(found)
        assert Decimal(found) != Decimal(printed)
        assert re.search("[×/]", operation)
        whole = re.escape(operation) + r"[^≈]*≈ .*" + re.escape(printed)
        weight, _, entry = operation.partition("×")
        entry = re.escape(entry.strip("()"))
        spread = rf"{re.escape(weight)}×\[(.*, )?{entry}[],].* ≈ .*{re.escape(printed)}"
        lines = page.replace(" = ", " ≈ ").splitlines()
        assert any(re.search(f"{whole}|{spread}", line) for line in lines), operation
    assert page.count("With the printed digits") == len(told)
    return len(told)


def products_off(page: str, style: NumberStyle) -> Iterator[str]:
    """Products of a weight and an entry that are printed otherwise than a reader finds them."""
    for line in page.splitlines():
        row = re.fullmatch(rf".* ({NUMBER})×\[(.*)\] ≈ ((?:{NUMBER} ?)+)", line)
        if row:
            for entry, printed in zip(row[2].split(", "), row[3].split(), strict=True):
                found = rounded(Fraction(row[1]) * Fraction(entry), printed, style.rounding)
                if found != Decimal(printed):
                    yield f"{row[1]}×{entry if Fraction(entry) >= 0 else f'({entry})'}"


@pytest.mark.parametrize(
    ("precision", "rounding"),
    [(4, "half-up"), pytest.param(1, "half-even", marks=pytest.mark.no_cover)],
)
def test_printed_products(precision: int, rounding: Rounding) -> None:
    """The first product that a reader does not find is told, and where there is none, nothing."""
    told = 0
    style = NumberStyle(precision, rounding)
    for path in FILES:
        page = lesson_of(path, style=style)[1]
        off = [*products_off(page, style)]
        said = re.findall(rf"digits, ({NUMBER}×\S+) would", page)
        assert {*off[:1]} <= {*said}
        told += expect_operations(page, style)
    assert told > 10


def test_no_words_to_explain() -> None:
    """Masked cross-attention that is scaled, and heads without values."""
    crossed = {key: each for key, each in TWO.items() if key != "tokens"}
    crossed |= {"tokens": ["c", "d"], "key_tokens": ["a", "b"]}
    trace, page = lesson_of({**crossed, "attention": {"mask": "causal"}})
    expect_true(trace, page)
    assert (
        "“" not in page[page.index("For example, i") : page.index("How to read")].split("\n", 1)[1]
    )
    heads = {**TWO, "V": None, "attention": {"heads": "1"}}
    assert "is the number of a head, and" not in lesson_of(heads)[1]
    assert "h is the number of a head, and head_h what" in lesson_of({**heads, "V": TWO["V"]})[1]


def test_animal() -> None:
    _, page = lesson_of(SAMPLES / "animal.yaml")
    assert "With the printed digits, 0.0825×0.1 would come to 0.0083, not 0.0082: it is" in page


def test_nothing_that_cannot_be_worked_again() -> None:
    """Digits that nobody would multiply, and what is divided by 0."""
    fields = {"tokens": ["a", "b"], "scores": [["0", "1"]] * 2, "V": [["1e70"], ["1/3"]]}
    assert "With the printed digits" not in lesson_of(fields)[1]


def test_entries_that_are_left_out() -> None:
    """Of wide values what stands there is worked again; of queries and keys each term of a sum."""
    wide = {"tokens": ["a", "b"], "scores": [["0", "1"]] * 2, "V": [["0.3"] * 8 + ["0.7"]] * 2}
    page = lesson_of(wide)[1]
    assert "With the printed digits, 0.2689×0.7 would come to 0.1882, not 0.1883: it is" in page
    expect_operations(page, NumberStyle())
    llama = lesson_of(SAMPLES / "llama.yaml", heads=(0, 1, 2, 3))[1]
    assert expect_operations(llama, NumberStyle()) > 3


def test_measures() -> None:
    """What is said of a row's weights, worked out again."""
    trace, page = lesson_of(SAMPLES / "animal.yaml")
    (query,) = trace.problem.queries
    weights = np.array(trace["weights"][query], dtype=np.float64)
    bits = float(-(weights * np.log2(weights)).sum())
    moved = np.array(trace["output"][query] - trace["V"][query], dtype=np.float64)
    own = np.array(trace["V"][query], dtype=np.float64)
    assert "If all 8 keys that it attends to had the same weight, each would have 12.5%." in page
    assert f"spread: about {bits:.2f} bits. It would be 0 if one key had everything, and" in page
    assert "and 3 if all 8 had the same, since 2 to the power of 3 is 8." in page
    assert f"power of the entropy, about {2**bits:.1f}: the weights are as spread out" in page
    length = np.linalg.norm(own)
    assert f"about {np.linalg.norm(moved):.4f} away from its own value, a vector of" in page
    assert f"a vector of the length {length:.4f}: so far has attention moved it." in page


def test_all_alike() -> None:
    """Weights that are the same are not compared with such; a value of length 0 is 0 long."""
    fields = {"tokens": ["a", "b"], "scores": [["0", "0"]] * 2, "V": [["0"], ["3"]]}
    page = lesson_of(fields)[1]
    assert "had the same weight, each" not in page
    assert "a vector of the length 0: so far" in page
    assert "about 1.00 bits, the most there can be for 2 keys, since all of them have" in page
    assert "It would be 0" not in page
    sunk = lesson_of({**fields, "scores": [["0", "1"]] * 2, "attention": {"sink": "0"}})[1]
    assert "had the same weight, each" not in sunk
    assert "It would be 0" in sunk
    assert "“sink” is one more number in each row" in sunk


def test_why_powers() -> None:
    """Negative scores are spoken of where there are some, and a base is named."""
    fields = {"tokens": ["a", "b"], "scores": [["0", "1"]] * 2, "V": [["0"], ["3"]]}
    assert "and powers never are. Of two" in lesson_of(fields)[1]
    below = {**fields, "scores": [["0", "-1"]] * 2, "attention": {"base": "2"}}
    page = lesson_of(below)[1]
    assert "and powers never are, even those of negative scores. Of two" in page
    assert "larger by 1 gets 2 times the weight" in page
    assert "\ne Euler's number\n" in page
    assert "“base” says what is raised to a power: 2 instead of e." in page
    assert "take 2^s, which is 2 to the power of the score" in page


def test_nothing_of_a_table_that_is_not_there() -> None:
    """Where the only query sees nothing, no powers are told of."""
    fields = {"tokens": ["a"], "scores": [["0"]], "V": [["1"]], "attention": {"mask": [["0"]]}}
    page = lesson_of(fields)[1]
    assert "three steps" not in page
    assert "Why powers?" not in page
    assert "This output is the new vector" not in page


def test_what_else_can_be_seen() -> None:
    """In whole sentences."""
    page = lesson_of(SAMPLES / "multi-head.yaml")[1]
    assert "To see another query, add --query TOKEN to the command, with its token. To" in page
    assert "To see another head, add --head N to the command, with its number." in page
    wide = {"tokens": ["a"], "Q": [["1"] * 9], "K": [["1"] * 9]}
    assert "To see what is left out, add --full to the command." in lesson_of(wide)[1]


def test_indices_by_example() -> None:
    """By symbols that stand on the page, where there are such."""
    causal = lesson_of(SAMPLES / "causal.yaml")[1]
    assert "says whose it is: x_like belongs to “like”. A number behind a token says" in causal
    assert "says which entry: q_like,1 is the first one of q_like." in causal
    animal = lesson_of(SAMPLES / "animal.yaml")[1]
    assert "q_it belongs to “it”." in animal
    assert "which entry" not in animal
    given = lesson_of({"tokens": ["a", "b"], "scores": [["0", "1"]] * 2})[1]
    assert "whose it is" not in given


def test_signs() -> None:
    """Those that stand on the page."""
    page = lesson_of(SAMPLES / "animal.yaml")[1]
    assert "\nKᵀ the same matrix with its rows as columns\n" in page
    assert "\nqᵢ · kⱼ the dot product: entry times entry, added up\n" in page
    assert "\nΣₗ e^sᵢₗ the sum over all keys, one l after the other\n" in page
    page = lesson_of(SAMPLES / "tennis.yaml")[1]
    assert "rows as columns" not in page
    assert "\nΣⱼ αᵢⱼ×vⱼ the sum over all keys, one j after the other\n" in page


LESSON_ONLY = (
    *("What is attention for?", "The idea", "“Self” means", "Dot product: multiply"),
    *("The softmax has three steps", "Why powers?", "How to read the table", "new vector of"),
    *("What it stands for", "With the printed digits", "A model makes such vectors itself"),
)


def test_only_in_a_lesson() -> None:
    trace = attncalc.explain(attncalc.load(SAMPLES / "animal.yaml"))
    for detail in ("brief", "standard"):
        page = TerminalRenderer(2000).render(write_walkthrough(trace, Selection(detail=detail)))
        assert [each for each in LESSON_ONLY if each in page] == []


def test_a_lookup_is_no_lesson() -> None:
    """It has one detail, with the formula under its title."""
    trace = attncalc.explain(attncalc.load(SAMPLES / "animal.yaml"))
    found = write_lookup(trace, Selection(detail="lesson"))
    assert found == write_lookup(trace)
    assert "What is attention for?" not in TerminalRenderer(2000).render(found)


def test_the_formula_stands_behind_the_roles() -> None:
    """And once."""
    _, page = lesson_of({**TWO, "title": "Two"})
    formula = "Attention(Q, K, V) = softmax("
    assert page.count(formula) == 1
    assert page.index("A query q asks") < page.index(formula) < page.index("What is given")
    assert page.index("What is attention for?") < page.index("The idea")
