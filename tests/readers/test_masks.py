"""Masks as they are written: which keys each query sees, and what is said of what is none."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import attncalc
from attncalc.errors import InputErrors
from attncalc.problem.options import AttentionOptions, Reach
from attncalc.readers.yaml_text import documents
from attncalc.steps.mask import allowed, may_attend
from tests import oracle
from tests.conftest import Attncalc

Problem = dict[str, Any]


def written(text: str) -> Any:
    """An option as it is written in a file."""
    return documents(text, "a mask")[1][0]


def problem(mask: Any, n: int = 3, m: int = 3, past: int = 0) -> Problem:
    """n queries and m keys after a past, with that mask."""
    given: Problem = {
        "Q": [["1"]] * n,
        "K": [["1"]] * m,
        "key_tokens": [f"k{j}" for j in range(m)],
        "attention": {"mask": mask},
    }
    if past:
        cache = {"tokens": [f"p{j}" for j in range(past)], "K": [["1"]] * past}
        given["attention"]["past"] = cache
    return given


def seen(given: Problem) -> list[str]:
    """Which keys each query sees, a row each."""
    mask = allowed(attncalc.load(given))
    assert mask is not None
    return ["".join(str(int(each)) for each in row) for row in mask]


@pytest.mark.parametrize(
    ("mask", "n", "m", "past", "rows"),
    [
        # As torch's causal_lower_right and flash-attention's causal print it for 2 × 5 and 5 × 2.
        ("{causal: lower-right}", 2, 5, 0, "11110 11111"),
        ("{causal: lower-right}", 5, 2, 0, "00 00 00 10 11"),
        ("{causal: lower-right}", 2, 3, 1, "1110 1111"),
        ("{causal: true}", 2, 5, 0, "10000 11000"),
        ("{causal: true}", 2, 2, 1, "110 111"),
        ("{window: [1, 1]}", 4, 4, 0, "1100 1110 0111 0011"),
        ("{window: [-1, 1]}", 4, 4, 0, "1100 1110 1111 1111"),
        ("{window: [0, -1]}", 3, 3, 0, "111 011 001"),
        ("{window: [-1, -1]}", 2, 2, 0, "11 11"),
        ("{window: [1, 0]}", 2, 2, 2, "0110 0011"),
        ("{window: [2, 1], causal: true}", 4, 4, 0, "1000 1100 1110 0111"),
        ("{window: 2, causal: false}", 3, 3, 0, "100 110 011"),
        ("{window: 2, causal: lower-right}", 2, 4, 0, "0110 0011"),
        ("{window: [0, 1], causal: lower-right}", 2, 4, 0, "0010 0001"),
        # StreamingLLM, with 1 attention sink, and with more of them than there are keys yet.
        ("{window: 2, first: 1}", 5, 5, 0, "10000 11000 11100 10110 10011"),
        ("{window: 1, first: 2}", 4, 4, 0, "1000 1100 1110 1101"),
        ("{window: 1, first: 9}", 3, 3, 0, "100 110 111"),
        ("{window: 1, first: 0}", 2, 2, 0, "10 01"),
        ("{window: 1, first: 1}", 2, 2, 2, "1010 1001"),
        ("{padding: [1, 0, 1]}", 2, 3, 0, "101 101"),
        ("{causal: true, padding: [true, false, True]}", 3, 3, 0, "100 100 101"),
        ("{causal: true, padding: [0, 1]}", 1, 1, 1, "01"),
        ("{causal: lower-right, padding: [0, 1, 1]}", 2, 3, 0, "010 011"),
        ("{window: 2, first: 1, padding: [1, 1, 0, 1]}", 4, 4, 0, "1000 1100 1100 1001"),
        ("{window: [1, 1], padding: [1, 0, 1]}", 3, 3, 0, "100 101 001"),
    ],
)
def test_which_keys_are_seen(mask: str, n: int, m: int, past: int, rows: str) -> None:
    """Written out, a row a query."""
    assert " ".join(seen(problem(written(mask), n, m, past))) == rows


SIDES = st.one_of(st.just(float("inf")), st.integers(0, 5))


@st.composite
def reaches(draw: st.DrawFn, keys: int) -> Reach:
    """A reach that can be written."""
    causal = draw(st.booleans())
    back = draw(SIDES)
    return Reach(
        back,
        0 if causal else draw(SIDES),
        draw(st.integers(0, 5)) if causal and back < float("inf") else 0,
        causal and draw(st.booleans()),
        draw(st.none() | st.tuples(*[st.booleans()] * keys)),
    )


@st.composite
def reached_problems(draw: st.DrawFn) -> tuple[Problem, Reach]:
    """A problem, and its mask as it is kept."""
    n, m, past = (draw(st.integers(low, 5)) for low in (1, 1, 0))
    reach = draw(reaches(past + m))
    return problem(written(str(reach)), n, m, past), reach


@pytest.mark.parametrize(
    "reach",
    [
        Reach(ahead=0, from_end=True),
        Reach(back=1, ahead=0, first=2),
        Reach(back=1, ahead=0, from_end=True),
        Reach(back=1),
        Reach(back=2, ahead=1, padding=(True, False, True)),
        Reach(padding=(True, False, True)),
        Reach(ahead=0, padding=(False, True, True)),
        Reach(),
    ],
    ids=str,
)
def test_every_part_of_a_mask_is_typed(reach: Reach) -> None:
    """What is said of each part of a mask can be typed again."""
    assert attncalc.load(problem(written(str(reach)))).attention.mask == reach


@given(reached_problems())
def test_a_mask_as_it_is_typed_is_that_mask(drawn: tuple[Problem, Reach]) -> None:
    """What is said of an option can be typed; causal is a word of its own."""
    given, reach = drawn
    kept = attncalc.load(given).attention.mask
    assert ("causal" if reach == Reach(ahead=0) else reach) == kept


@given(reached_problems())
def test_one_pair_is_as_all_pairs_are(drawn: tuple[Problem, Reach]) -> None:
    """A pair by itself, all pairs at once, and the plain loops of the oracle say the same."""
    given, reach = drawn
    loaded = attncalc.load(given)
    mask = allowed(loaded)
    assert mask is not None
    n, m, past = len(loaded.tokens), len(loaded.key_tokens), loaded.past_length
    for i in range(n):
        for j in range(m):
            assert (
                bool(mask[i, j]) == may_attend(loaded, (i, j)) == plainly(reach, i, j, n, m, past)
            )


def plainly(reach: Reach, i: int, j: int, n: int, m: int, past: int) -> bool:
    """Whether query i sees key j, written as one would tell it."""
    if reach.padding is not None and not reach.padding[j]:
        return False
    own = i + m - n if reach.from_end else i + past
    if j > own:
        return j - own <= reach.ahead
    return own - j <= reach.back or j < reach.first


def test_words_stay_words() -> None:
    """{causal: true} is causal, {causal: false} hides nothing."""
    masks = [attncalc.load(problem({"causal": word})).attention.mask for word in ("true", "false")]
    assert masks == ["causal", "none"]
    assert attncalc.load(problem({"window": ["-1", "0"]})).attention.mask == "causal"


@pytest.mark.parametrize(
    "mask",
    [
        {"window": np.array([2, 1]), "padding": np.array([True, True, False])},
        {"window": (2, 1), "padding": [1, 1, 0]},
        {"window": ["2", "1"], "padding": np.array([[1, 1, 0]])},
        {"window": ["2", "1"], "padding": "[1 1 0]"},
        {"window": "tensor([2, 1])", "padding": "tensor([1, 1, 0])"},
    ],
    ids=str,
)
def test_masks_from_python(mask: Any) -> None:
    """Arrays, tuples and prints are read as what they hold."""
    reach = attncalc.load(problem(mask)).attention.mask
    assert reach == Reach(back=2, ahead=1, padding=(True, True, False))


def test_a_mask_beside_arrays(tmp_path: Path) -> None:
    """It may be a text in an npz."""
    text = np.array("{window: [1, 0], padding: [1, 0, 1]}")
    np.savez(tmp_path / "head.npz", Q=np.ones((3, 1)), K=np.ones((3, 1)), mask=text)
    loaded = attncalc.load(tmp_path / "head.npz")
    assert loaded.attention.mask == Reach(back=1, ahead=0, padding=(True, False, True))


def test_text_beside_arrays_that_is_no_mask(attncalc: Attncalc, tmp_path: Path) -> None:
    """It is told of by the option's name."""
    fields: Any = {"Q": np.ones((1, 1)), "K": np.ones((1, 1)), "mask": np.array("{window: [1")}
    np.savez(tmp_path / "head.npz", **fields)
    result = attncalc("explain", tmp_path / "head.npz")
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith(f"{tmp_path / 'head.npz'}: mask:2:1: this is not YAML")


def test_padding_that_is_made_in_python() -> None:
    """Of another length than there are keys, it is refused as in a file."""
    plain = attncalc.load(problem("none"))
    options = AttentionOptions(mask=Reach(padding=(True, False)))
    with pytest.raises(attncalc.AttncalcError, match="2 numbers; expected 3, one for each key"):
        attncalc.Problem(plain.tokens, plain.key_tokens, Q=plain.Q, K=plain.K, attention=options)


EXPECTED = "none, causal, {window: 3}, {causal: true, padding: [1, 1, 0]}, or rows of 0 and 1"
WIDTH = "expected a whole number from 1 (itself and those before it), or two sides, like [2, 1]"
SIDE = "expected a whole number from 0, or -1 for no limit"
A_WIDTH = "expected it beside a width, like {window: 3, first: 1}"
KEPT = "expected 1 for a key that may be seen, 0 for padding"

FAULTS = {
    "casual": f": “casual”; expected {EXPECTED}\n  hint: did you mean causal?",
    "lower-right": f": “lower-right”; expected {EXPECTED}\n  hint: write {{causal: lower-right}}",
    "padding": f": “padding”; expected {EXPECTED}\n"
    "  hint: write which keys may be seen, like {padding: [1, 1, 0]}",
    "window": f": “window”; expected {EXPECTED}\n"
    "  hint: write how many keys it has, like {window: 3}",
    "{}": f": a mapping without anything in it; expected {EXPECTED}",
    "{causal: }": f": a mapping without anything in it; expected {EXPECTED}",
    "{causal: upper-left}": ".causal: “upper-left”; expected true, false or lower-right\n"
    "  hint: write {causal: true}: without a cache, the first query goes with the first key",
    "{causal: lower-left}": ".causal: “lower-left”; expected true, false or lower-right\n"
    "  hint: did you mean lower-right?",
    "{causal: [1]}": ".causal: a list or mapping; expected true, false or lower-right",
    "{window: [1, 2, 3]}": f".window: a window of 3 numbers; {WIDTH}",
    "{window: [2]}": f".window: a window of 1 number; {WIDTH}",
    "{window: []}": f".window: a window of a list or mapping; {WIDTH}",
    "{window: 0}": f".window: a window of “0”; {WIDTH}",
    "{window: -2}": f".window: a window of “-2”; {WIDTH}",
    "{window: 1.5}": f".window: a window of “1.5”; {WIDTH}",
    "{window: -1}": f".window: a window of “-1”; {WIDTH}\n"
    "  hint: without a limit it is a causal mask: {causal: true}",
    "{window: [-2, 1]}": f".window: a window's side of “-2”; {SIDE}",
    "{window: [1, [2]]}": f".window: a window's side of a list or mapping; {SIDE}",
    "{first: 1}": f".first: first without a window; {A_WIDTH}\n"
    "  hint: leave it out: nothing hides the first keys",
    "{window: [2, 0], first: 1}": f".first: first beside a window of two sides; {A_WIDTH}",
    "{window: 2, first: -1}": ".first: first of “-1”; expected a whole number from 0",
    "{window: 2, first: [1]}": ".first: first of a list or mapping; expected a whole number from 0",
    "{padding: [1, 1]}": ".padding: 2 numbers; expected 3, one for each key token "
    "(n=3, m=3, d_k=1)",
    "{padding: [[1, 1, 0]]}": ".padding: rows of numbers; expected a row of numbers",
    "{padding: [1, 2, 0]}": f".padding: a number other than 0 and 1; {KEPT}",
    "{padding: [1, x, 0]}": ".padding: “x”; expected a number",
    "{padding: 2}": ".padding: padding of “2”; expected a row with 1 for each key that may be "
    "seen, 0 for padding",
    "{padding: {a: 1}}": ".padding: padding of a mapping; expected a row with 1 for each key "
    "that may be seen, 0 for padding",
    "{padding: []}": ".padding: an empty list; expected rows of numbers",
    "{rows: [[1, 0]]}": ".rows: an unknown key “rows”; expected one of causal, window, first, "
    "padding\n  hint: write the rows themselves, without a key",
    "{windows: 2}": ".windows: an unknown key “windows”; expected one of causal, window, first, "
    "padding\n  hint: did you mean window?",
    "{window: 0, first: x}": f".first: first of “x”; expected a whole number from 0\n"
    f"the mapping: attention.mask.window: a window of “0”; {WIDTH}",
    "[1, 2, 1]": ": a number other than 0 and 1; expected 1 where the query may attend, 0 "
    "elsewhere\n  hint: to add numbers to the scores, use bias",
}


@pytest.mark.parametrize("mask", FAULTS)
def test_faults_of_masks(mask: str) -> None:
    """The whole text, place and hint."""
    with pytest.raises(InputErrors) as found:
        attncalc.load(problem(written(mask)))
    assert str(found.value) == f"the mapping: attention.mask{FAULTS[mask]}"


def test_padding_counts_the_past() -> None:
    """Its length is that of all keys, and the message says so."""
    with pytest.raises(InputErrors) as found:
        attncalc.load(problem({"padding": ["1", "0"]}, 2, 2, 1))
    assert str(found.value) == (
        "the mapping: attention.mask.padding: 2 numbers; expected 3, one for each key token, the "
        "past's too (n=2, m=3, d_k=1, past=1)"
    )


def test_the_oracle_sees_the_same() -> None:
    """Given weights of 0 where the oracle hides a key, of the masks that it knows."""
    for mask in ("{causal: lower-right}", "{window: [1, 2]}", "{window: 2, first: 1}"):
        given = problem(written(mask), 4, 3)
        rows = oracle.attention(given)["masked_scores"]
        assert seen(given) == ["".join("0" if s is None else "1" for s in row) for row in rows]
