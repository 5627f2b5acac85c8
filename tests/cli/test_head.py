"""A head that is chosen is the only one, on pages and in data."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from attncalc import explain, handout, load
from attncalc.selection import Selection
from attncalc.walkthrough.page import Page
from tests.conftest import Attncalc
from tests.test_exports import rows_of

HEADS, GROUPS = 6, 3
TOKENS = ["I", "saw", "it"]


def matrix(rows: int, columns: int, seed: int) -> list[list[str]]:
    """Numbers with two decimals, no two of a head's alike to another's."""
    numbers = np.random.default_rng(seed).integers(-99, 100, (rows, columns))
    return [[f"{number / 100:.2f}" for number in row] for row in numbers.tolist()]


def stacked(count: int, rows: int, columns: int, seed: int) -> list[list[list[str]]]:
    return [matrix(rows, columns, seed + at) for at in range(count)]


VECTORS: dict[str, Any] = {
    "tokens": TOKENS,
    "Q": stacked(HEADS, 3, 2, 10),
    "K": stacked(GROUPS, 3, 2, 20),
    "V": stacked(GROUPS, 3, 2, 30),
}
PROJECTED: dict[str, Any] = {
    "tokens": TOKENS,
    "X": matrix(3, 2, 1),
    "W_Q": stacked(HEADS, 2, 2, 40),
    "W_K": stacked(GROUPS, 2, 2, 50),
    "W_V": stacked(GROUPS, 2, 2, 60),
    "b_Q": matrix(HEADS, 2, 70),
    "b_K": matrix(GROUPS, 2, 80),
    "W_O": matrix(12, 2, 90),
    "attention": {"bias": "alibi"},
}
CACHED = VECTORS | {
    "attention": {
        "past": {"tokens": ["p"], "K": stacked(GROUPS, 1, 2, 100), "V": stacked(GROUPS, 1, 2, 110)}
    }
}
SCORES = {"tokens": TOKENS, "scores": stacked(HEADS, 3, 3, 120), "V": stacked(GROUPS, 3, 2, 130)}
PROBLEMS = {"vectors": VECTORS, "projected": PROJECTED, "cached": CACHED, "scores": SCORES}


@pytest.mark.parametrize("name", PROBLEMS)
def test_page(name: str, attncalc: Attncalc) -> None:
    """Nothing that is given to another head, or comes of it, is on the page."""
    problem = PROBLEMS[name]
    page = attncalc("explain", "-", "--head", "3", stdin=json.dumps(problem)).out
    whole = attncalc("explain", "-", "--all-heads", stdin=json.dumps(problem)).out
    for given, mine in (("Q", 2), ("K", 1), ("V", 1), ("W_Q", 2), ("W_K", 1), ("scores", 2)):
        for head, rows in enumerate(problem.get(given, ())):
            first = ", ".join(rows[0])
            first = first if given in ("Q", "K", "V") else rows[0][0]
            shown, others = first in page, first in whole
            assert others, f"{given} {head}"
            if given in ("Q", "K", "V"):
                assert shown == (head == mine), f"{given} {head}"
    assert ", head 3" in page
    assert ", head 1" not in page
    assert "other heads" not in page
    assert "Head 2" not in page
    assert "Key-value head 1" not in page
    assert len(page.splitlines()) < len(whole.splitlines()) / 2


def test_projections_of_the_head(attncalc: Attncalc) -> None:
    """Of stacked matrices and biases only the head's own are given."""
    page = attncalc("explain", "-", "--head", "4", stdin=json.dumps(PROJECTED)).out
    for shown in ("W_Q,4 =", "W_K,2 =", "W_V,2 =", "b_Q,4 =", "b_K,2 =", "W_O ="):
        assert shown in page
    for other in ("W_Q,1 =", "W_K,1 =", "W_K,3 =", "b_Q,5 =", "b_K,1 ="):
        assert other not in page
    assert "… 5 more" in page


def test_two_heads(attncalc: Attncalc) -> None:
    """Several may be chosen."""
    page = attncalc("explain", "-", "--head", "2", "--head", "5", stdin=json.dumps(VECTORS)).out
    assert ", head 2" in page
    assert ", head 5" in page
    assert "Head 3" not in page
    assert "Key-value head 2" not in page


def test_without_a_choice(attncalc: Attncalc) -> None:
    """Where none is chosen, the first is written out and the others' weights are shown."""
    page = attncalc("explain", "-", stdin=json.dumps(VECTORS)).out
    assert "Attention weights of the other heads" in page
    assert "Head 6" in page


def test_in_python() -> None:
    """A handout of chosen heads is the same page."""
    trace = explain(load(VECTORS))
    assert "Head 1" not in handout(trace, heads=[2]).text()
    assert Page(explain(load({"scores": [["1"]]})), Selection(heads=(0,)), (0,)).tells_of(3)


def exported(attncalc: Attncalc, problem: dict[str, Any], *options: str) -> dict[str, Any]:
    result = attncalc("explain", "-", "--json", *options, stdin=json.dumps(problem))
    assert (result.code, result.err) == (0, "")
    found: dict[str, Any] = json.loads(result.out)
    return found


@pytest.mark.parametrize("name", PROBLEMS)
def test_json(name: str, attncalc: Attncalc) -> None:
    """The axis for heads is kept, with the chosen one alone along it."""
    every = exported(attncalc, PROBLEMS[name])["stages"]
    found = exported(attncalc, PROBLEMS[name], "--head", "3")
    assert found["heads"] == [3]
    assert found["dims"]["heads"] == HEADS
    for stage, numbers in found["stages"].items():
        if stage in ("K", "V"):
            assert numbers == [every[stage][1]]
        elif stage in ("X", "output"):
            assert numbers == every[stage]
        else:
            assert numbers == [every[stage][2]], stage
    left_out = {"concatenated"} if "W_O" in PROBLEMS[name] else {"concatenated", "output"}
    assert set(every) - set(found["stages"]) == left_out


def test_json_of_two_heads(attncalc: Attncalc) -> None:
    """Heads of one group have their keys once."""
    every = exported(attncalc, VECTORS)
    assert "heads" not in every
    found = exported(attncalc, VECTORS, "--head", "1", "--head", "2", "--head", "6")
    assert found["heads"] == [1, 2, 6]
    assert found["stages"]["weights"] == [every["stages"]["weights"][at] for at in (0, 1, 5)]
    assert found["stages"]["K"] == [every["stages"]["K"][at] for at in (0, 2)]
    assert exported(attncalc, VECTORS, "--all-heads") == every


def test_stages_all_the_same(attncalc: Attncalc) -> None:
    """What holds other heads' results is printed where it is asked for."""
    found = exported(attncalc, VECTORS, "--head", "1", "--stages", "concatenated,weights")
    assert len(found["stages"]["concatenated"][0]) == 12
    assert len(found["stages"]["weights"]) == 1


def test_csv(attncalc: Attncalc) -> None:
    """Rows say which head they are of, and which key-value head."""
    result = attncalc("explain", "-", "-f", "csv", "--head", "3", stdin=json.dumps(VECTORS))
    rows = rows_of(result.out)[1:]
    assert {row[1] for row in rows if row[0] in ("K", "V")} == {"2"}
    assert {row[1] for row in rows if row[0] not in ("K", "V")} == {"3"}
    every = attncalc("explain", "-", "-f", "csv", stdin=json.dumps(VECTORS))
    assert [row for row in rows_of(every.out) if row[:2] == ["weights", "3"]] == [
        row for row in rows if row[0] == "weights"
    ]


@pytest.mark.installed
def test_arrays(attncalc: Attncalc, tmp_path: Path) -> None:
    """NumPy arrays have the head alone too."""
    file = tmp_path / "head.npz"
    attncalc("explain", "-", "--head", "3", "-o", file, stdin=json.dumps(VECTORS))
    with np.load(io.BytesIO(file.read_bytes())) as arrays:
        assert arrays["weights"].shape == (1, 3, 3)
        assert arrays["K"].tolist() == [[[float(n) for n in row] for row in VECTORS["K"][1]]]


@pytest.mark.parametrize("kind", ["json", "csv"])
def test_no_such_head(kind: str, attncalc: Attncalc) -> None:
    """Data refuse a head that there is not, as pages do."""
    result = attncalc("explain", "-", "-f", kind, "--head", "7", stdin=json.dumps(VECTORS))
    assert (result.code, result.out) == (2, "")
    assert result.err == "--head: head 7; expected 1 to 6\n"
