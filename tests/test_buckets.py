"""Which relative positions share a bucket: against the oracle, and against logarithms in floats."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from attncalc.problem.buckets import Buckets
from tests import oracle

KINDS = st.builds(
    Buckets,
    st.integers(2, 24).map(lambda half: 2 * half),
    st.integers(1, 400),
    st.booleans(),
).filter(lambda buckets: not any(buckets.faults()))


@given(KINDS, st.integers(-450, 450))
def test_buckets_are_those_of_fractions(buckets: Buckets, ahead: int) -> None:
    """The oracle compares powers of fractions, one step after the other."""
    wanted = oracle.t5_bucket(
        ahead, buckets.count, buckets.max_distance, bidirectional=buckets.bidirectional
    )
    assert buckets.bucket(ahead) == wanted


@pytest.mark.parametrize("both", [True, False])
@pytest.mark.parametrize(("count", "last"), [(32, 128), (32, 256), (16, 100), (8, 20), (64, 128)])
def test_buckets_are_those_of_the_paper_s_code(count: int, last: int, both: bool) -> None:
    """Its logarithms in 32 bits, for every distance up to the last, and beyond."""
    buckets, side = Buckets(count, last, both), count // 2 if both else count
    single = side // 2
    for distance in range(2 * last):
        share = np.log(np.float32(max(distance, 1)) / np.float32(single)) / np.log(last / single)
        large = min(single + int(np.float32(share * (side - single))), side - 1)
        wanted = distance if distance < single else large
        assert buckets.bucket(-distance) == wanted
        assert buckets.bucket(distance) == (wanted + side * (distance > 0) if both else 0)


def test_a_boundary_is_decided_in_whole_numbers() -> None:
    """Where 8 · 16^(k/8) is a whole number, a logarithm may fall short of k by its last digit."""
    buckets = Buckets(32, 128, bidirectional=True)
    assert [buckets.of_distance(8 * 2**power) for power in range(5)] == [8, 10, 12, 14, 15]
    assert [buckets.of_distance(8 * 2**power - 1) for power in range(1, 5)] == [9, 11, 13, 15]
    wide = Buckets(4 * 4096, 16 * 4096)  # thousands of steps from 4096 to 16 times that
    for share, step in ((1, 0), (2, 1024), (4, 2048), (8, 3072), (16, 4095)):
        assert wide.of_distance(share * 4096) == 4096 + step
    for share, step in ((2, 1023), (4, 2047), (8, 3071), (16, 4095)):
        assert wide.of_distance(share * 4096 - 1) == 4096 + step


@given(KINDS)
def test_a_span_is_all_that_shares_a_bucket(buckets: Buckets) -> None:
    """From the first to the last distance in the same bucket, found one by one."""
    first: dict[int, int] = {}
    last: dict[int, int] = {}
    for distance in range(2 * buckets.max_distance + 2):
        bucket = buckets.of_distance(distance)
        first.setdefault(bucket, distance)
        last[bucket] = distance
    end = buckets.of_a_side - 1
    for bucket, distance in first.items():
        wanted = (distance, None if bucket == end else last[bucket])
        assert buckets.span(distance) == buckets.span(last[bucket]) == wanted
