"""Mistakes planted between two dumps: each is located, the wrong side named, and the cause said."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from attncalc.difference import Difference
from attncalc.parting import difference
from tests.parting.plain import TYPES, dump
from tests.parting.planted import PLANTED, SPECS, Planted

NAMES = [f"{each.spec}: {', '.join(each.wrong)}" for each in PLANTED]


def saved(folder: Path, a: dict[str, Any], b: dict[str, Any]) -> tuple[Path, Path]:
    """Dumps as archives of arrays."""
    one, other = folder / "a.npz", folder / "b.npz"
    np.savez(one, **a)
    np.savez(other, **b)
    return one, other


def parted(folder: Path, planted: Planted, kind: str, *, swapped: bool) -> Difference:
    """A right dump against one with what was planted, in a number type."""
    spec, kept = SPECS[planted.spec], TYPES[kind]
    right, wrong = saved(folder, dump(spec, (), kept), dump(spec, planted.wrong, kept))
    return difference(wrong, right) if swapped else difference(right, wrong)


def test_there_are_forty() -> None:
    """No two of them are the same, and some are of two mistakes."""
    assert len(set(NAMES)) == len(PLANTED) >= 40
    assert sum(len(each.wrong) > 1 for each in PLANTED) >= 5


@pytest.mark.parametrize("planted", PLANTED, ids=NAMES)
def test_planted(planted: Planted, tmp_path: Path) -> None:
    """In float64, and the other way round in float32."""
    for kind, swapped in (("float64", False), ("float32", True)):
        found = parted(tmp_path, planted, kind, swapped=swapped)
        right, wrong = found.sides[::-1] if swapped else found.sides
        assert found.first is not None
        assert found.first.name == planted.stage
        assert (found.follows(right), found.follows(wrong)) == (True, False)
        assert not right.lost
        assert {cause.side for cause in found.causes} == {wrong.name}
        told = [cause.said for cause in found.causes]
        for cause in planted.causes:
            assert any(cause in each for each in told), told
        assert found.cause is not None
        assert planted.causes[0] in found.cause
        assert planted.causes[0] in found.sentence
        assert f"in {wrong.name}" in found.cause


@pytest.mark.parametrize("kind", ["float16", "bfloat16"])
@pytest.mark.parametrize("planted", PLANTED, ids=NAMES)
def test_planted_in_few_digits(planted: Planted, kind: str, tmp_path: Path) -> None:
    """Where there are few digits, the right side is never accused, and no other cause is told."""
    found = parted(tmp_path, planted, kind, swapped=False)
    assert not found.a.lost
    assert {cause.side for cause in found.causes} <= {"B"}
    if found.first is not None:
        assert found.first.name == planted.stage
        assert found.follows(found.b) is False
    for cause in found.causes:
        known = (*planted.causes, "every number is multiplied by")
        assert any(each in cause.said for each in known), cause


ENDS = {
    "weights": ("weights", "output"),
    "output": ("output",),
}
KEPT = ("mask", "positions", "softcap", "bias", "sink")


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize(
    "planted",
    [each for each in PLANTED if each.wrong in (
        ("unscaled",),
        ("other pairs",),
        ("tiled",),
        ("cap after mask",),
        ("one key too far",),
        ("lower right",),
        ("unscaled", "no sink"),
        ("bias sign",),
        ("-1e9",),
        ("W_O transposed",),
    )],
    ids=lambda each: f"{each.spec} {each.wrong[0]}",
)  # fmt: skip
def test_planted_between(planted: Planted, end: str, tmp_path: Path) -> None:
    """Where little is dumped, what was done before is found out too, two mistakes at once."""
    spec = SPECS[planted.spec]
    dumps = [dump(spec, wrong, TYPES["float32"]) for wrong in ((), planted.wrong)]
    names = {*spec["given"], *ENDS[end], *KEPT}
    ours, theirs = ({name: a for name, a in each.items() if name in names} for each in dumps)
    found = difference(*saved(tmp_path, ours, theirs))
    assert (found.follows(found.a), found.follows(found.b)) == (True, False)
    assert found.cause is not None
    if planted.wrong == ("cap after mask",):
        assert "after bias and mask" in found.cause
    else:
        assert all(cause in found.cause for cause in planted.causes)


def test_both_sides_are_wrong(tmp_path: Path) -> None:
    """Each of them at its own stage; what the two have in common is no difference."""
    spec = SPECS["sink"]
    a, b = dump(spec, ("no b_O",)), dump(spec, ("unscaled",))
    found = difference(*saved(tmp_path, a, b))
    assert found.first is not None
    assert found.first.name == "scaled_scores"
    assert (found.follows(found.a), found.follows(found.b)) == (True, False)
    assert found.others == ("Besides, A does not follow at the output: b_O is not added.",)
    same = difference(*saved(tmp_path, a, dump(spec, ("no b_O",), TYPES["float32"])))
    assert not same.differs
    assert not same.causes


def test_neither_side_follows(tmp_path: Path) -> None:
    """Two mistakes at one stage: neither side is right."""
    spec = SPECS["plain"]
    found = difference(*saved(tmp_path, dump(spec, ("over d_k",)), dump(spec, ("unscaled",))))
    assert found.sentence == (
        "A and B part at the scaled scores, and neither follows from its own earlier stages: in A, "
        "the scores are divided by d_k; in B, the scores are not scaled."
    )
    heads = (dump(spec, ("no b_O",), TYPES["float32"]), dump(spec, (), TYPES["float32"]))
    for each in heads:
        each["output"] = each["output"] + np.arange(20, dtype=np.float32) ** 3
    found = difference(*saved(tmp_path, heads[0], heads[1]))
    assert "neither follows from its own earlier stages: is an option missing" in found.sentence
