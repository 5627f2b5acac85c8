"""NumPy .npz and .safetensors: arrays by the names of the problem file, for large inputs."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from attncalc.arithmetic import Array
from attncalc.errors import InputError, InputErrors, installing
from attncalc.readers.interface import Node, RawProblem, nowhere
from attncalc.readers.options import KEYS

LARGEST_BYTES = 4 * 1024**3
"""Of all arrays together, unpacked: a small .npz can hold a very large one."""

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


def read_npz(path: Path, file: str) -> list[RawProblem]:
    """The problem in an .npz archive. Raises InputErrors where it is none."""
    try:
        _check_size(path, file)
        with np.load(path, allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in archive.files}
    except (ValueError, zipfile.BadZipFile, EOFError, KeyError) as error:
        raise _unreadable(file, "an .npz archive", error) from error
    return [_raw(arrays, file)]


def read_safetensors(path: Path, file: str) -> list[RawProblem]:
    """The problem in a .safetensors file; bfloat16 is widened to float32, which changes no value.

    Raises InputErrors where it is none, or where the safetensors package is not installed.
    """
    try:
        from safetensors import SafetensorError, deserialize
    except ImportError as error:
        problem = "reading .safetensors needs the package safetensors, which is not installed"
        hint = installing("safetensors")
        raise InputErrors((InputError(file, problem, hint=hint),)) from error
    try:
        entries = deserialize(path.read_bytes())  # type: ignore[no-untyped-call]
    except SafetensorError as error:
        raise _unreadable(file, "a .safetensors file", error) from error
    return [_raw({name: _tensor(entry, name, file) for name, entry in entries}, file)]


def _tensor(entry: Mapping[str, Any], name: str, file: str) -> Array:
    dtype, shape, content = entry["dtype"], entry["shape"], entry["data"]
    if dtype == "BF16":
        # bfloat16 is the upper half of a float32
        halves = np.frombuffer(content, dtype="<u2").astype("<u4") << 16
        return halves.view("<f4").reshape(shape)
    if dtype not in _SAFETENSORS_DTYPES:
        known = ", ".join([*_SAFETENSORS_DTYPES, "BF16"])
        message = f"the number type {dtype}; expected one of {known}"
        raise InputErrors((InputError(file, message, field=name),))
    return np.frombuffer(content, dtype=_SAFETENSORS_DTYPES[dtype]).reshape(shape)


def _check_size(path: Path, file: str) -> None:
    with zipfile.ZipFile(path) as archive:
        unpacked = sum(member.file_size for member in archive.infolist())
    if unpacked > LARGEST_BYTES:
        message = (
            f"{unpacked / 1024**3:.1f} GiB of arrays; expected at most {LARGEST_BYTES // 1024**3}"
        )
        raise InputErrors((InputError(file, message),))


def _unreadable(file: str, kind: str, error: Exception) -> InputErrors:
    reason = str(error).splitlines()[0] if str(error) else type(error).__name__
    return InputErrors((InputError(file, f"this is not {kind}: {reason}"),))


def _raw(arrays: Mapping[str, Array], file: str) -> RawProblem:
    """Arrays of text become lists of text, a 0-dimensional text a scalar; `mask` an option.

    `past.K` is the K of the option `past`.
    """
    fields: dict[str, Node] = {}
    options: dict[str, Node] = {}
    past: dict[str, Node] = {}
    for key, array in arrays.items():
        cached, name = key.startswith("past."), key.removeprefix("past.")
        place = past if cached else options if name in KEYS else fields
        if array.dtype.kind == "U":
            place[name] = str(array) if array.ndim == 0 else [str(item) for item in array.flat]
        elif array.ndim == 0:
            place[name] = json.dumps(array.item(), default=str)
        else:
            place[name] = array
    if past:
        options["past"] = past
    if options:
        fields["attention"] = options
    return RawProblem(file, fields, nowhere)
