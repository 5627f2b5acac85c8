"""What a misconception is, and what a stage would be under one.

One kind says what a single stage is then; what follows from it is worked on with the ordinary
rules, so it explains claims on any later stage too. The other kind works another problem through.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any, TypeAlias

import numpy as np

from attncalc.names import GRADIENTS, STAGES
from attncalc.numbers.arithmetic import Array, like
from attncalc.problem import heads
from attncalc.problem.problem import Problem
from attncalc.records import dataclass
from attncalc.steps.cap import capped_scores
from attncalc.steps.engine import explain
from attncalc.steps.mask import masked_scores
from attncalc.steps.mix import output, weighted_values
from attncalc.steps.order import BACKWARD
from attncalc.steps.project import projected
from attncalc.steps.scale import divided_scores, multiplied_scores
from attncalc.steps.softmax import exponentials, sums, weights, with_sink
from attncalc.steps.stages import OF_ANSWERS, OF_HEADS, OF_QUERIES
from attncalc.steps.trace import Trace

_UNCHANGED: dict[str, tuple[str, ...]] = {
    "X_positioned": ("X",),
    **{name: OF_QUERIES[place::-1] for place, name in enumerate(OF_QUERIES)},
    **{name: OF_ANSWERS[place::-1] for place, name in enumerate(OF_ANSWERS)},
    "concatenated": ("head_outputs", "output"),
}
"""What stands in the place of a stage that an altered problem does not have."""


@dataclass(frozen=True, eq=False)
class Numbers:
    """A trace's stages as a rule sees them: of one head, where it is made for each head."""

    trace: Trace

    def __getitem__(self, name: str) -> Array:
        return self.trace[name]

    def __contains__(self, name: str) -> bool:
        return name in self.trace

    @property
    def base(self) -> Any | None:
        base = self.trace.problem.attention.base
        return None if base == "e" else self.like(base)

    @property
    def bias(self) -> Array | None:
        """What is added to the scores."""
        bias = self.trace.bias
        return None if bias is None else bias.values

    @property
    def early_bias(self) -> Array | None:
        """What is added to the scores before they are scaled."""
        bias = self.trace.by_products.get("early_bias")
        return None if bias is None else bias.values

    @property
    def before_scaling(self) -> Array:
        """The scores that are scaled."""
        return self["biased_scores" if "biased_scores" in self else "scores"]

    @property
    def sink(self) -> Array | None:
        """The logit without a value, as an array of no axes for one head."""
        sink, head = self.trace.problem.attention.sink, self.trace.head
        if sink is None or head is None or sink.ndim == 0:
            return sink
        return sink[head : head + 1].reshape(())

    def like(self, number: Decimal | int | str) -> Any:
        return like(self["weights"], number)

    def scaled(self, S: Array) -> Array:
        """These scores with the problem's scale."""
        factor, divisor = self.trace.number("factor"), self.trace.number("divisor")
        if divisor is not None:
            return divided_scores(S, divisor)
        return S if factor is None else multiplied_scores(S, factor)

    def capped(self, S: Array) -> Array:
        """These scores with the problem's soft-cap."""
        cap = self.trace.problem.attention.softcap
        if cap is None:
            return S
        bent, nothing = capped_scores(S, self.like(cap)), self.like("-Infinity")
        return np.where(nothing == S, S, bent) if self.trace.hides("capped_scores") else bent

    def biased(self, S: Array) -> Array:
        """These scores with what is added before they are scaled."""
        return S if self.early_bias is None else S + self.early_bias

    def masked(self, S: Array) -> Array:
        """These scores with the problem's bias and mask."""
        return masked_scores(S, self.bias, self.trace.mask)

    def powers(self, S: Array) -> Array:
        """The problem's base to these scores."""
        return exponentials(S, self.base)

    def powers_below_the_largest(self, S: Array) -> Array:
        """The same with each row's largest score taken off all of it, as programs do."""
        largest, hidden = S.max(axis=-1, keepdims=True), self.like("-Infinity")
        return self.powers(S - np.where(largest == hidden, self.like(0), largest))

    def softmax(self, S: Array) -> Array:
        """The weights of these scores, next to the problem's sink."""
        return self.softmax_to(self.base, S)

    def softmax_to(self, base: Any | None, S: Array) -> Array:
        """The same with powers of another base, e if None."""
        m = S.shape[-1]
        return softmax(base, S if self.sink is None else with_sink(S, self.sink))[..., :m]

    def after(self, stage: str, values: Array, wanted: str) -> Array:
        """The wanted stage, if an earlier one, from the scores on, were this."""
        if wanted == stage:
            return values
        earlier, step = self._steps[wanted]
        return step(self.after(stage, values, earlier))

    @property
    def _steps(self) -> dict[str, tuple[str, Callable[[Array], Array]]]:
        """The stage before each stage, and the way from there."""
        attended = ("weights", self._attended)
        steps: dict[str, tuple[str, Callable[[Array], Array]]] = {
            "biased_scores": ("scores", self.biased),
            "scaled_scores": ("biased_scores", self.scaled),
            "capped_scores": ("scaled_scores", self.capped),
            "masked_scores": ("capped_scores", self.masked),
            "exponentials": ("masked_scores", self.powers),
            "sums": ("exponentials", sums),
            "weights": ("masked_scores", self.softmax),
            "concatenated": ("head_outputs", heads.concatenated),
        }
        if "V" in self:
            steps["weighted_values"] = ("weights", self._terms)
            steps["head_outputs"] = attended
            steps["output"] = attended
            if "gated" in self:
                steps["gated"] = (self.trace.joined, self._gated)
            if self.trace.attended == "head_outputs":
                steps["output"] = (self.trace.stages["output"].made_of[0], self._projected)
        return steps

    def _terms(self, A: Array) -> Array:
        return weighted_values(A, self["V"])

    def _attended(self, A: Array) -> Array:
        return output(A, self["V"])

    def _gated(self, C: Array) -> Array:
        gates: Array = self.trace.by_products["gates"].values
        return gates * C

    def _projected(self, O: Array) -> Array:  # noqa: E741 - the paper's name
        W = self.trace.problem.W_O
        return O if W is None else projected(O, W, self.trace.problem.b_O)


def softmax(base: Any | None, S: Array) -> Array:
    """The weights of each row of scores, without a sink."""
    powers = exponentials(S, base)
    return weights(S, base, powers, sums(powers))


Rule: TypeAlias = Callable[[Numbers], Array | None]


@dataclass(frozen=True)
class Misconception:
    """what: as the report says it. rule: what the stage is then, None where it does not apply.
    convention: whether others do so on purpose. rounds: whether it is nothing but rounding.

    A stage up to "attended", the weighted sum of the values, is made for each head on its own.
    """

    what: str
    stage: str
    rule: Rule
    convention: bool = False
    rounds: bool = False

    def stage_under(self, trace: Trace, wanted: str) -> Array | None:
        """What the wanted stage would be; None if this says nothing of it."""
        stage = trace.attended if self.stage == "attended" else self.stage
        if wanted in GRADIENTS:  # whoever goes wrong on the way there may go back in any way
            return None
        if STAGES.index(wanted) < STAGES.index(stage):
            return None
        if stage not in OF_HEADS or not trace.has_heads:
            return self._worked_on(Numbers(trace), stage, wanted)
        last = wanted if wanted in OF_HEADS else trace.attended
        parts: list[Array] = []
        for head in range(len(trace["weights"])):
            part = self._worked_on(Numbers(trace.of_head(head)), stage, last)
            if part is None:
                return None
            parts.append(part)
        return Numbers(trace).after(last, np.stack(parts), wanted)

    def _worked_on(self, numbers: Numbers, stage: str, wanted: str) -> Array | None:
        values = self.rule(numbers)
        return None if values is None else numbers.after(stage, values, wanted)


@dataclass(frozen=True)
class MistakenGradient:
    """what: as the report says it. stage: the gradient that it is made at, None where there is
    none. rule: what that is then, of all heads; None where it does not apply.
    """

    what: str
    stage: Callable[[Trace], str | None]
    rule: Callable[[Trace], Array | None]
    convention: bool = False

    def stage_under(self, trace: Trace, wanted: str) -> Array | None:
        """What the wanted stage would be; None if this says nothing of it."""
        stage = self.stage(trace) if "d_output" in trace else None
        if stage is None or wanted not in GRADIENTS:
            return None
        if STAGES.index(wanted) < STAGES.index(stage):
            return None
        values = self.rule(trace)
        return None if values is None else gone_on(trace, stage, values, wanted)


def gone_on(trace: Trace, stage: str, values: Array, wanted: str) -> Array:
    """A gradient, if one before it were this."""
    stages = dict(trace.stages)
    stages[stage] = replace(stages[stage], values=values)
    other = replace(trace, stages=stages)
    for step in BACKWARD:
        if step.shapes(trace.problem):
            for made in step.work(other, ()):
                if STAGES.index(made.name) > STAGES.index(stage):
                    stages[made.name] = made
    return stages[wanted].values


@dataclass(frozen=True)
class Alteration:
    """what: as the report says it. problem: that is worked on then, None where it does not apply.
    convention: whether others do so on purpose.

    It is made from a trace, so that its inputs can be stages as they are printed.
    """

    what: str
    problem: Callable[[Trace], Problem | None]
    convention: bool = False

    def stage_under(self, trace: Trace, wanted: str) -> Array | None:
        """What the wanted stage would be; None if this says nothing of it."""
        altered = self.altered(trace)
        return None if altered is None else stage_instead(altered, wanted)

    def altered(self, trace: Trace) -> Trace | None:
        """The other problem, worked through."""
        problem = self.problem(trace)
        return None if problem is None else explain(problem)


def stage_instead(altered: Trace, wanted: str) -> Array | None:
    """The wanted stage of an altered problem, or what stands in its place; None if nothing does."""
    name = name_instead(altered, wanted)
    return None if name is None else altered[name]


def name_instead(altered: Trace, wanted: str) -> str | None:
    """What the wanted stage is in an altered problem: itself, or one before it that is the same."""
    names = (wanted, *_UNCHANGED.get(wanted, ()))
    return next((name for name in names if name in altered), None)
