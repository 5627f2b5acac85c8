"""Arrays as others have them: batches, axes in another order, other names, stages beside them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import attncalc
from attncalc.readers import load_all
from attncalc.readers.arrangement import TARGETS, Arrangement, arrangement
from attncalc.readers.mapping import read as read_mapping
from attncalc.readers.names import meanings
from tests.conftest import Attncalc
from tests.readers.test_formats import safetensors

RNG = np.random.default_rng(5)
BATCH = {name: RNG.normal(size=(2, 3, 4, 6)) for name in "QKV"}
"""Two problems of 3 heads, 4 tokens and 6 numbers."""

ORDERS = ("bhnd", "bnhd", "nbhd", "hbnd", "BSHD", "bdnh", "dbhn")


def saved(folder: Path, file: str = "a.npz", /, **arrays: Any) -> Path:
    """An .npz file of these arrays."""
    np.savez(folder / file, **arrays)
    return folder / file


def loaded(file: Path, **arranged: Any) -> attncalc.Problem:
    """The problem in a file, whose arrays lie so."""
    (problem,) = load_all(file, arranged=arrangement(**arranged))
    return problem


def laid_out(array: Any, layout: str) -> Any:
    """An array of bhnd with its axes in another order, entry by entry."""
    axes = layout.lower().replace("s", "n")
    sizes = dict(zip("bhnd", array.shape, strict=True))
    other = np.empty([sizes[axis] for axis in axes])
    for index in np.ndindex(array.shape):
        place = dict(zip("bhnd", index, strict=True))
        other[tuple(place[axis] for axis in axes)] = array[index]
    return other


@pytest.mark.parametrize("layout", ORDERS)
@pytest.mark.parametrize("batch", [1, 2])
def test_layouts(layout: str, batch: int, tmp_path: Path) -> None:
    """Whatever the order of axes, the numbers are those of heads before tokens."""
    arrays = {name: laid_out(array, layout) for name, array in BATCH.items()}
    problem = loaded(saved(tmp_path, **arrays), layout=layout, batch=batch)
    assert problem.heads == 3
    for name, array in BATCH.items():
        assert (getattr(problem, name).astype(float) == array[batch - 1]).all()


@pytest.mark.parametrize(
    ("layout", "shape"),
    [("nhd", (1, 4, 3, 6)), ("bnhd", (4, 3, 6)), ("nhd", (4, 3, 6)), ("bhnd", (3, 4, 6))],
)
def test_layouts_with_and_without_a_batch(
    layout: str, shape: tuple[int, ...], tmp_path: Path
) -> None:
    """A batch of 1 may be told of or not, and be there or not."""
    arrays = {name: RNG.normal(size=shape) for name in "QK"}
    problem = loaded(saved(tmp_path, **arrays), layout=layout)
    assert (problem.heads, len(problem.tokens), problem.d_k) == (3, 4, 6)
    assert problem.remarks == ()
    wanted = arrays["Q"].reshape(shape[-3:])
    wanted = wanted.swapaxes(0, 1) if layout[-3] == "n" else wanted
    assert problem.Q is not None
    assert (problem.Q.astype(float) == wanted).all()


def test_flat_arrays_have_no_layout(tmp_path: Path) -> None:
    """Two axes are tokens and numbers."""
    problem = loaded(saved(tmp_path, Q=np.ones((4, 6)), K=np.ones((4, 6))), layout="bnhd")
    assert (problem.heads, problem.d_k) == (None, 6)


def test_batch_without_heads(tmp_path: Path) -> None:
    """Three axes are heads, unless a batch is told of."""
    stacks = {name: RNG.normal(size=(2, 4, 6)) for name in "QK"}
    file = saved(tmp_path, **stacks)
    assert loaded(file).heads == 2
    for arranged in ({"batch": 2}, {"layout": "bnd", "batch": 2}):
        problem = loaded(file, **arranged)
        assert (problem.heads, problem.remarks) == (None, ("Problem 2 of a batch of 2.",))
        assert problem.K is not None
        assert (problem.K.astype(float) == stacks["K"][1]).all()
    folded = loaded(saved(tmp_path, **stacks, heads=np.array(3)), batch=2)
    assert (folded.heads, folded.d_k) == (3, 2)
    assert loaded(saved(tmp_path, X=np.ones((2, 4, 6))), batch=2).d_model == 6
    saved(tmp_path, **stacks)
    with pytest.raises(attncalc.InputErrors, match="Q: 2 × 4 × 6, a batch of 2"):
        loaded(file, layout="bnd")


def test_what_is_of_each_of_a_batch(tmp_path: Path) -> None:
    """Tokens, masks, biases, ids and caches are those of the problem; axes of 1 are of all."""
    mask, bias = RNG.integers(0, 2, (2, 1, 4, 4)), RNG.normal(size=(2, 1, 4, 4))
    mask[:, :, :, 0] = 1
    file = saved(
        tmp_path,
        **BATCH,
        tokens=np.array([list("abcd"), list("efgh")]),
        mask=mask,
        bias=bias,
        position_ids=np.array([[0, 1, 2, 3], [5, 6, 7, 8]]),
        positions="rope",
    )
    problem = loaded(file, batch=2)
    options = problem.attention
    assert problem.tokens == ("e", "f", "g", "h")
    assert (options.mask == mask[1, 0]).all()
    assert options.bias_rows is not None
    assert (options.bias_rows.astype(float) == bias[1, 0]).all()
    assert [*problem.query_places] == [5, 6, 7, 8]
    rows = np.array([[1, 1, 1, 0], [1, 1, 0, 0]])
    padded = loaded(saved(tmp_path, **BATCH, mask=rows), batch=2)
    assert (np.broadcast_to(padded.attention.mask, (4, 4)) == rows[1]).all()  # type: ignore[arg-type]
    shared = loaded(
        saved(tmp_path, **BATCH, mask=mask[:1], tokens=np.array([list("abcd")])), batch=2
    )
    assert shared.tokens == ("a", "b", "c", "d")
    assert (shared.attention.mask == mask[0, 0]).all()
    past = {f"past.{name}": RNG.normal(size=(2, 3, 1, 6)) for name in "KV"}
    cached = loaded(saved(tmp_path, **BATCH, **past), batch=2)
    assert cached.attention.past is not None
    assert (cached.attention.past.K.astype(float) == past["past.K"][1]).all()


def test_batch_of_claims(tmp_path: Path, attncalc: Attncalc) -> None:
    """Claims about a batch are those about its problem that is asked for."""
    arrays = {name: array[:, 0] for name, array in BATCH.items()}
    weights = np.stack([weights_of(arrays["Q"][b], arrays["K"][b]) for b in range(2)])
    weights[0] = 0
    problem = saved(tmp_path, **arrays)
    claims = saved(tmp_path, "c.npz", weights=weights)
    wrong = {}
    for batch in "12":
        result = attncalc("check", problem, "--claims", claims, "--batch", batch, "--json")
        wrong[batch] = json.loads(result.out)["summary"]["wrong"]
    assert wrong["1"] > 0
    assert wrong["2"] == 0
    one = saved(tmp_path, "one.npz", Q=arrays["Q"][0], K=arrays["K"][0])
    for typed, hint in (((), "2"), (("--batch", "3"), "2")):
        refused = attncalc("check", one, "--claims", claims, *typed)
        assert (refused.code, refused.out) == (2, "")
        if not typed:
            assert refused.err == (
                f"{claims}: claims.weights: 2 × 4 × 4, a batch of 2; expected 4 × 4\n"
                f"  hint: --batch takes one of them, from 1 to {hint}\n"
            )


def weights_of(Q: Any, K: Any) -> Any:
    """The attention weights of one problem."""
    powers = np.exp(Q @ K.T / np.sqrt(Q.shape[-1]))
    return powers / powers.sum(axis=-1, keepdims=True)


def test_batch_in_lists(tmp_path: Path) -> None:
    """Places are those of the file, whichever problem is taken."""
    file = tmp_path / "a.yaml"
    file.write_text("Q: [[[[1, 2]]], [[[3, 4]]]]\nK: [[[[1, 2]]], [[[3, x]]]]\n")
    assert loaded(file, batch=1).heads == 1
    with pytest.raises(attncalc.InputErrors, match=r"a\.yaml:2:23: K: “x”; expected a number"):
        loaded(file, batch=2)


@pytest.mark.parametrize(
    ("arrays", "typed", "message"),
    [
        (BATCH, ("--batch", "3"), "--batch: 3, of a batch of 2; expected 1 to 2"),
        (BATCH, ("--batch", "0"), "--batch: 0; expected a whole number from 1"),
        (
            {"Q": np.ones((4, 6)), "K": np.ones((4, 6))},
            ("--batch", "2"),
            "--batch: 2, and there is no batch; expected 1",
        ),
        (
            {**BATCH, "K": np.ones((3, 3, 4, 6))},
            ("--batch", "1"),
            "a.npz: Q: 2 × 3 × 4 × 6, a batch of 2; expected 3\n"
            "a.npz: V: 2 × 3 × 4 × 6, a batch of 2; expected 3",
        ),
        (
            {**BATCH, "mask": np.ones((2, 4, 4)), "Q": np.ones((2, 2, 4, 6))},
            ("--batch", "1"),
            "a.npz: attention.mask: 2 × 4 × 4, of 2 heads or of a batch of 2; expected four axes, "
            "batch and heads in front",
        ),
        (
            {"Q": np.ones((2, 3, 2, 6)), "K": np.ones((2, 3, 5, 6)), "mask": np.ones((2, 5))},
            ("--batch", "1"),
            "a.npz: attention.mask: 2 × 5, of 2 queries or of a batch of 2; expected four axes, "
            "batch and heads in front",
        ),
        (
            {"Q": np.ones((4, 3, 4, 6)), "K": np.ones((4, 6))},
            ("--layout", "nd"),
            "a.npz: Q: 4 × 3 × 4 × 6; expected the axes tokens, numbers, by --layout",
        ),
        (
            BATCH,
            ("--layout", "bnxd"),
            "--layout: “bnxd”; expected b for a batch, h for heads, n for tokens and d for "
            "numbers, in their order\n  hint: heads before tokens: bhnd or hnd; tokens before "
            "heads: bnhd or nhd; no heads: bnd",
        ),
        (BATCH, ("--layout", "nsd"), "--layout: “nsd”; expected b"),
        (BATCH, ("--layout", ""), "--layout: “”; expected b"),
        (BATCH, ("--map", "Q"), "--map: “Q”; expected NAME=MEANING, like q_proj=Q"),
        (BATCH, ("--map", "a=Q", "--map", "a=K"), "--map: a is given twice; expected it once"),
        (
            {"a": np.ones((4, 6)), "K": np.ones((4, 6))},
            ("--map", "a=wieghts"),
            f"--map: there is no “wieghts”; expected one of {', '.join(TARGETS)}\n"
            "  hint: did you mean weights?",
        ),
        (
            {"queue": np.ones((4, 6)), "K": np.ones((4, 6))},
            ("--map", "queu=Q"),
            "--map: a.npz has no “queu”; expected one of queue, K\n  hint: did you mean queue?",
        ),
        (
            {"queue": np.ones((4, 6)), "Q": np.ones((4, 6))},
            ("--map", "queue=Q"),
            "--map: a.npz has both queue and Q; expected one of them",
        ),
    ],
)
def test_refused(
    arrays: dict[str, Any],
    typed: tuple[str, ...],
    message: str,
    tmp_path: Path,
    attncalc: Attncalc,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What cannot be meant is told by the flag that says it, or by the array."""
    saved(tmp_path, **arrays)
    monkeypatch.chdir(tmp_path)
    for command in ("explain", "graph"):
        result = attncalc(command, "a.npz", *typed)
        assert (result.code, result.out) == (2, "")
        assert result.err.startswith(message)


def test_names_that_are_told(tmp_path: Path, attncalc: Attncalc) -> None:
    """What programs call their arrays is read, and said; what is mapped is what one says."""
    Q, K, V = (BATCH[name][0, 0] for name in "QKV")
    names = [
        ("q", "k", "v"),
        ("query", "key", "value"),
        ("q_proj", "k_proj", "v_proj"),
        ("blocks.0.attn.hook_q", "blocks.0.attn.hook_k", "blocks.0.attn.hook_v"),
        ("layer.query", "layer.key", "layer.value"),
    ]
    for q, k, v in names:
        problem = loaded(saved(tmp_path, **{q: Q, k: K, v: V}))
        assert problem.remarks == (f"{q}, {k} and {v} are read as Q, K and V.",)
        assert problem.V is not None
        assert (problem.V.astype(float) == V).all()
    file = saved(tmp_path, this=Q, that=K, V=V)
    result = attncalc("explain", file, "--map", "this=Q", "--map", "that = K", "--json")
    assert json.loads(result.out)["warnings"] == []
    assert json.loads(result.out)["stages"]["K"] == K.tolist()
    assert loaded(saved(tmp_path, Q=Q, k=K)).remarks == ("k is read as K.",)
    tensors = tmp_path / "a.safetensors"
    tensors.write_bytes(
        safetensors({name: ("F64", [4, 6], Q.tobytes()) for name in ("this", "key", "other.V")})
    )
    problem = loaded(tensors, names=["this=Q"])
    assert problem.remarks == ("key and other.V are read as K and V.",)


def test_names_in_text(tmp_path: Path) -> None:
    """Keys of YAML and JSON can be mapped, too, and keep their places."""
    file = tmp_path / "a.yaml"
    file.write_text("mine: [[1, 2]]\nK: [[3, 4]]\n")
    assert loaded(file, names=["mine=Q"]).d_k == 2
    assert loaded(file, names=["mine=Q", "other=Q", "key=K"]).d_k == 2  # of two files, one
    file.write_text("mine: [[1, x]]\nK: [[3, 4]]\n")
    with pytest.raises(attncalc.InputErrors, match=r"a\.yaml:1:12: Q: “x”; expected a number"):
        loaded(file, names=["mine=Q"])
    with pytest.raises(attncalc.InputErrors, match="has no “your”; expected one of mine, K"):
        loaded(file, names=["your=Q"])


@pytest.mark.parametrize(
    ("names", "mapped", "found"),
    [
        (("q_proj", "k_proj"), {}, ("Q", "K")),
        (("q_proj", "X"), {}, ("q_proj", "X")),  # it may project X
        (("q_proj", "w_q"), {}, ("q_proj", "W_Q")),
        (("q", "query", "K"), {}, ("q", "query", "K")),
        (("q", "q_proj"), {}, ("Q", "q_proj")),
        (("Q", "q"), {}, ("Q", "q")),
        (("Q", "q"), {"q": "K"}, ("Q", "K")),
        (("a.q_proj", "b.q_proj"), {}, ("a.q_proj", "b.q_proj")),
        (("past.K", "K"), {}, ("past.K", "K")),
        (("q_proj.weight", "attn", "pattern"), {}, ("q_proj.weight", "attn", "pattern")),
        (("Attn_Probs", "output", "heads"), {}, ("weights", "output", "heads")),
    ],
)
def test_meanings(names: tuple[str, ...], mapped: dict[str, str], found: tuple[str, ...]) -> None:
    """A name is what it says, if nothing else says so better, or as well."""
    assert tuple(meanings(names, mapped).values()) == found


def test_stages_in_dumps(tmp_path: Path, attncalc: Attncalc) -> None:
    """Stages beside Q and K are claims; explain says so, and check judges them."""
    Q, K, V = (BATCH[name][0, 0] for name in "QKV")
    weights = weights_of(Q, K)
    file = saved(tmp_path, q=Q, k=K, v=V, attn=weights, output=weights @ V + 1)
    shown = json.loads(attncalc("explain", file, "--json").out)
    assert shown["warnings"] == [
        "q, k, v and attn are read as Q, K, V and weights.",
        "weights and output in the file are claims: attncalc check judges them.",
    ]
    report = json.loads(attncalc("check", file, "--json").out)
    assert report["summary"]["wrong"] == 24
    assert report["first_wrong"]["stage"] == "output"
    alone = loaded(saved(tmp_path, Q=Q, K=K, weights=weights))
    assert alone.remarks == ("weights in the file is a claim: attncalc check judges it.",)
    embedded = loaded(saved(tmp_path, X=Q, scores=Q @ Q.T))
    assert embedded.claims.stages == ("scores",)
    backward = attncalc_load({"X": Q, "X_key": K, "d_output": np.ones_like(Q)})
    assert (backward.claims.stages, backward.d_output is None) == ((), False)
    given = attncalc_load({"Q": Q, "K": K, "weights": weights, "claims": {"scores": [[1] * 4] * 4}})
    assert given.claims.stages == ("scores", "weights")
    assert loaded(saved(tmp_path, weights=weights)).weights is not None


def attncalc_load(given: Any) -> attncalc.Problem:
    """The problem of a mapping or a file, where attncalc is the command."""
    return attncalc.load(given)


@pytest.mark.parametrize("kind", ["float16", "float32", "bfloat16"])
def test_numbers_are_what_they_are(kind: str, tmp_path: Path, attncalc: Attncalc) -> None:
    """A tenth in few bits is not a tenth, and is not shown as one."""
    tenth = {
        "float16": "0.0999755859375",
        "float32": "0.100000001490116119384765625",
        "bfloat16": "0.10009765625",
    }[kind]
    file = tmp_path / "a.safetensors"
    bits = np.array([[0.1]], "<f4").view("<u4") + 0x8000 >> 16  # the nearest bfloat16
    of_kind = bits.astype("<u2") if kind == "bfloat16" else np.array([[0.1]], kind)
    called = {"float16": "F16", "float32": "F32", "bfloat16": "BF16"}[kind]
    file.write_bytes(safetensors({name: (called, [1, 1], of_kind.tobytes()) for name in "QK"}))
    problem = attncalc_load(file)
    assert problem.Q is not None
    assert f"{problem.Q[0, 0]:f}" == tenth
    page = attncalc("explain", file, "--precision", "30").out
    assert tenth in page


def test_bfloat16_in_two_bytes(tmp_path: Path, attncalc: Attncalc) -> None:
    """numpy saves the bfloat16 of other libraries so; as claims, they have few bits."""
    halves = np.array([[0x3DCD, 0x3F80]], "<u2").view("V2")
    file = saved(tmp_path, Q=halves, K=halves, V=halves, output=halves)
    problem = attncalc_load(file)
    assert problem.Q is not None
    assert problem.Q.astype(float).tolist() == [[0.10009765625, 1.0]]
    assert {claim.bits for claim in problem.claims.numbers} == {8}
    single = tmp_path / "q.npy"
    np.save(single, halves)
    result = attncalc("explain", f"Q={single}", f"K={single}", "--json")
    assert json.loads(result.out)["stages"]["K"] == [[0.10009765625, 1.0]]


def test_stages_are_not_read_to_be_explained(tmp_path: Path) -> None:
    """They may be millions of claims; what else is given is as it was."""
    file = saved(tmp_path, Q=np.ones((4, 6)), K=np.ones((4, 6)), weights=np.ones((4, 4)))
    (problem,) = load_all(file, judged=False)
    assert problem.claims.numbers == ()
    assert problem.remarks == ("weights in the file is a claim: attncalc check judges it.",)
    (plain,) = load_all(saved(tmp_path, Q=np.ones((4, 6)), K=np.ones((4, 6))), judged=False)
    assert plain.remarks == ()


def test_woven(tmp_path: Path, attncalc: Attncalc) -> None:
    """Passages of documents say how arrays lie, too."""
    saved(tmp_path, **{name.lower() + "!": array for name, array in BATCH.items()})
    document = tmp_path / "a.md"
    names = " ".join(f"map={name.lower()}!={name}" for name in "QKV")
    document.write_text(f"```attncalc file=a.npz batch=2 layout=bhnd {names} stages=weights\n```\n")
    assert attncalc("weave", document).code == 0
    assert "Problem 2 of a batch of 2." in document.read_text()
    document.write_text("```attncalc file=a.npz batch=0 layout=hn map=Q\n```\n")
    result = attncalc("weave", document)
    assert result.code == 2
    assert result.err == (
        f"{document}:1:24: “batch=0”; expected 1 or more\n"
        f"{document}:1:32: “layout=hn”; expected b for a batch, h for heads, n for tokens and d "
        "for numbers, in their order\n"
        f"{document}:1:42: “map=Q”; expected NAME=MEANING, like q_proj=Q\n"
    )


def test_compared(tmp_path: Path, attncalc: Attncalc) -> None:
    """Each of two files has the names that are its own."""
    Q, K = (BATCH[name][0, 0] for name in "QK")
    one, other = saved(tmp_path, a=Q, K=K), saved(tmp_path, "b.npz", b=Q, K=K)
    result = attncalc("compare", one, other, "--map", "a=Q", "--map", "b=Q", "--json")
    assert (result.code, json.loads(result.out)["first_difference"]) == (0, None)


def test_as_it_is() -> None:
    """Nothing is arranged unless it is asked for."""
    assert arrangement() == Arrangement()
    assert read_mapping({"Q": [[1]]}).arranged == Arrangement()
