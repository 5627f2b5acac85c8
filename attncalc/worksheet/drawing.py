"""New numbers of the same kind as a problem's: as large, with as many decimals, as often 0."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

import numpy as np

from attncalc.numbers.arithmetic import Array, Typed
from attncalc.problem.problem import Problem, addresses_of
from attncalc.records import dataclass
from attncalc.worksheet.chance import Chance

_MOST_ZEROS = 40
"""Of a hundred numbers: more of them would make too much of a sheet trivial."""

_FEWEST_NUMBERS = 2
"""The largest whole number at least: of 0 and 1 alone, too many would be alike."""


@dataclass(frozen=True)
class Kind:
    """What the numbers of an array are like, in units of their last place.

    shares: whether each row adds up to 1, as given weights do. zeros: how many of a hundred are 0.
    """

    decimals: int
    least: int
    most: int
    zeros: int
    shares: bool = False


def kind_of(name: str, array: Array) -> Kind | None:
    """None for numbers typed otherwise, 1/3 or 48%: those are only put in other places."""
    numbers = [*array.flat]
    if any(not _is_plain(number) for number in numbers):
        return None
    places = [max(0, -_exponent(number)) for number in numbers]
    decimals = max(places, default=0)
    units = [int(Decimal(number).scaleb(decimals)) for number in numbers]
    most = max(max(map(abs, units), default=0), _FEWEST_NUMBERS if decimals == 0 else 1)
    zeros = min(100 * units.count(0) // max(1, len(units)), _MOST_ZEROS)
    return Kind(decimals, -most if min(units) < 0 else 0, most, zeros, name == "weights")


def _is_plain(number: Any) -> bool:
    if not isinstance(number, Typed):
        return isinstance(number, Decimal)
    return not number.quotient and number.text.strip("+-0123456789.\N{MINUS SIGN}") == ""


def _exponent(number: Decimal) -> int:
    exponent = number.as_tuple().exponent
    assert isinstance(exponent, int)  # given numbers are finite
    return exponent


def drawn(problem: Problem, chance: Chance) -> dict[str, Any]:
    """Every array of a problem with new numbers, by its name, as nested lists of texts."""
    return {name: _drawn(name, array, chance) for name, array in problem.arrays().items()}


def as_given(problem: Problem) -> dict[str, Any]:
    """Every array of a problem as it was typed, by its name, as nested lists of texts."""
    return {name: _listed(array, _typed) for name, array in problem.arrays().items()}


def _drawn(name: str, array: Array, chance: Chance) -> Any:
    kind = kind_of(name, array)
    if kind is None:
        numbers = iter(chance.shuffled([*array.flat]))
        return _listed(array, lambda _: _typed(next(numbers)))
    if kind.shares:
        rows = iter(
            [
                text
                for row in array.reshape(-1, array.shape[-1])
                for text in _shares(len(row), kind, chance)
            ]
        )
        return _listed(array, lambda _: next(rows))
    drawn = [_vector(array.shape[-1], kind, chance) for _ in range(array[..., 0].size)]
    numbers_drawn = iter([text for row in drawn for text in row])
    return _listed(array, lambda _: next(numbers_drawn))


def _vector(width: int, kind: Kind, chance: Chance) -> list[str]:
    """A row; none of zeros alone, with which nothing is to be worked out."""
    while True:
        row = [_number(kind, chance) for _ in range(width)]
        if any(text.strip("-0.") for text in row):
            return row


def _number(kind: Kind, chance: Chance) -> str:
    if chance.below(100) < kind.zeros:
        return _text(0, kind)
    while True:
        units = kind.least + chance.below(kind.most - kind.least + 1)
        if units:
            return _text(units, kind)


def _shares(count: int, kind: Kind, chance: Chance) -> list[str]:
    """So many shares that add up to 1: a line cut at places drawn by chance."""
    whole = 10**kind.decimals
    cuts = sorted(chance.below(whole + 1) for _ in range(count - 1))
    ends = [0, *cuts, whole]
    return [_text(after - before, kind) for before, after in itertools.pairwise(ends)]


def _text(units: int, kind: Kind) -> str:
    return f"{Decimal(units).scaleb(-kind.decimals):f}"


def _typed(number: Any) -> str:
    return number.text if isinstance(number, Typed) else f"{number}"


def _listed(array: Array, text: Callable[[Any], str]) -> Any:
    """An array as lists in lists, of a text for each number."""
    texts = np.empty(array.shape, dtype=object)
    for index in np.ndindex(array.shape):
        texts[index] = text(array[index])
    return texts.tolist()


def fields_of(
    problem: Problem, arrays: Mapping[str, Any], attention: Mapping[str, Any]
) -> dict[str, Any]:
    """A problem file's fields, with these arrays; without notes, claims, and where it is from."""
    fields: dict[str, Any] = {}
    if problem.title:
        fields["title"] = problem.title
    fields["tokens"] = [*problem.tokens]
    if not problem.self_attention:
        fields["key_tokens"] = [*problem.key_tokens[problem.past_length :]]
    fields |= arrays
    addresses = addresses_of(problem.tokens)
    fields["query"] = [addresses[place] for place in problem.queries]
    if problem.dimensions:
        fields["dimensions"] = {name: [*names] for name, names in problem.dimensions.items()}
    if problem.inputs != "exact":
        fields["inputs"] = problem.inputs
    if attention:
        fields["attention"] = dict(attention)
    return fields
