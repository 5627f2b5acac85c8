"""NumPy .npz, .npy and .safetensors: arrays by the names of the problem file, for large inputs."""

from __future__ import annotations

import json
import lzma
import mmap
import struct
import zipfile
import zlib
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import IO, Any

import numpy as np

from attncalc.errors import InputError, InputErrors, installing
from attncalc.names import STAGES
from attncalc.numbers.arithmetic import Array
from attncalc.problem.problem import MATRICES, VECTORS
from attncalc.readers.arrangement import Arrangement
from attncalc.readers.interface import Node, RawProblem, nowhere
from attncalc.readers.names import meanings, recognized
from attncalc.readers.npy import Header, NpyError, array_in, read_array, read_header, widened
from attncalc.readers.option_text import option_of
from attncalc.readers.options import KEYS

LARGEST_BYTES = 4 * 1024**3
"""Of all arrays together, as the numbers that they become."""

UNPACKED_BYTES = 512 * 1024**2
"""Of all arrays of a small archive: what a scores matrix of 8192 tokens takes."""

_EXPANSION = 8
"""By how much numbers of one byte grow as doubles."""

_PIECE = 1 << 20
"""Bytes of a file that are read at a time, only to find out whether they are sound."""

_LENGTHS = 26
"""Where an archive's local file header tells two lengths of two bytes each, its last fields."""

_PAST = "past."
_NAMES = frozenset(
    (
        *("title", "source", "notes", "tokens", "key_tokens", "inputs", "query", "tolerance"),
        *(*MATRICES, *VECTORS, *STAGES, *KEYS),
        *(f"{_PAST}{name}" for name in ("tokens", "K", "V", "X")),
    )
)
"""What is read; of other arrays the name alone, which is told to be unknown."""

_PLAIN = ("scale", "softcap", "base", "heads", "kv_heads")
"""Options that have no rows."""

_SAFETENSORS_DTYPES = {
    "F64": np.float64,
    "F32": np.float32,
    "F16": np.float16,
    "I64": np.int64,
    "I32": np.int32,
    "I16": np.int16,
    "I8": np.int8,
    "U8": np.uint8,
    "BOOL": np.bool_,
}
_COMPRESSIONS = {
    zipfile.ZIP_STORED,
    zipfile.ZIP_DEFLATED,
    zipfile.ZIP_BZIP2,
    zipfile.ZIP_LZMA,
}
_BROKEN = (
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error),
    *(EOFError, KeyError, OSError, OverflowError, RuntimeError, ValueError),
)
"""What reading a damaged archive may end in; RuntimeError where it is encrypted."""


def read(path: Path, file: str, arranged: Arrangement) -> list[RawProblem]:
    """The problem in an .npz or .safetensors file. Raises InputErrors where it is none."""
    arrays = arrays_of(path, file, arranged.names)
    if unknown := arranged.unknown(arrays, file):
        raise InputErrors(tuple(unknown))
    return [_raw(arrays, file, arranged)]


def arrays_of(
    path: Path, file: str, renaming: Mapping[str, str] | None = None
) -> dict[str, Array | None]:
    """The arrays of such a file by their names; None for one that means nothing here.

    renaming: what arrays are, by their names; without it, every array is read. bfloat16 is widened
    to float32, which changes no value.
    Raises InputErrors where the file is none, or its package is not installed.
    """
    if path.suffix.lower() == ".safetensors":
        return _tensors(path, file, renaming)
    try:
        with zipfile.ZipFile(path) as archive:
            return _members(archive, path, file, renaming)
    except _BROKEN as error:
        raise _unreadable(file, "an .npz archive", error) from error


def read_npy(stream: IO[bytes], size: int, file: str) -> Array:
    """The array of an .npy file of so many bytes. Raises InputErrors where it is none."""
    try:
        header = read_header(stream, size)
        _check_size([header.weight], size, file)
        return read_array(stream, header)
    except NpyError as error:
        raise InputErrors((InputError(file, str(error), hint=error.hint),)) from error


def _of_use(names: Collection[str], renaming: Mapping[str, str] | None) -> Collection[str]:
    """The names of what is read."""
    if renaming is None:
        return names
    return {name for name, meant in meanings(names, renaming).items() if meant in _NAMES}


def _tensors(path: Path, file: str, renaming: Mapping[str, str] | None) -> dict[str, Array | None]:
    try:
        from safetensors import SafetensorError, deserialize
    except ImportError as error:
        problem = "reading .safetensors needs the package safetensors, which is not installed"
        hint = installing("safetensors")
        raise InputErrors((InputError(file, problem, hint=hint),)) from error
    size = path.stat().st_size
    _check_size([size], size, file)
    try:
        entries = sorted(deserialize(path.read_bytes()), key=_name_of)  # type: ignore[no-untyped-call]
    except SafetensorError as error:
        raise _unreadable(file, "a .safetensors file", error) from error
    errors: list[InputError] = []
    arrays: dict[str, Array | None] = {}
    wanted = _of_use([name for name, _ in entries], renaming)
    for name, entry in entries:
        try:
            arrays[name] = _tensor(entry) if name in wanted else None
        except NpyError as error:
            errors.append(InputError(file, str(error), field=name, hint=error.hint))
    if errors:
        raise InputErrors(tuple(errors))
    return arrays


def _name_of(entry: tuple[str, Any]) -> str:
    """Names are in another order from run to run."""
    return entry[0]


def _tensor(entry: Mapping[str, Any]) -> Array:
    dtype, shape, content = entry["dtype"], entry["shape"], entry["data"]
    if not content:
        return np.zeros(shape)
    if dtype == "BF16":
        return widened(np.frombuffer(content, dtype="<u2")).reshape(shape)
    if dtype not in _SAFETENSORS_DTYPES:
        known = ", ".join([*_SAFETENSORS_DTYPES, "BF16"])
        raise NpyError(f"the number type {dtype}; expected one of {known}")
    return np.frombuffer(content, dtype=_SAFETENSORS_DTYPES[dtype]).reshape(shape)


def _members(
    archive: zipfile.ZipFile, path: Path, file: str, renaming: Mapping[str, str] | None
) -> dict[str, Array | None]:
    errors: list[InputError] = []
    members: dict[str, zipfile.ZipInfo] = {}
    for member in archive.infolist():
        name = member.filename.removesuffix(".npy")
        if name == member.filename or name in members:
            again = "a second array of this name" if name in members else "this is no .npy array"
            hint = "numpy.savez writes an archive of arrays alone"
            errors.append(InputError(file, again, field=member.filename, hint=hint))
        elif member.compress_type not in _COMPRESSIONS:
            message = f"packed by method {member.compress_type}; expected one that zip knows"
            hint = "numpy.savez_compressed packs so that it can be read"
            errors.append(InputError(file, message, field=name, hint=hint))
        else:
            members[name] = member
    of_use = _of_use(members, renaming)
    wanted = {name: members[name] for name in members if name in of_use}
    headers: dict[str, Header] = {}
    for name, member in wanted.items():
        try:
            with archive.open(member) as stream:
                headers[name] = read_header(stream, member.file_size)
        except NpyError as error:
            errors.append(InputError(file, str(error), field=name, hint=error.hint))
    if errors:
        raise InputErrors(tuple(errors))
    weights = [header.weight for header in headers.values()]
    _check_size(weights, path.stat().st_size, file)
    arrays: dict[str, Array | None] = dict.fromkeys(members)
    with path.open("rb") as whole:
        mapped = mmap.mmap(whole.fileno(), 0, access=mmap.ACCESS_READ)  # as long as its arrays live
    for name, header in headers.items():
        arrays[name] = _member(archive, wanted[name], header, mapped)
    return arrays


def _member(
    archive: zipfile.ZipFile, member: zipfile.ZipInfo, header: Header, mapped: mmap.mmap
) -> Array:
    """An array of an archive; one that is not packed stays in the file, and is read by its rows.

    mapped: the archive's file.
    """
    with archive.open(member) as stream:
        if member.compress_type != zipfile.ZIP_STORED:
            stream.read(header.offset)
            return read_array(stream, header)
        while stream.read(_PIECE):
            pass  # to its end, where zipfile compares the checksum
    # The length of the name and of what is extra may be others there than in the directory.
    lengths = struct.unpack_from("<HH", mapped, member.header_offset + _LENGTHS)
    start = member.header_offset + _LENGTHS + 4 + sum(lengths)
    return array_in(mapped, start + header.offset, header)


def _check_size(weights: Iterable[int], size: int, file: str) -> None:
    """Refuse what would not fit: arrays in all, and a small file that unpacks to a large one."""
    unpacked = sum(weights)
    most = min(max(UNPACKED_BYTES, _EXPANSION * size), LARGEST_BYTES)
    if unpacked > most:
        found = f"arrays that take {unpacked / 1024**3:.1f} GiB"
        message = f"{found}; expected at most {most / 1024**3:.1f} GiB of a file of this size"
        raise InputErrors((InputError(file, message),))


def _unreadable(file: str, kind: str, error: Exception) -> InputErrors:
    reason = str(error).splitlines()[0] if str(error) else type(error).__name__
    return InputErrors((InputError(file, f"this is not {kind}: {reason}"),))


def _raw(arrays: Mapping[str, Array | None], file: str, arranged: Arrangement) -> RawProblem:
    """Arrays of text become lists of text, a 0-dimensional text a scalar; `mask` an option.

    `past.K` is the K of the option `past`.
    """
    fields: dict[str, Node] = {}
    options: dict[str, Node] = {}
    past: dict[str, Node] = {}
    texts = {name for name, array in arrays.items() if _is_text(array)} - set(arranged.names)
    meant = meanings([name for name in arrays if name not in texts], arranged.names)
    for own, array in arrays.items():
        key = meant.get(own, own)
        cached, name = key.startswith(_PAST), key.removeprefix(_PAST)
        place = past if cached else options if name in KEYS else fields
        node = None if array is None else _option(array) if name in _PLAIN else node_of(array)
        typed = place is options and isinstance(node, str)
        place[name] = option_of(str(node), f"{file}: {name}") if typed else node
    if past:
        options["past"] = past
    if options:
        fields["attention"] = options
    remarks = recognized(meant, arranged.names)
    return RawProblem(file, fields, nowhere, arranged=arranged, remarks=remarks)


def _is_text(array: Array | None) -> bool:
    """Whether an array is of texts: a token to be written out, and no matrix of that name."""
    return array is not None and array.dtype.kind == "U"


def _option(array: Array) -> Node:
    """An option that is a word or a number; a list, which is none, of an array of several."""
    return node_of(array.reshape(())) if array.size == 1 else []


def node_of(array: Array) -> Node:
    """An array as a piece of a problem: numbers stay an array, texts become lists."""
    if array.dtype.kind == "U":
        return array.tolist()  # type: ignore[no-any-return]
    return json.dumps(array.item(), default=str) if array.ndim == 0 else array
