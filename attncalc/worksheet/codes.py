"""The code of a sheet, which gives it again: 1-7-3-2-k4f9."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from attncalc.errors import InputError
from attncalc.records import dataclass

VERSION = 1
"""Of the way in which numbers are drawn: a sheet of another one cannot be made again."""

_LETTERS = "0123456789abcdefghjkmnpqrstvwxyz"
"""Those that nobody takes for another one."""

_FILE = "f"
"""In the place of a seed: the numbers are the file's own."""

_FLAG = "--code"


@dataclass(frozen=True)
class Code:
    """seed: None where the numbers are the file's. mark: of the file, and of what was asked for."""

    seed: int | None
    variant: int
    level: int
    mark: str

    def __str__(self) -> str:
        seed = _FILE if self.seed is None else str(self.seed)
        return f"{VERSION}-{seed}-{self.variant}-{self.level}-{self.mark}"


def mark_of(fields: Mapping[str, Any], asked: Mapping[str, Any]) -> str:
    """Four letters that tell files, and what is asked of them, apart."""
    text = json.dumps([fields, asked], sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    number = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")
    return "".join(_LETTERS[number >> shift & 31] for shift in (0, 5, 10, 15))


def read(text: str) -> Code:
    """Raises InputError for what is no code, or one of another version."""
    parts = text.strip().lower().split("-")
    if len(parts) != 5 or not parts[0].isdecimal():
        raise InputError(_FLAG, f"“{text}” is no code of a sheet; expected one like 1-7-3-2-k4f9")
    version, seed, variant, level, mark = parts
    if int(version) != VERSION:
        message = f"“{text}” is of version {version}; expected one of version {VERSION}"
        hint = "make the sheet with the attncalc that it was made with, or a new one with --seed"
        raise InputError(_FLAG, message, hint=hint)
    numbers = [variant, level, *([] if seed == _FILE else [seed])]
    if not all(number.isdecimal() and len(number) < 19 for number in numbers):
        raise InputError(_FLAG, f"“{text}” is no code of a sheet; expected one like 1-7-3-2-k4f9")
    return Code(None if seed == _FILE else int(seed), int(variant), int(level), mark)
