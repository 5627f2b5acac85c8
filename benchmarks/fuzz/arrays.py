"""A problem as .npz, .npy or .safetensors: right arrays, odd dtypes and shapes, lying headers."""

from __future__ import annotations

import io
import json
import math
import struct
import zipfile
from collections.abc import Callable, Mapping
from random import Random
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from benchmarks.fuzz.values import Record, Tree

Array: TypeAlias = "npt.NDArray[Any]"

_FLOATS = ("<f8", "<f4", "<f2", ">f4", "<i8", "<i4", "<u1", "?", "<c16", "<f8")
_TENSORS = {"<f8": "F64", "<f4": "F32", "<f2": "F16", "<i8": "I64", "<i4": "I32", "<u1": "U8"}
_TYPES = (*_TENSORS.values(), "BF16", "F8_E4M3", "BOOL", "X9")


def arrays(chance: Random, tree: Record) -> dict[str, Array]:
    """Every part of the problem that can be an array, as one; options beside them."""
    dtype = "<f8" if chance.random() < 0.6 else chance.choice(_FLOATS)
    flat: dict[str, Tree] = {}
    for name, value in tree.items():
        if name == "attention" and isinstance(value, dict):
            flat |= value
        elif name != "claims":
            flat[name] = value
    past = flat.pop("past", None)
    if isinstance(past, dict):
        flat |= {f"past.{name}": value for name, value in past.items()}
    found = {name: _array(value, dtype) for name, value in flat.items()}
    for _ in range(chance.choice((0, 0, 0, 0, 1))):
        name = chance.choice([*found, "mask", "scale", "heads", "tokens", "softcap", "positions"])
        found[name] = _odd_array(chance, found.get(name))
    return found


def npz(arrays: Mapping[str, Array]) -> bytes:
    """The arrays as numpy.savez writes them."""
    content = io.BytesIO()
    large = any(array.nbytes > 10**6 for array in arrays.values())
    if large:
        np.savez_compressed(content, **arrays)  # type: ignore[arg-type]
        return content.getvalue()
    np.savez(content, **arrays)  # type: ignore[arg-type]
    return content.getvalue()


def odd_npz(chance: Random, arrays: Mapping[str, Array]) -> bytes:
    """The arrays with something in the archive that should not be there."""
    content = io.BytesIO()
    members = {f"{name}.npy": npy(array) for name, array in arrays.items()}
    name = chance.choice([*members, "Q.npy"])
    ways: tuple[Callable[[], bytes], ...] = (
        lambda: b"hello",
        lambda: b"",
        lambda: _lying(chance, members.get(name, b"\x93NUMPY")),
        lambda: members.get(name, b"")[: chance.randint(0, 140)],
    )
    members[chance.choice((name, "readme.txt", "dir/", "K", "../x.npy"))] = chance.choice(ways)()
    packing = chance.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_LZMA))
    with zipfile.ZipFile(content, "w", packing) as archive:
        for member, written in members.items():
            archive.writestr(zipfile.ZipInfo(member or "x"), written, packing)
    return content.getvalue()


def npy(array: Array) -> bytes:
    """One array as numpy.save writes it."""
    content = io.BytesIO()
    np.save(content, array, allow_pickle=True)
    return content.getvalue()


def safetensors(chance: Random, arrays: Mapping[str, Array]) -> bytes:
    """The arrays as the format has them, now and then with a header that lies."""
    header: dict[str, Any] = {}
    content = b""
    for name, array in arrays.items():
        code = _TENSORS.get(array.dtype.str)
        if code is None:
            continue
        written = array.tobytes()
        header[name] = {
            "dtype": code,
            "shape": list(array.shape),
            "data_offsets": [len(content), len(content) + len(written)],
        }
        content += written
    if header and chance.random() < 0.25:
        entry = header[chance.choice(list(header))]
        lies: tuple[tuple[str, Any], ...] = (
            ("dtype", chance.choice(_TYPES)),
            ("shape", [*entry["shape"], 1]),
            ("shape", []),
            ("shape", [0, 3]),
            ("shape", [2**40]),
            ("data_offsets", [0, len(content) + 8]),
            ("data_offsets", [8, 0]),
        )
        key, lie = chance.choice(lies)
        entry[key] = lie
    if chance.random() < 0.1:
        header["__metadata__"] = {"format": chance.choice(("pt", "\x1b[2J"))}
    text = json.dumps(header).encode()
    size = len(text) if chance.random() < 0.95 else chance.choice((0, 2**63, len(text) + 9))
    return struct.pack("<Q", size) + text + content


def _array(tree: Tree, dtype: str) -> Array:
    """Numbers as numbers, anything else as text."""
    if isinstance(tree, dict):
        return np.array(json.dumps(tree))
    if isinstance(tree, str) and tree.isascii() and tree.isdecimal() and len(tree) < 19:
        return np.array(int(tree))
    try:
        with np.errstate(all="ignore"):
            return np.array(_numbers(tree)).astype(dtype)
    except (ValueError, OverflowError):
        return np.array([str(part) for part in tree] if isinstance(tree, list) else str(tree))


def _numbers(tree: Tree) -> Any:
    if isinstance(tree, list):
        return [_numbers(child) for child in tree]
    if isinstance(tree, dict):
        raise ValueError
    if tree.endswith("%"):
        return float(tree[:-1]) / 100
    return math.nan if tree == "~" else float(tree)


def _odd_array(chance: Random, array: Array | None) -> Array:
    """An array of another kind: empty, of many axes, of records, of objects, of text."""
    old = np.ones((2, 2)) if array is None else array
    ways: tuple[Callable[[], Array], ...] = (
        lambda: np.zeros((0,)),
        lambda: np.zeros((0, 3)),
        lambda: np.zeros((2, 0)),
        lambda: np.zeros((1,) * 32),
        lambda: old[None],
        lambda: np.stack([old, old]) if old.ndim < 30 else old,
        lambda: old.reshape(-1),
        lambda: np.array([(1, 2.0)], dtype=[("a", "<i4"), ("b", "<f8")]),
        lambda: np.array([1, None, "x"], dtype=object),
        lambda: np.array(["a\x1b[2J", "b"]),
        lambda: np.array(["2020-01-01"], dtype="datetime64[D]"),
        lambda: np.array(b"bytes"),
        lambda: np.array(chance.choice(("causal", "{window: 2}", "none", "rope", "[[1", ""))),
        lambda: np.array(chance.choice((0.5, math.nan, math.inf, 1e300, 2.0, -1.0))),
        lambda: np.array([[math.nan, math.inf], [1e300, 5e-324]]),
        lambda: np.array(True),
        lambda: np.zeros((2000, 2000), np.uint8) if chance.random() < 0.2 else old,
        lambda: np.full((9, 9), "w" * 9000),
    )
    return chance.choice(ways)()


def _lying(chance: Random, written: bytes) -> bytes:
    """A header that claims another shape or dtype than the bytes have."""
    lies = (
        (b"'shape': (", b"'shape': (9"),
        (b"'shape': (", b"'shape': (99999999999, "),
        (b"<f8", b"|O "),
        (b"<f8", b"<U9"),
        (b"'descr'", b"'descr"),
        (b"'shape'", b"'shapes"),
        (b"}", b" "),
        (b"{", b"[" * 500),
        (b"False", b"1/0  "),
    )
    old, new = chance.choice(lies)
    return written.replace(old, new, 1)
