"""Claims, by array or by token, from the problem file or from a file of their own."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import numpy as np

from attncalc.errors import FieldPath
from attncalc.names import STAGES, Axis
from attncalc.numbers.arithmetic import NOT_A_NUMBER, Array, NumberError, Typed, parse_number
from attncalc.problem.claims import Claim, Claims, with_bare_numbers_read
from attncalc.problem.problem import ADDRESS_HINT, Problem, find_token
from attncalc.readers.axes import squeezed
from attncalc.readers.interface import Node
from attncalc.readers.numbers import BITS_OF_BFLOAT16, Faults, bits_of, is_absent
from attncalc.readers.other_names import hint_of_stage
from attncalc.readers.prints import spelled_out
from attncalc.steps.order import stage_shapes
from attncalc.steps.stages import OF_SCORES, axes_in, tokens_along


def read_claims(
    claims: Mapping[str, Node], problem: Problem, faults: Faults, batch: int | None = None
) -> Claims:
    """Every claim of the mapping, in the order of the stages. path: under ("claims",).

    batch: which problem of a batch arrays are asked for, from 1.
    """
    return _Reading(problem, faults, batch).claims(claims)


A_TOLERANCE = "a number that is not negative, like 1e-6"
"""What a tolerance is."""


def tolerance_of(text: str) -> Decimal | None:
    """A tolerance as it is typed; None if it is none."""
    try:
        tolerance = Decimal(parse_number(text))
    except NumberError:
        return None
    return tolerance if tolerance >= 0 else None


_HIDDEN = re.compile(r"[-\N{MINUS SIGN}] ?(?:\.?inf(?:inity)?|∞)", re.IGNORECASE)


def parse_claim(text: str, stage: str) -> Decimal:
    """As parse_number, but NaN is a claim too, and -inf is one on a score."""
    typed = text.strip()
    if stage in OF_SCORES and _HIDDEN.fullmatch(typed):
        return Decimal("-Infinity")
    return Decimal("NaN") if NOT_A_NUMBER.fullmatch(typed) else parse_number(typed)


_OF_EACH_HEAD = "head_outputs are what each head gives"


class _Reading:
    def __init__(self, problem: Problem, faults: Faults, batch: int | None) -> None:
        self.batch = batch
        self.bits: dict[str, int | None] = {}
        self.problem = problem
        self.shapes = stage_shapes(problem)
        self.faults = faults
        self.found: dict[tuple[str, tuple[int, ...]], Claim] = {}

    def claims(self, node: Mapping[str, Node]) -> Claims:
        tolerance = Decimal(0)
        for name, claimed in node.items():
            path = ("claims", name)
            if name == "tolerance":
                tolerance = self._tolerance(claimed, path)
            elif name not in self.shapes:
                self._no_stage(name, path)
            elif not is_absent(claimed):
                self._array(claimed, name, (), self.shapes[name], path)
        numbers: list[Claim] = []
        for stage in STAGES:
            claims = [claim for claim in self.found.values() if claim.stage == stage]
            claims.sort(key=lambda claim: claim.index)
            numbers += with_bare_numbers_read(claims)
        return Claims(
            tuple(numbers), tolerance, tuple(name for name in node if name in self.shapes)
        )

    def _tolerance(self, node: Node, path: FieldPath) -> Decimal:
        tolerance = tolerance_of(node) if isinstance(node, str) else None
        if tolerance is None:
            found = f"“{node}”" if isinstance(node, str) else "a list or mapping"
            self.faults(path, f"{found}; expected {A_TOLERANCE}", None)
        return tolerance or Decimal(0)

    def _no_stage(self, name: str, path: FieldPath) -> None:
        here = ", ".join(self.shapes)
        what = "this problem has no stage" if name in STAGES else "there is no stage"
        hint = hint_of_stage(name, self.shapes)
        self.faults(path, f"{what} “{name}”; expected one of {here}", hint)

    def _array(
        self,
        node: Node,
        stage: str,
        index: tuple[int, ...],
        shape: tuple[int, ...],
        path: FieldPath,
    ) -> None:
        """Whatever is claimed of the part of a stage at an index."""
        if isinstance(node, np.ndarray):
            self.bits[stage] = bits_of(node)
            node = _listed(squeezed(self._of_problem(node, shape, path), len(shape)))
        if is_absent(node):
            return
        if shape:
            node = spelled_out(node)
        if len(shape) == 2 and isinstance(node, list) and self._is_flat(node):
            query = self._only_row(stage, len(index))
            if query is None:
                self._single_row(len(node), stage, len(index), path)
            else:
                self._array(node, stage, (*index, query), shape[1:], path)
            return
        if not shape:
            self._number(node, stage, index, path)
        elif isinstance(node, dict):
            self._by_token(node, stage, index, shape, path)
        elif isinstance(node, list):
            if len(node) != shape[0]:
                self._wrong_length(len(node), stage, shape, path)
                return
            for place, part in enumerate(node):
                self._array(part, stage, (*index, place), shape[1:], (*path, place))
        else:
            self.faults(
                path, f"“{node}”; expected a list of {shape[0]}, or a mapping by token", None
            )

    def _of_problem(self, array: Array, shape: tuple[int, ...], path: FieldPath) -> Array:
        """The part of an array that is about this problem, if it is about a batch of several."""
        size = array.shape[0] if array.ndim > len(shape) else 1
        place = (self.batch or 1) - 1
        if size > 1 and (self.batch is None or place >= size):
            found, wanted = (" × ".join(map(str, each)) for each in (array.shape, shape))
            message = f"{found}, a batch of {size}; expected {wanted}"
            self.faults(path, message, f"--batch takes one of them, from 1 to {size}")
        part: Array = array[min(place, size - 1)] if size > 1 else array
        return part

    @staticmethod
    def _is_flat(node: list[Node]) -> bool:
        """Whether it is a row of numbers, where rows are expected."""
        return bool(node) and not any(isinstance(part, list | dict | None) for part in node)

    def _only_row(self, stage: str, axis: int) -> int | None:
        """The row that a single one is: the only one there is, or of the query written out."""
        queries = self.problem.queries
        if len(queries) == 1 and self._axis(stage, axis) is Axis.QUERY:
            return queries[0]
        tokens = self._tokens(stage, axis)
        return 0 if tokens is not None and len(tokens) == 1 else None

    def _single_row(self, found: int, stage: str, axis: int, path: FieldPath) -> None:
        whole = " × ".join(map(str, self.shapes[stage]))
        tokens = self._tokens(stage, axis)
        hint = f"say which row it is: {{{tokens[0]}: […]}}" if tokens else None
        self.faults(path, f"{found} numbers in one row; expected rows ({stage} is {whole})", hint)

    def _wrong_length(
        self, found: int, stage: str, shape: tuple[int, ...], path: FieldPath
    ) -> None:
        whole = " × ".join(map(str, self.shapes[stage]))
        hint = None
        if self.problem.heads is not None and len(shape) == len(self.shapes[stage]):
            by_head = self._tokens(stage, 0) is None
            hint = _OF_EACH_HEAD if stage == "output" else hint
            hint = f"expected are {shape[0]} matrices, one for each head" if by_head else hint
        what = "numbers" if len(shape) == 1 else "rows"
        self.faults(path, f"{found} {what}; expected {shape[0]} ({stage} is {whole})", hint)

    def _by_token(
        self,
        node: dict[str, Node],
        stage: str,
        index: tuple[int, ...],
        shape: tuple[int, ...],
        path: FieldPath,
    ) -> None:
        tokens = self._tokens(stage, len(index))
        if tokens is None:
            entries = f"{shape[0]} numbers in brackets"
            wanted = entries if index else f"a list of {shape[0]}, one entry for each head"
            self.faults(path, f"a mapping; expected {wanted}", None)
            return
        for address, part in node.items():
            place = find_token(address, tokens)
            if place is None:
                listed = ", ".join(tokens)
                found = f"no token “{address}”; expected one of {listed}"
                self.faults((*path, address), found, ADDRESS_HINT)
            else:
                self._array(part, stage, (*index, place), shape[1:], (*path, address))

    def _tokens(self, stage: str, axis: int) -> Sequence[str] | None:
        """The tokens along an axis of a stage; None along heads and the entries of vectors."""
        return tokens_along(self._axis(stage, axis), self.problem)

    def _axis(self, stage: str, axis: int) -> Axis:
        return axes_in(stage, self.problem, heads=self.problem.heads is not None)[axis]

    def _number(self, node: Node, stage: str, index: tuple[int, ...], path: FieldPath) -> None:
        if isinstance(node, list | dict):
            by_head = stage == "output" and "head_outputs" in self.shapes
            hint = _OF_EACH_HEAD if by_head else None
            self.faults(path, "a list or mapping; expected a number", hint)
            return
        bits = self.bits.get(stage)
        text = _written(node, bits)
        try:
            # A number of a type stands for itself, and is written in as many digits as tell it.
            exact = node.item() if isinstance(node, np.generic) else node
            value = parse_claim(str(exact), stage)
        except NumberError as error:
            self.faults(path, f"{error}; expected a number", error.hint)
            return
        if (stage, index) in self.found:
            self.faults(path, "this number is claimed twice; expected it once", None)
        if isinstance(value, Typed) and value.quotient:
            text = value.text
        self.found[stage, index] = Claim(stage, index, text.strip(), value, path, bits=bits)


def _listed(array: Array) -> Any:
    """The numbers of an array in lists, each of the array's own type."""
    return [_listed(part) for part in array] if array.ndim else array[()]


def _written(number: object, bits: int | None) -> str:
    """A number in the fewest digits that tell it from all others of its type."""
    if bits != BITS_OF_BFLOAT16 or not isinstance(number, np.generic):
        return str(number)
    value = float(number)
    if not math.isfinite(value):
        return str(value)
    unit = 2.0 ** (math.frexp(value)[1] - bits)
    texts = (f"{value:.{digits}g}" for digits in range(1, 10))
    return next(text for text in texts if round(float(text) / unit) * unit == value)
