"""Options in every form they are typed in, what a fault says, and that its hint leads on."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import attncalc
from attncalc import InputErrors
from attncalc.problem.options import Sinusoidal
from tests.conftest import Attncalc

QK = {"Q": [["1", "0.5"], ["0", "2"]], "K": [["1", "1"], ["3", "-1"]]}
SCORES = {"scores": [["1", "2"], ["3", "0"]]}
X = {"X": [["1", "2"], ["3", "4"]]}


def scaled(problem: Any, scale: str) -> Any:
    """The scaled scores of a problem under a scale."""
    return attncalc.explain(attncalc.load({**problem, "attention": {"scale": scale}}))[
        "scaled_scores"
    ].tolist()


@pytest.mark.parametrize("scale", ["1/4", "1/sqrt(16)", "2 / √64", "0.25", "25%"])
@pytest.mark.parametrize("problem", [QK, SCORES, X])
def test_scale_is_any_number(problem: Any, scale: str) -> None:
    """Fractions and roots scale given scores as they do computed ones."""
    assert scaled(problem, scale) == scaled(problem, "0.250")


@pytest.mark.parametrize("scale", ["1/sqrt(d_model)", "1/√d_model", "1 / sqrt(D_MODEL)"])
def test_scale_by_the_width_of_embeddings(scale: str) -> None:
    """It is the number it stands for, where there are embeddings."""
    wide = {"X": [["1", "2", "0", "1"]], "W_Q": [["1"]] * 4, "W_K": [["2"]] * 4}
    assert scaled(wide, scale) == [[Decimal(16)]]


PADDED = [[True, True, False]] * 3


@pytest.mark.parametrize(
    "mask",
    [
        ["true", "true", "false"],
        ["1", "1", "0"],
        [True, True, False],
        [["True", "TRUE", "False"]] * 3,
        np.array([1, 1, 0]),
        np.array(PADDED),
    ],
)
def test_masks_of_truth_and_of_padding(mask: Any) -> None:
    """A row for all queries, and truth for 1 and 0, are the mask they stand for."""
    problem = attncalc.load({"scores": [["1", "2", "3"]] * 3, "attention": {"mask": mask}})
    assert problem.attention.mask.tolist() == PADDED  # type: ignore[union-attr]


@pytest.mark.parametrize("word", ["sinusoidal", "rope"])
def test_positions_with_no_settings(word: str) -> None:
    """A word with nothing set under it is the word."""
    problems = [
        attncalc.load({**X, "attention": {"positions": where}}) for where in (word, {word: None})
    ]
    assert problems[0].attention.positions == problems[1].attention.positions


def test_a_padding_row_beside_heads() -> None:
    """One row is for all queries of all heads."""
    problem = attncalc.load({"scores": [[["1", "2"]] * 3] * 2, "attention": {"mask": ["1", "0"]}})
    weights = attncalc.explain(problem)["weights"]
    assert weights[..., 0].tolist() == [[1] * 3] * 2


def test_the_base_of_sinusoidal_positions(attncalc: Attncalc) -> None:
    """It is in every formula of the page, and the default is 10000."""
    text = "X: [[1, 2, 3, 4], [1, 2, 3, 4]]\nattention: {positions: {sinusoidal: {base: 100}}}"
    page = attncalc("explain", "-", "--query", "#2", stdin=text).out
    assert "sin(pos / 100^(2t / d))" in page
    assert "1 / 100^(2 / 4) = 0.1" in page
    assert "10000" not in page
    assert Sinusoidal().base == 10_000


def told(problem: Any, attention: Any) -> str:
    """What is said of wrong options."""
    with pytest.raises(InputErrors) as found:
        attncalc.load({**problem, "attention": attention})
    return str(found.value)


@pytest.mark.parametrize(
    ("problem", "attention", "message"),
    [
        (
            SCORES,
            {"scale": "1/sqrt(d)"},
            "attention.scale: “1/sqrt(d)”; expected none or a positive number\n"
            "  hint: for d_k=64, write 0.125",
        ),
        (
            QK,
            {"scale": "1/sqrt(d)"},
            "attention.scale: “1/sqrt(d)”; expected 1/sqrt(d_k), none or a positive number\n"
            "  hint: did you mean 1/sqrt(d_k)?",
        ),
        (
            SCORES,
            {"scale": "1/sqrt(d_k)"},
            "attention.scale: 1/sqrt(d_k), but d_k is not known; expected none or a number, "
            "as scores are given\n  hint: for d_k=64, write 0.125",
        ),
        (
            QK,
            {"scale": "1/sqrt(d_model)"},
            "attention.scale: 1/sqrt(d_model), but d_model is not known, as there is no X; "
            "expected none or a number\n  hint: for d_model=64, write 1/sqrt(64)",
        ),
        (QK, {"scale": "1/0"}, "attention.scale: a division by 0 (1/0); expected 1/sqrt(d_k), "),
        (
            QK,
            {"softcap": "-1/3"},
            "attention.softcap: “-1/3”; expected none or a positive number",
        ),
        (
            QK,
            {"mask": ["1", "1", "0"]},
            "attention.mask: 3 numbers; expected 2, one for each key token",
        ),
        (
            QK,
            {"positions": {"rope": {"base": "1/3"}}},
            "attention.positions.rope.base: “1/3”; expected a positive number, like 10000\n"
            "  hint: write it as a decimal: angles are powers of it",
        ),
        (
            X,
            {"positions": {"sinusoidal": {"bass": "3"}}},
            "attention.positions.sinusoidal.bass: an unknown key “bass”; expected one of base\n"
            "  hint: did you mean base?",
        ),
        (
            X,
            {"positions": {"sinusoidal": ["3"]}},
            "attention.positions.sinusoidal: this is no mapping; expected settings, "
            "like {sinusoidal: {base: 10000}}",
        ),
        (
            SCORES,
            {"positions": "sinusoidal"},
            "attention.positions: positions to be added, but X is missing; expected X, which they "
            "are added to",
        ),
    ],
)
def test_faults_of_options(problem: Any, attention: Any, message: str) -> None:
    """The whole text, place and hint."""
    found = told(problem, attention)
    assert found.removeprefix("the mapping: ").startswith(message)
    assert found.count("hint") == message.count("hint")


WRONG = ("non", "1/sqrt(d)", "1/sqrt(dk", "sqrt(d_k)", "casual", "nome", "sinusodial", "ropes")


@pytest.mark.parametrize("option", ["scale", "mask", "bias", "softcap", "positions", "base"])
@pytest.mark.parametrize("problem", [QK, SCORES, X])
@pytest.mark.parametrize("value", WRONG)
def test_a_hint_leads_to_no_other_error(option: str, problem: Any, value: str) -> None:
    """Whoever writes what was meant has a file that reads."""
    meant = re.search(r"did you mean (\S+)\?|for \S+, write (\S+)", told(problem, {option: value}))
    if meant:
        attncalc.load({**problem, "attention": {option: meant[1] or meant[2]}})


RECORD = np.array([(1, 2.0)], dtype=[("a", int), ("b", float)])
ODD = {
    "a vector": np.array([1.0, 2.0]),
    "empty": np.array([]),
    "records": RECORD,
    "many axes": np.ones((1,) * 33),
    "text": np.array(["a", "b"]),
    "times": np.array(["2020-01-01"], dtype="datetime64[D]"),
    "complex": np.array([1j, 2]),
}


@pytest.mark.parametrize("kind", ODD)
@pytest.mark.parametrize(
    "option",
    ["scale", "mask", "bias", "softcap", "sink", "base", "heads", "kv_heads", "positions", "past"],
)
def test_odd_arrays_are_no_options(
    option: str, kind: str, attncalc: Attncalc, tmp_path: Path
) -> None:
    """Arrays of any kind and shape are refused by their option's name, or are what they can be."""
    odd: Any = {option: ODD[kind]}
    np.savez(tmp_path / "odd.npz", Q=np.eye(2), K=np.eye(2), **odd)
    result = attncalc("explain", tmp_path / "odd.npz")
    assert result.code == 2 or (option, kind) in (("mask", "a vector"),)
    assert "a mistake in attncalc itself" not in result.err


@pytest.mark.parametrize("shape", [(0, 2), (2, 0), (0,), (0, 0)])
@pytest.mark.parametrize("name", ["Q", "K", "V", "scores"])
def test_arrays_without_numbers(name: str, shape: tuple[int, ...]) -> None:
    """No tokens or no columns are a fault of the array that has none."""
    arrays: Any = {"Q": np.eye(2), "K": np.eye(2)} if name != "scores" else {}
    with pytest.raises(InputErrors) as found:
        attncalc.load(arrays | {name: np.empty(shape)})
    assert f"{name}: {' × '.join(map(str, shape))} numbers; expected some" in str(found.value)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"softcap": "5"}, "softcap changes"),
        ({"mask": "causal", "sink": "1"}, "mask and sink change"),
        ({"scale": "2", "bias": [["0", "1"]], "base": "2"}, "scale, bias and base change"),
        ({"mask": [["1", "0"]]}, "mask changes"),
    ],
)
def test_options_of_scores_beside_given_weights(
    options: Any, told: str, attncalc: Attncalc
) -> None:
    """They have nothing to change, and that is said, on a page that is written all the same."""
    from attncalc import explain, load

    problem = {"weights": [["0.5", "0.5"]], "V": [["1"], ["2"]], "attention": options}
    assert explain(load(problem)).warnings == (f"the weights are given, so {told} nothing",)
    text = "weights: [[0.5, 0.5]]\nV: [[1], [2]]\nattention: {softcap: 5, scale: none}"
    result = attncalc("explain", "-", "--all-queries", stdin=text)
    assert (result.code, result.err) == (0, "")
    assert "softcap changes nothing" in result.out


def test_positions_are_never_one_a_head() -> None:
    """Three levels of brackets are one fault, however long their rows are."""
    ragged = [[["1", "0"], ["0", "1"]], [["1", "0"]]]
    with pytest.raises(InputErrors) as refused:
        attncalc.load({**X, "attention": {"positions": ragged}})
    (fault,) = refused.value.errors
    assert "3 levels of rows; expected rows of numbers" in str(fault)


def test_array_of_too_many_axes() -> None:
    """An array of more axes than any matrix has is told, and not taken apart."""
    with pytest.raises(InputErrors, match="X"):
        attncalc.load({"X": np.ones((1, 2, 1, 2, 1, 2)), "tokens": ["a", "b"]})
