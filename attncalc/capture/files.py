"""What captured layers are called as files, and what is in them."""

from __future__ import annotations

import io
from collections.abc import Mapping

import numpy as np

from attncalc.errors import InputError
from attncalc.numbers.arithmetic import Array

LAYER, TEXT = "{layer}", "{text}"


def refuse_name(name: str, layers: int, texts: int) -> None:
    """Raises InputError for a name that would stand for more than one file."""
    for slot, count, what in ((LAYER, layers, "layers"), (TEXT, texts, "texts")):
        if count > 1 and slot not in name:
            stem, dot, suffix = name.rpartition(".")
            found = f"{name} for {count} {what}; expected a name with {slot}"
            hint = f"--output '{stem}-{slot}{dot}{suffix}'"
            hint += ", or one of them by --layer" if slot == LAYER else ""
            raise InputError("--output", found, hint=hint)


def named(name: str, layer: int, text: int) -> str:
    """The name of the file of a layer and a text, both from 1."""
    return name.replace(LAYER, str(layer)).replace(TEXT, str(text))


def packed(fields: Mapping[str, Array], kind: str) -> bytes:
    """The arrays as an .npz file, not compressed, so that it can be read where it stands.

    kind: of the numbers; bfloat16, which numpy has not, is written as two bytes, as others do.
    """
    out = io.BytesIO()
    half = kind == "bfloat16"
    arrays = {name: _halved(array) if half else array for name, array in fields.items()}
    np.savez(out, allow_pickle=False, **arrays)
    return out.getvalue()


def _halved(array: Array) -> Array:
    """The upper half of each float32, which is all of a bfloat16."""
    if array.dtype != np.float32:
        return array
    halves: Array = (array.view("<u4") >> 16).astype("<u2").view("V2")
    return halves
