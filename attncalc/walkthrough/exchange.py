"""From a trace to a sequence: its stages as participants, who hand each other what they made."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from attncalc.document.document import Exchange, Message
from attncalc.names import NAMES
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


Action: TypeAlias = Callable[[Trace, str], str]
"""What a step does with what it is sent by an earlier one."""


def _participant(trace: Trace, step: Step) -> str:
    if step.name == "scores":
        return "Dot Product" if step.made_of else "Scores"
    if step.name == "weights":
        return "Softmax" if step.made_of else "Attention Weights"
    if step.name == "masked_scores":
        return "Mask" if trace.bias is None else "Bias" if trace.mask is None else "Bias and Mask"
    return _PARTICIPANTS[step.name]


_PARTICIPANTS = {
    PAST: "Cache",
    "X": "Input Embeddings",
    "X_key": "Embeddings of the Keys",
    "positions": "Positions",
    "X_positioned": "Embeddings with Positions",
    "Q": "Query (Q)",
    "K": "Key (K)",
    "V": "Value (V)",
    "Q_rotated": "Rotated Query",
    "K_rotated": "Rotated Key",
    "scaled_scores": "Scale",
    "capped_scores": "Softcap",
    "head_outputs": "Weighted Sum",
    "concatenated": "Concatenate Heads",
    "output": "Attention Output",
}


def _message(trace: Trace, start: str, end: str) -> str:
    """What is done with what is sent: Scale by 1/√3 (scores 8 × 8)."""
    action = _ACTIONS[end](trace, start)
    return f"{action} ({_sent(trace, start)})" if action else _sent(trace, start)


def _doing(end: str) -> Action:
    """Just what the pipeline says."""
    return lambda trace, start: operation(trace, start, end).capitalize()


def _adding(_trace: Trace, start: str) -> str:
    return "Add positions" if start == "positions" else ""


def _generating(end: str) -> Action:
    def generating(trace: Trace, start: str) -> str:
        if start == PAST:
            return "Put in front"
        return f"Generate {_PARTICIPANTS[end]}, {operation(trace, start, end)}"

    return generating


def _scoring(trace: Trace, start: str) -> str:
    return "Dot Product of Q and K" if start == trace.asking else _doing("scores")(trace, start)


def _scaling(trace: Trace, _start: str) -> str:
    if trace.number("factor") is None:
        return f"Scale by 1/√{trace.problem.d_k}"
    return f"Scale by {factor_of(trace)}"


def _capping(trace: Trace, start: str) -> str:
    return f"Cap, {operation(trace, start, 'capped_scores')}"


def _masking(trace: Trace, _start: str) -> str:
    added = {"add bias": trace.bias, "apply mask": trace.mask}
    return ", ".join(name for name in added if added[name] is not None).capitalize()


def _summing(end: str) -> Action:
    def summing(trace: Trace, start: str) -> str:
        return "Weighted Sum of V" if start == "weights" else _doing(end)(trace, start)

    return summing


def _projecting(trace: Trace, start: str) -> str:
    if start in ("weights", "V"):
        return _summing("output")(trace, start)
    return f"Project, {operation(trace, start, 'output')}" if trace.problem.W_O is not None else ""


_ACTIONS: dict[str, Action] = {
    "X": _doing("X"),
    "X_key": _doing("X_key"),
    "positions": _doing("positions"),
    "X_positioned": _adding,
    "Q": _generating("Q"),
    "K": _generating("K"),
    "V": _generating("V"),
    "Q_rotated": _doing("Q_rotated"),
    "K_rotated": _doing("K_rotated"),
    "scores": _scoring,
    "scaled_scores": _scaling,
    "capped_scores": _capping,
    "masked_scores": _masking,
    "weights": _doing("weights"),
    "head_outputs": _summing("head_outputs"),
    "concatenated": lambda _trace, _start: "Concatenate",
    "output": _projecting,
}
"""By the step that is sent something."""


def _sent(trace: Trace, name: str) -> str:
    return f"{_called(trace, name)} {shape_of(trace, name)}"


def _called(trace: Trace, name: str) -> str:
    """What a step hands on: Q, or scaled scores."""
    if name == PAST:
        return "cache of"
    if name == "masked_scores":
        return masked(trace)
    return NAMES[name].symbol or NAMES[name].called
