"""What sources may do otherwise without being wrong, row by row.

A softmax may subtract a number from all scores of a row before it takes their powers; and where
every key of a row is hidden, programs print what their stand-in for -inf leaves of the row.
"""

from __future__ import annotations

from enum import Enum

from attncalc.language import template
from attncalc.records import dataclass


class Shift(Enum):
    """What is subtracted from the scores of a row before their powers are taken."""

    NOTHING = ""
    ROW = template("stable softmax: the row's maximum is subtracted first")
    SINK = template("stable softmax: the maximum of the row and the sink is subtracted first")
    MATRIX = template("stable softmax: the maximum of the whole matrix is subtracted first")


class Blind(Enum):
    """What becomes of a row in which every key is hidden, by a mask or by a bias meant for -inf.

    The numbers of a row in fewer bits are those that are left after a large bias was added.
    """

    COMPUTED = ""
    EQUAL = template(
        "every key is masked: with a large number in place of −∞ all of them weigh the same"
    )
    UNMASKED = template(
        "every key is masked: the same large number added to all scores changes no weight"
    )
    IN_32_BITS = template("in 32-bit numbers a bias of {bias} swallows the scores")
    IN_16_BITS = template("in 16-bit numbers a bias of {bias} swallows the scores")
    IN_BFLOAT16 = template("in bfloat16 numbers a bias of {bias} swallows the scores")


BITS = {Blind.IN_32_BITS: 24, Blind.IN_16_BITS: 11, Blind.IN_BFLOAT16: 8}
"""Binary digits of a number."""


@dataclass(frozen=True)
class Reading:
    """How a source gets from a row of scores to what follows from it."""

    shift: Shift = Shift.NOTHING
    blind: Blind = Blind.COMPUTED


PLAIN = Reading()
"""The formula as it stands; a row of nothing but hidden keys has weights of 0."""
