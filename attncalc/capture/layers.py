"""What was seen of a layer at work, as arrays; and what was before, where that can be told."""

from __future__ import annotations

from dataclasses import replace

from attncalc.numbers.arithmetic import Array
from attncalc.records import dataclass


@dataclass(frozen=True, eq=False)
class Normalized:
    """Queries and keys before each was divided by its root mean square.

    Q (h, n, d_k), K (h_kv, n, d_k). gain_Q, gain_K: what they were multiplied by, (d_k), as the
    model keeps it.
    """

    Q: Array
    K: Array
    gain_Q: Array
    gain_K: Array
    epsilon: float


@dataclass(frozen=True, eq=False)
class Turned:
    """Queries and keys before they were turned by their positions.

    Q (h, n, d_k), K (h_kv, n, d_k). cosines, sines: of the angles of each token, (n, dims), as the
    model has laid them out.
    """

    Q: Array
    K: Array
    cosines: Array
    sines: Array


@dataclass(frozen=True, eq=False)
class Layer:
    """A layer's attention to a text of n tokens, with h heads, h_kv of keys and values.

    Q (h, n, d_k), K (h_kv, n, d_k), V (h_kv, n, d_v): as they were multiplied. added: to the
    scores, (1 or h, n, n), a large negative number where a key is hidden. sinks: (h). What came of
    it: weights (h, n, n), output (h, n, d_v). kind: of its numbers, as float32.
    number: from 1, of so many. module: what the model calls it.
    """

    number: int
    of: int
    module: str
    kind: str
    Q: Array
    K: Array
    V: Array
    output: Array
    weights: Array | None = None
    scale: float | None = None
    added: Array | None = None
    softcap: float | None = None
    sinks: Array | None = None
    turned: Turned | None = None
    normalized: Normalized | None = None

    def of_head(self, head: int) -> Layer:
        """What one head did, from 0, with the keys and values that it shares with others."""
        shared = head * len(self.K) // len(self.Q)
        own, group = slice(head, head + 1), slice(shared, shared + 1)
        added = self.added
        return replace(
            self,
            Q=self.Q[own],
            K=self.K[group],
            V=self.V[group],
            output=self.output[own],
            weights=None if self.weights is None else self.weights[own],
            added=added if added is None or len(added) == 1 else added[own],
            sinks=None if self.sinks is None else self.sinks[own],
            turned=self.turned
            and replace(self.turned, Q=self.turned.Q[own], K=self.turned.K[group]),
            normalized=self.normalized
            and replace(self.normalized, Q=self.normalized.Q[own], K=self.normalized.K[group]),
        )
