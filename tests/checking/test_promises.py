"""What verdicts promise, whatever the numbers are: no true one is accused, no false one let go."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from math import floor
from typing import Any
from unittest.mock import patch

import mpmath
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import attncalc
from attncalc.checking.enclosures import Enclosures
from attncalc.checking.verdicts import judge
from attncalc.report import Report, Verdict
from attncalc.steps.trace import Trace
from tests import oracle, random_problems
from tests.checking.sources import (
    CHAINED,
    Fate,
    Habits,
    Print,
    Problem,
    Shift,
    as_fraction,
    default_scale,
    each,
    of_one_query,
    printed,
    together,
    worked_on_prints,
)

DIGITS = 60
MOST_DECIMALS = 8
ORDER = list(Verdict)


# Printing, independently of the package.


def digits(units: int, decimals: int, negative: bool) -> str:
    """So many units of the last of so many decimals, written out; a rounded −0.001 is -0.00."""
    whole = str(abs(units)).rjust(decimals + 1, "0")
    text = f"{whole[:-decimals]}.{whole[-decimals:]}" if decimals else whole
    return f"-{text}" if negative else text


def units_of(number: Fraction, decimals: int, way: str) -> int:
    """The number in units of its last decimal, rounded or cut off."""
    scaled: Fraction = abs(number) * 10**decimals
    units = floor(scaled)
    rest = scaled - units
    up: bool = {
        "half-up": rest >= Fraction(1, 2),
        "half-even": rest > Fraction(1, 2) or (rest == Fraction(1, 2) and units % 2 == 1),
        "truncated": False,
    }[way]
    return -(units + up) if number < 0 else units + up


def printer(decimals: int, way: str, percent: bool = False) -> Print:
    """Prints with so many decimals, as a percentage if wanted."""

    def written(number: Fraction) -> str:
        if percent:
            number *= 100
        text = digits(units_of(number, decimals, way), decimals, number < 0)
        return f"{text}%" if percent else text

    return written


ROUNDED = st.builds(
    printer, st.integers(0, MOST_DECIMALS), st.sampled_from(("half-up", "half-even"))
)
IN_PERCENT = st.builds(
    printer,
    st.integers(0, MOST_DECIMALS - 2),
    st.sampled_from(("half-up", "half-even")),
    st.just(True),
)
TRUNCATED = st.builds(printer, st.integers(0, MOST_DECIMALS), st.just("truncated"))


def value_of(text: str) -> Fraction:
    """The value of a printed number."""
    number = oracle.number(text)
    assert isinstance(number, Fraction)
    return number


# Problems.


def _typed(units: int, decimals: int) -> str:
    return f"{Decimal(units).scaleb(-decimals):f}"


NUMBERS = st.one_of(
    st.builds(_typed, st.integers(-200, 200), st.just(2)),
    st.builds(_typed, st.integers(-20, 20), st.just(1)),
    st.integers(-2, 2).map(str),
)


def rows(n: int, m: int, cells: st.SearchStrategy[str] = NUMBERS) -> st.SearchStrategy[Any]:
    """Texts of an n × m matrix."""
    return st.lists(st.lists(cells, min_size=m, max_size=m), min_size=n, max_size=n)


ANYTHING = random_problems.problems(st.just(NUMBERS))
"""Problems with heads, positions, a past and every option, or without."""


def problems(starts: Sequence[str] = ("Q", "X", "scores", "weights")) -> st.SearchStrategy[Problem]:
    """A hand-sized problem with any start and any options, with values or without."""
    anything = ANYTHING.filter(lambda problem: "weights" in starts or "weights" not in problem)
    return st.one_of(plain_problems(starts), anything, anything)


@st.composite
def plain_problems(draw: st.DrawFn, starts: Sequence[str]) -> Problem:
    """A problem of a single head, with values."""
    n, d_k, d_v, d_model = (draw(st.integers(1, 3)) for _ in range(4))
    start = draw(st.sampled_from(starts))
    cross = draw(st.booleans())
    m = draw(st.integers(1, 4)) if cross else n
    problem: Problem = {"tokens": [f"q{i}" for i in range(n)]}
    if cross:
        problem["key_tokens"] = [f"k{j}" for j in range(m)]
    match start:
        case "Q":
            problem |= {"Q": draw(rows(n, d_k)), "K": draw(rows(m, d_k)), "V": draw(rows(m, d_v))}
        case "X":
            problem["X"] = draw(rows(n, d_model))
            if cross:
                problem["X_key"] = draw(rows(m, d_model))
            for name, width in (("Q", d_k), ("K", d_k), ("V", d_v)):
                problem[f"W_{name}"] = draw(rows(d_model, width))
                if draw(st.booleans()):
                    problem[f"b_{name}"] = draw(rows(1, width))[0]
        case "scores":
            problem |= {"scores": draw(rows(n, m)), "V": draw(rows(m, d_v))}
        case _:
            shares = st.integers(0, 1000).map(lambda units: _typed(units, 3))
            shares |= st.integers(0, 100).map(lambda units: f"{units}%")
            problem |= {"weights": draw(rows(n, m, shares)), "V": draw(rows(m, d_v))}
    if draw(st.booleans()):
        problem["W_O"] = draw(rows(d_v, d_model))
        if draw(st.booleans()):
            problem["b_O"] = draw(rows(1, d_model))[0]
    if start != "weights":
        problem["attention"] = draw(options(n, m, start != "scores"))
    return problem


@st.composite
def options(draw: st.DrawFn, n: int, m: int, knows_d_k: bool) -> Problem:
    """Options of attention, some of them left to their defaults."""
    scales = ["none", "0.5", "0.125", "2.5", "30%"] + ["1/sqrt(d_k)"] * knows_d_k
    masks = st.sampled_from(("none", "causal")) | rows(n, m, st.sampled_from("01"))
    choices = {
        "scale": st.sampled_from(scales),
        "mask": masks,
        "bias": st.just("none") | rows(n, m, NUMBERS | st.just("-inf")),
        "base": st.sampled_from(("e", "2", "3", "10", "1.5")),
    }
    return draw(st.fixed_dictionaries({}, optional=choices))


def judged(problem: Mapping[str, Any], claims: Mapping[str, Any], exact: bool = True) -> Report:
    """The report on claims, in decimals or in float64."""
    with patch("attncalc.readers.fields.hand_sized", return_value=exact):
        loaded = attncalc.load({**problem, "claims": dict(claims)})
    return report_on(attncalc.explain(loaded, list(claims) if not exact else ()))


def report_on(trace: Trace) -> Report:
    """The verdicts alone; to look for the mistakes behind them takes far longer."""
    return Report(trace, judge(Enclosures(trace)), (), ())


def expect(report: Report, *allowed: Verdict) -> None:
    """Every claim has one of these verdicts."""
    assert report.findings
    for finding in report.findings:
        assert finding.verdict in allowed, finding


def places(values: Any, index: tuple[int, ...] = ()) -> Iterator[tuple[tuple[int, ...], Any]]:
    """Every number of nested lists, with its index."""
    if isinstance(values, list):
        for place, part in enumerate(values):
            yield from places(part, (*index, place))
    else:
        yield index, values


def only(values: Any, index: tuple[int, ...], text: str) -> Any:
    """Nested lists of the same shape with one claim, and None elsewhere."""
    if not index:
        return text
    first, *rest = index
    return [
        only(part, tuple(rest), text) if place == first else each(part, lambda _: None)
        for place, part in enumerate(values)
    ]


@st.composite
def single_numbers(draw: st.DrawFn) -> tuple[Problem, str, Any, tuple[int, ...], Fraction]:
    """A problem, a stage with all its values, and one number of it that is not masked."""
    problem = draw(problems())
    stages = oracle.attention(problem)
    stage = draw(st.sampled_from(list(stages)))
    seen = [(index, number) for index, number in places(stages[stage]) if number is not None]
    assume(seen)
    index, number = draw(st.sampled_from(seen))
    return problem, stage, stages[stage], index, as_fraction(number)


def largest_of(problem: Problem) -> Fraction:
    """The largest magnitude of all its numbers, which is 1 at least: powers say nothing of it."""
    stages = oracle.attention(problem)
    numbers = (
        number
        for name, values in stages.items()
        if name not in ("exponentials", "sums")
        for _, number in places(values)
        if number is not None
    )
    return max((abs(as_fraction(number)) for number in numbers), default=Fraction(1)) + 1


# Promises.


@settings(max_examples=100, deadline=None)
@given(problems(), st.data())
def test_a_rounded_number_is_correct(problem: Problem, data: st.DataObject) -> None:
    """Whatever the number of decimals and the way of rounding, every stage's numbers are right."""
    claims = {}
    for name, values in oracle.attention(problem).items():
        ways = ROUNDED | IN_PERCENT if name == "weights" else ROUNDED
        claims[name] = printed(values, data.draw(ways, label=name))
    expect(judged(problem, claims), Verdict.CORRECT)


@settings(max_examples=25, deadline=None)
@given(problems(), st.data())
def test_a_rounded_number_is_not_wrong_in_float64(problem: Problem, data: st.DataObject) -> None:
    """The same where the problem is too large for decimals, give or take a tie."""
    claims = {
        name: printed(values, data.draw(ROUNDED, label=name))
        for name, values in oracle.attention(problem).items()
    }
    expect(judged(problem, claims, exact=False), Verdict.CORRECT, Verdict.FOLLOWS, Verdict.SLIP)


def test_typed_numbers_are_what_was_typed_in_float64() -> None:
    """0.1 is a tenth, and no double near it, however many zeros a claim adds."""
    problem = {"Q": [["0.1"]], "K": [["0.3"]], "V": [["0.1"]], "attention": {"bias": [["0.7"]]}}
    claims = {
        "V": [["0.1000000000000000000"]],
        "scores": [["0.0300000000000000000"]],
        "masked_scores": [["0.7300000000000000000"]],
        "output": [["0.1000000000000000000"]],
    }
    expect(judged(problem, claims, exact=False), Verdict.CORRECT)


@settings(max_examples=100, deadline=None)
@given(
    single_numbers(),
    st.integers(0, MOST_DECIMALS),
    st.integers(3, 1000) | st.integers(-1000, -3),
    st.booleans(),
)
def test_a_number_that_is_off_is_wrong(
    drawn: tuple[Problem, str, Any, tuple[int, ...], Fraction],
    decimals: int,
    units: int,
    percent: bool,
) -> None:
    """A single claim that is more than two units beyond every reading of it is not let go.

    Unless two digits were kept on the way, which moves a number by some hundredths of the largest.
    """
    problem, stage, values, index, number = drawn
    percent = percent and stage == "weights"
    shown = units_of(100 * number if percent else number, decimals, "half-up") + units
    text = digits(shown, decimals, shown < 0) + "%" * percent
    report = judged(problem, {stage: only(values, index, text)})
    (finding,) = report.findings
    if finding.verdict is Verdict.FOLLOWS:
        off = abs(Fraction(units, 10**decimals)) / (100 if percent else 1)
        assert off <= Fraction(1, 20) * largest_of(problem)
        return
    expect(report, Verdict.WRONG)
    assert report.first_wrong is finding
    assert report.first_wrong.claim.index == index


@settings(max_examples=30, deadline=None)
@given(problems(("Q", "X", "scores")), NUMBERS)
def test_what_is_masked_is_known_exactly(problem: Problem, number: str) -> None:
    """A number for a masked score is wrong, and so is -inf for a score that is not masked."""
    stages = oracle.attention(problem)
    assume("masked_scores" in stages)
    reverse = each(stages["masked_scores"], lambda score: number if score is None else "-inf")
    expect(judged(problem, {"masked_scores": reverse}), Verdict.WRONG)


@st.composite
def chains(draw: st.DrawFn, way: st.SearchStrategy[str]) -> tuple[Problem, dict[str, Any]]:
    """A problem, and what a source prints of it that goes on from its own printed numbers."""
    problem = draw(problems(("Q", "X", "scores")))
    stages = draw(st.lists(st.sampled_from(CHAINED), min_size=2, unique=True))
    prints = {name: printer(draw(st.integers(1, 5)), draw(way)) for name in stages}
    with mpmath.workdps(DIGITS):
        claims = worked_on_prints(problem, prints)
    assume(claims)
    if draw(st.booleans()):
        query = draw(st.integers(0, len(problem["tokens"]) - 1))
        claims = of_one_query(problem, claims, query)
    return problem, claims


@settings(max_examples=100, deadline=None)
@given(chains(st.sampled_from(("half-up", "half-even"))))
def test_rounding_on_the_way_is_excused(drawn: tuple[Problem, dict[str, Any]]) -> None:
    """A source that goes on from its own rounded numbers is right, or follows from them."""
    problem, claims = drawn
    expect(judged(problem, claims), Verdict.CORRECT, Verdict.FOLLOWS)


SCORES_AND_LATER = CHAINED[CHAINED.index("scores") + 1 :]


@st.composite
def mistaken_chains(draw: st.DrawFn) -> tuple[Problem, dict[str, Any]]:
    """A problem, and the prints of a source with other scores that works without rounding.

    Only a print that is the true value, to 12 digits, is what it goes on from.
    """
    problem = draw(problems(("Q", "X", "scores")))
    truth = oracle.attention(problem)
    scores = st.builds(_typed, st.integers(-300_000, 300_000), st.just(5))
    mistaken = {
        **problem,
        "scores": each(truth["scores"], lambda _: draw(scores)),
        "attention": {"scale": default_scale(problem), **problem.get("attention", {})},
    }
    stages = draw(st.lists(st.sampled_from(SCORES_AND_LATER), min_size=2, unique=True))
    prints = {name: printer(draw(st.integers(1, 4)), "half-up") for name in ("scores", *stages)}

    def carried(stage: str, values: Any, texts: Any) -> Any:
        def one(true: Any, value: Any, text: str) -> Any:
            print_of_it = oracle.number(text)
            if value is None or print_of_it is None:
                return None
            near = abs(print_of_it - as_fraction(true)) <= abs(print_of_it) / 10**11
            return print_of_it if near else value

        return together(one, truth[stage], values, texts)

    with mpmath.workdps(DIGITS):
        claims = worked_on_prints(mistaken, prints, carried)
    return problem, claims


def on_the_way(decimals: int, way: str) -> Callable[[Fraction], Fraction]:
    """Rounds to so many decimals, to two of them and two significant digits at least."""

    def kept(number: Fraction) -> Fraction:
        fewest = max(decimals, 2)
        while number and abs(number) * 10**fewest < 10:
            fewest += 1
        return Fraction(units_of(number, fewest, way), 10**fewest)

    return kept


FILLS = ("-inf", "-1e4", "-10000", "-65504", "-1e9", "-1000000000.0", "-3.4028235e+38")
"""What masked scores are printed as, or what is added to them."""

SOFTMAXES: tuple[tuple[Shift, Fate], ...] = (
    ("nothing", "0"),
    ("nothing", "equal"),
    ("nothing", "nan"),
    ("row", "0"),
    ("row", "equal"),
    ("row", "nan"),
    ("sink", "0"),
    ("sink", "nan"),
    ("matrix", "0"),
    ("matrix", "nan"),
)
"""What is subtracted from the scores first, and what becomes of a row without a visible key."""


@st.composite
def masked_problems(draw: st.DrawFn) -> Problem:
    """A problem of a single head whose mask hides much, and often a row as a whole."""
    problem = draw(plain_problems(("Q", "scores")))
    n, m = len(problem["tokens"]), len(problem.get("key_tokens", problem["tokens"]))
    mask = draw(rows(n, m, st.sampled_from("001")))
    return problem | {"attention": {**problem["attention"], "mask": mask}}


@st.composite
def honest_sources(
    draw: st.DrawFn, of: st.SearchStrategy[Problem], always: Sequence[str] = ()
) -> tuple[Problem, dict[str, Any]]:
    """A problem, and the prints of a source that rounds all that it does not print, too.

    always: some of these are printed in any case.
    """
    problem = draw(of)
    stages = draw(st.lists(st.sampled_from(CHAINED), min_size=1, max_size=4, unique=True))
    stages += [stage for stage in always if stage not in stages and draw(st.booleans())]
    ways = st.sampled_from(("half-up", "half-even"))
    most = draw(st.integers(1, 4))
    prints = {name: printer(draw(st.integers(1, most)), draw(ways)) for name in stages}
    hidden = draw(st.integers(most, 5))
    shift, blind = draw(st.sampled_from(SOFTMAXES))
    if shift == "matrix" and not {"exponentials", "sums"} & set(stages):
        shift = "row"  # which maximum it is can only be told from powers
    habits = Habits(
        on_the_way(hidden, draw(ways)),
        shift,
        draw(st.sampled_from(("divided", "inverse", "inverse of root"))),
        draw(st.sampled_from(FILLS)),
        draw(st.booleans()),
        blind,
    )
    with mpmath.workdps(DIGITS):
        claims = worked_on_prints(problem, prints, habits=habits)
    assume(claims)
    return problem, claims


@settings(max_examples=120, deadline=None)
@given(honest_sources(problems(("Q", "X", "scores"))))
def test_rounding_what_is_not_printed_is_excused(drawn: tuple[Problem, dict[str, Any]]) -> None:
    """A source may round every number as it comes, printed or not."""
    problem, claims = drawn
    expect(judged(problem, claims), Verdict.CORRECT, Verdict.FOLLOWS)


def test_what_an_additive_score_is_made_of_may_be_rounded() -> None:
    """Also where Q and K are given: q W_1, k W_2, their sum and its tanh are worked out, too.

    To two decimals, the sums' tanh is [0.58, -0.51, -0.52], [-0.16, -0.68, -0.64] and [0.33, -0.62,
    -0.58]; scores -1.63, -0.98, -1.46; powers 0.20, 0.38, 0.23; their sum 0.81.
    """
    score = {
        "W_1": [["0.95", "-0.27", "-0.83"], ["0.32", "0.43", "-0.26"]],
        "W_2": [["-0.58", "-0.18", "-0.12"], ["0.99", "0.72", "0.24"]],
        "v": ["-1.22", "0.75", "1.04"],
    }
    problem = {
        "Q": [["0.86", "-0.52"]],
        "K": [["-0.46", "-0.25"], ["0.88", "-0.30"], ["-0.14", "-0.40"]],
        "attention": {"score": {"additive": score}},
    }
    claims = {"weights": [["0.25", "0.47", "0.28"]]}
    assert attncalc.check(attncalc.load({**problem, "claims": claims})).first_wrong is None


@settings(max_examples=120, deadline=None)
@given(honest_sources(masked_problems(), ("masked_scores", "exponentials", "weights", "output")))
def test_what_masks_leave_is_excused(drawn: tuple[Problem, dict[str, Any]]) -> None:
    """Whatever stands for a masked score, and whatever becomes of a row of nothing else."""
    problem, claims = drawn
    expect(judged(problem, claims), Verdict.CORRECT, Verdict.FOLLOWS)


@settings(max_examples=80, deadline=None)
@given(mistaken_chains())
def test_what_follows_from_a_mistake_is_excused(drawn: tuple[Problem, dict[str, Any]]) -> None:
    """With wrong scores, all that a source works out from them without rounding follows."""
    problem, claims = drawn
    findings = judged(problem, claims).findings
    later = [f for f in findings if f.claim.stage in SCORES_AND_LATER]
    for finding in later:
        assert finding.verdict in (Verdict.CORRECT, Verdict.FOLLOWS), finding


@settings(max_examples=25, deadline=None)
@given(chains(st.sampled_from(("half-up", "half-even"))))
def test_rounding_on_the_way_is_excused_in_float64(drawn: tuple[Problem, dict[str, Any]]) -> None:
    """The same where the problem is too large for decimals, give or take a tie."""
    problem, claims = drawn
    report = judged(problem, claims, exact=False)
    expect(report, Verdict.CORRECT, Verdict.FOLLOWS, Verdict.SLIP)


@settings(max_examples=80, deadline=None)
@given(problems(), st.data())
def test_truncating_is_a_slip_at_worst(problem: Problem, data: st.DataObject) -> None:
    """Digits cut off instead of rounded, anywhere, are never wrong."""
    claims = {
        name: printed(values, data.draw(TRUNCATED, label=name))
        for name, values in oracle.attention(problem).items()
    }
    expect(judged(problem, claims), Verdict.CORRECT, Verdict.FOLLOWS, Verdict.SLIP)


@settings(max_examples=60, deadline=None)
@given(chains(st.just("truncated")))
def test_truncating_on_the_way_is_a_slip_at_worst(drawn: tuple[Problem, dict[str, Any]]) -> None:
    """A source that cuts digits off and goes on from what is left is never wrong."""
    problem, claims = drawn
    report = judged(problem, claims)
    expect(report, Verdict.CORRECT, Verdict.FOLLOWS, Verdict.SLIP)


PERTURBED = ("Q", "K", "V", "X", "X_key", "scores", "weights")


@st.composite
def longer_inputs(draw: st.DrawFn) -> tuple[Problem, Problem]:
    """A problem as printed, and one with longer numbers that it may be the print of."""
    problem = draw(problems())
    longer = dict(problem)

    def moved(text: str) -> str:
        return _moved(text, draw(st.integers(-500, 500))) if "." in text else text

    for name in problem:
        if name in PERTURBED or name.startswith(("W_", "b_")):
            longer[name] = each(
                problem[name],
                moved,
            )
    options = dict(problem.get("attention", {}))
    if isinstance(options.get("positions"), list):
        options["positions"] = each(options["positions"], moved)
    if "past" in options:
        cached = {
            name: each(options["past"][name], moved)
            for name in ("K", "V")
            if name in options["past"]
        }
        options["past"] = {**options["past"], **cached}
    return problem, {**longer, "attention": options}


def _moved(text: str, thousandths: int) -> str:
    """A number typed with a point, moved by thousandths of the unit of its last decimal."""
    decimals = len(text.partition(".")[2])
    moved = Fraction(text) + Fraction(thousandths, 1000) / 10**decimals
    return digits(abs(int(moved * 10 ** (decimals + 3))), decimals + 3, moved < 0)


@settings(max_examples=80, deadline=None)
@given(longer_inputs(), st.data())
def test_rounded_inputs_excuse_what_their_prints_hide(
    drawn: tuple[Problem, Problem], data: st.DataObject
) -> None:
    """Under inputs: rounded, numbers computed from the unrounded inputs are right."""
    problem, longer = drawn
    claims = {
        name: printed(values, data.draw(ROUNDED, label=name))
        for name, values in oracle.attention(longer).items()
    }
    expect(judged(problem | {"inputs": "rounded"}, claims), Verdict.CORRECT)


@settings(max_examples=60, deadline=None)
@given(
    single_numbers(),
    st.integers(0, 4),
    st.integers(-50, 50),
    st.integers(0, 5000).map(lambda units: _typed(units, 3)),
)
def test_tolerance_widens_by_just_so_much(
    drawn: tuple[Problem, str, Any, tuple[int, ...], Fraction],
    decimals: int,
    units: int,
    tolerance: str,
) -> None:
    """A claim is correct up to half a unit and the tolerance away, and no further."""
    problem, stage, values, index, number = drawn
    text = digits(total := units_of(number, decimals, "half-up") + units, decimals, total < 0)
    room = Fraction(1, 2 * 10**decimals) + Fraction(tolerance)
    off = abs(value_of(text) - number)
    assume(off == room or abs(off - room) > Fraction(1, 10**30))
    report = judged(problem, {stage: only(values, index, text), "tolerance": tolerance})
    found = report.findings[0]
    assume(not (found.reason or "").startswith("stable softmax"))  # another number, which may fit
    assert (found.verdict is Verdict.CORRECT) == (off <= room)


@settings(max_examples=25, deadline=None)
@given(
    chains(st.sampled_from(("half-up", "truncated"))),
    st.data(),
    st.sampled_from(("1e-6", "0.001", "0.1", "2")),
)
def test_tolerance_never_makes_a_verdict_worse(
    drawn: tuple[Problem, dict[str, Any]], data: st.DataObject, tolerance: str
) -> None:
    """What is right or follows without a tolerance does so with one.

    A row of powers is read as it fits best, and may be read another way; no more of it is wrong.
    """
    problem, claims = drawn
    stage = data.draw(st.sampled_from(list(claims)))
    claims[stage] = each(
        claims[stage], lambda text: data.draw(NUMBERS) if text not in (None, "-inf") else text
    )
    before = judged(problem, claims)
    after = judged(problem, claims | {"tolerance": tolerance})
    counts = [Counter(finding.verdict for finding in each.findings) for each in (before, after)]
    assert counts[1][Verdict.WRONG] <= counts[0][Verdict.WRONG]
    if {"exponentials", "sums"} & set(claims):
        return
    for strict, lenient in zip(before.findings, after.findings, strict=True):
        assert ORDER.index(lenient.verdict) <= ORDER.index(strict.verdict)


@pytest.mark.no_cover
@pytest.mark.parametrize("inputs", ["exact", "rounded"])
def test_a_large_problem_is_checked_too(inputs: str) -> None:
    """Forty tokens, beyond what is hand-sized: their terms are judged too, and rounded inputs."""
    n, moved = 40, {"exact": 0, "rounded": 499}[inputs]
    typed = [[_typed((7 * i + 3 * d) % 19 - 9, 1) for d in range(2)] for i in range(n)]
    longer = [[_moved(text, moved) for text in row] for row in typed]
    stages = oracle.attention({"Q": longer, "K": longer[::-1], "V": longer})
    written = printer(4, "half-up")
    claims = {
        name: [*printed(stages[name][:1], written), *[None] * (n - 1)]
        for name in ("scores", "exponentials", "weights", "weighted_values", "output")
    }
    problem = {"Q": typed, "K": typed[::-1], "V": typed, "inputs": inputs, "claims": claims}
    report = report_on(attncalc.explain(attncalc.load(problem)))
    expect(report, Verdict.CORRECT)
    right = Counter(finding.claim.stage for finding in report.findings)
    assert right == {
        "scores": n,
        "exponentials": n,
        "weights": n,
        "weighted_values": 2 * n,
        "output": 2,
    }


@pytest.mark.no_cover
@pytest.mark.parametrize("stage", ["scores", "exponentials", "weights", "output"])
def test_a_large_problem_is_known_as_well(stage: str) -> None:
    """A number three times too large, or one unit of its seventh digit off, is wrong in float64."""
    n = 45
    typed = [[_typed((7 * i + 3 * d) % 19 + 2, 1) for d in range(2)] for i in range(n)]
    problem = {"Q": typed, "K": typed[::-1], "V": typed, "attention": {"scale": "0.1"}}
    trace = attncalc.explain(attncalc.load(problem))
    assert trace.context is None
    values = oracle.attention(problem)[stage]
    right = as_fraction(values[4][1])
    for off in (right * 3, right * Fraction(1_000_001, 1_000_000)):
        claims = {stage: only(values, (4, 1), printer(12, "half-up")(off))}
        expect(
            report_on(attncalc.explain(attncalc.load({**problem, "claims": claims}))), Verdict.WRONG
        )
