"""The cost of a problem as it stands in JSON."""

from __future__ import annotations

from attncalc.costs.counts import Cost
from attncalc.costs.savings import reused
from attncalc.numbers.operations import Operations


def exported_cost(cost: Cost) -> dict[str, object]:
    """The object under "cost"; its shape is described by schemas/output.schema.json."""
    return {
        "stages": {name: _by_kind(operations) for name, operations in cost.stages.items()},
        "parts": {name: _by_kind(operations) for name, operations in cost.parts.items()},
        "total": _by_kind(cost.total),
        "total_with_twice_the_tokens": _by_kind(cost.with_twice_the_tokens),
        "reused": _by_kind(reused(cost)),
        "pairs": {"all": cost.sizes.pairs, "visible": cost.visible},
        "memory": {
            "scores": cost.kept_scores,
            "keys_and_values": cost.sizes.keys_and_values,
            "keys_and_values_without_groups": cost.without_groups.keys_and_values,
        },
    }


def _by_kind(operations: Operations) -> dict[str, int]:
    return dict(vars(operations))
