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
        """A whole number from 0, all of them equally likely. count: at most 2^64."""
        most = (1 << 128) // count * count
        while True:
            self._count += 1
            digest = hashlib.sha256(self._seed + b"/%d" % self._count).digest()
            drawn = int.from_bytes(digest[:16], "big")
            if drawn < most:
                return drawn % count

    def shuffled(self, values: Sequence[T]) -> list[T]:
        """The same values in another order (Fisher and Yates)."""
        order = [*values]
        for last in range(len(order) - 1, 0, -1):
            other = self.below(last + 1)
            order[last], order[other] = order[other], order[last]
        return order
