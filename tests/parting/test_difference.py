"""What two dumps have in common and what not: what is given, what is unsaid, and what is told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import attncalc
from attncalc.difference import Difference, StageDifference, Status
from attncalc.parting import difference
from attncalc.parting.comparing import ulps
from attncalc.parting.dumps import own_bits
from attncalc.readers.arrangement import arrangement
from attncalc.walkthrough.differing import write_difference
from tests.parting.plain import bfloat16, double, dump, half, problem, single
from tests.parting.planted import SPECS

ONE = problem(1, h=2, d_v=4, mask="causal")
RIGHT = dump(ONE)


def without(dumped: dict[str, Any], *names: str, **others: Any) -> dict[str, Any]:
    """A dump with some arrays left out, and others in their place."""
    return {name: each for name, each in dumped.items() if name not in names} | others


def statuses(a: dict[str, Any], b: dict[str, Any]) -> dict[str, str]:
    return {each.name: each.status.value for each in difference(a, b).stages}


def test_other_inputs() -> None:
    """A difference in what is given is told as that; what follows from it is nobody's fault."""
    spec = {**ONE, "given": {**ONE["given"], "Q": ONE["given"]["Q"] + 0.1}}
    found = difference(RIGHT, dump(spec))
    assert found.given == ("Q",)
    assert (found.follows(found.a), found.follows(found.b)) == (True, True)
    assert found.cause == "what is given differs: Q"
    assert found.sentence == (
        "A and B are not given the same Q, and part at the queries; all that differs follows from "
        "that."
    )
    wrong = difference(RIGHT, dump(spec, ("unscaled",)))
    assert wrong.sentence == (
        "A and B are not given the same Q, and part at the queries; besides, B does not follow "
        "from its own earlier stages."
    )
    assert wrong.others == (
        "Besides, B does not follow at the scaled scores: the scores are not scaled.",
    )
    W_O = ONE["given"]["W_O"][::-1]
    other = difference(RIGHT, dump({**ONE, "given": {**ONE["given"], "W_O": W_O}}))
    assert other.given == ("W_O",)
    assert other.first is not None
    assert other.first.name == "output"
    near = dump(ONE, (), single)
    assert not difference(RIGHT, near).given


@pytest.mark.parametrize(
    ("ours", "theirs", "told"),
    [
        ({"mask": "causal"}, {"mask": "none"}, ("mask", "causal", "none")),
        ({"mask": "causal"}, {"mask": "{window: 2}"}, ("mask", "causal", "{window: 2}")),
        ({"scale": "0.5"}, {"scale": "none"}, ("scale", "0.5", "none")),
        ({"softcap": "5"}, {"softcap": "2"}, ("softcap", "5", "2")),
        (
            {"positions": "rope"},
            {"positions": "{rope: {base: 100, pairing: half}}"},
            (
                "positions",
                "{rope: {base: 10000, pairing: interleaved}}",
                "{rope: {base: 100, pairing: half}}",
            ),
        ),
        ({"sink": np.ones(2)}, {"sink": np.zeros(2)}, ("sink", "2 numbers", "2 numbers")),
        ({"sink": "1"}, {"sink": "2"}, ("sink", "1.0", "2.0")),
        ({"qk_norm": "l2"}, {"qk_norm": "rms"}, ("qk_norm", "l2", "rms")),
        ({"bias": "alibi"}, {"bias": "{slopes: [1, 2]}"}, ("bias", "alibi", "slopes")),
        (
            {"position_ids": np.arange(6)},
            {"position_ids": np.arange(6) + 1},
            ("position_ids", "6 numbers", "6 numbers"),
        ),
    ],
)
def test_other_options(ours: dict[str, Any], theirs: dict[str, Any], told: tuple[str, ...]) -> None:
    """Options that differ are told with both of their values, and each side follows."""
    if "position_ids" in ours:
        ours, theirs = ({**each, "positions": "rope"} for each in (ours, theirs))
    given = without(ONE["given"], "W_O", "b_O")
    a, b = ({**given, **each} for each in (ours, theirs))
    found = difference(a, b)
    assert [tuple(map(str, each)) for each in found.options] == [told]
    assert (found.follows(found.a), found.follows(found.b)) in ((True, True), (None, None))
    if found.differs:
        assert found.cause == f"the options differ: {told[0]} (A: {told[1]}, B: {told[2]})"
        assert "as their options differ" in found.sentence


def test_options_said_otherwise() -> None:
    """The same mask in two ways is the same; the default scale is what it is when it is typed."""
    rows = np.tril(np.ones((6, 6)))
    found = difference(RIGHT, without(RIGHT, mask=rows, scale="1/sqrt(d_k)"))
    assert found.options == ()
    assert all(each.status is Status.EQUAL for each in found.stages)
    whole = difference(without(RIGHT, "mask", mask=np.ones((6, 6))), without(RIGHT, mask="none"))
    assert whole.options == ()


def test_sinusoidal_positions() -> None:
    """Positions that are added, to one base or another."""
    X = np.random.default_rng(3).normal(size=(4, 6))
    a, b = ({"X": X, "positions": f"{{sinusoidal: {{base: {base}}}}}"} for base in ("100", "1000"))
    found = difference(a, b)
    assert found.options == (
        ("positions", "{sinusoidal: {base: 100}}", "{sinusoidal: {base: 1000}}"),
    )


def test_unsaid() -> None:
    """Inputs, parameters and options that one side leaves out are taken from the other."""
    bare = {name: RIGHT[name] for name in ("weights", "output")}
    found = difference(RIGHT, bare)
    assert not found.differs
    assert found.notes == (
        "B does not give Q, K, V, W_O and b_O: those of A are taken",
        "B does not say its mask: taken as A says",
    )
    wrong = difference(RIGHT, {"weights": dump(ONE, ("unscaled",))["weights"]})
    assert wrong.cause == "in B, the scores are not scaled"
    no_values = difference(without(RIGHT, "V"), without(dump(ONE, ("no b_O",)), "W_O"))
    assert no_values.cause == "in B, b_O is not added"
    again = difference(
        attncalc.explain({"tokens": list("ab"), "X": np.eye(2)}), {"output": np.eye(2)}
    )
    assert (again.follows(again.a), again.follows(again.b)) == (True, False)


def test_values_that_nobody_has() -> None:
    """Without values, what comes before them is compared; what follows is not judged."""
    a, b = (without(each, "V") for each in (RIGHT, dump(ONE, ("no b_O",))))
    found = difference(a, b)
    assert found.first is not None
    assert found.first.name == "output"
    assert found.sentence == (
        "A and B part at the output; which of them is wrong cannot be told, as nothing before it "
        "is known of both."
    )


def test_nothing_to_begin_with() -> None:
    """Outputs alone are compared by their number type."""
    output = single(RIGHT["output"])
    near = {"output": np.nextafter(output, np.float32(9))}
    found = difference({"output": output}, near)
    assert [each.status for each in found.stages] == [Status.NOISE]
    assert found.sentence == "A and B agree: 1 stage, within rounding."
    assert "whether its stages follow is not known" in found.notes[0]
    far = difference({"output": output}, {"output": output + 1})
    assert (far.follows(far.a), far.follows(far.b)) == (None, None)
    assert "which of them is wrong cannot be told" in far.sentence
    one = difference({"output": output}, {"output": output})
    assert one.sentence == "A and B agree: 1 stage, equal to the bit."
    none = difference({"output": output}, {"scores": RIGHT["scores"]})
    assert none.sentence == "A and B have no stage in common."


def test_tokens_of_the_other_side() -> None:
    """Tokens are taken from a side of as many queries; scores alone do not tell how many."""
    tokens = ["the", "cat", "sat", "on", "a", "mat"]
    named = without(RIGHT, tokens=np.array(tokens))
    alike = difference(named, without(RIGHT, "tokens"))
    assert alike.b.trace is not None
    assert list(alike.b.trace.problem.tokens) == tokens
    X = np.random.default_rng(8).normal(size=(6, 4))
    scores = difference({"scores": X @ X.T}, {"X": X, "tokens": np.array(tokens)})
    assert scores.a.trace is not None
    assert list(scores.a.trace.problem.tokens) == [f"#{place + 1}" for place in range(6)]
    assert not scores.differs


def test_masks_that_neither_says() -> None:
    """What has no weight is masked; where the sides hide other keys, that is what differs."""
    ours = without(RIGHT, "mask")
    same = difference(ours, without(dump(ONE, (), single), "mask"))
    assert not same.differs
    assert "neither side says its mask" in same.notes[0]
    seen = without(dump(ONE, ("unmasked",)), "mask")
    for left in ((), ("masked_scores",)):
        a, b = (without(each, *left) for each in (ours, seen))
        found = difference(a, b)
        assert found.options == (("mask", "6×6 numbers", "none"),)
        assert (found.follows(found.a), found.follows(found.b)) == (True, True)
    few = [without(each, "masked_scores", "weights") for each in (ours, seen)]
    assert not difference(few[0], few[1]).options


def test_a_mask_that_a_trace_says() -> None:
    """A mask that is given as a matrix to the other side alone is said, and taken from there."""
    spec = {name: each for name, each in RIGHT.items() if name in ("Q", "K", "V", "W_O", "b_O")}
    options = {"heads": 2, "mask": np.tril(np.ones((6, 6))).astype(int).tolist()}
    trace = attncalc.explain({**spec, "attention": options})
    bare = without(RIGHT, "mask", "W_O", "b_O")
    found = difference(bare, trace)
    assert not found.differs
    assert not found.a.lost
    assert not [note for note in found.notes if "says its mask" in note]
    seen = difference(without(dump(ONE, ("unmasked",)), "mask"), trace)
    assert seen.cause == "in A, the mask is not applied"


def test_fillings() -> None:
    """What programs fill in for -inf is -inf, and told; a bias of -1e9 is hidden by -inf, too."""
    filled = dump(ONE, ("-1e9",))
    found = difference(RIGHT, filled)
    assert not found.differs
    assert found.notes == ("B fills in -1e+09 for scores that are masked, as -inf",)
    bias = np.where(np.tril(np.ones((6, 6))) == 1, 0.0, -1e9)
    biased = without(RIGHT, "mask", bias=bias)
    assert not difference(biased, biased).a.lost


def test_undefined() -> None:
    """NaN and infinities are told with their places, in what is given too, and do not stop it."""
    Q = RIGHT["Q"].copy()
    Q[0, 1, 0], Q[1, 2, 0], Q[1, 3, 3] = np.nan, np.inf, -np.inf
    given = {name: RIGHT[name] for name in ("K", "V", "mask")}
    found = difference({**given, "Q": Q}, RIGHT)
    assert found.given == ("Q",)
    told = [note for note in found.notes if note.startswith("A has")]
    assert told == [
        "A has NaN in the queries: 1 of 96 numbers, the first at [1, 2, 1]",
        "A has infinity in the queries: 2 of 96 numbers, the first at [2, 3, 1]",
    ]
    broken = without(RIGHT, weights=np.full_like(RIGHT["weights"], np.nan))
    lost = difference(RIGHT, broken)
    assert lost.follows(lost.b) is False
    assert lost.first is not None
    assert (lost.first.largest, lost.first.relative, lost.first.added) == (None, None, np.inf)
    same = difference(broken, broken)
    assert all(each.status is Status.EQUAL for each in same.stages)


def test_overflow_of_sixteen_bits() -> None:
    """Infinity is what 16 bits leave of a large score."""
    big = problem(2, h=2)
    for name in "QK":
        big["given"][name] = big["given"][name] * 300
    with np.errstate(over="ignore", invalid="ignore"):
        a, b = dump(big, (), half), dump(big, (), single)
    assert np.isinf(a["scores"]).any()
    found = difference(a, b)
    assert "scores" not in found.a.lost


def test_shapes() -> None:
    """Another shape is a difference, and no number of it is compared."""
    other = without(RIGHT, "head_outputs", output=RIGHT["output"][:, :3])
    found = difference(RIGHT, other)
    assert found.differs
    assert found.first is None
    assert found.follows(found.a) is None
    assert found.sentence == "A and B part at the output: 6×8 against 6×3."
    assert statuses(RIGHT, other)["head_outputs"] == "missing"
    assert found.cause is None


def test_a_shape_beside() -> None:
    """Values of another shape tell nothing against what explains queries and keys."""
    wrong = dump(SPECS["embedded"], ("no b",))
    found = difference(dump(SPECS["embedded"]), without(wrong, V=wrong["V"][:, :, :3]))
    assert found.cause == "in B, the biases b_Q, b_K and b_V are not added"


def test_arrangements() -> None:
    """A batch of one, heads side by side or behind the tokens: the same numbers."""
    folded = without(RIGHT, "concatenated")
    for name in ("Q", "head_outputs"):
        folded[name] = np.concatenate(list(RIGHT[name]), axis=1)
    for name in ("K", "V"):
        folded[name] = np.concatenate(list(RIGHT[name]), axis=1)
    assert set(statuses(RIGHT, folded).values()) == {"equal", "missing"}
    behind = without(RIGHT, head_outputs=RIGHT["head_outputs"].swapaxes(0, 1))
    assert set(statuses(RIGHT, behind).values()) == {"equal"}
    batch = {
        name: each[None] if isinstance(each, np.ndarray) and each.ndim == 3 else each
        for name, each in RIGHT.items()
    }
    assert set(statuses(RIGHT, batch).values()) == {"equal"}


def test_beginnings() -> None:
    """A problem may begin with rotated vectors, embeddings, scores or weights."""
    rope = dump(problem(3, h=2, rope={}, mask="causal"))
    wrong = dump(problem(3, h=2, rope={}, mask="causal"), ("unscaled",))
    a, b = (without(each, "Q", "K", "positions") for each in (rope, wrong))
    late = difference(a, b)
    assert late.cause == "in B, the scores are not scaled"
    assert late.stages[1].name == "Q_rotated"
    a, b = (without(each, "Q", "K", "V") for each in (RIGHT, dump(ONE, ("unscaled",))))
    scores = difference(a, b)
    assert scores.given == ("scaled_scores",)
    assert not scores.a.lost
    assert not scores.b.lost
    kept = ("weights", "V", "W_O", "b_O", "output")
    ends = [{name: each[name] for name in kept} for each in (RIGHT, dump(ONE, ("no b_O",)))]
    weights = difference(ends[0], ends[1])
    assert weights.cause == "in B, b_O is not added"
    X = np.random.default_rng(4).normal(size=(5, 4))
    S = X @ X.T / 2
    A = np.exp(S) / np.exp(S).sum(axis=1, keepdims=True)
    embedded = difference({"X": X, "weights": A}, {"X": X, "weights": A, "output": A @ X})
    assert not embedded.differs
    assert not embedded.b.lost


def test_plain_lists() -> None:
    """A mapping of lists is a dump where it has stages; a problem, where it has none."""
    Q = [[1.0, 0.0], [0.0, 1.0]]
    given = {"Q": Q, "K": Q, "V": Q}
    S = (np.array(Q) / np.sqrt(2)).tolist()
    dumped = {**given, "scaled_scores": S}
    found = difference(given, dumped)
    assert not found.differs
    assert found.a.computed
    assert not found.b.computed
    with pytest.raises(attncalc.AttncalcError):
        difference(given, {**given, "weights": [[1.0], [1.0, 2.0]]})


def test_other_names() -> None:
    """Arrays of other names are left out and told; powers are compared, and not judged."""
    S = RIGHT["masked_scores"]
    powers = np.exp(S)
    own = {"exponentials": powers, "sums": powers.sum(axis=-1)}
    more = without(RIGHT, **own, colour=np.ones(3), inputs="exact")
    found = difference(more, more)
    assert found.notes[0] == ("A has arrays of names that no stage has, which are left out: colour")
    assert {"exponentials", "sums"} <= {each.name for each in found.stages}
    shifted = np.exp(S - S.max(axis=-1, keepdims=True))
    stable = difference(more, without(more, "sums", exponentials=shifted))
    assert not stable.b.lost


def test_how_arrays_of_files_lie(tmp_path: Path) -> None:
    """--layout and --batch hold for both files; told of nothing, other shapes are told."""
    plain = {name: RIGHT[name] for name in ("Q", "K", "V", "scaled_scores", "weights")}
    other = {name: each + 1 for name, each in plain.items()}
    behind: dict[str, Any] = {
        name: np.stack([each, other[name]])
        if name not in ("Q", "K", "V")
        else np.stack([each.swapaxes(0, 1), other[name].swapaxes(0, 1)])
        for name, each in plain.items()
    }
    files = [tmp_path / "plain.npz", tmp_path / "behind.npz"]
    np.savez(files[1], **(behind | {"mask": np.array("causal")}))
    both = difference(files[1], files[1], 0.0, arrangement(1, "bnhd", ()))
    assert [each.status.value for each in both.stages] == ["equal"] * 5
    assert (both.a.stages["weights"] == RIGHT["weights"]).all()
    with pytest.raises(attncalc.InputErrors, match="a batch of 2; expected a single problem"):
        difference(files[1], files[1])
    np.savez(files[0], mask="causal", **plain)
    alone = {name: each[0] for name, each in behind.items()}
    alone["weights"] = alone["weights"] + 0.5
    np.savez(files[1], mask="causal", **alone)
    for a, b in (files, files[::-1]):
        page = attncalc.Handout(write_difference(difference(a, b))).text()
        assert "A and B part at the queries" in page


def test_names_of_programs() -> None:
    """Arrays of a mapping may have the names that programs give them, as those of a file may."""
    plain = {name: RIGHT[name] for name in ("Q", "K", "V", "weights")}
    theirs = dict(zip(("q_proj", "k_proj", "v_proj", "attn_weights"), plain.values(), strict=True))
    found = difference(plain, theirs)
    assert [each.status.value for each in found.stages] == ["equal"] * 4


@pytest.mark.parametrize("swapped", [False, True])
def test_a_bias_that_one_side_leaves_out(swapped: bool) -> None:
    """It is taken from the other side and told, and what was made without it does not follow."""
    whole = RIGHT | {"b_O": np.full(RIGHT["W_O"].shape[1], 0.5)}
    whole["output"] = RIGHT["concatenated"] @ RIGHT["W_O"] + whole["b_O"]
    left_out = without(whole, "b_O", output=whole["output"] - 0.5)
    sides = (left_out, whole) if swapped else (whole, left_out)
    found = difference(*sides)
    assert found.differs
    assert found.cause == f"in {'A' if swapped else 'B'}, b_O is not added"
    assert any("does not give b_O" in note for note in found.notes)


def test_a_bias_of_one_problem() -> None:
    """Two problems are told apart by a bias that one of them has."""
    given = {"Q": [[1, 2]], "K": [[1, 0]], "V": [[1, 1]], "W_O": [[1, 0], [0, 1]]}
    found = difference(attncalc.load(given), attncalc.load({**given, "b_O": [1, 1]}))
    assert found.differs
    assert found.given == ("b_O",)


def test_digits_of_types() -> None:
    """In how many binary digits numbers were kept, however they are stored."""
    numbers = np.random.default_rng(0).normal(size=30)
    assert own_bits(numbers) == 53
    assert own_bits(single(numbers)) == own_bits(double(single(numbers))) == 24
    assert own_bits(half(numbers)) == own_bits(single(half(numbers))) == 11
    assert own_bits(bfloat16(numbers)) == own_bits(double(bfloat16(numbers))) == 8
    assert own_bits(single(np.arange(40))) == 24
    assert own_bits(np.arange(40)) == 53
    assert own_bits(single(np.array([0.5, 0.25, 1.5, 1.75]))) == 24
    assert own_bits(single(np.array([0.1]))) == 24


def test_units() -> None:
    """One unit in the last place is the distance to the next number of the type."""
    for value in (1.0, 0.1, 300.0, 7.7):
        near = np.nextafter(np.float32(value), np.float32(np.inf))
        assert ulps(float(np.float32(value)), float(near), 24) == 1
    assert ulps(0.0, 0.0, 24) == 0
    assert ulps(np.nan, 1.0, 24) is None


def test_whole_heads() -> None:
    """Heads that are those of others, rows that are shifted, numbers of the wrong sign."""
    right = RIGHT["head_outputs"]

    def told(made: Any) -> str | None:
        bare = without(RIGHT, "concatenated", "output", head_outputs=made)
        return difference(RIGHT, bare).cause

    assert told(right[[1, 1]]) == "in B, the heads are those of others: 2, 2"
    assert told(np.roll(right, 1, axis=1)) == "in B, the rows stand one place too low"
    assert told(np.roll(right, -1, axis=1)) == "in B, the rows stand one place too high"
    assert told(-right) == "in B, every number has the wrong sign"
    assert told(3 * right) == "in B, every number is multiplied by 3"
    assert told(np.where(np.arange(2)[:, None, None] == 1, -right, right)) == (
        "in B, in head 2, every number has the wrong sign"
    )
    assert told(right + np.arange(4) ** 2) is None


def test_fewer_digits() -> None:
    """Numbers of 32 bits that are as far off as 11 or 8 binary digits leave them."""
    for kept, bits in ((half, 11), (bfloat16, 8)):
        S = single(kept(RIGHT["scores"])) * np.float32(1 + 2.0**-20)
        a, b = (without(dump(ONE, (), single), "scaled_scores") for _ in "ab")
        found = difference(a, {**b, "scores": S})
        assert found.cause is not None
        assert f"as far off as {bits} binary digits leave them" in found.cause


def test_what_is_left_out() -> None:
    """A side is wrong that goes wrong at a stage which only it has."""
    spec = problem(5, h=2, mask="causal")
    right, wrong = dump(spec), dump(spec, ("unscaled",))
    found = difference(without(right, "scaled_scores"), wrong)
    assert found.follows(found.b) is False


def page(a: Any, b: Any) -> str:
    """The page as text, on one line."""
    found = attncalc.diff(a, b)
    return " ".join(found.handout().text().split())


def test_pages(tmp_path: Path) -> None:
    """What a page tells of sides that differ in ways of every kind."""
    output = RIGHT["output"]
    assert "A: float64 · B: float64" in page({"output": output}, {"output": output + 1})
    assert "✗ another shape 6×8 / 6×3" in page(RIGHT, without(RIGHT, output=output[:, :3]))
    assert "Only in A: output. Only in B: concatenated heads." in page(
        {"output": output}, {"concatenated": output}
    )
    spec = {**ONE, "given": {**ONE["given"], "V": ONE["given"]["V"] + 1}}
    given = page(RIGHT, dump(spec))
    assert "The value of “#1”, head 1, entry 1 is" in given
    assert "From what" not in given
    both = page(dump(ONE, ("over d_k",)), dump(ONE, ("unscaled",)))
    assert "From what both have before it:" in both
    assert "A has" in both
    assert "B has" in both
    masks = page({**without(ONE["given"], "W_O", "b_O"), "mask": "none"}, RIGHT)
    assert "their options differ: mask (A: none, B: causal)" in masks
    rope = problem(3, h=2, rope={})
    apart = page(dump(rope), without(dump(rope, ("unscaled",)), "scores"))
    assert "Only in A: scores." in apart
    V = RIGHT["V"].copy()
    V[0] = np.nan
    undefined = page(RIGHT, without(RIGHT, V=V))
    assert "B has NaN in the values" in undefined
    assert "A has" not in undefined
    stages = without(RIGHT, "concatenated", "output", V=V)
    wrong = without(stages, head_outputs=RIGHT["head_outputs"] + 1)
    lost = page(without(stages, head_outputs=np.nan * RIGHT["head_outputs"]), wrong)
    assert lost.count("From what") == 1
    assert "From what both have before it: B has" in lost
    assert "and it should be NaN." in lost
    made = without(dump(SPECS["embedded"]), "V", "concatenated", "output")
    other = without(
        made, W_V=np.nan * made["W_V"], head_outputs=np.zeros_like(made["head_outputs"])
    )
    one_sided = page(made, other)
    assert "From what A has before it:" in one_sided
    assert "From what B has before it: B has 0, and it should be NaN." in one_sided
    hidden = page(RIGHT, dump(ONE, ("unmasked",)))
    assert "is −∞ in A" in hidden
    assert "m_#1,#2 = 1.5596 + (-∞) = -∞" in hidden
    near = page(without(RIGHT, output=output + 1e-9), RIGHT)
    assert "1 more" not in near
    one = output.copy()
    one[0, 0] += 1
    assert "Where they differ most" not in page(RIGHT, without(RIGHT, output=one))
    one[1, 2] += 1
    two = page(RIGHT, without(RIGHT, output=one))
    assert "2 of 48 numbers of the output differ" in two
    assert "more differ" not in two.replace("differ by more", "")
    one[1, :6] += 1
    assert "7 of 48 numbers of the output differ" in page(RIGHT, without(RIGHT, output=one))
    assert "… 1 more differs" in page(RIGHT, without(RIGHT, output=one))
    path = tmp_path / "right.npz"
    np.savez(path, **RIGHT)
    assert "A: right.npz, float64 · B: right.npz, float64" in page(path, path)


def test_many_notes() -> None:
    """Of many things to be known, a page tells the first."""
    found = difference(RIGHT, {"output": RIGHT["output"], "colour": np.ones(2)})
    many = Difference(found.a, found.b, found.stages, notes=("a",) * 10)
    told = attncalc.Handout(write_difference(many)).text()
    assert "2 more notes are left out." in told


def test_embeddings() -> None:
    """Inputs, biases and heads of a dump that begins with embeddings are taken for one without."""
    spec = problem(6, h=2, embedded=True, d_model=16, mask="causal")
    right, wrong = dump(spec), dump(spec, ("unscaled",))
    bare = {name: wrong[name] for name in ("weights", "output")}
    found = difference(right, bare)
    assert found.cause == "in B, the scores are not scaled"
    assert "W_Q" in found.notes[0]
    tokens = list("abcdef")
    named = difference({**right, "tokens": tokens}, wrong)
    assert named.b.trace is not None
    assert named.b.trace.problem.tokens == tuple(tokens)
    vectors = without(wrong, *(f"{kind}_{name}" for kind in "Wb" for name in "QKV"), "X")
    assert difference(right, vectors).cause == "in B, the scores are not scaled"
    folded = {**right, "heads": "2"}
    assert not difference(folded, right).differs
    single_head = without(right, "weights", "scores", "scaled_scores", "masked_scores", "Q")
    assert difference(single_head, single_head).a.trace is not None


def test_without_heads() -> None:
    """One head, in two axes."""
    rng = np.random.default_rng(8)
    Q, K, V = rng.normal(size=(3, 5, 4))
    S = Q @ K.T
    for wrong, told in (
        (S.T / 2, "query and key are swapped"),
        (-S / 2, "every number has the wrong sign"),
        (S / 2 + np.arange(5) ** 2, None),
    ):
        given = {"Q": Q, "K": K, "V": V}
        found = difference(given, {**given, "scaled_scores": wrong})
        assert found.cause == (None if told is None else f"in B, {told}")


def test_large() -> None:
    """Of a large stage the likeliest mistakes are tried, one at a time."""
    spec = problem(9, n=40, h=4, mask="causal")
    right = dump(spec, (), single)
    off = right["weights"] + np.float32(0.1) * np.arange(40, dtype=np.float32) ** 2
    found = difference(right, without(right, weights=off))
    assert found.follows(found.b) is False
    assert found.cause is None
    assert "no known mistake gives what it has" in found.sentence
    assert difference(right, dump(spec, ("no W_O",), single)).cause is not None


def test_mistakes_beside_each_other() -> None:
    """A mistake that would have changed rotated keys, too, is none if they are right."""
    spec = problem(3, h=2, rope={}, mask="causal")
    right, wrong = dump(spec), dump(spec, ("other pairs",))
    lone = without(right, Q_rotated=wrong["Q_rotated"])
    found = difference(right, lone)
    assert found.cause is None or "other pairs" not in found.cause
    ours, theirs = (without(each, "K_rotated") for each in (right, wrong))
    bare = difference(ours, theirs)
    assert bare.cause == "in B, rope turns the other pairs"


def test_odd_shapes() -> None:
    """A stage of a shape that it cannot have is compared, and not judged."""
    cut = {name: RIGHT[name][:, :3] for name in ("weights", "masked_scores")}
    odd = without(RIGHT, **cut)
    found = difference(odd, odd)
    assert not found.differs
    assert found.a.follows("weights") is None or not found.a.lost
    three = without(RIGHT, head_outputs=np.ones((3, 3, 3)))
    assert not difference(three, three).differs


def test_texts_that_are_no_problem(tmp_path: Path) -> None:
    """A file without numbers is refused as it is elsewhere."""
    path = tmp_path / "title.yaml"
    path.write_text("title: x\n")
    with pytest.raises(attncalc.AttncalcError):
        difference(path, RIGHT)
    with pytest.raises(attncalc.AttncalcError):
        difference({"title": "x"}, RIGHT)


def test_options_of_another_problem() -> None:
    """A side that says some options keeps them; the others are the defaults of a problem."""
    causal = {"tokens": list("ab"), "X": np.eye(2), "attention": {"mask": "causal"}}
    trace = attncalc.explain(causal)
    assert difference(trace, {"X": np.eye(2), "scale": "none"}).options
    gated = {"tokens": list("ab"), "X": np.eye(2)}
    a, b = (
        attncalc.explain({**gated, "attention": {"gate": [[g, g], [g, g]]}}) for g in ("1", "2")
    )
    assert difference(a, b).options == (("gate", "2×2 numbers", "2×2 numbers"),)
    long = attncalc.explain({**gated, "attention": {"mask": {"causal": True, "padding": [1, 1]}}})
    assert difference(long, a).options


def test_what_nobody_can_work_out() -> None:
    """A number is worked out where it has a value, and where its stage is one of the problem's."""
    rope = problem(3, h=2)
    masked = dump({**rope, "options": {"mask": "causal"}})
    unsaid = without(masked, mask="none")
    plain = without(unsaid, masked_scores=masked["scaled_scores"])
    assert "From what" not in page(plain, unsaid)
    V = RIGHT["V"].copy()
    V[:, 0] = np.nan
    a = without(RIGHT, V=V)
    b = without(a, head_outputs=RIGHT["head_outputs"] + 1)
    rows = np.where(np.isnan(RIGHT["head_outputs"]), 0, np.nan)
    told = page(without(a, head_outputs=rows), b)
    assert "it should be NaN" in told
    one = page(without(a, "head_outputs"), without(RIGHT, "head_outputs"))
    assert "The value of “#1”" in one


def test_one_head_and_its_names() -> None:
    """Without heads, what a head gives is the output; options that both say alike are the same."""
    rng = np.random.default_rng(1)
    Q, K, V = rng.normal(size=(3, 4, 4))
    given = {"Q": Q, "K": K, "V": V, "qk_norm": "l2"}
    trace = attncalc.explain({**without(given, "qk_norm"), "attention": {"qk_norm": "l2"}})
    out = trace["output"]
    found = difference({**given, "head_outputs": out, "output": out}, given)
    assert not found.differs
    assert not found.a.lost
    assert found.options == ()
    mixed = difference({**given, "weights": single(trace["weights"])}, given)
    assert mixed.sentence == (
        "A and B agree: 3 of 4 stages are equal to the bit, the others within rounding."
    )
    assert not mixed.differs


def test_each_follows_and_they_part() -> None:
    """Where nothing is to blame, nothing is blamed."""
    found = difference(RIGHT, RIGHT)
    apart = StageDifference("output", Status.DIFFERS, ((6, 8), (6, 8)))
    told = Difference(found.a, found.b, (apart,)).sentence
    assert told == (
        "A and B part at the output, though each follows from its own earlier stages: it is what "
        "they leave out that differs."
    )


def test_heads_that_do_not_fit() -> None:
    """Heads are counted only where widths allow it."""
    folded = np.ones((3, 4))
    weights = np.full((2, 3, 3), 1 / 3)
    with pytest.raises(attncalc.AttncalcError):
        difference(
            {"Q": folded, "K": np.ones((3, 5)), "V": folded, "weights": weights},
            {"tokens": list("abc"), "output": folded},
        )
