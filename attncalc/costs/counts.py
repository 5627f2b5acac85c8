"""What a problem costs: the operations of each stage, from its shapes alone.

Counted as the steps do them, which is as the formulas say: a
dot product of d terms is d multiplications and d - 1 additions, and a difference is an addition.
Not counted: what does not depend on a token, such as √d_k or the exponents of frequencies; copies
and comparisons; and the powers that are taken again where a row's sum is out of range.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal

from attncalc.numbers.operations import Operations, total
from attncalc.problem.options import Rotary, Sinusoidal
from attncalc.problem.problem import Problem
from attncalc.problem.sizes import Sizes
from attncalc.steps.mask import visible_pairs
from attncalc.steps.order import stage_shapes


def sizes_of(problem: Problem) -> Sizes:
    """The sizes of a problem. d_k is 0 where it starts after its queries."""
    stages = stage_shapes(problem)
    return Sizes(
        n=len(problem.tokens),
        m=len(problem.key_tokens),
        past=problem.past_length,
        heads=problem.heads or 1,
        kv_heads=problem.kv_heads or 1,
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
    counts = {
        name: _COUNTED[name](problem, sizes) for name in stage_shapes(problem) if name in _COUNTED
    }
    return {name: operations for name, operations in counts.items() if operations.all}


def part_of(problem: Problem, stage: str) -> str:
    """The part of the computation that a stage belongs to."""
    if stage == "output" and problem.W_O is None:
        return "weighted_sum"
    return next(part for part, stages in _PARTS.items() if stage in stages)


_PARTS = {
    "projections": ("Q", "K", "V"),
    "positions": ("positions", "X_positioned", "Q_rotated", "K_rotated"),
    "scores": ("scores", "scaled_scores", "capped_scores", "masked_scores"),
    "softmax": ("exponentials", "sums", "weights"),
    "weighted_sum": ("head_outputs",),
    "output_projection": ("output",),
}


def _dots(count: int, terms: int) -> Operations:
    """So many dot products of so many terms."""
    return Operations(multiplications=count * terms, additions=count * (terms - 1))


def _projection(problem: Problem, letter: str, entries: int) -> Operations:
    """X W + b, by the number of its entries."""
    W, b = getattr(problem, f"W_{letter}"), getattr(problem, f"b_{letter}")
    if W is None:
        return Operations()
    return _dots(entries, W.shape[-2]) + Operations(additions=0 if b is None else entries)


def _queries(problem: Problem, sizes: Sizes) -> Operations:
    return _projection(problem, "Q", sizes.heads * sizes.n * sizes.d_k)


def _keys(problem: Problem, sizes: Sizes) -> Operations:
    return _projection(problem, "K", sizes.kv_heads * (sizes.m - sizes.past) * sizes.d_k)


def _values(problem: Problem, sizes: Sizes) -> Operations:
    return _projection(problem, "V", sizes.kv_heads * (sizes.m - sizes.past) * sizes.d_v)


def _angles(places: int, dims: int) -> Operations:
    """pos · base^(-2t/dims), its sine and its cosine, for each position and pair."""
    pairs = -(-dims // 2)
    return Operations(
        multiplications=places * pairs, powers=pairs, sines_and_cosines=2 * places * pairs
    )


def _positions(problem: Problem, sizes: Sizes) -> Operations:
    """A table of sines and cosines; nothing for one that is learned."""
    sinusoidal = isinstance(problem.attention.positions, Sinusoidal)
    return _angles(sizes.n, problem.d_model or 0) if sinusoidal else Operations()


def _positioned(problem: Problem, sizes: Sizes) -> Operations:
    return Operations(additions=sizes.n * (problem.d_model or 0))


def _rotation(problem: Problem, sizes: Sizes, places: int, heads: int) -> Operations:
    """The angles, and a cos θ - b sin θ and a sin θ + b cos θ for each pair of each vector."""
    rotary = problem.attention.positions
    assert isinstance(rotary, Rotary)
    dims = rotary.dims or sizes.d_k
    turned = heads * places * dims
    return _angles(places, dims) + Operations(multiplications=2 * turned, additions=turned)


def _rotated_queries(problem: Problem, sizes: Sizes) -> Operations:
    return _rotation(problem, sizes, sizes.n, sizes.heads)


def _rotated_keys(problem: Problem, sizes: Sizes) -> Operations:
    return _rotation(problem, sizes, sizes.m - sizes.past, sizes.kv_heads)


def _scores(problem: Problem, sizes: Sizes) -> Operations:
    return _dots(sizes.pairs, sizes.d_k) if problem.scores is None else Operations()


def _scaled(problem: Problem, sizes: Sizes) -> Operations:
    """Divided by √d_k, or multiplied by a number that is given."""
    if isinstance(problem.attention.scale, Decimal):
        return Operations(multiplications=sizes.pairs)
    return Operations(divisions=sizes.pairs)


def _capped(problem: Problem, sizes: Sizes) -> Operations:  # noqa: ARG001
    """c · tanh(s / c)"""
    return Operations(multiplications=sizes.pairs, divisions=sizes.pairs, tanh=sizes.pairs)


def _masked(problem: Problem, sizes: Sizes) -> Operations:
    """A bias is added; one of ALiBi is a slope times a distance. A mask takes no arithmetic."""
    bias = problem.attention.bias
    if bias is None:
        return Operations()
    added = Operations(additions=sizes.pairs)
    slopes = Operations(multiplications=sizes.pairs, powers=sizes.heads)
    return added + slopes if isinstance(bias, str) else added


def _columns(problem: Problem, sizes: Sizes) -> int:
    """What a row of the softmax has: its keys, and a sink."""
    return sizes.m + (problem.attention.sink is not None)


def _exponentials(problem: Problem, sizes: Sizes) -> Operations:
    return Operations(powers=sizes.heads * sizes.n * _columns(problem, sizes))


def _sums(problem: Problem, sizes: Sizes) -> Operations:
    return Operations(additions=sizes.heads * sizes.n * (_columns(problem, sizes) - 1))


def _weights(problem: Problem, sizes: Sizes) -> Operations:
    if problem.weights is not None:
        return Operations()
    return Operations(divisions=sizes.heads * sizes.n * _columns(problem, sizes))


def _weighted_sum(problem: Problem, sizes: Sizes) -> Operations:  # noqa: ARG001
    return _dots(sizes.heads * sizes.n * sizes.d_v, sizes.m)


def _output(problem: Problem, sizes: Sizes) -> Operations:
    """The output projection; without one, the weighted sum, or heads side by side."""
    if problem.W_O is not None:
        return _projection(problem, "O", sizes.n * problem.W_O.shape[-1])
    return _weighted_sum(problem, sizes) if problem.heads is None else Operations()


_COUNTED: dict[str, Callable[[Problem, Sizes], Operations]] = {
    "positions": _positions,
    "X_positioned": _positioned,
    "Q": _queries,
    "K": _keys,
    "V": _values,
    "Q_rotated": _rotated_queries,
    "K_rotated": _rotated_keys,
    "scores": _scores,
    "scaled_scores": _scaled,
    "capped_scores": _capped,
    "masked_scores": _masked,
    "exponentials": _exponentials,
    "sums": _sums,
    "weights": _weights,
    "head_outputs": _weighted_sum,
    "output": _output,
}
"""weighted_values is not among them: its products are those of the weighted sum."""
