"""Each known mistake on the way back, made on purpose in plain loops, is called by its name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import exp, log, sqrt
from typing import Any, TypeAlias

import pytest

import attncalc
from attncalc.checking import check
from attncalc.checking.catalogue_of_gradients import OF_GRADIENTS
from attncalc.report import Report, Verdict

Grid: TypeAlias = list[list[float]]

Q = [["1.2", "-0.3"], ["0.4", "1.1"], ["-0.7", "0.5"]]
K = [["0.7", "1.4"], ["1.5", "-0.4"], ["0.3", "0.8"]]
V = [["2.1", "-1.3"], ["0.6", "1.7"], ["-1.2", "0.8"]]
D_OUTPUT = [["0.5", "-1"], ["1.5", "0.25"], ["-0.75", "2"]]
CAUSAL: dict[str, Any] = {
    "tokens": ["the", "cat", "sat"],
    **{"Q": Q, "K": K, "V": V, "d_output": D_OUTPUT},
    "attention": {"mask": "causal"},
}
GROUPED: dict[str, Any] = {
    "tokens": ["the", "cat", "sat"],
    "Q": [[*a, *b] for a, b in zip(Q, K[::-1], strict=True)],
    **{"K": K, "V": V},
    "d_output": [[*a, *b] for a, b in zip(D_OUTPUT, V, strict=True)],
    "attention": {"heads": "2", "kv_heads": "1"},
}


@dataclass
class Habits:
    """How somebody goes back through one head, each of them right by default."""

    dots: Callable[[list[float], list[float]], float] = lambda a, d: sum(map(times, a, d))
    diagonal: bool = False
    through_mask: bool = False
    scale: int = 1
    keys_turned: bool = True
    values_turned: bool = True


def times(x: float, y: float) -> float:
    return x * y


def floats(rows: Any) -> Grid:
    return [[float(text) for text in row] for row in rows]


def turned(rows: Grid) -> Grid:
    return [list(row) for row in zip(*rows, strict=True)]


def product(left: Grid, right: Grid) -> Grid:
    return [[sum(map(times, row, column)) for column in turned(right)] for row in left]


def softmax(row: list[float], seen: int) -> list[float]:
    powers = [exp(score) if j < seen else 0.0 for j, score in enumerate(row)]
    return [power / sum(powers) for power in powers]


def back(Q: Grid, K: Grid, V: Grid, dO: Grid, causal: bool, habits: Habits) -> dict[str, Grid]:
    """The gradients of one head, by its habits."""
    S = [[score / sqrt(len(K[0])) for score in row] for row in product(Q, turned(K))]
    A = [softmax(row, i + 1 if causal else len(row)) for i, row in enumerate(S)]
    dA = product(dO, turned(V))
    used = [softmax(row, len(row)) for row in S] if habits.through_mask else A
    dS = []
    for a, d in zip(used, dA, strict=True):
        if habits.diagonal:
            dS.append([x * (1 - x) * y for x, y in zip(a, d, strict=True)])
        else:
            mean = habits.dots(a, d)
            dS.append([x * (y - mean) for x, y in zip(a, d, strict=True)])
    scaled = [[x / sqrt(len(K[0])) ** habits.scale for x in row] for row in dS]
    return {
        "d_V": product(turned(A) if habits.values_turned else A, dO),
        "d_masked_scores": dS,
        "d_scores": scaled,
        "d_Q": product(scaled, K),
        "d_K": product(turned(scaled) if habits.keys_turned else scaled, Q),
    }


def causal(habits: Habits) -> dict[str, Any]:
    q, k, v, d = (floats(CAUSAL[name]) for name in ("Q", "K", "V", "d_output"))
    return back(q, k, v, d, True, habits)


def first_head_alone(name: str) -> dict[str, Any]:
    """Two heads on one: what the first gives, for both."""
    Q, dO = floats(GROUPED["Q"]), floats(GROUPED["d_output"])
    K, V = floats(GROUPED["K"]), floats(GROUPED["V"])
    head = [back([r[:2] for r in Q], K, V, [r[:2] for r in dO], False, Habits())]
    return {name: [head[0][name]]}


def written(values: Any) -> Any:
    if isinstance(values, list):
        return [written(part) for part in values]
    return f"{values:.6f}"


def judged(problem: dict[str, Any], claims: dict[str, Any]) -> Report:
    claimed = {**problem, "claims": {name: written(each) for name, each in claims.items()}}
    return check(attncalc.explain(attncalc.load(claimed)))


GRADIENT_PLANTS: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "the row's sum is left out of the softmax's gradient (α dα, and not α (dα − D))": (
        CAUSAL,
        causal(Habits(dots=lambda _a, _d: 0.0)),
        "d_masked_scores",
    ),
    "only the diagonal α (1 − α) of the softmax's Jacobian is taken": (
        CAUSAL,
        causal(Habits(diagonal=True)),
        "d_masked_scores",
    ),
    "the plain mean of dα is subtracted, and not the one that counts by weights": (
        CAUSAL,
        causal(Habits(dots=lambda _a, d: sum(d) / len(d))),
        "d_masked_scores",
    ),
    "the mask is let through on the way back": (
        CAUSAL,
        causal(Habits(through_mask=True)),
        "d_masked_scores",
    ),
    "the scale is left out on the way back": (CAUSAL, causal(Habits(scale=0)), "d_scores"),
    "the scale is applied twice on the way back": (CAUSAL, causal(Habits(scale=2)), "d_scores"),
    "dS is not transposed for the keys (dK = dS Q)": (
        CAUSAL,
        causal(Habits(keys_turned=False)),
        "d_K",
    ),
    "the weights are not transposed for the values (dV = A dO)": (
        CAUSAL,
        causal(Habits(values_turned=False)),
        "d_V",
    ),
    "the gradients of keys are not added up over the heads that share them": (
        GROUPED,
        first_head_alone("d_K"),
        "d_K",
    ),
    "the gradients of values are not added up over the heads that share them": (
        GROUPED,
        first_head_alone("d_V"),
        "d_V",
    ),
}


@pytest.mark.parametrize("what", GRADIENT_PLANTS)
def test_a_mistake_is_called_by_its_name(what: str) -> None:
    """Where it was made, of all that is printed of that stage."""
    problem, stages, stage = GRADIENT_PLANTS[what]
    report = judged(problem, {stage: stages[stage]})
    assert [str(each.what) for each in report.diagnoses] == [what]
    assert Verdict.WRONG in {finding.verdict for finding in report.findings}


@pytest.mark.parametrize("what", [what for what in GRADIENT_PLANTS if "added up" not in what])
def test_a_mistake_is_known_by_what_came_of_it(what: str) -> None:
    """By a later gradient alone, too, where it changes that."""
    problem, stages, stage = GRADIENT_PLANTS[what]
    if stage in ("d_K", "d_V"):
        return
    report = judged(problem, {"d_Q": stages["d_Q"]})
    assert [str(each.what) for each in report.diagnoses] == [what]


def test_given_weights_have_no_scores_to_go_wrong_at() -> None:
    """What is done to the values is still called by its name."""
    weights = [["0.5", "0.25", "0.25"], ["0.1", "0.2", "0.7"], ["0.3", "0.3", "0.4"]]
    problem = {"weights": weights, "V": V, "d_output": D_OUTPUT}
    report = judged(problem, {"d_V": product(floats(weights), floats(D_OUTPUT))})
    said = "the weights are not transposed for the values (dV = A dO)"
    assert [str(each.what) for each in report.diagnoses] == [said]
    trace = attncalc.explain(attncalc.load(problem))
    applied = [each for each in OF_GRADIENTS if each.stage_under(trace, "d_V") is not None]
    assert [each.what for each in applied] == [said]


def test_what_is_not_square_is_not_taken_for_its_transpose() -> None:
    """Two keys of three queries: what is wrong with dK and dV is no matter of transposing."""
    problem = {"Q": Q, "K": K[:2], "V": V[:2], "d_output": D_OUTPUT}
    trace = attncalc.explain(attncalc.load(problem))
    transposed = [each for each in OF_GRADIENTS if "transposed" in each.what]
    assert [each.rule(trace) for each in transposed] == [None, None]
    wrong = [[1.5, 2.5], [3.5, 4.5]]
    report = judged(problem, {"d_V": wrong, "d_K": wrong})
    assert {finding.verdict for finding in report.findings} == {Verdict.WRONG}
    assert report.diagnoses == ()


def test_right_gradients_are_called_nothing() -> None:
    """And all of them are right."""
    report = judged(CAUSAL, causal(Habits()))
    assert {finding.verdict for finding in report.findings} == {Verdict.CORRECT}
    assert report.diagnoses == ()


def test_a_mistake_on_the_way_there_says_nothing_of_the_way_back() -> None:
    """Wrong gradients that no known mistake gives are wrong, and no more is said."""
    q, k, v, d = (floats(CAUSAL[name]) for name in ("Q", "K", "V", "d_output"))
    other = [[x * log(2) + 0.1 for x in row] for row in q]
    report = judged(CAUSAL, {"d_Q": back(other, k, v, d, True, Habits())["d_Q"]})
    assert Verdict.WRONG in {finding.verdict for finding in report.findings}
    assert report.diagnoses == ()


def test_a_matrix_of_parameters_is_judged() -> None:
    """Row by row and column by column, which have no tokens."""
    problem = {
        "X": Q,
        **{name: [["1", "0.5"], ["0", "2"]] for name in ("W_Q", "W_K", "W_V")},
        **{"b_Q": ["1", "2"], "d_output": D_OUTPUT},
    }
    wrong = [[1.5, 2.5], [3.5, 4.5]]
    report = judged(problem, {"d_W_Q": wrong, "d_b_Q": [7.5, 8.5]})
    assert {finding.verdict for finding in report.findings} == {Verdict.WRONG}
    assert report.diagnoses == ()
