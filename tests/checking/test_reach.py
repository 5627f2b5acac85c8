"""Rounding on the way: with fewer decimals, no number is out of reach that more of them reach."""

from __future__ import annotations

from decimal import Decimal
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import attncalc
from attncalc.checking import check
from attncalc.checking.enclosures import Enclosures
from attncalc.numbers.intervals import Interval
from attncalc.numbers.rounding import moved, rounded
from attncalc.numbers.rows import RoundedRow
from attncalc.report import Verdict
from attncalc.steps import softmax
from tests.conftest import SAMPLES

NUMBERS = st.builds(
    lambda units, exponent: Decimal(units).scaleb(exponent),
    st.integers(-(10**20), 10**20),
    st.integers(-30, 3),
)


def holds(wide: Interval, narrow: Interval) -> bool:
    """Whether all of an interval is in another."""
    return wide.low <= narrow.low and narrow.high <= wide.high


@given(NUMBERS, NUMBERS, st.integers(0, 20), st.integers(0, 20))
def test_fewer_decimals_reach_further(one: Decimal, other: Decimal, few: int, more: int) -> None:
    """What is left with some decimals, or moved by them, is so with fewer."""
    value = Interval(min(one, other), max(one, other))
    few, more = sorted((few, more))
    assert holds(rounded(value, few), rounded(value, more))
    assert holds(moved(value, few), moved(value, more))


@pytest.mark.parametrize(
    "sample", ["animal", "multi-head", "rope", "softcap", "sink", "llama-step", "alibi", "base"]
)
def test_fewer_decimals_reach_further_in_every_stage(sample: str) -> None:
    """Of a problem of which nothing is printed, entry by entry."""
    trace = attncalc.explain(attncalc.load(SAMPLES / f"{sample}.yaml"))
    enclosures = Enclosures(trace)
    for name in trace.stages:
        if name in ("positions", "weighted_values"):
            continue
        index = tuple(size // 2 for size in trace[name].shape)
        wide, middle, narrow = (enclosures.reach(name, index, each) for each in (3, 8, 17))
        assert holds(wide, middle)
        assert holds(middle, narrow)


def test_wrong_numbers_of_a_type_have_their_rows_in_common() -> None:
    """However many decimals each of them has, a row is rounded on the way once for all of them."""
    random = np.random.default_rng(5)
    Q, K = random.normal(size=(2, 6, 4)).astype(np.float32)
    powers = np.exp(Q @ K.T, dtype=np.float32)  # not scaled
    wrong = powers / powers.sum(axis=-1, keepdims=True)
    problem = attncalc.load({"Q": Q, "K": K, "claims": {"weights": wrong}})
    assert len({claim.places for claim in problem.claims.numbers}) > 3
    with patch.object(softmax, "RoundedRow", wraps=RoundedRow) as made:
        report = check(attncalc.explain(problem))
    assert {finding.verdict for finding in report.findings} == {Verdict.WRONG}
    assert made.call_count == len(Q)
