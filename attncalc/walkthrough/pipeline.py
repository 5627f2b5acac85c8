"""From a trace to the flow of its stages: boxes with their shapes, and what is done between."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from attncalc.document.document import Arrow, Box, Flow
from attncalc.names import NAMES
from attncalc.steps.stages import OF_HEADS
from attncalc.steps.trace import Trace
from attncalc.walkthrough.sections.interface import Drawn
from attncalc.walkthrough.sections.order import told
from attncalc.walkthrough.sources import PAST

_MOST_HEADS = 4


@dataclass(frozen=True)
class Step:
    """A stage that is drawn, or PAST, and those that it is made of."""

    name: str
    drawn: Drawn
    made_of: tuple[str, ...] = ()


def pipeline(trace: Trace) -> Flow:
    """The stages of a problem, all heads together, and each head before they are put together."""
    boxes: list[Box] = []
    arrows: list[Arrow] = []
    places: dict[str, int] = {}
    for step in steps(trace):
        for start in step.made_of:
            if _meet(trace, start, step.name):
                ends = range(len(boxes), len(boxes) + min(_heads(trace), _MOST_HEADS))
                boxes += _head_boxes(trace, start)
                arrows += [Arrow(places[start], end) for end in ends]
                arrows += [Arrow(end, ends.stop) for end in ends]
            else:
                done = step.drawn.done(trace, start)
                arrows.append(Arrow(places[start], len(boxes), done))
        places[step.name] = len(boxes)
        boxes.append(Box(_name(trace, step), shape_of(trace, step.name)))
    return Flow(trace.problem.title or "Attention", tuple(boxes), tuple(arrows))


def steps(trace: Trace) -> list[Step]:
    """What is drawn of a trace, in order; a softmax is one step, from scores to weights."""
    drawn = {name: told(trace, name).drawn for name in trace.stages}
    found: dict[str, Step] = {}
    past = told(trace, PAST).drawn
    if trace.problem.attention.past is not None and past is not None:
        found[PAST] = Step(PAST, past)
    for name, how in drawn.items():
        if how is not None:
            made_of = dict.fromkeys(_made_of_drawn(trace, name, drawn))
            found[name] = Step(name, how, tuple(each for each in made_of if each in found))
    return list(found.values())


def _made_of_drawn(trace: Trace, name: str, drawn: dict[str, Drawn | None]) -> Iterator[str]:
    """What a stage is made of; or what that is made of, if it is not drawn."""
    for start in trace.stages[name].made_of:
        if start in drawn and drawn[start] is None:
            yield from _made_of_drawn(trace, start, drawn)
        else:
            yield start


def shape_of(trace: Trace, name: str) -> str:
    """A stage's shape: 8 × 3, or 2 heads of 8 × 3."""
    if name == PAST:
        count = trace.problem.past_length
        return f"{count} token" + ("s" if count > 1 else "")
    shape = trace[name].shape
    if trace.problem.heads is None or name not in OF_HEADS:
        return _by(shape)
    return f"{_counted(shape[0])} of {_by(shape[1:])}"


def _name(trace: Trace, step: Step) -> str:
    called = step.drawn.box or step.drawn.called
    return NAMES[step.name].in_words if called is None else called(trace)


def _meet(trace: Trace, start: str, end: str) -> bool:
    """Whether heads are put together on the way from one stage to another."""
    return trace.problem.heads is not None and start in OF_HEADS and end not in OF_HEADS


def _head_boxes(trace: Trace, stage: str) -> list[Box]:
    """A box a head, or some and the number of the others."""
    count = _heads(trace)
    shape = _by(trace[stage].shape[1:])
    whole = count if count <= _MOST_HEADS else _MOST_HEADS - 1
    boxes = [Box(f"head {number}", shape) for number in range(1, whole + 1)]
    if count > whole:
        boxes.append(Box(f"… {count - whole} more heads", f"each {shape}"))
    return boxes


def _heads(trace: Trace) -> int:
    return trace.problem.heads or 1


def _by(shape: tuple[int, ...]) -> str:
    return " × ".join(map(str, shape))


def _counted(heads: int) -> str:
    return "1 head" if heads == 1 else f"{heads} heads"
