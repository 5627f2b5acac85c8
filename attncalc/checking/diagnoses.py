"""Why numbers are wrong, or slip: the known mistake that would give all that is claimed of them.

A mistake is looked for in a whole stage, then in each head, then in each row by itself. Every known
one is tried in float64; only one that may fit is worked on in all digits.
"""

from __future__ import annotations

import decimal
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import chain, groupby, islice
from typing import TypeAlias

import numpy as np

from attncalc.checking.catalogue import CATALOGUE
from attncalc.checking.catalogue_of_gradients import OF_GRADIENTS
from attncalc.checking.divisors import Bounds, divided_otherwise
from attncalc.checking.enclosures import Enclosures
from attncalc.checking.misconceptions import (
    Alteration,
    Misconception,
    MistakenGradient,
    Numbers,
)
from attncalc.checking.prints import Prints
from attncalc.checking.screening import in_floats, reliable_to
from attncalc.errors import AttncalcError
from attncalc.language import Sentence, joined, listed
from attncalc.names import GRADIENTS, OF_PARAMETERS, STAGES
from attncalc.numbers.arithmetic import MOST_DIGITS, Array, like
from attncalc.problem.claims import Claim
from attncalc.records import dataclass
from attncalc.report import Diagnosis, Finding, Verdict
from attncalc.steps.softmax import sums
from attncalc.steps.stages import OF_HEADS, OF_KEYS, OF_POWERS, axes_of, tokens_along
from attncalc.steps.trace import Trace, arithmetic_of

Known: TypeAlias = Misconception | MistakenGradient | Alteration

_FEWEST_CLAIMS = 2
"""One number alone is matched by too many rules to say which was followed."""

_FEWEST_DIGITS = 2
"""A single digit in a row is, too."""

_DIGITS_ENOUGH = 8
"""So many digits speak for a mistake, whatever else is printed."""

_MOST_NUMBERS = 150_000_000
"""So many numbers of a stage are tried at most: with large ones, only the likeliest mistakes."""

_FEWEST_TRIES = 10

_MOST_IN_VAIN = 40
"""Mistakes that float64 leaves open, and that all digits deny: then no more are worked on."""

_MOST_NAMES = 6
"""Tokens and heads that are listed by name."""

_MOST_DIGITS = 4 * MOST_DIGITS
"""Digits in which a mistake is worked on; claims have a quarter of them at most."""

_AT_FAULT = (Verdict.WRONG, Verdict.SLIP)


def diagnose(enclosures: Enclosures, findings: Sequence[Finding]) -> tuple[Diagnosis, ...]:
    """For each stage that goes wrong, the mistakes that reproduce what is claimed of it."""
    diagnoses: list[Diagnosis] = []
    computed = _Way(enclosures.trace)
    earlier: tuple[Prints, ...] = ()
    for stage, of_stage in groupby(findings, key=lambda finding: finding.claim.stage):
        prints = Prints(enclosures, stage, list(of_stage))
        if len(prints.claims) >= _FEWEST_CLAIMS and _go_wrong(prints.findings):
            named = {diagnosis.what for diagnosis in diagnoses}
            # What was done before was done here too, if it fits.
            every = (*OF_GRADIENTS, *CATALOGUE) if stage in GRADIENTS else CATALOGUE
            known: list[Known] = sorted(every, key=lambda mistake: mistake.what not in named)
            diagnoses += _Search(prints, known, computed, earlier).found()
        right = [each for each in prints.findings if each.verdict is Verdict.CORRECT]
        if right and stage not in OF_POWERS:
            earlier = (*earlier, Prints(enclosures, stage, right))
    return tuple(diagnoses)


def _go_wrong(findings: Iterable[Finding]) -> bool:
    """Whether there is more to explain than one number that slips."""
    verdicts = [finding.verdict for finding in findings]
    return Verdict.WRONG in verdicts or verdicts.count(Verdict.SLIP) > 1


@dataclass(frozen=True, eq=False)
class _Way:
    """A trace that mistakes are made on: as it is computed, or with stages as they are printed."""

    trace: Trace

    @cached_property
    def floats(self) -> Trace:
        return in_floats(self.trace)

    @cached_property
    def slack(self) -> float | None:
        """How far the doubles may be off; None where they say nothing."""
        return reliable_to(self.floats)


def _ways(computed: _Way, before: str) -> Iterator[_Way]:
    """The stages as they are computed; and those before one as they are printed, if any is."""
    yield computed
    trace = computed.trace
    place = STAGES.index(before)
    earlier = [claim for claim in trace.problem.claims.numbers if STAGES.index(claim.stage) < place]
    printed = dict(trace.stages)
    for name, claims in groupby(earlier, key=lambda claim: claim.stage):
        values = trace[name].copy()
        for claim in claims:
            if claim.value.is_finite():
                values[claim.index] = like(values, claim.value)
        printed[name] = replace(printed[name], values=values)
    if earlier:
        yield _Way(replace(trace, stages=printed))


@dataclass(frozen=True, eq=False)
class _Trial:
    """A mistake made on a trace. rows: those that would be printed as they are claimed then.

    confirmed: whether that is so in all digits; otherwise float64 leaves it open.
    """

    known: Known
    way: _Way
    rows: Array
    confirmed: bool = False

    def fits(self, rows: Sequence[int]) -> bool:
        return bool(self.rows[rows].all())


class _Search:
    """For the mistakes in one stage, in the order in which they are likely.

    earlier: the right numbers of the stages before it. They deny a mistake that would have changed
    them too, unless so many digits speak for it that the source must have gone another way.
    """

    def __init__(
        self,
        prints: Prints,
        known: Sequence[Known],
        computed: _Way,
        earlier: Sequence[Prints],
    ) -> None:
        self.earlier = earlier
        self.prints, self.stage, self.known = prints, prints.stage, known
        self.computed, self.trace = computed, computed.trace
        self.findings: dict[int, list[Finding]] = {}
        number = {row: place for place, row in enumerate(prints.rows)}
        for finding, row in zip(prints.findings, prints.row_of_each, strict=True):
            self.findings.setdefault(number[row], []).append(finding)
        self.trials: list[_Trial] = []
        self.in_vain = 0

    def found(self) -> list[Diagnosis]:
        """One for the whole stage; or those of heads, and of rows of the other heads."""
        whole = self._in_all()
        if whole is not None:
            return [self._diagnosis(whole, range(len(self.prints.rows)))]
        found: list[Diagnosis] = []
        if self.stage in OF_PARAMETERS:  # whose rows are no tokens'
            return []
        rows = {place: [place] for place in self.findings}
        if self.trace.has_heads and self.stage in OF_HEADS:
            heads: dict[int, list[int]] = {}
            for place, (head, _) in enumerate(self.prints.rows):
                heads.setdefault(head, []).append(place)
            for trial, some in self._in_parts(heads):
                places = [place for head in some for place in heads[head]]
                found.append(self._diagnosis(trial, places, _in_heads(some)))
                rows = {place: own for place, own in rows.items() if place not in places}
        for trial, places in self._in_parts(rows):
            by_head = groupby(places, key=lambda place: self.prints.rows[place][0])
            for head, own in by_head:
                some = list(own)
                found.append(self._diagnosis(trial, some, self._named(head, some)))
        return sorted(found, key=lambda diagnosis: min(diagnosis.indices))

    def _in_all(self) -> _Trial | None:
        """The first mistake that gives all that is claimed; the others are kept."""
        everything, denied = range(len(self.prints.rows)), None
        with arithmetic_of(None), np.errstate(divide="ignore"):
            for trial in islice(self._tries(), self._affordable):
                known = self._confirmed(trial) if trial.rows.all() else trial
                if known.rows.all() and not self._denied(known, everything):
                    return known
                if known.rows.all():
                    denied = denied or known
                elif known.rows.any():
                    self.trials.append(known)
        return denied if self._digits_at_fault(everything) >= _DIGITS_ENOUGH else None

    @property
    def _affordable(self) -> int:
        return max(_FEWEST_TRIES, _MOST_NUMBERS // self.trace[self.stage].size)

    def _tries(self) -> Iterator[_Trial]:
        for way in _ways(self.computed, self.stage):
            if way.slack is None:
                continue
            for known in chain(self.known, self._divided(way)):
                fitting = [
                    self.prints.rows_that_may_fit(values, way.slack)
                    for values in self._under(known, way.floats, self.stage)
                ]
                if fitting:
                    yield _Trial(known, way, np.any(fitting, axis=0))

    def _divided(self, way: _Way) -> Iterator[Known]:
        """Divisors that the numbers themselves tell."""
        assert way.slack is not None
        low, high = self.prints.ends
        at_fault = [place for place in self.findings if self._can_tell([place])]
        bounds = Bounds(
            self.stage,
            self.prints.places,
            self.prints.row_numbers,
            low - way.slack,
            high + way.slack,
            at_fault,
        )
        yield from divided_otherwise(way.floats, bounds)

    def _confirmed(self, trial: _Trial) -> _Trial:
        """The trial in all digits."""
        trace = trial.way.trace
        if trial.confirmed:
            return trial
        if self.in_vain > _MOST_IN_VAIN:
            return replace(trial, rows=np.zeros_like(trial.rows))
        with arithmetic_of(_bounded(trace.context)), np.errstate(divide="ignore"):
            stages = self._under(trial.known, trace, self.stage)
        fitting = [self.prints.rows_that_fit(values) for values in stages]
        rows = np.any([np.zeros_like(trial.rows), *fitting], axis=0)
        self.in_vain += not rows.any()
        return replace(trial, rows=rows, confirmed=True)

    def _under(self, known: Known, trace: Trace, stage: str) -> list[Array]:
        """What the stage would be, in each way of printing it; nothing if the mistake says nothing.

        What has no value is NaN, which no claim is the print of.
        """
        try:
            stages = [*_readings(known, trace, stage)]
        except (ArithmeticError, ValueError, AttncalcError):
            return []  # the altered problem is none, or a number of it has no value
        right = self.trace[stage]
        stages = [values for values in stages if values.shape == right.shape]
        # A mistake that changes nothing explains nothing.
        return [] if stages and np.array_equal(stages[0], right) else stages

    def _in_parts(self, parts: Mapping[int, Sequence[int]]) -> Iterator[tuple[_Trial, list[int]]]:
        """The mistakes that give parts of what is claimed, those of most parts first."""
        left = {part: rows for part, rows in parts.items() if self._can_tell(rows)}
        trials = list(self.trials)
        while left and trials:
            some = [[part for part, rows in left.items() if trial.fits(rows)] for trial in trials]
            best = max(range(len(trials)), key=lambda place: len(some[place]))
            trial = self._confirmed(trials.pop(best))
            fitting = [
                part
                for part in some[best]
                if trial.fits(left[part]) and not self._denied(trial, left[part])
            ]
            if fitting:
                yield trial, fitting
            left = {part: rows for part, rows in left.items() if part not in fitting}

    def _denied(self, trial: _Trial, rows: Sequence[int]) -> bool:
        """Whether a mistake would have changed right numbers that these rows are made of."""
        slack = trial.way.slack
        assert slack is not None
        places = [self.prints.rows[row] for row in rows]
        tokens = {token for _, token in places}
        for prints in self.earlier:
            with arithmetic_of(None), np.errstate(divide="ignore"):
                stages = self._under(trial.known, trial.way.floats, prints.stage)
            for values in stages:
                fits = prints.rows_that_may_fit(values, slack)
                made_of = [
                    prints.stage in OF_KEYS
                    or (place in places if self._in_heads(prints.stage) else place[1] in tokens)
                    for place in prints.rows
                ]
                if not fits[made_of].all():
                    return True
        return False

    def _in_heads(self, stage: str) -> bool:
        """Whether both that stage and this one have heads, which go their own ways."""
        return self.trace.has_heads and {stage, self.stage} <= set(OF_HEADS)

    def _can_tell(self, rows: Sequence[int]) -> bool:
        """Whether enough is claimed of some rows, and enough of it goes wrong."""
        findings = [finding for place in rows for finding in self.findings[place]]
        if len(findings) < _FEWEST_CLAIMS or not _go_wrong(findings):
            return False
        return self._digits_at_fault(rows) >= _FEWEST_DIGITS

    def _digits_at_fault(self, rows: Sequence[int]) -> int:
        """How many digits of what goes wrong there are, as far as it matters."""
        findings = (finding for place in rows for finding in self.findings[place])
        wrong = (finding.claim for finding in findings if finding.verdict in _AT_FAULT)
        return sum(map(_digits, islice(wrong, _DIGITS_ENOUGH)))

    def _diagnosis(self, trial: _Trial, rows: Iterable[int], part: str = "") -> Diagnosis:
        indices = {finding.claim.index for place in rows for finding in self.findings[place]}
        known = trial.known
        what = known.what if isinstance(known.what, Sentence) else Sentence(known.what)
        return Diagnosis(self.stage, what, frozenset(indices), part, known.convention)

    def _named(self, head: int, places: Sequence[int]) -> Sentence:
        """For “it” and “cat” in head 2: the tokens of some rows."""
        axis = axes_of(self.stage, heads=False)[0]
        tokens = tokens_along(axis, self.trace.problem)
        assert tokens is not None
        rows = [self.prints.rows[place][1] for place in places]
        named = _enumerated([_token(row, tokens) for row in rows])
        if self.trace.has_heads and self.stage in OF_HEADS:
            return Sentence("in head {head}, for {tokens}", head=head + 1, tokens=named)
        return Sentence("for {tokens}", tokens=named)


def _bounded(context: decimal.Context | None) -> decimal.Context | None:
    """As many digits as any claim can be told by: a root of 40,000 of them takes seconds."""
    if context is None or context.prec <= _MOST_DIGITS:
        return context
    bounded = context.copy()
    bounded.prec = _MOST_DIGITS
    return bounded


def _readings(known: Known, trace: Trace, stage: str) -> Iterator[Array]:
    """A stage under a mistake; powers and their sums with the largest score taken off, too."""
    values = known.stage_under(trace, stage)
    if values is None:
        return
    yield values
    if stage in OF_POWERS:
        scores = known.stage_under(trace, trace.scored)
        if scores is None:
            return  # the mistake is in the powers themselves
        powers = Numbers(trace).powers_below_the_largest(scores)
        yield powers if stage == "exponentials" else sums(powers)


def _digits(claim: Claim) -> int:
    """How many digits a number is printed with; 1 for a masked score."""
    if not claim.value.is_finite():
        return 1
    return max(claim.value.adjusted() - claim.unit.adjusted() + 1, -claim.unit.adjusted(), 1)


def _token(row: int, tokens: Sequence[str]) -> Sentence:
    """A token, and its place where there are several like it."""
    if tokens.count(tokens[row]) > 1:
        return Sentence("“{token}” (#{place})", token=tokens[row], place=row + 1)
    return Sentence("“{token}”", token=tokens[row])


def _in_heads(heads: Sequence[int]) -> Sentence:
    numbers = [str(head + 1) for head in heads]
    if len(numbers) == 1:
        return Sentence("in head {head}", head=numbers[0])
    return Sentence("in heads {heads}", heads=_enumerated(numbers))


def _enumerated(names: Sequence[str]) -> str:
    """a, b and c; of many only the first."""
    if len(names) > _MOST_NAMES:
        first, more = names[: _MOST_NAMES - 1], len(names) - _MOST_NAMES + 1
        return Sentence("{names} and {count} more", names=joined(first), count=more)
    return listed(names)
