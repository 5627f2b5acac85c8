"""Matrices as programs and papers print them: read as the rows they are, with faults in place."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

import attncalc
from attncalc.readers.prints import repaired, spelled_out
from tests.conftest import Attncalc

ROWS = [["1", "0.5"], ["0.8", "1"]]
PRINTS = {
    "lists": "[[1, 0.5], [0.8, 1]]",
    "torch": "tensor([[1, 0.5],\n        [0.8, 1]])",
    "torch, with more": "torch.tensor([[1, 0.5], [0.8, 1]], dtype=torch.float32, device='cuda:0')",
    "torch, with a gradient": "tensor([[1, 0.5], [0.8, 1]], grad_fn=<MmBackward0>)",
    "jax": "Array([[1, 0.5],\n       [0.8, 1]], dtype=float32)",
    "numpy": "[[1 0.5]\n [0.8 1]]",
    "numpy, aligned": "[[ 1   0.5]\n\n [ 0.8   1 ]]",
    "numpy's repr": "array([[1, 0.5],\n       [0.8, 1]])",
    "MATLAB": "[1 0.5; 0.8 1]",
    "MATLAB, with commas": "[1, 0.5; 0.8, 1]",
    "LaTeX": "\\begin{bmatrix} 1 & 0.5 \\\\ 0.8 & 1 \\end{bmatrix}",
    "LaTeX, over lines": "\\begin{pmatrix}\n  1 & 0.5 \\\\[2pt]\n  0.8 & 1 \\\\\n\\end{pmatrix}",
    "LaTeX, in dollars": "$\\left[\\begin{array}{cc} 1 & 0.5 \\\\ 0.8 & 1 \\end{array}\\right]$",
}


@pytest.mark.parametrize("kind", PRINTS)
def test_a_print_is_its_rows(kind: str) -> None:
    """As a text of its own: in a string of JSON, or of Python."""
    assert spelled_out(PRINTS[kind]) in (ROWS, PRINTS["lists"])
    problem = {"Q": PRINTS[kind], "K": PRINTS[kind]}
    read = attncalc.load(problem)
    assert read.Q is not None
    assert read.Q.tolist() == attncalc.load({"Q": ROWS, "K": ROWS}).Q.tolist()  # type: ignore[union-attr]


@pytest.mark.parametrize("form", ["yaml", "a mapping in yaml", "json", "behind a tag"])
@pytest.mark.parametrize("kind", PRINTS)
def test_a_print_in_a_file(kind: str, form: str, attncalc: Attncalc, tmp_path: Path) -> None:
    """The page is that of the rows, whatever they are written as."""
    text = PRINTS[kind]
    if form == "json":
        (tmp_path / "x.json").write_text(json.dumps({"Q": text, "K": text}))
        result = attncalc("explain", tmp_path / "x.json")
    elif form == "yaml":
        indented = text.replace("\n", "\n    ")
        result = attncalc("explain", "-", stdin=f"Q: {indented}\nK: {indented}\n")
    elif form == "behind a tag":
        indented = text.replace("\n", "\n    ")
        result = attncalc("explain", "-", stdin=f"K:\n  {indented}\nQ:\n  {indented}")
    elif "\\begin" in text or "<" in text:
        pytest.skip("this does not stand in braces")
    else:
        result = attncalc("explain", "-", stdin=f"{{Q: {text}, K: {text}}}")
    right = attncalc("explain", "-", stdin=f"Q: {PRINTS['lists']}\nK: {PRINTS['lists']}")
    assert (result.code, result.err) == (0, "")
    assert result.out == right.out


FINITE = st.floats(-1e6, 1e6, width=32)


@settings(max_examples=60, deadline=None)
@given(arrays(np.float64, st.tuples(st.integers(1, 4), st.integers(1, 5)), elements=FINITE))
def test_whatever_numpy_prints(array: Any) -> None:
    """str and repr of an array are its rows, to the digits that are printed."""
    for printed in (str(array), repr(array)):
        rows = spelled_out(printed)
        read = np.array([[float(cell) for cell in row] for row in rows])  # type: ignore
        atol = max(6e-9, 1e-6 * np.abs(array).max())  # eight places are printed
        np.testing.assert_allclose(read, array, rtol=1e-6, atol=atol)


@pytest.mark.parametrize(
    ("node", "rows"),
    [
        (["1 2; 3 4"], [["1", "2"], ["3", "4"]]),
        ([["1. 0.5"], ["0.8 1."]], [["1.", "0.5"], ["0.8", "1."]]),
        (["1 2 3"], ["1", "2", "3"]),
        (["tensor([1, 2])", "array([3, 4])"], [["1", "2"], ["3", "4"]]),
        (
            "[[[1 2]\n  [3 4]]\n\n [[5 6]\n  [7 8]]]",
            [[["1", "2"], ["3", "4"]], [["5", "6"], ["7", "8"]]],
        ),
        ("[[ True False]]", [["True", "False"]]),
        ("[[1 2][3 4]]", [["1", "2"], ["3", "4"]]),
        (
            "\\begin{matrix} \\frac{1}{2} & \\sqrt{2} \\\\ -\\infty & -\\dfrac{1}{3} \\end{matrix}",
            [["1/2", "√(2)"], ["-inf", "-1/3"]],
        ),
    ],
)
def test_prints_in_lists(node: Any, rows: Any) -> None:
    """What YAML takes for a list of texts may be rows without commas."""
    assert spelled_out(node) == rows


@pytest.mark.parametrize(
    "node",
    [
        "x",
        "[[1 2]",
        "[[1 2]]]",
        "[1 2]; [3 4]",
        "[[1; 2]]",
        "[[1 2]; [3 4]]",
        "tensor([[1, 2]], dtype=[1])",
        "tensor([1]) + 1",
        "\\begin{tabular} 1 & 2 \\end{tabular}",
        "\\begin{bmatrix} 1",
        "\\begin{bmatrix} 1 & ] \\\\ 2 \\end{bmatrix}",
        "[" * 40 + "1" + "]" * 40,
        [["1 / 3", "2"], ["sqrt( 2 )", "- 1"]],
        ["1", "2"],
        [{"a": "1 2"}],
        None,
    ],
)
def test_what_is_no_print_stays(node: Any) -> None:
    """It is left for whoever says what is wrong with it."""
    assert spelled_out(node) == node


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("K: [[1 2]]\nQ: [[1.  0.5]\n    [0.8 x. ]]\n", "-:3:10: Q: “x.”; expected a number\n"),
        ("K: [[1, 2]]\nQ: tensor([[1, 2],\n   [0.8, x]])\n", "-:3:10: Q: “x”; expected a number\n"),
        (
            "K: [[1 2]\n    [3 4]]\nQ: [[1 2]\n    [3]]\n",
            "-:4:5: Q: row 2 has 1 number; expected 2, as in the other rows\n",
        ),
        (
            "K: [[1 2 3]]\nQ: [[1 ... 2]\n    [3 ... 4]]\n",
            "-:2:8: Q: numbers left out (…); expected a number\n"
            "  hint: print all of it: threshold=sys.maxsize\n",
        ),
    ],
)
def test_places_in_prints(text: str, message: str, attncalc: Attncalc) -> None:
    """A fault stands where it stands in the file, not in what the file was rewritten to."""
    result = attncalc("explain", "-", stdin=text)
    assert (result.code, result.out) == (2, "")
    assert message in result.err


def test_what_cannot_be_mended_is_told_of_the_file(attncalc: Attncalc) -> None:
    """Where rewriting does not help, the message is about what was written."""
    result = attncalc("explain", "-", stdin="Q: [[1 2]\n  [3 4]]\nK: [[1, 2\n")
    assert result.err.startswith("-:2:3: this is not YAML: ")
    result = attncalc("explain", "-", stdin="Q: tensor([[1, 2]])\nK: [[1, 2\n")
    assert result.err.startswith("-:3:1: this is not YAML: ")


def test_a_list_inside_of_another_is_rewritten_once() -> None:
    """A value that began within another belongs to it."""
    text = "past: [{K: [[1 2]]}]\nQ: [[1 2]\n [3 4]]"
    assert repaired(text) == "past: [{K: [[1,2]]}]\nQ: [[1,2]\n,[3,4]]"
    text = "Q: tensor([[1 2]], dtype={a: [1 2]})"
    assert repaired(text) == "Q: tensor([[1 2]], dtype={a: [1,2]})"


def test_tokens_are_not_rewritten() -> None:
    """Names may have blanks in them."""
    text = "tokens: [New York]\nquery: [New York]\nQ: [[1 2]\n    [3 4]]"
    assert repaired(text) == "tokens: [New York]\nquery: [New York]\nQ: [[1,2]\n   ,[3,4]]"


def test_prints_as_options(attncalc: Attncalc) -> None:
    """On the command line too."""
    text = "scores: [[1, 2], [3, 4]]"
    right = attncalc("explain", "-", "--mask", "[[1, 0], [1, 1]]", stdin=text).out
    for mask in ("[1 0; 1 1]", "tensor([[1, 0], [1, 1]])", "[[ True False]\n [ True True]]"):
        assert attncalc("explain", "-", "--mask", mask, stdin=text).out == right


@pytest.mark.parametrize(
    "text",
    [
        "Q: " + "[[1 2]" * 20_000,
        "Q: [[1 2] x\n" * 5_000,
        "Q: tensor([" * 5_000,
        "Q:" + " " * 100_000 + "x: [",
        "Q: \\begin{bmatrix}" + " 1 & 2 \\\\" * 20_000,
        "a(" * 50_000 + "[",
        "[{a: " * 20_000 + "]" * 20_000,
        "Q: " + "[{a: " * 30 + "1 2" * 20_000 + "}]" * 30,
    ],
)
def test_long_texts_are_walked_once(text: str, attncalc: Attncalc) -> None:
    """Rewriting takes as long as reading."""
    start = time.perf_counter()
    assert attncalc("explain", "-", stdin=text).code == 2
    assert time.perf_counter() - start < 20
