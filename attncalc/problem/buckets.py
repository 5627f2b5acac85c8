"""Which relative positions share a number: a bucket for each short distance, then wider ones.

Raffel et al., "Exploring the Limits of Transfer Learning with a Unified Text-to-Text Transformer",
2020, section 2.1, by the rule of their code.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from math import log

from attncalc.errors import Fault, FieldPath
from attncalc.records import dataclass

WHERE: FieldPath = ("attention", "bias", "t5")


@dataclass(frozen=True)
class Buckets:
    """count: how many there are. max_distance: from there on, all are in the last one.
    bidirectional: whether keys after the query have the second half of them; else these are all in
    bucket 0, as the query itself is.
    """

    count: int = 32
    max_distance: int = 128
    bidirectional: bool = True

    @property
    def of_a_side(self) -> int:
        """How many there are for keys on one side of the query."""
        return self.count // 2 if self.bidirectional else self.count

    @property
    def single(self) -> int:
        """How many distances, from 0, have a bucket of their own."""
        return self.of_a_side // 2

    @property
    def wider(self) -> int:
        """How many buckets of one side hold what is further away."""
        return self.of_a_side - self.single

    def bucket(self, ahead: int) -> int:
        """The bucket of a key that stands so many places after the query, before it if negative."""
        distance = abs(ahead) if self.bidirectional else max(-ahead, 0)
        first = self.of_a_side if self.bidirectional and ahead > 0 else 0
        return first + self.of_distance(distance)

    def of_distance(self, distance: int) -> int:
        """The bucket among those of one side."""
        if distance < self.single:
            return distance
        return self.single + _further(distance, self.single, self.max_distance, self.wider)

    def span(self, distance: int) -> tuple[int, int | None]:
        """The least and the greatest distance that share a bucket with this one; None: no end."""
        bucket = self.of_distance(distance)
        last = None if bucket == self.of_a_side - 1 else self._first_from(bucket + 1) - 1
        return self._first_from(bucket), last

    def _first_from(self, bucket: int) -> int:
        """The least distance in that bucket, or in a later one."""
        low, high = 0, self.max_distance
        while low < high:
            middle = (low + high) // 2
            low, high = (low, middle) if self.of_distance(middle) >= bucket else (middle + 1, high)
        return low

    def faults(self) -> Iterator[Fault]:
        """Numbers of buckets, and distances, by which none could be told from another."""
        if self.bidirectional and (self.count < 4 or self.count % 2):
            found = f"{_counted(self.count)} for keys before the query and after it"
            hint = "bidirectional: false has buckets for keys before it alone"
            yield Fault((*WHERE, "buckets"), f"{found}; expected an even number from 4", hint)
        elif self.count < 2:
            yield Fault((*WHERE, "buckets"), f"{_counted(self.count)}; expected at least 2")
        elif self.max_distance <= self.single:
            own = f"distances below {self.single} have a bucket each"
            message = f"{self.max_distance}, and {own}; expected more than {self.single}"
            yield Fault((*WHERE, "max_distance"), message)


def _counted(buckets: int) -> str:
    return "1 bucket" if buckets == 1 else f"{buckets} buckets"


@lru_cache(maxsize=65_536)
def _further(distance: int, single: int, last: int, steps: int) -> int:
    """The most k below steps with single · (last / single)^(k / steps) <= distance.

    In whole numbers, since a logarithm of few digits may be on the other side of a boundary. What
    it says is no further off than by 1, and so where to begin.
    """

    def within(k: int) -> bool:
        reached: int = last**k * single**steps - distance**steps * single**k
        return reached <= 0

    k = int(steps * log(distance / single) / log(last / single)) - 1
    k = max(0, min(k, steps - 1))
    while k + 1 < steps and within(k + 1):
        k += 1
    return k
