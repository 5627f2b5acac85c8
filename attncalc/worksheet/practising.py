"""A sheet as a conversation: one number at a time, judged at once, with the help that is asked for.

What is typed wrong and left so is gone on from: what follows from it counts.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from enum import Enum
from itertools import cycle
from typing import Any

import numpy as np

from attncalc.errors import InputError, InputErrors
from attncalc.numbers.arithmetic import Array
from attncalc.problem.problem import addresses_of
from attncalc.readers.fields import build
from attncalc.readers.interface import RawProblem, nowhere
from attncalc.records import dataclass
from attncalc.sheet import Blank, Sheet
from attncalc.worksheet.answers import number_of
from attncalc.worksheet.judging import NONE_KNOWN, Judge, Judged
from attncalc.worksheet.making import Maker

SMALL = (2, 3)
"""Tokens of the first problems that are drawn."""

_WHOLE = ("1", "2", "0", "3")
"""Numbers of a kind that is easy to work with."""


class End(Enum):
    """How it ended with a number."""

    FIRST_TRY = "first try"
    HELPED = "helped"
    SHOWN = "shown"
    LEFT = "left"


@dataclass(frozen=True)
class Reply:
    """What became of an answer.

    mistake: what gives it, where it is wrong. follows_from: what was typed before, and is not
    right, from which it follows.
    """

    verdict: Judged
    mistake: str | None = None
    follows_from: tuple[str, ...] = ()

    @property
    def done(self) -> bool:
        """Whether one goes on to the next number."""
        return self.verdict in (Judged.RIGHT, Judged.FOLLOWS)


@dataclasses.dataclass
class Practice:
    """One sheet that is worked on, and what was typed so far. at: the number that is asked for."""

    sheet: Sheet
    at: int = 0
    helped: bool = False
    ends: dict[int, End] = dataclasses.field(default_factory=dict)
    typed: dict[int, str] = dataclasses.field(default_factory=dict)

    def __post_init__(self) -> None:
        self._judge = Judge(self.sheet)
        self._values = np.full((1, len(self.sheet.blanks)), np.nan)
        self._units = self._values.copy()
        self._places = {blank.entry: at for at, blank in enumerate(self.sheet.blanks)}

    @property
    def blank(self) -> Blank | None:
        """The number that is asked for; None at the end."""
        blanks = self.sheet.blanks
        return blanks[self.at] if self.at < len(blanks) else None

    def answer(self, text: str) -> Reply:
        """Judge an answer; go on where it is right."""
        number = number_of(text)
        if number is None:
            return Reply(Judged.NONE)
        self._take(text, *number)
        found = self._judge.judge(self._values, self._units)
        verdict = Judged(found.verdicts[0, self.at])
        mistake = int(found.mistakes[0, self.at])
        what = None if mistake == NONE_KNOWN else self.sheet.blanks[self.at].mistakes[mistake].what
        reply = Reply(verdict, what, tuple(self._wrong_before(found.verdicts[0])))
        if reply.done:
            self._end(End.HELPED if self.helped else End.FIRST_TRY)
        else:
            self.helped = True
        return reply

    def show(self) -> None:
        """Take the right number, and go on."""
        blank = self.sheet.blanks[self.at]
        self._take(blank.answer, float(blank.answer), 10.0**-blank.decimals)
        self._end(End.SHOWN)

    def skip(self) -> None:
        """Go on with what was typed, if anything was."""
        self._end(End.LEFT)

    def _take(self, text: str, value: float, unit: float) -> None:
        self.typed[self.at] = text
        self._values[0, self.at], self._units[0, self.at] = value, unit

    def _end(self, end: End) -> None:
        self.ends[self.at] = end
        self.at += 1
        self.helped = False

    def _wrong_before(self, verdicts: Array) -> Iterator[str]:
        """What was typed of the numbers that this one is made of, where it is not right."""
        carried = self.sheet.blanks[self.at].carried
        if carried is None or verdicts[self.at] != Judged.FOLLOWS:
            return
        for place in sorted(self._places[entry] for entry in carried.awaited):
            if place in self.typed and verdicts[place] != Judged.RIGHT:
                yield self.typed[place]


def counted(practices: list[Practice]) -> dict[str, Counter[End]]:
    """How it ended with the numbers of each stage; with one that was tried last, so far."""
    found: dict[str, Counter[End]] = {}
    for practice in practices:
        begun = {practice.at: End.LEFT} if practice.at in practice.typed else {}
        for at, end in (practice.ends | begun).items():
            found.setdefault(practice.sheet.blanks[at].stage, Counter())[end] += 1
    return found


def to_practise_next(ends: dict[str, Counter[End]]) -> list[str]:
    """The stages of which not all was right at first, that with the most to learn first."""
    shares = {stage: 1 - counts[End.FIRST_TRY] / counts.total() for stage, counts in ends.items()}
    return sorted((stage for stage in shares if shares[stage]), key=lambda each: -shares[each])


def rounds(maker: Maker, seed: int | None) -> Iterator[Sheet]:
    """The sheets that are practised: the file's own numbers; with a seed, new ones without end.

    They begin with two tokens and whole numbers, and grow up to the file's, or as far as there are
    fair numbers. Raises InputError where there are none at all.
    """
    if seed is None:
        yield maker.made(None)
        return
    growing = [small for tokens in SMALL if (small := _smaller(maker, tokens)) is not None]
    last: Maker | None = None
    for each in [*growing, maker]:
        try:
            sheet = each.made(seed)
        except InputError:
            if each is maker and last is None:
                raise
            continue
        last = each
        yield sheet
        seed += 1
    assert last is not None  # or it was said why
    while True:
        yield last.made(seed)
        seed += 1


def _smaller(maker: Maker, tokens: int) -> Maker | None:
    """The same with so many tokens and whole numbers; None where that makes no problem."""
    problem = maker.problem
    if len(problem.tokens) <= tokens or problem.weights is not None:
        return None
    fields: dict[str, Any] = {"tokens": [*problem.tokens[:tokens]]}
    if not problem.self_attention:
        fields["key_tokens"] = [*problem.key_tokens[:tokens]]
    for name, array in problem.arrays().items():
        fields[name] = _whole(_cut(name, array, tokens))
    if maker.attention:
        fields["attention"] = dict(maker.attention)
    fields["query"] = [addresses_of(fields["tokens"])[-1]]
    try:
        small = build(RawProblem("practice", fields, nowhere), {}, None)
    except InputErrors:
        return None
    return replace(maker, problem=small)


def _cut(name: str, array: Array, tokens: int) -> Array:
    """The rows of so many tokens; of scores, as many columns too."""
    if name == "scores":
        return array[..., :tokens, :tokens]
    return array[..., :tokens, :] if name in ("X", "X_key", "Q", "K", "V") else array


def _whole(array: Array) -> Any:
    """Whole numbers in the same shape, some below 0 where some of the array's are."""
    signs = cycle(("", "", "-") if (array < 0).any() else ("",))
    numbers = cycle(_WHOLE)
    texts = np.empty(array.shape, dtype=object)
    for index in np.ndindex(array.shape):
        text = next(numbers)
        texts[index] = f"{next(signs)}{text}" if text != "0" else text
    return texts.tolist()
