"""A trace as NumPy arrays in an .npz file, by the names of its stages."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from attncalc.exports.archive import Gathered, stored
from attncalc.numbers.arithmetic import Array
from attncalc.selection import Selection
from attncalc.steps.trace import Trace


def trace_npz(trace: Trace, selection: Selection) -> Iterator[bytes]:
    """The chosen stages as float64, -inf for a masked score, with tokens and key_tokens as text.

    Piece by piece: of a large problem no stage is ever there as a whole.
    """
    gathered = Gathered()
    problem = trace.problem
    with zipfile.ZipFile(gathered, "w", zipfile.ZIP_STORED) as archive:
        for name, tokens in (("tokens", problem.tokens), ("key_tokens", problem.key_tokens)):
            texts = np.array(tokens)
            yield from _array(archive, gathered, name, texts.dtype, texts.shape, [texts])
        for name in trace.exported(selection.stages, selection.heads):
            shape, pieces = trace.of_heads(name, selection.heads)
            yield from _array(archive, gathered, name, np.dtype(np.float64), shape, pieces)
    yield gathered.taken()


def _array(
    archive: zipfile.ZipFile,
    gathered: Gathered,
    name: str,
    dtype: np.dtype[Any],
    shape: tuple[int, ...],
    pieces: Iterable[Array],
) -> Iterator[bytes]:
    """An array as numpy.savez writes it: a header, and its numbers in order."""
    header = io.BytesIO()
    told = {"descr": np.lib.format.dtype_to_descr(dtype), "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(header, told)
    with archive.open(stored(f"{name}.npy"), "w", force_zip64=True) as member:
        member.write(header.getvalue())
        for piece in pieces:
            member.write(piece.astype(dtype).tobytes())
            yield gathered.taken()
