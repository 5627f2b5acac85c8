"""Ten thousand students: the honest ones get all points, the mistaken ones never.

Whoever errs once and goes on from it loses that number alone.
"""

from __future__ import annotations

import numpy as np
import pytest

from attncalc.sheet import Mistaken, Sheet
from attncalc.worksheet.answers import Row
from attncalc.worksheet.judging import Credit, Judge, Judged
from attncalc.worksheet.marking import Marker
from tests.conftest import SAMPLES
from tests.worksheet.examples import TEA, maker, of_sample
from tests.worksheet.pupils import Pupils

MANY = 10_000

# A gate, cosines and biases before scaling are not worked here.
WORKED = sorted(
    {path.stem for path in SAMPLES.glob("*.yaml")} - {"gate", "cosine-score", "bias-before-scaling"}
)

MISTAKES = [
    "the scores are not scaled",
    "the scores are divided by d_k",
    "the scores are multiplied by √d_k",
    "query and key are swapped",
    "the softmax is to base 2",
    "the softmax is to base 10",
    "powers are not divided by their sum",
    "the values are added up without weights",
]


def ten_thousand(sheet: Sheet, found: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> str:
    """The blanks in which something is found, and how often."""
    counts = found.sum(axis=0)
    return ", ".join(
        f"{blank.id} {count}" for blank, count in zip(sheet.blanks, counts, strict=True) if count
    )


@pytest.mark.parametrize("name", WORKED)
def test_honest_students_get_all_points(name: str) -> None:
    sheet = of_sample(name)
    judge = Judge(sheet)
    for seed in (1, 2):  # divided by the root, or multiplied by its inverse
        judgements = judge.judge(*Pupils(sheet, MANY // 2, seed).typed())
        assert not ten_thousand(sheet, judgements.verdicts != Judged.RIGHT)
        assert (judge.earned(judgements, Credit()).sum(axis=1) == sheet.points).all()


@pytest.mark.parametrize("name", ["animal", "scaling", "multi-head", "sink", "softcap", "causal"])
def test_whoever_errs_once_loses_that_number_alone(name: str) -> None:
    sheet = of_sample(name)
    draw = np.random.default_rng(11)
    which = draw.integers(len(sheet.blanks), size=MANY)
    by = np.round(draw.choice([-1, 1], MANY) * draw.uniform(0.02, 0.7, MANY), 3)
    pupils = Pupils(sheet, MANY, 3, slips=(which, by))
    judgements = Judge(sheet).judge(*pupils.typed())
    fine = (judgements.verdicts == Judged.RIGHT) | (judgements.verdicts == Judged.FOLLOWS)
    fine[np.arange(MANY), which] = True
    assert not ten_thousand(sheet, ~fine)
    slipped = judgements.verdicts[np.arange(MANY), which]
    noticed = slipped != Judged.RIGHT  # a large power has room for a small error
    assert noticed.mean() > 0.99
    # What goes on from numbers that are alike by chance earns nothing; that is rare.
    earned = Judge(sheet).earned(judgements, Credit()).sum(axis=1)
    assert (earned[noticed] < sheet.points).all()
    assert (earned >= sheet.points - 1).mean() > 0.99


def test_mistaken_students_never_get_all_points_and_nine_in_ten_mistakes_are_named() -> None:
    named = whole = 0
    for seed in range(10):
        sheet = maker(TEA).made(seed)
        marker = Marker([sheet], Credit())
        for mistake in MISTAKES:
            pupils = Pupils(sheet, MANY // 10 // len(MISTAKES) + 1, seed, mistake)
            rows = rows_of(pupils)
            marks = marker.mark(rows)
            if not any(each.what == mistake for each in all_mistakes(sheet)):
                continue  # it gives the right numbers here, or what another mistake gives
            assert (marks.points < marks.out_of).all(), (seed, mistake)
            whole += len(rows)
            named += sum(marks.diagnosed(number) == mistake for number in range(len(rows)))
    assert whole > 0.9 * MANY
    assert named >= 0.9 * whole


def all_mistakes(sheet: Sheet) -> list[Mistaken]:
    return [mistake for blank in sheet.blanks for mistake in blank.mistakes]


def rows_of(pupils: Pupils) -> list[Row]:
    """What they hand in, as texts."""
    values, units = pupils.typed()
    decimals = np.round(-np.log10(units)).astype(int)
    return [
        Row(f"student {number}", "", [f"{x:.{d}f}" for x, d in zip(row, places, strict=True)])
        for number, (row, places) in enumerate(zip(values, decimals, strict=True))
    ]
