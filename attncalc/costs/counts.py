"""What a problem costs: the operations of each stage, from its shapes alone.

Counted as the steps do them, which is as the formulas say: a dot product of d terms is d
multiplications and d - 1 additions, and a difference is an addition.
Not counted: what does not depend on a token, such as √d_k or the exponents of frequencies; copies
and comparisons; and the powers that are taken again where a row's sum is out of range.
"""

from __future__ import annotations

from dataclasses import replace

from attncalc.numbers.operations import Operations, total
from attncalc.problem.problem import Problem
from attncalc.problem.sizes import Sizes
from attncalc.records import dataclass
from attncalc.steps import score
from attncalc.steps.mask import visible_pairs
from attncalc.steps.order import STEPS, stage_shapes, steps_by_stage


def sizes_of(problem: Problem) -> Sizes:
    """The sizes of a problem. d_k is 0 where it starts after its queries."""
    stages = stage_shapes(problem)
    return Sizes(
        n=len(problem.tokens),
        m=len(problem.key_tokens),
        past=problem.past_length,
        heads=problem.heads or 1,
        kv_heads=problem.kv_heads or 1,
        d_q=stages["Q"][-1] if "Q" in stages else 0,
        d_k=stages["K"][-1] if "K" in stages else 0,
        d_v=problem.d_v or 0,
    )


@dataclass(frozen=True)
class Cost:
    """The cost of a problem. stages: those in which something is computed, in order.

    visible: how many of the pairs of a query and a key, in all heads, no mask hides.
    """

    problem: Problem
    sizes: Sizes
    stages: dict[str, Operations]
    visible: int

    @property
    def total(self) -> Operations:
        """The operations of all stages."""
        return total(self.stages.values())

    @property
    def parts(self) -> dict[str, Operations]:
        """The operations by the part of the computation that they belong to, in order."""
        found: dict[str, Operations] = {}
        for stage, operations in self.stages.items():
            part = part_of(self.problem, stage)
            found[part] = found.get(part, Operations()) + operations
        return found

    @property
    def kept_scores(self) -> int:
        """The numbers of the stage scores."""
        return self.sizes.pairs if self.problem.weights is None else 0

    @property
    def without_groups(self) -> Sizes:
        """The sizes if every query head had keys and values of its own."""
        return replace(self.sizes, kv_heads=self.sizes.heads)

    @property
    def with_twice_the_tokens(self) -> Operations:
        """The operations if there were twice as many queries, keys and past tokens."""
        sizes = self.sizes
        twice = replace(sizes, n=2 * sizes.n, m=2 * sizes.m, past=2 * sizes.past)
        return total(stage_costs(self.problem, twice).values())


def cost_of(problem: Problem) -> Cost:
    """Count what a problem takes to compute; without computing it."""
    sizes = sizes_of(problem)
    return Cost(problem, sizes, stage_costs(problem, sizes), visible_pairs(problem))


def stage_costs(problem: Problem, sizes: Sizes) -> dict[str, Operations]:
    """The operations of each stage of a problem that has any, if it had these sizes."""
    counts: dict[str, Operations] = {}
    for step in STEPS:
        if stages := step.shapes(problem):
            counted = step.count(problem, sizes)
            counts |= {stage: counted[stage] for stage in stages}
    return {name: operations for name, operations in counts.items() if operations.all}


def are_dot_products(problem: Problem) -> bool:
    """Whether a score takes a product of d_k terms, and nothing else."""
    return bool(score.shapes(problem))


def part_of(problem: Problem, stage: str) -> str:
    """The part of the computation that a stage belongs to in which something is computed."""
    part = steps_by_stage(problem)[stage].PART
    assert part is not None
    return part
