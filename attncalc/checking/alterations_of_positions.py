"""Problems that are worked on by mistake: other positions, or positions applied otherwise.

As in alterations.py, each function takes a trace and gives the altered problem, or None.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import numpy as np

from attncalc.checking.alterations import from_vectors, with_options
from attncalc.numbers.arithmetic import Array
from attncalc.problem.options import Pairing, Rotary, Sinusoidal
from attncalc.problem.problem import Problem
from attncalc.steps.add_positions import sinusoidal
from attncalc.steps.angles import angles_at
from attncalc.steps.engine import explain
from attncalc.steps.rotate import rotated
from attncalc.steps.scale import root
from attncalc.steps.trace import Trace


def unpositioned(trace: Trace) -> Problem | None:
    """Without positions."""
    problem = trace.problem
    if isinstance(problem.attention.positions, Rotary):
        return from_vectors(trace, positions="none")
    return with_options(problem, positions="none") if problem.adds_positions else None


def with_other_pairs(trace: Trace) -> Problem | None:
    """Neighbours turned instead of halves, or the other way round."""
    rotary = trace.problem.attention.positions
    if not isinstance(rotary, Rotary):
        return None
    pairing: Pairing = "half" if rotary.pairing == "interleaved" else "interleaved"
    return from_vectors(trace, positions=replace(rotary, pairing=pairing))


def turned_backwards(trace: Trace) -> Problem | None:
    """Each vector turned by minus its angle: by twice as much, before it is turned as it should."""
    return _turned_first(trace, lambda places: [-2 * place for place in places])


def counted_from_one(trace: Trace) -> Problem | None:
    """Every position one further."""
    return _moved(trace, 1)


def counted_without_past(trace: Trace) -> Problem | None:
    """This step's positions from 0, as if there were no cache."""
    past = 0 if trace.problem.has_position_ids else trace.problem.past_length
    return _moved(trace, -past) if past else None


def ids_ignored(trace: Trace) -> Problem | None:
    """Positions one after the other, whatever they are said to be."""
    problem = trace.problem
    if not problem.has_position_ids:
        return None
    options = problem.attention.choosing("position_ids", None).choosing("key_position_ids", None)
    return replace(problem, attention=options)


def _moved(trace: Trace, by: int) -> Problem | None:
    problem, where = trace.problem, trace.problem.attention.positions
    if isinstance(where, Sinusoidal):
        return with_options(problem, positions=_sinusoidal(trace, where.base, by))
    return _turned_first(trace, lambda places: [by] * len(places))


def positioned_twice(trace: Trace) -> Problem | None:
    """Turned once more, or added once more."""
    if trace.problem.adds_positions:
        return with_options(trace.problem, positions=trace["positions"] + trace["positions"])
    return _turned_first(trace, lambda places: [*places])


def queries_unturned(trace: Trace) -> Problem | None:
    """The keys turned alone."""
    return _turned_first(trace, lambda places: [-place for place in places], ("Q",))


def keys_unturned(trace: Trace) -> Problem | None:
    """The queries turned alone."""
    return _turned_first(trace, lambda places: [-place for place in places], ("K",))


def moved_beside(name: str, by: int) -> Callable[[Trace], Problem | None]:
    """The positions of queries or keys alone so many places further."""

    def alteration(trace: Trace) -> Problem | None:
        return _turned_first(trace, lambda places: [by] * len(places), (name,))

    return alteration


def values_turned_too(trace: Trace) -> Problem | None:
    """Queries and keys as they should be, and values as if they were keys."""
    return _turned_first(trace, lambda places: [*places], ("V",))


def to_base(base: int | Decimal) -> Callable[[Trace], Problem | None]:
    """Angles to another base."""

    def alteration(trace: Trace) -> Problem | None:
        problem, where = trace.problem, trace.problem.attention.positions
        if isinstance(where, Rotary):
            own = where.base
            other = from_vectors(trace, positions=replace(where, base=Decimal(base)))
        elif isinstance(where, Sinusoidal):
            own = where.base
            other = with_options(problem, positions=_sinusoidal(trace, Decimal(base)))
        else:
            return None
        return None if own == base else other

    return alteration


def with_all_entries_turned(trace: Trace) -> Problem | None:
    """Whole vectors turned, and not only their first entries."""
    rotary = trace.problem.attention.positions
    if not isinstance(rotary, Rotary) or rotary.dims is None:
        return None
    return from_vectors(trace, positions=replace(rotary, dims=None))


def with_sines_first(trace: Trace) -> Problem | None:
    """All sines in the first half of a row, all cosines in the second."""
    return _rearranged(trace, lambda sines, cosines: np.concatenate([sines, cosines], axis=-1))


def with_cosines_for_sines(trace: Trace) -> Problem | None:
    """Cosines in even columns, sines in odd."""
    return _rearranged(trace, lambda sines, cosines: _alternating(cosines, sines))


def with_a_frequency_a_column(trace: Trace) -> Problem | None:
    """Column c at pos / base^(c/d), and not two columns at the same."""
    where, X = trace.problem.attention.positions, trace.problem.X
    if not isinstance(where, Sinusoidal) or X is None:
        return None
    d_model = X.shape[-1]
    table = angles_at(trace.places, where.base, 2 * d_model, X)
    alternating = np.where(np.arange(d_model) % 2 == 0, table.sine, table.cosine)
    return with_options(trace.problem, positions=alternating)


def values_unpositioned(trace: Trace) -> Problem | None:
    """Positions added to what queries and keys are made of, and not to the values."""
    problem = trace.problem
    if not problem.adds_positions or "V" not in trace or problem.X_key is not None:
        return None
    plain = explain(with_options(problem, positions="none"))["V"]
    return from_vectors(trace, lambda name, own: plain if name == "V" else own)


def embeddings_scaled(trace: Trace) -> Problem | None:
    """√d_model X + P, as Vaswani et al. add positions."""
    problem = trace.problem
    if not problem.adds_positions or problem.X is None:
        return None
    width = root(problem.X.shape[-1], problem.X)
    return replace(problem, X=problem.X * width)


def _rearranged(trace: Trace, arranged: Callable[[Array, Array], Array]) -> Problem | None:
    """Sinusoidal positions whose columns stand otherwise."""
    where, d_model = trace.problem.attention.positions, trace.problem.d_model
    if not isinstance(where, Sinusoidal) or d_model is None or d_model % 2:
        return None
    table = trace["positions"]
    return with_options(trace.problem, positions=arranged(table[:, ::2], table[:, 1::2]))


def _alternating(first: Array, second: Array) -> Array:
    beside = np.stack([first, second], axis=-1)
    return beside.reshape(len(beside), -1)


def _sinusoidal(trace: Trace, base: Decimal, by: int = 0) -> Array:
    """Sinusoidal positions of the queries to some base, so much further."""
    X = trace["X"]
    moved = [place + by for place in trace.places]
    return sinusoidal(angles_at(moved, base, X.shape[-1], X), X.shape[-1])


def _turned_first(
    trace: Trace, turns: Callable[[Sequence[int]], list[int]], names: Sequence[str] = ("Q", "K")
) -> Problem | None:
    """Some of this step's vectors turned by some positions, before they are by their own."""
    rotary = trace.problem.attention.positions
    if not isinstance(rotary, Rotary) or not set(names) <= set(trace.stages):
        return None
    past, dims = trace.problem.past_length, rotary.dims or trace["Q"].shape[-1]

    of_queries = {"Q": trace.places}

    def turned(name: str, vectors: Array) -> Array:
        places = of_queries.get(name, trace.problem.key_places[past:])
        table = [angles_at([place], rotary.base, dims, vectors) for place in turns(places)]
        rows = [
            rotated(vectors[..., row : row + 1, :], angles, rotary.pairing)
            for row, angles in enumerate(table)
        ]
        return np.concatenate(rows, axis=-2)

    problem = from_vectors(trace)
    if problem is None or trace[names[-1]].shape[-1] < dims:
        return None
    own: dict[str, Any] = {name: turned(name, getattr(problem, name)) for name in names}
    return replace(problem, **own)
