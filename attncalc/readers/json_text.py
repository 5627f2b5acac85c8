"""JSON: one problem. Numbers keep the digits they were typed with."""

from __future__ import annotations

import json
import re
from typing import Any

from attncalc.errors import InputError, InputErrors
from attncalc.readers import json_places
from attncalc.readers.events import TOO_DEEP
from attncalc.readers.interface import DEEPEST, Node, RawProblem


def looks_like_json(text: str) -> bool:
    """Whether a text without a telling suffix is JSON, and not YAML in braces."""
    return re.match(r"\s*\{\s*(\"|\})", text) is not None


def read(text: str, file: str) -> list[RawProblem]:
    """The problem in a JSON text.

    Raises InputErrors where the text is not JSON, or nested too deeply.
    """
    repeated: list[str] = []

    def mapping(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        entries = dict(pairs)
        if len(entries) < len(pairs):
            repeated.append(next(key for key, _ in pairs if [k for k, _ in pairs].count(key) > 1))
        return entries

    try:
        loaded = json.loads(
            text, object_pairs_hook=mapping, parse_float=str, parse_int=str, parse_constant=str
        )
    except json.JSONDecodeError as error:
        message = f"this is not JSON: {error.msg[:1].lower()}{error.msg[1:]}"
        raise InputErrors(
            (InputError(file, message, line=error.lineno, column=error.colno),)
        ) from error
    except RecursionError:
        loaded = None
    errors: list[InputError] = []
    if repeated or _too_deep(loaded):
        errors = json_places.faults(text, file)  # finds the same fault, and where it is
        if any(error.problem == TOO_DEEP for error in errors):
            raise InputErrors(tuple(errors))

    root = _node(loaded)
    if not isinstance(root, dict):
        message = "this is no JSON object; expected one with tokens, Q, K, V …"
        raise InputErrors((InputError(file, message, line=1, column=1),))
    return [RawProblem(file, root, json_places.Places(text), errors)]


def _too_deep(loaded: Any, depth: int = 0) -> bool:
    """Whether a value is nested too deeply; None is what the json module gives up on."""
    if isinstance(loaded, dict):
        loaded = list(loaded.values())
    if not isinstance(loaded, list):
        return loaded is None and depth == 0
    return depth >= DEEPEST or any(_too_deep(item, depth + 1) for item in loaded)


def _node(value: Any) -> Node:
    if isinstance(value, dict):
        return {key: _node(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [_node(entry) for entry in value]
    if isinstance(value, bool):
        return "true" if value else "false"
    return None if value is None else str(value)
