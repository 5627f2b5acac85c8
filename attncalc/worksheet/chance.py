"""Numbers drawn by chance, the same on every machine and in every version of Python."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


class Chance:
    """A sequence of draws that its seed alone decides: SHA-256 of the seed and a counter."""

    def __init__(self, seed: str) -> None:
        self._seed = seed.encode()
        self._count = 0

    def below(self, count: int) -> int:
        """A whole number from 0, all of them as likely, to one part in 2^64. count: below 2^64."""
        self._count += 1
        digest = hashlib.sha256(self._seed + b"/%d" % self._count).digest()
        return int.from_bytes(digest[:16], "big") % count

    def shuffled(self, values: Sequence[T]) -> list[T]:
        """The same values in another order (Fisher and Yates)."""
        order = [*values]
        for last in range(len(order) - 1, 0, -1):
            other = self.below(last + 1)
            order[last], order[other] = order[other], order[last]
        return order
