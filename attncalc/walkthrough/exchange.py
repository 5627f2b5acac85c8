"""From a trace to a sequence: its stages as participants, who hand each other what they made."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from attncalc.document.document import Branch, Exchange, Message
from attncalc.document.wording import term
from attncalc.language import text
from attncalc.steps.trace import Trace
from attncalc.walkthrough.lanes import Lanes, Step, lanes_of, named, part_of
from attncalc.walkthrough.pipeline import shape_of, steps


def exchange(trace: Trace) -> Exchange:
    """The steps of a problem as messages from each to the next; of heads, in branches."""
    return _Telling(trace, steps(trace)).exchange()


class _Telling:
    """Who takes part: the steps of all heads together, and each head between them."""

    def __init__(self, trace: Trace, every: Sequence[Step]) -> None:
        self.trace = trace
        self.last = every[-1]
        self.lanes = lanes_of(trace, every) or Lanes(tuple(every), (), (), (), ())
        self.first_head = len(self.lanes.before)
        together = self.lanes.before + self.lanes.after
        self.together = {step.name: step for step in together}
        self.within = {step.name: step for step in self.lanes.steps}
        self.places = {
            step.name: place + (len(self.lanes.heads) if place >= self.first_head else 0)
            for place, step in enumerate(together)
        }

    def exchange(self) -> Exchange:
        lanes = self.lanes
        participants = (
            *(step.drawn.participant(self.trace) for step in lanes.before),
            *(_capital(named(heads)) for heads in lanes.heads),
            *(step.drawn.participant(self.trace) for step in lanes.after),
        )
        return Exchange(
            self.trace.problem.title or "Attention",
            participants,
            tuple(self._messages(lanes.before)),
            _sent(self.trace, self.last),
            tuple(
                Branch(named(heads), tuple(self._branch(place, heads)))
                for place, heads in enumerate(lanes.heads, self.first_head)
            ),
            tuple(self._messages(lanes.after)),
            (self.first_head, len(participants) - 1) if lanes.heads and not lanes.after else None,
        )

    def _messages(self, steps: Sequence[Step]) -> Iterator[Message]:
        """What is handed on between steps of all heads together."""
        for step in steps:
            for start in step.made_of:
                if start in self.together:
                    done = _message(self.trace, self.together[start], step)
                    yield Message(self.places[start], self.places[step.name], done)

    def _branch(self, place: int, heads: range) -> Iterator[Message]:
        """What a head is handed, what it makes of it, and what it hands on."""
        own = self.trace.of_head(heads[0])
        for name in self.lanes.fed:
            parts, shape = part_of(self.trace, name, heads), shape_of(own, name)
            given = f"{parts} {shape}"
            if len(heads) > 1:
                given = text("{parts} each {shape}", parts=parts, shape=shape)
            yield Message(self.places[name], place, given)
        if len(heads) > 1:
            yield Message(place, place, text("The same way"))
        else:
            for step in self.lanes.steps:
                for start in step.made_of[:1]:
                    yield Message(place, place, self._step(own, step, start, heads))
        for step in self.lanes.after:
            for start in step.made_of:
                if start in self.within:
                    given = _output(heads, shape_of(own, start))
                    done = f"{_action(self.trace, start, step)} ({given})"
                    yield Message(place, self.places[step.name], done)

    def _step(self, own: Trace, step: Step, start: str, heads: range) -> str:
        """What a head does by itself, first of all with the parts that it was handed."""
        if start in self.within:
            return _message(own, self.within[start], step)
        parts = [part_of(self.trace, each, heads) for each in step.made_of]
        return f"{_action(own, start, step)} ({', '.join(parts)})"


def _message(trace: Trace, start: Step, end: Step) -> str:
    """What is done with what is sent: Scale by 1/√3 (scores 8 × 8)."""
    action = _action(trace, start.name, end)
    return f"{action} ({_sent(trace, start)})" if action else _sent(trace, start)


def _action(trace: Trace, start: str, end: Step) -> str:
    asked = end.drawn.asked
    return _capital(end.drawn.done(trace, start)) if asked is None else asked(trace, start)


def _sent(trace: Trace, step: Step) -> str:
    """What a step hands on: Q 8 × 3, or scaled scores 8 × 8."""
    called, name = step.drawn.called, step.name
    handed = term(name) if called is None else called(trace)
    return f"{handed} {shape_of(trace, name)}"


def _output(heads: range, shape: str) -> str:
    if len(heads) == 1:
        return text("output of {head}, {shape}", head=named(heads), shape=shape)
    return text("outputs of {heads}, each {shape}", heads=named(heads), shape=shape)


def _capital(name: str) -> str:
    return name[:1].upper() + name[1:]
