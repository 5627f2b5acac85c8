"""One problem from several files: Q=q.npy K=k.csv V=v.txt."""

from __future__ import annotations

import json
import pickle
from pathlib import Path

import numpy as np
import pytest

from attncalc.readers.parts import Parts, gathered
from tests.conftest import Attncalc

FILES = {
    "q.npy": None,
    "q.txt": "1 0\n0 1\n",
    "q.csv": ",c1,c2\na,1.0,0\nb,0,1\n",
    "german.csv": "\ufeff;c1;c2\na;1,0;0,0\nb;0,0;1,0\n",
    "k.csv": ",0,1\n0,1,2\n1,3,4\n",
    "k.md": "Keys:\n\n| | x | y |\n|-|-|-|\n| c | 1 | 2 |\n| d | 3 | 4 |\n",
    "v.txt": "# of numpy\n1.0e+00\n2.0e+00\n# the end\n",
    "m.csv": "1,0\n1,1\n",
    "b.txt": "1 2\n",
    "c.txt": "1\n2\n",
    "names.txt": "the\n\ncat\n",
    "w.csv": "1,0\n0,1\n",
}
ONE = {"q": "[[1, 0], [0, 1]]", "k": "[[1, 2], [3, 4]]", "v": "[[1], [2]]"}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of matrices, the current one."""
    monkeypatch.chdir(tmp_path)
    for name, text in FILES.items():
        if text is not None:
            Path(name).write_text(text)
    np.save("q.npy", np.eye(2))
    np.savez("k.npz", K=np.array([[1, 2], [3, 4]]), other=np.eye(2))
    np.savez("one.npz", whatever=np.eye(2))
    np.savez("sink.npz", sink=np.array([1.0]), mask=np.tri(2))
    return tmp_path


STAGES = {
    ("Q=q.npy", "K=k.csv", "V=v.txt"): ["#1", "#2"],
    ("q=q.txt", "key=k.npz", "V=v.txt"): ["#1", "#2"],
    ("Q=q.csv", "K=k.csv", "V=v.txt"): ["a", "b"],
    ("Q=german.csv", "K=k.csv", "V=v.txt"): ["a", "b"],
    ("Q=german.csv", "K=k.csv", "V=v.txt", "tokens=names.txt"): ["the", "cat"],
}


@pytest.mark.parametrize("words", STAGES)
def test_parts(words: tuple[str, ...], attncalc: Attncalc, folder: Path) -> None:
    """Each matrix from a file of its own, in any format, is the problem typed at once."""
    tokens = STAGES[words]
    whole = folder / "whole.yaml"
    whole.write_text(f"tokens: {json.dumps(tokens)}\nQ: {ONE['q']}\nK: {ONE['k']}\nV: {ONE['v']}\n")
    found, expected = (
        json.loads(attncalc("explain", *each, "--json").out) for each in (words, [whole])
    )
    assert found["stages"] == expected["stages"]
    assert found["tokens"] == expected["tokens"] == tokens


def test_sides(attncalc: Attncalc, folder: Path) -> None:
    """Where queries and keys have other names, they are two sides."""
    del folder
    found = json.loads(attncalc("explain", "Q=q.csv", "K=k.md", "V=v.txt", "--json").out)
    assert (found["tokens"], found["key_tokens"]) == (["a", "b"], ["c", "d"])
    words = ("tokens=names.txt", "Q=q.csv", "K=k.md")
    assert json.loads(attncalc("explain", *words, "--json").out)["tokens"] == ["the", "cat"]


def test_options_and_vectors(attncalc: Attncalc, folder: Path) -> None:
    """Masks and biases are matrices too, and biases of projections a row or a column."""
    del folder
    words = ("X=q.txt", "W_Q=w.csv", "W_K=w.csv", "W_V=w.csv")
    found = json.loads(
        attncalc("explain", *words, "b_Q=b.txt", "b_K=c.txt", "mask=m.csv", "--json").out
    )
    assert found["stages"]["Q"] == found["stages"]["K"] == [[2, 2], [1, 3]]
    assert found["stages"]["weights"][0] == [1, 0]
    np.save("row.npy", np.array([[1.0, 2.0]]))
    again = attncalc("explain", *words, "b_Q=row.npy", "b_K=row.npy", "mask=m.csv", "--json")
    assert json.loads(again.out)["stages"] == found["stages"]
    single = attncalc("explain", "Q=q.npy", "K=one.npz", "mask=sink.npz", "--json")
    assert json.loads(single.out)["stages"]["weights"][0] == [1, 0]


@pytest.mark.parametrize("command", ["check", "graph", "compare"])
def test_other_commands(command: str, attncalc: Attncalc, folder: Path) -> None:
    """Every command takes a problem so."""
    del folder
    options = ("--vary", "scale=none") if command == "compare" else ()
    result = attncalc(command, "Q=q.npy", "K=k.csv", "V=v.txt", *options)
    assert result.code == 0, result.err


ERRORS = {
    ("Q=q.npy", "K=none.csv"): "none.csv: there is no such file\n",
    ("Q=q.npy", "q=q.txt"): "q=q.txt: Q is given twice; expected one file for it\n",
    ("q.csv", "k.csv"): (
        "attncalc explain: 2 files; expected 1\n"
        "  hint: one matrix a file: attncalc explain Q=q.csv K=k.csv V=v.csv\n"
    ),
    ("Z=q.npy",): "Z=q.npy: there is no such file\n  hint: did you mean q.npy?\n",
    ("Q=q.npy", "K=sink.npz"): (
        "sink.npz: 2 arrays and none is K; expected that one, or a single one\n"
    ),
    ("Q=q.npy", "K=bad.txt"): "bad.txt:3:3: K: “x”; expected a number\n",
    ("Q=q.npy", "K=k.csv", "mask=bad.txt"): "bad.txt:3:3: attention.mask: “x”; expected a number\n",
    ("Q=q.npy", "K=empty.txt"): "empty.txt: the file is empty; expected rows of numbers\n",
    ("Q=q.npy", "K=header.csv"): (
        "header.csv:1:1: a header without rows; expected rows of numbers\n"
    ),
    ("Q=q.npy", "K=mixed.csv"): (
        "mixed.csv:2:3: “0,5” has a decimal comma and “0.5” a decimal point; expected one of them "
        "in the whole table\n  hint: replace the commas of its numbers with points\n"
    ),
    ("Q=q.npy", "K=frame.csv"): (
        "frame.csv:1:1: a row 0, 1, … above numbers with decimals; expected the matrix alone\n"
        "  hint: if they are headings, name the columns, or write none; if not, write 0.0, 1.0, …\n"
    ),
    ("Q=wide.csv", "K=k.csv"): (
        "k.csv:2:3: K: 2 columns; expected 3, the width of Q (n=2, m=2, d_k=3)\n"
        "  hint: a score is the dot product of a query and a key: they need the same width\n"
    ),
    ("X=q.npy", "W_Q=w.csv", "W_K=w.csv", "b_Q=w.csv"): (
        "w.csv:1:1: b_Q: rows of numbers; expected a row of numbers\n"
    ),
    ("Q=q.npy", "K=k.csv", "b_Q=b.txt"): (
        "b.txt:1:1: b_Q is given but W_Q is missing; expected both or neither\n"
    ),
}
BAD = {
    "bad.txt": "# x\n1 2\n3 x\n",
    "empty.txt": "\n# nothing\n",
    "header.csv": "a,b\n",
    "mixed.csv": "x;y\n1;0,5\n1;0.5\n",
    "frame.csv": "0,1\n0.5,0.1\n0.2,0.3\n",
    "wide.csv": "1;2;3;\n4;5;6;\n",
}


@pytest.mark.parametrize("words", ERRORS)
def test_errors(words: tuple[str, ...], attncalc: Attncalc, folder: Path) -> None:
    """What is wrong is told of the file that it is in."""
    for name, text in BAD.items():
        (folder / name).write_text(text)
    result = attncalc("explain", *words)
    assert (result.code, result.out, result.err) == (2, "", ERRORS[words])


def test_file_that_is_called_so(attncalc: Attncalc, folder: Path) -> None:
    """A file whose own name has an equals sign is that file."""
    (folder / "Q=q.yaml").write_text(f"Q: {ONE['q']}\nK: {ONE['k']}\n")
    assert attncalc("explain", "Q=q.yaml").code == 0


def test_array_from_a_pipe(attncalc: Attncalc, folder: Path) -> None:
    """Standard input may be one of them."""
    content = (folder / "q.npy").read_bytes()
    assert attncalc("explain", "Q=-", "K=k.csv", stdin=content).code == 0
    assert attncalc("explain", "Q=-", "K=k.csv", stdin=b"1 0\n0 1\n").code == 0
    plain = folder / "plain"
    plain.write_bytes(content)
    assert attncalc("explain", "Q=plain", "K=k.csv").code == 0
    assert "one array without a name" in attncalc("explain", "plain").err
    np.save("weights.npy", np.eye(2))
    assert "hint: attncalc explain weights=weights.npy\n" in attncalc("explain", "weights.npy").err


def test_parts_in_another_process() -> None:
    """Files are judged apart, and what is handed there is the same there."""
    (parts,) = gathered(["Q=q.npy", "K=k.npy"])
    again = pickle.loads(pickle.dumps(parts))
    assert isinstance(again, Parts)
    assert (again, again.files) == (parts, {"Q": "q.npy", "K": "k.npy"})
