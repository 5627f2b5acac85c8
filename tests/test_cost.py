"""The cost of a problem, against arithmetic that counts itself."""

from __future__ import annotations

import decimal
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields, is_dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import attncalc
from attncalc import Problem
from attncalc.costs.counts import Cost, cost_of
from attncalc.costs.growth import Doubling, growth_of
from attncalc.costs.savings import reused, savings_of
from attncalc.names import STAGES
from attncalc.numbers import exactness, functions, known
from attncalc.numbers.arithmetic import (
    Array,
    decimals,
    exact_context,
    like,
    transcendental_context,
)
from attncalc.numbers.known import Known
from attncalc.numbers.operations import Operations, total
from attncalc.problem.options import Past
from attncalc.steps import angles, bias, cap, engine, hiding, mix, rotate, softmax
from attncalc.steps.order import stage_shapes
from attncalc.steps.trace import Stage
from tests.conftest import SAMPLES
from tests.random_problems import TAME, problems

TOGETHER = (("Q_rotated", "K_rotated"), ("exponentials", "sums", "weights"))
"""Stages that the engine works on at the same time, so that they are counted together."""


class Tally:
    """Counts what is done while it is not paused."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.paused = 0

    def add(self, kind: str, count: int = 1) -> None:
        if not self.paused:
            self.counts[kind] += count

    def taken(self) -> Operations:
        """What has been counted since the last time."""
        counts, self.counts = self.counts, Counter()
        return Operations(**counts)

    def uncounted(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """The function, its arithmetic not counted."""

        def wrapped(*arguments: Any, **named: Any) -> Any:
            self.paused += 1
            try:
                return function(*arguments, **named)
            finally:
                self.paused -= 1

        return wrapped


TALLY = Tally()


def _counting(kind: str, operation: Callable[..., Any]) -> Callable[..., Any]:
    def counted(self: Counting, other: Any) -> Counting:
        TALLY.add(kind)
        return Counting(operation(self, other))

    return counted


class Counting(Decimal):
    """A decimal that counts what is done with it."""

    __mul__ = _counting("multiplications", Decimal.__mul__)
    __rmul__ = _counting("multiplications", Decimal.__rmul__)
    __add__ = _counting("additions", Decimal.__add__)
    __radd__ = _counting("additions", Decimal.__radd__)
    __sub__ = _counting("additions", Decimal.__sub__)
    __rsub__ = _counting("additions", Decimal.__rsub__)
    __truediv__ = _counting("divisions", Decimal.__truediv__)
    __rtruediv__ = _counting("divisions", Decimal.__rtruediv__)

    def __neg__(self) -> Counting:
        return Counting(Decimal.__neg__(self))

    def __pos__(self) -> Counting:
        """Rounding is no operation of attention."""
        return Counting(Decimal.__pos__(self))


class CountingContext(decimal.Context):
    """A context whose powers and divisions are counted."""

    def divide(self, x: Any, y: Any, /) -> Decimal:
        TALLY.add("divisions")
        return Counting(super().divide(x, y))

    def exp(self, x: Any, /) -> Decimal:
        TALLY.add("powers")
        return Counting(super().exp(x))

    def sqrt(self, x: Any, /) -> Decimal:
        TALLY.add("powers")
        return Counting(super().sqrt(x))

    def power(self, a: Any, b: Any, modulo: Any = None) -> Decimal:
        TALLY.add("powers")
        return Counting(super().power(a, b, modulo))


def counting(array: Array) -> Array:
    """The same numbers, which count what is done with them."""
    return decimals(map(Counting, array.ravel().tolist()), array.shape)


def counting_numbers(*shape: int) -> Array:
    """Any numbers at all that count what is done with them."""
    return decimals(map(Counting, range(int(np.prod(shape)))), shape)


def counting_bias(bias: Any) -> Any:
    """A bias, or the numbers that it is made of."""
    if isinstance(bias, np.ndarray):
        return counting(bias)
    if not is_dataclass(bias) or isinstance(bias, type):
        return bias
    parts = {part.name: counting_bias(getattr(bias, part.name)) for part in fields(bias)}
    return replace(bias, **parts)


def counting_problem(problem: Problem) -> Problem:
    """The same problem, every number of which counts what is done with it."""
    options, past = problem.attention, problem.attention.past
    arrays: dict[str, Any] = {
        name: counting(value)
        for name in ("sink", "positions")
        if isinstance(value := getattr(options, name), np.ndarray)
    }
    arrays["bias"] = counting_bias(options.bias)
    if past is not None:
        V, X = (None if each is None else counting(each) for each in (past.V, past.X))
        options = replace(options, past=Past(past.tokens, counting(past.K), V, X))
    if isinstance(options.scale, Decimal):  # 1/3 is one factor, though scores are divided by 3
        options = replace(options, scale=Decimal(options.scale))
    for name, chosen in options.further.items():
        own = {
            key: counting(value)
            if isinstance(value, np.ndarray) and value.dtype == object
            else value
            for key, value in chosen.settings.items()
        }
        options = options.choosing(name, replace(chosen, settings=own))
    numbers: dict[str, Any] = {name: counting(array) for name, array in problem.arrays().items()}
    return replace(problem, attention=replace(options, **arrays), **numbers)


@contextmanager
def counted_functions() -> Iterator[None]:
    """The engine's functions of numbers, where these are no plain arithmetic, counted by call."""

    def context(room: int = 0) -> decimal.Context:
        return CountingContext(transcendental_context(room).prec)

    def one(kind: str, function: Callable[..., Decimal]) -> Callable[..., Decimal]:
        def wrapped(*arguments: Any) -> Decimal:
            TALLY.add(kind)
            return Counting(TALLY.uncounted(function)(*arguments))

        return wrapped

    def each(function: Callable[[str, Array], Array]) -> Callable[[str, Array], Array]:
        def wrapped(name: str, angle: Array) -> Array:
            TALLY.add("sines_and_cosines", angle.size)
            return counting(function(name, angle))

        return wrapped

    def logistic(x: Decimal) -> Decimal:
        """1 / (1 + e^(-x))"""
        for kind in ("powers", "additions", "divisions"):
            TALLY.add(kind)
        return Counting(TALLY.uncounted(sigmoid)(x))

    sigmoid = functions.logistic
    with (
        patch.object(functions, "transcendental_context", context),
        patch.object(known, "transcendental_context", context),
        patch.object(functions, "tanh", one("tanh", functions.tanh)),
        patch.object(functions, "logistic", logistic),
        patch.object(cap, "transcendental_context", context),
        patch.object(cap, "tanh", one("tanh", functions.tanh)),
        patch.object(angles, "inverse_power", one("powers", functions.inverse_power)),
        patch.object(bias, "inverse_power", one("powers", functions.inverse_power)),
        patch.object(angles, "of_each", each(functions.of_each)),
        patch.object(hiding, "like", lambda kind, number: Counting(like(kind, number))),
    ):
        TALLY.taken()
        yield


@contextmanager
def only_what_is_needed() -> Iterator[None]:
    """Nothing counted that says what is exact, is shown and used no more, or is done again."""
    others = {
        (module, name): getattr(module, name)
        for module, names in (
            (exactness, [name for name in vars(exactness) if name.startswith("of_")]),
            (exactness, ["equal_rows", "everywhere"]),
            (rotate, ["rotated_exact"]),
            (mix, ["weighted_values"]),
        )
        for name in names
    }
    sums, wholes = softmax.sums, []

    def first_sums(powers: Array) -> Array:
        """The sums that powers are divided by; those without the sink are only shown."""
        wholes.append(powers)
        return (sums if len(wholes) == 1 else TALLY.uncounted(sums))(powers)

    patches = [
        *(patch.object(where, name, TALLY.uncounted(f)) for (where, name), f in others.items()),
        patch.object(softmax, "sums", first_sums),
        patch.object(softmax, "_in_range", lambda sums: np.full(sums.shape, True)),
    ]
    for each in patches:
        each.start()
    try:
        yield
    finally:
        for each in patches:
            each.stop()


def counted(problem: Problem) -> dict[str, Operations]:
    """What the engine does for each stage, counted while it does it."""
    found: dict[str, Operations] = {}
    record = Stage.of

    def recorded(name: str, made: Known, *made_of: str) -> Stage:
        if name in STAGES:  # what a by-product takes is part of the stage that it is made for
            found[name] = TALLY.taken()
        return record(name, made, *made_of)

    def begun(arrays: Iterable[Array], *, backward: bool) -> decimal.Context:
        context = exact_context(arrays, backward=backward)
        TALLY.taken()
        return context

    with (
        counted_functions(),
        only_what_is_needed(),
        patch.object(Stage, "of", recorded),
        patch("attncalc.steps.engine.exact_context", begun),
    ):
        engine.explain(counting_problem(problem))
    return found


def grouped(stages: Mapping[str, Operations]) -> dict[str, Operations]:
    """What is counted together, by the first stage's name; nothing where nothing is done."""
    named = {name: names[0] for names in TOGETHER for name in names}
    sums: dict[str, Operations] = {}
    for name, operations in stages.items():
        first = named.get(name, name)
        sums[first] = sums.get(first, Operations()) + operations
    return {name: operations for name, operations in sums.items() if operations.all}


@settings(max_examples=300, deadline=None)
@given(problems(st.just(TAME)))
def test_stages_are_counted(mapping: dict[str, Any]) -> None:
    """Each stage of any problem takes as many operations as the engine does for it."""
    problem = attncalc.load(mapping)
    assert grouped(cost_of(problem).stages) == grouped(counted(problem))


SIZES = st.integers(1, 4)


@settings(max_examples=50, deadline=None)
@given(heads=SIZES, n=SIZES, m=SIZES, pairs=SIZES)
def test_stages_counted_together(heads: int, n: int, m: int, pairs: int) -> None:
    """Powers, row sums, quotients, with a sink or without, and rotations, function by function."""
    mapping: dict[str, Any] = {
        "tokens": ["q"] * n,
        "key_tokens": ["k"] * m,
        "Q": [["1"] * (heads * 2 * pairs)] * n,
        "K": [["1"] * (heads * 2 * pairs)] * m,
        "attention": {"heads": heads, "positions": "rope"},
    }
    for sink in (None, "0.5"):
        if sink is not None:
            mapping["attention"]["sink"] = sink
        stages = cost_of(attncalc.load(mapping)).stages
        S = counting_numbers(heads, n, m)
        with counted_functions():
            if sink is not None:
                S = softmax.with_sink(S, counting_numbers(heads))
            powers = softmax.exponentials(S, None)
            assert TALLY.taken() == stages["exponentials"]
            sums = softmax.sums(powers)
            assert TALLY.taken() == stages.get("sums", Operations())
            softmax.weights(S, None, powers, sums)
            assert TALLY.taken() == stages["weights"]
    for rows, name in ((n, "Q_rotated"), (m, "K_rotated")):
        vectors = counting_numbers(heads, rows, 2 * pairs)
        with counted_functions():
            TALLY.taken()
            with only_what_is_needed():
                turn = angles.angles_at(range(rows), Decimal(10), 2 * pairs, vectors)
            rotate.rotated(vectors, turn, "half")
            assert TALLY.taken() == stages[name]


@settings(max_examples=200, deadline=None)
@given(problems(st.just(TAME)))
def test_totals(mapping: dict[str, Any]) -> None:
    """Parts and stages add up to the same total, and a total to its kinds."""
    cost = cost_of(attncalc.load(mapping))
    assert total(cost.parts.values()) == total(cost.stages.values()) == cost.total
    assert cost.total.all == sum(vars(cost.total).values())


@settings(max_examples=200, deadline=None)
@given(problems(st.just(TAME)))
def test_visible_pairs(mapping: dict[str, Any]) -> None:
    """The pairs that are not hidden are the last scores above -inf."""
    problem = attncalc.load(mapping)
    trace, cost = attncalc.explain(problem), cost_of(problem)
    assert cost.sizes.pairs == trace["weights"].size
    hidden = 0
    if "scores" in trace:
        hidden = int(np.count_nonzero(trace[trace.scored] == Decimal("-Infinity")))
    assert cost.visible == cost.sizes.pairs - hidden


@settings(max_examples=200, deadline=None)
@given(problems(st.just(TAME)))
def test_formulas(mapping: dict[str, Any]) -> None:
    """Each formula of the growth gives what is counted, or how large a stage is."""
    problem = attncalc.load(mapping)
    cost, shapes = cost_of(problem), stage_shapes(problem)
    growth = growth_of(cost)
    for quantity in growth.multiplications:
        counts = cost.parts if quantity.what in cost.parts else cost.stages
        by_stage = cost.stages.get(quantity.what, counts.get(quantity.what))
        assert by_stage is not None
        assert quantity.of(growth.sizes) == by_stage.multiplications, quantity
    kept = {quantity.what: quantity.of(growth.sizes) for quantity in growth.kept}
    for name, size in kept.items():
        assert size == np.prod(shapes[name], dtype=int)
    assert kept.get("scores", 0) == cost.kept_scores
    assert kept.get("K", 0) + kept.get("V", 0) == cost.sizes.keys_and_values


def self_attention(n: int, **options: Any) -> dict[str, Any]:
    """Self-attention of n tokens with four heads on two, projected and rotated, after a past."""
    past = options.pop("past", 0)
    rows = [["0.5", "1", "-1"]] * n
    attention = {"heads": "4", "kv_heads": "2", "positions": "rope", "mask": "causal", **options}
    if past:
        cached = [["1"] * 8] * past
        attention["past"] = {"tokens": ["p"] * past, "K": cached, "V": cached}
        if attention["kv_heads"] == "2":
            cached = [["1"] * 4] * past
            attention["past"] |= {"K": cached, "V": cached}
    width = 2 * int(attention["kv_heads"])
    return {
        "tokens": ["t"] * n,
        "X": rows,
        "W_Q": [["1"] * 8] * 3,
        "W_K": [["1"] * width] * 3,
        "W_V": [["1"] * width] * 3,
        "W_O": [["1", "2", "3"]] * 8,
        "attention": attention,
    }


def cost(mapping: dict[str, Any]) -> Cost:
    """The cost of a problem that is given as a mapping."""
    return cost_of(attncalc.load(mapping))


@pytest.mark.parametrize("past", [0, 3])
def test_twice_the_tokens(past: int) -> None:
    """What twice as many tokens take is what the problem with twice as many takes."""
    once, twice = (cost(self_attention(n * 2, past=n * past)) for n in (1, 2))
    assert once.with_twice_the_tokens == twice.total
    growth = growth_of(once)
    if not past:
        assert growth.tokens == (Doubling(("n",)),)
        for quantity in growth.multiplications:
            square = quantity.what in ("scores", "weighted_sum")
            after = quantity.of(growth.after(growth.tokens[0]))
            assert after == quantity.of(growth.sizes) * (4 if square else 2)


def test_width_and_heads() -> None:
    """Scores take twice as much for twice the width or the heads, not for more, narrower heads."""
    growth = growth_of(cost(self_attention(3)))
    scores = next(each for each in growth.multiplications if each.what == "scores")
    kept = next(each for each in growth.kept if each.what == "scores")
    assert growth.of_model == (
        Doubling(("d_k", "d_v")),
        Doubling(("h", "h_kv")),
        Doubling(("h", "h_kv"), ("d_k", "d_v")),
    )
    cases = [growth.sizes, *map(growth.after, growth.of_model)]
    assert [scores.of(sizes) for sizes in cases] == [72, 144, 144, 72]
    assert [kept.of(sizes) for sizes in cases] == [36, 36, 72, 72]


def test_mask_saves() -> None:
    """Of a causal mask's pairs, as many products are needed as there are pairs it lets through."""
    savings = {(each.by, each.what): each for each in savings_of(cost(self_attention(3)))}
    for what in ("scores", "weighted_sum"):
        saving = savings["mask", what]
        assert (saving.without, saving.needed) == (4 * 9 * 2, 4 * 6 * 2)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"scores": [[["1", "2"]], [["1", "2"]]]}, []),
        ({"scores": [[["1", "2"]], [["1", "2"]]], "V": [["1"] * 6] * 2}, [("mask", 12, 9)]),
        (
            {"Q": [["1"] * 4], "K": [["1"] * 2] * 2, "attention": {"kv_heads": "1"}},
            [("mask", 8, 6), ("groups", 8, 4)],
        ),
    ],
)
def test_what_is_given_is_not_saved(
    given: dict[str, Any], expected: list[tuple[str, int, int]]
) -> None:
    """No products are saved of a stage that is not computed."""
    options = {"heads": "2", "mask": [[["1", "0"]], [["1", "1"]]], **given.pop("attention", {})}
    found = cost({"tokens": ["a"], "key_tokens": ["b", "c"], "attention": options, **given})
    assert [(each.by, each.without, each.needed) for each in savings_of(found)] == expected


def test_groups_save() -> None:
    """Two heads of keys and values instead of four: as the problem with four takes, to the last."""
    here, without = cost(self_attention(3)), cost(self_attention(3, kv_heads="4"))
    savings = {(each.by, each.what): each for each in savings_of(here)}
    kept, made = savings["groups", "kept"], savings["groups", "rotated_keys_and_values"]
    assert kept.without == without.sizes.keys_and_values == 2 * kept.needed
    stages = [without.stages[name] for name in ("K", "V", "K_rotated")]
    assert made.without == total(stages).multiplications
    assert not [each for each in savings_of(without) if each.by == "groups"]


def test_cache_saves() -> None:
    """A step with a cache and what the cache saves are what all keys and values take at once."""
    step, whole = cost(self_attention(1, past=3)), cost(self_attention(4))
    now = total(step.stages[name] for name in ("K", "V"))
    at_once = total(whole.stages[name] for name in ("K", "V", "K_rotated"))
    assert now + step.stages["K_rotated"] + reused(step) == at_once
    (saving,) = (each for each in savings_of(step) if each.by == "past")
    assert saving.without == at_once.multiplications
    assert reused(whole) == Operations()


@pytest.mark.parametrize("sample", sorted(SAMPLES.glob("*.yaml")), ids=lambda path: path.stem)
def test_samples_are_counted(sample: Path) -> None:
    """Each sample takes what is counted while it is worked out, whatever its kind of numbers."""
    problem = attncalc.load(sample)
    assert grouped(cost_of(problem).stages) == grouped(counted(problem))
    with patch("attncalc.readers.fields.hand_sized", return_value=False):
        assert cost_of(attncalc.load(sample)).stages == cost_of(problem).stages
