"""Problems that are worked on by mistake: options that are forgotten, or taken for others.

As in alterations.py, each function takes a trace and gives the altered problem, or None. These are
of the options that are read by their declaration.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeAlias

from attncalc.checking.alterations import from_vectors
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
