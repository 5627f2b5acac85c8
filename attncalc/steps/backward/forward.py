"""The stages of the way there, by their names and shapes, which the way back is made of."""

from __future__ import annotations

from functools import cached_property

from attncalc.problem import heads
from attncalc.problem.problem import Problem
from attncalc.records import dataclass
from attncalc.steps.forward import FORWARD
from attncalc.steps.interface import Shape
from attncalc.steps.stages import OF_ANSWERS, OF_QUERIES, OF_SCORES


@dataclass(frozen=True, eq=False)
class Forward:
    """What the stages of a problem are called that its gradients are made of."""

    problem: Problem

    @cached_property
    def shapes(self) -> dict[str, Shape]:
        """Every stage and its shape, of one head."""
        return {
            name: shape for step in FORWARD for name, shape in step.shapes(self.problem).items()
        }

    @property
    def wanted(self) -> bool:
        """Whether there is anything to go back from."""
        return self.problem.d_output is not None

    def of(self, *stages: str) -> dict[str, Shape]:
        """The gradients of these stages, of those that there are, and their shapes."""
        if not self.wanted:
            return {}
        return {f"d_{name}": self.shapes[name] for name in stages if name in self.shapes}

    @cached_property
    def queries(self) -> tuple[str, ...]:
        """The stages of the queries, from the one that meets the keys back to Q."""
        return tuple(name for name in reversed(OF_QUERIES) if name in self.shapes)

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """The stages of the keys, likewise."""
        return tuple(name for name in reversed(OF_ANSWERS) if name in self.shapes)

    @cached_property
    def scores(self) -> tuple[str, ...]:
        """The stages of the scores, from the one that the softmax is of back to the scores.

        Without those to which a bias is added before scaling: their gradients are the scores'.
        """
        if "exponentials" not in self.shapes:
            return ()
        return tuple(
            name for name in reversed(OF_SCORES) if name in self.shapes and name != "biased_scores"
        )

    @property
    def attended(self) -> str:
        """The stage that is Σ α v."""
        return "head_outputs" if "head_outputs" in self.shapes else "output"

    @property
    def joined(self) -> str:
        """The stage of all heads' results together."""
        return "concatenated" if "concatenated" in self.shapes else self.attended

    @property
    def projected(self) -> str:
        """The stage that goes into the output projection."""
        return "gated" if "gated" in self.shapes else self.joined

    @property
    def embedded(self) -> str:
        """The stage that queries are projected from."""
        return "X_positioned" if "X_positioned" in self.shapes else "X"

    def side(self, name: str) -> str:
        """The stage that Q, K or V is projected from."""
        return "X_key" if "X_key" in self.shapes and name != "Q" else self.embedded

    def sharing(self, head: list[int]) -> list[list[int]]:
        """The query heads of a key-value head, from and to the front of an index."""
        h, groups = self.problem.heads, self.problem.kv_heads
        if h is None or groups is None:
            return [[]]
        return [[each] for each in range(h) if heads.group_of(each, h, groups) == head[0]]
