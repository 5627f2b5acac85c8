"""From a trace to the flow of its stages: boxes with their shapes, and what is done between."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from attncalc.document.document import Arrow, Box, Flow, Lane
from attncalc.document.wording import term_in_full
from attncalc.language import counted, text
from attncalc.steps.stages import OF_HEADS
from attncalc.steps.trace import Trace
from attncalc.walkthrough.lanes import Lanes, Step, done_within, lanes_of, named, part_of
from attncalc.walkthrough.sections.interface import Drawn
from attncalc.walkthrough.sections.mix import sharing
from attncalc.walkthrough.sections.order import told
from attncalc.walkthrough.sources import PAST


def pipeline(trace: Trace) -> Flow:
    """The stages of a problem; heads side by side from where they are split until they meet."""
    drawing = _Drawing(trace)
    every = steps(trace)
    lanes = lanes_of(trace, every)
    if lanes is None:
        drawing.add(every)
    else:
        drawing.add(lanes.before)
        drawing.add_lanes(lanes)
        drawing.add(lanes.after)
    return drawing.flow()


class _Drawing:
    """Boxes and arrows, as they are added. places: of the boxes that stand for a stage."""

    def __init__(self, trace: Trace) -> None:
        self.trace = trace
        self.boxes: list[Box] = []
        self.arrows: list[Arrow] = []
        self.lanes: list[Lane] = []
        self.places: dict[str, list[int]] = {}

    def flow(self) -> Flow:
        title = self.trace.problem.title or "Attention"
        return Flow(title, tuple(self.boxes), tuple(self.arrows), tuple(self.lanes))

    def add(self, steps: Sequence[Step]) -> None:
        """Stages of all heads together."""
        for step in steps:
            place = self._box(_name(self.trace, step), shape_of(self.trace, step.name))
            for start in step.made_of:
                done = step.drawn.done(self.trace, start)
                self.arrows += [Arrow(each, place, done) for each in self.places[start]]
            self.places[step.name] = [place]

    def add_lanes(self, lanes: Lanes) -> None:
        """A lane a head, after what is split among them."""
        split: list[int] = []
        if lanes.fed:
            count = self.trace.problem.heads or 1
            split = [self._box(text("split into {count} heads", count=count))]
        for name in lanes.fed:
            shared = sharing(self.trace, name)
            self.arrows += [Arrow(each, split[0], shared) for each in self.places[name]]
        for heads in lanes.heads:
            first = len(self.boxes)
            last = self._lane(lanes, heads, split)
            self.places.setdefault(lanes.steps[-1].name, []).append(last)
            self.lanes.append(Lane(named(heads), range(first, len(self.boxes))))

    def _lane(self, lanes: Lanes, heads: range, split: list[int]) -> int:
        """What a head has of each stage, and works out of it; where its last step stands."""
        own = self.trace.of_head(heads[0])
        if len(heads) > 1:
            last = self._box(text("… {count} more heads", count=len(heads)), text("the same way"))
            self.arrows += [Arrow(each, last) for each in split]
            return last
        places: dict[str, int] = {}
        for name in lanes.fed:
            places[name] = self._box(part_of(self.trace, name, heads), shape_of(own, name))
            self.arrows += [Arrow(each, places[name]) for each in split]
        for step in lanes.steps:
            name = _name(own, step)
            if step is lanes.steps[-1]:
                name = text("{head}: {step}", head=named(heads), step=name)
            places[step.name] = self._box(name, shape_of(own, step.name))
            for start in step.made_of:
                done = done_within(self.trace, step, start)
                self.arrows.append(Arrow(places[start], places[step.name], done))
        return places[lanes.steps[-1].name]

    def _box(self, name: str, detail: str = "") -> int:
        self.boxes.append(Box(name, detail))
        return len(self.boxes) - 1


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
        return counted("{count} token", "{count} tokens", count)
    shape = trace.stages[name].shape
    if not trace.has_heads or name not in OF_HEADS:
        return _by(shape)
    each = _by(shape[1:])
    return counted("{count} head of {shape}", "{count} heads of {shape}", shape[0], shape=each)


def _name(trace: Trace, step: Step) -> str:
    called = step.drawn.box or step.drawn.called
    return term_in_full(step.name) if called is None else called(trace)


def _by(shape: tuple[int, ...]) -> str:
    return " × ".join(map(str, shape))
