"""What runs side by side in drawings: each head, from its queries and keys to what it gives."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

from attncalc.language import text
from attncalc.names import NAMES, STAGES
from attncalc.problem.heads import group_of
from attncalc.records import dataclass
from attncalc.steps.stages import OF_GROUPS, OF_HEADS
from attncalc.steps.trace import Trace
from attncalc.walkthrough.sections.interface import Drawn
from attncalc.walkthrough.sections.mix import sharing

_MOST_HEADS = 4
_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_OF_LANES = tuple(name for name in OF_HEADS if STAGES.index(name) >= STAGES.index("scores"))
"""Stages that a head works out by itself, from where its queries meet its keys."""


@dataclass(frozen=True)
class Step:
    """A stage that is drawn, or PAST, and those that it is made of."""

    name: str
    drawn: Drawn
    made_of: tuple[str, ...] = ()


@dataclass(frozen=True)
class Lanes:
    """steps: those that every head goes through. fed: the stages that are split among the heads.

    before, after: the steps of all heads together. heads: of each lane, one or several left out.
    """

    before: tuple[Step, ...]
    steps: tuple[Step, ...]
    after: tuple[Step, ...]
    fed: tuple[str, ...]
    heads: tuple[range, ...]


def lanes_of(trace: Trace, steps: Sequence[Step]) -> Lanes | None:
    """How heads stand side by side; None where there are not several."""
    count = trace.problem.heads or 1
    own = tuple(step for step in steps if step.name in _OF_LANES)
    if count == 1 or not own:
        return None
    first = steps.index(own[0])
    within = {step.name for step in own}
    fed = dict.fromkeys(chain.from_iterable(step.made_of for step in own))
    return Lanes(
        tuple(steps[:first]),
        own,
        tuple(steps[first + len(own) :]),
        tuple(name for name in fed if name not in within),
        tuple(_lanes(count)),
    )


def _lanes(count: int) -> list[range]:
    """A lane a head; of many the first, those left out, and the last."""
    if count <= _MOST_HEADS:
        return [range(head, head + 1) for head in range(count)]
    return [range(1), range(1, count - 1), range(count - 1, count)]


def done_within(trace: Trace, step: Step, start: str) -> str:
    """What is done to a stage within a lane, where it has been said what is shared."""
    done = step.drawn.done(trace, start)
    return "" if done == sharing(trace, start) else done


def part_of(trace: Trace, stage: str, heads: range) -> str:
    """What a head has of a stage that is split: Q₁; of several heads Q₂ … Q₇."""
    ends = [heads[0], heads[-1]]
    if stage in OF_GROUPS:
        shared_by = (trace.problem.heads or 1), (trace.problem.kv_heads or 1)
        ends = [group_of(head, *shared_by) for head in ends]
    letter = NAMES[stage].letter.upper()
    return " … ".join(letter + subscript(end) for end in dict.fromkeys(ends))


def subscript(head: int) -> str:
    """A head, counted from 0, as its number below the line."""
    return str(head + 1).translate(_SUBSCRIPTS)


def named(heads: range) -> str:
    """head 1, or heads 2 to 7"""
    if len(heads) == 1:
        return text("head {number}", number=heads[0] + 1)
    return text("heads {first} to {last}", first=heads[0] + 1, last=heads[-1] + 1)
