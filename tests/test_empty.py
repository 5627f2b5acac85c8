"""Arrays of nothing are refused, wherever they come from."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import attncalc
from attncalc.errors import InputErrors, ProblemError
from attncalc.numbers.arithmetic import Array
from attncalc.problem.options import AttentionOptions
from attncalc.problem.problem import Problem

SHAPES = [(0, 2), (2, 0), (0, 0), (2, 0, 2), (0, 2, 2), (2, 2, 0)]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("heads", [None, 1, 2])
@pytest.mark.parametrize("name", ["Q", "K", "V", "X", "scores", "weights", "W_Q", "b_Q"])
def test_problems_of_nothing(shape: tuple[int, ...], heads: int | None, name: str) -> None:
    """A problem with an array of no numbers is none, and is told by that array."""
    nothing: Array = np.zeros(shape)
    given: Any = {name: nothing}
    tokens = ("a", "b")[: shape[-2]]
    with pytest.raises(ProblemError) as error:
        Problem(tokens, tokens, attention=AttentionOptions(heads=heads), **given)
    (fault,) = error.value.faults
    assert fault.where == (name,)
    assert fault.problem == f"{' × '.join(map(str, shape))} numbers; expected some"
    with pytest.raises(InputErrors):
        attncalc.load(given)
