"""Arrays as programs save them: a batch axis, lower-case names, damaged and hostile files."""

from __future__ import annotations

import io
import json
import mmap
import struct
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import attncalc
from tests.conftest import Attncalc
from tests.readers.test_formats import safetensors

WILD = Path(__file__).parent / "wild"
RNG = np.random.default_rng(3)
Q, K, V = RNG.normal(size=(3, 4, 6))
TWO = np.ones((2, 2))


def saved(folder: Path, **arrays: Any) -> Path:
    """An .npz file of these arrays."""
    file = folder / "a.npz"
    np.savez(file, **arrays)
    return file


def weights(problem: attncalc.Problem) -> Any:
    """The attention weights, as doubles."""
    return attncalc.explain(problem)["weights"].astype(float)


def test_wild_batch(tmp_path: Path) -> None:
    """A batch axis of 1 is left out, and nothing is called a head."""
    problem = attncalc.load(WILD / "57-savez-batch.npz")
    assert problem.heads is None
    assert problem.remarks == ()
    assert problem.tokens == ("#1", "#2", "#3", "#4")
    with np.load(WILD / "57-savez-batch.npz") as arrays:
        plain = saved(tmp_path, **{name: arrays[name][0] for name in arrays})
    assert (weights(problem) == weights(attncalc.load(plain))).all()


def test_wild_array(attncalc: Attncalc) -> None:
    """A single array needs a name."""
    file = WILD / "62-single.npy"
    result = attncalc("explain", file)
    assert (result.code, result.out) == (2, "")
    assert result.err == (
        f"{file}: one array without a name; expected one that says what it is\n"
        f"  hint: attncalc explain Q={file} K=… V=…\n"
    )
    named = attncalc("explain", f"q={file}", f"K={file}", "--json")
    stages = json.loads(named.out)["stages"]
    assert stages["Q"] == stages["K"] == [[1, 0.5], [0.8, 1], [0.2, 1.2], [0.6, 0.9]]
    assert attncalc("explain", "-", stdin=file.read_bytes()).err == (
        "-: one array without a name; expected one that says what it is\n"
        "  hint: attncalc explain Q=- K=… V=…\n"
    )


def test_names_of_programs(tmp_path: Path) -> None:
    """q, query and queries are Q; a name that is given twice so stays what it is."""
    right = weights(attncalc.load(saved(tmp_path, Q=Q, K=K, V=V)))
    for names in ("qkv", ("query", "key", "value"), ("Queries", "KEYS", "values")):
        given = dict(zip(names, (Q, K, V), strict=True))
        assert (weights(attncalc.load(saved(tmp_path, **given))) == right).all()
        assert (weights(attncalc.load(given)) == right).all()
    projected = {"x": Q, "w_q": np.eye(6), "WK": np.eye(6), "w_V": np.eye(6)}
    assert attncalc.load(saved(tmp_path, **projected)).W_K is not None
    asked = saved(tmp_path, tokens=np.array(list("abcd")), Q=Q, K=K, query=np.array("c"))
    assert attncalc.load(asked).queries == (2,)
    for twice in ({"Q": Q, "q": Q, "K": K}, {"q": Q, "query": Q, "K": K}):
        with pytest.raises(attncalc.InputErrors, match="an unknown key “q"):
            attncalc.load(saved(tmp_path, **twice))
        with pytest.raises(attncalc.InputErrors, match="an unknown key “q"):
            attncalc.load(twice)


HEADS = RNG.normal(size=(3, 1, 2, 4, 6))


@pytest.mark.parametrize("how", ["npz", "mapping"])
def test_batch_of_one(how: str, tmp_path: Path) -> None:
    """(1, h, n, d) are h heads, with masks of (1, 1, n, m); X of (1, n, d) is X."""

    def load(**arrays: Any) -> attncalc.Problem:
        if how == "npz":
            return attncalc.load(saved(tmp_path, **arrays))
        mask = arrays.pop("mask", None)
        return attncalc.load({**arrays, "attention": {} if mask is None else {"mask": mask}})

    batched = dict(zip("QKV", HEADS, strict=True))
    plain = dict(zip("QKV", HEADS[:, 0], strict=True))
    mask = np.tri(4, dtype=bool)
    problem = load(**batched, mask=mask[None, None])
    assert problem.heads == 2
    assert (weights(problem) == weights(load(**plain, mask=mask))).all()
    assert load(X=Q[None]).d_model == 6
    assert load(scores=np.ones((1, 2, 3))).heads is None
    assert load(Q=Q[None], K=Q).d_k == 6  # one head, folded in K


def test_batch_in_claims(tmp_path: Path, attncalc: Attncalc) -> None:
    """Claims may have a batch axis too."""
    file, right = saved(tmp_path, Q=np.ones((2, 3)), K=np.ones((2, 3))), np.full((2, 2), 0.5)
    for claims in ("c.npz", "c.npy"):
        target = tmp_path / claims
        np.savez(target, weights=right[None, None]) if claims == "c.npz" else np.save(target, right)
        result = attncalc("check", file, "--claims", target, "--stage", "weights", "--json")
        assert (result.code, json.loads(result.out)["summary"]["wrong"]) == (0, 0)
    result = attncalc("check", file, "--claims", tmp_path / "c.npy")
    assert result.err == (
        f"{tmp_path}/c.npy: one array of claims; expected --stage to say of which\n"
        "  hint: --stage weights\n"
    )


def test_batch_in_lists(tmp_path: Path) -> None:
    """Four levels of lists are a batch too, and places are those of the file."""
    file = tmp_path / "a.yaml"
    file.write_text("Q: [[[[1, 2]], [[3, 4]]]]\nK: [[[1, 2]], [[3, 4]]]\n")
    assert attncalc.load(file).heads == 2
    file.write_text("Q: [[[[1, 2]], [[3, 4]]]]\nK: [[[[1, 2]], [[3, x]]]]\n")
    with pytest.raises(attncalc.InputErrors, match=r"a\.yaml:2:21: K: “x”; expected a number"):
        attncalc.load(file)


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        (
            {"Q": np.ones((2, 3, 4, 6)), "K": np.ones((2, 3, 4, 6)), "V": np.ones((2, 3, 4, 6))},
            "Q: 2 × 3 × 4 × 6, a batch of 2; expected a single problem\n"
            "  hint: --batch 1 takes the first; in Python, give Q[0]",
        ),
        (
            {"X": np.ones((2, 4, 6))},
            "X: 2 × 4 × 6, a batch of 2; expected a single problem\n"
            "  hint: --batch 1 takes the first; in Python, give X[0]",
        ),
        (
            {"Q": np.ones((4, 2, 6)), "K": np.ones((4, 2, 6)), "heads": np.array(2)},
            "Q: 4 × 2 × 6, tokens before heads; expected 2 × 4 × 6, heads first\n"
            "  hint: --layout nhd; in Python, Q.swapaxes(0, 1)",
        ),
        (
            {
                "Q": np.ones((4, 2, 6)),
                "K": np.ones((4, 2, 6)),
                "tokens": np.array(["a", "b", "c", "d"]),
            },
            "Q: 4 × 2 × 6, tokens before heads; expected 2 × 4 × 6, heads first\n"
            "  hint: --layout nhd; in Python, Q.swapaxes(0, 1)",
        ),
        ({"Q": np.ones((0, 2)), "K": np.ones((4, 2))}, "Q: 0 × 2 numbers; expected some"),
        (
            {"Q": TWO, "K": TWO, "mask": np.ones((2, 0))},
            "attention.mask: 2 × 0 numbers; expected some",
        ),
        (
            {"Q": TWO, "K": np.array([[1, 2], [3]], dtype=object)},
            "K: an array of Python objects; expected numbers\n"
            "  hint: np.array(A.tolist(), dtype=float), where all rows are equally long",
        ),
        (
            {"Q": TWO, "K": TWO, "tokens": np.array([b"a", b"b"])},
            "tokens: an array of bytes; expected numbers\n"
            "  hint: save texts as np.array(tokens, dtype=str)",
        ),
        (
            {"Q": np.zeros(2, dtype=[("a", "f8")]), "K": TWO},
            "Q: an array of records; expected numbers\n  hint: save each field by its own name",
        ),
        (
            {"Q": np.zeros((2, 2), dtype="V4"), "K": TWO},
            "Q: an array of raw bytes; expected numbers\n"
            "  hint: for bfloat16, save A.astype(np.float32)",
        ),
        (
            {"Q": np.zeros((2, 2), dtype="M8[s]"), "K": TWO},
            "Q: its header is damaged",
        ),
        (
            {"Q": np.zeros((2, 2), dtype="m8"), "K": TWO},
            "Q: an array of durations; expected numbers",
        ),
        (
            {"Q": TWO, "K": TWO, "sink": np.zeros((1,) * 30)},
            "sink: an array of 30 axes; expected at most 4: batch, heads, tokens, numbers",
        ),
    ],
)
def test_arrays_that_are_none(
    arrays: dict[str, Any], message: str, tmp_path: Path, attncalc: Attncalc
) -> None:
    """What cannot be a problem is told by its name, with what to do."""
    file = saved(tmp_path, **arrays)
    result = attncalc("explain", file)
    assert (result.code, result.out) == (2, "")
    assert f"{file}: {message}\n" in result.err


def test_one_error_of_a_batch(tmp_path: Path, attncalc: Attncalc) -> None:
    """A batch of several is told of once."""
    arrays = {name: np.ones((2, 3, 4, 6)) for name in "QKV"}
    file = saved(tmp_path, **arrays)
    assert attncalc("explain", file).err == (
        f"{file}: Q: 2 × 3 × 4 × 6, a batch of 2; expected a single problem\n"
        "  hint: --batch 1 takes the first; in Python, give Q[0]\n"
    )


def test_heads_are_told(tmp_path: Path, attncalc: Attncalc) -> None:
    """Three axes that nothing shows to be heads are read so, and the page says it."""
    remark = (
        "Q is 3 × 4 × 6: read as 3 heads of 4 rows each, as heads: 3 and --layout hnd say. "
        "Of tokens before heads, say --layout nhd; of a batch, --layout bnd."
    )
    arrays = dict(zip("QKV", RNG.normal(size=(3, 3, 4, 6)), strict=True))
    found = json.loads(attncalc("explain", saved(tmp_path, **arrays), "--json").out)
    assert found["warnings"] == [remark]
    for told in ({"heads": np.array(3)}, {"W_O": np.eye(18)}):
        silent = attncalc("explain", saved(tmp_path, **arrays, **told), "--json")
        assert json.loads(silent.out)["warnings"] == []
    for typed in (("--heads", "3"), ("--layout", "hnd")):
        silent = attncalc("explain", saved(tmp_path, **arrays), *typed, "--json")
        assert json.loads(silent.out)["warnings"] == []


def npy(
    header: str | bytes, content: bytes = b"", *, version: int = 1, length: int | None = None
) -> bytes:
    """An .npy file with any header."""
    text = header.encode() if isinstance(header, str) else header
    count = length if length is not None else len(text)
    return b"\x93NUMPY" + struct.pack("<BB", version, 0) + struct.pack("<H", count) + text + content


GOOD = "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 2), }"
NUMBERS = np.arange(4.0).tobytes()
HEADERS = {
    npy(GOOD.replace("2, 2", "2, 3"), NUMBERS): "tells of 48 bytes of numbers, and there are 32",
    npy(GOOD.replace("2, 2", "9**9, 2"), NUMBERS): "its header is damaged",
    npy(GOOD.replace("2, 2", "10000000000, 2"), NUMBERS): "tells of 160000000000 bytes",
    npy(GOOD, NUMBERS + b"1"): "tells of 32 bytes of numbers, and there are 33",
    npy(GOOD, b""): "tells of 32 bytes of numbers, and there are 0",
    npy(GOOD.replace("2, 2", "-2, 2"), NUMBERS): "its header is damaged",
    npy(GOOD.replace("2, 2", "True, 4"), NUMBERS): "its header is damaged",
    npy(GOOD.replace("(2, 2)", "4"), NUMBERS): "its header is damaged",
    npy(GOOD.replace("False", "0"), NUMBERS): "its header is damaged",
    npy(GOOD.replace("<f8", "<f7"), NUMBERS): "its header is damaged",
    npy(GOOD.replace("'<f8'", "8"), NUMBERS): "its header is damaged",
    npy(GOOD.replace("<f8", "f8,f8"), NUMBERS): "its header is damaged",
    npy(GOOD[:30], NUMBERS): "its header is damaged",
    npy('{\'descr\': """', NUMBERS): "its header is damaged",
    npy("(" * 200, NUMBERS): "its header is damaged",
    npy("'\\d'", NUMBERS): "its header is damaged",
    npy(b"\xff\x00", NUMBERS): "its header is damaged",
    npy("{}", NUMBERS): "its header is damaged",
    npy("{[]: 1}", NUMBERS): "its header is damaged",
    npy(GOOD, NUMBERS, length=60_000): "a header of 60000 bytes; expected at most 10000",
    npy(GOOD, NUMBERS, version=9): "this is no .npy array",
    b"not an array": "this is no .npy array",
    b"": "this is no .npy array",
    b"\x93NUMPY": "this is no .npy array",
    b"\x93NUMPY\x01": "its header is damaged",
}


@pytest.mark.parametrize("content", HEADERS)
@pytest.mark.parametrize("where", ["npz", "npy"])
def test_headers(where: str, content: bytes, tmp_path: Path) -> None:
    """A header that lies is found out before any number is read."""
    if where == "npz":
        file = tmp_path / "a.npz"
        with zipfile.ZipFile(file, "w") as archive:
            archive.writestr("Q.npy", content)
        with pytest.raises(attncalc.InputErrors) as failure:
            attncalc.load(file)
        assert str(failure.value).startswith(f"{file}: Q: ")
    else:
        file = tmp_path / "q.npy"
        file.write_bytes(content)
        from attncalc.readers.parts import gathered

        with pytest.raises(attncalc.InputErrors) as failure:
            attncalc.load(gathered([f"Q={file}"])[0])
    assert HEADERS[content] in str(failure.value)


@pytest.mark.parametrize("version", [1, 2, 3])
@pytest.mark.parametrize("order", ["C", "F"])
def test_npy_versions(version: int, order: Any, tmp_path: Path) -> None:
    """Arrays of every version and order are what numpy reads."""
    array = np.asarray(RNG.normal(size=(3, 4)), order=order)
    out = io.BytesIO()
    np.lib.format.write_array(out, array, version=(version, 0))
    with zipfile.ZipFile(tmp_path / "a.npz", "w") as archive:
        for name in "QK":
            archive.writestr(f"{name}.npy", out.getvalue())
    problem = attncalc.load(tmp_path / "a.npz")
    assert problem.Q is not None
    assert (problem.Q.astype(float) == array).all()


def test_archives(tmp_path: Path) -> None:
    """Foreign members, names that come twice, and packings that zip does not know are told."""
    file = tmp_path / "a.npz"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("Q.npy", npy(GOOD, NUMBERS))
        archive.writestr("notes.txt", "x")
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("Q.npy", npy(GOOD, NUMBERS))
    with pytest.raises(attncalc.InputErrors) as failure:
        attncalc.load(file)
    assert str(failure.value) == (
        f"{file}: notes.txt: this is no .npy array\n"
        "  hint: numpy.savez writes an archive of arrays alone\n"
        f"{file}: Q.npy: a second array of this name\n"
        "  hint: numpy.savez writes an archive of arrays alone"
    )
    np.savez_compressed(file, Q=TWO, K=TWO)
    whole = file.read_bytes()
    packed = whole.replace(b"\x08\x00\x00\x00!\x00", b"\x63\x00\x00\x00!\x00")
    assert packed != whole
    file.write_bytes(packed)
    with pytest.raises(attncalc.InputErrors, match="Q: packed by method 99; expected one that"):
        attncalc.load(file)
    np.savez(file, Q=np.ones((200, 200)), K=np.ones((200, 200)))
    whole = file.read_bytes()
    file.write_bytes(whole[:2000] + b"\0" * 100 + whole[2100:])
    with pytest.raises(attncalc.InputErrors, match=r"this is not an \.npz archive: Bad CRC-32"):
        attncalc.load(file)


@pytest.mark.parametrize("saved_by", [np.savez, np.savez_compressed])
def test_every_broken_byte(saved_by: Callable[..., None], tmp_path: Path) -> None:
    """Whichever byte of an archive is damaged, it is read, or refused in words."""
    saved_by(tmp_path / "a.npz", Q=TWO, K=TWO)
    whole = (tmp_path / "a.npz").read_bytes()
    file = tmp_path / "b.npz"
    for place in range(len(whole)):
        for value in (0, 0xFF, whole[place] ^ 1):
            file.write_bytes(whole[:place] + bytes([value]) + whole[place + 1 :])
            try:
                attncalc.load(file)
            except attncalc.InputErrors:
                continue


def test_arrays_that_are_mapped(tmp_path: Path) -> None:
    """Numbers of an archive that is not packed stay in the file, whatever stands before them."""
    from attncalc.readers.arrays import arrays_of

    numbers = np.random.default_rng(3).standard_normal((3, 5, 7))
    given: dict[str, Any] = {
        "Q": numbers,
        "K": np.asfortranarray(numbers[0]),
        "V": numbers.astype(">f4"),
        "tokens": np.array(["a", "bc"]),
        "scores": np.zeros((0, 3)),
        "scale": np.array(2),
    }
    np.savez(tmp_path / "a.npz", **given)
    packed = (tmp_path / "a.npz").read_bytes()
    (tmp_path / "b.npz").write_bytes(b"in front of it" + packed)
    for name in ("a.npz", "b.npz"):
        found = arrays_of(tmp_path / name, name)
        for key, array in found.items():
            assert array is not None
            assert array.dtype == given[key].dtype
            np.testing.assert_array_equal(array, given[key])
            base: Any = array
            while isinstance(base, np.ndarray):
                base = base.base
            assert isinstance(base, memoryview) == (key != "scores")
            if isinstance(base, memoryview):
                assert isinstance(base.obj, mmap.mmap)


def test_stream_that_ends() -> None:
    """An archive that promises more bytes than it has is told so."""
    from attncalc.readers.npy import NpyError, read_array, read_header

    content = npy(GOOD, NUMBERS)
    stream = io.BytesIO(content[:-1])
    header = read_header(stream, len(content))
    with pytest.raises(NpyError, match="it ends before its last number"):
        read_array(stream, header)
    empty = npy(GOOD.replace("2, 2", "0, 2"))
    stream = io.BytesIO(empty)
    assert read_array(stream, read_header(stream, len(empty))).shape == (0, 2)


@pytest.mark.no_cover
@pytest.mark.parametrize("kind", ["?", "f8", "U10"])
def test_small_archive_of_large_arrays(kind: str, tmp_path: Path) -> None:
    """An archive of some kilobytes that would fill the memory is refused by its header."""
    file = tmp_path / "a.npz"
    count = {"?": 700_000_000, "f8": 80_000_000, "U10": 10_000_000}[kind]
    header = npy(
        f"{{'descr': '{np.dtype(kind).str}', 'fortran_order': False, 'shape': ({count}, 1), }}"
    )
    size = count * np.dtype(kind).itemsize
    with (
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("Q.npy", "w", force_zip64=True) as member,
    ):
        member.write(header)
        for _ in range(0, size, 1 << 24):
            member.write(bytes(min(1 << 24, size)))
            size -= 1 << 24
    begun = time.process_time()
    with pytest.raises(attncalc.InputErrors, match=r"Q: |arrays that take [0-9.]+ GiB; expected"):
        attncalc.load(file)
    assert time.process_time() - begun < 1


def test_unknown_arrays_are_not_read(tmp_path: Path) -> None:
    """Of an array that means nothing the name is told, and no number is read."""
    file = saved(tmp_path, Q=TWO, K=TWO, optimizer=np.zeros((2, 2), dtype=object))
    with pytest.raises(attncalc.InputErrors, match="an unknown key “optimizer”"):
        attncalc.load(file)


def test_safetensors_in_order(tmp_path: Path) -> None:
    """Every tensor that cannot be read is told of, in the order of their names."""
    file = tmp_path / "a.safetensors"
    file.write_bytes(
        safetensors(
            {
                **{name: ("F8_E4M3", [1, 1], b"1") for name in "VKQ"},
                "other": ("F8_E4M3", [1, 1], b"1"),
            }
        )
    )
    expected = "the number type F8_E4M3; expected one of F64, F32, F16, I64, I32, I16, I8, U8, BOOL"
    with pytest.raises(attncalc.InputErrors) as failure:
        attncalc.load(file)
    assert str(failure.value) == "\n".join(f"{file}: {n}: {expected}, BF16" for n in "KQV")
    file.write_bytes(safetensors({"q": ("BF16", [0, 2], b""), "K": ("BF16", [1, 2], b"1234")}))
    with pytest.raises(attncalc.InputErrors, match="Q: 0 × 2 numbers; expected some"):
        attncalc.load(file)


@pytest.mark.parametrize("name", ["scale", "softcap", "base", "heads", "kv_heads"])
def test_options_as_arrays(name: str, tmp_path: Path) -> None:
    """An option in an array of one is that option; an array of several is none."""
    array = np.array([[2]]) if "heads" in name else np.array([[2.5]])
    more = {"heads": np.array(2)} if name == "kv_heads" else {}
    problem = attncalc.load(saved(tmp_path, Q=TWO, K=TWO, **{name: array}, **more))
    assert float(getattr(problem.attention, name)) == array[0, 0]
    with pytest.raises(attncalc.InputErrors, match=f"{name}: a list or mapping; expected"):
        attncalc.load(saved(tmp_path, Q=TWO, K=TWO, **{name: np.ones((3, 1))}, **more))
