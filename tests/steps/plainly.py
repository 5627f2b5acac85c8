"""A stage made of those before it, in float64, written down once more with whole matrices.

What is gone on from may be anything: what a person wrote, moved or rounded. It has the numbers of a
problem from its trace, and the places of what is hidden; no formula.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np

from attncalc import Trace
from attncalc.numbers.arithmetic import Array
from attncalc.problem.options import Rotary


def exactly(numbers: Array) -> Array:
    """Nothing rounded on the way."""
    return numbers


@dataclass
class Plainly:
    """found: the stages before. printed: those that a row is gone on from where it has them.

    on_the_way: what becomes of a number between two stages.
    """

    trace: Trace
    found: Mapping[str, Array]
    printed: Collection[str]
    on_the_way: Callable[[Array], Array] = exactly

    def stage(self, name: str) -> Array:
        """A stage, made of those that were found."""
        trace, found = self.trace, self.found
        match name:
            case "X" | "X_key":
                return floats(getattr(trace.problem, name))
            case "positions":
                return self.on_the_way(floats(trace[name]))
            case "X_positioned":
                return found["X"] + found["positions"]
            case "Q" | "K" | "V":
                return self._vectors(name)
            case "Q_normalized" | "K_normalized":
                return self._normalized(name)
            case "Q_rotated" | "K_rotated":
                return self._rotated(name)
            case "scores":
                return self._scores()
            case "biased_scores":
                return self._before(name) + floats(trace.problem.attention.bias_rows)
            case "scaled_scores":
                return self._scaled(name)
            case "capped_scores":
                cap = float(trace.problem.attention.softcap or 0)
                scores = self._before(name)
                within = cap * self.on_the_way(np.tanh(scores / cap))
                return np.where(scores == -np.inf, scores, within)
            case "masked_scores":
                return self._masked(name)
            case "exponentials":
                return self._power(self._before(name))
            case "sums":
                return floats(found["exponentials"].sum(axis=-1))
            case "weights":
                return self._weights()
            case "weighted_values":
                return found["weights"][..., None] * self._shared(found["V"])[..., None, :, :]
            case "concatenated":
                return np.concatenate([*self._before(name)], axis=-1)
            case "gated":
                return self._gated(name)
            case "output" if trace.problem.goes_on:
                return self._output(name)
            case "head_outputs" | "output":
                return floats(found["weighted_values"].sum(axis=-2))
            case _:
                raise AssertionError(f"a stage that is not written down here: {name}")

    def _before(self, name: str) -> Array:
        return self.found[self.trace.stages[name].made_of[0]]

    def _vectors(self, name: str) -> Array:
        problem, whole = self.trace.problem, floats(self.trace[name])
        if getattr(problem, name) is not None:
            return whole
        side = self.found.get("X_positioned", self.found.get("X"))
        if name != "Q":
            side = self.found.get("X_key", side)
        assert side is not None
        W, b = problem.by_head(f"W_{name}"), problem.by_head(f"b_{name}")
        if W is not None:
            new = side @ floats(W) + (0 if b is None else floats(b)[..., None, :])
        elif whole.ndim == 3:
            new = np.stack(np.split(side, len(whole), axis=-1))
        else:
            new = side
        past = 0 if name == "Q" else problem.past_length
        return np.concatenate([whole[..., :past, :], new], axis=-2)

    def _normalized(self, name: str) -> Array:
        norm = self.trace.problem.attention.choice("qk_norm")
        x = self.found[name[0]]
        gain = norm.array(f"gain_{name[0].lower()}")
        if norm.word == "l2":
            length = np.sqrt((x**2).sum(axis=-1, keepdims=True))
        else:
            length = np.sqrt((x**2).mean(axis=-1, keepdims=True) + float(norm.number("epsilon")))
        made = over(x, self.on_the_way(length))
        if gain is not None:
            made = self.on_the_way(made) * floats(gain)
        return self._behind_the_past(name, x, made)

    def _rotated(self, name: str) -> Array:
        rotary, problem = self.trace.problem.attention.positions, self.trace.problem
        assert isinstance(rotary, Rotary)
        x = self._before(name)
        places = problem.query_places if name[0] == "Q" else problem.key_places
        dims = rotary.dims or x.shape[-1]
        slow = float(rotary.base) ** (-np.arange(0, dims, 2) / dims)
        turn = np.exp(1j * np.outer(np.array(places, dtype=float), slow))
        turn = self.on_the_way(turn.real) + 1j * self.on_the_way(turn.imag)
        half = dims // 2
        first, second = (
            (slice(0, dims, 2), slice(1, dims, 2))
            if rotary.pairing == "interleaved"
            else (slice(0, half), slice(half, dims))
        )
        turned = (x[..., first] + 1j * x[..., second]) * turn
        made = x.copy()
        made[..., first], made[..., second] = turned.real, turned.imag
        return self._behind_the_past(name, x, made)

    def _behind_the_past(self, name: str, x: Array, made: Array) -> Array:
        past = self.trace.problem.past_length if name[0] == "K" else 0
        return np.concatenate([x[..., :past, :], made[..., past:, :]], axis=-2)

    def _scores(self) -> Array:
        problem = self.trace.problem
        if problem.scores is not None:
            return floats(problem.scores)
        Q, K = self.found[self.trace.asking], self.found[self.trace.answering]
        K = self._shared(K)
        chosen = problem.attention.chosen("score")
        if chosen is None:
            return Q @ K.swapaxes(-1, -2)
        given = {each: floats(chosen.array(each)) for each in chosen.settings}
        if chosen.word == "general":
            return floats(Q @ given[""] @ K.swapaxes(-1, -2))
        if chosen.word == "additive":
            A, B = map(self.on_the_way, (Q @ given["W_1"], K @ given["W_2"]))
            together = A[..., :, None, :] + B[..., None, :, :]
            bent = self.on_the_way(np.tanh(self.on_the_way(together)))
            return floats(np.einsum("...nma,...a->...nm", bent, given["v"]))
        A, B = (np.linalg.norm(each, axis=-1)[..., None] for each in (Q, K))
        return over(Q @ K.swapaxes(-1, -2), A * B.swapaxes(-1, -2))

    def _shared(self, of_keys: Array) -> Array:
        """Keys or values for each head of queries."""
        heads = self.trace.problem.heads
        return of_keys if heads is None else np.repeat(of_keys, heads // len(of_keys), axis=0)

    def _scaled(self, name: str) -> Array:
        scale, d_k = self.trace.problem.attention.scale, self.trace.problem.d_k
        if isinstance(scale, Decimal):
            return self._before(name) * float(scale)
        assert d_k is not None
        return self._before(name) * self.on_the_way(np.asarray(d_k**-0.5))

    def _masked(self, name: str) -> Array:
        bias = self.trace.bias
        added = 0 if bias is None else self.on_the_way(floats(bias.values))
        hidden = floats(self.trace[name]) == -np.inf
        return np.where(hidden, -np.inf, self._before(name) + added)

    def _power(self, exponent: Array) -> Array:
        base = self.trace.problem.attention.base
        return np.exp(exponent) if base == "e" else float(base) ** exponent

    def _weights(self) -> Array:
        problem = self.trace.problem
        if problem.weights is not None:
            return floats(problem.weights)
        sink = problem.attention.sink
        scores = self.found[self.trace.scored]
        sinks = (
            None if sink is None else np.broadcast_to(floats(sink)[..., None], scores.shape[:-1])
        )
        none = np.zeros(scores.shape[:-1])
        if {"sums", "exponentials"} & {*self.printed}:
            powers = self.found["exponentials"]
            whole = self.found["sums"]
            if "sums" not in self.printed:
                whole = self.on_the_way(powers.sum(axis=-1))
            whole = whole + (none if sinks is None else self.on_the_way(self._power(sinks)))
            return over(powers, whole[..., None])
        everything = scores if sinks is None else np.concatenate([scores, sinks[..., None]], -1)
        highest = everything.max(axis=-1, keepdims=True)
        stable = everything - np.where(highest == -np.inf, 0.0, highest)
        powers = self.on_the_way(self._power(stable))
        whole = self.on_the_way(powers.sum(axis=-1, keepdims=True))
        return over(powers, whole)[..., : scores.shape[-1]]

    def _gated(self, name: str) -> Array:
        problem = self.trace.problem
        if problem.W_G is None:
            G = floats(problem.attention.choice("gate").array())
        else:
            b_G = 0 if problem.b_G is None else floats(problem.b_G)
            G = self.found[self.trace.embedded] @ floats(problem.W_G) + b_G
        return self.on_the_way(1 / (1 + np.exp(-G))) * self._before(name)

    def _output(self, name: str) -> Array:
        problem = self.trace.problem
        if problem.W_O is None:
            return self._before(name)
        b_O = 0 if problem.b_O is None else floats(problem.b_O)
        return self._before(name) @ floats(problem.W_O) + b_O


def over(above: Array, below: Array) -> Array:
    """0 where both are 0."""
    nothing = (above == 0) & (below == 0)
    result: Array = np.where(nothing, 0.0, above / np.where(nothing, 1.0, below))
    return result


def floats(numbers: Any) -> Array:
    """Decimals of any kind in float64."""
    return np.array(numbers, dtype=float)
