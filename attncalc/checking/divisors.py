"""What the scores were divided by, found from the numbers that came of it.

Simple divisors are tried all at once: roots and whole numbers, then numbers with decimals. One is
found only where so many digits agree that this cannot be by chance.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from math import isqrt, sqrt

import numpy as np

from attncalc.checking import mistakes_in_scores as in_scores
from attncalc.checking.misconceptions import Misconception, Numbers, Rule
from attncalc.language import Digits, Sentence
from attncalc.names import GRADIENTS, STAGES
from attncalc.numbers.arithmetic import Array
from attncalc.records import dataclass
from attncalc.steps.stages import OF_HEADS
from attncalc.steps.trace import Trace

_WHOLE = 1024
_FACTORS = 64
_TENTHS = 200
_HUNDREDTHS = 2000

_CHANCE = 1e-3
"""How likely a divisor as simple as the one that is found would be found if there were none."""

_MOST_NUMBERS = 20_000_000
"""Of a stage, tried with all divisors."""

_MOST_HEADS = 4


@dataclass(frozen=True, eq=False)
class Bounds:
    """Claims on a stage: where each stands, its row, and the ends of what it may be the print of.

    at_fault: rows with wrong numbers.
    """

    stage: str
    places: tuple[Array, ...]
    rows: Array
    low: Array
    high: Array
    at_fault: Sequence[int]


def divided_otherwise(trace: Trace, bounds: Bounds) -> Iterator[Misconception]:
    """The simplest divisor that gives all claims; then those that give rows, each its own.

    trace: in float64.
    """
    if (
        bounds.stage in GRADIENTS
        or "scores" not in trace
        or STAGES.index(bounds.stage) < STAGES.index("scaled_scores")
    ):
        return
    if trace.has_heads and bounds.stage not in OF_HEADS:
        return
    heads = bounds.places[0] if trace.has_heads else np.zeros_like(bounds.rows)
    wrong = np.isin(bounds.rows, bounds.at_fault)
    tried = np.isin(heads, np.unique(heads[wrong])[:_MOST_HEADS])
    if trace["weights"].size * len(_candidates()) > _MOST_NUMBERS:
        return
    values = np.empty((len(_candidates()), len(heads)))
    for head in np.unique(heads[tried]).tolist():
        own = heads == head
        numbers = Numbers(trace.of_head(head) if trace.has_heads else trace)
        places = tuple(axis[own] for axis in bounds.places[1 if trace.has_heads else 0 :])
        divided = (
            numbers.before_scaling / np.array([each for each, _, _ in _candidates()])[:, None, None]
        )
        stage = numbers.after("scaled_scores", divided, bounds.stage)
        values[:, own] = stage[(slice(None), *places)]
    fits = (values >= bounds.low) & (values <= bounds.high)
    chances = _chances(values, bounds)
    found: set[int] = set()
    groups = [tried, *(tried & (bounds.rows == row) for row in bounds.at_fault)]
    for group in groups:
        simplest = np.flatnonzero(fits[:, group].all(axis=1))[:1].tolist()
        for place in simplest:
            if place not in found and (place + 1) * chances[group].prod() <= _CHANCE:
                found.add(place)
                _, what, rule = _candidates()[place]
                yield Misconception(what, "scaled_scores", rule)


def _chances(values: Array, bounds: Bounds) -> Array:
    """How likely each claim would be met by chance; 1 where another one of its row settles it.

    Where the divisor alone differs, the last weight of a row is what the others leave.
    """
    spread = np.ptp(values, axis=0)
    room = bounds.high - bounds.low
    chances: Array = np.minimum(
        1.0, np.divide(room, spread, out=np.ones_like(room), where=spread > 0)
    )
    for row in np.unique(bounds.rows).tolist():
        places = np.flatnonzero(bounds.rows == row)
        _, first = np.unique(values[:2, places], axis=1, return_index=True)
        alike = np.setdiff1d(places, places[first])
        chances[alike] = 1.0
        if bounds.stage == "weights":
            chances[places[chances[places].argmin()]] = 1.0
    return chances


@cache
def _candidates() -> tuple[tuple[float, Sentence, Rule], ...]:
    """Every divisor, how it is told and its rule; the simplest first."""
    found: dict[float, tuple[Sentence, Rule]] = {}
    for whole in range(2, _WHOLE + 1):
        if isqrt(whole) ** 2 != whole:
            found[sqrt(whole)] = _by_root(whole), in_scores.divided_by_root(_always(whole))
        found[whole] = _by(str(whole)), in_scores.divided_by(_always(whole))
    for whole in range(2, _FACTORS + 1):
        if isqrt(whole) ** 2 != whole:
            rule = in_scores.multiplied_by_root(_always(whole))
            what = Sentence("the scores are multiplied by √{number}", number=whole)
            found[1 / sqrt(whole)] = what, rule
        what = Sentence("the scores are multiplied by {number}", number=whole)
        found[1 / whole] = what, in_scores.multiplied_by(_always(whole))
    for decimals, most in ((1, _TENTHS), (2, _HUNDREDTHS)):
        for units in range(1, most + 1):
            text = f"{units / 10**decimals:.{decimals}f}"
            if float(text) not in found and float(text) != 1:
                found[float(text)] = _by(text), in_scores.divided_by_number(text)
    return tuple((size, what, rule) for size, (what, rule) in found.items())


def _by(number: str) -> Sentence:
    return Sentence("the scores are divided by {number}", number=Digits(number))


def _by_root(number: int) -> Sentence:
    return Sentence("the scores are divided by √{number}", number=number)


def _always(whole: int) -> in_scores.Size:
    return lambda _: whole
