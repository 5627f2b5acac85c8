"""What a step is asked for, it says of each of its stages: nothing is forgotten unnoticed."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np
import pytest

import attncalc
from attncalc import steps
from attncalc.checking.enclosures import Enclosures
from attncalc.checking.floors import floors
from attncalc.costs.counts import cost_of, sizes_of
from attncalc.names import BY_PRODUCTS, STAGES
from attncalc.numbers.intervals import Interval
from attncalc.problem.problem import Problem
from attncalc.steps.interface import Step
from attncalc.steps.order import STEPS, steps_by_stage
from attncalc.steps.trace import Trace
from tests.conftest import SAMPLES

ASKED = [name for name in vars(Step) if not name.startswith("_")]
"""What the protocol says that a step has."""


@dataclass(frozen=True)
class Example:
    """A problem, worked through with every stage kept."""

    problem: Problem
    trace: Trace

    def of_step(self, step: Step) -> list[str]:
        """The stages of a step that the problem has."""
        return [*step.shapes(self.problem)]


ACROSS = {
    "X": [["1", "2"]],
    "X_key": [["3", "5"], ["1", "4"]],
    "attention": {"positions": [["1", "0"]]},
    "d_output": [["1", "-1"]],
}
SQUARE = [["1", "0.5"], ["-0.25", "1"]]
GATED = {
    "X": SQUARE,
    **dict.fromkeys(("W_Q", "W_K", "W_V", "W_G", "W_O"), SQUARE),
    **{name: ["1", "2"] for name in ("b_Q", "b_K", "b_V", "b_G", "b_O")},
    "attention": {"heads": "2"},
    "d_output": SQUARE,
}
TURNED = {
    **dict.fromkeys(("Q", "K", "V"), SQUARE),
    "attention": {"positions": "rope", "qk_norm": "l2", "softcap": "2", "mask": "causal"},
    "d_output": SQUARE,
}
COSINE = {
    **dict.fromkeys(("Q", "K", "V"), SQUARE),
    "attention": {"score": "cosine", "heads": "1"},
    "d_output": SQUARE,
}
"""What no sample has: embeddings that ask others, and gradients of everything."""


@cache
def examples() -> list[Example]:
    """The samples and one more, which have every stage among them."""
    problems = [attncalc.load(path) for path in sorted(SAMPLES.glob("*.yaml"))]
    problems += [attncalc.load(each) for each in (ACROSS, GATED, TURNED, COSINE)]
    kept = [attncalc.explain(problem, ["cost"]) for problem in problems]
    return [Example(problem, trace) for problem, trace in zip(problems, kept, strict=True)]


def called(step: Step) -> str:
    """The name of a step's module."""
    name: str = vars(step)["__name__"].rpartition(".")[-1]
    return name


def each(step: Step) -> Iterator[Example]:
    """The examples that take a step."""
    return (example for example in examples() if example.of_step(step))


def test_every_step_is_in_the_list() -> None:
    """A module that makes stages is walked; one that lacks anything is none."""
    modules = [
        importlib.import_module(each.name)
        for each in pkgutil.walk_packages(steps.__path__, "attncalc.steps.")
    ]
    made = [module for module in modules if vars(module).keys() & set(ASKED)]
    assert {vars(module)["__name__"] for module in made} == {vars(s)["__name__"] for s in STEPS}
    assert {
        called(step): missing
        for step in STEPS
        if (missing := [name for name in ASKED if name not in vars(step)])
    } == {}


def test_every_stage_is_made() -> None:
    """By one step of the list, in one of the examples at least."""
    made = {stage for example in examples() for stage in steps_by_stage(example.problem)}
    assert made == set(STAGES)
    for example in examples():
        stages = [stage for step in STEPS for stage in step.shapes(example.problem)]
        assert len(stages) == len(set(stages))


@pytest.mark.parametrize("step", STEPS, ids=called)
def test_a_step_makes_what_it_says(step: Step) -> None:
    """Its stages, and by-products, of the shapes that it says; here of one head."""
    for example in each(step):
        shapes = step.shapes(example.problem)
        for made in step.work(example.trace, [*shapes]):
            assert made.name in shapes or made.name in BY_PRODUCTS
        for stage, shape in shapes.items():
            assert example.trace[stage].shape[-len(shape) :] == shape


@pytest.mark.parametrize("step", STEPS, ids=called)
def test_a_step_encloses_its_stages(step: Step) -> None:
    """Every stage of every example, around the value that was worked out."""
    for example in each(step):
        enclosures = Enclosures(example.trace)
        for stage in example.of_step(step):
            values = example.trace[stage]
            index = tuple(size - 1 for size in values.shape)
            found = enclosures.computed(stage, index)
            assert isinstance(found, Interval)
            assert float(found.low) == pytest.approx(float(values[index]))
            assert float(found.high) == pytest.approx(float(values[index]))


@pytest.mark.parametrize("step", STEPS, ids=called)
def test_a_step_counts_its_stages(step: Step) -> None:
    """Every stage of every example, and no other; what it computes belongs to a part."""
    computes = False
    for example in each(step):
        counted = step.count(example.problem, sizes_of(example.problem))
        assert counted.keys() == step.shapes(example.problem).keys()
        computes = computes or any(operations.all for operations in counted.values())
        if step.PART is not None:
            taken = sum(operations.all for operations in counted.values())
            parts = cost_of(example.problem).parts
            assert taken == 0 or parts[step.PART].all >= taken
    assert (step.PART is not None) is computes


@pytest.mark.parametrize("step", STEPS, ids=called)
def test_a_step_says_how_far_it_may_be_off(step: Step) -> None:
    """Every stage of every example, an entry each, and more in fewer bits."""
    for example in each(step):
        in_32, in_16 = floors(example.trace, 24), floors(example.trace, 11)
        for stage in example.of_step(step):
            shape = example.trace[stage].shape
            assert np.broadcast_shapes(in_32[stage].shape, shape) == shape
            assert (in_32[stage] <= in_16[stage]).all()
            assert (in_32[stage] > 0).all()
