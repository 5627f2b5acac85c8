"""Problems that are worked on by mistake: options that are forgotten, or taken for others.

As in alterations.py, each function takes a trace and gives the altered problem, or None. These are
of the options that are read by their declaration.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeAlias

import numpy as np

from attncalc.checking.alterations import from_vectors, with_options
from attncalc.options import OPTIONS
from attncalc.problem.options import Chosen
from attncalc.problem.problem import Problem
from attncalc.steps.trace import Trace

Alter: TypeAlias = Callable[[Trace], Problem | None]


def chosen_otherwise(option: str, change: Callable[[Chosen], Chosen | None]) -> Alter:
    """The problem from its vectors on, with another choice of an option; without it, where None."""

    def alteration(trace: Trace) -> Problem | None:
        chosen = trace.problem.attention.chosen(option)
        problem = None if chosen is None else _from(trace, option)
        if problem is None or chosen is None:
            return None
        other = change(chosen)
        if other is chosen:
            return None
        return replace(problem, attention=problem.attention.choosing(option, other))

    return alteration


def _from(trace: Trace, option: str) -> Problem | None:
    """The problem from Q, K and V on, if that is where the option begins."""
    return from_vectors(trace) if OPTIONS[option].of_vectors else trace.problem


def without(option: str) -> Alter:
    """As if it had not been chosen."""
    return chosen_otherwise(option, lambda _: None)


def leaving_out(option: str, *names: str) -> Alter:
    """Without some of its settings."""

    def change(chosen: Chosen) -> Chosen:
        return chosen.without(*names) if set(names) & set(chosen.settings) else chosen

    return chosen_otherwise(option, change)


def taken_for(option: str, word: str, other: Chosen) -> Alter:
    """One form taken for another."""
    return chosen_otherwise(option, lambda chosen: other if chosen.word == word else chosen)


def as_dot_products(trace: Trace) -> Problem | None:
    """Q Kᵀ, with the scale that the other scores have."""
    alike = trace.problem.d_q == trace.problem.d_k
    problem = without("score")(trace) if alike else None
    return problem and with_options(problem, scale=problem.attention.scale or "none")


def with_its_matrix_transposed(trace: Trace) -> Problem | None:
    """q Wᵀ kᵀ, where W is square."""

    def change(chosen: Chosen) -> Chosen:
        W = chosen.array()
        if W is None or W.shape[-1] != W.shape[-2]:
            return chosen
        return Chosen(chosen.word, {"": np.swapaxes(W, -1, -2)})

    return chosen_otherwise("score", change)(trace)


def with_its_matrices_exchanged(trace: Trace) -> Problem | None:
    """v · tanh(q W_2 + k W_1), where both are of one shape."""

    def change(chosen: Chosen) -> Chosen:
        one, other = chosen.array("W_1"), chosen.array("W_2")
        if one is None or other is None or one.shape != other.shape:
            return chosen
        return Chosen(chosen.word, {**chosen.settings, "W_1": other, "W_2": one})

    return chosen_otherwise("score", change)(trace)
