"""Each known mistake, made on purpose, is called by its name; and right numbers are called nothing.

A mistake is planted in plain loops: the stage it is made at takes the place of the right one, and
the stages after it are worked out from there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import exp, hypot, inf, log, sqrt
from typing import Any, TypeAlias

import pytest

import attncalc
from attncalc.checking import check
from attncalc.report import Report, Verdict

Grid: TypeAlias = list[list[float]]
Stages: TypeAlias = dict[str, Grid]
Problem: TypeAlias = dict[str, Any]

LATER = ("weights", "output")
"""Stages that an early mistake shows in too."""

STARTED_AT = ("Q", "K", "V", "X")

Q = [["1.2", "-0.3", "0.8"], ["0.4", "1.1", "-0.6"], ["-0.7", "0.5", "1.3"], ["0.9", "0.2", "0.1"]]
K = [["0.7", "1.4", "-0.2"], ["1.5", "-0.4", "0.6"], ["0.3", "0.8", "1.1"], ["-0.5", "0.9", "0.4"]]
V = [["2.1", "-1.3", "0.4"], ["0.6", "1.7", "-0.9"], ["-1.2", "0.8", "2.5"], ["1.4", "-0.6", "0.3"]]
SQUARE = [
    ["1.3", "-0.7", "0.2", "1.1"],
    ["0.4", "0.9", "-1.2", "0.6"],
    ["-0.5", "1.6", "0.8", "-0.3"],
    ["0.7", "0.1", "1.4", "-0.9"],
]
WIDE_SQUARE = [
    [*row, number] for row, number in zip(SQUARE, ("0.3", "-1", "0.5", "1.2"), strict=True)
]
X = [[*reversed(row)] for row in WIDE_SQUARE]
WIDE = [*WIDE_SQUARE, ["-0.8", "0.2", "0.9", "-0.4", "1.5"]]
NARROW = [row[:3] for row in WIDE]

PLAIN: Problem = {"tokens": ["the", "cat", "sat", "down"], "Q": Q, "K": K, "V": V}
SCALED: Problem = {**PLAIN, "attention": {"scale": "0.8"}}
UNSCALED: Problem = {**PLAIN, "attention": {"scale": "none"}}
CAUSAL: Problem = {**PLAIN, "attention": {"mask": "causal"}}
BIASED: Problem = {
    **PLAIN,
    "attention": {
        "mask": "causal",
        "bias": [[f"{(i - j) / 10}" for j in range(4)] for i in range(4)],
    },
}
PROJECTED: Problem = {**PLAIN, "W_O": [["1.1", "-0.4"], ["0.3", "0.9"], ["-0.6", "0.5"]]}
EMBEDDED: Problem = {
    "tokens": PLAIN["tokens"],
    "X": X,
    "W_Q": NARROW,
    "W_K": NARROW[::-1],
    "W_V": WIDE,
}
SQUARE_KEYS: Problem = {**PLAIN, "Q": [[*reversed(row)] for row in SQUARE], "K": SQUARE}
SQUARE_VALUES: Problem = {**PLAIN, "V": SQUARE}
NARROW_VALUES: Problem = {**PLAIN, "V": [row[:2] for row in V]}
SUITED: Problem = {**PLAIN, "Q": [["1", "0.5", "0.7"], *Q[1:]], "attention": {"base": "3"}}


@dataclass(frozen=True)
class Plant:
    """A problem, the stage a mistake is made at, and what that stage is then."""

    problem: Problem
    stage: str
    mistaken: Callable[[Stages], Grid]


def times(A: Grid, B: Grid) -> Grid:
    """A · B."""
    return [
        [sum(a * b for a, b in zip(row, column, strict=True)) for column in zip(*B, strict=True)]
        for row in A
    ]


def turned(A: Grid) -> Grid:
    """A transposed."""
    return [list(column) for column in zip(*A, strict=True)]


def every(A: Grid, change: Callable[[float], float]) -> Grid:
    """A with every number changed."""
    return [[change(a) for a in row] for row in A]


def shortened(decimals: int, whole: Callable[[float], int]) -> Callable[[Stages], Grid]:
    """The weights with so many decimals."""
    return lambda s: every(s["weights"], lambda x: whole(x * 10**decimals) / 10**decimals)


def shares(row: Sequence[float]) -> list[float]:
    """Each number divided by the sum of all."""
    return [number / sum(row) for number in row]


def softmax(S: Grid, base: float | None = None) -> Grid:
    """Each row's powers, divided by their sum."""
    return [shares([power(score, base) for score in row]) for row in S]


def power(score: float, base: float | None = None) -> float:
    """base to the score, e if None; 0 for a masked one."""
    return 0.0 if score == -inf else exp(score) if base is None else float(base**score)


def causal(S: Grid, hidden: float = -inf) -> Grid:
    """The scores with keys after the query hidden, or set to something else."""
    return [[s if j <= i else hidden for j, s in enumerate(row)] for i, row in enumerate(S)]


def anticausal(S: Grid) -> Grid:
    """The scores with keys before the query hidden: the mask on the wrong side."""
    return [[s if j >= i else -inf for j, s in enumerate(row)] for i, row in enumerate(S)]


def flattened_softmax(S: Grid) -> Grid:
    """One softmax over all the rows together."""
    whole = sum(power(score) for row in S for score in row)
    return every(S, lambda score: power(score) / whole)


def worked(problem: Problem, plant: Plant | None = None) -> Stages:
    """Every stage from the scores on, with the plant's stage in the place of the right one."""
    stages: Stages = {name: every(problem[name], float) for name in STARTED_AT if name in problem}
    if "X" in problem:
        for name in "QKV":
            stages[name] = times(stages["X"], every(problem[f"W_{name}"], float))
    options = problem.get("attention", {})
    given = set(stages)

    def keep(name: str, values: Callable[[], Grid]) -> None:
        stages[name] = values()
        if plant is not None and plant.stage == name:
            stages[name] = plant.mistaken(stages)

    def last() -> Grid:
        return next(
            stages[name] for name in ("masked_scores", "scaled_scores", "scores") if name in stages
        )

    keep("scores", lambda: times(stages["Q"], turned(stages["K"])))
    scale = options.get("scale", "default")
    if scale != "none":
        factor = 1 / sqrt(len(stages["Q"][0])) if scale == "default" else float(scale)
        keep("scaled_scores", lambda: every(stages["scores"], lambda score: score * factor))
    if "mask" in options:
        bias = every(options["bias"], float) if "bias" in options else every(last(), lambda _: 0)
        keep("masked_scores", lambda: causal(plus(last(), bias)))
    base = float(options["base"]) if "base" in options else None
    keep("weights", lambda: softmax(last(), base))
    attended = "head_outputs" if "W_O" in problem else "output"
    keep(attended, lambda: times(stages["weights"], stages["V"]))
    if "W_O" in problem:
        keep("output", lambda: times(stages["head_outputs"], every(problem["W_O"], float)))
    return {name: values for name, values in stages.items() if name not in given}


def plus(A: Grid, B: Grid) -> Grid:
    """A + B."""
    return [[a + b for a, b in zip(*rows, strict=True)] for rows in zip(A, B, strict=True)]


def scores_divided_by(divisor: float) -> Callable[[Stages], Grid]:
    """The scores divided by some number or other."""
    return lambda stages: every(stages["scores"], lambda score: score / divisor)


PLANTS: dict[str, tuple[Plant, ...]] = {
    "query and key are swapped": (
        Plant(PLAIN, "scores", lambda s: times(s["K"], turned(s["Q"]))),
        Plant(EMBEDDED, "scores", lambda s: times(s["K"], turned(s["Q"]))),
    ),
    "queries meet queries instead of keys": (
        Plant(PLAIN, "scores", lambda s: times(s["Q"], turned(s["Q"]))),
    ),
    "keys meet keys instead of queries": (
        Plant(PLAIN, "scores", lambda s: times(s["K"], turned(s["K"]))),
    ),
    "queries meet values instead of keys": (
        Plant(PLAIN, "scores", lambda s: times(s["Q"], turned(s["V"]))),
    ),
    "the scores are cosines": (
        Plant(
            PLAIN,
            "scores",
            lambda s: [
                [
                    sum(a * b for a, b in zip(q, k, strict=True)) / hypot(*q) / hypot(*k)
                    for k in s["K"]
                ]
                for q in s["Q"]
            ],
        ),
    ),
    "Q and K are multiplied entry by entry": (
        Plant(
            SQUARE_KEYS,
            "scores",
            lambda s: [
                [a * b for a, b in zip(*rows, strict=True)]
                for rows in zip(s["Q"], s["K"], strict=True)
            ],
        ),
    ),
    "K is not transposed": (Plant(SQUARE_KEYS, "scores", lambda s: times(s["Q"], s["K"])),),
    "the diagonal is taken for a row": (
        Plant(PLAIN, "scores", lambda s: [[s["scores"][j][j] for j in range(4)]] * 4),
    ),
    "the scores are not scaled": (
        Plant(PLAIN, "scaled_scores", scores_divided_by(1)),
        Plant(SCALED, "scaled_scores", scores_divided_by(1)),
        Plant(CAUSAL, "scaled_scores", scores_divided_by(1)),
    ),
    "the scores are scaled twice": (
        Plant(SCALED, "scaled_scores", lambda s: every(s["scaled_scores"], lambda z: 0.8 * z)),
    ),
    "the scores are divided by √d_k": (Plant(SCALED, "scaled_scores", scores_divided_by(sqrt(3))),),
    "the scores are divided by d_k": (
        Plant(SCALED, "scaled_scores", scores_divided_by(3)),
        Plant(PLAIN, "scaled_scores", scores_divided_by(3)),
    ),
    "the scores are multiplied by √d_k": (
        Plant(PLAIN, "scaled_scores", scores_divided_by(1 / sqrt(3))),
    ),
    "the scores are divided by √d_v": (
        Plant(NARROW_VALUES, "scaled_scores", scores_divided_by(sqrt(2))),
    ),
    "the scores are divided by √d_model": (
        Plant(EMBEDDED, "scaled_scores", scores_divided_by(sqrt(5))),
    ),
    "the scores are divided by the root of the number of keys": (
        Plant(PLAIN, "scaled_scores", scores_divided_by(2)),
    ),
    "the scores are divided by the number of keys": (
        Plant(PLAIN, "scaled_scores", scores_divided_by(4)),
        Plant(CAUSAL, "scaled_scores", scores_divided_by(4)),
    ),
    "the mask is not applied": (
        Plant(CAUSAL, "masked_scores", lambda s: s["scaled_scores"]),
        Plant(BIASED, "masked_scores", lambda s: plus(s["scaled_scores"], biases())),
    ),
    "masked scores are set to 0 instead of -inf": (
        Plant(CAUSAL, "masked_scores", lambda s: causal(s["scaled_scores"], 0)),
        Plant(BIASED, "masked_scores", lambda s: causal(plus(s["scaled_scores"], biases()), 0)),
    ),
    "the mask is on the wrong side": (
        Plant(CAUSAL, "masked_scores", lambda s: anticausal(s["scaled_scores"])),
    ),
    "the mask is applied after the softmax": (
        Plant(CAUSAL, "weights", lambda s: causal(softmax(s["scaled_scores"]), 0)),
    ),
    "scores are divided by the sum of their magnitudes, without powers": (
        Plant(
            PLAIN,
            "weights",
            lambda s: [[x / sum(map(abs, row)) for x in row] for row in s["scaled_scores"]],
        ),
    ),
    "the scaling comes after the softmax": (
        Plant(PLAIN, "weights", lambda s: every(softmax(s["scores"]), lambda x: x / sqrt(3))),
        Plant(SCALED, "weights", lambda s: every(softmax(s["scores"]), lambda x: 0.8 * x)),
    ),
    "the softmax is applied twice": (
        Plant(PLAIN, "weights", lambda s: softmax(softmax(s["scaled_scores"]))),
    ),
    "powers, the largest score taken off, are not divided by their sum": (
        Plant(
            PLAIN,
            "weights",
            lambda s: [[exp(x - max(row)) for x in row] for row in s["scaled_scores"]],
        ),
    ),
    "the last key is left out of the sum": (
        Plant(
            PLAIN,
            "weights",
            lambda s: [
                [exp(x) / sum(exp(each) for each in row[:-1]) for x in row]
                for row in s["scaled_scores"]
            ],
        ),
    ),
    "each score goes through a sigmoid": (
        Plant(PLAIN, "weights", lambda s: every(s["scaled_scores"], lambda x: 1 / (1 + exp(-x)))),
    ),
    "the largest score takes all": (
        Plant(
            PLAIN,
            "weights",
            lambda s: [[float(x == max(row)) for x in row] for row in s["scaled_scores"]],
        ),
    ),
    "logarithms of the weights are given": (
        Plant(PLAIN, "weights", lambda s: every(softmax(s["scaled_scores"]), log)),
    ),
    "the softmax goes down the columns": (
        Plant(PLAIN, "weights", lambda s: turned(softmax(turned(s["scaled_scores"])))),
        Plant(UNSCALED, "weights", lambda s: turned(softmax(turned(s["scores"])))),
        Plant(CAUSAL, "weights", lambda s: turned(softmax(turned(s["masked_scores"])))),
    ),
    "the softmax goes over the whole matrix": (
        Plant(PLAIN, "weights", lambda s: flattened_softmax(s["scaled_scores"])),
        Plant(CAUSAL, "weights", lambda s: flattened_softmax(s["masked_scores"])),
    ),
    "the softmax is to base 2": (
        Plant(PLAIN, "weights", lambda s: softmax(s["scaled_scores"], 2)),
        Plant(SUITED, "weights", lambda s: softmax(s["scaled_scores"], 2)),
    ),
    "the softmax is to base 10": (
        Plant(PLAIN, "weights", lambda s: softmax(s["scaled_scores"], 10)),
    ),
    "the softmax is to base e": (Plant(SUITED, "weights", lambda s: softmax(s["scaled_scores"])),),
    **{
        f"the weights are {way} {decimals} decimal{'s' * (decimals > 1)} on the way": (
            Plant(UNSCALED, "weights", shortened(decimals, whole)),
        )
        for decimals in (1, 2, 3)
        for way, whole in (("rounded to", round), ("cut off after", int))
    },
    "scores are divided by their sum, without powers": (
        Plant(PLAIN, "weights", lambda s: [shares(row) for row in s["scaled_scores"]]),
    ),
    "powers are not divided by their sum": (
        Plant(PLAIN, "weights", lambda s: every(s["scaled_scores"], power)),
        Plant(SUITED, "weights", lambda s: every(s["scaled_scores"], lambda x: power(x, 3))),
    ),
    "the weights are applied to the keys": (
        Plant(PLAIN, "output", lambda s: times(s["weights"], s["K"])),
        Plant(PROJECTED, "head_outputs", lambda s: times(s["weights"], s["K"])),
    ),
    "the weights are applied to the embeddings": (
        Plant(EMBEDDED, "output", lambda s: times(s["weights"], s["X"])),
    ),
    "the weights are applied to the queries": (
        Plant(PLAIN, "output", lambda s: times(s["weights"], s["Q"])),
    ),
    "the values are added up without weights": (
        Plant(PLAIN, "output", lambda s: times([[1.0] * 4] * 4, s["V"])),
        Plant(
            CAUSAL, "output", lambda s: times(every(s["weights"], lambda x: float(x > 0)), s["V"])
        ),
    ),
    "the values are averaged without weights": (
        Plant(PLAIN, "output", lambda s: times([[0.25] * 4] * 4, s["V"])),
    ),
    "the values are transposed": (
        Plant(SQUARE_VALUES, "output", lambda s: times(s["weights"], turned(s["V"]))),
    ),
    "the weights are transposed": (
        Plant(PLAIN, "output", lambda s: times(turned(s["weights"]), s["V"])),
        Plant(PROJECTED, "head_outputs", lambda s: times(turned(s["weights"]), s["V"])),
    ),
}
"""Where each entry of the catalogue is planted."""


def biases() -> Grid:
    """The bias of the problem that has one."""
    return every(BIASED["attention"]["bias"], float)


def printed(values: Grid) -> list[list[str]]:
    """A stage with four decimals."""
    return [["-inf" if number == -inf else f"{number:.4f}" for number in row] for row in values]


def judged(problem: Problem, stages: Mapping[str, Grid], *names: str) -> Report:
    """The report on these stages, claimed as they are printed."""
    claims = {name: printed(stages[name]) for name in names}
    return check(attncalc.explain(attncalc.load({**problem, "claims": claims})))


def diagnoses(report: Report) -> dict[str, str]:
    """What is said of each stage; several sentences after each other."""
    said: dict[str, str] = {}
    for diagnosis in report.diagnoses:
        before = f"{said[diagnosis.stage]}; " if diagnosis.stage in said else ""
        said[diagnosis.stage] = before + diagnosis.sentence
    return said


CASES = [
    pytest.param(what, plant, id=f"{what} ({number})" if number else what)
    for what, plants in PLANTS.items()
    for number, plant in enumerate(plants)
]
every_plant = pytest.mark.parametrize(("what", "plant"), CASES)
PROBLEMS = {
    repr(plant.problem): pytest.param(plant.problem, id=what)
    for what, plants in PLANTS.items()
    for plant in plants
}.values()
"""Each that something is planted in, once."""


@pytest.mark.no_cover
@every_plant
def test_a_mistake_is_called_by_its_name(what: str, plant: Plant) -> None:
    """The stage that the mistake was made at, claimed alone, is diagnosed with it."""
    stages = worked(plant.problem, plant)
    report = judged(plant.problem, stages, plant.stage)
    assert report.first_wrong is not None
    assert diagnoses(report) == {plant.stage: what}


@pytest.mark.no_cover
@every_plant
def test_a_mistake_is_found_where_it_was_made(what: str, plant: Plant) -> None:
    """With every stage claimed, the first that goes wrong is the mistake's, and the rest follow."""
    stages = worked(plant.problem, plant)
    report = judged(plant.problem, stages, *stages)
    assert diagnoses(report) == {plant.stage: what}
    wrong = {finding.claim.stage for finding in report.findings if finding.verdict is Verdict.WRONG}
    assert wrong == {plant.stage}


@pytest.mark.no_cover
@every_plant
def test_a_mistake_is_known_by_what_came_of_it(what: str, plant: Plant) -> None:
    """Where only a later stage is claimed, what was done before is still found out."""
    stages = worked(plant.problem, plant)
    order = list(stages)
    for later in LATER:
        if order.index(later) > order.index(plant.stage):
            assert diagnoses(judged(plant.problem, stages, later)) == {later: what}


@pytest.mark.no_cover
@every_plant
def test_a_row_is_enough(what: str, plant: Plant) -> None:
    """The mistake is found in one query's row alone, wherever that row is wrong."""
    stages = worked(plant.problem, plant)
    rows = printed(stages[plant.stage])
    wrong = 0
    for query in range(1, 4):  # the first row has too little to go by, under a causal mask
        claims = {plant.stage: [row if place == query else None for place, row in enumerate(rows)]}
        report = check(attncalc.explain(attncalc.load({**plant.problem, "claims": claims})))
        if report.first_wrong is not None:
            wrong += 1
            assert diagnoses(report) == {plant.stage: what}
    assert wrong


@pytest.mark.no_cover
@pytest.mark.parametrize("problem", PROBLEMS)
def test_right_numbers_are_called_nothing(problem: Problem) -> None:
    """A problem worked without a mistake, every stage claimed, has nothing to diagnose."""
    stages = worked(problem)
    report = judged(problem, stages, *stages)
    assert diagnoses(report) == {}
    assert {finding.verdict for finding in report.findings} == {Verdict.CORRECT}


def test_a_wrong_row_that_no_known_mistake_gives_is_not_diagnosed() -> None:
    """Numbers out of thin air are wrong, and no rule is blamed for them."""
    claims = {"weights": [["0.9", "0.8", "0.7", "0.6"], None, None, None]}
    report = check(attncalc.explain(attncalc.load({**PLAIN, "claims": claims})))
    assert report.first_wrong is not None
    assert diagnoses(report) == {}


def test_one_number_alone_is_not_diagnosed() -> None:
    """Too many rules give any one number to say which was followed."""
    stages = worked(PLAIN)
    wrong = printed(scores_divided_by(1)(stages))[0][0]
    claims = {"scaled_scores": [[wrong, None, None, None], None, None, None]}
    report = check(attncalc.explain(attncalc.load({**PLAIN, "claims": claims})))
    assert report.first_wrong is not None
    assert diagnoses(report) == {}


def test_a_mistake_made_on_printed_numbers_is_named_too() -> None:
    """Weights down the columns of scaled scores that the source had rounded to one decimal."""
    rounded = [[round(score, 1) for score in row] for row in worked(PLAIN)["scaled_scores"]]
    claims = {
        "scaled_scores": [[f"{score:.1f}" for score in row] for row in rounded],
        "weights": printed(turned(softmax(turned(rounded)))),
    }
    report = check(attncalc.explain(attncalc.load({**PLAIN, "claims": claims})))
    assert diagnoses(report) == {"weights": "the softmax goes down the columns"}


def test_dividing_by_d_k_instead_of_its_root_is_diagnosed() -> None:
    """Dividing by √3 twice and dividing by 3 give the same numbers, so either name will do."""
    plant = Plant(PLAIN, "scaled_scores", scores_divided_by(3))
    report = judged(PLAIN, worked(PLAIN, plant), "scaled_scores")
    assert diagnoses(report)["scaled_scores"] in (
        "the scores are divided by d_k",
        "the scores are scaled twice",
    )
