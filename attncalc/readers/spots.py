"""Where everything in a text stands, found in one walk and kept small: a number for each value."""

from __future__ import annotations

from typing import TypeAlias

from attncalc.errors import FieldPath
from attncalc.readers.interface import Place

Spot: TypeAlias = "int | tuple[int, list[Spot] | dict[str, tuple[int, Spot]]]"
"""Where a value begins; beside it what is in it: items, or by name where a key and a value are."""


def place_of(text: str, offset: int) -> Place:
    """The line and column of a character."""
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)


def at(spot: Spot) -> int:
    """Where a value begins."""
    return spot if isinstance(spot, int) else spot[0]


def nearest(root: Spot, path: FieldPath, of_key: bool) -> int:
    """Where the value at a path begins, or its key; as near as there is anything along the path.

    What stands in a list has the list for its key.
    """
    spot, key = root, at(root)
    for step in path:
        inside = None if isinstance(spot, int) else spot[1]
        if isinstance(inside, list) and isinstance(step, int) and step < len(inside):
            spot, key = inside[step], at(spot)
        elif isinstance(inside, dict) and isinstance(step, str) and step in inside:
            key, spot = inside[step]
        else:
            return at(spot)
    return key if of_key else at(spot)
