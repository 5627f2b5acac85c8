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
