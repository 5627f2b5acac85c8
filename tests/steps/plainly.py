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
from attncalc.names import GRADIENTS
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
            case _ if name in GRADIENTS:
                return Backward(self, found).stage(name)
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


@dataclass
class Backward:
    """The gradients, with whole matrices; einsum says what goes with what."""

    there: Plainly
    found: Mapping[str, Array]

    def stage(self, name: str) -> Array:
        """A gradient, made of what was found."""
        found, problem = self.found, self.there.trace.problem
        name = name.removeprefix("d_")
        if name == "weight_dots":
            return floats(np.einsum("...m,...m->...", found["weights"], found["d_weights"]))
        if name == "output":
            return floats(problem.d_output)
        if name in ("gated", "concatenated", "head_outputs"):
            return self._to_heads(name)
        if name == "V":
            dO = self._by_head(found[f"d_{self.there.trace.attended}"])
            return self._summed("V", np.einsum("hnm,hnd->hmd", self._by_head(found["weights"]), dO))
        if name == "weights":
            dO = found[f"d_{self.there.trace.attended}"]
            return floats(dO @ self.there._shared(found["V"]).swapaxes(-1, -2))
        if name.endswith("scores"):
            return self._scores(name)
        if name[0] in "QK":
            return self._vectors(name)
        if name[0] == "X":
            return self._embeddings(name)
        return self._parameter(name)

    def _to_heads(self, name: str) -> Array:
        problem, trace = self.there.trace.problem, self.there.trace
        gated = "gated" in trace
        if name == "head_outputs" and "concatenated" in trace:
            return np.stack(np.split(self.found["d_concatenated"], problem.heads or 1, axis=-1))
        if gated and name != "gated":
            return self._gates() * self.found["d_gated"]
        d = self.found["d_output"]
        return d if problem.W_O is None else floats(d @ floats(problem.W_O).T)

    def _gates(self) -> Array:
        trace, problem = self.there.trace, self.there.trace.problem
        if problem.W_G is None:
            G = floats(problem.attention.choice("gate").array())
        else:
            b = 0 if problem.b_G is None else floats(problem.b_G)
            G = self.found[trace.embedded] @ floats(problem.W_G) + b
        return self.there.on_the_way(floats(1 / (1 + np.exp(-G))))

    def _by_head(self, array: Array) -> Array:
        return array if self.there.trace.problem.heads else array[None]

    def _summed(self, like: str, by_head: Array) -> Array:
        """Over the heads that share keys or values."""
        if not self.there.trace.problem.heads:
            return floats(by_head[0])
        groups = len(self.there.trace[like])
        return floats(by_head.reshape(groups, -1, *by_head.shape[1:]).sum(axis=1))

    def _scores(self, name: str) -> Array:
        trace, found = self.there.trace, self.found
        chain = [
            each
            for each in ("scores", "scaled_scores", "capped_scores", "masked_scores")
            if each in trace
        ]
        if name == chain[-1] or (trace.scored == "biased_scores" and name == "scores"):
            base = trace.problem.attention.base
            log = 1.0 if base == "e" else float(np.log(float(base)))
            D = found["weight_dots"][..., None]
            return floats(found["weights"] * self.there.on_the_way(found["d_weights"] - D) * log)
        later = chain[chain.index(name) + 1]
        d = found[f"d_{later}"]
        if later == "capped_scores":
            cap = float(trace.problem.attention.softcap or 0)
            share = self.there.on_the_way(np.where(np.isinf(found[later]), 0, found[later]) / cap)
            slope = self.there.on_the_way(1 - self.there.on_the_way(share**2))
            return floats(d * slope)
        if later == "masked_scores":
            return d
        scale, d_k = trace.problem.attention.scale, trace.problem.d_k
        if isinstance(scale, Decimal):
            return floats(d * float(scale))
        assert d_k is not None
        return floats(d * self.there.on_the_way(np.asarray(d_k**-0.5)))

    def _vectors(self, name: str) -> Array:
        trace = self.there.trace
        chain = [name[0], f"{name[0]}_normalized", f"{name[0]}_rotated"]
        chain = [each for each in chain if each in trace]
        if name == chain[-1]:
            return self._met(name)
        later = chain[chain.index(name) + 1]
        d = self.found[f"d_{later}"]
        made = self._turned_back(name, d) if later.endswith("rotated") else self._norm(name, d)
        past = trace.problem.past_length if name[0] == "K" else 0
        return np.concatenate([d[..., :past, :], made[..., past:, :]], axis=-2)

    def _met(self, name: str) -> Array:
        trace, found = self.there.trace, self.found
        dS = self._by_head(found["d_scores"])
        Q = self._by_head(found[trace.asking])
        K = self._by_head(self.there._shared(found[trace.answering]))
        chosen = trace.problem.attention.chosen("score")
        round_off = self.there.on_the_way
        if chosen is not None and chosen.word == "general":
            W = floats(chosen.array(""))
            if name[0] == "Q":
                made = round_off(dS @ K) @ W.swapaxes(-1, -2)
            else:
                made = round_off(dS.swapaxes(-1, -2) @ Q) @ W
        elif chosen is not None and chosen.word == "additive":
            W_1, W_2, v = (floats(chosen.array(each)) for each in ("W_1", "W_2", "v"))
            A, B = round_off(Q @ W_1), round_off(K @ W_2)
            bent = round_off(np.tanh(round_off(A[..., :, None, :] + B[..., None, :, :])))
            slope = round_off(round_off(1 - round_off(bent**2)) * v[..., None, None, :])
            each = round_off(dS[..., None] * slope)
            along = -2 if name[0] == "Q" else -3
            W = W_1 if name[0] == "Q" else W_2
            made = round_off(each.sum(axis=along)) @ W.swapaxes(-1, -2)
        elif chosen is not None:
            made = self._cosine(name, dS, Q, K)
        elif name[0] == "Q":
            made = dS @ K
        else:
            made = dS.swapaxes(-1, -2) @ Q
        if name[0] == "K":
            return self._summed(name, round_off(made) if chosen else made)
        return floats(made if trace.problem.heads else made[0])

    def _cosine(self, name: str, dS: Array, Q: Array, K: Array) -> Array:
        round_off = self.there.on_the_way
        lengths = [
            round_off(np.sqrt(round_off((x**2).sum(axis=-1, keepdims=True)))) for x in (Q, K)
        ]
        q, k = (round_off(over(x, r)) for x, r in zip((Q, K), lengths, strict=True))
        if name[0] == "Q":
            u, n, size = round_off(dS @ k), q, lengths[0]
        else:
            u, n, size = round_off(dS.swapaxes(-1, -2) @ q), k, lengths[1]
        along = round_off(round_off(n * u).sum(axis=-1, keepdims=True))
        rest = round_off(u - round_off(n * along))
        return np.where(size == 0, 0.0, rest / np.where(size == 0, 1.0, size))

    def _norm(self, name: str, d: Array) -> Array:
        round_off = self.there.on_the_way
        norm = self.there.trace.problem.attention.choice("qk_norm")
        x = self.found[name]
        gain = norm.array(f"gain_{name.lower()}")
        squares = round_off(round_off(x**2).sum(axis=-1, keepdims=True))
        if norm.word == "rms":
            mean = round_off(squares / x.shape[-1])
            squares = round_off(mean + float(norm.number("epsilon")))
        size = round_off(np.sqrt(squares))
        n = round_off(over(x, size))
        u = d if gain is None else round_off(d * floats(gain))
        along = round_off(round_off(n * u).sum(axis=-1, keepdims=True))
        if norm.word == "rms":
            along = round_off(along / x.shape[-1])
        rest = round_off(u - round_off(n * along))
        return np.where(size == 0, 0.0, rest / np.where(size == 0, 1.0, size))

    def _turned_back(self, name: str, d: Array) -> Array:
        """As a complex number times the conjugate of the turn."""
        rotary, problem = self.there.trace.problem.attention.positions, self.there.trace.problem
        assert isinstance(rotary, Rotary)
        places = problem.query_places if name[0] == "Q" else problem.key_places
        dims = rotary.dims or d.shape[-1]
        slow = float(rotary.base) ** (-np.arange(0, dims, 2) / dims)
        turn = np.exp(1j * np.outer(np.array(places, dtype=float), slow))
        turn = self.there.on_the_way(turn.real) - 1j * self.there.on_the_way(turn.imag)
        half = dims // 2
        first, second = (
            (slice(0, dims, 2), slice(1, dims, 2))
            if rotary.pairing == "interleaved"
            else (slice(0, half), slice(half, dims))
        )
        turned = (d[..., first] + 1j * d[..., second]) * turn
        made = d.copy()
        made[..., first], made[..., second] = turned.real, turned.imag
        return made

    def _embeddings(self, name: str) -> Array:
        trace, problem = self.there.trace, self.there.trace.problem
        if name == "X" and "X_positioned" in trace:
            return self.found["d_X_positioned"]
        total = np.zeros(trace[name].shape)
        for letter in "QKV":
            side = "X_key" if letter != "Q" and "X_key" in trace else trace.embedded
            if side != name or letter not in trace or getattr(problem, letter) is not None:
                continue
            W = problem.by_head(f"W_{letter}")
            for head, d in enumerate(self._by_head(self._new(letter))):
                if W is None:
                    width = d.shape[-1]
                    total[:, head * width : (head + 1) * width] += d
                else:
                    own = floats(W[head] if W.ndim == 3 else W)
                    total += self.there.on_the_way(d @ own.T)
        if problem.W_G is not None and name == trace.embedded:
            total += self.there.on_the_way(self._opening() @ floats(problem.W_G).T)
        return total

    def _new(self, letter: str) -> Array:
        past = 0 if letter == "Q" else self.there.trace.problem.past_length
        return self.found[f"d_{letter}"][..., past:, :]

    def _opening(self) -> Array:
        gates = self._gates()
        round_off = self.there.on_the_way
        slope = round_off(gates * round_off(1 - gates))
        passed = round_off(self.found["d_gated"] * self.found[self.there.trace.joined])
        return round_off(passed * slope)

    def _parameter(self, name: str) -> Array:
        trace, problem = self.there.trace, self.there.trace.problem
        letter, given = name[-1], getattr(problem, name)
        if letter == "O":
            last = "gated" if "gated" in trace else trace.joined
            x, d = self.found[last], self.found["d_output"]
        elif letter == "G":
            x, d = self.found[trace.embedded], self._opening()
        else:
            side = "X_key" if letter != "Q" and "X_key" in trace else trace.embedded
            x, d = self.found[side], self._new(letter)
        made = x.T @ d if name[0] == "W" else d.sum(axis=-2)
        if made.ndim > given.ndim:
            made = np.concatenate([*made], axis=-1)
        return floats(made)


def over(above: Array, below: Array) -> Array:
    """0 where both are 0."""
    nothing = (above == 0) & (below == 0)
    result: Array = np.where(nothing, 0.0, above / np.where(nothing, 1.0, below))
    return result


def floats(numbers: Any) -> Array:
    """Decimals of any kind in float64."""
    return np.array(numbers, dtype=float)
