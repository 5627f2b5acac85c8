"""From a trace to the flow of its stages: boxes with their shapes, and what is done between."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from attncalc.document.document import Arrow, Box, Flow
from attncalc.document.numerals import as_typed, shown
from attncalc.document.style import NumberStyle
from attncalc.names import NAMES
from attncalc.numbers.arithmetic import Typed
from attncalc.steps.stages import OF_GROUPS, OF_HEADS
from attncalc.steps.trace import Trace

PAST = "past"
"""What stands before this step's keys and values; no stage, but they are made of it."""

INSIDE = ("exponentials", "sums", "weighted_values")
"""Stages that are part of a step that is drawn as one."""

_MOST_HEADS = 4


Operation: TypeAlias = Callable[[Trace, str], str]
"""What is done on the way from a step to the one that this is an operation of."""


@dataclass(frozen=True)
class Step:
    """A stage, or PAST, and the steps that it is made of."""

    name: str
    made_of: tuple[str, ...] = ()


def pipeline(trace: Trace) -> Flow:
    """The stages of a problem, all heads together, and each head before they are put together."""
    boxes: list[Box] = []
    arrows: list[Arrow] = []
    places: dict[str, int] = {}
    for step in steps(trace):
        heads = places.get("head_outputs")
        if step.name == "concatenated" and heads is not None:
            ends = range(len(boxes), len(boxes) + min(_heads(trace), _MOST_HEADS))
            boxes += _head_boxes(trace)
            arrows += [Arrow(heads, end) for end in ends]
            arrows += [Arrow(end, len(boxes)) for end in ends]
        else:
            arrows += [
                Arrow(places[start], len(boxes), operation(trace, start, step.name))
                for start in step.made_of
            ]
        places[step.name] = len(boxes)
        boxes.append(Box(_name(trace, step), shape_of(trace, step.name)))
    return Flow(trace.problem.title or "Attention", tuple(boxes), tuple(arrows))


def steps(trace: Trace) -> list[Step]:
    """What is drawn of a trace, in order; a softmax is one step, from scores to weights."""
    found: list[Step] = []
    if trace.problem.attention.past is not None:
        found.append(Step(PAST))
    for stage in trace.stages.values():
        if stage.name not in INSIDE:
            made_of = (trace.scored,) if "exponentials" in stage.made_of else stage.made_of
            here = {step.name for step in found}
            found.append(Step(stage.name, tuple(name for name in made_of if name in here)))
    return found


def shape_of(trace: Trace, name: str) -> str:
    """A stage's shape: 8 × 3, or 2 heads of 8 × 3."""
    if name == PAST:
        count = trace.problem.past_length
        return f"{count} token" + ("s" if count > 1 else "")
    shape = trace[name].shape
    if trace.problem.heads is None or name not in OF_HEADS:
        return _by(shape)
    return f"{_counted(shape[0])} of {_by(shape[1:])}"


def operation(trace: Trace, start: str, end: str) -> str:
    """What is done to a step on the way to the next, in as few words as it takes."""
    done = _OPERATIONS[end]
    return "" if done is None else done(trace, start)


def _adding(_trace: Trace, start: str) -> str:
    return "+" if start == "positions" else ""


def _projecting(letter: str) -> Operation:
    def projecting(trace: Trace, start: str) -> str:
        return "in front" if start == PAST else _projection(trace, letter)

    return projecting


def _rotating(_trace: Trace, _start: str) -> str:
    return "rotate by position"


def _rotating_new(trace: Trace, start: str) -> str:
    cached = trace.problem.past_length > 0
    return "rotate new keys by position" if cached else _rotating(trace, start)


def _scaling(trace: Trace, _start: str) -> str:
    return f"÷ √{trace.problem.d_k}" if trace.number("factor") is None else f"× {factor_of(trace)}"


def _capping(trace: Trace, _start: str) -> str:
    cap = _digits(trace.problem.attention.softcap)
    return f"{cap} tanh(score / {cap})"


def _masking(trace: Trace, _start: str) -> str:
    return " ".join(["+ bias"] * (trace.bias is not None) + ["+ mask"] * (trace.mask is not None))


def _sharing(trace: Trace, start: str) -> str:
    """By how many heads each key-value head is used, where there are fewer of these."""
    heads, groups = trace.problem.heads, trace.problem.kv_heads
    if start not in OF_GROUPS or heads is None or groups is None or heads == groups:
        return ""
    return f"each for {heads // groups} heads"


def _softmax(trace: Trace, _start: str) -> str:
    options = trace.problem.attention
    base = "" if options.base == "e" else f", base {_digits(options.base)}"
    return f"softmax by row{base}" + (", with a sink" if options.sink is not None else "")


def _projecting_out(trace: Trace, start: str) -> str:
    if start in ("weights", "V"):
        return _sharing(trace, start)
    return _with_bias(trace, "O") if trace.problem.W_O is not None else "as it is"


_OPERATIONS: dict[str, Operation | None] = {
    "X": None,
    "X_key": None,
    "positions": None,
    "X_positioned": _adding,
    "Q": _projecting("Q"),
    "K": _projecting("K"),
    "V": _projecting("V"),
    "Q_rotated": _rotating,
    "K_rotated": _rotating_new,
    "scores": _sharing,
    "scaled_scores": _scaling,
    "capped_scores": _capping,
    "masked_scores": _masking,
    "weights": _softmax,
    "head_outputs": _sharing,
    "concatenated": None,
    "output": _projecting_out,
}
"""By the stage that comes of it; None where nothing is said."""


def factor_of(trace: Trace) -> str:
    """What scores are multiplied by, where a number is given."""
    return _digits(trace.problem.attention.scale)


def masked(trace: Trace) -> str:
    """What scores are called once bias and mask are added."""
    return "biased scores" if trace.mask is None else "masked scores"


def _name(trace: Trace, step: Step) -> str:
    if step.name == PAST:
        return "cache"
    if step.name == "scores":
        return "scores Q Kᵀ" if step.made_of else "scores"
    if step.name == "masked_scores":
        return masked(trace)
    if step.name == trace.attended:
        return "weighted sum of V" if step.name == "head_outputs" else "output: weighted sum of V"
    return NAMES[step.name].in_words


def _head_boxes(trace: Trace) -> list[Box]:
    """A box a head, or some and the number of the others."""
    count = _heads(trace)
    shape = _by(trace["head_outputs"].shape[1:])
    whole = count if count <= _MOST_HEADS else _MOST_HEADS - 1
    boxes = [Box(f"head {number}", shape) for number in range(1, whole + 1)]
    if count > whole:
        boxes.append(Box(f"… {count - whole} more heads", f"each {shape}"))
    return boxes


def _heads(trace: Trace) -> int:
    return trace.problem.heads or 1


def _projection(trace: Trace, letter: str) -> str:
    """How X becomes Q, K or V, and how heads come out of it."""
    problem = trace.problem
    W = getattr(problem, f"W_{letter}")
    parts = [] if W is None else [_with_bias(trace, letter)]
    count = problem.heads if letter == "Q" else problem.kv_heads
    if W is not None and W.ndim == 3:
        kind = "head" if count == problem.heads else "key-value head"
        parts.append(f"for each {kind}")
    elif count is not None and count > 1:
        parts.append(f"cut into {count}")
    return ", ".join(parts) or "as it is"


def _with_bias(trace: Trace, letter: str) -> str:
    bias = getattr(trace.problem, f"b_{letter}") is not None
    return f"× W_{letter}" + (f" + b_{letter}" if bias else "")


def _digits(number: object) -> str:
    if isinstance(number, Typed):
        return as_typed(number).number.digits
    return shown([number], [True], NumberStyle())[0].number.digits


def _by(shape: tuple[int, ...]) -> str:
    return " × ".join(map(str, shape))


def _counted(heads: int) -> str:
    return "1 head" if heads == 1 else f"{heads} heads"
