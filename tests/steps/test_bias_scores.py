"""Scores that are equal with what is added to them before scaling have equal weights, exactly."""

from __future__ import annotations

from decimal import Decimal

import pytest

import attncalc

QUERIES = {"Q": [["1", "0"]], "K": [["1", "0"], ["1", "0"], ["2", "0"]]}
"""Scores of 1, 1 and 2, which are divided by √2."""


@pytest.mark.parametrize(
    ("added", "equal"),
    [
        (["1", "1", "0"], True),
        (["0", "-inf", "-1"], True),
        (["0", "0", "0"], False),
        (["0", "1", "-inf"], False),
    ],
)
def test_equal_scores(added: list[str], equal: bool) -> None:
    """Not where the scores alone are equal, nor where what is hidden is not."""
    bias = {"rows": [added], "before_scale": "true"}
    problem = attncalc.load({**QUERIES, "attention": {"bias": bias}})
    weights = attncalc.explain(problem).stages["weights"]
    seen = [place for place, each in enumerate(added) if each != "-inf"]
    assert [weights.values[0, place] == weights.values[0, seen[0]] for place in seen].count(
        False
    ) == (0 if equal else 1)
    if len(seen) == 2:
        assert weights.exact[0, seen].tolist() == [equal, equal]
        assert (weights.values[0, seen[0]] == Decimal("0.5")) is equal
    assert weights.exact[0, [place for place in range(3) if place not in seen]].all()
