"""The .npy format: a header that says what an array is, and its numbers.

numpy's own reader believes the header and evaluates it with Python's tokenizer, which can end in
any exception; this one takes no memory before the header fits the file.
https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
"""

from __future__ import annotations

import ast
import math
import mmap
import re
import warnings
from typing import IO, TypeAlias

import numpy as np

from attncalc.numbers.arithmetic import Array
from attncalc.readers.numbers import BFLOAT16
from attncalc.records import dataclass

Buffer: TypeAlias = bytes | mmap.mmap

MAGIC = b"\x93NUMPY"
MOST_AXES = 4
"""A batch, heads, tokens, and the entries of a vector."""

_LONGEST_HEADER = 10_000
_HALVES = ("|V2", "<V2")
"""How bfloat16 is written, which numpy has not: as two bytes."""

_DESCR = re.compile(r"[<>|=]?([a-zA-Z])[0-9]{0,6}")
_KINDS = {
    "O": ("Python objects", "np.array(A.tolist(), dtype=float), where all rows are equally long"),
    "S": ("bytes", "save texts as np.array(tokens, dtype=str)"),
    "V": ("raw bytes", "for bfloat16, save A.astype(np.float32)"),
    "M": ("dates", None),
    "m": ("durations", None),
}


class NpyError(ValueError):
    """What is wrong with an array in a file; says what was found and what to do instead."""

    def __init__(self, found: str, hint: str | None = None) -> None:
        self.hint = hint
        super().__init__(found)


@dataclass(frozen=True)
class Header:
    """What the header says: the kind of numbers, how many, in which order; where they begin."""

    dtype: np.dtype[np.generic]
    shape: tuple[int, ...]
    by_columns: bool
    offset: int

    @property
    def bytes(self) -> int:
        """How many bytes the numbers take."""
        return math.prod(self.shape) * self.dtype.itemsize

    @property
    def weight(self) -> int:
        """How much memory the array takes in a problem, as doubles or as texts."""
        each = self.dtype.itemsize + 64 if self.dtype.kind == "U" else 8
        return math.prod(self.shape) * max(each, self.dtype.itemsize)


def read_header(stream: IO[bytes], size: int) -> Header:
    """The header of an array in a stream of so many bytes. Raises NpyError."""
    start = stream.read(8)
    if start[:6] != MAGIC or start[6:7] not in (b"\1", b"\2", b"\3"):
        raise NpyError("this is no .npy array")
    count = 2 if start[6] == 1 else 4
    length = int.from_bytes(stream.read(count), "little")
    if length > _LONGEST_HEADER:
        raise NpyError(f"a header of {length} bytes; expected at most {_LONGEST_HEADER}")
    text = stream.read(length)
    told = _literal(text)
    if not isinstance(told, dict) or set(told) != {"descr", "fortran_order", "shape"}:
        raise NpyError("its header is damaged")
    shape = told["shape"]
    whole = isinstance(shape, tuple) and all(type(axis) is int and axis >= 0 for axis in shape)
    if not whole or not isinstance(told["fortran_order"], bool):
        raise NpyError("its header is damaged")
    if len(shape) > MOST_AXES:
        found = f"an array of {len(shape)} axes"
        raise NpyError(f"{found}; expected at most {MOST_AXES}: batch, heads, tokens, numbers")
    header = Header(_dtype(told["descr"]), shape, told["fortran_order"], 8 + count + length)
    if header.offset + header.bytes != size:
        found = f"its header tells of {header.bytes} bytes of numbers, and there are"
        raise NpyError(f"{found} {max(size - header.offset, 0)}")
    return header


def read_array(stream: IO[bytes], header: Header) -> Array:
    """The array behind a header. Raises NpyError where the stream ends before."""
    content = stream.read(header.bytes)
    if len(content) != header.bytes:
        raise NpyError("it ends before its last number")
    return array_in(content, 0, header)


def array_in(content: Buffer, start: int, header: Header) -> Array:
    """The array whose numbers begin at a place of some bytes, which are not copied.

    They may be a file that is mapped into memory, of which only what is looked at is read.
    """
    count = math.prod(header.shape)
    if not count:
        return np.zeros(header.shape, header.dtype)
    numbers: Array = np.frombuffer(content, header.dtype, count, start)
    if header.dtype.kind == "V":
        numbers = widened(numbers.view("<u2"))
    return numbers.reshape(header.shape, order="F" if header.by_columns else "C")


def widened(halves: Array) -> Array:
    """bfloat16 as the float32 of which it is the upper half: that changes no value."""
    return (halves.astype("<u4") << 16).view(BFLOAT16)


def _literal(text: bytes) -> object:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of escapes that Python will not know one day
        try:
            return ast.literal_eval(text.decode("utf-8", "replace").strip())
        except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
            return None


def _dtype(descr: object) -> np.dtype[np.generic]:
    if isinstance(descr, list):
        raise NpyError("an array of records; expected numbers", "save each field by its own name")
    found = _DESCR.fullmatch(descr) if isinstance(descr, str) else None
    if found is None:
        raise NpyError("its header is damaged")
    if found[1] in _KINDS and descr not in _HALVES:
        what, hint = _KINDS[found[1]]
        raise NpyError(f"an array of {what}; expected numbers", hint)
    try:
        return np.dtype(descr)  # type: ignore[call-overload, no-any-return]
    except (TypeError, ValueError) as error:
        raise NpyError("its header is damaged") from error
