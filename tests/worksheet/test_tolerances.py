"""Ranges: whoever rounds on the way ends within them, with the right formula or a mistaken one."""

from __future__ import annotations

import itertools
import random
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Context, Decimal
from typing import Any

import pytest

from attncalc.checking.catalogue import CATALOGUE
from attncalc.sheet import Blank, Range, Sheet
from attncalc.worksheet import making, mistakes
from attncalc.worksheet.tolerances import SUBTRACTED
from tests.worksheet.examples import TEA, maker, of_sample

WIDE = Context(prec=50)


class Student:
    """Works a problem by hand, in plain loops; rounds every number to some decimals."""

    def __init__(self, rounding: str, decimals: int, chance: random.Random | None = None) -> None:
        self.rounding, self.decimals, self.chance = rounding, decimals, chance

    def kept(self, number: Decimal) -> Decimal:
        """A number as it is written down; with chance, now and then with more digits."""
        decimals = self.decimals + (self.chance.choice([0, 0, 1, 3]) if self.chance else 0)
        return number.quantize(Decimal(1).scaleb(-decimals), self.rounding, WIDE)

    def answers(self, given: dict[str, Any], query: int, scaled: bool = True) -> dict[str, Decimal]:
        """Every number of a query, by the names of the blanks."""
        Q, K, V = ([[Decimal(x) for x in row] for row in given[name]] for name in "QKV")
        q, found = Q[query], {}
        root = self.kept(Decimal(len(q)).sqrt(WIDE))
        powers = []
        for j, k in enumerate(K, 1):
            score = sum((a * b for a, b in zip(q, k, strict=True)), Decimal(0))
            found[f"scores_{query + 1}_{j}"] = self.kept(score)
            z = self.kept(WIDE.divide(self.kept(score), root)) if scaled else self.kept(score)
            found[f"scaled_scores_{query + 1}_{j}"] = z
            powers.append(self.kept(WIDE.exp(z)))
            found[f"exponentials_{query + 1}_{j}"] = powers[-1]
        whole = self.kept(sum(powers, Decimal(0)))
        found[f"sums_{query + 1}"] = whole
        weights = [self.kept(WIDE.divide(power, whole)) for power in powers]
        for j, weight in enumerate(weights, 1):
            found[f"weights_{query + 1}_{j}"] = weight
        for c in range(len(V[0])):
            products = [self.kept(w * v[c]) for w, v in zip(weights, V, strict=True)]
            found[f"output_{query + 1}_{c + 1}"] = self.kept(sum(products, Decimal(0)))
        return found


def blank_of(sheet: Sheet, name: str) -> Blank:
    """The blank of this name."""
    return next(blank for blank in sheet.blanks if blank.id == name)


def asked(number: Decimal, blank: Blank, rounding: str) -> Decimal:
    """A number as it is handed in."""
    return number.quantize(Decimal(1).scaleb(-max(blank.decimals, 4)), rounding, WIDE)


@pytest.mark.parametrize("rounding", [ROUND_HALF_UP, ROUND_HALF_EVEN])
@pytest.mark.parametrize("seed", range(12))
def test_honest_students(seed: int, rounding: str) -> None:
    """Every number of everyone who rounds each step, however, is within its range."""
    sheet = maker(TEA).made(seed)
    chance = random.Random(seed)
    students = [Student(rounding, 4), Student(rounding, 7), Student(rounding, 4, chance)]
    for student in students:
        for name, number in student.answers(dict(sheet.given), 2).items():
            blank = blank_of(sheet, name)
            assert asked(number, blank, rounding) in blank.range, name


@pytest.mark.parametrize("seed", range(12))
def test_mistaken_students(seed: int) -> None:
    """Whoever does not scale is within the range of that mistake, never within the right one."""
    sheet = maker(TEA).made(seed)
    found = Student(ROUND_HALF_UP, 4).answers(dict(sheet.given), 2, scaled=False)
    told = 0
    for name, number in found.items():
        blank = blank_of(sheet, name)
        mistakes = {each.what: each for each in blank.mistakes}
        if "the scores are not scaled" in mistakes:
            told += 1
            mistake = mistakes["the scores are not scaled"]
            assert asked(number, blank, ROUND_HALF_UP) in mistake.range
            assert number not in blank.range
    assert told >= len(found) - 8  # not the scores; nor what an earlier mistake gives, too


@pytest.mark.parametrize("name", ["animal", "causal", "multi-head", "rope", "softcap", "sink"])
def test_ranges_are_apart(name: str) -> None:
    """No mistake meets the right range, nor another one's; each range has its own answer in it."""
    for blank in of_sample(name).blanks:
        ranges = [blank.range, *(mistake.range for mistake in blank.mistakes)]
        assert Decimal(blank.answer) in blank.range
        for mistake in blank.mistakes:
            assert Decimal(mistake.answer) in mistake.range
        ordered = sorted(ranges, key=lambda each: each.lower)
        assert all(a.upper < b.lower for a, b in itertools.pairwise(ordered))


def test_exact_answers_have_no_room() -> None:
    """What is exact with the decimals that are asked for is right as it is, and not beside it."""
    scores = [blank for blank in of_sample("animal").blanks if blank.stage == "scores"]
    assert all(blank.range.lower == blank.range.upper == blank.value for blank in scores)


def test_stable_powers() -> None:
    """Powers below the largest are a convention, and earn all points."""
    powers = [blank for blank in of_sample("animal").blanks if blank.stage == "exponentials"]
    for blank in powers:
        (stable,) = [each for each in blank.mistakes if each.what == SUBTRACTED]
        assert stable.credit == 1
    assert Decimal(1) in powers[-1].mistakes[0].range


def test_small_numbers() -> None:
    """A number that would be 0.0000 is asked with two significant digits, and has its room."""
    fields = {"tokens": ["a", "b"], "Q": [["1"], ["3"]], "K": [["1"], ["-3"]], "V": [["1"], ["2"]]}
    small = blank_of(maker({**fields, "query": ["b"]}).made(None), "weights_2_2")
    assert small.answer == "0.0000061"
    assert 0 < small.range.lower < small.range.upper < Decimal("0.0000063")


def test_ranges() -> None:
    """Both ends are in a range."""
    one, other = Range(Decimal(1), Decimal(2)), Range(Decimal(2), Decimal(3))
    assert Decimal(1) in one
    assert Decimal(2) in one
    assert Decimal("2.1") not in one
    assert one.meets(other)
    assert not one.meets(Range(Decimal("2.5"), Decimal(3)))


def test_named_mistakes_are_in_the_catalogue() -> None:
    """What stands first, and what a fair sheet must tell, are mistakes that are looked for."""
    known = {each.what for each in CATALOGUE}
    assert {*mistakes._CLASSIC} <= known
    assert making._MUST_TELL.keys() <= known
