"""Dumps as they are read: what is given in them, their options, and the stages beside these."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, TypeAlias

import numpy as np

from attncalc.checking.screening import as_floats, in_floats
from attncalc.errors import FieldPath, InputError, InputErrors, suggestion
from attncalc.language import Sentence
from attncalc.names import STAGES
from attncalc.numbers.arithmetic import Array
from attncalc.options import OPTIONS
from attncalc.problem.problem import MATRICES, MATRIX_OF, VECTORS, Problem
from attncalc.readers import mapping, read
from attncalc.readers.arrangement import AS_IT_IS, Arrangement
from attncalc.readers.axes import in_order, squeezed, without_batch
from attncalc.readers.contents import error_of
from attncalc.readers.fields import build
from attncalc.readers.interface import Node, RawProblem, nowhere
from attncalc.readers.names import meanings
from attncalc.readers.numbers import bits_of
from attncalc.readers.option_text import option_of
from attncalc.records import dataclass
from attncalc.steps.engine import explain
from attncalc.steps.trace import Trace

Source: TypeAlias = "str | os.PathLike[str] | Mapping[str, object] | Problem | Trace"
"""What a dump may be: a file, a mapping of arrays, a problem or a trace."""

_PROJECTED = ("X", "X_key", "W_Q", "W_K", "W_V", "b_Q", "b_K", "b_V", "W_G", "b_G")
_VECTORS = ("Q", "K", "V")
_AFTER = ("W_O", "b_O")
RENAMED = {"Q_rotated": "Q", "K_rotated": "K", "scaled_scores": "scores"}
"""Stages that a problem may begin with, and what it is told they are."""

_TOKENS = ("tokens", "key_tokens")
_TEXTS = ("title", "source", "notes")
_ASIDE = ("dimensions", "inputs", "query", "claims", "tolerance")

_ENOUGH = 65_536
"""So many numbers of an array tell it, of whatever size it is."""

_FEWEST_NUMBERS = 2
"""One number does not tell in which number type it was computed."""


@dataclass(frozen=True, eq=False)
class Dump:
    """One of the two, as it was read.

    name: A or B. fields: arrays and texts by their names; options: likewise. problem: of a problem
    file, whose stages are computed. bits: the binary digits of its coarsest numbers.
    """

    name: str
    file: str
    fields: Mapping[str, Node]
    options: Mapping[str, Node]
    trace: Trace | None = None
    bits: int = 53
    notes: tuple[str, ...] = ()

    @property
    def arrays(self) -> dict[str, Array]:
        """Its arrays of numbers, by the names of stages and of what is given."""
        return {
            name: np.asarray(node)
            for name, node in self.fields.items()
            if isinstance(node, np.ndarray)
        }


def read_dump(source: Source, name: str, arrangement: Arrangement = AS_IT_IS) -> Dump:
    """A dump from wherever it is. name: A or B. Raises InputErrors for what is none."""
    if isinstance(source, Trace):
        return _worked(name, name, source)
    if isinstance(source, Problem):
        return _worked(name, name, explain(source))
    if isinstance(source, Mapping):
        raw, file = mapping.read(_called(source)), name
    else:
        file = os.fspath(source)
        found = read(source, arrangement)
        if len(found) != 1:
            raise error_of(file, f"{len(found)} problems; expected 1")
        raw = _arranged(found[0])
    fields, options = _apart(raw)
    numbers = {field: node for field, node in fields.items() if field in _NUMBERS}
    if not numbers:
        _refuse_nameless(raw)
    if isinstance(source, Mapping) and set(numbers) - set(start_of(frozenset(numbers)) or ()):
        fields |= {field: _as_array(node) for field, node in numbers.items()}
    if all(isinstance(fields[field], np.ndarray) for field in numbers) and numbers:
        return _of_arrays(name, file, fields, options)
    whole = replace(raw, fields={**fields, "attention": options}) if options else raw
    return replace(_worked(name, file, explain(build(whole, {}, None, False))), options=options)


def _arranged(raw: RawProblem) -> RawProblem:
    """A file's arrays as it is said how they lie: one problem of a batch, heads before tokens."""
    errors: list[InputError] = []

    def fault(path: FieldPath, message: str, hint: str | None) -> None:
        errors.append(InputError(raw.file, message, field=".".join(map(str, path)), hint=hint))

    laid_out = in_order(raw.fields, raw.arranged, fault)
    fields, batch = without_batch(laid_out, raw.arranged, fault)
    if errors:
        raise InputErrors(tuple(errors))
    for name in STAGES:
        node = fields.get(name)
        if batch.size > 1 and isinstance(node, np.ndarray) and node is laid_out[name]:
            fields[name] = node[batch.place] if node.shape[:1] == (batch.size,) else node
    return replace(raw, fields=fields)


def _called(source: Mapping[str, Any]) -> Mapping[str, Any]:
    """A mapping whose arrays are called as those of a file are: q_proj is Q."""
    arrays = [key for key, value in source.items() if isinstance(value, np.ndarray)]
    meant = meanings(arrays, {})
    return {meant.get(key, key): value for key, value in source.items()}


def _as_array(node: Node) -> Node:
    """Lists of numbers as an array; whatever else, as it is."""
    try:
        return np.array(node, np.float64) if isinstance(node, list) else node
    except (TypeError, ValueError):
        return node


_NUMBERS = frozenset((*MATRICES, *VECTORS, *STAGES))


def _worked(name: str, file: str, trace: Trace) -> Dump:
    return Dump(name, file, {}, {}, in_floats(trace))


def _apart(raw: RawProblem) -> tuple[dict[str, Node], dict[str, Node]]:
    """The fields, and the options among them or under attention."""
    attention = raw.fields.get("attention")
    options: dict[str, Node] = dict(attention) if isinstance(attention, dict) else {}
    fields: dict[str, Node] = {}
    for name, node in raw.fields.items():
        if name in OPTIONS:
            is_text = isinstance(node, str)
            options[name] = option_of(str(node), f"{raw.file}: {name}") if is_text else node
        elif name != "attention":
            fields[name] = node
    return fields, options


def _refuse_nameless(raw: RawProblem) -> None:
    """Refuse arrays of which none is called as a stage is."""
    unknown = [name for name in raw.fields if name != "attention"]
    if raw.locate is not nowhere or not unknown:
        return
    known = ", ".join(dict.fromkeys((*STAGES, *MATRICES)))
    message = f"no stage among {', '.join(unknown[:8])}; expected some of {known}"
    raise error_of(raw.file, message, suggestion(unknown[0], (*STAGES, *MATRICES)))


def _of_arrays(
    name: str,
    file: str,
    fields: Mapping[str, Node],
    options: Mapping[str, Node],
) -> Dump:
    known: dict[str, Node] = {}
    left: list[str] = []
    for field, node in fields.items():
        if field in (*_NUMBERS, *_TOKENS, *_TEXTS):
            known[field] = node
        elif field not in _ASIDE:
            left.append(field)
    notes: list[str] = []
    if left:
        notes.append(
            Sentence(
                "{side} has arrays of names that no stage has, which are left out: {names}",
                side=name,
                names=", ".join(left[:8]) + (" …" if len(left) > 8 else ""),
            )
        )
    dump = Dump(name, file, known, options, notes=tuple(notes))
    of_type = {field: own_bits(array) for field, array in dump.arrays.items()}
    return replace(dump, bits=min(of_type.values(), default=53))


def own_bits(array: Array) -> int:
    """The binary digits that an array's numbers were kept in, whatever they are stored as now.

    Programs without bfloat16 are given it as float32; such numbers have no digits beyond.
    """
    bits = bits_of(array)
    if bits is None:
        return 53
    numbers = array.ravel()[:: max(1, array.size // _ENOUGH)].astype(np.float64)
    numbers = np.unique(numbers[np.isfinite(numbers) & (numbers != 0)])
    if len(numbers) < _FEWEST_NUMBERS or (numbers == np.rint(numbers)).all():
        return bits
    for fewer in (8, 11, 24):
        if fewer >= bits:
            break
        mantissas, _ = np.frexp(numbers)
        scaled = mantissas * 2.0**fewer
        if (scaled == np.rint(scaled)).all():
            # Whole numbers and tenths of two are so by themselves: most need their last digits.
            needed = (scaled / 4 != np.rint(scaled / 4)).mean()
            return fewer if needed > 0.5 else bits
    return bits


def start_of(names: frozenset[str]) -> tuple[str, ...] | None:
    """What a problem of these begins with; None where it can begin with nothing."""
    if {"X", "W_Q", "W_K", "W_V"} <= names:
        return (*_PROJECTED, *_AFTER)
    if {"Q", "K"} <= names:
        return (*_VECTORS, *_AFTER)
    if {"Q_rotated", "K_rotated"} <= names:
        return ("Q_rotated", "K_rotated", "V", *_AFTER)
    if "X" in names and not {"W_Q", "W_K", "W_V"} & names:
        return ("X", "X_key", *_AFTER)
    for name in ("scaled_scores", "scores", "weights"):
        if name in names:
            return (name, "V", *_AFTER)
    return None


@dataclass(frozen=True, eq=False)
class Given:
    """What a dump is worked through from. names: of its fields that the problem begins with."""

    problem: Problem
    names: tuple[str, ...]

    def is_before(self, stage: str) -> bool:
        """Whether a stage comes before what is taken for an earlier one."""
        late = [STAGES.index(name) for name in self.names if name in RENAMED]
        return bool(late) and STAGES.index(stage) < min(late)


def given_of(dump: Dump, fields: Mapping[str, Node], options: Mapping[str, Node]) -> Given | None:
    """The problem that a dump of arrays begins with; None where it can begin with nothing.

    fields, options: its own, and what was taken for it from the other side. Raises InputErrors.
    """
    numbers = frozenset(name for name in fields if name in _NUMBERS)
    start = start_of(numbers)
    if start is None:
        return None
    taken = {name: fields[name] for name in start if name in fields}
    chosen = dict(options)
    if "Q_rotated" in start:
        chosen["positions"] = "none"
    if "scaled_scores" in start:
        chosen["scale"] = "none"  # what they were divided by is not known without queries
    names = tuple(taken)
    taken = {RENAMED.get(name, name): node for name, node in taken.items()}
    if "V" not in taken and "W_V" not in taken and "X" not in taken:
        taken = {name: node for name, node in taken.items() if name not in _AFTER}
    for bias, matrix in MATRIX_OF.items():
        if matrix not in taken:
            taken.pop(bias, None)
    tokens = {name: fields[name] for name in (*_TOKENS, *_TEXTS) if name in fields}
    if tokens.get("key_tokens") == tokens.get("tokens") or "past" in chosen:
        tokens.pop("key_tokens", None)  # a dump lists both, whether they are the same or not
    raw = RawProblem(dump.file, {**tokens, **taken, "attention": chosen}, nowhere)
    problem = as_floats(build(_finite(raw), {}, None, False))
    return Given(_with_undefined(raw, problem), names)


def _finite(raw: RawProblem) -> RawProblem:
    """The same with 0 for what is no finite number."""
    fields: dict[str, Node] = {}
    for name, node in raw.fields.items():
        fields[name] = node
        if isinstance(node, np.ndarray) and _has_undefined(node):
            fields[name] = np.where(np.isfinite(node), node, 0).astype(node.dtype)
    return replace(raw, fields=fields)


def _has_undefined(node: Any) -> bool:
    return (
        isinstance(node, np.ndarray)
        and node.dtype.kind == "f"
        and not bool(np.isfinite(node).all())
    )


def _with_undefined(raw: RawProblem, problem: Problem) -> Problem:
    """The problem with NaN and infinities where they stood, wherever that is by now."""
    undefined = {name: node for name, node in raw.fields.items() if _has_undefined(node)}
    if not undefined:
        return problem
    codes = {"nan": 1.0, "inf": 2.0, "-inf": 3.0}
    coded: dict[str, Node] = {}
    for name, node in undefined.items():
        array = np.asarray(node, np.float64)
        code = np.zeros(array.shape)
        for text, number in codes.items():
            code[(np.isnan(array) if text == "nan" else array == float(text))] = number
        coded[name] = code
    where = as_floats(build(replace(raw, fields={**_finite(raw).fields, **coded}), {}, None, False))
    changed: dict[str, Any] = {}
    for name in undefined:
        values, code = getattr(problem, name).copy(), getattr(where, name)
        for text, number in codes.items():
            values[code == number] = float(text)
        changed[name] = values
    return replace(problem, **changed)


def conformed(array: Array, shape: tuple[int, ...] | None) -> Array:
    """A dump's stage as doubles, without axes of 1 in front, with its heads apart and in front."""
    values = np.asarray(array, np.float64)
    if shape is None:
        return values
    values = squeezed(values, len(shape))
    if values.shape == shape or len(shape) != 3:
        return values
    if values.ndim == 2 and values.shape == (shape[1], shape[0] * shape[2]):
        return np.swapaxes(values.reshape(shape[1], shape[0], shape[2]), 0, 1)
    if values.ndim == 3 and values.shape == (shape[1], shape[0], shape[2]):
        return np.swapaxes(values, 0, 1)
    return values
