"""Claims, by array or by token, from the problem file or from a file of their own."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal

import numpy as np

from attncalc.arithmetic import NumberError, Typed, parse_number
from attncalc.claims import Claim, Claims, with_bare_numbers_read
from attncalc.errors import FieldPath, suggestion
from attncalc.problem import ADDRESS_HINT, Problem, find_token
from attncalc.readers.axes import squeezed
from attncalc.readers.interface import Node
from attncalc.readers.numbers import Faults, is_absent
from attncalc.stages import OF_SCORES, STAGES, axes_of, stage_shapes, tokens_along


def read_claims(claims: Mapping[str, Node], problem: Problem, faults: Faults) -> Claims:
    """Every claim of the mapping, in the order of the stages. path: under ("claims",)."""
    return _Reading(problem, faults).claims(claims)


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
_UNDEFINED = re.compile(r"[+-]?\.?nan", re.IGNORECASE)


def parse_claim(text: str, stage: str) -> Decimal:
    """As parse_number, but NaN is a claim too, and -inf is one on a score."""
    typed = text.strip()
    if stage in OF_SCORES and _HIDDEN.fullmatch(typed):
        return Decimal("-Infinity")
    return Decimal("NaN") if _UNDEFINED.fullmatch(typed) else parse_number(typed)


class _Reading:
    def __init__(self, problem: Problem, faults: Faults) -> None:
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
        self.faults(path, f"{what} “{name}”; expected one of {here}", suggestion(name, self.shapes))

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
            node = squeezed(node, len(shape)).tolist()
        if is_absent(node):
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

    def _wrong_length(
        self, found: int, stage: str, shape: tuple[int, ...], path: FieldPath
    ) -> None:
        whole = " × ".join(map(str, self.shapes[stage]))
        what = "numbers" if len(shape) == 1 else "rows"
        self.faults(path, f"{found} {what}; expected {shape[0]} ({stage} is {whole})", None)

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
        along = axes_of(stage, heads=self.problem.heads is not None)[axis]
        return tokens_along(along, self.problem)

    def _number(self, node: Node, stage: str, index: tuple[int, ...], path: FieldPath) -> None:
        if isinstance(node, list | dict):
            self.faults(path, "a list or mapping; expected a number", None)
            return
        text = str(node)
        try:
            value = parse_claim(text, stage)
        except NumberError as error:
            self.faults(path, f"{error}; expected a number", error.hint)
            return
        if (stage, index) in self.found:
            self.faults(path, "this number is claimed twice; expected it once", None)
        if isinstance(value, Typed) and value.quotient:
            text = value.text
        self.found[stage, index] = Claim(stage, index, text.strip(), value, path)
