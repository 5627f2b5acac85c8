"""Students, made up: who round each step, who keep more digits, who make a mistake, who guess."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from functools import cache
from typing import Any

import numpy as np

from attncalc.names import STAGES
from attncalc.numbers.arithmetic import exact_context
from attncalc.sheet import Blank, Sheet
from attncalc.steps.enclosing import works_out
from attncalc.steps.order import STEPS
from attncalc.steps.trace import Stage, Trace, arithmetic_of
from attncalc.worksheet.loading import maker_of
from attncalc.worksheet.making import Wanted
from tests.conftest import SAMPLES

Answers = dict[str, str]
"""What somebody typed, by the ids of the blanks."""


@cache
def sheet(sample: str, level: int = 2, seed: int | None = None, precision: int = 4) -> Sheet:
    """The sheet of a sample, made once."""
    return maker_of(SAMPLES / sample, Wanted(level, decimals=precision)).made(seed)


_AT_LEVEL_2 = ("base", "causal", "cross-attention", "gate", "padding", "sink", "slopes", "tennis")

TRIED = [
    *((path.name, 2 if path.stem in _AT_LEVEL_2 else 1, None) for path in SAMPLES.glob("*.yaml")),
    *((sample, 3, None) for sample in ("causal.yaml", "additive-score.yaml", "rms-norm.yaml")),
    *((sample, 2, 7) for sample in ("causal-padding.yaml", "sink.yaml", "quadratic.yaml")),
    ("gate.yaml", 1, 7),
]
"""Sheets on which students are tried: every sample at a level, and some with other numbers."""


def honest(made: Sheet) -> Iterator[Answers]:
    """Those who do everything right: with the decimals that are asked for, or with more."""
    for rounding in (ROUND_HALF_UP, ROUND_HALF_EVEN):
        for kept in (0, 1, 3):
            yield _worked(made, kept, rounding)
    yield {blank.id: _text(blank.value, 12, ROUND_HALF_UP) for blank in made.blanks}


def mistaken(made: Sheet) -> Iterator[tuple[str, Answers]]:
    """Those who make one mistake, by what it is, and what they answer where it changes a number."""
    found: dict[str, Answers] = {}
    for blank in made.blanks:
        for mistake in blank.mistakes:
            if mistake.credit < 1:
                found.setdefault(str(mistake.what), {})[blank.id] = mistake.answer
    yield from found.items()


def share_due(blank: Blank, answer: str) -> float:
    """What an answer earns of a blank's points."""
    number = Decimal(answer)
    if number in blank.range:
        return 1
    return float(next((each.credit for each in blank.mistakes if number in each.range), 0))


def careless(made: Sheet, seed: int) -> Answers:
    """Somebody who types numbers of about the right size."""
    chance = random.Random(f"{made.code}/{seed}")
    return {
        blank.id: f"{float(blank.value) + chance.gauss(0, 1):.{chance.randint(0, 5)}f}"
        for blank in made.blanks
    }


def _worked(made: Sheet, kept: int, rounding: str) -> Answers:
    """With each step rounded before the next is made of it; kept: decimals more than asked for."""
    problem = made.trace.problem
    wanted = {blank.entry: blank.decimals for blank in made.blanks}
    context = exact_context([*problem.arrays().values()])
    trace = Trace(problem, {}, context)
    with arithmetic_of(context):
        for step in STEPS:
            if not step.shapes(problem):
                continue
            for stage in step.work(trace, STAGES):
                own = stage
                if stage.name not in STAGES:
                    trace.by_products[stage.name] = own
                    continue
                if works_out(problem, stage.name):
                    own = _rounded(stage, made, wanted, kept, rounding)
                trace.stages[stage.name] = own
    return {
        blank.id: _text(trace[blank.stage][blank.index], blank.decimals + kept, rounding)
        for blank in made.blanks
    }


def _rounded(
    stage: Stage, made: Sheet, wanted: dict[tuple[str, tuple[int, ...]], int], kept: int, how: str
) -> Stage:
    values: Any = stage.values.copy()
    for index in np.ndindex(values.shape):
        if values[index].is_finite():
            decimals = max(made.decimals, wanted.get((stage.name, index), 0)) + kept
            values[index] = Decimal(_text(values[index], decimals, how))
    return replace(stage, values=values)


def _text(number: Decimal, decimals: int, rounding: str) -> str:
    return f"{number.quantize(Decimal(1).scaleb(-decimals), rounding):f}"
