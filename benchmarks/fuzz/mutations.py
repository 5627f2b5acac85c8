"""One change to a problem: a number, a token, its structure, an option."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from random import Random
from typing import TypeAlias, cast

from benchmarks.fuzz.options import option
from benchmarks.fuzz.sizes import sizes_of
from benchmarks.fuzz.values import (
    FOREIGN_KEYS,
    HOSTILE_TITLES,
    HOSTILE_TOKENS,
    KEYS,
    OPTIONS,
    Record,
    Tree,
    odd_number,
    odd_thing,
)

Holder: TypeAlias = "tuple[list[Tree] | dict[str, Tree], int | str]"
"""A place in a tree: what holds it, and its index or key there."""

NUMERIC = ("Q", "K", "V", "X", "X_key", "scores", "weights", "W_O", "b_O", "claims", "attention")
LARGEST = 30_000
"""Numbers of a problem: a mutation may double what is there."""


def mutated(chance: Random, tree: Record, times: int) -> Record:
    """The problem, changed so many times."""
    for _ in range(times):
        mutation = chance.choices(
            [mutation for mutation, _ in _MUTATIONS], [weight for _, weight in _MUTATIONS]
        )[0]
        mutation(chance, tree)
    return tree


def places(tree: Tree) -> Iterator[Holder]:
    """Every place in the tree, in order."""
    if isinstance(tree, list):
        for index, child in enumerate(tree):
            yield tree, index
            yield from places(child)
    elif isinstance(tree, dict):
        for key, child in tree.items():
            yield tree, key
            yield from places(child)


def at(place: Holder) -> Tree:
    """What stands at a place."""
    holder, key = place
    return holder[key]  # type: ignore[index]


def put(place: Holder, value: Tree) -> None:
    """Put something else there."""
    holder, key = place
    holder[key] = value  # type: ignore[index]


def _numbers(chance: Random, tree: Record, times: int) -> list[Holder]:
    """Some places where a number stands."""
    names = [name for name in tree if name.startswith(("W_", "b_")) or name in NUMERIC]
    if not names:
        return []
    leaves = [place for place in places(tree[chance.choice(names)]) if isinstance(at(place), str)]
    return [chance.choice(leaves) for _ in range(times)] if leaves else []


def _odd_numbers(chance: Random, tree: Record) -> None:
    for place in _numbers(chance, tree, chance.choice((1, 1, 1, 2, 5))):
        put(place, odd_number(chance))


def _matrix(chance: Random, tree: Record) -> list[Holder]:
    """The numbers of one matrix."""
    names = [name for name in tree if name.startswith(("W_", "b_")) or name in NUMERIC[:-2]]
    if not names:
        return []
    held: Holder = (tree, chance.choice(names))
    return [place for place in places(at(held)) if isinstance(at(place), str)]


def _magnitude(chance: Random, tree: Record) -> None:
    """A whole matrix of another order."""
    ending = f"e{chance.choice((-400, -30, -12, -3, 2, 3, 5, 8, 12, 20, 40, 300, 9000))}"
    for place in _matrix(chance, tree):
        text = cast(str, at(place))
        if "e" not in text.lower() and "%" not in text:
            put(place, text + ending)


def _alike(chance: Random, tree: Record) -> None:
    """A whole matrix of one number."""
    number = chance.choice(("0", "1", "-1", "0.5", "-0", "1e3", odd_number(chance)))
    for place in _matrix(chance, tree):
        put(place, number)


def _tokens(chance: Random, tree: Record) -> None:
    for name in ("tokens", "key_tokens"):
        value = tree.get(name)
        if isinstance(value, list) and value and chance.random() < 0.8:
            for _ in range(chance.choice((1, 1, 2, len(value)))):
                place = (value, chance.randrange(len(value)))
                put(place, chance.choice((chance.choice(HOSTILE_TOKENS), at((value, 0)))))
        elif value is None and name == "tokens":
            tree[name] = [chance.choice(HOSTILE_TOKENS) for _ in range(sizes_of(tree).n)]


def _titles(chance: Random, tree: Record) -> None:
    tree[chance.choice(("title", "source", "notes", "query"))] = chance.choice(HOSTILE_TITLES)


def _rows(chance: Random, tree: Record) -> None:
    """Rows, columns or entries that are missing, there twice, turned, ragged."""
    lists = [at(place) for place in places(tree)]
    found = [value for value in lists if isinstance(value, list)]
    if not found:
        return
    rows = chance.choice(found)
    inner = [row for row in rows if isinstance(row, list)]
    what = chance.randrange(9)
    if what == 0 and rows:
        rows.pop(chance.randrange(len(rows)))
    elif what == 1 and rows and len(rows) < 100:
        rows.append(json.loads(json.dumps(rows[-1])))
    elif what == 2:
        rows.clear()
    elif what == 3:
        rows.reverse()
    elif what == 4:
        rows.insert(0, odd_number(chance))
    elif what == 5:
        rows.append(odd_thing(chance))
    for row in inner:
        if what == 6:
            row.clear()
        elif what == 7:
            row.append("1")
        elif what == 8 and row:
            row.pop()


def _axes(chance: Random, tree: Record) -> None:
    """An axis more, one less, or two of them swapped."""
    name = chance.choice(list(tree)) if tree else "Q"
    value = tree.get(name, [])
    whole = isinstance(value, list) and value and all(isinstance(row, list) for row in value)
    if chance.random() < 0.4:
        tree[name] = [value]
    elif whole and chance.random() < 0.5:
        rows = cast("list[list[Tree]]", value)
        tree[name] = [list(column) for column in zip(*rows, strict=False)]
    elif isinstance(value, list) and value:
        tree[name] = value[0]


def _keys(chance: Random, tree: Record) -> None:
    """Keys that are missing, swapped, misspelt, foreign."""
    if not tree:
        return
    name = chance.choice(list(tree))
    what = chance.randrange(5)
    if what == 0:
        del tree[name]
    elif what == 1:
        other = chance.choice(list(tree))
        tree[name], tree[other] = tree[other], tree[name]
    elif what == 2:
        tree[chance.choice((name.lower(), name.upper(), name + "s", name[:-1], ""))] = tree[name]
    elif what == 3:
        tree[chance.choice((*KEYS, *FOREIGN_KEYS))] = odd_thing(chance)
    else:
        tree[chance.choice((*KEYS, *FOREIGN_KEYS))] = tree.pop(name)


def _wrong_kind(chance: Random, tree: Record) -> None:
    """Something of another kind, anywhere."""
    everywhere = list(places(tree))
    if everywhere:
        put(chance.choice(everywhere), odd_thing(chance))


def _options(chance: Random, tree: Record) -> None:
    name = chance.choice(OPTIONS)
    value = option(chance, name, sizes_of(tree), odd=0.2)
    options = tree.get("attention")
    if chance.random() < 0.05:
        tree[name] = value  # beside the options instead of among them
    elif isinstance(options, dict):
        options[name] = value
    else:
        tree["attention"] = {name: value}


_MUTATIONS: tuple[tuple[Callable[[Random, Record], None], int], ...] = (
    (_odd_numbers, 6),
    (_magnitude, 3),
    (_alike, 1),
    (_tokens, 4),
    (_titles, 2),
    (_rows, 3),
    (_axes, 2),
    (_keys, 2),
    (_wrong_kind, 2),
    (_options, 6),
)
