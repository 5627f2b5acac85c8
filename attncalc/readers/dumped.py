"""What a program has written beside its queries and keys: stages, which are claims about them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from attncalc.language import Sentence, listed
from attncalc.names import STAGES
from attncalc.readers.interface import Node, RawProblem

_GIVEN = ("Q", "K", "V", "X", "X_positioned")
"""Stages that a problem may begin with."""


def with_stages_claimed(raw: RawProblem) -> RawProblem:
    """The problem with arrays of stages that follow from its others under `claims`."""
    begins = {"Q", "K"} <= raw.fields.keys() or "X" in raw.fields
    stages = [
        name
        for name in STAGES
        if name not in _GIVEN and isinstance(raw.fields.get(name), np.ndarray)
    ]
    if not begins or not stages:
        return raw
    own = raw.fields.get("claims")
    claims: dict[str, Node] = {**(own if isinstance(own, dict) else {})}
    claims |= {name: raw.fields[name] for name in stages}
    fields = {name: node for name, node in raw.fields.items() if name not in stages}
    remark = _remark(stages)
    return replace(raw, fields={**fields, "claims": claims}, remarks=(*raw.remarks, remark))


def _remark(stages: list[str]) -> Sentence:
    if len(stages) == 1:
        return Sentence(
            "{stage} in the file is a claim: attncalc check judges it.", stage=stages[0]
        )
    return Sentence(
        "{stages} in the file are claims: attncalc check judges them.", stages=listed(stages)
    )
