"""From a trace to a sequence: its stages as participants, who hand each other what they made."""

from __future__ import annotations

from attncalc.document.document import Exchange, Message
from attncalc.steps.trace import Trace
from attncalc.walkthrough.pipeline import (
    PAST,
    Step,
    factor_of,
    masked,
    operation,
    shape_of,
    steps,
)

_PARTICIPANTS = {
    "X": "Input Embeddings",
    "X_key": "Embeddings of the Keys",
    PAST: "Cache",
    "positions": "Positions",
    "X_positioned": "Embeddings with Positions",
    "Q": "Query (Q)",
    "K": "Key (K)",
    "V": "Value (V)",
    "Q_rotated": "Turned Query",
    "K_rotated": "Turned Key",
    "scaled_scores": "Scale",
    "capped_scores": "Softcap",
    "concatenated": "Concatenate Heads",
}

_SENT = {
    PAST: "cache of",
    "X_positioned": "X",
    "Q_rotated": "Q",
    "K_rotated": "K",
    "scaled_scores": "scaled scores",
    "capped_scores": "capped scores",
    "head_outputs": "weighted sums",
}
"""What a step hands on, where its name does not say it."""


def exchange(trace: Trace) -> Exchange:
    """The steps of a problem, all heads together, as messages from each to the next."""
    drawn = steps(trace)
    places = {step.name: place for place, step in enumerate(drawn)}
    messages = tuple(
        Message(places[start], place, _message(trace, start, step.name))
        for place, step in enumerate(drawn)
        for start in step.made_of
    )
    return Exchange(
        trace.problem.title or "Attention",
        tuple(_participant(trace, step) for step in drawn),
        messages,
        _sent(trace, drawn[-1].name),
    )


def _participant(trace: Trace, step: Step) -> str:
    if step.name == "scores":
        return "Dot Product" if step.made_of else "Scores"
    if step.name == "weights":
        return "Softmax" if step.made_of else "Attention Weights"
    if step.name == "masked_scores":
        return "Mask" if trace.bias is None else "Bias" if trace.mask is None else "Bias and Mask"
    if step.name == trace.attended:
        return "Attention Output" if step.name == "output" else "Weighted Sum"
    return _PARTICIPANTS.get(step.name, "Attention Output")


def _message(trace: Trace, start: str, end: str) -> str:
    """What is done with what is sent: Scale by 1/√3 (scores 8 × 8)."""
    action = _action(trace, start, end)
    return f"{action} ({_sent(trace, start)})" if action else _sent(trace, start)


def _action(trace: Trace, start: str, end: str) -> str:
    done = operation(trace, start, end)
    match end:
        case "X_positioned":
            return "Add positions" if start == "positions" else ""
        case "Q" | "K" | "V":
            name = _PARTICIPANTS[end]
            return "Put in front" if start == PAST else f"Generate {name}, {done}"
        case "scores":
            return "Dot Product of Q and K" if start == trace.asking else done.capitalize()
        case "scaled_scores":
            by = f"1/√{trace.problem.d_k}" if trace.factor is None else factor_of(trace)
            return f"Scale by {by}"
        case "capped_scores":
            return f"Cap, {done}"
        case "masked_scores":
            added = {"add bias": trace.bias, "apply mask": trace.mask}
            return ", ".join(name for name in added if added[name] is not None).capitalize()
        case "weights":
            return done.capitalize()
        case "concatenated":
            return "Concatenate"
        case "output" if start not in ("weights", "V"):
            return f"Project, {done}" if trace.problem.W_O is not None else ""
        case _:
            return "Weighted Sum of V" if start == "weights" else done.capitalize()


def _sent(trace: Trace, name: str) -> str:
    what = masked(trace) if name == "masked_scores" else _SENT.get(name, name)
    return f"{what} {shape_of(trace, name)}"
