"""What a mask, shared keys and values, and a cache save.

Each saving is the difference between two counts by the same formulas: of the problem as it is, and
as it would be without the mechanism.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import astuple, replace

from attncalc.costs.counts import Cost, are_dot_products, stage_costs
from attncalc.numbers.operations import Operations, total
from attncalc.problem.sizes import Sizes
from attncalc.records import dataclass
from attncalc.steps.stages import OF_ANSWERS


@dataclass(frozen=True)
class Saving:
    """by: mask, groups or past. what: what the multiplications are for, or "kept" for numbers.

    without: how many without the mechanism. needed: how many with it.
    """

    by: str
    what: str
    without: int
    needed: int


def savings_of(cost: Cost) -> list[Saving]:
    """What the mask, the groups and the cache of a problem save, where it has them."""
    return [*_by_mask(cost), *_by_groups(cost), *_by_past(cost)]


def reused(cost: Cost) -> Operations:
    """What a cache saves: the operations for keys and values of the past, which it holds."""
    at_once, now = _making_keys(cost, replace(cost.sizes, past=0)), _making_keys(cost, cost.sizes)
    return Operations(*(a - b for a, b in zip(astuple(at_once), astuple(now), strict=True)))


def _by_mask(cost: Cost) -> Iterator[Saving]:
    """The products of the pairs that are hidden, which a kernel may skip."""
    pairs, visible = cost.sizes.pairs, cost.visible
    of_scores = cost.sizes.d_k if are_dot_products(cost.problem) else 0
    widths = {"scores": of_scores, "weighted_sum": cost.sizes.d_v}
    for what, width in widths.items():
        if visible < pairs and width:
            yield Saving("mask", what, pairs * width, visible * width)


def _by_groups(cost: Cost) -> Iterator[Saving]:
    """What keys and values of as many heads as there are of queries would take."""
    grouped, alone = cost.sizes, cost.without_groups
    if grouped == alone:
        return
    yield Saving("groups", "kept", alone.keys_and_values, grouped.keys_and_values)
    made, without = (_making_keys(cost, sizes).multiplications for sizes in (grouped, alone))
    if made:
        yield Saving("groups", _made(cost), without, made)


def _by_past(cost: Cost) -> Iterator[Saving]:
    """Keys and values that are made once."""
    made = _making_keys(cost, cost.sizes).multiplications
    if again := reused(cost).multiplications:
        yield Saving("past", _made(cost), made + again, made)


def _made(cost: Cost) -> str:
    return "rotated_keys_and_values" if "K_rotated" in cost.stages else "keys_and_values"


def _making_keys(cost: Cost, sizes: Sizes) -> Operations:
    """The operations of the stages that a cache holds, for these sizes."""
    counts = stage_costs(cost.problem, sizes)
    return total(counts[name] for name in (*OF_ANSWERS, "V") if name in counts)
