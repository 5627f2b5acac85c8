"""The sizes of a problem, which its operations are counted from."""

from __future__ import annotations

from attncalc.records import dataclass


@dataclass(frozen=True)
class Sizes:
    """What counts depend on: tokens, heads, and the widths of one head.

    n: queries. m: keys, of which past are cached. 1 head where none are declared; a width is 0
    where the problem has no queries and keys, or no values. d_q: of queries, d_k: of keys.
    """

    n: int
    m: int
    past: int
    heads: int
    kv_heads: int
    d_k: int
    d_v: int
    d_q: int = 0

    @property
    def pairs(self) -> int:
        """Pairs of a query and a key, in all heads: the numbers of a stage of scores."""
        return self.heads * self.n * self.m

    @property
    def keys_and_values(self) -> int:
        """The numbers of K and V, which a cache holds."""
        return self.m * self.kv_heads * (self.d_k + self.d_v)
