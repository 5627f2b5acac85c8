"""Stages as tables and as arrays."""

from __future__ import annotations

import csv
import io
import re
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from attncalc import InputError, explain, load
from attncalc.cli.output import write
from attncalc.exports.trace_csv import COLUMNS, trace_csv
from attncalc.exports.trace_json import json_pieces
from attncalc.problem.problem import address_of, addresses_of
from attncalc.renderers.inert import inert
from attncalc.selection import Selection
from tests.conftest import SAMPLES, Attncalc
from tests.renderers.hostile import HOSTILE

CAUSAL = SAMPLES / "causal.yaml"
LLAMA = SAMPLES / "llama-step.yaml"
SENTENCE = ["The", "cat", "sat"]


def rows_of(text: str) -> list[list[str]]:
    """What a reader of CSV makes of it."""
    return list(csv.reader(io.StringIO(text)))


def test_one_stage(attncalc: Attncalc) -> None:
    """A single stage is a matrix under its tokens, with -inf for a masked score."""
    result = attncalc("explain", CAUSAL, "--stages", "masked_scores", "--format", "csv")
    assert (result.code, result.err) == (0, "")
    assert rows_of(result.out) == [
        ["", "I", "like", "cats"],
        ["I", "0.7071067811865476", "-inf", "-inf"],
        ["like", "0.7071067811865476", "0.7071067811865476", "-inf"],
        ["cats", "1.4142135623730951", "0.7071067811865476", "2.1213203435596424"],
    ]


def test_one_stage_of_vectors(attncalc: Attncalc) -> None:
    """Vectors stand under the numbers of their components, keys beside their own tokens."""
    cross = SAMPLES / "cross-attention.yaml"
    result = attncalc("explain", cross, "--stages", "K", "--format", "csv")
    assert [row[0] for row in rows_of(result.out)] == ["", *load(cross).key_tokens]
    assert rows_of(result.out)[0][1:] == ["1", "2", "3", "4"][: load(cross).d_k]


def test_every_stage(attncalc: Attncalc) -> None:
    """Several stages, or stages of heads, are a row a number with all it is of."""
    result = attncalc("explain", LLAMA, "--format", "csv")
    header, *rows = rows_of(result.out)
    assert tuple(header) == COLUMNS
    assert ["K", "2", "", "cat", "2", "0.9765"] in rows
    assert ["X", "", "sat", "", "1", "0.5"] in rows
    weights = [row for row in rows if row[0] == "weights"]
    assert [row[1:5] for row in weights[:3]] == [["1", "sat", key, ""] for key in SENTENCE]
    assert len(weights) == 4 * 3
    output = [float(row[5]) for row in rows if row[0] == "output"]
    trace = explain(load(LLAMA))
    assert output == [float(number) for number in trace["output"][0]]


def test_formulas_are_inert() -> None:
    """A token that a spreadsheet would compute stands behind a quotation mark."""
    tokens = ["=1+1", "+x", "-y", "@z", 'a,"b"', "fine"]
    one = [["1"]] * len(tokens)
    trace = explain(load({"tokens": tokens, "Q": one, "K": one}))
    header = rows_of("".join(trace_csv(trace, Selection(stages=("scores",)))))[0][1:]
    assert header == ["'=1+1", "'+x", "'-y", "'@z", 'a,"b"', "fine"]


@pytest.mark.parametrize("stages", [["scores"], ["scores", "weights"]])
def test_hostile_tokens(stages: list[str]) -> None:
    """A CSV reader has every token in its cell, and no cell is a formula or moves a cursor."""
    one = [["1"]] * len(HOSTILE)
    trace = explain(load({"tokens": list(HOSTILE), "Q": one, "K": one}))
    text = "".join(trace_csv(trace, Selection(stages=tuple(stages))))
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text)
    rows = rows_of(text)
    keys = rows[0][1:] if len(stages) == 1 else [row[3] for row in rows[1 : len(HOSTILE) + 1]]
    wanted = [inert(address_of(place, HOSTILE)) for place in range(len(HOSTILE))]
    assert keys == [
        f"'{name}" if name.startswith(("=", "+", "-", "@")) else name for name in wanted
    ]


def test_arrays(attncalc: Attncalc, tmp_path: Path) -> None:
    """An .npz file has every stage by its name, and the tokens."""
    file = tmp_path / "stages.npz"
    done = attncalc("explain", LLAMA, "--output", file)
    assert (done.code, done.out, done.err) == (0, "", "")
    trace = explain(load(LLAMA))
    with np.load(file) as arrays:
        assert arrays["key_tokens"].tolist() == SENTENCE
        assert arrays["weights"].shape == (4, 1, 3)
        assert arrays["weights"].dtype == np.float64
        np.testing.assert_array_equal(arrays["output"], trace["output"].astype(float))
        assert set(arrays) == {"tokens", "key_tokens", *trace.exported()}
    again = tmp_path / "again.npz"
    attncalc("explain", LLAMA, "--output", again)
    assert again.read_bytes() == file.read_bytes()


def test_one_problem_only(attncalc: Attncalc, tmp_path: Path) -> None:
    """A table is of one problem; two are refused."""
    file = tmp_path / "two.yaml"
    file.write_text(CAUSAL.read_text() + "---\n" + CAUSAL.read_text())
    result = attncalc("explain", file, "--format", "csv")
    assert (result.code, result.out) == (2, "")
    assert result.err == (
        "--format: 2 problems; expected 1 for csv\n  hint: json writes a line for each\n"
    )


def test_no_arrays_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bytes are not written to a terminal."""
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    with pytest.raises(InputError, match="a terminal cannot show this format; expected a file"):
        write(b"\x00", None)


@pytest.mark.no_cover
def test_time_of_csv() -> None:
    """A row a number takes about as long as JSON, however many tokens there are."""
    noise = np.random.default_rng(7).normal(size=(400, 4))
    trace = explain(load({"Q": noise, "K": noise, "V": noise}))
    times = []
    for written in (json_pieces, trace_csv):
        began = time.process_time()
        text = "".join(written(trace))
        times.append(time.process_time() - began)
    assert len(text.splitlines()) == 1 + 3 * 400 * 400 + 4 * 400 * 4
    assert times[1] < 3 * times[0] + 0.5


def test_values_of_csv() -> None:
    """Doubles are written with all their digits, those of a matrix and those of rows alike."""
    noise = np.random.default_rng(7).normal(size=(60, 2))
    trace = explain(load({"Q": noise, "K": noise}))
    (_, *rows), (_, *numbers) = (
        rows_of("".join(trace_csv(trace, Selection(stages=tuple(stages)))))
        for stages in (["weights"], ["scores", "weights"])
    )
    assert [[float(cell) for cell in row[1:]] for row in rows] == trace["weights"].tolist()
    of_weights = [float(row[-1]) for row in numbers if row[0] == "weights"]
    assert of_weights == trace["weights"].ravel().tolist()


@given(st.lists(st.sampled_from(["a", "b", "a#2", ""]), min_size=1, max_size=9))
def test_addresses(tokens: list[str]) -> None:
    """The addresses of all tokens at once are those of each."""
    addresses = addresses_of(tokens)
    assert addresses == [address_of(place, tokens) for place in range(len(tokens))]
    for place, address in enumerate(addresses):
        occurrence = tokens[: place + 1].count(tokens[place])
        assert address == tokens[place] + (f"#{occurrence}" if occurrence > 1 else "")
