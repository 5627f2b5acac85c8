"""Known ways to get attention wrong, as a table that is extended by an entry.

Each entry says what was done, at which stage, and what that stage would be then. What follows from
it is worked on with the ordinary rules, so an entry explains claims on any later stage too.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from typing import Any

import numpy as np

from attncalc import attention
from attncalc.arithmetic import Array
from attncalc.trace import Trace


@dataclass(frozen=True, eq=False)
class Numbers:
    """A trace's stages as a rule sees them: computed, or as they are printed where they are."""

    trace: Trace
    stages: dict[str, Array]

    def __getitem__(self, name: str) -> Array:
        return self.stages[name]

    def __contains__(self, name: str) -> bool:
        return name in self.stages

    @property
    def base(self) -> Any | None:
        base = self.trace.problem.attention.base
        return None if base == "e" else attention.like(self.stages["weights"], base)

    @property
    def bias(self) -> Array | None:
        """What is added to the scores."""
        bias = self.trace.bias
        return None if bias is None else bias.values

    def like(self, number: Decimal | int | str) -> Any:
        return attention.like(self.stages["weights"], number)

    def masked(self, S: Array) -> Array:
        """These scores with the problem's bias and mask."""
        return attention.masked_scores(S, self.bias, self.trace.mask)

    def softmax(self, S: Array, base: Any | None = None) -> Array:
        base = self.base if base is None else base
        powers = attention.exponentials(S, base)
        return attention.weights(S, base, powers, attention.sums(powers))

    def after(self, stage: str, values: Array, wanted: str) -> Array | None:
        """The wanted stage, if an earlier one were this; None if it does not come after it."""
        steps: dict[str, tuple[str, Callable[[Array], Array]]] = {
            "scores": ("scaled_scores", self._scaled),
            "scaled_scores": ("masked_scores", self.masked),
            "masked_scores": ("weights", self.softmax),
            "weights": ("attended", lambda A: attention.output(A, self["V"])),
            "attended": ("projected", self._projected),
        }
        names = {self.trace.attended: "attended"}
        if self.trace.attended == "head_outputs":
            names["output"] = "projected"
        wanted = names.get(wanted, wanted)
        while stage != wanted:
            if stage not in steps or (stage == "weights" and "V" not in self):
                return None
            stage, step = steps[stage]
            values = step(values)
        return values

    def _scaled(self, S: Array) -> Array:
        if self.trace.divisor is not None:
            return attention.divided_scores(S, self.trace.divisor)
        return S if self.trace.factor is None else attention.multiplied_scores(S, self.trace.factor)

    def _projected(self, O: Array) -> Array:  # noqa: E741 - the paper's name
        W = self.trace.problem.W_O
        return O if W is None else attention.projected(O, W, self.trace.problem.b_O)


@dataclass(frozen=True)
class Misconception:
    """what: as the report says it. rule: what the stage is then, None where it does not apply."""

    what: str
    stage: str
    rule: Callable[[Numbers], Array | None]


def _divided_by(divisor: Callable[[Numbers], Any]) -> Callable[[Numbers], Array | None]:
    def rule(numbers: Numbers) -> Array | None:
        size = divisor(numbers)
        if "scores" not in numbers or size is None:
            return None
        return attention.divided_scores(numbers["scores"], size)

    return rule


def _root(numbers: Numbers, size: int | None) -> Any:
    return None if size is None else attention.root(size, numbers["weights"])


def _d_k(numbers: Numbers) -> Any:
    d_k = numbers.trace.problem.d_k
    return None if d_k is None else numbers.like(d_k)


def _keys(numbers: Numbers) -> int:
    return len(numbers.trace.problem.key_tokens)


def _unscaled(numbers: Numbers) -> Array | None:
    return numbers["scores"] if "scaled_scores" in numbers else None


def _scaled_twice(numbers: Numbers) -> Array | None:
    if "scaled_scores" not in numbers:
        return None
    return numbers.after("scores", numbers["scaled_scores"], "scaled_scores")


def _swapped(numbers: Numbers) -> Array | None:
    if "Q" not in numbers or numbers["Q"].shape != numbers["K"].shape:
        return None
    return attention.scores(numbers["K"], numbers["Q"])


def _not_transposed(numbers: Numbers) -> Array | None:
    if "Q" not in numbers or numbers["Q"].shape[1] != numbers["K"].shape[0]:
        return None
    product: Array = numbers["Q"] @ numbers["K"]
    return product if product.shape == numbers["scores"].shape else None


def _diagonal(numbers: Numbers) -> Array | None:
    if "scores" not in numbers or numbers["scores"].shape[0] != numbers["scores"].shape[1]:
        return None
    return np.broadcast_to(np.diagonal(numbers["scores"]), numbers["scores"].shape)


def _scored(numbers: Numbers) -> Array | None:
    return numbers[numbers.trace.scored] if "scores" in numbers else None


def _before_mask(numbers: Numbers) -> Array | None:
    if numbers.trace.mask is None:
        return None
    return numbers[numbers.trace.stages["masked_scores"].made_of[0]]


def _unmasked(numbers: Numbers) -> Array | None:
    S = _before_mask(numbers)
    return None if S is None else attention.masked_scores(S, numbers.bias, None)


def _masked_with_zero(numbers: Numbers) -> Array | None:
    S, mask = _unmasked(numbers), numbers.trace.mask
    return None if S is None or mask is None else np.where(mask, S, numbers.like(0))


def _masked_on_the_wrong_side(numbers: Numbers) -> Array | None:
    S, mask = _unmasked(numbers), numbers.trace.mask
    if S is None or mask is None or mask.shape[0] != mask.shape[1]:
        return None
    return np.where(mask.T, S, numbers.like("-Infinity"))


def _masked_after_softmax(numbers: Numbers) -> Array | None:
    S, mask = _unmasked(numbers), numbers.trace.mask
    if S is None or mask is None:
        return None
    return np.where(mask, numbers.softmax(S), numbers.like(0))


def _down_the_columns(numbers: Numbers) -> Array | None:
    S = _scored(numbers)
    return None if S is None else numbers.softmax(S.T).T


def _over_everything(numbers: Numbers) -> Array | None:
    S = _scored(numbers)
    return None if S is None else numbers.softmax(S.reshape(1, -1)).reshape(S.shape)


def _to_base(base: int) -> Callable[[Numbers], Array | None]:
    def rule(numbers: Numbers) -> Array | None:
        S = _scored(numbers)
        return None if S is None else numbers.softmax(S, numbers.like(base))

    return rule


def _divided_by_the_sum(numbers: Numbers) -> Array | None:
    S = _scored(numbers)
    if S is None:
        return None
    S = np.where(numbers.like("-Infinity") == S, numbers.like(0), S)
    totals = attention.sums(S)[:, None]
    return None if (totals == 0).any() else S / totals


def _without_division(numbers: Numbers) -> Array | None:
    return numbers.stages.get("exponentials")


def _to_base_e(numbers: Numbers) -> Array | None:
    S = _scored(numbers)
    if S is None or numbers.base is None:
        return None
    powers = attention.exponentials(S, None)
    return attention.weights(S, None, powers, attention.sums(powers))


def _shortened(decimals: int, rounding: str) -> Callable[[Numbers], Array | None]:
    def rule(numbers: Numbers) -> Array | None:
        if numbers.trace.problem.weights is not None:
            return None
        A, step = numbers["weights"], Decimal(1).scaleb(-decimals)
        flat = [Decimal(weight).quantize(step, rounding) for weight in A.ravel().tolist()]
        return np.array([attention.like(A, weight) for weight in flat], A.dtype).reshape(A.shape)

    return rule


def _of_keys(numbers: Numbers) -> Array | None:
    return attention.output(numbers["weights"], numbers["K"]) if _same_width(numbers, "K") else None


def _of_embeddings(numbers: Numbers) -> Array | None:
    name = "X_key" if "X_key" in numbers else "X"
    return (
        attention.output(numbers["weights"], numbers[name]) if _same_width(numbers, name) else None
    )


def _same_width(numbers: Numbers, name: str) -> bool:
    return name in numbers and "V" in numbers and numbers[name].shape == numbers["V"].shape


def _values_transposed(numbers: Numbers) -> Array | None:
    if "V" not in numbers or numbers["V"].shape[0] != numbers["V"].shape[1]:
        return None
    return attention.output(numbers["weights"], numbers["V"].T)


def _weights_transposed(numbers: Numbers) -> Array | None:
    A = numbers["weights"]
    if "V" not in numbers or A.shape[0] != A.shape[1]:
        return None
    return attention.output(A.T, numbers["V"])


CATALOGUE = (
    Misconception("query and key are swapped", "scores", _swapped),
    Misconception("K is not transposed", "scores", _not_transposed),
    Misconception("the diagonal is taken for a row", "scores", _diagonal),
    Misconception("the scores are not scaled", "scaled_scores", _unscaled),
    Misconception(
        "the scores are divided by √d_k",
        "scaled_scores",
        _divided_by(lambda numbers: _root(numbers, numbers.trace.problem.d_k)),
    ),
    Misconception("the scores are divided by d_k", "scaled_scores", _divided_by(_d_k)),
    # With the default scale this is the same; dividing by d_k is the likelier mistake.
    Misconception("the scores are scaled twice", "scaled_scores", _scaled_twice),
    Misconception(
        "the scores are divided by √d_model",
        "scaled_scores",
        _divided_by(lambda numbers: _root(numbers, numbers.trace.problem.d_model)),
    ),
    Misconception(
        "the scores are divided by the root of the number of keys",
        "scaled_scores",
        _divided_by(lambda numbers: _root(numbers, _keys(numbers))),
    ),
    Misconception(
        "the scores are divided by the number of keys",
        "scaled_scores",
        _divided_by(lambda numbers: numbers.like(_keys(numbers))),
    ),
    Misconception("the mask is not applied", "masked_scores", _unmasked),
    Misconception("masked scores are set to 0 instead of -inf", "masked_scores", _masked_with_zero),
    Misconception("the mask is on the wrong side", "masked_scores", _masked_on_the_wrong_side),
    Misconception("the mask is applied after the softmax", "weights", _masked_after_softmax),
    Misconception("the softmax goes down the columns", "weights", _down_the_columns),
    Misconception("the softmax goes over the whole matrix", "weights", _over_everything),
    Misconception("the softmax is to base 2", "weights", _to_base(2)),
    Misconception("the softmax is to base 10", "weights", _to_base(10)),
    Misconception("the softmax is to base e", "weights", _to_base_e),
    Misconception(
        "scores are divided by their sum, without powers", "weights", _divided_by_the_sum
    ),
    Misconception("powers are not divided by their sum", "weights", _without_division),
    *(
        Misconception(
            f"the weights are {way} {decimals} decimal{'s' if decimals > 1 else ''} on the way",
            "weights",
            _shortened(decimals, rounding),
        )
        for decimals in (1, 2, 3)
        for way, rounding in (("rounded to", ROUND_HALF_UP), ("cut off after", ROUND_DOWN))
    ),
    Misconception("the weights are applied to the keys", "attended", _of_keys),
    Misconception("the weights are applied to the embeddings", "attended", _of_embeddings),
    Misconception("the values are transposed", "attended", _values_transposed),
    Misconception("the weights are transposed", "attended", _weights_transposed),
)
