"""What becomes a file of a head, without the libraries that models need."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import attncalc as library
from attncalc.capture import masks
from attncalc.capture.agreement import differences
from attncalc.capture.layers import Layer
from attncalc.capture.work import Captured, Parted, captured
from attncalc.checking import check
from attncalc.errors import AttncalcError, InputError
from attncalc.steps.engine import explain
from tests.capture.fakes import RNG, WORDS, D, Fake, N, layer, normalized, turned, worked_out
from tests.conftest import Attncalc

CAUSAL: Callable[[int, int], bool] = lambda i, j: j <= i  # noqa: E731


def one(model: Fake, **asked: Any) -> Captured:
    """The only file of a model."""
    wanted = {"layer": None, "head": None, "name": "a.npz", **asked}
    (found,) = captured(model, ["a text"], **wanted)
    return found


def read(found: Captured, folder: Path) -> library.Problem:
    """The file, as the commands read it."""
    file = folder / "a.npz"
    file.write_bytes(found.content)
    return library.load(file)


def options_of(problem: library.Problem) -> Any:
    """The options of a problem."""
    return problem.attention


@pytest.mark.parametrize("kind", ["float32", "float16", "bfloat16"])
@pytest.mark.parametrize(
    "given",
    [
        {},
        {"h": 4, "h_kv": 2, "seen": CAUSAL},
        {"h": 2, "seen": lambda i, j: j <= i and i - j < 2, "scale": 1.0, "softcap": 2.0},
        {"h": 2, "seen": lambda i, j: (i + j) % 3 != 1 or i == j, "scale": 5**-0.5},
        {"h": 2, "bias": np.array([[[0.5] * N] * N, [[-0.25] * N] * N]), "scale": 0.3},
        {"h": 2, "sinks": np.array([0.5, -1.0], "f4"), "bias": np.full((1, N, N), 0.125)},
    ],
)
def test_files_agree_with_the_model(kind: str, given: dict[str, Any], tmp_path: Path) -> None:
    """What is read again gives the model's weights and output, and a check accuses none of them."""
    whole = layer(**given, kind=kind)
    model = Fake(whole, kind=kind)
    heads = [None, *range(1, len(whole.Q) + 1)]
    for head in heads:
        problem = read(one(model, head=head), tmp_path)
        assert problem.tokens == WORDS
        assert {claim.stage for claim in problem.claims.numbers} == {"weights", "output"}
        report = check(explain(problem))
        assert not any(finding.fails(strict=True) for finding in report.findings)
        assert whole.weights is not None
        wanted = whole.weights if head is None else whole.weights[head - 1 : head]
        ours = np.asarray(explain(problem)["weights"]).astype(float)
        assert np.abs(ours.reshape(wanted.shape) - wanted).max() < {
            "float16": 1e-3,
            "bfloat16": 1e-2,
        }.get(kind, 1e-6)


def test_options(tmp_path: Path) -> None:
    """What can be typed is; what cannot stands as an array."""
    h = {"h": 2}
    typed: list[tuple[dict[str, Any], str, str | None]] = [
        ({**h, "seen": CAUSAL}, "mask", "causal"),
        ({**h, "seen": lambda i, j: j <= i and i - j < 2}, "mask", "{window: 2}"),
        ({**h, "seen": lambda i, j: abs(i - j) < 2}, "mask", "{window: [1, 1]}"),
        ({**h, "seen": lambda i, j: j >= i - 1}, "mask", "{window: [1, -1]}"),
        (h, "mask", None),
        ({**h, "scale": 0.5}, "scale", None),
        ({**h, "scale": 1.0}, "scale", "none"),
        ({**h, "scale": 7**-0.5}, "scale", "1/sqrt(7)"),
        ({**h, "scale": 0.3}, "scale", "0.3"),
        ({**h, "scale": 30.0}, "scale", "30.0"),
        ({**h, "softcap": 2.5}, "softcap", "2.5"),
        ({"h": 4, "h_kv": 2}, "kv_heads", "2"),
    ]
    for given, name, text in typed:
        found = one(Fake(layer(**given)))
        (tmp_path / "a.npz").write_bytes(found.content)
        with np.load(tmp_path / "a.npz") as arrays:
            assert (str(arrays[name]) if name in arrays else None) == text
            assert str(arrays["title"]) == "fake, layer 1 of 1"
            assert str(arrays["notes"]) == "layers.0.attn, in float32."


def test_masks_that_no_word_says() -> None:
    """They stand pair by pair; so do those that differ from head to head."""
    checkered = np.array([[1, 0, 1], [0, 1, 0], [1, 0, 1]], bool)
    assert masks.typed(checkered) is None
    assert masks.typed(np.zeros((2, 2), bool)) is None
    by_head = np.stack([np.tri(3, dtype=bool), checkered])
    added = np.where(by_head, 0, -np.inf)
    seen, rest = masks.parted(added)
    assert (seen == by_head).all()
    assert (masks.typed(seen), rest) == (None, None)
    seen, rest = masks.parted(np.where(by_head[:1].repeat(2, 0), [[[1]], [[2]]], -1e38))
    assert masks.typed(seen) == "causal"
    assert rest is not None
    assert rest[:, 2, 0].tolist() == [1, 2]


def test_mask_of_each_head(tmp_path: Path) -> None:
    """A head has its own mask and bias."""
    added = np.where(RNG.integers(0, 2, (2, N, N)) | np.eye(N, dtype=int), 0.5, -1e38)
    both = worked_out(replace(layer(2), added=added))
    for head in (1, 2):
        mask = read(one(Fake(both), head=head), tmp_path).attention.mask
        assert (np.asarray(mask) == (added[head - 1] > -1)).all()


@pytest.mark.parametrize(
    ("base", "pairing", "dims", "once", "typed"),
    [
        (10000.0, "half", 4, False, "{rope: {base: 10000, pairing: half, dims: 4}}"),
        (500.0, "interleaved", 4, False, "{rope: {base: 500, pairing: interleaved, dims: 4}}"),
        (10000.0, "half", 2, False, "{rope: {base: 10000, pairing: half, dims: 2}}"),
        (150000.0, "half", 4, True, "{rope: {base: 150000, pairing: half, dims: 4}}"),
        (300.0, "interleaved", 4, True, "{rope: {base: 300, pairing: interleaved, dims: 4}}"),
    ],
)
def test_before_positions(
    base: float, pairing: str, dims: int, once: bool, typed: str, tmp_path: Path
) -> None:
    """Queries and keys are those before they were turned, if that gives the turned ones again."""
    seen = turned(base, pairing, dims, once=once)
    for head in (None, 2):
        problem = read(one(Fake(seen), head=head), tmp_path)
        assert problem.claims.stages == ("Q_rotated", "K_rotated", "weights", "output")
        assert problem.Q is not None
        assert seen.turned is not None
        wanted = seen.turned.Q if head is None else seen.turned.Q[1]
        assert (problem.Q.astype(float) == wanted).all()
        with np.load(tmp_path / "a.npz") as arrays:
            assert str(arrays["positions"]) == typed


def test_positions_that_are_not_known(tmp_path: Path) -> None:
    """Where nothing gives the turned ones again, these are what the file begins with."""
    seen = turned(10000.0, "half", 4)
    assert seen.turned is not None
    stretched = replace(seen.turned, cosines=seen.turned.cosines * 1.5, Q=seen.turned.Q * 1.5)
    problem = read(one(Fake(replace(seen, turned=stretched))), tmp_path)
    assert problem.claims.stages == ("weights", "output")
    assert problem.Q is not None
    assert (problem.Q.astype(float) == seen.Q).all()
    backward = replace(seen.turned, sines=-seen.turned.sines)
    away = replace(backward, Q=-seen.turned.Q)
    assert read(one(Fake(replace(seen, turned=away))), tmp_path).attention.positions == "none"


def test_base_that_is_no_whole_number(tmp_path: Path) -> None:
    """It is written to its last digit."""
    problem = read(one(Fake(turned(1234.56, "half", 4))), tmp_path)
    assert abs(float(options_of(problem).positions.base) - 1234.56) < 0.01


@pytest.mark.parametrize("unit", [0, 1])
def test_before_normalisation(unit: int, tmp_path: Path) -> None:
    """Queries and keys are those before they were normalised, whatever the model adds to gains."""
    made = normalized(layer(2, 1, seen=CAUSAL), unit)
    for head in (None, 1):
        problem = read(one(Fake(made), head=head), tmp_path)
        assert problem.claims.stages == ("Q_normalized", "K_normalized", "weights", "output")
    assert made.normalized is not None
    both = turned(10000.0, "half", 4)
    assert both.turned is not None
    base = normalized(replace(both, Q=both.turned.Q, K=both.turned.K), unit)
    turns = replace(both.turned, Q=base.Q, K=base.K)
    angles = [[i * 10000.0 ** (-2 * pair / D) for pair in range(D // 2)] for i in range(N)]
    from tests.capture.fakes import few, turn

    Q, K = (few(turn(part, angles, "half"), "float32") for part in (base.Q, base.K))
    problem = read(one(Fake(worked_out(replace(base, Q=Q, K=K, turned=turns)))), tmp_path)
    assert problem.claims.stages == (
        *("Q_normalized", "K_normalized", "Q_rotated", "K_rotated"),
        *("weights", "output"),
    )


def test_without_weights(tmp_path: Path) -> None:
    """Some functions give none; the output is compared."""
    bare = replace(layer(2), weights=None)
    found = one(Fake(bare))
    assert read(found, tmp_path).claims.stages == ("output",)
    assert found.furthest.stage == "output"


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (
            lambda one: replace(one, weights=moved(one.weights, (1, 2, 0), 0.01)),
            "weights part by 1.0e-02 at head 2, token 3, “▁sat”, key 1, “The”: ",
        ),
        (
            lambda one: replace(one, output=moved(one.output, (0, 1, 3), -0.5)),
            "output part by 5.0e-01 at token 2, “Ġcat”, entry 4: ",
        ),
        (
            lambda one: replace(one, output=moved(one.output, (0, 1, 3), np.nan)),
            "output part by nan at token 2, “Ġcat”, entry 4: ",
        ),
        (lambda one: replace(one, scale=1.0), "weights part by "),
        (lambda one: replace(one, added=None), "weights part by "),
    ],
)
def test_refused(spoil: Callable[[Layer], Layer], said: str) -> None:
    """No file is made that would not give the model's numbers: where they part is said."""
    spoilt = spoil(layer(2, seen=CAUSAL))
    with pytest.raises(Parted) as failure:
        one(Fake(spoilt))
    told = str(failure.value)
    assert told.startswith(
        f"a.npz: layer 1 (layers.0.attn) is not written: worked out again, {said}"
    )
    assert ", and the model has " in told
    assert "; rounding of float32 explains " in told


def moved(numbers: Any, index: tuple[int, ...], by: float) -> Any:
    """Numbers of which one is another."""
    made = numbers.copy()
    made[index] += by
    return made


def test_rounding_grows_with_scores(tmp_path: Path) -> None:
    """Of half as many bits, large scores are told apart less well."""
    small, large = layer(kind="bfloat16"), layer(kind="bfloat16", scale=20.0)
    floors = []
    for each in (small, large):
        found = one(Fake(each, kind="bfloat16"))
        trace = explain(read(found, tmp_path))
        assert each.weights is not None
        (seen,) = differences(trace, {"weights": each.weights[0]}, "bfloat16")
        floors.append(seen.floor)
    assert floors[0] < floors[1]


def test_several() -> None:
    """A file a layer and text, of a name with both."""
    layers = [replace(layer(2), number=number, of=3) for number in (1, 2, 3)]
    model = Fake(*layers)
    found = captured(model, ["one", "two"], None, 2, "t{text}-l{layer}.npz")
    assert [each.file for each in found] == [f"t{t}-l{n}.npz" for t in (1, 2) for n in (1, 2, 3)]
    assert found[1].told.startswith(
        "t1-l2.npz: layer 2 of 3 (layers.0.attn), 1 head, 5 tokens; output within "
    )
    assert one(model, layer=3).told.startswith("a.npz: layer 3 of 3 (layers.0.attn), 2 heads, ")
    for asked, message in (
        ({"layer": 4}, "--layer: 4, of 3 layers; expected 1 to 3"),
        ({"layer": 0}, "--layer: 0, of 3 layers; expected 1 to 3"),
        ({"layer": 1, "head": 3}, "--head: 3, of 2 heads of layer 1; expected 1 to 2"),
        (
            {},
            "--output: a.npz for 3 layers; expected a name with {layer}\n"
            "  hint: --output 'a-{layer}.npz', or one of them by --layer",
        ),
    ):
        with pytest.raises(InputError) as failure:
            one(model, **asked)
        assert str(failure.value) == message


@pytest.fixture(name="fake")
def without_torch(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The module that needs torch, without it."""
    module = ModuleType("attncalc.capture.model")
    module.Apart = type("Apart", (AttncalcError,), {})  # type: ignore[attr-defined]
    module.Model = lambda _name, kind: Fake(layer(2), kind=kind)  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "attncalc.capture.model", module)
    return module


@pytest.mark.usefixtures("fake")
def test_command(tmp_path: Path, attncalc: Attncalc, monkeypatch: pytest.MonkeyPatch) -> None:
    """Texts come from the command line, files and standard input; a line tells of each file."""
    monkeypatch.chdir(tmp_path)
    Path("a.txt").write_text("from a file\n")
    result = attncalc(
        *("capture", "m", "--text", "one", "--text-file", "a.txt", "--text-file", "-"),
        *("--head", "1", "-o", "{text}.npz"),
        stdin="piped\n",
    )
    assert (result.code, result.err) == (0, "")
    assert [line.split(":")[0] for line in result.out.splitlines()] == ["1.npz", "2.npz", "3.npz"]
    assert attncalc("check", "3.npz").code == 0
    shown = json.loads(attncalc("explain", "1.npz", "--json").out)
    assert shown["tokens"] == [*WORDS]
    assert shown["title"] == "fake, layer 1 of 1, head 1 of 2"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("-o", "a.npz"), "attncalc capture: no text; expected --text or --text-file\n"),
        (
            ("--text", "a", "--text", "b", "-o", "a.npz"),
            "--output: a.npz for 2 texts; expected a name with {text}\n"
            "  hint: --output 'a-{text}.npz'\n",
        ),
        (("--text", "a" * 30, "-o", "a.npz"), "--text: too long\n"),
        (
            ("--text-file", "no.txt", "-o", "a.npz"),
            "no.txt: there is no such file\n",
        ),
    ],
)
@pytest.mark.usefixtures("fake")
def test_bad_input(
    arguments: tuple[str, ...],
    said: str,
    tmp_path: Path,
    attncalc: Attncalc,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One clear message, and nothing is written."""
    monkeypatch.chdir(tmp_path)
    result = attncalc("capture", "m", *arguments)
    assert (result.code, result.out, result.err) == (2, "", said)
    assert [*tmp_path.iterdir()] == []


def test_other_suffix(attncalc: Attncalc) -> None:
    """Only arrays are written."""
    result = attncalc("capture", "m", "--text", "a", "-o", "a.json")
    assert (result.code, result.out) == (2, "")
    assert "the suffix “.json” names no format; use one of .npz" in result.err


@pytest.mark.parametrize("how", ["parted", "apart"])
def test_refusal(
    how: str,
    fake: ModuleType,
    tmp_path: Path,
    attncalc: Attncalc,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Exit code 1, with why, and nothing is written; not even the layers that were sound."""

    def model(_name: str, _kind: str) -> Fake:
        if how == "apart":
            raise fake.Apart("other numbers")
        sound, spoilt = layer(2), layer(2)
        return Fake(sound, replace(spoilt, number=2, output=spoilt.output + 1))

    fake.Model = model  # type: ignore[attr-defined]
    monkeypatch.chdir(tmp_path)
    result = attncalc("capture", "m", "--text", "a", "-o", "{layer}.npz")
    assert (result.code, result.out) == (1, "")
    assert "output part by 1.0e+00" in result.err if how == "parted" else result.err
    assert [*tmp_path.iterdir()] == []


def test_without_torch(attncalc: Attncalc, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is missing is said, with what installs it."""
    monkeypatch.delitem(sys.modules, "attncalc.capture.model", raising=False)
    monkeypatch.setitem(sys.modules, "torch", None)
    result = attncalc("capture", "m", "--text", "a", "-o", "a.npz")
    assert (result.code, result.out) == (2, "")
    assert result.err == (
        "attncalc capture: needs transformers and torch, and torch is not installed\n"
        "  hint: pip install 'attncalc[models]', where attncalc is installed; with pipx: "
        "pipx inject attncalc 'attncalc[models]'\n"
    )
