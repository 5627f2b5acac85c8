"""attncalc explain --stages cost, as a user calls it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests import schemas
from tests.conftest import ROOT, SAMPLES, Attncalc

GOLDEN = Path(__file__).parent / "golden"
OUTPUT_SCHEMA = json.loads((ROOT / "attncalc/schemas/output.schema.json").read_text())

DECODE_STEP = """
title: One token after three, four query heads on two
tokens: [now]
X: [[1, 0, 2]]
W_Q: [[1, 0, 0, 1, 1, 1, 0, 0], [0, 1, 1, 0, 0, 0, 1, 1], [1, 1, 0, 0, 1, 0, 1, 0]]
W_K: [[1, 0, 0, 1], [0, 1, 1, 0], [1, 1, 0, 0]]
W_V: [[0, 1, 1, 0], [1, 0, 0, 1], [0, 0, 1, 1]]
b_Q: [0, 1, 0, 1, 0, 1, 0, 1]
W_O: [[1, 0], [0, 1], [1, 0], [0, 1], [1, 0], [0, 1], [1, 0], [0, 1]]
attention:
  heads: 4
  kv_heads: 2
  positions: rope
  softcap: 5
  bias: alibi
  sink: 0
  mask: {window: 3}
  past:
    tokens: [one, two, three]
    K: [[1, 0, 0, 1], [0, 1, 1, 0], [1, 1, 0, 0]]
    V: [[1, 0, 0, 1], [0, 1, 1, 0], [1, 1, 0, 0]]
"""

PAGES: dict[str, tuple[list[str], str]] = {
    "causal": ([str(SAMPLES / "causal.yaml")], ""),
    "cross-attention": ([str(SAMPLES / "cross-attention.yaml")], ""),
    "decode-step": (["-"], DECODE_STEP),
}


@pytest.mark.parametrize("width", [80, 160])
@pytest.mark.parametrize("name", PAGES)
def test_page(
    name: str,
    width: int,
    attncalc: Attncalc,
    golden: Callable[[Path, str], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The section on cost, in two widths; no line is wider than the terminal."""
    monkeypatch.setenv("COLUMNS", str(width))
    arguments, text = PAGES[name]
    result = attncalc("explain", *arguments, "--stages", "cost", stdin=text)
    assert (result.code, result.err) == (0, "")
    assert max(map(len, result.out.splitlines())) <= width
    golden(GOLDEN / f"cost-{name}-{width}.txt", result.out)


def exported(attncalc: Attncalc, *arguments: str | Path, stdin: str = "") -> dict[str, Any]:
    """The JSON of one problem, valid by the schema."""
    result = attncalc("explain", *arguments, "--json", stdin=stdin)
    assert (result.code, result.err) == (0, "")
    loaded: dict[str, Any] = json.loads(result.out)
    schemas.validate(loaded, OUTPUT_SCHEMA)
    return loaded


@pytest.mark.installed
def test_json(attncalc: Attncalc) -> None:
    """The cost stands in the JSON when it is asked for, beside the stages that are, or alone."""
    animal = SAMPLES / "animal.yaml"
    assert "cost" not in exported(attncalc, animal)
    assert exported(attncalc, animal, "--stages", "cost")["stages"] == {}
    found = exported(attncalc, animal, "--stages", "weights,cost", "--mask", "causal")
    assert list(found["stages"]) == ["weights"]
    cost = found["cost"]
    assert cost["stages"]["scores"] == {
        "multiplications": 192, "additions": 128, "divisions": 0,
        "powers": 0, "tanh": 0, "sines_and_cosines": 0,
    }  # fmt: skip
    assert cost["pairs"] == {"all": 64, "visible": 36}
    assert cost["memory"] == {
        "scores": 64, "keys_and_values": 48, "keys_and_values_without_groups": 48
    }  # fmt: skip


def test_json_of_everything(attncalc: Attncalc) -> None:
    """A problem with every mechanism: its parts, and what its cache saves."""
    cost = exported(attncalc, "-", "--stages", "cost", stdin=DECODE_STEP)["cost"]
    assert list(cost["parts"]) == [
        *("projections", "positions", "scores", "softmax", "weighted_sum", "output_projection")
    ]
    assert cost["total"]["tanh"] == 16
    assert cost["reused"]["multiplications"] == 2 * 36 + 27
    assert cost["pairs"] == {"all": 16, "visible": 12}
    assert cost["memory"]["keys_and_values_without_groups"] == 64


def test_beside_stages(attncalc: Attncalc) -> None:
    """The section stands behind the stages that are asked for, and is absent without asking."""
    both = attncalc("explain", SAMPLES / "causal.yaml", "--stages", "cost,weights").out
    assert both.index("Attention weights") < both.index("What it costs")
    assert "What it costs" not in attncalc("explain", SAMPLES / "causal.yaml").out


@pytest.mark.parametrize(
    ("problem", "said", "unsaid"),
    [
        ("weights: [[1]]", "The attention weights are given, and nothing is computed", "multiply"),
        ("scores: [[1]]", "scores n×n 1 4", "width and heads"),
        ("weights: [[[1]], [[1]]]\nV: [[1, 2]]", "weighted sum h×n×n×d_v 2 8", "Scores are needed"),
        ("scores: [[[1]], [[1]]]", "2×h 4", "multiplications for"),
        (
            "Q: [[1, 2]]\nK: [[1]]\nattention: {heads: 2, kv_heads: 1}",
            "Groups of 2 query heads share one head of keys",
            "not hidden",
        ),
    ],
)
def test_what_is_said(problem: str, said: str, unsaid: str, attncalc: Attncalc) -> None:
    """The section has what the problem has, wherever it starts."""
    result = attncalc("explain", "-", "--stages", "cost", stdin=f"tokens: [a]\n{problem}\n")
    assert (result.code, result.err) == (0, "")
    page = " ".join(result.out.split())
    assert said in page
    assert unsaid not in page


def test_misspelt(attncalc: Attncalc) -> None:
    """The cost stands last among what may be asked for."""
    result = attncalc("explain", SAMPLES / "tennis.yaml", "--stages", "costs")
    assert result.code == 2
    assert result.err == (
        "--stages: there is no stage “costs”; expected one of V, weights, weighted_values, "
        "output, cost\n  hint: did you mean cost?\n"
    )
