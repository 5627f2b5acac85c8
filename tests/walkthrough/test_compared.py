"""Two walkthroughs side by side: what is compared, what is measured, what the page says of it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import attncalc
from attncalc.comparison import Comparison, ComparisonError, Origin, compare, difference
from attncalc.document.numerals import shown_fine
from attncalc.document.style import NumberStyle
from attncalc.numbers.measures import entropy, largest_derivative
from attncalc.renderers.terminal.page import TerminalRenderer
from attncalc.selection import Selection
from attncalc.walkthrough.compared import write_comparison
from tests.conftest import SAMPLES

PLAIN: dict[str, Any] = {
    "tokens": ["a", "b"],
    "Q": [["4", "0"], ["0", "-4"]],
    "K": [["2", "1"], ["-2", "1"]],
    "V": [["1", "0"], ["0", "3"]],
    "attention": {"scale": "none"},
}
HEADS: dict[str, Any] = {
    "tokens": ["a", "b", "a"],
    "Q": [["1", "2", "3", "4"], ["0", "1", "0", "1"], ["2", "0", "-1", "1"]],
    "K": [["1", "0", "3", "1"], ["2", "1", "0", "1"], ["2", "0", "-1", "1"]],
    "V": [["1", "0", "3", "1"], ["2", "1", "0", "1"], ["2", "0", "-1", "1"]],
    "attention": {"heads": "2"},
}
W_O = [["1", "0"], ["0", "1"], ["1", "1"], ["2", "0"]]


def compared(left: dict[str, Any], right: dict[str, Any], **chosen: Any) -> Comparison:
    """The comparison of two problems given as mappings."""
    one, other = (attncalc.explain(attncalc.load(fields)) for fields in (left, right))
    return compare(one, other, **chosen)


def varied(fields: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """A problem with some fields replaced; options are merged."""
    options = {**fields.get("attention", {}), **changes.pop("attention", {})}
    return {**fields, **changes, "attention": options}


def page_of(left: dict[str, Any], right: dict[str, Any], width: int = 100, **chosen: Any) -> str:
    """The page of a comparison, its words set with single spaces."""
    document = write_comparison(compared(left, right, **chosen), Origin("a.yaml"), Origin("b.yaml"))
    return " ".join(TerminalRenderer(width).render(document).split())


def test_measures_against_plain_loops() -> None:
    """Entropy, effective number and derivative of the sample are those of a loop in mpmath."""
    mpmath.mp.dps = 50
    problem = attncalc.load(SAMPLES / "scaling.yaml")
    trace = attncalc.explain(problem)
    unscaled = {
        **{name: getattr(problem, name) for name in ("Q", "K", "V")},
        "tokens": problem.tokens,
    }
    other = attncalc.explain(attncalc.load({**unscaled, "attention": {"scale": "none"}}))
    (found,) = compare(trace, other, queries=(3,)).queries
    for side, divisor in ((found.left, 4), (found.right, 1)):
        scores = []
        for key in range(5):
            score = Fraction(0)
            for entry in range(16):
                score += Fraction(trace["Q"][3][entry]) * Fraction(trace["K"][key][entry])
            scores.append(score / divisor)
        powers = [mpmath.exp(mpmath.mpf(s.numerator) / s.denominator) for s in scores]
        weights = [power / mpmath.fsum(powers) for power in powers]
        bits = -mpmath.fsum(weight * mpmath.log(weight, 2) for weight in weights)
        steepest = max(weight - weight**2 for weight in weights)
        expected = (bits, mpmath.power(2, bits), max(weights), steepest)
        measured = (
            side.entropy, side.effective_number, side.largest_weight, side.largest_derivative
        )  # fmt: skip
        for ours, theirs in zip(measured, expected, strict=True):
            assert abs(mpmath.mpf(str(ours)) - theirs) < mpmath.mpf(10) ** -40
    assert found.left.largest_weight < 0.7
    assert found.right.largest_weight > 0.99


@given(st.lists(st.integers(0, 30), min_size=1, max_size=6).filter(any))
def test_largest_derivative(shares: list[int]) -> None:
    """It is the largest a (1 - a) of all weights, exactly, in decimals and to 1e-15 in float64."""
    weights = [Fraction(share, sum(shares)) for share in shares]
    largest = max(weight * (1 - weight) for weight in weights)
    exact = np.array([Decimal(w.numerator) / Decimal(w.denominator) for w in weights], dtype=object)
    assert abs(Fraction(largest_derivative(exact)) - largest) < Fraction(1, 10**25)
    floats = np.array([float(weight) for weight in weights])
    assert largest_derivative(floats) == pytest.approx(float(largest), abs=1e-15)


def test_derivative_of_another_base() -> None:
    """The derivative of base^s has a factor ln(base), and a sink's share is one of the others."""
    halves = np.array([Decimal("0.5"), Decimal("0.25")], dtype=object)
    mpmath.mp.dps = 50
    found = largest_derivative(halves, Decimal("0.25"), Decimal(3))
    assert abs(mpmath.mpf(str(found)) - mpmath.log(3) / 4) < mpmath.mpf(10) ** -40
    assert largest_derivative(np.array([0.5, 0.25]), 0.25, Decimal(3)) == pytest.approx(
        float(mpmath.log(3) / 4), rel=1e-15
    )


def test_saturated_derivative_keeps_its_digits() -> None:
    """A weight that is 1 to the last digit of a double still has a derivative."""
    assert largest_derivative(np.array([1.0, 4.2e-18])) == 4.2e-18


@pytest.mark.parametrize("sunk", [0.0, 1e-30, 0.25])
@pytest.mark.parametrize("gap", [1, 15, 17, 20, 60, 125, 200, 700])
def test_entropy_of_a_weight_next_to_one(gap: int, sunk: float) -> None:
    """Every digit of it is true, however little the other keys, or a sink, leave of the row."""
    mpmath.mp.dps = 700
    power = mpmath.exp(-gap)
    row = [weight * (1 - mpmath.mpf(sunk)) / (1 + 2 * power) for weight in (power, 1, power)]
    true = -mpmath.fsum(weight * mpmath.log(weight, 2) for weight in row)
    exact = np.array([Decimal(mpmath.nstr(weight, 60)) for weight in row], dtype=object)
    found = mpmath.mpf(str(entropy(exact, Decimal(sunk))))
    assert abs(found / true - 1) < mpmath.mpf(10) ** -45
    floats = np.array([float(weight) for weight in row])
    assert entropy(floats, sunk) == pytest.approx(float(true), rel=1e-7)


def test_finite_differences() -> None:
    """The measured derivative is what the largest weight changes by when its score does."""
    step = Decimal("1e-15")
    for options in ({}, {"base": "3"}, {"sink": "0.5"}):
        weights = []
        for change in (-step, Decimal(0), step):
            scores = [[str(Decimal("1.5") + change), "0.25", "-1"]]
            fields = {
                "tokens": ["a"],
                "key_tokens": ["a", "b", "c"],
                "scores": scores,
                "attention": options,
            }
            trace = attncalc.explain(attncalc.load(fields))
            weights.append(trace["weights"][0][0])
            if not change:
                (found,) = compare(trace, trace).queries
        quotient = (weights[2] - weights[0]) / (2 * step)
        assert abs(quotient - found.left.largest_derivative) < Decimal("1e-28")


def test_first_difference() -> None:
    """The first stage that is not the same, be it only on one side; None if there is none."""
    assert compared(PLAIN, PLAIN).first_difference is None
    scaled = compared(varied(PLAIN, attention={"scale": "0.5"}), PLAIN)
    assert scaled.first_difference == "scaled_scores"
    assert scaled.stages["scaled_scores"].only == "left"
    assert scaled.stages["scores"].same
    masked = compared(PLAIN, varied(PLAIN, attention={"mask": "causal"}))
    assert (masked.first_difference, masked.stages["masked_scores"].only) == (
        *("masked_scores", "right"),
    )  # fmt: skip
    assert list(masked.stages) == ["Q", "K", "V", "scores", "masked_scores", "weights", "output"]
    other = compared(PLAIN, varied(PLAIN, V=[["1", "0"], ["0", "3.5"]]))
    assert other.first_difference == "V"
    assert other.stages["weights"].same


def test_differences_are_exact() -> None:
    """Decimals are subtracted in full, however far apart, and tiny differences are none to miss."""
    tiny = varied(PLAIN, V=[["1", "1e-60"], ["0", "3"]])
    found = compared(PLAIN, tiny).stages["V"].difference
    assert found is not None
    assert (found.largest, found.where) == (Decimal("1e-60"), (0, 1))
    assert not found.same
    huge = varied(PLAIN, V=[["1e60", "0"], ["0", "3"]])
    wide = compared(varied(PLAIN, V=[["1", "0"], ["0", "3"]]), huge).stages["V"].difference
    assert wide is not None
    assert wide.largest == Decimal("9" * 60)
    assert wide.exact[wide.where]


def test_decimals_against_doubles() -> None:
    """The same problem in both number systems is the same; another one still is not."""
    problem = attncalc.load(SAMPLES / "animal.yaml")
    exact = attncalc.explain(problem)
    arrays = {name: getattr(problem, name).astype(float) for name in ("Q", "K", "V")}
    doubles = attncalc.explain(replace(problem, **arrays))
    assert doubles["weights"].dtype == np.float64
    assert exact["weights"].dtype == object
    for one, other in ((exact, doubles), (doubles, exact), (doubles, doubles)):
        same = compare(one, other)
        assert same.first_difference is None
        assert same.queries[0].distance == pytest.approx(0, abs=1e-12)
    stages = compare(exact, doubles).stages.values()
    assert any(stage.difference and stage.difference.largest > 0 for stage in stages)
    arrays["V"] = arrays["V"] + 1e-9
    moved = compare(exact, attncalc.explain(replace(problem, **arrays)))
    assert moved.first_difference == "V"
    assert moved.stages["V"].difference is not None
    assert moved.stages["V"].difference.largest == pytest.approx(1e-9)
    page = TerminalRenderer(80).render(write_comparison(moved, Origin("a"), Origin("b")))
    assert "1.00e-9" in page


def test_given_masks() -> None:
    """A score that only one side masks differs by infinity, and one that both mask by nothing."""
    left = varied(PLAIN, attention={"mask": [["1", "0"], ["1", "1"]]})
    right = varied(PLAIN, attention={"mask": [["1", "0"], ["1", "0"]]})
    found = compared(left, right).stages["masked_scores"].difference
    assert found is not None
    assert (found.largest, found.where) == (Decimal("Infinity"), (1, 1))
    assert found.values[0][1] == 0
    assert "one side masked b for b" in page_of(left, right)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"tokens": ["a", "b", "c"], "Q": [["1", "2"]] * 3, "key_tokens": ["a", "b"]},
         "n=2 against n=3"),
        ({"key_tokens": ["x"], "K": [["1", "2"]], "V": [["1", "2"]]}, "m=2 against m=1"),
        ({"attention": {"heads": "2"}}, "heads=none against heads=2"),
        ({"tokens": ["a", "c"]}, "token #2: “b” against “c”"),
        ({"key_tokens": ["x", "b"]}, "key token #1: “a” against “x”"),
    ],
)  # fmt: skip
def test_no_counterparts(changes: dict[str, Any], message: str) -> None:
    """Problems with other tokens, or other numbers of them or of heads, are refused with both."""
    with pytest.raises(ComparisonError) as refused:
        compared(PLAIN, varied(PLAIN, **changes))
    assert str(refused.value) == message


def test_queries_and_heads() -> None:
    """Queries of both sides unless others are chosen, the first if there are none; every head."""

    def measured(**chosen: Any) -> list[tuple[int | None, int]]:
        left, right = varied(HEADS, query=chosen.pop("left", None)), HEADS
        found = compared(left, varied(right, query=chosen.pop("right", None)), **chosen)
        return [(each.head, each.query) for each in found.queries]

    assert measured() == [(0, 0), (1, 0)]
    assert measured(left="b", right="a#2", heads=[1]) == [(1, 1), (1, 2)]
    assert measured(left="b", queries=[2], heads=[0]) == [(0, 2)]
    plain = compared(varied(PLAIN, query="b"), PLAIN)
    assert [(each.head, each.query) for each in plain.queries] == [(None, 1)]


def test_rows_without_measures() -> None:
    """Weights that are no shares of 1 have no entropy, nor has a row that is masked; no values."""
    given = {"tokens": ["a"], "key_tokens": ["b", "c"], "weights": [["0.5", "0.6"]]}
    even = varied(given, weights=[["0.5", "0.5"]])
    scored = {"tokens": ["a"], "key_tokens": ["b", "c"], "scores": [["1", "2"]]}
    assert "0.2500 (a.yaml), and 0.1966 (b.yaml). The second is 1.3 times smaller" in page_of(
        even, scored
    )
    told = "The largest weight of “a” is 0.5 (a.yaml), and 0.7311 (b.yaml)."
    assert told in page_of(even, scored)
    (found,) = compared(given, even).queries
    assert (found.left.entropy, found.left.effective_number) == (None, None)
    assert (found.left.largest_weight, found.left.largest_derivative) == (Decimal("0.6"), None)
    assert (found.right.entropy, found.right.largest_derivative) == (1, Decimal("0.25"))
    assert found.distance is None
    page = page_of(given, even)
    assert "entropy in bits – ≈ 1.0000" in page
    assert "largest derivative – = 0.25" in page
    assert "The softmax of" not in page
    negative = varied(given, weights=[["1.5", "-0.5"]])
    assert compared(negative, even).queries[0].left.entropy is None
    floats = {**given, "weights": np.array([[0.5, 0.5000001]])}
    assert compared(floats, even).queries[0].right.entropy == 1
    hidden = varied(PLAIN, attention={"mask": [["0", "0"], ["1", "1"]]})
    (found,) = compared(hidden, PLAIN).queries
    assert (found.left.entropy, found.left.largest_derivative) == (None, 0)
    page = page_of(PLAIN, hidden)
    assert "b.yaml: every key of query “a” (#1) is masked" in page
    assert "and 0 (b.yaml). Where it is 0, a change of the scores changes no weight." in page


def test_shapes_that_differ() -> None:
    """Another d_k or d_v is compared as far as there are counterparts."""
    wider = varied(
        PLAIN, Q=[["4", "0", "1"], ["0", "-4", "1"]], K=[["2", "1", "0"], ["-2", "1", "0"]]
    )
    found = compared(PLAIN, wider)
    assert found.first_difference == "Q"
    assert found.stages["Q"].difference is None
    assert found.stages["Q"].only is None
    assert found.stages["scores"].same
    page = page_of(PLAIN, wider)
    assert "The first stage that differs is queries Q." in page
    assert "Q 2×2 2×3 another shape" in page
    assert "“a” has the same weights on both sides." in page
    assert "How spread out" not in page
    deeper = varied(PLAIN, V=[["1", "0", "2"], ["0", "3", "2"]])
    assert compared(PLAIN, deeper).queries[0].distance is None
    assert "apart" not in page_of(PLAIN, deeper)
    assert "3 Output" not in page_of(PLAIN, deeper)


def test_stages_of_one_side() -> None:
    """Stages that only one side has are named, the first of them with its side."""
    left = varied(PLAIN, attention={"scale": "0.5", "mask": "causal"})
    right = {"tokens": ["a", "b"], "scores": [["8", "-8"], ["-4", "-4"]]}
    page = page_of(left, right)
    assert "The first stage that differs is queries Q, which only one side has (a.yaml)." in page
    assert (
        "On one side only (a.yaml): keys K, values V, scaled scores, masked scores and output."
        in page
    )
    page = page_of(PLAIN, varied(left, attention={"scale": "none"}))
    assert (
        "The same up to scores. The first stage that differs is masked scores, which only one side "
        "has (b.yaml)." in page
    )
    page = page_of(
        varied(PLAIN, attention={"mask": "causal"}), varied(PLAIN, V=None, Q=[["1", "1"]] * 2)
    )
    assert "On one side only (a.yaml): values V, masked scores and output." in page


@pytest.mark.parametrize(
    ("left", "right", "sentence"),
    [
        ({"scale": "1/sqrt(d_k)"}, {},
         "The largest derivative of the softmax of “a” is 0.0000122 (scores divided by √2), and "
         "1.13e-7 (unscaled). The second is 108 times smaller."),
        ({"scale": "1/sqrt(d_k)"}, {}, "The softmax is 108 times flatter there (b.yaml): a small "
         "change of a score changes the weights that much less."),
        ({"mask": "causal"}, {}, "The softmax is flat there (a.yaml): a small change of a score "
         "changes no weight."),
        ({"mask": "causal"}, {"mask": [["0", "1"], ["1", "1"]]},
         "“a” attends most to “a” (a.yaml: 1), and to “b” (b.yaml: 1). key"),
        ({"softcap": "0.6"}, {"softcap": "0.5"}, "is 1.1 times flatter there (a.yaml)"),
        ({}, {"mask": [["0", "1"], ["1", "1"]]}, "“a” attends most to “a” (a.yaml: 1.0000), and to "
         "“b” (b.yaml: 1)."),
        ({"scale": "0.125"}, {"scale": "0.250"},
         "The largest derivative of the softmax of “a” is 0.1050 (scores multiplied by 0.125), and "
         "0.0177 (scores multiplied by 0.250). The second is 5.9 times smaller."),
        ({"mask": "causal"}, {},
         "The largest derivative of the softmax of “a” is 0 (a.yaml), and 1.13e-7 (b.yaml). Where "
         "it is 0, a change of the scores changes no weight."),
        ({"softcap": "0.001"}, {"softcap": "0.002"},
         "The largest derivative of the softmax of “a” rounds to 0.2500 on both sides."),
        ({"softcap": "0.5"}, {"softcap": "0.6"},
         "The largest derivative of the softmax of “a” is 0.1966 (a.yaml), and 0.1779 (b.yaml). "
         "The second is 1.1 times smaller."),
        ({"softcap": "0.20"}, {"softcap": "0.21"},
         "The largest derivative of the softmax of “a” is 0.2403 (a.yaml), and 0.2393 (b.yaml)."),
        ({"softcap": "0.6"}, {"softcap": "0.5"}, "The second is 1.1 times larger."),
        ({"scale": "0.125"}, {"scale": "100"},
         "and 1.35e-695 (scores multiplied by 100). The second is 7.8e693 times smaller."),
    ],
)  # fmt: skip
def test_gradients(left: dict[str, Any], right: dict[str, Any], sentence: str) -> None:
    """Scaling keeps the softmax out of regions with small gradients, said in numbers."""
    assert sentence in page_of(varied(PLAIN, attention=left), varied(PLAIN, attention=right))


NEAR: dict[str, Any] = {"tokens": ["a"], "key_tokens": ["b", "c"], "scores": [["1", "2"]]}


def test_less_than_what_is_certain() -> None:
    """Numbers that differ where no digit is certain are not called the same."""
    values = {**NEAR, "V": [["1"], ["2"]]}
    page = page_of(values, {**values, "scores": [["1", f"2.{'0' * 39}1"]]})
    assert "The weights of “a” differ by less than 1e-33." in page
    assert "attention weights 1×2 1×2 less than 1e-33" in page
    assert "“a”: the two differ by less than 1e-33." in page
    assert "rounds to 0.1966 on both sides" in page
    assert "the same on both sides" not in page
    assert "distance" not in page
    root = "0.70710678118654752440084436210484903928483593768847"
    page = page_of(
        PLAIN | {"attention": {"scale": "1/sqrt(d_k)"}}, varied(PLAIN, attention={"scale": root})
    )
    assert "No stage differs by as much as 1e-32." in page
    left = {**NEAR, "attention": {"scale": "1e-40", "softcap": "1"}}
    assert "Every stage is the same on both sides." in page_of(left, left)


def test_the_same_derivative() -> None:
    """Rows whose largest weights agree have one derivative, however the rest is shared out."""
    three = {"tokens": ["a"], "key_tokens": ["b", "c", "d"]}
    page = page_of(
        {**three, "weights": [["0.5", "0.25", "0.25"]]}, {**three, "weights": [["0.5", "0.5", "0"]]}
    )
    assert "The largest derivative of the softmax of “a” is 0.2500 on both sides." in page


def test_up_to_where_all_is_nearly_the_same() -> None:
    """Stages before the first that differs may differ by less than what is certain."""
    root = "0.70710678118654752440084436210484903928483593768847"
    page = page_of(
        varied(PLAIN, attention={"scale": "1/sqrt(d_k)"}),
        varied(PLAIN, attention={"scale": root, "softcap": "2"}),
    )
    assert "Up to scaled scores the two differ by less than 1e-32." in page


def test_page_of_heads() -> None:
    """Each head is compared, then the output of all of them."""
    left = varied(HEADS, W_O=W_O, query=["b", "a#2"])
    page = page_of(left, varied(left, attention={"mask": "causal"}), heads=[1])
    assert "for “b”, “a#2”" in page
    assert "“b” (head 2): scaled scores (a.yaml), masked scores (b.yaml)" in page
    assert "“a#2” (head 2) has the same weights on both sides." in page
    assert "5 Weighted sum “b” (head 2) entry" in page
    assert "“a#2” (head 2): the same on both sides." in page
    assert "6 Output “b” entry a.yaml b.yaml difference" in page
    assert "“a#2”: the same on both sides." in page
    assert page_of(HEADS, varied(HEADS, V=None)).count("Output") == 0


def test_same_kind_of_stage() -> None:
    """Where both sides end their scores with the same stage, it is named once."""
    page = page_of(PLAIN, varied(PLAIN, Q=[["1", "0"], ["0", "-4"]]))
    assert "“a”: scores key" in page
    again = page_of(PLAIN, varied(PLAIN, K=[["2", "1"], ["-2", "2"]]))
    assert "Scores, as they enter" not in again


def test_names() -> None:
    """Sides go by what was varied, or by their files, or by left and right."""

    def told(left: Origin, right: Origin) -> str:
        document = write_comparison(compared(PLAIN, PLAIN), left, right)
        return TerminalRenderer(160).render(document).split("\n")[1]

    plain = Origin("folder/a.yaml")
    assert told(plain, Origin("folder/a.yaml", varied={"scale": "none"})) == (
        "as it is against scale=none · for “a”"
    )
    assert told(plain, Origin("a.yaml", varied={"scale": "none", "mask": "causal"})) == (
        "as it is against varied: scale=none, mask=causal · for “a”"
    )
    assert told(plain, Origin("b.yaml")) == "a.yaml against b.yaml · for “a”"
    assert told(plain, Origin("b/a.yaml")) == "left: a.yaml · right: a.yaml · for “a”"
    assert told(plain, Origin("-")) == "a.yaml against standard input · for “a”"
    assert told(Origin("a.yaml", 1), Origin("a.yaml", 2)) == (
        "the first problem of a.yaml against the second · for “a”"
    )


def test_titles_and_sources() -> None:
    """Two titles stand against each other, one stands once; sources likewise."""
    one, other = varied(PLAIN, title="One", source="a book"), varied(PLAIN, title="Other")
    assert page_of(one, other).startswith(
        "One against Other a.yaml against b.yaml · for “a” Source"
    )
    assert page_of(one, one).startswith("One a.yaml")
    assert page_of(PLAIN, PLAIN).startswith("Two walkthroughs, compared")
    both = varied(PLAIN, attention={"mask": [["0", "0"], ["1", "1"]]})
    assert "Note: every key" in page_of(both, both)


def test_large() -> None:
    """Long rows and wide vectors leave their middles out, unless everything is asked for."""
    size = 20
    wide = [[str((row * column) % 3) for column in range(size)] for row in range(size)]
    left = {"Q": wide, "K": wide, "V": wide}
    unscaled = varied(left, attention={"scale": "none"})
    comparison = compared(left, unscaled, queries=[1])

    def page(style: NumberStyle, *, full: bool) -> str:
        document = write_comparison(
            comparison, Origin("a"), Origin("b"), Selection(style=style, full=full)
        )
        return " ".join(TerminalRenderer(100).render(document).split())

    short = page(NumberStyle(1, "half-even"), full=False)
    assert "… 10 more" in short
    assert "… 14 more" in short
    assert (
        "to 1 decimal; = is exact, ≈ is rounded. Halves are rounded to even. A small measure has"
        in short
    )
    assert "To leave nothing out: --full" in short
    long = page(NumberStyle(), full=True)
    assert "…" not in long
    every = write_comparison(
        compare(comparison.left, comparison.right, range(size)),
        Origin("a"),
        Origin("b"),
        Selection(full=True),
    )
    assert "Another query" not in TerminalRenderer(100).render(every)


@pytest.mark.parametrize(
    ("values", "exact", "expected"),
    [
        ([0.5, 0.25], [False, False], ["≈0.5000", "≈0.2500"]),
        ([0.22076, 0.0028494], [False, False], ["≈0.22076", "≈0.00285"]),
        ([0.5, 3.14159e-12], [False, False], ["≈0.5000", "≈3.14e-12"]),
        (["0.25", "1e-11"], [True, True], ["=0.25000000000", "=0.00000000001"]),
        (["0.25", "1e-20"], [True, True], ["=0.2500", "=1.00e-20"]),
        (["0", "0.5"], [True, False], ["=0", "≈0.5000"]),
        (["12.5", "9.9951e-10"], [False, False], ["≈12.5000", "≈1.00e-9"]),
    ],
)
def test_fine_numbers(values: list[Any], exact: list[bool], expected: list[str]) -> None:
    """Small numbers keep three digits, very small ones with an exponent."""
    numbers = shown_fine([Decimal(value) for value in values], exact, NumberStyle())
    assert [each.sign.value + each.number.digits for each in numbers] == expected


def test_fine_numbers_of_less_precision() -> None:
    """Whoever asks for fewer digits gets fewer."""
    numbers = shown_fine([0.22076, 0.0028494, 3e-12], [False] * 3, NumberStyle(1))
    assert [each.number.digits for each in numbers] == ["0.221", "0.0028", "3e-12"]
    assert [n.number.digits for n in shown_fine([0.671, 0.997], [False] * 2, NumberStyle(1))] == [
        *("0.7", "1.0"),
    ]  # fmt: skip


def test_differences_of_the_arithmetic_itself() -> None:
    """What two ways of computing one number differ by is no difference."""
    ours = attncalc.explain(attncalc.load({"scores": [["1", "1", "2"]]}))
    theirs = attncalc.explain(attncalc.load({"scores": [["3", "3", "4"]]}))
    found = difference(ours.stages["weights"], theirs.stages["weights"])
    assert found is not None
    assert found.settled.tolist() == [[0, 0, 0]]
    other = difference(ours.stages["scores"], theirs.stages["scores"])
    assert other is not None
    assert other.settled.tolist() == [[2, 2, 2]]
