"""What a program has written beside its queries and keys: stages, which are claims about them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from attncalc.language import Sentence, listed
from attncalc.names import STAGES
from attncalc.problem.problem import MATRICES
from attncalc.readers.interface import Node, RawProblem

_GIVEN = {*MATRICES, "X_positioned"} - {"scores", "weights"}
"""What a problem may begin with, but for two that follow where there are queries and keys."""


def with_stages_claimed(raw: RawProblem) -> RawProblem:
    """The problem with arrays of stages that follow from its others under `claims`."""
    stages = _stages(raw)
    if not stages:
        return raw
    own = raw.fields.get("claims")
    claims: dict[str, Node] = {**(own if isinstance(own, dict) else {})}
    claims |= {name: raw.fields[name] for name in stages}
    left = _without(raw, stages)
    return replace(left, fields={**left.fields, "claims": claims})


def with_stages_left_out(raw: RawProblem) -> RawProblem:
    """The problem without these arrays."""
    stages = _stages(raw)
    return _without(raw, stages) if stages else raw


def _stages(raw: RawProblem) -> list[str]:
    """The arrays of stages that follow from what else is given."""
    if not ({"Q", "K"} <= raw.fields.keys() or "X" in raw.fields):
        return []
    arrays = (name for name in STAGES if isinstance(raw.fields.get(name), np.ndarray))
    return [name for name in arrays if name not in _GIVEN]


def _without(raw: RawProblem, stages: list[str]) -> RawProblem:
    fields = {name: node for name, node in raw.fields.items() if name not in stages}
    return replace(raw, fields=fields, remarks=(*raw.remarks, _remark(stages)))


def _remark(stages: list[str]) -> Sentence:
    if len(stages) == 1:
        return Sentence(
            "{stage} in the file is a claim: attncalc check judges it.", stage=stages[0]
        )
    return Sentence(
        "{stages} in the file are claims: attncalc check judges them.", stages=listed(stages)
    )
