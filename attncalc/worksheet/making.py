"""Sheets made of a problem: with its own numbers, or with new ones that are fair."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import cached_property
from itertools import islice
from typing import Any

import numpy as np

from attncalc.checking.enclosures import Enclosures
from attncalc.checking.screening import in_floats
from attncalc.errors import InputError
from attncalc.language import Sentence, listed
from attncalc.numbers.arithmetic import Array
from attncalc.numbers.terms import Entry
from attncalc.problem.problem import Problem
from attncalc.readers.fields import build
from attncalc.readers.interface import RawProblem, nowhere
from attncalc.records import dataclass
from attncalc.sheet import Blank, Mistaken, Range, Sheet
from attncalc.steps.engine import explain
from attncalc.steps.trace import Trace
from attncalc.worksheet import asking, codes, drawing
from attncalc.worksheet.carrying import Carrying, half_a_unit
from attncalc.worksheet.chance import Chance
from attncalc.worksheet.mistakes import Consequences, Mistake, differs, mistakes_in
from attncalc.worksheet.tolerances import SUBTRACTED, Tolerances

MOST_DRAWS = 150
"""So often numbers are drawn; then it is said what is in the way."""

_PICKY = 50
"""So many draws are made for numbers that are all different, where a problem allows for that."""

MOST_CELLS = 4000
"""Numbers of a stage of a problem that can be worked by hand."""

CREDIT = Decimal("0.5")
"""The share of its points that an answer earns which a known mistake gives."""

_SLIGHT = 20
"""A mistake that changes no number by so many units of the last place is too slight to be told."""

_FLATTEST, _STEEPEST = 0.02, 0.95
"""Weights of a row: how far apart they are at least, and the largest at most."""

_LARGEST_POWER = 1e5

_LONGEST = 12
"""Places before the point of a number that is written by hand, or zeros behind it."""

_SETTLED = 12
"""Decimals of a float that are not noise."""

_UNFAIR_HINT = "other tokens or wider vectors in the file, another --level, or no --seed"

_MOST_NAMED = 3
"""Mistakes that a warning names."""


@dataclass(frozen=True)
class Wanted:
    """What is asked for. blank: in the words of --blank; then the level is 0. head: from 0."""

    level: int = 2
    blank: str | None = None
    decimals: int = 4
    head: int | None = None

    @property
    def told(self) -> dict[str, Any]:
        """What a code's mark depends on."""
        return {"blank": self.blank, "decimals": self.decimals, "head": self.head}


@dataclass(frozen=True, eq=False)
class Maker:
    """Makes the sheets of a problem. attention: its options, as a file has them."""

    problem: Problem
    attention: Mapping[str, Any]
    wanted: Wanted

    def made(self, seed: int | None, variant: int = 1) -> Sheet:
        """The sheet of a seed; of the file's own numbers without one.

        Raises InputError where no fair numbers are found, or the problem is no work by hand.
        """
        sheet = self._own() if seed is None else self._drawn(seed, variant)
        return replace(sheet, code=str(self.code(seed, variant)), seed=seed, variant=variant)

    def code(self, seed: int | None, variant: int) -> codes.Code:
        """What gives that sheet again."""
        level = 0 if self.wanted.blank is not None else self.wanted.level
        return codes.Code(seed, variant, level, self._mark)

    @cached_property
    def _mark(self) -> str:
        fields = self._fields(drawing.as_given(self.problem))
        return codes.mark_of(_in_texts(fields), self.wanted.told)

    @cached_property
    def _asked(self) -> Problem:
        """The problem with the one query that the sheet is about."""
        return replace(self.problem, queries=(asking.query_of(self.problem),))

    def _fields(self, arrays: Mapping[str, Any]) -> dict[str, Any]:
        return drawing.fields_of(self._asked, arrays, self.attention)

    def _own(self) -> Sheet:
        given = self._fields(drawing.as_given(self.problem))
        draft = Draft(self._trace, self.wanted, given)
        if (why := draft.unwritable()) is not None:
            raise InputError("worksheet", why, hint="smaller numbers, or --seed for others")
        return draft.sheet()

    def _drawn(self, seed: int, variant: int) -> Sheet:
        if (why := _never(self._trace)) is not None:
            raise InputError("--seed", f"no numbers are fair: {why}", hint=_UNFAIR_HINT)
        in_the_way: Counter[str] = Counter()
        for number in range(MOST_DRAWS):
            chance = Chance(f"attncalc {codes.VERSION}/{seed}/{variant}/{number}")
            given = self._fields(drawing.drawn(self.problem, chance))
            problem = build(RawProblem("sheet", given, nowhere), {}, None)
            draft = Draft(explain(problem, ["cost"]), self.wanted, given)
            why = draft.unfair() or (draft.tie() if number < _PICKY else None)
            if why is None:
                sheet = draft.fair_sheet()
                if sheet is not None:
                    return sheet
                why = _nearly(next(iter(draft.near)))
            in_the_way[why] += 1
        why, _ = in_the_way.most_common(1)[0]
        message = f"no fair numbers were found in {MOST_DRAWS} draws: {why}"
        raise InputError("--seed", message, hint=_UNFAIR_HINT)

    @cached_property
    def _trace(self) -> Trace:
        """The file's problem, worked through, as far as a hand can do it."""
        problem = self._asked
        trace = explain(problem, ["cost"])
        largest = max(trace[stage].size for stage in trace.stages)
        if trace.context is None or largest > MOST_CELLS:
            n, m = len(problem.tokens), len(problem.key_tokens)
            message = f"n={n}, m={m} is too much to be worked by hand"
            raise InputError("worksheet", message, hint="fewer tokens, or narrower vectors")
        return trace


class Draft:
    """A sheet in the making. near: mistakes that give nearly the right number in some blank."""

    def __init__(self, trace: Trace, wanted: Wanted, given: Mapping[str, Any]) -> None:
        self.trace, self.wanted, self.given = trace, wanted, given
        self.focus = asking.focus_of(trace, wanted.head)
        self.entries = (
            asking.by_level(trace, wanted.level, self.focus)
            if wanted.blank is None
            else asking.by_name(trace, wanted.blank, self.focus)
        )
        if not self.entries:
            raise InputError("worksheet", "nothing in this problem is to be worked out")
        self.stages = [*dict.fromkeys(stage for stage, _ in self.entries)]
        self.near: dict[str, None] = {}

    @cached_property
    def mistakes(self) -> list[Mistake]:
        """Those that change any number that is asked for by more than rounding does."""
        unit = float(half_a_unit(self.wanted.decimals)) * 2
        return [
            mistake
            for mistake in mistakes_in(self._floats, self.stages)
            if any(
                not abs(mistake.stages[stage][index] - self._value((stage, index))) < _SLIGHT * unit
                for stage, index in self.entries
                if stage in mistake.stages
            )
        ]

    @cached_property
    def _floats(self) -> Trace:
        return in_floats(self.trace)

    @cached_property
    def _enclosures(self) -> Enclosures:
        return Enclosures(self.trace)

    @cached_property
    def tolerances(self) -> Tolerances:
        """What may be answered, right and mistaken."""
        consequences = Consequences(self._enclosures, self._floats, self.mistakes)
        return Tolerances(self.trace, self.wanted.decimals, self._enclosures, consequences)

    def _value(self, entry: Entry) -> float:
        return float(self.trace[entry[0]][entry[1]])

    def unfair(self) -> str | None:
        """What is in the way of a fair sheet; None if nothing is."""
        return self.unwritable() or self._too_plain() or self._the_same() or self._nearly_the_same()

    def tie(self) -> str | None:
        """Whether two keys have the same weight: one number is worked out twice then."""
        seen = [float(weight) for weight in self._row("weights") if weight]
        return None if len(set(seen)) == len(seen) else "two weights are the same"

    def unwritable(self) -> str | None:
        """Which stage has a number that nobody writes by hand; None if there is none."""
        for stage, index in self.entries:
            value = self.trace[stage][index]
            if not value.is_finite() or (value and abs(value.adjusted()) > _LONGEST):
                return f"{stage} reach beyond 10^±{_LONGEST}, too far to be written by hand"
        return None

    def _too_plain(self) -> str | None:
        """Whether a step is trivial, or too much for a hand."""
        seen = [float(weight) for weight in self._row("weights") if weight]
        if len(seen) > 1:
            if max(seen) - min(seen) < _FLATTEST:
                return "the weights are nearly all equal"
            if seen.count(max(seen)) > 1:
                return "two weights are the largest"
            if max(seen) > _STEEPEST:
                return "one weight takes nearly all"
        if "exponentials" in self.trace and max(self._row("exponentials")) > _LARGEST_POWER:
            return "powers are too large to be written by hand"
        for stage, index in self._focused:
            value = self._value((stage, index))
            if not value and stage not in ("exponentials", "weights", "weighted_values"):
                return "some numbers that are asked for are 0"
            if value and abs(value) < 10.0 ** -(self.wanted.decimals - 1):
                return "some numbers that are asked for are too small"
        return None

    def _row(self, stage: str) -> Array:
        """The row of the query."""
        values = self.trace[stage]
        rows = values[self.focus.head or 0] if self.trace.has_heads else values
        row: Array = rows[self.focus.query]
        return row

    @cached_property
    def _focused(self) -> dict[Entry, None]:
        """The numbers that must be fair, in order: of everything, the query's; of fewer, all."""
        if self.wanted.level < 3 or self.wanted.blank is not None:
            return dict.fromkeys(self.entries)
        return dict.fromkeys(asking.by_level(self.trace, 2, self.focus))

    def _nearly_the_same(self) -> str | None:
        """Whether a mistake gives a number that might be the right one, rounded."""
        unit = 2 * float(half_a_unit(self.wanted.decimals))
        for mistake in self.mistakes:
            for stage, index in self._focused:
                if stage not in mistake.stages:
                    continue
                right, other = self._value((stage, index)), float(mistake.stages[stage][index])
                if differs(right, other) and abs(right - other) < unit:
                    return _nearly(mistake.what)
        return None

    def _the_same(self) -> str | None:
        """Whether a mistake that a sheet must show changes nothing that is asked for."""
        made = {mistake.what for mistake in self.mistakes}
        for what, stage in _MUST_TELL.items():
            if stage in self.trace and what not in made:
                return _the_same(what)
        return None

    def sheet(self) -> Sheet:
        """The blanks with their ranges, and what mistakes cannot be told from right numbers."""
        return self._sheet(self._blanks())

    def fair_sheet(self) -> Sheet | None:
        """The same, unless there is such a mistake: then it is the one that is near."""
        blanks: list[Blank] = []
        for blank in self._blanks():
            if self.near:
                return None
            blanks.append(blank)
        return self._sheet(blanks)

    @cached_property
    def _carrying(self) -> Carrying:
        return Carrying(self.trace, self.entries, self.wanted.decimals, self._enclosures)

    def _sheet(self, blanks: Iterable[Blank]) -> Sheet:
        made = tuple(blanks)
        return Sheet(
            self.trace,
            made,
            self.wanted.decimals,
            self.focus.query,
            self.focus.head,
            self._carrying.depends,
            self.given,
            level=0 if self.wanted.blank is not None else self.wanted.level,
            warnings=tuple(self._warnings()),
        )

    def _warnings(self) -> Iterator[str]:
        if self.near:
            named = [
                Sentence("“{mistake}”", mistake=what) for what in islice(self.near, _MOST_NAMED)
            ]
            more = len(self.near) - len(named)
            if more:
                named.append(Sentence("{count} more", count=more))
            yield Sentence(
                "not in every blank can these mistakes be told from rounding: {mistakes}; with "
                "--seed, numbers are drawn for which they can",
                mistakes=listed(named),
            )

    def _blanks(self) -> Iterator[Blank]:
        for (stage, index), decimals in zip(self.entries, self._decimals(), strict=True):
            value = self.trace[stage][index]
            right = self.tolerances.right((stage, index), decimals)
            if right is None:
                message = f"{stage} may be anything after rounding on the way"
                raise InputError("worksheet", message, hint="more --precision, or smaller numbers")
            term = self._carrying.term(stage, index)
            yield Blank(
                stage,
                index,
                value,
                asking.answer_of(value, decimals),
                decimals,
                right,
                tuple(self._mistaken((stage, index), decimals, right)),
                term if term.awaited else None,
            )

    def _decimals(self) -> list[int]:
        """Those of each blank, in common for the blanks of a stage."""
        by_stage: dict[str, list[Decimal]] = {}
        for stage, index in self.entries:
            by_stage.setdefault(stage, []).append(self.trace[stage][index])
        found = {
            stage: iter(asking.decimals_of(values, self.wanted.decimals))
            for stage, values in by_stage.items()
        }
        return [next(found[stage]) for stage, _ in self.entries]

    def _mistaken(self, entry: Entry, decimals: int, right: Range) -> Iterator[Mistaken]:
        """What mistakes give, the likelier first; none that overlaps what stands before it."""
        taken = [right]
        stable = self.tolerances.with_the_largest_subtracted(entry, decimals)
        if stable is not None and not stable.meets(right):
            taken.append(stable)
            middle = float(stable.lower + stable.upper) / 2
            yield Mistaken(SUBTRACTED, self._answer(middle, decimals), stable, Decimal(1))
        for mistake in self.mistakes:
            if entry[0] not in mistake.stages:
                continue
            value = float(mistake.stages[entry[0]][entry[1]])
            if not differs(value, float(self.trace[entry[0]][entry[1]])):
                continue
            found = self.tolerances.under(mistake, entry, decimals)
            if found is None:
                continue
            if found.meets(right):
                if entry in self._focused:
                    self.near[mistake.what] = None
                continue
            if any(found.meets(other) for other in taken):
                continue
            taken.append(found)
            answer = self._answer(value, decimals)
            credit = CREDIT if Decimal(answer) else Decimal(0)  # no work is seen in a 0
            yield Mistaken(mistake.what, answer, found, credit)

    def _answer(self, value: float, decimals: int) -> str:
        """A mistaken number, with the decimals that it takes, if not more than are asked for."""
        number = Decimal(repr(round(value, _SETTLED)))
        (places,) = asking.decimals_of([number], self.wanted.decimals)
        return asking.answer_of(number, max(places, decimals))


def _never(trace: Trace) -> str | None:
    """What is in the way of any numbers; None if nothing is."""
    if trace.problem.d_k == 1 and trace.number("divisor") is not None:
        return f"with d_k = 1, {_the_same('the scores are not scaled')}"
    return None


def _the_same(what: str) -> str:
    return f"“{what}” gives the right numbers"


def _nearly(what: str) -> str:
    return f"“{what}” gives nearly the right numbers"


_MUST_TELL = {"the scores are not scaled": "scaled_scores"}
"""Mistakes that a fair sheet must show, and the stages in which they are made."""


def _in_texts(node: Any) -> Any:
    """What a file has, with arrays as lists of texts."""
    if isinstance(node, np.ndarray):
        return [str(part) for part in node.ravel().tolist()]
    if isinstance(node, Mapping):
        return {str(name): _in_texts(part) for name, part in node.items()}
    if isinstance(node, Sequence) and not isinstance(node, str):
        return [_in_texts(part) for part in node]
    return node
