"""attncalc practice: a sheet as a conversation; answers come through a pipe."""

from __future__ import annotations

import io
import itertools
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from attncalc.document.document import Judgement, Standing
from attncalc.errors import InputError
from attncalc.sheet import Sheet
from attncalc.worksheet.judging import Judged
from attncalc.worksheet.making import Maker
from attncalc.worksheet.practice_page import reply
from attncalc.worksheet.practising import Reply, rounds
from tests.conftest import Attncalc
from tests.worksheet.examples import maker
from tests.worksheet.sheets import TWO

GOLDEN = Path(__file__).parent / "golden"

PROBLEM = """\
title: Two words
tokens: [The, it]
Q: [[2], [1]]
K: [[3], [1]]
V: [[3, 1], [1, 4]]
attention: {scale: 0.25}
"""

RIGHT = [
    "3",
    "1",
    "0.75",
    "0.25",
    "2.1170",
    "1.2840",
    "3.4010",
    "0.6225",
    "0.3775",
    "2.2449",
    "2.1326",
]


@pytest.fixture
def two(tmp_path: Path) -> Path:
    """A problem file."""
    path = tmp_path / "two.yaml"
    path.write_text(PROBLEM)
    return path


def lines(*typed: str) -> str:
    return "".join(f"{each}\n" for each in typed)


def test_all_of_it_right(attncalc: Attncalc, two: Path) -> None:
    result = attncalc("practice", two, stdin=lines(*RIGHT, "never asked"))
    assert (result.code, result.err) == (0, "")
    assert result.out.count("✓ Correct.") == 11
    assert result.out.endswith("All of it was right at first try.\n")


@pytest.mark.parametrize("lang", ["en", "de"])
def test_a_session(
    lang: str, attncalc: Attncalc, two: Path, golden: Callable[[Path, str], None]
) -> None:
    """Wrong, right at the second try, a hint, shown, skipped, what follows, and what is none."""
    typed = ["3", "hint", "1", "0.5", "SKIP", "abc", "0,25", "1.6487", "show", "2.93", "2.9327"]
    result = attncalc("practice", two, "--lang", lang, stdin=lines(*typed, "0.5622", "quit", "7"))
    assert (result.code, result.err) == (0, "")
    golden(GOLDEN / f"practice-{lang}.txt", result.out)


@pytest.mark.parametrize(("level", "told", "terms"), [(1, 11, 11), (2, 11, 0), (3, 0, 0)])
def test_levels_tell_less_and_less(
    level: int, told: int, terms: int, attncalc: Attncalc, two: Path
) -> None:
    result = attncalc("practice", two, "--level", str(level), stdin=lines(*RIGHT))
    assert result.out.count("= ?") == terms
    said = ("Compute ", "Multiply ", "Raise ", "Add ", "Divide ")
    assert sum(line.startswith(said) for line in result.out.splitlines()) == told


def test_nothing_is_told_before_it_is_answered(attncalc: Attncalc, two: Path) -> None:
    """No answer stands in what is said before its own question is over."""
    for count, answer in enumerate(RIGHT):
        if len(answer) < 6:
            continue  # short numbers stand in many places
        before = attncalc("practice", two, stdin=lines(*RIGHT[:count], "hint")).out
        assert answer not in before.partition("How it went")[0], count


def test_a_hint_works_out_the_terms(attncalc: Attncalc, tmp_path: Path) -> None:
    path = tmp_path / "wide.yaml"
    path.write_text("tokens: [a]\nkey_tokens: [b]\nQ: [[2, -1.5]]\nK: [[3, 0.33333]]\nV: [[1]]\n")
    result = attncalc("practice", path, stdin=lines("hint"))
    assert "s_a,b = 2×3 + (-1.5)×0.33333 ≈ 6 + (-0.5) = ?" in result.out
    path.write_text("tokens: [a]\nkey_tokens: [b]\nQ: [[2, -1]]\nK: [[3, 0.25]]\nV: [[1]]\n")
    result = attncalc("practice", path, stdin=lines("hint"))
    assert "= 6 + (-0.25) = ?" in result.out


def test_heads_in_groups(attncalc: Attncalc, tmp_path: Path) -> None:
    """Keys that two heads share are asked for once."""
    path = tmp_path / "groups.yaml"
    path.write_text(
        "tokens: [a]\nX: [[1, 2]]\nW_Q: [[1, 0, 1, 2], [0, 1, 3, 1]]\n"
        "W_K: [[1, 2], [0, 1]]\nW_V: [[1, 0], [1, 1]]\nattention: {heads: 2, kv_heads: 1}\n"
    )
    result = attncalc("practice", path, "--blank", "K", stdin=lines("1", "4"))
    assert (result.code, result.out.count("✓ Correct.")) == (0, 2)


@pytest.mark.parametrize(
    ("typed", "ending"),
    [("", "No number was answered.\n"), ("5\n", "To practise next: scores.\n")],
)
def test_the_end_of_input_is_the_end(
    typed: str, ending: str, attncalc: Attncalc, two: Path
) -> None:
    result = attncalc("practice", two, stdin=typed)
    assert (result.code, result.err) == (0, "")
    assert result.out.endswith(ending)


class Interrupted(io.RawIOBase):
    """Standard input at which somebody presses Ctrl-C after the first line."""

    def __init__(self) -> None:
        self.lines = iter([b"3\n"])

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        line = next(self.lines, None)
        if line is None:
            raise KeyboardInterrupt
        buffer[: len(line)] = line
        return len(line)


def test_ctrl_c_ends_with_the_table(
    two: Path, monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    from attncalc.cli import main

    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BufferedReader(Interrupted())))
    assert main(["practice", str(two)]) == 0
    written = capsysbinary.readouterr()
    assert written.out.decode().endswith("All of it was right at first try.\n")


def test_problems_without_end_grow(attncalc: Attncalc, tmp_path: Path) -> None:
    path = tmp_path / "three.yaml"
    path.write_text(
        "tokens: [I, drink, tea]\nQ: [[1.5, 0], [0, 2], [1, 1]]\nK: [[1, -1], [0, 1], [2, 1]]\n"
        "V: [[1, 0], [3, 1], [0, 2]]\n"
    )
    result = attncalc("practice", path, "--seed", "4", stdin=lines(*["skip"] * 11, "quit"))
    assert (result.code, result.err) == (0, "")
    first, second = result.out.split("Problem 2: ")
    assert "Problem 1: " in first
    assert "1 of 11: the score of “drink” for “I”" in first
    assert "the score of “tea” for “I”" in second
    again = attncalc("practice", path, "--seed", "4", stdin=lines(*["skip"] * 11, "quit"))
    assert again == result
    other = attncalc("practice", path, "--seed", "5", stdin="")
    assert other.out.split("1 of 11")[0] not in result.out


def seeds(sheets: Iterator[Sheet], count: int) -> list[tuple[int, int | None]]:
    first = itertools.islice(sheets, count)
    return [(len(sheet.trace.problem.tokens), sheet.seed) for sheet in first]


FOUR = {
    "tokens": ["a", "b", "c", "d"],
    "Q": [["1", "0"], ["0", "2"], ["1", "1"], ["2", "1"]],
    "K": [["1", "1"], ["0", "1"], ["2", "1"], ["1", "3"]],
    "V": [["1", "0"], ["3", "1"], ["0", "2"], ["1", "1"]],
}


def test_rounds() -> None:
    """Two tokens, three, then as many as there are; each with the next seed."""
    assert seeds(rounds(maker(FOUR), 7), 5) == [(2, 7), (3, 8), (4, 9), (4, 10), (4, 11)]
    assert seeds(rounds(maker(TWO), None), 5) == [(2, None)]
    assert seeds(rounds(maker(TWO), 3), 2) == [(2, 3), (2, 4)]


def test_no_smaller_problem() -> None:
    """Given weights are no whole numbers; learned positions are of as many tokens as there are."""
    weights = {"tokens": ["a", "b", "c"], "weights": [["0.2", "0.3", "0.5"]] * 3, "V": [["1"]] * 3}
    assert seeds(rounds(maker(weights), 1), 2) == [(3, 1), (3, 2)]
    one = {**FOUR, "attention": {"positions": [["1", "2"]] * 4}}
    one["X"] = one["Q"]
    one = {name: one[name] for name in ("tokens", "X", "attention")}
    assert seeds(rounds(maker(one), 1), 1) == [(4, 1)]


def test_as_far_as_there_are_fair_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    made = Maker.made

    def fair(self: Maker, seed: int | None, variant: int = 1) -> Sheet:
        if len(self.problem.tokens) in unfair:
            raise InputError("--seed", "no fair numbers")
        return made(self, seed, variant)

    monkeypatch.setattr(Maker, "made", fair)
    unfair = {2, 4}
    assert seeds(rounds(maker(FOUR), 1), 3) == [(3, 1), (3, 2), (3, 3)]
    unfair = {2, 3, 4}
    with pytest.raises(InputError, match="no fair numbers"):
        next(rounds(maker(FOUR), 1))


def test_cross_attention_and_scores_get_smaller_too() -> None:
    cross = {
        "tokens": ["a", "b", "c"],
        "key_tokens": ["x", "y", "z"],
        "scores": [["1", "-1", "0.5"], ["0.2", "1", "2"], ["1", "1", "0"]],
    }
    assert seeds(rounds(maker(cross), 1), 1) == [(2, 1)]


def test_standard_input_is_for_answers(attncalc: Attncalc) -> None:
    result = attncalc("practice", "-", stdin=PROBLEM)
    assert (result.code, result.out, result.err) == (
        2,
        "",
        "attncalc practice: standard input is where the answers come from; expected a file\n",
    )


def test_what_follows_from_nothing_that_was_typed() -> None:
    """It may be near the end of what rounding reaches, and outside of what is right."""
    document = reply(Reply(Judged.FOLLOWS), "0.5")
    (judged,) = document.title.heading.words
    assert judged == Judgement(Standing.CARRIED, "It follows from what was before it.")
