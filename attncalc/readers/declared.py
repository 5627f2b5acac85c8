"""Options that are read by their declaration: a word, what is set under it, or numbers alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import field
from typing import Any, assert_never

import numpy as np

from attncalc.errors import FieldPath, suggestion
from attncalc.numbers.arithmetic import Array, NumberError, parse_number
from attncalc.options import Form, Number, Numbers, Option, Settings, Single, Truth, Whole
from attncalc.problem.options import Chosen
from attncalc.readers.interface import Node
from attncalc.readers.numbers import Faults, Rows, found_instead, is_absent, rows_of, whole_number
from attncalc.readers.prints import spelled_out
from attncalc.records import dataclass

LARGEST_COUNT = 1_000_000_000
TRUTHS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}


@dataclass(frozen=True)
class GivenChoice:
    """What was chosen, as read; what has axes is still text."""

    word: str
    plain: Mapping[str, Any] = field(default_factory=dict)
    rows: Mapping[str, Rows] = field(default_factory=dict)
    whole: frozenset[str] = frozenset()

    def chosen(self, exact: bool, faults: Faults) -> Chosen:
        """The same with numbers; without those that are none, which are reported."""
        arrays: dict[str, Array] = {}
        for name, rows in self.rows.items():
            numbers = rows.numbers(exact and name not in self.whole, faults, parse_number)
            if numbers is not None:
                arrays[name] = _counted(rows, numbers, faults) if name in self.whole else numbers
        return Chosen(self.word, {**self.plain, **arrays})


def read_choice(option: Option, node: Node, faults: Faults) -> GivenChoice | None:
    """What is chosen of an option; None for what holds without it, and for what is none."""
    where, node = ("attention", option.name), spelled_out(node)
    if is_absent(node) or (isinstance(node, str) and node in ("none", option.default.strip("`"))):
        return None
    words = {form.word: form for form in option.forms}
    if isinstance(node, list | np.ndarray) and "" in words:
        return read_form(words[""], node, where, faults)
    if isinstance(node, str) and node in words and words[node].alone:
        return read_form(words[node], None, where, faults)
    if isinstance(node, dict) and len(node) == 1:
        ((word, value),) = node.items()
        if word in words and (words[word].alone or not is_absent(value)):
            return read_form(words[word], value, (*where, word), faults)
    hint = suggestion(node, words) if isinstance(node, str) else None
    found = "rows" if isinstance(node, list | np.ndarray) else found_instead(node)
    found = "a mapping" if isinstance(node, dict) else found
    faults(where, f"{found}; expected {option.expected}", hint)
    return None


def read_form(form: Form, node: Node, where: FieldPath, faults: Faults) -> GivenChoice | None:
    """A form, with what is set in it, which stands at that place."""
    if not isinstance(form.value, Settings):
        if form.value is None:
            return GivenChoice(form.word)
        return _given(form, {"": node}, lambda _: where, faults)
    if is_absent(node):
        return _given(form, {}, lambda name: (*where, name), faults)
    if not isinstance(node, dict):
        known = ", ".join(form.value.values)
        faults(where, f"this is no mapping; expected settings: {known}", None)
        return None
    for key in node:
        if key not in form.value.values:
            known = ", ".join(form.value.values)
            message = f"an unknown key “{key}”; expected one of {known}"
            faults((*where, key), message, suggestion(key, form.value.values))
    for name in form.value.required:
        if is_absent(node.get(name)):
            needed = ", ".join(form.value.required)
            faults(where, f"{name} is missing; expected {needed}", None)
    return _given(form, node, lambda name: (*where, name), faults)


def _given(
    form: Form, node: Mapping[str, Node], place: Callable[[str], FieldPath], faults: Faults
) -> GivenChoice:
    plain: dict[str, Any] = {}
    rows: dict[str, Rows] = {}
    for name, value in form.settings.items():
        own = None if is_absent(node.get(name)) else node[name]
        read = _value(value, own, place(name), faults)
        if isinstance(read, Rows):
            rows[name] = read
        elif read is not None:
            plain[name] = read
    return GivenChoice(form.word, plain, rows, frozenset(_whole(form)))


def _whole(form: Form) -> Iterator[str]:
    for name, value in form.settings.items():
        if isinstance(value, Numbers) and value.whole:
            yield name


def _value(value: Single, node: Node, where: FieldPath, faults: Faults) -> Any:
    """What is set; what holds where it is not, and None where it is nothing of the kind."""
    match value:
        case Number():
            return _number(value, node, where, faults)
        case Whole():
            return value.default if node is None else _whole_number(value, node, where, faults)
        case Truth():
            return read_truth(node, where, faults)
        case Numbers():
            if node is None:
                return None
            return rows_of(node, where, (), faults, stacked=value.of_each_head)
        case other:
            assert_never(other)


def _number(value: Number, node: Node, where: FieldPath, faults: Faults) -> Any:
    if node is None:
        return None if value.default is None else parse_number(value.default)
    bounds = {value.above: "greater than ", value.least: "from "}
    limits = [f" {word}{bound}" for bound, word in bounds.items() if bound is not None]
    found, hint = found_instead(node), None
    if isinstance(node, str):
        try:
            number = parse_number(node)
        except NumberError as error:
            found, hint = str(error), error.hint
        else:
            above = value.above is None or number > value.above
            if above and (value.least is None or number >= value.least):
                return number
    faults(where, f"{found}; expected a number{''.join(limits)}", hint)
    return None


def _whole_number(value: Whole, node: Node, where: FieldPath, faults: Faults) -> int | None:
    number = whole_number(node) if isinstance(node, str) else None
    if number is not None and number >= value.least:
        return number
    message = f"{found_instead(node)}; expected a whole number from {value.least}"
    faults(where, message, None)
    return None


def read_truth(node: Node, where: FieldPath, faults: Faults) -> bool | None:
    """true or false; None where nothing is given, and for what is neither, which is reported."""
    if is_absent(node):
        return None
    if isinstance(node, str) and node in TRUTHS:
        return TRUTHS[node]
    faults(where, f"{found_instead(node)}; expected true or false", None)
    return None


def _counted(rows: Rows, numbers: Array, faults: Faults) -> Array:
    """Whole numbers from 0; others are reported."""
    for place, number in zip(rows.places(), numbers.flat, strict=True):
        if not 0 <= number <= LARGEST_COUNT or number != int(number):
            faults(place, f"{number:g}; expected a whole number from 0 to {LARGEST_COUNT}", None)
            numbers = np.zeros(numbers.shape)
    return numbers.astype(np.int64)
