"""How far a program's numbers may be off the true ones, because it computes in fewer bits.

For every entry of every stage: if every operation is rounded to so many binary digits, what goes
into it is off already, and its result is rounded. Roundings are taken to be as good as independent,
so that they add up by their squares (Higham and Mary, "A new approach to probabilistic rounding
error analysis", 2019); a bound is some multiple of that. Programs add up in 32 bits at least, also
where they store fewer. These are tolerances, and no enclosures.
"""

from __future__ import annotations

import numpy as np

from attncalc.numbers.arithmetic import Array, transcendental_context
from attncalc.problem import heads
from attncalc.steps.trace import Trace

_BITS_OF_SUMS = 24
_SMALLEST = {53: 5e-324, 24: 1.2e-38, 11: 6e-8, 8: 1.2e-38}
"""Numbers below this may become 0."""

_FACTOR = 6
"""How far a number may be off, in units of what is to be expected."""

_FARTHEST = 8.0
"""Scores that are further off say nothing."""

_OF_A_FUNCTION = 2
"""Roundings in one power, cosine or quotient, each of which may be off by some last digits."""


def floors(trace: Trace, bits: int) -> dict[str, Array]:
    """The bounds by stage, in numbers of so many binary digits.

    Those of exponentials and sums are relative to the number itself. Infinite where numbers are out
    of the range of doubles, and nothing is known.
    """
    with np.errstate(all="ignore"):
        found = _Floors(trace, bits).of_stages()
        bounds = {name: _FACTOR * off for name, off in found.items()}
    return {name: np.where(np.isnan(bound), np.inf, bound) for name, bound in bounds.items()}


class _Floors:
    def __init__(self, trace: Trace, bits: int) -> None:
        self.trace, self.problem = trace, trace.problem
        self.unit = 2.0**-bits
        self.unit_of_sums = min(self.unit, 2.0**-_BITS_OF_SUMS)
        self.smallest = _SMALLEST[bits]
        self.found: dict[str, Array] = {}

    def of_stages(self) -> dict[str, Array]:
        """Every stage in its order, each from those before it."""
        for name in ("X", "X_key"):
            if name in self.trace:
                self.found[name] = self._rounded(name)
        if "positions" in self.trace:
            self.found["positions"] = self._turned(self._size("positions"))
            before = self.found["X"] + self.found["positions"]
            self.found["X_positioned"] = before + self._rounded("X_positioned")
        for name in ("Q", "K", "V"):
            if name in self.trace:
                self.found[name] = self._vectors(name)
        for name in ("Q_rotated", "K_rotated"):
            if name in self.trace:
                self.found[name] = self._rotated(name)
        if self.problem.weights is None:
            self._scores()
            self._weights()
        else:
            self.found["weights"] = self._rounded("weights")
        if "V" in self.trace:
            self._output()
        return self.found

    def _size(self, name: str) -> Array:
        """The sizes of a stage's numbers; 0 for a masked score."""
        return _sizes(self.trace[name])

    def _rounded(self, name: str) -> Array:
        """By how much a stage's numbers move when they are stored."""
        return self.unit * self._size(name) + self.smallest

    def _vectors(self, name: str) -> Array:
        problem, past = self.problem, self.problem.past_length if name != "Q" else 0
        W, given, stored = problem.by_head(f"W_{name}"), problem.by_head(name), self._rounded(name)
        if given is not None:
            return stored
        side = "X_key" if problem.X_key is not None and name != "Q" else self.trace.embedded
        if W is None:
            made, count = self.found[side], problem.heads if name == "Q" else problem.kv_heads
            made = made if count is None else heads.split(made, count)
        else:
            made = self._product(self._size(side), self.found[side], _sizes(W))
            if (b := problem.by_head(f"b_{name}")) is not None:
                made = made + 2 * self.unit * _sizes(b)[..., None, :]
        before, now = np.split(stored, [past], axis=-2)
        return np.concatenate([before, now + made], axis=-2)

    def _product(self, left: Array, off: Array, right: Array) -> Array:
        """Of sums of products with numbers that are only stored: sizes, and by how much off."""
        return self._dot(left, off, right, self.unit * right)

    def _dot(self, left: Array, left_off: Array, right: Array, right_off: Array) -> Array:
        squares = left_off**2 @ right**2 + left**2 @ right_off**2
        adding = (1 + left.shape[-1] / _FACTOR) * self.unit_of_sums
        off: Array = np.sqrt(squares + adding**2 * (left**2 @ right**2))
        return off

    def _turned(self, size: Array) -> Array:
        """Of cosines and sines of angles up to each row's position, times these sizes."""
        place = np.arange(size.shape[-2])[:, None] + self.problem.past_length
        roundings = _OF_A_FUNCTION * (self.unit + self.unit_of_sums * (1 + place))
        return roundings * np.maximum(size, 1) + self.smallest

    def _rotated(self, name: str) -> Array:
        own = name[0]
        widest = self._size(own).max(axis=-1, keepdims=True) + np.zeros_like(self.found[own])
        off = 2 * self.found[own].max(axis=-1, keepdims=True) + 2 * self._turned(widest)
        turned: Array = off + self._rounded(name)
        return turned

    def _scores(self) -> None:
        ask, answer, h = self.trace.asking, self.trace.answering, self.problem.heads
        if self.problem.scores is None:
            K, off = self._size(answer), self.found[answer]
            if h is not None:
                K, off = heads.shared(K, h), heads.shared(off, h)
            K, off = np.swapaxes(K, -1, -2), np.swapaxes(off, -1, -2)
            self.found["scores"] = self._dot(self._size(ask), self.found[ask], K, off)
            self.found["scores"] += self._rounded("scores")
        else:
            self.found["scores"] = self._rounded("scores")
        last = self.found["scores"]
        if "scaled_scores" in self.trace:
            factor, divisor = self.trace.number("factor"), self.trace.number("divisor")
            scale = abs(float(factor)) if factor is not None else 1 / float(divisor or 1)
            last = last * scale + _OF_A_FUNCTION * self._rounded("scaled_scores")
            self.found["scaled_scores"] = last
        if "capped_scores" in self.trace:
            last = last + _OF_A_FUNCTION * self._rounded("capped_scores")
            self.found["capped_scores"] = last
        if "masked_scores" in self.trace:
            bias = self.trace.bias
            added = 0.0 if bias is None else _OF_A_FUNCTION * self.unit * _sizes(bias.values)
            self.found["masked_scores"] = last + added + self._rounded("masked_scores")

    def _weights(self) -> None:
        A, m = self._size("weights"), len(self.problem.key_tokens)
        base = self.problem.attention.base
        log = 1.0 if base == "e" else float(transcendental_context().ln(base))
        off = np.minimum(log * self.found[self.trace.scored], _FARTHEST)
        # The sink and the largest score, which is subtracted, are off too.
        sink = self.problem.attention.sink
        least = 0.0 if sink is None else self.unit * float(np.max(_sizes(np.asarray(sink))))
        whole = np.sqrt((A**2 * off**2).sum(axis=-1)) + log * least
        function, adding = _OF_A_FUNCTION * self.unit, m / _FACTOR * self.unit_of_sums
        self.found["exponentials"] = _relative(off + function)
        self.found["sums"] = _relative(whole + function + adding)
        share = _relative(off + whole[..., None] + 2 * function + adding)
        self.found["weights"] = A * share + self.smallest

    def _output(self) -> None:
        A, off = self._size("weights"), self.found["weights"]
        V, V_off, h = self._size("V"), self.found["V"], self.problem.heads
        if h is not None:
            V, V_off = heads.shared(V, h), heads.shared(V_off, h)
        if "weighted_values" in self.trace:
            moved = off[..., None] * V[..., None, :, :] + A[..., None] * V_off[..., None, :, :]
            self.found["weighted_values"] = moved + self._rounded("weighted_values")
        last = self.trace.attended
        self.found[last] = self._dot(A, off, V, V_off) + self._rounded(last)
        if h is not None:
            self.found["concatenated"] = heads.concatenated(self.found[last])
            last = "concatenated"
        if last != "output":
            self._project(last)

    def _project(self, last: str) -> None:
        W, b = self.problem.W_O, self.problem.b_O
        off = self.found[last]
        if W is not None:
            off = self._product(self._size(last), off, _sizes(W))
        if b is not None:
            off = off + 2 * self.unit * _sizes(b)
        self.found["output"] = off + self._rounded("output")


def _sizes(numbers: Array) -> Array:
    sizes = np.abs(numbers.astype(np.float64))
    return np.where(np.isfinite(sizes), sizes, 0.0)


def _relative(off: Array) -> Array:
    """How far a power may be off, relative to itself, if its exponent is off by so much."""
    relative: Array = np.expm1(_FACTOR * np.minimum(off, _FARTHEST)) / _FACTOR
    return relative
