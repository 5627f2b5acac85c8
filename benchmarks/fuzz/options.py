"""Values of the options of attention: each way to write them, and what is none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from benchmarks.fuzz.values import Tree, odd_number, odd_thing, plain_number

_WORDS = {
    "scale": ("1/sqrt(d_k)", "none", "0.5", "2", "1/3", "1/sqrt(9)", "1e-3", "30%", "1e12"),
    "mask": ("none", "causal", "causal", "causal"),
    "bias": ("none", "alibi", "alibi"),
    "softcap": ("none", "5", "0.5", "30", "1e5", "1e-5", "2.75"),
    "sink": ("none", "0", "1", "-2.5", "1e3"),
    "base": ("e", "2", "3", "10", "1.5", "1.0001", "1e6"),
    "heads": ("none",),
    "kv_heads": ("none",),
    "past": ("none",),
}
_ODD_WORDS = {
    "scale": ("1/sqrt(d_model)", "1/sqrt(d_v)", "0", "-1", "1/0", "1e9999", "1e-9999"),
    "mask": (
        *("Causal", "lower-right", "padding", "true", "{window: 0}", "{window: 1.5}"),
        *("{window: [1, 2, 3]}", "{window: [-2, 0]}", "{first: 1}", "{causal: upper-left}"),
        *("{padding: [1]}", "{window: [1, 1], first: 1}", "{causal: ~}", "{padding: 1}"),
    ),
    "bias": ("t5", "rope", "-inf"),
    "softcap": ("0", "-1", "inf", "1e9999", "1e-9999"),
    "sink": ("-inf", "inf", "nan", "1e9999"),
    "base": ("1", "0", "-2", "1e9999", "1.0000000000000000000001", "pi"),
    "heads": ("0", "-1", "99", "1000000", "1e3", "2.0"),
    "kv_heads": ("0", "99", "3", "1e3"),
    "positions": ("learned", "alibi", "rotary"),
    "past": ("~", "causal", "{}"),
}


@dataclass(frozen=True)
class Dimensions:
    """What an option has to fit: n queries, m keys with the past's, heads or 0, the widths.

    d_model is 0 where there are no embeddings, which positions could be added to.
    """

    n: int
    m: int
    heads: int
    kv_heads: int
    d_k: int
    d_v: int
    d_model: int


def option(chance: Random, name: str, sizes: Dimensions, odd: float) -> Tree:
    """A value of an option; odd: how often it is none."""
    if chance.random() < odd:
        odd_values: tuple[Tree, ...] = (
            odd_number(chance),
            odd_thing(chance),
            chance.choice(_ODD_WORDS[name]),
        )
        return chance.choice(odd_values)
    if name == "positions":
        return chance.choice(_positions(chance, sizes))()
    if chance.random() < 0.4:
        return chance.choice(_WORDS[name])
    return chance.choice(_ways(chance, sizes)[name])()


def _ways(chance: Random, sizes: Dimensions) -> dict[str, tuple[Callable[[], Tree], ...]]:
    n, m, heads = sizes.n, sizes.m, max(sizes.heads, 1)
    return {
        "scale": (lambda: plain_number(chance, 2).lstrip("-"),),
        "mask": (
            lambda: _rows(n, m, lambda: chance.choice("0111")),
            lambda: _rows(n, m, lambda: chance.choice("01")),
            lambda: _stacked(sizes, lambda: _rows(n, m, lambda: chance.choice("01"))),
            lambda: _rows(n, m, lambda: chance.choice(("true", "False"))),
            lambda: [chance.choice("01") for _ in range(m)],
            lambda: {"window": chance.choice(("1", "2", "3", "9"))},
            lambda: {"window": [str(chance.randint(-1, 3)), str(chance.randint(-1, 3))]},
            lambda: {"window": "2", "first": str(chance.randint(0, 3))},
            lambda: {"causal": chance.choice(("lower-right", "true"))},
            lambda: _padded(chance, m),
        ),
        "bias": (
            lambda: _rows(n, m, lambda: _bias(chance)),
            lambda: _stacked(sizes, lambda: _rows(n, m, lambda: _bias(chance))),
            lambda: {"slopes": [plain_number(chance, 2) for _ in range(heads)]},
            lambda: {"t5": _buckets(chance, heads)},
            lambda: {"rows": _rows(n, m, lambda: _bias(chance)), "before_scale": "true"},
        ),
        "softcap": (lambda: plain_number(chance, 1).lstrip("-"),),
        "sink": (
            lambda: plain_number(chance, 1),
            lambda: [plain_number(chance, 1) for _ in range(heads)] if sizes.heads else "1.5",
        ),
        "base": (lambda: f"{chance.randint(101, 999) / 100}",),
        "heads": (lambda: str(sizes.heads or "none"),),
        "kv_heads": (lambda: str(sizes.kv_heads or "none"),),
        "past": (lambda: _past(chance, sizes),),
    }


def _rows(n: int, m: int, cell: Callable[[], str]) -> Tree:
    return [[cell() for _ in range(m)] for _ in range(n)]


def _padded(chance: Random, m: int) -> Tree:
    """Keys hidden from every query, and what else may be hidden."""
    width = str(chance.randint(1, 4))
    others: tuple[dict[str, Tree], ...] = (
        {},
        {"causal": chance.choice(("true", "lower-right", "false"))},
        {"window": width, "first": str(chance.randint(0, 3))},
        {"window": [width, "-1"], "causal": "lower-right"},
    )
    cells = chance.choice(("01", "11110", ("true", "False")))
    return {**chance.choice(others), "padding": [chance.choice(cells) for _ in range(m)]}


def _stacked(sizes: Dimensions, rows: Callable[[], Tree]) -> Tree:
    return [rows() for _ in range(sizes.heads)] if sizes.heads else rows()


def _buckets(chance: Random, heads: int) -> Tree:
    count = chance.choice((2, 4, 6, 8, 32, 33))
    return {
        "buckets": str(count),
        "max_distance": chance.choice(("1", "5", "20", "999999999")),
        "bidirectional": chance.choice(("true", "false")),
        "table": [[plain_number(chance, 1) for _ in range(heads)] for _ in range(count)],
    }


def _bias(chance: Random) -> str:
    plain = plain_number(chance, 1)
    return chance.choice((plain, plain, "0", "0", "-inf", "-1e9", "-1e4", "1e20"))


def _positions(chance: Random, sizes: Dimensions) -> list[Callable[[], Tree]]:
    ways: list[Callable[[], Tree]] = [lambda: "none"]
    if sizes.d_k > 1:
        ways += [lambda: {"rope": _rotary(chance, sizes)}] * 2
        ways += [lambda: "rope"] * (2 - sizes.d_k % 2 * 2)
    if sizes.d_model:
        ways += [
            lambda: "sinusoidal",
            lambda: {"sinusoidal": {"base": chance.choice(("100", "10000"))}},
            lambda: _rows(sizes.n, sizes.d_model, lambda: plain_number(chance, 1)),
        ]
    return ways


def _rotary(chance: Random, sizes: Dimensions) -> dict[str, Tree]:
    given: dict[str, Tree] = {}
    if chance.random() < 0.5:
        given["base"] = chance.choice(("10000", "2", "1.5", "500000", "100", "1e300", "1"))
    if chance.random() < 0.5:
        given["pairing"] = chance.choice(("half", "interleaved"))
    if sizes.d_k % 2 or chance.random() < 0.3:
        given["dims"] = chance.choice(("2", "2", "2", "4", "3"))
    return given


def _past(chance: Random, sizes: Dimensions) -> dict[str, Tree]:
    rows, width = chance.randint(1, 2), max(sizes.kv_heads, 1) * sizes.d_k
    given: dict[str, Tree] = {
        "tokens": [f"p{place}" for place in range(rows)],
        "K": _rows(rows, width, lambda: plain_number(chance, 1)),
    }
    if sizes.d_v:
        values = max(sizes.kv_heads, 1) * sizes.d_v
        given["V"] = _rows(rows, values, lambda: plain_number(chance, 1))
    if sizes.d_model and chance.random() < 0.2:
        given["X"] = _rows(rows, sizes.d_model, lambda: plain_number(chance, 1))
    return given
