"""Known mistakes with heads, positions, a cache and every option of the scores.

A mistake is planted as another problem, which the oracle works out: its stages take the place of
the right ones, from the one on that the mistake was made at.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache, partial
from math import cos, sin
from typing import Any, TypeAlias

import mpmath
import pytest

import attncalc
from attncalc.checking import check
from attncalc.checking.catalogue import CATALOGUE
from attncalc.checking.catalogue_of_gradients import OF_GRADIENTS
from attncalc.report import Report, Verdict
from tests import oracle
from tests.checking.sources import as_fraction, each
from tests.checking.test_catalogue import PLANTS as PLAIN_PLANTS
from tests.checking.test_catalogue import Plant as PlainPlant
from tests.checking.test_catalogue import Stages, diagnoses, worked
from tests.checking.test_catalogue_of_gradients import GRADIENT_PLANTS
from tests.checking.test_promises import printer

Problem: TypeAlias = dict[str, Any]

TOKENS = ["the", "cat", "sat"]
LATER = ("weights", "output")


def typed(rows: int, columns: int, seed: int) -> list[list[str]]:
    """A matrix without any regularity, of numbers with two decimals."""
    numbers = [
        (37 * k * k + 91 * seed * k + 13 * seed) % 401 - 200 for k in range(1, 1 + rows * columns)
    ]
    flat = [f"{number / 100:.2f}" for number in numbers]
    return [flat[row * columns : (row + 1) * columns] for row in range(rows)]


def text(number: Any) -> str:
    """A number of the oracle, written out to 36 decimals."""
    return f"{as_fraction(number) * 10**36 // 1}e-36"


def texts(values: Any) -> Any:
    """A stage of the oracle, to be given."""
    return each(values, text)


def worked_out(problem: Problem) -> Mapping[str, Any]:
    """Every stage by the oracle, once for each problem."""
    return _worked_out(json.dumps(problem))


@cache
def _worked_out(problem: str) -> Mapping[str, Any]:
    return oracle.attention(json.loads(problem))


def with_options(problem: Problem, **options: Any) -> Problem:
    """The problem with other options; None takes one away."""
    merged = {**problem.get("attention", {}), **options}
    return {**problem, "attention": {k: v for k, v in merged.items() if v is not None}}


FOLDED: Problem = {
    "tokens": TOKENS,
    "Q": typed(3, 8, 1),
    "K": typed(3, 8, 2),
    "V": typed(3, 8, 3),
    "attention": {"heads": "2"},
}
JOINED: Problem = {**FOLDED, "W_O": typed(8, 8, 4), "b_O": typed(1, 8, 5)[0]}
GROUPED: Problem = {
    "tokens": TOKENS,
    "Q": typed(3, 8, 1),
    "K": typed(3, 4, 2),
    "V": typed(3, 4, 3),
    "attention": {"heads": "4", "kv_heads": "2"},
}
PROJECTED: Problem = {
    "tokens": TOKENS,
    "X": typed(3, 4, 6),
    **{f"W_{name}": typed(4, 4, seed) for seed, name in enumerate("QKV", 7)},
    "attention": {"heads": "2"},
}
SINUSOIDAL = with_options(PROJECTED, positions="sinusoidal")
LEARNED = with_options(PROJECTED, positions=typed(3, 4, 10))
ROTATED = with_options(FOLDED, positions="rope")
HALVES = with_options(FOLDED, positions={"rope": {"pairing": "half", "base": "10"}})
PAST = {"tokens": ["once", "upon"], "K": typed(2, 8, 11), "V": typed(2, 8, 12)}
CACHED = with_options(FOLDED, past=PAST)
CACHED_X = with_options(SINUSOIDAL, past={**PAST, "K": typed(2, 4, 11), "V": typed(2, 4, 12)})
CACHED_ROTATED = with_options(CACHED, positions="rope")
CACHED_CAUSAL = with_options(CACHED, mask="causal")
BIASED_VECTORS = {
    **PROJECTED,
    **{f"b_{name}": typed(1, 4, 15 + k)[0] for k, name in enumerate("QKV")},
}
SQUARE: Problem = {
    "tokens": [*TOKENS, "down"],
    "X": typed(4, 4, 6),
    **{f"W_{name}": PROJECTED[f"W_{name}"] for name in "QKV"},
}
CROSSED = {
    "tokens": TOKENS,
    "key_tokens": ["a", "b", "c", "d", "e"],
    **{name: typed(3 if name == "Q" else 5, 8, seed) for seed, name in enumerate("QKV", 1)},
    "attention": {"heads": "2", "mask": "causal"},
}
THREE_HEADED = {
    "tokens": TOKENS,
    **{name: typed(3, 6, seed) for seed, name in enumerate("QKV", 1)},
    "attention": {"heads": "3", "bias": "alibi"},
}
PARTLY_ROTATED = with_options(FOLDED, positions={"rope": {"dims": "2"}})
CAPPED = with_options(FOLDED, softcap="1.5", mask="causal")
WINDOW = with_options(FOLDED, mask={"window": "2"})
FIVE: Problem = {
    "tokens": ["to", "be", "or", "not", "so"],
    **{name: typed(5, 8, seed) for seed, name in enumerate("QKV", 1)},
    "attention": {"heads": "2"},
}
KEPT = ["1", "0", "1", "1", "0"]
"""Keys that are no padding, of five."""
PADDED = with_options(FIVE, mask={"causal": "true", "padding": KEPT})
ALIBI = with_options(FOLDED, bias="alibi", mask="causal")
SLOPED = with_options(FOLDED, bias={"slopes": ["1/3", "0.3"]})
T5 = {"buckets": "8", "max_distance": "16", "table": typed(8, 2, 26)}
BUCKETED = with_options(CACHED, bias={"t5": T5})
BUCKETED_BACK = with_options(CACHED, bias={"t5": {**T5, "bidirectional": "false"}})
BIASED = with_options(FOLDED, bias=[typed(3, 3, 13), typed(3, 3, 14)])
HIDING = with_options(FOLDED, bias=[["0.5", "-inf", "1"], ["0.25", "2", "-1"], ["0", "0", "-0.7"]])
EARLY_ROWS = [[typed(3, 3, 27)[0], ["0.5", "-inf", "1"], typed(3, 3, 27)[2]], typed(3, 3, 28)]
EARLY = with_options(FOLDED, bias={"rows": EARLY_ROWS, "before_scale": "true"})
SUNK = with_options(FOLDED, sink=["0.5", "-0.25"])
NORMED = with_options(ROTATED, qk_norm="l2")
GAINS = {"gain_q": typed(1, 4, 21)[0], "gain_k": typed(1, 4, 22)[0]}
GAINED = with_options(ROTATED, qk_norm={"rms": GAINS})
CACHED_NORMED = with_options(CACHED, qk_norm="rms")
UNNORMED = {"Q_normalized": "Q", "K_normalized": "K"}
COSINE = with_options(FOLDED, score="cosine", scale="5")
GENERAL = with_options(FOLDED, score={"general": typed(4, 4, 23)})
ADDED = {"W_1": typed(4, 3, 24), "W_2": typed(4, 3, 25), "v": ["1", "2", "-1"]}
ADDITIVE = with_options(FOLDED, score={"additive": ADDED})
EXCHANGED = {"W_1": ADDED["W_2"], "W_2": ADDED["W_1"], "v": ADDED["v"]}
GATES = [[f"{(37 * k * k + 11 * i) % 89 + 5}e-2" for k in range(8)] for i in range(3)]
GATED = with_options(JOINED, gate=GATES)
GATED_BY_X = {**PROJECTED, "W_G": typed(4, 4, 27), "b_G": typed(1, 4, 28)[0]}
PLACED = with_options(ROTATED, position_ids=["0", "4", "2"])
PLACED_ALIBI = with_options(THREE_HEADED, position_ids=["0", "4", "2"])
PLACED_WAVES = with_options(SINUSOIDAL, position_ids=["3", "4", "9"])
ALL = with_options(GROUPED, sink="0.3", softcap="2", mask="causal", positions="rope", bias="alibi")
"""Everything at once."""


@dataclass(frozen=True)
class Plant:
    """A problem, the stage a mistake is first seen in, and the problem that was worked on.

    names: where a stage stands in the latter, if not under its own name.
    """

    problem: Problem
    stage: str
    altered: Problem
    names: Mapping[str, str] = field(default_factory=dict)

    def stages(self) -> dict[str, Any]:
        """What was made of the problem."""
        right, altered = worked_out(self.problem), worked_out(self.altered)
        order = list(right)
        stages = {name: right[name] for name in order[: order.index(self.stage)]}
        for name in order[order.index(self.stage) :]:
            stages[name] = altered[self.names.get(name, name)]
        return stages


def scores_of(problem: Problem, *drop: str) -> Problem:
    """The problem from its scaled scores on, without some options."""
    stages = worked_out(problem)
    taken = ("positions", "past", "scale", *drop)
    return with_options(
        {
            "tokens": problem["tokens"],
            "key_tokens": [f"k{j}" for j in range(len(stages["scores"][0][0]))],
            "scores": texts(stages["scaled_scores"]),
            "V": texts(stages["V"]),
        }
        | {name: problem[name] for name in ("W_O", "b_O") if name in problem},
        **(problem["attention"] | dict.fromkeys(taken)),
    )


def given_vectors(problem: Problem, **vectors: Any) -> Problem:
    """The problem with its vectors given, some of them others, and nothing to be turned."""
    stages = worked_out(problem)
    before = len(problem["attention"].get("past", {}).get("tokens", []))
    own = {
        "Q": stages.get("Q_rotated", stages["Q"]),
        "K": [part[before:] for part in stages.get("K_rotated", stages["K"])],
        "V": [part[before:] for part in stages["V"]],
    }
    kept = {name: part for name, part in problem.items() if name not in "XQKV" and name[:2] != "W_"}
    kept |= {"W_O": problem["W_O"]} if "W_O" in problem else {}
    return with_options(kept | {n: texts(v) for n, v in (own | vectors).items()}, positions=None)


def turned(problem: Problem, position: Any) -> Problem:
    """The problem with vectors turned as if they stood elsewhere. position: from a place."""
    stages, options = worked_out(problem), problem["attention"]
    rope = oracle._rope(options["positions"])
    assert rope is not None
    before = len(options.get("past", {}).get("tokens", []))
    own = {"Q": stages["Q"], "K": [part[before:] for part in stages["K"]]}
    with mpmath.workdps(60):
        own = {
            name: [
                [oracle.rotated(row, position(before + i), rope) for i, row in enumerate(part)]
                for part in parts
            ]
            for name, parts in own.items()
        }
    return given_vectors(problem, **own)


ROTATION = {"Q_rotated": "Q", "K_rotated": "K"}


def placed(problem: Problem, first: int) -> Problem:
    """The problem with sinusoidal positions from another place on."""
    with mpmath.workdps(60):
        table = [texts(oracle.sinusoidal(first + i, 4)) for i in range(3)]
    return with_options(problem, positions=table)


def dealt(matrix: list[list[str]], parts: int) -> list[list[str]]:
    """Columns i, i + h, … of a matrix next to each other."""
    return [[x for i in range(parts) for x in row[i::parts]] for row in matrix]


def cut(matrix: list[list[str]], parts: int) -> Any:
    """A matrix cut into heads as if they stood below each other."""
    flat = [x for row in matrix for x in row]
    width = len(matrix[0]) // parts
    rows = [flat[start : start + width] for start in range(0, len(flat), width)]
    return [rows[i * len(matrix) : (i + 1) * len(matrix)] for i in range(parts)]


def fold(parts: Any) -> Any:
    """Heads side by side."""
    return [[x for part in row for x in part] for row in zip(*parts, strict=True)]


def capped_twice(problem: Problem, cap: str, *, masked: bool) -> Problem:
    """The problem from capped scores on: capped before they are scaled, or after the mask."""
    stages = worked_out(problem)
    with mpmath.workdps(60):
        if masked:
            source = worked_out(with_options(problem, softcap=None))["masked_scores"]
            limit = Fraction(cap)
            S = each(source, lambda x: -limit if x is None else oracle.capped(x, limit))
        else:
            half = Fraction(1, 2)  # 1/√d_k of four entries
            S = each(
                stages["scores"], lambda x: half * as_fraction(oracle.capped(x, Fraction(cap)))
            )
    start = scores_of(problem, "softcap", *(["mask"] if masked else []))
    return {**start, "scores": texts(S)}


def alibi(problem: Problem, slope: Any) -> list[list[list[str]]]:
    """ALiBi written out, with other slopes. slope: of a head."""
    return [
        [[text(-slope(head) * abs(i - j)) for j in range(3)] for i in range(3)]
        for head in range(int(problem["attention"]["heads"]))
    ]


def early(rows: Any) -> Problem:
    """The problem with a bias before scaling, with another one."""
    return with_options(EARLY, bias={"rows": [*rows], "before_scale": "true"})


def twice(bias: str) -> str:
    """Twice as much, which half of is added after scaling by 1/2."""
    return bias if bias == "-inf" else text(2 * Fraction(bias))


def by_buckets(problem: Problem, bucket: Callable[[int], int]) -> Problem:
    """The problem with the table's numbers written out. bucket: of what stands so far ahead."""
    table, before = problem["attention"]["bias"]["t5"]["table"], 2
    rows = [
        [[table[bucket(j - before - i)][head] for j in range(before + 3)] for i in range(3)]
        for head in range(2)
    ]
    return with_options(problem, bias=rows)


def oracle_bucket(ahead: int, *, bidirectional: bool = True) -> int:
    """The bucket of a key, of the eight there are."""
    return oracle.t5_bucket(ahead, 8, 16, bidirectional=bidirectional)


def turned_over(matrix: list[list[str]]) -> list[list[str]]:
    """Rows for columns."""
    return [list(column) for column in zip(*matrix, strict=True)]


def logit(number: str) -> str:
    """What a sigmoid makes this of."""
    share = oracle.real(Fraction(number))
    with mpmath.workdps(60):
        return text(mpmath.log(share / (1 - share)))


def negated(number: str) -> str:
    return text(-Fraction(number))


def negative(bias: Any) -> Any:
    """The bias with the other sign; what is hidden stays so."""
    return each(bias, lambda x: x if x == "-inf" else text(-Fraction(x)))


def tabled(entry: Callable[[int, int], float]) -> Problem:
    """The problem with sinusoidal positions, with another table of them."""
    return with_options(
        SINUSOIDAL,
        positions=[[f"{entry(row, column):.15f}" for column in range(4)] for row in range(3)],
    )


def sinusoid(row: int, column: int, base: float = 10000, *, swapped: bool = False) -> float:
    """An entry of the table of Vaswani et al.; swapped: the sine for the cosine."""
    angle = row / base ** (column // 2 * 2 / 4)
    return cos(angle) if (column % 2 == 0) == swapped else sin(angle)


def causal_table(columns: int, first: int) -> list[list[str]]:
    """A mask of three rows, by which the first query sees so many keys, and each other one more."""
    return [["1" if j < first + i else "0" for j in range(columns)] for i in range(3)]


def seen_where(seen: Callable[[int, int], bool], rows: int, columns: int) -> list[list[str]]:
    """A mask that is written out: 1 where a query sees a key."""
    return [[str(int(seen(i, j))) for j in range(columns)] for i in range(rows)]


def windows(right: Any, mistaken: Any) -> Plant:
    """One mask of five tokens taken for another."""
    masks = [{"window": mask} if isinstance(mask, list) else mask for mask in (right, mistaken)]
    problems = [with_options(FIVE, mask=mask) for mask in masks]
    return Plant(problems[0], "masked_scores", problems[1])


NO_MASK = {"masked_scores": "scaled_scores"}
LOWER = [["1", "0", "0"], ["1", "1", "0"], ["1", "1", "1"]]
UPPER = [row[::-1] for row in LOWER[::-1]]
THREE_OF_FIVE = [[*row, "0", "0"] for row in LOWER]
"""A causal mask of three queries on five keys, from the top left."""

PLANTS: dict[str, tuple[Plant, ...]] = {
    "each head takes every h-th column, and not those of its own block": (
        Plant(FOLDED, "Q", {**FOLDED, **{n: dealt(FOLDED[n], 2) for n in "QKV"}}),
        Plant(
            PROJECTED, "Q", PROJECTED | {n: dealt(PROJECTED[n], 2) for n in ("W_Q", "W_K", "W_V")}
        ),
        Plant(
            GROUPED,
            "Q",
            {**GROUPED, "Q": dealt(GROUPED["Q"], 4)}
            | {name: dealt(GROUPED[name], 2) for name in "KV"},
        ),
        Plant(
            CACHED,
            "Q",
            with_options(
                {**CACHED, **{n: dealt(CACHED[n], 2) for n in "QKV"}},
                past={**PAST, **{n: dealt(PAST[n], 2) for n in "KV"}},  # type: ignore[arg-type]
            ),
        ),
    ),
    "the heads are cut apart without being transposed": (
        Plant(FOLDED, "Q", {**FOLDED, **{n: cut(FOLDED[n], 2) for n in "QKV"}}),
    ),
    "query head i uses key-value head i modulo their number, and not its group's": (
        Plant(
            GROUPED,
            "scores",
            with_options(
                {
                    **GROUPED,
                    **{
                        n: [part for _ in range(2) for part in each_head]
                        for n, each_head in (
                            (n, [[row[:2] for row in GROUPED[n]], [row[2:] for row in GROUPED[n]]])
                            for n in "KV"
                        )
                    },
                },
                kv_heads="4",
            ),
        ),
    ),
    "positions are not applied": (
        Plant(ROTATED, "Q_rotated", with_options(ROTATED, positions=None), ROTATION),
        Plant(HALVES, "Q_rotated", with_options(HALVES, positions=None), ROTATION),
        Plant(
            SINUSOIDAL,
            "X_positioned",
            with_options(SINUSOIDAL, positions=None),
            {"X_positioned": "X"},
        ),
        Plant(
            LEARNED, "X_positioned", with_options(LEARNED, positions=None), {"X_positioned": "X"}
        ),
        Plant(CACHED_ROTATED, "Q_rotated", with_options(CACHED_ROTATED, positions=None), ROTATION),
    ),
    "positions are counted from 1": (
        Plant(SINUSOIDAL, "positions", placed(SINUSOIDAL, 1)),
        Plant(ROTATED, "Q_rotated", turned(ROTATED, lambda place: place + 1), ROTATION),
        Plant(CACHED_ROTATED, "Q_rotated", turned(CACHED_ROTATED, lambda p: p + 1), ROTATION),
    ),
    "positions are counted without the cache": (
        Plant(CACHED_X, "positions", placed(CACHED_X, 0)),
        Plant(CACHED_ROTATED, "Q_rotated", turned(CACHED_ROTATED, lambda p: p - 2), ROTATION),
    ),
    "rope turns the other pairs": (
        Plant(ROTATED, "Q_rotated", with_options(ROTATED, positions={"rope": {"pairing": "half"}})),
        Plant(HALVES, "Q_rotated", with_options(HALVES, positions={"rope": {"base": "10"}})),
    ),
    "rope turns the other way": (
        Plant(ROTATED, "Q_rotated", turned(ROTATED, lambda place: -place), ROTATION),
        Plant(CACHED_ROTATED, "Q_rotated", turned(CACHED_ROTATED, lambda p: -p), ROTATION),
    ),
    "the scores are divided by √(h·d_k), the width of all heads": (
        Plant(FOLDED, "scaled_scores", with_options(FOLDED, scale=str(8**-0.5))),
        Plant(ALL, "scaled_scores", with_options(ALL, scale=str(8**-0.5))),
    ),
    "the soft-cap is not applied": (
        Plant(
            CAPPED,
            "capped_scores",
            with_options(CAPPED, softcap=None),
            {"capped_scores": "scaled_scores"},
        ),
    ),
    "the soft-cap is applied before scaling": (
        Plant(
            CAPPED,
            "capped_scores",
            capped_twice(CAPPED, "1.5", masked=False),
            {"capped_scores": "scores"},
        ),
    ),
    "the soft-cap is applied after bias and mask": (
        Plant(
            CAPPED,
            "masked_scores",
            capped_twice(CAPPED, "1.5", masked=True),
            {"masked_scores": "scores"},
        ),
    ),
    "the window is one key too wide": (
        Plant(WINDOW, "masked_scores", with_options(WINDOW, mask={"window": "3"})),
    ),
    "the window is one key too narrow": (
        Plant(WINDOW, "masked_scores", with_options(WINDOW, mask={"window": "1"})),
    ),
    "the mask is counted without the cache": (
        Plant(CACHED_CAUSAL, "masked_scores", with_options(CACHED, mask=THREE_OF_FIVE)),
        Plant(
            with_options(CACHED, mask={"window": "2"}),
            "masked_scores",
            with_options(
                CACHED, mask=[[*row, "0", "0"] for row in (LOWER[0], LOWER[1], ["0", "1", "1"])]
            ),
        ),
    ),
    "the cache is left out": (
        Plant(
            CACHED_CAUSAL,
            "masked_scores",
            with_options(CACHED, mask=[["0", "0", *row] for row in LOWER]),
        ),
        Plant(CACHED, "weights", with_options(CACHED, mask=[["0", "0", "1", "1", "1"]] * 3)),
    ),
    "the bias is not added": (
        Plant(ALIBI, "masked_scores", with_options(ALIBI, bias=None)),
        Plant(BIASED, "masked_scores", with_options(BIASED, bias=None), NO_MASK),
        Plant(
            HIDING,
            "masked_scores",
            with_options(HIDING, bias=None, mask=[["1", "0", "1"], ["1"] * 3, ["1"] * 3]),
        ),
    ),
    "the bias has the wrong sign": (
        Plant(
            BIASED,
            "masked_scores",
            with_options(BIASED, bias=negative(BIASED["attention"]["bias"])),
        ),
        Plant(
            HIDING,
            "masked_scores",
            with_options(HIDING, bias=negative(HIDING["attention"]["bias"])),
        ),
        Plant(
            ALIBI,
            "masked_scores",
            with_options(ALIBI, bias=alibi(ALIBI, lambda head: -Fraction(1, 16 ** (head + 1)))),
        ),
    ),
    "every head has the slope of the first": (
        Plant(
            ALIBI,
            "masked_scores",
            with_options(ALIBI, bias=alibi(ALIBI, lambda _: Fraction(1, 16))),
        ),
        Plant(SLOPED, "masked_scores", with_options(SLOPED, bias={"slopes": ["1/3", "1/3"]})),
    ),
    "the sink is left out": (
        Plant(SUNK, "weights", with_options(SUNK, sink=None)),
        Plant(ALL, "weights", with_options(ALL, sink=None)),
    ),
    "the heads are put together without being transposed": (),
    "the heads are put together column by column": (),
    "the heads are put together in reverse order": (),
    "the embeddings are added to the output (a residual connection)": (),
    "W_Q and W_K are exchanged": (),
    "W_K and W_V are exchanged": (),
    "W_Q and W_V are exchanged": (),
    "W_O is transposed (out × in, as nn.Linear keeps it)": (
        Plant(JOINED, "output", {**JOINED, "W_O": turned_over(JOINED["W_O"])}),
    ),
    "b_O is not added": (Plant(JOINED, "output", {n: JOINED[n] for n in JOINED if n != "b_O"}),),
    "W_Q is transposed (out × in, as nn.Linear keeps it)": (
        Plant(PROJECTED, "Q", {**PROJECTED, "W_Q": turned_over(PROJECTED["W_Q"])}),
    ),
    "W_K is transposed (out × in, as nn.Linear keeps it)": (
        Plant(PROJECTED, "K", {**PROJECTED, "W_K": turned_over(PROJECTED["W_K"])}),
    ),
    "W_V is transposed (out × in, as nn.Linear keeps it)": (
        Plant(PROJECTED, "V", {**PROJECTED, "W_V": turned_over(PROJECTED["W_V"])}),
    ),
    "W_Q, W_K and W_V are transposed (out × in, as nn.Linear keeps them)": (
        Plant(
            PROJECTED,
            "scores",
            {**PROJECTED, **{f"W_{n}": turned_over(PROJECTED[f"W_{n}"]) for n in "QKV"}},
        ),
    ),
    "the biases b_Q, b_K and b_V are not added": (Plant(BIASED_VECTORS, "Q", PROJECTED),),
    "the embeddings are not projected": (
        Plant(PROJECTED, "Q", {n: PROJECTED[n] for n in ("tokens", "X", "attention")}),
    ),
    "W_Q, W_K and W_V stand for Q, K and V, without the embeddings": (
        Plant(
            SQUARE,
            "Q",
            {"tokens": SQUARE["tokens"], **{name: SQUARE[f"W_{name}"] for name in "QKV"}},
        ),
    ),
    "the heads are not cut apart": (
        Plant(
            FOLDED,
            "concatenated",
            {name: FOLDED[name] for name in ("tokens", "Q", "K", "V")},
            {"concatenated": "output"},
        ),
    ),
    "positions are applied twice": (
        Plant(ROTATED, "Q_rotated", turned(ROTATED, lambda place: 2 * place), ROTATION),
        Plant(SINUSOIDAL, "positions", tabled(lambda row, column: 2 * sinusoid(row, column))),
    ),
    "the queries are not turned": (
        Plant(ROTATED, "scores", given_vectors(ROTATED, Q=worked_out(ROTATED)["Q"])),
    ),
    "the keys are not turned": (
        Plant(ROTATED, "scores", given_vectors(ROTATED, K=worked_out(ROTATED)["K"])),
    ),
    **{
        f"the positions of the {side} are one too high, beside those of the {other}": (
            Plant(
                ROTATED,
                "scores",
                given_vectors(
                    ROTATED,
                    **{name: worked_out(turned(ROTATED, lambda place: place + 1))[name]},
                ),
                ROTATION,
            ),
        )
        for side, other, name in (("queries", "keys", "Q"), ("keys", "queries", "K"))
    },
    "the values are turned too": (
        Plant(
            ROTATED,
            "V",
            given_vectors(ROTATED, V=worked_out({**ROTATED, "K": ROTATED["V"]})["K_rotated"]),
            ROTATION,
        ),
    ),
    "rope turns whole vectors": (Plant(PARTLY_ROTATED, "Q_rotated", ROTATED),),
    **{
        f"positions are to base {base}": (
            Plant(
                ROTATED,
                "Q_rotated",
                with_options(ROTATED, positions={"rope": {"base": f"{base}"}}),
            ),
            Plant(SINUSOIDAL, "positions", tabled(partial(sinusoid, base=base))),
        )
        for base in (10, 100, 1000, 100_000, 500_000, 1_000_000)
    },
    "positions are to base 10000": (
        Plant(HALVES, "Q_rotated", with_options(HALVES, positions={"rope": {"pairing": "half"}})),
    ),
    "sines stand in the first half of a row, cosines in the second": (
        Plant(
            SINUSOIDAL,
            "positions",
            tabled(lambda row, column: sinusoid(row, (0, 2, 1, 3)[column])),
        ),
    ),
    "sines and cosines are exchanged": (
        Plant(SINUSOIDAL, "positions", tabled(partial(sinusoid, swapped=True))),
    ),
    "each column of the positions has a frequency of its own": (
        Plant(
            SINUSOIDAL,
            "positions",
            tabled(lambda row, column: (cos if column % 2 else sin)(row / 10000 ** (column / 4))),
        ),
    ),
    "positions are not added to the values": (
        Plant(
            SINUSOIDAL,
            "V",
            given_vectors(SINUSOIDAL, V=worked_out(PROJECTED)["V"]),
        ),
    ),
    "the embeddings are multiplied by √d_model before positions are added": (
        Plant(
            SINUSOIDAL,
            "X_positioned",
            {**SINUSOIDAL, "X": each(SINUSOIDAL["X"], lambda x: text(2 * Fraction(x)))},
        ),
    ),
    "the soft-cap's tanh is not multiplied by the cap": (
        Plant(
            CAPPED,
            "capped_scores",
            {
                **scores_of(CAPPED, "softcap"),
                "scores": each(
                    worked_out(CAPPED)["capped_scores"],
                    lambda x: text(as_fraction(x) / Fraction("1.5")),
                ),
            },
            {"capped_scores": "scores"},
        ),
    ),
    "the mask is inverted, visible and hidden exchanged": (
        Plant(
            with_options(FOLDED, mask=[["1", "0", "1"], ["0", "1", "1"], ["1", "0", "0"]]),
            "masked_scores",
            with_options(FOLDED, mask=[["0", "1", "0"], ["1", "0", "0"], ["0", "1", "1"]]),
        ),
        Plant(
            with_options(FOLDED, mask="causal"),
            "masked_scores",
            with_options(FOLDED, mask=[["0", "1", "1"], ["0", "0", "1"], ["0", "0", "0"]]),
        ),
        Plant(
            with_options(FIVE, mask={"window": ["1", "1"]}),
            "masked_scores",
            with_options(FIVE, mask=seen_where(lambda i, j: abs(i - j) > 1, 5, 5)),
        ),
        Plant(
            with_options(FIVE, mask={"padding": KEPT}),
            "masked_scores",
            with_options(FIVE, mask=[["0", "1", "0", "0", "1"]] * 5),
        ),
    ),
    "the causal mask is aligned to the lower right (the last query sees the last key)": (
        Plant(CROSSED, "masked_scores", with_options(CROSSED, mask={"causal": "lower-right"})),
        Plant(
            with_options(CROSSED, mask={"window": "2"}),
            "masked_scores",
            with_options(CROSSED, mask=seen_where(lambda i, j: 0 <= i + 2 - j < 2, 3, 5)),
        ),
    ),
    "the causal mask is aligned to the upper left (the first query sees the first key alone)": (
        Plant(with_options(CROSSED, mask=causal_table(5, 3)), "masked_scores", CROSSED),
        Plant(with_options(CROSSED, mask={"causal": "lower-right"}), "masked_scores", CROSSED),
    ),
    "the causal mask hides each query's own key too": (
        Plant(
            with_options(FOLDED, mask="causal"),
            "masked_scores",
            with_options(FOLDED, mask=causal_table(3, 0)),
        ),
    ),
    "the causal mask shows each query the next key too": (
        Plant(
            with_options(FOLDED, mask="causal"),
            "masked_scores",
            with_options(FOLDED, mask=causal_table(3, 2)),
        ),
    ),
    "a causal mask is applied": (
        Plant(FOLDED, "weights", with_options(FOLDED, mask="causal")),
        windows(["1", "2"], ["1", "0"]),
        Plant(
            with_options(FOLDED, mask=[["1", "0", "1"], ["1", "1", "1"], ["0", "1", "1"]]),
            "masked_scores",
            with_options(FOLDED, mask=[["1", "0", "0"], ["1", "1", "0"], ["0", "1", "1"]]),
        ),
    ),
    "the window is counted from the lower right (the last query goes with the last key)": (
        Plant(
            with_options(CROSSED, mask={"window": ["1", "1"]}),
            "masked_scores",
            with_options(CROSSED, mask=seen_where(lambda i, j: abs(i + 2 - j) < 2, 3, 5)),
        ),
    ),
    "the window reaches one key too far back": (windows(["1", "1"], ["2", "1"]),),
    "the window lacks its furthest key back": (
        windows(["2", "1"], ["1", "1"]),
        windows(["1", "-1"], ["0", "-1"]),
    ),
    "the window reaches one key too far ahead": (
        windows(["1", "1"], ["1", "2"]),
        windows(["-1", "1"], ["-1", "2"]),
    ),
    "the window lacks its furthest key ahead": (windows(["1", "2"], ["1", "1"]),),
    "the window is one key too wide on either side": (windows(["1", "1"], ["2", "2"]),),
    "the window is one key too narrow on either side": (windows(["2", "2"], ["1", "1"]),),
    "the first keys are hidden outside of the window": (
        windows({"window": "2", "first": "2"}, {"window": "2"}),
    ),
    "the first keys are counted among those of the window": (
        windows({"window": "4", "first": "2"}, {"window": "2", "first": "2"}),
    ),
    "the padding is ignored": (
        Plant(PADDED, "masked_scores", with_options(FIVE, mask="causal")),
        windows({"window": ["1", "1"], "padding": KEPT}, ["1", "1"]),
    ),
    "nothing but the padding is hidden": (
        Plant(PADDED, "masked_scores", with_options(FIVE, mask={"padding": KEPT})),
    ),
    "the padding is inverted, 1 for what is hidden": (
        windows(
            {"window": ["1", "1"], "padding": KEPT},
            {"window": ["1", "1"], "padding": ["0", "1", "0", "0", "1"]},
        ),
    ),
    "the padding hides queries instead of keys": (
        Plant(
            PADDED,
            "masked_scores",
            with_options(FIVE, mask=seen_where(lambda i, j: j <= i and KEPT[i] == "1", 5, 5)),
        ),
    ),
    "the window is left out of the causal mask": (
        Plant(
            with_options(FOLDED, mask={"window": "1"}),
            "masked_scores",
            with_options(FOLDED, mask="causal"),
        ),
    ),
    "the window reaches as far forward as back": (
        Plant(
            WINDOW,
            "masked_scores",
            with_options(FOLDED, mask=[["1", "1", "0"], ["1", "1", "1"], ["0", "1", "1"]]),
        ),
    ),
    **{
        f"the slopes of ALiBi are {slopes}": (
            Plant(ALIBI, "masked_scores", with_options(ALIBI, bias=alibi(ALIBI, slope))),
        )
        for slopes, slope in (
            ("1, 2^(-8/h), … and begin one head too early", lambda h: Fraction(1, 16**h)),
            ("1/2, 1/4, …, whatever the number of heads", lambda h: Fraction(1, 2 ** (h + 1))),
            ("1, 1/2, …, whatever the number of heads", lambda h: Fraction(1, 2**h)),
        )
    },
    "the slopes of ALiBi are in reverse order": (
        Plant(
            ALIBI,
            "masked_scores",
            with_options(ALIBI, bias=alibi(ALIBI, lambda h: Fraction(1, 16 ** (2 - h)))),
        ),
        Plant(SLOPED, "masked_scores", with_options(SLOPED, bias={"slopes": ["0.3", "1/3"]})),
    ),
    "the slopes are ALiBi's own for so many heads, and not those that are given": (
        Plant(SLOPED, "masked_scores", with_options(SLOPED, bias="alibi")),
    ),
    "the slopes of ALiBi are 2^(-8/h), 2^(-16/h), … though h is no power of two": (
        Plant(
            THREE_HEADED,
            "masked_scores",
            with_options(
                THREE_HEADED,
                bias=alibi(THREE_HEADED, lambda h: Fraction(2 ** (-8 * (h + 1) / 3))),
            ),
        ),
    ),
    "the distances of ALiBi are signed, so that later keys are favoured": (
        Plant(
            with_options(FOLDED, bias="alibi"),
            "masked_scores",
            with_options(
                FOLDED,
                bias=[
                    [[text(-slope * (i - j)) for j in range(3)] for i in range(3)]
                    for slope in (Fraction(1, 16), Fraction(1, 256))
                ],
            ),
        ),
    ),
    "the bias before scaling is not added": (
        Plant(
            EARLY,
            "biased_scores",
            early(each(EARLY_ROWS, lambda b: b if b == "-inf" else "0")),
        ),
    ),
    "the bias before scaling has the wrong sign": (
        Plant(EARLY, "biased_scores", early(negative(EARLY_ROWS))),
    ),
    "the bias is added after scaling, though it should be scaled": (
        Plant(
            EARLY,
            "scaled_scores",
            with_options(FOLDED, bias=EARLY_ROWS),
            {"scaled_scores": "masked_scores"},
        ),
        Plant(EARLY, "scaled_scores", early(each(EARLY_ROWS, twice))),
    ),
    "the relative position is i − j instead of j − i": (
        Plant(BUCKETED, "masked_scores", by_buckets(BUCKETED, lambda d: oracle_bucket(-d))),
        Plant(
            BUCKETED_BACK,
            "masked_scores",
            by_buckets(BUCKETED_BACK, lambda d: oracle_bucket(-d, bidirectional=False)),
        ),
    ),
    "keys after the query have no buckets of their own, though they should": (
        Plant(
            BUCKETED,
            "masked_scores",
            by_buckets(BUCKETED, lambda d: oracle_bucket(d, bidirectional=False)),
        ),
    ),
    "keys after the query have half of the buckets, though they should have none": (
        Plant(BUCKETED_BACK, "masked_scores", by_buckets(BUCKETED_BACK, oracle_bucket)),
    ),
    "every distance has a bucket of its own, up to the last one": (
        Plant(
            BUCKETED,
            "masked_scores",
            by_buckets(BUCKETED, lambda d: min(abs(d), 3) + (4 if d > 0 else 0)),
        ),
    ),
    "the buckets are one too high": (
        Plant(
            BUCKETED, "masked_scores", by_buckets(BUCKETED, lambda d: min(oracle_bucket(d) + 1, 7))
        ),
    ),
    "the buckets are one too low": (
        Plant(
            BUCKETED, "masked_scores", by_buckets(BUCKETED, lambda d: max(oracle_bucket(d) - 1, 0))
        ),
    ),
    "every head has the first column of the table of buckets": (
        Plant(
            BUCKETED,
            "masked_scores",
            with_options(
                BUCKETED, bias={"t5": {**T5, "table": [[row[0], row[0]] for row in T5["table"]]}}
            ),
        ),
    ),
    "the columns of the table of buckets are in reverse order": (
        Plant(
            BUCKETED,
            "masked_scores",
            with_options(
                BUCKETED, bias={"t5": {**T5, "table": [row[::-1] for row in T5["table"]]}}
            ),
        ),
    ),
    "the bias is scaled with the scores": (
        Plant(
            BIASED,
            "masked_scores",
            with_options(
                BIASED, bias=each(BIASED["attention"]["bias"], lambda b: text(Fraction(b) / 2))
            ),
        ),
    ),
    "the output projection is left out": (
        Plant(JOINED, "output", JOINED, {"output": "concatenated"}),
    ),
    # What can go wrong with any problem, next to all the options.
    "query and key are swapped": (
        Plant(ROTATED, "scores", {**ROTATED, "Q": FOLDED["K"], "K": FOLDED["Q"]}),
    ),
    "the scores are not scaled": (
        Plant(ALL, "scaled_scores", with_options(ALL, scale="none"), {"scaled_scores": "scores"}),
    ),
    "the scores are divided by d_k": (Plant(ALL, "scaled_scores", with_options(ALL, scale="0.5")),),
    "the scores are divided by the number of keys": (
        Plant(CACHED, "scaled_scores", with_options(CACHED, scale="0.2")),
    ),
    "the mask is not applied": (
        Plant(ALL, "masked_scores", with_options(ALL, mask=None)),
        Plant(
            CAPPED,
            "masked_scores",
            with_options(CAPPED, mask=None),
            {"masked_scores": "capped_scores"},
        ),
    ),
    "the mask is on the wrong side": (Plant(ALL, "masked_scores", with_options(ALL, mask=UPPER)),),
    "the softmax is to base 2": (Plant(ALL, "weights", with_options(ALL, base="2")),),
    "the softmax is to base e": (Plant(with_options(ALL, base="3"), "weights", ALL),),
    "queries and keys are not normalized": (
        Plant(NORMED, "Q_normalized", with_options(NORMED, qk_norm=None), UNNORMED),
        Plant(CACHED_NORMED, "Q_normalized", with_options(CACHED_NORMED, qk_norm=None), UNNORMED),
    ),
    "the gains of queries and keys are left out": (
        Plant(GAINED, "Q_normalized", with_options(GAINED, qk_norm="rms")),
    ),
    "queries and keys are divided by their length, not by their root mean square": (
        Plant(GAINED, "Q_normalized", with_options(GAINED, qk_norm="l2")),
    ),
    "queries and keys are divided by their root mean square, not by their length": (
        Plant(NORMED, "Q_normalized", with_options(NORMED, qk_norm="rms")),
    ),
    "the scores are plain dot products": (
        Plant(COSINE, "scores", with_options(COSINE, score=None)),
        Plant(GENERAL, "scores", with_options(GENERAL, score=None, scale="none")),
    ),
    "the matrix of the score is transposed": (
        Plant(
            GENERAL,
            "scores",
            with_options(
                GENERAL,
                score={"general": turned_over(GENERAL["attention"]["score"]["general"])},
            ),
        ),
    ),
    "W_1 and W_2 of the score are exchanged": (
        Plant(ADDITIVE, "scores", with_options(ADDITIVE, score={"additive": EXCHANGED})),
    ),
    "the position ids are ignored": (
        Plant(PLACED, "Q_rotated", with_options(PLACED, position_ids=None)),
        Plant(PLACED_ALIBI, "masked_scores", with_options(PLACED_ALIBI, position_ids=None)),
        Plant(PLACED_WAVES, "positions", with_options(PLACED_WAVES, position_ids=None)),
    ),
    "the gate is left out": (
        Plant(GATED, "gated", with_options(GATED, gate=None), {"gated": "concatenated"}),
        Plant(
            GATED_BY_X,
            "gated",
            {n: GATED_BY_X[n] for n in GATED_BY_X if n not in ("W_G", "b_G")},
            {"gated": "concatenated"},
        ),
    ),
    "the gate is not put through a sigmoid": (
        Plant(GATED, "gated", with_options(GATED, gate=each(GATES, logit))),
    ),
    "the gate is inverted, 1 - σ(g)": (
        Plant(GATED, "gated", with_options(GATED, gate=each(GATES, negated))),
    ),
    "the weights are applied to the keys": (
        Plant(GROUPED, "head_outputs", {**GROUPED, "V": GROUPED["K"]}),
        Plant(SUNK, "head_outputs", {**SUNK, "V": SUNK["K"]}),
    ),
}
"""Where each entry is planted; those of a single head are planted in test_catalogue.py too."""

CASES = [
    pytest.param(what, plant, id=f"{what} ({number})" if number else what)
    for what, plants in PLANTS.items()
    for number, plant in enumerate(plants)
]
every_plant = pytest.mark.parametrize(("what", "plant"), CASES)
PROBLEMS = {
    repr(plant.problem): pytest.param(plant.problem, id=what)
    for what, plants in PLANTS.items()
    for plant in plants
}.values()
"""Each that something is planted in, once."""
WRITTEN = printer(6, "half-up")


def shown(values: Any) -> Any:
    """A stage with six decimals."""
    return each(values, lambda x: "-inf" if x is None else WRITTEN(as_fraction(x)))


def judged(problem: Problem, claims: Mapping[str, Any]) -> Report:
    """The report on some claims."""
    return check(attncalc.explain(attncalc.load({**problem, "claims": dict(claims)})))


def wrong_in(report: Report) -> set[str]:
    """The stages with a wrong number."""
    return {f.claim.stage for f in report.findings if f.verdict is Verdict.WRONG}


@every_plant
def test_a_mistake_is_called_by_its_name(what: str, plant: Plant) -> None:
    """The stage that the mistake was made at, claimed alone, is diagnosed with it."""
    report = judged(plant.problem, {plant.stage: shown(plant.stages()[plant.stage])})
    assert diagnoses(report) == {plant.stage: what}


@pytest.mark.no_cover
@every_plant
def test_a_mistake_is_found_where_it_was_made(what: str, plant: Plant) -> None:
    """With every stage claimed, the first that goes wrong is the mistake's; no other is named."""
    report = judged(plant.problem, {name: shown(part) for name, part in plant.stages().items()})
    assert next(iter(diagnoses(report))) == plant.stage
    assert set(diagnoses(report).values()) == {what}
    assert report.first_wrong is not None
    assert report.first_wrong.claim.stage == plant.stage


@pytest.mark.no_cover
@pytest.mark.in_turn
@every_plant
def test_a_mistake_is_known_by_what_came_of_it(what: str, plant: Plant, exhaustive: bool) -> None:
    """Where only a later stage is claimed, what was done before is still found out.

    Of a mistake that is planted in several problems, by the weights in one, by the output in the
    next.
    """
    stages, order = plant.stages(), list(plant.stages())
    turn = PLANTS[what].index(plant)
    several = len(PLANTS[what]) > 1 and not exhaustive
    for later in LATER[turn % 2 :: 2] if several else LATER:
        if order.index(later) > order.index(plant.stage):
            report = judged(plant.problem, {later: shown(stages[later])})
            if shown(stages[later]) == shown(worked_out(plant.problem)[later]):
                # Values alone were mistaken; or all were turned by one more, and meet as before.
                assert not wrong_in(report)
            else:
                assert diagnoses(report) == {later: what}


@pytest.mark.no_cover
@pytest.mark.parametrize("problem", PROBLEMS)
def test_right_numbers_are_called_nothing(problem: Problem) -> None:
    """A problem worked without a mistake, every stage claimed, has nothing to diagnose."""
    stages = worked_out(problem)
    report = judged(problem, {name: shown(part) for name, part in stages.items()})
    assert diagnoses(report) == {}
    assert {finding.verdict for finding in report.findings} == {Verdict.CORRECT}


@pytest.mark.parametrize(
    ("way", "order"),
    [
        (
            "without being transposed",
            lambda parts: [x for part in parts for row in part for x in row],
        ),
        (
            "column by column",
            lambda parts: [part[i][c] for i in range(3) for c in range(4) for part in parts],
        ),
        (
            "in reverse order",
            lambda parts: [x for i in range(3) for part in parts[::-1] for x in part[i]],
        ),
    ],
)
def test_heads_put_together(way: str, order: Callable[[Any], list[Any]]) -> None:
    """The numbers of both heads in another order."""
    flat = order(worked_out(JOINED)["head_outputs"])
    rows = [flat[start : start + 8] for start in range(0, 24, 8)]
    what = {"concatenated": f"the heads are put together {way}"}
    assert diagnoses(judged(JOINED, {"concatenated": shown(rows)})) == what
    altered = {
        "tokens": TOKENS,
        "weights": [["1", "0", "0"], ["0", "1", "0"], ["0", "0", "1"]],
        "V": texts(rows),
        "W_O": JOINED["W_O"],
        "b_O": JOINED["b_O"],
    }
    output = {"output": shown(worked_out(altered)["output"])}
    assert diagnoses(judged(JOINED, output)) == {"output": what["concatenated"]}


@pytest.mark.parametrize("problem", [PROJECTED, SINUSOIDAL])
def test_a_residual_connection(problem: Problem) -> None:
    """The embeddings, with their positions where there are any, added to the output."""
    stages = worked_out(problem)
    before = stages.get("X_positioned", stages["X"])
    added = [
        [as_fraction(x) + as_fraction(o) for x, o in zip(*rows, strict=True)]
        for rows in zip(before, stages["output"], strict=True)
    ]
    report = judged(problem, {"output": shown(added)})
    what = "the embeddings are added to the output (a residual connection)"
    assert diagnoses(report) == {"output": what}
    assert report.diagnoses[0].convention


@pytest.mark.parametrize(("one", "other"), [("Q", "K"), ("K", "V"), ("Q", "V")])
def test_projections_exchanged(one: str, other: str) -> None:
    """What is claimed of one is the other's."""
    stages = worked_out(BIASED_VECTORS)
    claims = {one: shown(stages[other]), other: shown(stages[one])}
    what = f"W_{one} and W_{other} are exchanged"
    assert diagnoses(judged(BIASED_VECTORS, claims)) == {one: what, other: what}


def test_a_mistake_made_with_printed_vectors_is_named_too() -> None:
    """Scores of queries and keys that were rounded to one decimal, and not turned."""
    problem = with_options(PROJECTED, positions="rope")
    claims = {
        name: each(worked_out(problem)[name], lambda x: f"{float(as_fraction(x)):.1f}")
        for name in "QK"
    }
    unturned = worked_out({"tokens": TOKENS, **claims, "attention": {"heads": "2"}})
    report = judged(problem, {**claims, "scores": shown(unturned["scores"])})
    assert diagnoses(report) == {"scores": "positions are not applied"}


def test_heads_that_go_wrong_are_listed() -> None:
    """Two of four heads were not scaled."""
    stages = worked_out(GROUPED)
    mixed = [*stages["scores"][:2], *stages["scaled_scores"][2:]]
    report = judged(GROUPED, {"scaled_scores": shown(mixed)})
    assert diagnoses(report) == {"scaled_scores": "in heads 1 and 2, the scores are not scaled"}


def test_what_goes_wrong_in_one_head_may_have_no_name() -> None:
    """Numbers out of thin air in one head, and right ones in the other."""
    right = worked_out(FOLDED)["weights"]
    weights = [[[Fraction(9, 10)] * 3] * 3, right[1]]
    report = judged(FOLDED, {"weights": shown(weights)})
    assert wrong_in(report) == {"weights"}
    assert diagnoses(report) == {}


# The mistakes of a single head, made in two.


def two_headed(problem: Problem) -> tuple[Problem, list[Problem]]:
    """A problem with a second head, whose queries stand in another order; and each head's own."""
    name = "Q" if "Q" in problem else "W_Q"
    heads = [problem, {**problem, name: problem[name][1:] + problem[name][:1]}]
    stacked: Problem = {
        n: [head[n] for head in heads] for n in ("Q", "K", "V", "W_Q", "W_K", "W_V") if n in problem
    }
    both = with_options({**problem, **stacked}, heads="2")
    if "W_O" in problem:
        both["W_O"] = [*problem["W_O"], *problem["W_O"]]
    return both, heads


def stacked_stages(heads: list[Stages], names: tuple[str, ...]) -> dict[str, Any]:
    """Stages of both heads, with four decimals."""
    return {
        name: [
            [["-inf" if x == float("-inf") else f"{x:.4f}" for x in row] for row in head[name]]
            for head in heads
        ]
        for name in names
    }


TWO_HEADED = [
    pytest.param(what, plant, id=f"{what} ({number})" if number else what)
    for what, plants in PLAIN_PLANTS.items()
    for number, plant in enumerate(plants)
]


@pytest.mark.no_cover
@pytest.mark.parametrize(("what", "plant"), TWO_HEADED)
def test_a_mistake_made_in_every_head(what: str, plant: PlainPlant) -> None:
    """Each head made the same mistake on its own; then one of them did not."""
    problem, heads = two_headed(plant.problem)
    stage = "head_outputs" if plant.stage == "output" else plant.stage
    mistaken = [worked(head, PlainPlant(head, plant.stage, plant.mistaken)) for head in heads]
    right = [worked(head) for head in heads]
    for part in (*mistaken, *right):
        part.setdefault("head_outputs", part.get("head_outputs", part["output"]))
    assert not diagnoses(judged(problem, stacked_stages(right, (stage,))))
    report = judged(problem, stacked_stages(mistaken, (stage,)))
    assert diagnoses(report) == {stage: what}
    report = judged(problem, stacked_stages([right[0], mistaken[1]], (stage,)))
    assert diagnoses(report) == {stage: f"in head 2, {what}"}


def test_every_entry_is_planted() -> None:
    """The catalogue has no entry that is not tried here or in one of the other two."""
    names = [entry.what for entry in (*CATALOGUE, *OF_GRADIENTS)]
    assert len(set(names)) == len(names)
    assert {*PLANTS, *PLAIN_PLANTS, *GRADIENT_PLANTS} == set(names)


@pytest.mark.parametrize(
    "options",
    [
        {"softcap": "1.5"},
        {"sink": "1"},
        {"base": "2"},
        {"bias": [["1", "0"], ["0", "2"]]},
        {"mask": "causal"},
        {"softcap": "2", "mask": "causal", "bias": "alibi", "sink": "0.5"},
    ],
    ids=str,
)
def test_options_of_given_weights(options: dict[str, Any]) -> None:
    """Given weights have no scores that a mistake could have been made in, whatever the options."""
    weights = [["0.25", "0.75"], ["0.5", "0.5"]]
    claimed = {"weights": [["0.45", "0.99"], ["0.1", "0.9"]], "output": [["7"], ["8"]]}
    values = [["1"], ["2"]]
    problem = {"weights": weights, "V": values, "attention": options, "claims": claimed}
    report = check(attncalc.explain(attncalc.load(problem)))
    assert {finding.verdict for finding in report.findings} == {Verdict.WRONG}
