"""The Python interface."""

from __future__ import annotations

import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import attncalc
from tests.conftest import SAMPLES


def test_importing_is_light() -> None:
    """Importing the package imports neither typer nor rich, nor anything it can put off."""
    code = (
        "import sys, attncalc\n"
        "assert not {'typer', 'rich', 'numpy', 'yaml'} & set(sys.modules)\n"
        "attncalc.load, attncalc.explain\n"
        "assert not {'typer', 'rich'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_names() -> None:
    """Everything in __all__ is there; nothing else is made up."""
    assert all(hasattr(attncalc, name) for name in attncalc.__all__)
    assert set(attncalc.__all__) == set(dir(attncalc))
    with pytest.raises(AttributeError, match="module attncalc has no attribute 'explian'"):
        attncalc.explian  # noqa: B018


def test_load_and_explain() -> None:
    """A file in, arrays by stage name out, which cannot be changed."""
    trace = attncalc.explain(attncalc.load(SAMPLES / "animal.yaml"))
    assert trace["scores"][5][1] == Decimal("0.77")
    assert list(trace.stages)[:4] == ["Q", "K", "V", "scores"]
    assert trace.stages["weights"].made_of == ("exponentials", "sums")
    with pytest.raises(ValueError, match="read-only"):
        trace["scores"][0][0] = 0


def test_load_mapping() -> None:
    """A mapping with the keys of a file: numbers, texts, tuples, arrays, None."""
    problem = attncalc.load(
        {
            "tokens": ("a", "b"),
            "Q": np.array([[1.0, 0.5], [0, 1]], dtype=np.float32),
            "K": [[1, 0.5], ["0.50", Decimal(1)]],
            "V": None,
            "attention": {"scale": "none", "mask": np.array([[1, 0], [1, 1]])},
        }
    )
    trace = attncalc.explain(problem)
    assert trace["scores"].tolist() == [[Decimal("1.25"), Decimal("1")], [Decimal("0.5"), 1]]
    assert trace["weights"][0].tolist() == [1, 0]
    with pytest.raises(attncalc.InputErrors, match="the mapping: Q: “x”; expected a number"):
        attncalc.load({"tokens": ["a"], "Q": [["x"]], "K": [[1]]})


def test_several_problems(tmp_path: Path) -> None:
    """load is for one problem, load_all for all of a file."""
    file = tmp_path / "two.yaml"
    file.write_text("tokens: [a]\nQ: [[1]]\nK: [[1]]\n---\ntokens: [b]\nQ: [[1]]\nK: [[1]]\n")
    with pytest.raises(attncalc.AttncalcError, match=r"has 2 problems; use attncalc\.load_all"):
        attncalc.load(file)
    assert [problem.tokens for problem in attncalc.load_all(file)] == [("a",), ("b",)]


def test_problem_of_arrays() -> None:
    """A Problem can be made of float64 arrays directly, and checks itself."""
    Q = np.array([[1.0, 2.0]])
    problem = attncalc.Problem(("a",), ("a",), Q=Q, K=Q, V=Q)
    assert attncalc.explain(problem)["output"].tolist() == [[1.0, 2.0]]
    assert Q.flags.writeable
    with pytest.raises(attncalc.ProblemError) as failure:
        attncalc.Problem(
            ("a", "b"),
            ("a", "b"),
            scores=np.ones((1, 2)),
            V=np.array([[Decimal(1)], [Decimal(2)]]),
            attention=attncalc.AttentionOptions(
                scale="1/sqrt(d_k)", mask=np.ones((2, 2), bool), bias=np.zeros((2, 1))
            ),
        )
    assert str(failure.value) == (
        "1 row; expected 2, one for each token (n=2, m=2, d_v=1)\n"
        "1 column; expected 2, one for each key token (n=2, m=2, d_v=1)\n"
        "arrays of several kinds; expected all float64 or all Decimal\n"
        "1/sqrt(d_k) of given scores, whose d_k is not known"
    )


def test_unknown_stage() -> None:
    """A stage that there is not is named, with the nearest one."""
    problem = attncalc.load(SAMPLES / "cat.yaml")
    with pytest.raises(attncalc.AttncalcError, match="there is no stage “wieghts”") as failure:
        attncalc.explain(problem, ["wieghts"])
    assert failure.value.hint == "did you mean weights?"  # type: ignore[attr-defined]


@pytest.mark.parametrize("query", ["b", ["b"], ("b",)])
def test_query_in_a_mapping(query: Any) -> None:
    """Tokens to be written out are no matrix of queries, which may be called the same."""
    problem = {"tokens": ["a", "b"], "scores": [["1", "2"], ["3", "4"]]}
    assert attncalc.load(problem | {"query": query}).queries == (1,)
    vectors = {"query": [["1"], ["2"]], "key": [["1"], ["2"]]}
    assert attncalc.load(vectors).queries == ()


class Tensor:
    """What torch's tensors are like: no array until they are detached, and none of bfloat16."""

    def __init__(self, array: np.ndarray, dtype: str = "torch.float32") -> None:
        self.array, self.dtype, self.ready = array, dtype, False

    def detach(self) -> Tensor:
        """Without the way its gradients go."""
        return self._as(self.array, self.dtype, ready=True)

    def cpu(self) -> Tensor:
        """In memory."""
        return self

    def float(self) -> Tensor:
        """In 32 bits."""
        return self._as(self.array, "torch.float32", ready=self.ready)

    def numpy(self) -> np.ndarray:
        """As numpy's."""
        if not self.ready:
            raise RuntimeError("Can't call numpy() on Tensor that requires grad.")
        if self.dtype == "torch.bfloat16":
            raise TypeError("Got unsupported ScalarType BFloat16")
        return self.array

    def _as(self, array: np.ndarray, dtype: str, *, ready: bool) -> Tensor:
        made = Tensor(array, dtype)
        made.ready = ready
        return made


class OnlyArray:
    """What jax's arrays, data frames and the like have in common."""

    def __init__(self, array: object) -> None:
        self.content = array

    def __array__(self, dtype: object = None, copy: object = None) -> np.ndarray:
        return np.asarray(self.content)


EYE = np.eye(2, dtype=np.float32)


@pytest.mark.parametrize(
    "given",
    [
        Tensor(EYE),
        Tensor(EYE, "torch.bfloat16"),
        OnlyArray(EYE),
        [np.array([1.0, 0.0]), np.array([0.0, 1.0])],
        (Tensor(EYE[0]), OnlyArray(EYE[1])),
        [[np.float64(1), np.int64(0)], [np.float32(0), Tensor(np.array(1.0))]],
        [[1, 0], np.array([0, 1])],
        [range(1, -1, -1), (number for number in (0, 1))],
        np.array([[Decimal(1), 0], [0, Decimal(1)]], dtype=object),
    ],
)
def test_tensors(given: object) -> None:
    """Whatever is an array to its own library is one here, in options and claims too."""
    problem = attncalc.load(
        {
            "q": given,
            "K": EYE,
            "attention": {"mask": Tensor(np.tri(2)), "scale": np.float64(1)},
            "claims": {"scores": [[np.float64(1), None], Tensor(EYE[1])]},
        }
    )
    trace = attncalc.explain(problem)
    assert trace["scores"].astype(float).tolist() == [[1, 0], [0, 1]]
    assert trace["weights"].astype(float)[0].tolist() == [1, 0]
    assert all(finding.verdict.value == "correct" for finding in attncalc.check(problem).findings)


def test_real_tensors() -> None:
    """torch's own, where it is installed."""
    torch = pytest.importorskip("torch")
    Q = torch.eye(2, requires_grad=True)
    problem = attncalc.load(
        {"Q": Q, "K": Q.to(torch.bfloat16), "attention": {"heads": torch.tensor(1)}}
    )
    assert attncalc.explain(problem)["scores"].astype(float).tolist() == [[[1, 0], [0, 1]]]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (
            OnlyArray([[1], [2, 3]]),
            "the mapping: Q: this OnlyArray is no array: setting an array element with a",
        ),
        (np.ones((0, 2)), "the mapping: Q: 0 × 2 numbers; expected some"),
        ([np.ones(2), np.ones(3)], "the mapping: Q: row 1 has 2 numbers; expected 3, as in"),
        ([[1, len]], "the mapping: Q: a builtin_function_or_method; expected numbers, text, lists"),
        (np.ones((2, 3, 4, 5)), "the mapping: Q: 2 × 3 × 4 × 5, a batch of 2; expected a single"),
    ],
)
def test_what_is_no_array(given: object, message: str) -> None:
    """What cannot be read is told by its key."""
    with pytest.raises(attncalc.InputErrors) as failure:
        attncalc.load({"Q": given, "K": EYE})
    assert str(failure.value).startswith(message)


class Bfloat16:
    """An array of bfloat16, which numpy has not: as jax has it."""

    dtype = "bfloat16"

    def astype(self, dtype: type) -> np.ndarray:
        """Widened."""
        return EYE.astype(dtype)

    def __array__(self, dtype: object = None, copy: object = None) -> np.ndarray:
        raise TypeError("numpy has no bfloat16")


def test_bfloat16_arrays() -> None:
    """Numbers of bfloat16 are widened, which changes no value."""
    problem = attncalc.load({"Q": Bfloat16(), "K": EYE})
    assert problem.Q is not None
    assert problem.Q.tolist() == EYE.tolist()


def test_check_takes_a_problem(tmp_path: Path) -> None:
    """A verdict on a trace, a problem, a file or a mapping; explain takes all but the first."""
    fields = {"scores": [[1, 1]], "claims": {"weights": [["0.5", "0.6"]]}}
    file = tmp_path / "p.yaml"
    file.write_text("scores: [[1, 1]]\nclaims: {weights: [[0.5, 0.6]]}\n")
    problem = attncalc.load(fields)
    for given in (problem, attncalc.explain(problem), fields, file, str(file)):
        verdicts = [finding.verdict.value for finding in attncalc.check(given).findings]
        assert verdicts == ["correct", "wrong"]
    for each in (problem, fields, file):
        assert attncalc.explain(each)["weights"].astype(float).tolist() == [[0.5, 0.5]]


def test_claims_of_their_own(tmp_path: Path) -> None:
    """load_all takes the claims of another file, a table of one stage too."""
    page, table = tmp_path / "p.yaml", tmp_path / "c.csv"
    page.write_text("tokens: [a, b]\nscores: [[1, 1], [1, 1]]\n")
    table.write_text(";a;b\na;0,5;0,5\nb;0,5;0,6\n")
    (problem,) = attncalc.load_all(page, claims=str(table), stage="weights")
    assert [claim.text for claim in problem.claims.numbers] == ["0.5", "0.5", "0.5", "0.6"]
