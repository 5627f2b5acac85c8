"""Numbers that programs compute in fewer bits are right within what that leaves of them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pytest

import attncalc
from attncalc.checking import check
from attncalc.checking.floors import floors
from attncalc.readers import load_all
from attncalc.readers.numbers import BFLOAT16
from attncalc.report import Verdict

Array: TypeAlias = npt.NDArray[Any]
BITS = {"float64": 53, "float32": 24, "float16": 11}


def softmax(S: Array) -> Array:
    powers = np.exp(S - S.max(axis=-1, keepdims=True))
    weights: Array = powers / powers.sum(axis=-1, keepdims=True)
    return weights


def computed_in(kind: str, given: dict[str, Array]) -> dict[str, Array]:
    """Every stage, with every array of this type."""
    X, W_Q, W_K, W_V, W_O = (given[name].astype(kind) for name in ("X", "W_Q", "W_K", "W_V", "W_O"))
    Q, K, V = X @ W_Q, X @ W_K, X @ W_V
    S = Q @ K.T
    scaled = S / np.sqrt(np.array(Q.shape[-1], kind))
    A = softmax(scaled)
    with np.errstate(over="ignore"):
        powers = np.exp(scaled)
    stages = {"Q": Q, "K": K, "V": V, "scores": S, "scaled_scores": scaled, "weights": A}
    stages |= {"exponentials": powers, "sums": powers.sum(axis=-1)}
    stages |= {"weighted_values": A[:, :, None] * V, "head_outputs": A @ V}
    return {**stages, "output": (A @ V) @ W_O}


def problem(seed: int, n: int, d: int, size: float) -> dict[str, Array]:
    draw = np.random.default_rng(seed)
    shapes = {"X": (n, d), "W_Q": (d, d), "W_K": (d, d), "W_V": (d, d), "W_O": (d, d)}
    scales = {"X": size, "W_Q": d**-0.5, "W_K": d**-0.5, "W_V": 1.0, "W_O": 1.0}
    return {name: scales[name] * draw.normal(size=shape) for name, shape in shapes.items()}


@pytest.mark.parametrize("kind", BITS)
@pytest.mark.parametrize("seed", range(6))
def test_what_a_type_computes_is_within_its_floor(kind: str, seed: int) -> None:
    """Whatever the sizes; and what is allowed is no more than needed for the worst of many."""
    n, d, size = [
        (3, 4, 1.0),
        (8, 16, 2.0),
        (24, 64, 1.0),
        (40, 8, 0.1),
        (5, 2, 3.0),
        (2, 128, 1.0),
    ][seed]
    given = problem(seed, n, d, size)
    trace = attncalc.explain(attncalc.load(given), ["weighted_values"])
    bound = floors(trace, BITS[kind])
    for name, values in computed_in(kind, given).items():
        true = trace[name].astype(np.float64)
        off = np.abs(values.astype(np.float64) - true)
        allowed = bound[name] * (true if name in ("exponentials", "sums") else 1)
        exact = 1e-13 * np.abs(true).max()  # in which the true values are computed
        known = np.isfinite(off)  # a power may be out of range
        assert (off <= allowed + exact)[known].all(), name
        if kind != "float64" and seed < 4:  # in the others a score is off by more than 1
            assert np.median(allowed) < 100 * off[known].max() + exact, name


@pytest.mark.parametrize("kind", BITS)
def test_arrays_of_a_type_are_judged_by_its_floor(kind: str, tmp_path: Path) -> None:
    """Nothing that a program has computed and saved is accused; a number that is off still is."""
    given = problem(1, 4, 4, 1.0)
    saved(tmp_path / "given.npz", given)
    stages = computed_in(kind, given)
    saved(tmp_path / "claims.npz", stages)
    report = judged(tmp_path)
    assert report.summary[Verdict.CORRECT] == len(report.findings)
    stages["weights"] = stages["weights"] + np.array(0.1, kind)
    saved(tmp_path / "claims.npz", stages)
    assert judged(tmp_path).summary[Verdict.WRONG] == 16


def saved(file: Path, arrays: dict[str, Any]) -> None:
    np.savez(file, **arrays)


def judged(folder: Path) -> Any:
    [problem] = load_all(folder / "given.npz", claims=str(folder / "claims.npz"))
    return check(attncalc.explain(problem))


def test_bfloat16_is_known_by_its_mark() -> None:
    """It comes as float32, with a mark on its type; text has no type."""
    scores = np.array([[1.0, 2.0]])
    weights = np.array([[0.27, 0.73]], "f4")
    halves = (weights.view("u4") >> 16 << 16).view("f4")
    given = {"scores": scores, "claims": {"weights": halves.view(BFLOAT16)}}
    report = check(attncalc.explain(attncalc.load(given)))
    assert report.summary[Verdict.CORRECT] == 2
    assert [finding.claim.bits for finding in report.findings] == [8, 8]
    as_text = replace(report.findings[0].claim, bits=None)
    assert as_text.bits is None
    given["claims"] = {"weights": halves}
    assert check(attncalc.explain(attncalc.load(given))).summary[Verdict.CORRECT] == 0
    given["claims"] = {"weights": np.array([[0, 1]])}
    report = check(attncalc.explain(attncalc.load(given)))
    assert [finding.claim.bits for finding in report.findings] == [None, None]


OPTIONS: list[dict[str, Any]] = [
    {"mask": "causal", "softcap": "5", "base": "2"},
    {"heads": "2", "kv_heads": "1", "bias": "alibi", "sink": "1"},
    {"heads": "2", "positions": "rope", "scale": "0.5"},
    {"positions": "sinusoidal"},
]


@pytest.mark.parametrize("options", OPTIONS)
def test_every_option_has_its_floor(options: dict[str, Any]) -> None:
    """Every stage has a bound of its own shape, which grows with the unit."""
    draw = np.random.default_rng(0)
    width = 4 if options.get("kv_heads") != "1" else 2
    given = {name: draw.normal(size=(4, 4)).round(2) for name in ("X", "W_Q", "W_O")}
    given |= {name: draw.normal(size=(4, width)).round(2) for name in ("W_K", "W_V")}
    given |= {"b_Q": draw.normal(size=4).round(2), "b_O": draw.normal(size=4).round(2)}
    trace = attncalc.explain(attncalc.load({**given, "attention": options}), ["weighted_values"])
    fine, coarse = floors(trace, 24), floors(trace, 11)
    for name in trace.stages:
        assert fine[name].shape == trace[name].shape, name
        assert (fine[name] <= coarse[name]).all(), name
        assert np.isfinite(coarse[name]).all(), name


def test_what_is_given_is_off_by_its_own_rounding() -> None:
    """Given queries, scores or weights, and embeddings without projections."""
    X = np.array([[1.0, 2.0], [3.0, 4.0]])
    for given in (
        {"X": X},
        {"Q": X, "K": X, "V": X},
        {"scores": X, "V": X},
        {"weights": X, "V": X},
    ):
        trace = attncalc.explain(attncalc.load(given))
        for name, bound in floors(trace, 24).items():
            assert bound.shape == trace[name].shape, name
    cached = {
        "Q": X,
        "K": X,
        "V": X,
        "attention": {"past": {"tokens": ["p"], "K": X[:1], "V": X[:1]}},
    }
    trace = attncalc.explain(attncalc.load(cached))
    assert floors(trace, 24)["K"].shape == (3, 2)
    split = {"X": X, "attention": {"heads": "2"}}
    assert floors(attncalc.explain(attncalc.load(split)), 24)["Q"].shape == (2, 2, 1)
    cross = {"X": X, "X_key": X[:1], "W_Q": X, "W_K": X, "W_V": X}
    assert floors(attncalc.explain(attncalc.load(cross)), 24)["K"].shape == (1, 2)


def test_what_a_large_problem_leaves_out_has_no_floor(monkeypatch: pytest.MonkeyPatch) -> None:
    """The products of weights and values are not kept there; the output has the same bound."""
    given = {"Q": [["1", "2"]], "K": [["3", "4"], ["0", "1"]], "V": [["5"], ["7"]]}
    monkeypatch.setattr("attncalc.readers.fields.hand_sized", lambda *_: False)
    problem = attncalc.load(given)
    bare = floors(attncalc.explain(problem), 24)
    whole = floors(attncalc.explain(problem, ["weighted_values"]), 24)
    assert "weighted_values" not in bare
    assert (bare["output"] == whole["output"]).all()


@pytest.mark.parametrize(
    "given",
    [
        {"scores": [["8", "2", "10"]], "attention": {"base": "1e9999"}},
        {"Q": [["1e200", "1e-200"]], "K": [["1e-300", "1e300"]], "V": [["1"]]},
        {"X": [["1e400", "0"]], "W_Q": [["1e-400"], ["1"]], "W_K": [["1"], ["1"]]},
    ],
)
def test_floors_of_every_magnitude(given: dict[str, Any]) -> None:
    """Out of the range of doubles nothing is known, and nobody is told of 32-bit numbers."""
    stages = attncalc.explain(attncalc.load(given)).stages
    claims = {name: np.full(stage.values.shape, "0.2500001") for name, stage in stages.items()}
    report = check(attncalc.explain(attncalc.load({**given, "claims": claims})))
    assert not any("32-bit" in warning for warning in report.warnings)
    for bits in (24, 11, 8):
        for bound in floors(report.trace, bits).values():
            assert (bound >= 0).all()


def test_a_given_gate_in_fewer_bits() -> None:
    """What a program makes of a gate is as near to it as is said."""
    random = np.random.default_rng(7)
    given = {name: random.normal(size=(4, 3)).round(2) for name in ("Q", "K", "V", "gate")}
    texts = {name: array.astype(str).tolist() for name, array in given.items()}
    gate = texts.pop("gate")
    trace = attncalc.explain(attncalc.load({**texts, "attention": {"gate": gate}}))
    exact = trace.stages["gated"].values.astype(float)
    Q, K, V, G = (array.astype(np.float32) for array in given.values())
    made = softmax(Q @ K.T / np.sqrt(np.float32(3))) @ V / (1 + np.exp(-G))
    off = abs(made.astype(float) - exact)
    bound = floors(trace, 24)["gated"].astype(float)
    assert (off <= bound).all()
    assert (bound < 1e-5).all()
