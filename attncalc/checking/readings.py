"""How a source is read: as the formula stands, or in another way that its claims agree with."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from decimal import Decimal
from itertools import product, takewhile
from typing import Any, TypeAlias

from attncalc.checking import reasons
from attncalc.checking.enclosures import OF_ROWS, Enclosures, Entry
from attncalc.language import Sentence
from attncalc.numbers import intervals
from attncalc.problem.claims import Claim
from attncalc.problem.options import STAND_IN
from attncalc.problem.problem import Problem
from attncalc.report import Verdict
from attncalc.steps.conventions import BITS, PLAIN, Blind, Reading, Shift
from attncalc.steps.enclosing import Index
from attncalc.steps.stages import OF_POWERS, OF_SCORES

Judge: TypeAlias = Callable[[Claim, Enclosures], Verdict]

_ORDER = list(Verdict)


def settle(enclosures: Enclosures, judge: Judge) -> dict[Entry, str]:
    """Read everything so that as little as possible of it is wrong; why, for what is read so.

    A row is read in one way, and all that is claimed of it is judged by that.
    """
    reasons = _stand_ins(enclosures)
    by_row: dict[Index, list[Claim]] = defaultdict(list)
    by_query: dict[int, list[Claim]] = defaultdict(list)
    for claim in enclosures.problem.claims.numbers:
        row = enclosures.row_of(claim)
        if row is not None and not claim.undefined:
            by_row[row].append(claim)
        elif claim.stage in OF_ROWS and not claim.undefined:
            by_query[claim.index[0]].append(claim)
    for row, claims in by_row.items():
        reasons |= _best(enclosures, [row], claims, _readings(enclosures, row, claims), judge)
    for query, claims in by_query.items():
        rows = [
            row
            for row in enclosures.rows_of(query)
            if row not in by_row and len(_fates(enclosures, row)) > 1
        ]
        if rows:
            ways = [Reading(blind=blind) for blind in _fates(enclosures, rows[0])]
            reasons |= _best(enclosures, rows, claims, ways, judge)
    return reasons


def _best(
    enclosures: Enclosures,
    rows: Sequence[Index],
    claims: Sequence[Claim],
    ways: Sequence[Reading],
    judge: Judge,
) -> dict[Entry, str]:
    """Read some rows in the way that does best by their claims; the reason for those it mends."""
    if len(ways) == 1:
        return {}
    plain = [judge(claim, enclosures) for claim in claims]
    if all(verdict is Verdict.CORRECT for verdict in plain):
        return {}
    found = {PLAIN: plain}
    for way in ways[1:]:
        _read(enclosures, rows, way)
        found[way] = [judge(claim, enclosures) for claim in claims]
    # The first of the best, so that the formula as it stands is preferred.
    best = min(
        (way for way in ways if way.blind is Blind.COMPUTED or _holds(found[way])),
        key=lambda way: _badness(found[way]),
    )
    _read(enclosures, rows, best)
    why = _reason(enclosures, rows[0], best)
    return {
        (claim.stage, claim.index): why
        for claim, before, now in zip(claims, plain, found[best], strict=True)
        if _ORDER.index(now) < _ORDER.index(before)
    }


def _read(enclosures: Enclosures, rows: Sequence[Index], way: Reading) -> None:
    for row in rows:
        enclosures.read(row, way)


def _holds(verdicts: Sequence[Verdict]) -> bool:
    """Whether nothing is wrong or slips."""
    return all(verdict in (Verdict.CORRECT, Verdict.FOLLOWS) for verdict in verdicts)


def _badness(verdicts: Sequence[Verdict]) -> tuple[int, ...]:
    """How many are wrong, then how many slip, then how many follow."""
    count = Counter(verdicts)
    return tuple(count[verdict] for verdict in reversed(_ORDER))


def _readings(enclosures: Enclosures, row: Index, claims: Sequence[Claim]) -> list[Reading]:
    """The ways in which a row may be read, the formula as it stands first."""
    shifts = [Shift.NOTHING]
    if any(claim.stage in OF_POWERS for claim in claims):
        shifts = [shift for shift in Shift if shift is not Shift.SINK or enclosures.has_sink]
    return [Reading(*way) for way in product(shifts, _fates(enclosures, row))]


def _fates(enclosures: Enclosures, row: Index) -> list[Blind]:
    """What may become of a row in which every key is hidden; of any other, what is computed."""
    if not enclosures.has_powers or enclosures.has_sink or not _hides(enclosures):
        return [Blind.COMPUTED]
    keys = [(*row, j) for j in range(len(enclosures.problem.key_tokens))]
    hidden = [enclosures.computed(enclosures.trace.scored, key).hidden for key in keys]
    if all(hidden):
        return [Blind.COMPUTED, Blind.EQUAL, Blind.UNMASKED]
    if all(
        each or hiding_bias(enclosures.problem, key) is not None
        for each, key in zip(hidden, keys, strict=True)
    ):
        return [Blind.COMPUTED, *BITS]
    return [Blind.COMPUTED]


def _hides(enclosures: Enclosures) -> bool:
    """Whether there is a stage of the scores in which keys may be hidden."""
    return enclosures.trace.hides(enclosures.trace.scored)


def hiding_bias(problem: Problem, index: Index) -> Any | None:
    """A bias that is meant for -inf; None where there is none of the kind."""
    bias = problem.attention.bias_rows
    if bias is None:
        return None
    added = bias[index[-bias.ndim :]]
    return added if -intervals.INFINITY < added <= STAND_IN else None


def _reason(enclosures: Enclosures, row: Index, reading: Reading) -> str:
    if reading.blind in BITS:
        biases = (
            hiding_bias(enclosures.problem, (*row, j))
            for j in range(len(enclosures.problem.key_tokens))
        )
        return reasons.swallowed(reading.blind, next(each for each in biases if each))
    return Sentence(reading.blind.value or reading.shift.value)


def _stand_ins(enclosures: Enclosures) -> dict[Entry, str]:
    """Claims in which a number stands for -inf, or -inf for a number, and the reason.

    Stage by stage: a later score may have been worked out from an earlier one.
    """
    found: dict[Entry, str] = {}
    if not _hides(enclosures):
        return found
    claims = enclosures.problem.claims.numbers
    for stage in OF_SCORES:
        for claim in (claim for claim in claims if claim.stage == stage):
            if why := _stands_in(enclosures, claim):
                found[stage, claim.index] = why
        enclosures.stand_ins = frozenset(found)
    return found


def _stands_in(enclosures: Enclosures, claim: Claim) -> str | None:
    trace, stage = enclosures.trace, claim.stage
    masked = enclosures.computed(trace.scored, claim.index)
    bias = hiding_bias(enclosures.problem, claim.index)
    if claim.undefined or (not masked.hidden and bias is None):
        return None
    if claim.hidden:
        if enclosures.computed(stage, claim.index).hidden:
            return None
        early = bias is None or not trace.hides(stage)
        return reasons.MASKED_EARLY if early else reasons.stood_in_for(bias)
    if enclosures.computed(claim.stage, claim.index).meets(enclosures.claimed(claim)):
        return None
    # What is filled in may have been added to the score, which may have been rounded on the way.
    score = enclosures.unmasked(claim).not_negative()
    filled = intervals.add((enclosures.claimed(claim), score.negated()))
    least = _least_stand_in(enclosures, claim.stage)
    return reasons.stand_in(claim.text) if filled.low <= least else None


def _least_stand_in(enclosures: Enclosures, stage: str) -> Decimal:
    """The stand-in that is nearest to 0: one that is filled in before scaling is scaled as well."""
    divisor, factor = (enclosures.trace.number(name) for name in ("divisor", "factor"))
    scale = Decimal(1)
    if divisor is not None:
        scale = 1 / Decimal(divisor)
    elif factor is not None:
        scale = abs(Decimal(factor))
    return STAND_IN if stage == "scores" else STAND_IN * min(scale, Decimal(1))


def worked(enclosures: Enclosures, claim: Claim) -> Any:
    """The value of what is claimed, as its row is read."""
    trace, row = enclosures.trace, enclosures.row_of(claim)
    value = trace[claim.stage][claim.index]
    reading = PLAIN if row is None else enclosures.reading(row)
    if reading == PLAIN:
        return value
    middle = enclosures.computed(claim.stage, claim.index).middle
    return middle if trace.context is not None else float(middle)


def undefined(enclosures: Enclosures, claim: Claim) -> Verdict:
    """Whether a NaN is what 0/0 gives, in a row in which every key is masked."""
    rows = [row] if (row := enclosures.row_of(claim)) is not None else []
    if claim.stage in OF_ROWS and not rows:
        rows = enclosures.rows_behind(claim)
    if any(Blind.EQUAL in _fates(enclosures, row) for row in rows):
        return Verdict.CORRECT
    return Verdict.FOLLOWS if _carried(enclosures, claim) else Verdict.WRONG


def _carried(enclosures: Enclosures, claim: Claim) -> bool:
    """Whether a NaN is printed of the same query before."""
    row = enclosures.row_of(claim)
    rows = [row] if row is not None else enclosures.rows_of(claim.index[0])
    claims = enclosures.problem.claims.numbers
    before = takewhile(lambda other: other.stage != claim.stage, claims)
    return any(other.undefined and enclosures.row_of(other) in rows for other in before)
