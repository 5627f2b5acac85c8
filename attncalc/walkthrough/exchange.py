"""From a trace to a sequence: its stages as participants, who hand each other what they made."""

from __future__ import annotations

from attncalc.document.document import Exchange, Message
from attncalc.names import NAMES
from attncalc.steps.trace import Trace
from attncalc.walkthrough.pipeline import Step, shape_of, steps


def exchange(trace: Trace) -> Exchange:
    """The steps of a problem, all heads together, as messages from each to the next."""
    drawn = steps(trace)
    places = {step.name: place for place, step in enumerate(drawn)}
    messages = tuple(
        Message(places[start], place, _message(trace, drawn[places[start]], step))
        for place, step in enumerate(drawn)
        for start in step.made_of
    )
    return Exchange(
        trace.problem.title or "Attention",
        tuple(step.drawn.participant(trace) for step in drawn),
        messages,
        _sent(trace, drawn[-1]),
    )


def _message(trace: Trace, start: Step, end: Step) -> str:
    """What is done with what is sent: Scale by 1/√3 (scores 8 × 8)."""
    asked = end.drawn.asked
    action = (
        end.drawn.done(trace, start.name).capitalize()
        if asked is None
        else asked(trace, start.name)
    )
    return f"{action} ({_sent(trace, start)})" if action else _sent(trace, start)


def _sent(trace: Trace, step: Step) -> str:
    """What a step hands on: Q 8 × 3, or scaled scores 8 × 8."""
    called, name = step.drawn.called, step.name
    handed = NAMES[name].symbol or NAMES[name].called if called is None else called(trace)
    return f"{handed} {shape_of(trace, name)}"
