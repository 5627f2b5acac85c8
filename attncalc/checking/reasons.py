"""Why a number is as it is, where a source has done something otherwise: in words."""

from __future__ import annotations

from typing import Any

from attncalc.language import Digits, Sentence
from attncalc.numbers.arithmetic import Typed
from attncalc.steps.conventions import Blind

MASKED_EARLY = Sentence("masked already, before what is done to the scores here")
"""The reason of -inf in a stage before the mask."""

UNDEFINED = Sentence("0/0: every key is masked")
"""The reason of a NaN that is right."""


def stand_in(text: str) -> str:
    """The reason of a number in the place of -inf."""
    return Sentence("{number} stands for −∞", number=Digits(text))


def stood_in_for(bias: Any) -> str:
    """The reason of -inf in the place of a number."""
    return Sentence("−∞ stands for the bias of {number}", number=_written(bias))


def swallowed(blind: Blind, bias: Any) -> str:
    """The reason of what is left of a row of hidden keys."""
    return Sentence(blind.value, bias=_written(bias))


def _written(bias: Any) -> Digits:
    """A bias as it was typed, or in short."""
    text = bias.text if isinstance(bias, Typed) else f"{float(bias):g}"
    return Digits(text.replace("e+", "e").replace("e0", "e").replace("-", "−"))
