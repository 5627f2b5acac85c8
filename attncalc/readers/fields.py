"""From the fields of a file to a Problem: every value read by the field it stands in."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Literal

from attncalc.errors import FieldPath, InputError, InputErrors, suggestion
from attncalc.numbers.arithmetic import hand_sized, parse_number
from attncalc.problem.options import AttentionOptions, Rotary, Sinusoidal
from attncalc.problem.problem import (
    ADDRESS_HINT,
    MATRICES,
    NAMED,
    PER_KEY,
    PER_QUERY,
    TEXTS,
    VECTORS,
    Problem,
    find_token,
)
from attncalc.problem.shapes import Outline, Shape
from attncalc.readers import axes, options, other_names, rows
from attncalc.readers.claims import read_claims
from attncalc.readers.dumped import with_stages_claimed
from attncalc.readers.interface import Node, Place, RawProblem
from attncalc.readers.numbers import Rows, is_absent, rows_of

KEYS = (
    *TEXTS,
    "tokens",
    "key_tokens",
    *MATRICES,
    *VECTORS,
    "dimensions",
    "inputs",
    "attention",
    "query",
    "claims",
)
_PATIENCE = 200
"""By how much a problem of rounded inputs may be larger than what is called hand-sized."""

_NEVER_STACKED = ("X", "X_key", "W_G", "b_G", "W_O", "b_O", "d_output")


def build(
    raw: RawProblem,
    overrides: Mapping[str, Node],
    queries: Sequence[str] | None,
    with_claims: bool = True,
) -> Problem:
    """The problem, validated.

    overrides: attention options that replace the file's. queries: tokens to write out instead of
    the file's; all if empty. A fault in either is reported under its --name. with_claims: whether
    to read the file's claims.
    Raises InputErrors with every fault, in the order of the file.
    """
    reading = _Reading(with_stages_claimed(other_names.renamed(raw)), overrides, queries)
    problem = reading.problem()
    return reading.with_claims(problem) if with_claims else problem


def build_claims(raw: RawProblem, problem: Problem) -> Problem:
    """The problem with the claims of a file of their own. Raises InputErrors."""
    bare = "claims" not in raw.fields
    fields = {"claims": dict(raw.fields)} if bare else dict(raw.fields)

    def locate(path: FieldPath, of_key: bool) -> Place | None:
        return raw.locate(path[1:] if bare else path, of_key)

    return _Reading(replace(raw, fields=fields, locate=locate), {}, None).with_claims(problem)


class _Reading:
    """One problem being read; faults are collected, and raised together at the end."""

    def __init__(
        self, raw: RawProblem, overrides: Mapping[str, Node], queries: Sequence[str] | None
    ) -> None:
        self.raw = raw
        self.overrides = overrides
        self.wanted_queries = queries
        self.errors: list[InputError] = list(raw.errors)
        self.places: dict[str, int] = {}
        given = rows.columns_from_rows(raw.fields, self.fault)
        laid_out = axes.in_order(given, raw.arranged, self.fault)
        self.fields, self.batch = axes.without_batch(laid_out, raw.arranged, self.fault)
        self.places = {
            name: self.batch.place_in(laid_out[name])
            for name in given
            if self.fields[name] is not laid_out[name]
        }

    def problem(self) -> Problem:
        self._check_keys()
        texts = {name: self._text(name) for name in TEXTS}
        tokens, key_tokens = self._tokens("tokens"), self._tokens("key_tokens")
        matrices = self._matrices(tokens, key_tokens or tokens)
        attention_given = axes.options_without_batch(
            self._attention(), self.fields, self.batch, self.fault
        )
        axes.heads_in_the_middle(self.fields, attention_given, tokens, self.fault)
        named = [name for name in MATRICES if self._is_given(name)]
        given = options.read(attention_given, named, self.fault)
        shapes = self._unreadable() | {part.path: part.shape for part in [*matrices, *given.rows()]}
        keys = _counted(shapes, PER_KEY, -2) or _counted(shapes, ("scores", "weights"), -1)
        # With names, another number of rows is a mistake; without, it is another side.
        unnamed_side = not tokens and len(keys) not in (0, len(_counted(shapes, PER_QUERY, -2)))
        cross = bool(key_tokens) or ("X_key",) in shapes or unnamed_side
        tokens = tokens or _counted(shapes, PER_QUERY, -2)
        key_tokens = (key_tokens or keys) if cross else tokens
        ragged = self._reported()
        outline = given.outline(len(tokens), len(key_tokens), shapes, cross=cross)
        for found in outline.faults():
            if found.where not in ragged:
                self.fault(found.where, found.problem, found.hint)
        dimensions = self._dimensions()
        for found in outline.misnamed(dimensions):
            self.fault(found.where, found.problem, found.hint)
        inputs = self._inputs()
        exact = self._in_decimals(inputs, *_work(outline, given.plain))
        arrays = {
            str(part.path[0]): part.numbers(exact, self.fault, parse_number) for part in matrices
        }
        attention = given.attention(exact, len(tokens), self.fault)
        scale = options.of_width(
            attention_given.get("scale"), "scores" in named, outline.d_model, self.fault
        )
        attention = attention if scale is None else replace(attention, scale=scale)
        queries = self._queries(tokens)
        self._check_claims()
        self._raise()
        return Problem(
            tokens,
            (*given.past_tokens, *key_tokens),
            attention=attention,
            self_attention=not cross,
            queries=queries,
            inputs=inputs,
            dimensions=dimensions,
            title=texts["title"],
            source=texts["source"],
            notes=texts["notes"],
            remarks=(
                *self.raw.remarks,
                *axes.remarks(self.fields, attention_given, self.raw.arranged, self.batch),
            ),
            **arrays,  # type: ignore[arg-type]  # matrices and vectors, by their names
        )

    def with_claims(self, problem: Problem) -> Problem:
        """The problem with what is claimed of it. Raises InputErrors for what is no claim."""
        claims = self.fields.get("claims")
        if isinstance(claims, dict):
            read = read_claims(claims, problem, self.fault, self.raw.arranged.batch)
            problem = replace(problem, claims=read)
        self._raise()
        return problem

    def fault(
        self, path: FieldPath, problem: str, hint: str | None = None, *, of_key: bool = False
    ) -> None:
        """Keep a fault, with the place in the file or on the command line that it is about."""
        option = (
            str(path[1])
            if path[:1] == ("attention",) and len(path) > 1
            else str(path[0])
            if path
            else ""
        )
        if (path[:1] == ("attention",) and option in self.overrides) or (
            path[:1] == ("query",) and self.wanted_queries is not None
        ):
            flag = f"--{option.replace('_', '-')}"
            self.errors.append(InputError(flag, problem, hint=hint))
            return
        if path == ("--batch",):
            self.errors.append(InputError("--batch", problem, hint=hint))
            return
        if path[1:] and path[0] in self.places:
            path = (path[0], self.places[str(path[0])], *path[1:])
        place = self.raw.locate(rows.original_path(path, self.raw.fields), of_key)
        line, column = place if place else (None, None)
        named = path if path[:1] == ("attention",) else path[:2]
        name = ".".join(step for step in named if isinstance(step, str)) or None
        problem = problem.removeprefix(f"{name}: ")
        field = None if of_key or (name and problem.startswith(f"{name} ")) else name
        self.errors.append(
            InputError(
                self.raw.file_of(path), problem, line=line, column=column, field=field, hint=hint
            )
        )

    def _check_keys(self) -> None:
        """Keys that mean nothing, with the nearest one that does."""
        for key in self.fields:
            if key not in KEYS:
                self._unknown((key,), KEYS, other_names.hint_of_key(key, KEYS, options.KEYS))
        attention = self.raw.fields.get("attention")
        for key in attention if isinstance(attention, dict) else ():
            if key not in options.KEYS:
                hint = other_names.hint_of_option(key, options.KEYS, KEYS)
                self._unknown(("attention", key), options.KEYS, hint)
        for path, key, known in rows.unknown_row_keys(self.raw.fields.get("tokens")):
            self._unknown(path, known, suggestion(key, known))

    def _unknown(self, path: FieldPath, known: Sequence[str], hint: str | None) -> None:
        key = str(path[-1])
        if not key.startswith("\0"):  # a repeated key, reported by its reader
            found = f"an unknown key “{key}”; expected one of {', '.join(known)}"
            self.fault(path, found, hint, of_key=True)

    def _text(self, name: str) -> str | None:
        node = self.fields.get(name)
        if node is None or isinstance(node, str):
            return node or None
        self.fault((name,), "a list or mapping; expected text")
        return None

    def _tokens(self, name: str) -> tuple[str, ...]:
        node = self.fields.get(name)
        if node is None:
            return ()
        if not isinstance(node, list):
            found = "a mapping" if isinstance(node, dict) else f"“{node}”"
            self.fault((name,), f"{found}; expected a list of tokens, like [The, cat, sat]")
            return ()
        if not node:
            self.fault((name,), "an empty list; expected at least one token")
        for number, token in enumerate(node):
            if not isinstance(token, str):
                self.fault((name, number), "this is not text; expected a token")
        return tuple(str(token) for token in node)

    def _dimensions(self) -> dict[str, tuple[str, ...]]:
        """What the entries of a matrix's rows are called."""
        node = self.fields.get("dimensions")
        if not isinstance(node, dict):
            if not is_absent(node):
                found = "this is no mapping; expected names, like {X: [fruit, company]}"
                self.fault(("dimensions",), found)
            return {}
        for key in node:
            if key not in NAMED:
                self._unknown(("dimensions", key), NAMED, suggestion(key, NAMED))
        listed = {name: self._names(name, node[name]) for name in NAMED if name in node}
        return {name: names for name, names in listed.items() if names is not None}

    def _names(self, name: str, node: Node) -> tuple[str, ...] | None:
        if is_absent(node):
            return None
        if not isinstance(node, list):
            found = "a mapping" if isinstance(node, dict) else f"“{node}”"
            self.fault(
                ("dimensions", name), f"{found}; expected a list of names, like [fruit, company]"
            )
            return None
        for number, each in enumerate(node):
            if not isinstance(each, str):
                self.fault(("dimensions", name, number), "this is not text; expected a name")
        return tuple(str(each) for each in node)

    def _matrices(self, tokens: tuple[str, ...], key_tokens: tuple[str, ...]) -> list[Rows]:
        found: list[Rows] = []
        for name in (*MATRICES, *VECTORS):
            if not self._is_given(name):
                continue
            node = self.fields[name]
            names = tokens if name in PER_QUERY else key_tokens if name in PER_KEY else ()
            if isinstance(node, str) and node == rows.INCOMPLETE:
                continue
            stacked = name not in _NEVER_STACKED
            matrix = rows_of(node, (name,), names, self.fault, stacked=stacked)
            if matrix is not None:
                found.append(matrix)
        return found

    def _unreadable(self) -> dict[FieldPath, Shape]:
        """Everything that is given, with a shape that nothing is known of."""
        unknown: dict[FieldPath, Shape] = {(name,): (None, None) for name in MATRICES}
        unknown |= {(name,): (None,) for name in VECTORS}
        return {path: shape for path, shape in unknown.items() if self._is_given(str(path[0]))}

    def _is_given(self, name: str) -> bool:
        return not is_absent(self.fields.get(name))

    def _attention(self) -> dict[str, Node]:
        """The file's options, with those of the command line in their place."""
        node = self.fields.get("attention", {})
        if not isinstance(node, dict):
            if not is_absent(node):
                self.fault(
                    ("attention",), "this is no mapping; expected options, like {scale: none}"
                )
            node = {}
        return {**node, **self.overrides}

    def _queries(self, tokens: tuple[str, ...]) -> tuple[int, ...]:
        """The positions of the query tokens that are to be written out, without repetition."""
        wanted: list[tuple[FieldPath, Node]]
        if self.wanted_queries is not None:
            wanted = [(("query",), address) for address in self.wanted_queries]
            if not wanted:
                return tuple(range(len(tokens)))
        else:
            node = self.fields.get("query")
            if isinstance(node, list):
                wanted = [(("query", number), address) for number, address in enumerate(node)]
            else:
                wanted = [(("query",), node)] if node is not None else []
        positions: dict[int, None] = {}
        for path, address in wanted:
            position = find_token(address, tokens) if isinstance(address, str) else None
            if position is not None:
                positions[position] = None
            elif tokens:
                found = f"no token “{address}”" if isinstance(address, str) else "this is not text"
                self.fault(path, f"{found}; expected one of {_listed(tokens)}", ADDRESS_HINT)
        return tuple(positions)

    def _inputs(self) -> Literal["exact", "rounded"]:
        node = self.fields.get("inputs")
        if isinstance(node, str) and node == "rounded":
            return "rounded"
        if not (node is None or (isinstance(node, str) and node == "exact")):
            found = f"“{node}”" if isinstance(node, str) else "this is not text"
            near = suggestion(node, ("exact", "rounded")) if isinstance(node, str) else None
            self.fault(("inputs",), f"{found}; expected exact or rounded", near)
        return "exact"

    def _in_decimals(self, inputs: str, products: int, powers: int) -> bool:
        """Whether to compute in decimals; rounded inputs need the digits that were typed."""
        if inputs == "rounded":
            if not hand_sized(products // _PATIENCE, powers // _PATIENCE):
                self.fault(
                    ("inputs",), "rounded, for a problem too large for decimals; expected exact"
                )
            return True
        return hand_sized(products, powers)

    def _check_claims(self) -> None:
        claims = self.fields.get("claims")
        if not (claims is None or isinstance(claims, dict)):
            self.fault(("claims",), "this is no mapping; expected stages, like {scores: …}")

    def _raise(self) -> None:
        if self.errors:
            from attncalc.readers.discreet import discreet  # not at start-up: most are sound

            ordered = sorted(self.errors, key=lambda error: (error.line or 0, error.column or 0))
            raise InputErrors(tuple(discreet(self.fields, ordered)))

    def _reported(self) -> set[FieldPath]:
        """Fields whose own rows are already known to be at fault."""
        return {
            (error.field,) for error in self.errors if error.field and error.field in self.fields
        }


def _listed(tokens: Sequence[str]) -> str:
    shown = [*tokens] if len(tokens) <= 24 else [*tokens[:12], "…", *tokens[-11:]]
    return ", ".join(shown)


def _counted(shapes: Mapping[FieldPath, Shape], names: Sequence[str], axis: int) -> tuple[str, ...]:
    """Names for tokens that are given none: #1, #2, … as they are addressed."""
    for name in names:
        shape = shapes.get((name,), ())
        if len(shape) >= -axis and (size := shape[axis]) is not None:
            return tuple(f"#{number}" for number in range(1, size + 1))
    return ()


def _work(outline: Outline, options: AttentionOptions) -> tuple[int, int]:
    """How many products and powers the problem takes."""
    shapes, n, m = outline.shapes, outline.tokens, outline.past + outline.key_tokens
    h = outline.counts[0] or 1
    widths = (outline.d_k or 0) + (outline.d_v or 0)
    products = h * n * m * (widths + 4)
    for path, shape in shapes.items():
        if str(path[0]).startswith("W_") and len(shape) > 1:
            products += max(n, m) * math.prod(size or 0 for size in shape)
    powers = 0 if ("weights",) in shapes else h * n * m
    if "gate" in outline.chosen or ("W_G",) in shapes:
        powers += n * h * (outline.d_v or 0)
    if outline.chosen.get("score") == "additive":
        W_1 = next(shape for path, shape in shapes.items() if path[-1] == "W_1")
        powers += h * n * m * (W_1[-1] or 0)
    if options.softcap is not None:
        powers *= 2
    if isinstance(options.positions, Rotary):
        powers += (n + m) * (outline.d_k or 0)
    elif isinstance(options.positions, Sinusoidal):
        powers += n * (shapes.get(("X",), (0,))[-1] or 0)
    return products, powers
