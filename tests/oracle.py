"""A second opinion on attention, which shares nothing with the package but the formulas.

Plain loops over fractions for everything rational, and mpmath to 60 digits for roots and powers.
A number comes out as a Fraction wherever it is rational, as an mpf elsewhere, and as None where a
score is masked; so an entry that claims to be exact must find a Fraction here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from math import isqrt
from typing import Any, TypeAlias

import mpmath

DIGITS = 60
LARGEST_WHOLE_POWER = 1000
"""Powers of a typed base beyond this one are not written out as fractions."""

Real: TypeAlias = Any
"""A Fraction or an mpf; None for a masked score."""

Row: TypeAlias = list[Real]
Grid: TypeAlias = list[Row]


def attention(problem: Mapping[str, Any]) -> dict[str, Any]:
    """Every stage of a single-head problem, by name, as nested lists of numbers.

    problem: the keys of a problem file, every number as text.
    """
    options = problem.get("attention", {})
    stages: dict[str, Any] = {}
    for name in ("X", "X_key"):
        if name in problem:
            stages[name] = grid(problem[name])
    for name in ("Q", "K", "V"):
        if name in problem:
            stages[name] = grid(problem[name])
        elif f"W_{name}" in problem:
            source = "X_key" if "X_key" in stages and name != "Q" else "X"
            stages[name] = affine(stages[source], problem[f"W_{name}"], problem.get(f"b_{name}"))
    if "weights" in problem:
        stages["weights"] = grid(problem["weights"])
    elif "scores" in problem:
        stages["scores"] = grid(problem["scores"])
    else:
        stages["scores"] = [[dot(q, k) for k in stages["K"]] for q in stages["Q"]]
    with mpmath.workdps(DIGITS + _room(stages.get("scores", []), options)):
        if "weights" not in stages:
            _attend(stages, options)
        if "V" in stages:
            _combine(stages, problem)
    return stages


def number(text: str) -> Fraction | None:
    """The value of a typed number; None for -inf."""
    if text == "-inf":
        return None
    return Fraction(text[:-1]) / 100 if text.endswith("%") else Fraction(text)


def grid(texts: Iterable[Iterable[str]]) -> Grid:
    """A typed matrix."""
    return [[number(text) for text in row] for row in texts]


def real(x: Real) -> Any:
    """The number as an mpf of the working precision."""
    return mpmath.mpf(x.numerator) / mpmath.mpf(x.denominator) if isinstance(x, Fraction) else x


def _rational(*numbers: Real) -> bool:
    return all(isinstance(x, Fraction) for x in numbers)


def plus(x: Real, y: Real) -> Real:
    """x + y."""
    return x + y if _rational(x, y) else real(x) + real(y)


def times(x: Real, y: Real) -> Real:
    """x · y; 0 times anything is 0, and rational."""
    if Fraction(0) in (x, y):
        return Fraction(0)
    return x * y if _rational(x, y) else real(x) * real(y)


def over(x: Real, y: Real) -> Real:
    """x / y; 0 divided by anything is 0, and rational."""
    if x == Fraction(0):
        return Fraction(0)
    return x / y if _rational(x, y) else real(x) / real(y)


def total(numbers: Iterable[Real]) -> Real:
    """All of them added up, one after the other."""
    result: Real = Fraction(0)
    for x in numbers:
        result = plus(result, x)
    return result


def dot(xs: Sequence[Real], ys: Sequence[Real]) -> Real:
    """x_1 y_1 + x_2 y_2 + …"""
    return total(times(x, y) for x, y in zip(xs, ys, strict=True))


def affine(X: Grid, W: Sequence[Sequence[str]], b: Sequence[str] | None) -> Grid:
    """Each row of X times a typed W, plus a typed b."""
    columns = [list(column) for column in zip(*grid(W), strict=True)]
    offsets = [Fraction(0)] * len(columns) if b is None else [number(text) for text in b]
    return [
        [plus(dot(row, column), offset) for column, offset in zip(columns, offsets, strict=True)]
        for row in X
    ]


def divided_by_root(score: Fraction, d_k: int) -> Real:
    """score / √d_k, a Fraction where it is rational."""
    if score == 0:
        return Fraction(0)
    root = isqrt(d_k)
    return score / root if root * root == d_k else real(score) / mpmath.sqrt(d_k)


def power(base: Fraction | None, exponent: Real) -> Real:
    """base to the exponent, e if base is None: a Fraction where the result is rational."""
    if exponent == 0:
        return Fraction(1)
    if base is None:
        return mpmath.exp(real(exponent))
    if isinstance(exponent, Fraction) and abs(exponent.numerator) <= LARGEST_WHOLE_POWER:
        above = _whole_root(base.numerator, exponent.denominator)
        below = _whole_root(base.denominator, exponent.denominator)
        if above is not None and below is not None:
            return Fraction(above, below) ** exponent.numerator
    return mpmath.exp(times(exponent, mpmath.log(real(base))))


def _whole_root(whole: int, degree: int) -> int | None:
    """The root of that degree, if it is a whole number."""
    if degree == 1:
        return whole
    nearest = int(mpmath.nint(mpmath.exp(mpmath.log(whole) / degree)))
    return nearest if nearest**degree == whole else None


def softmax(row: Row, base: Fraction | None) -> Row:
    """The weights of a row of scores, from how many times the first visible power each one is.

    These ratios are all rational if the weights are, even where the powers themselves are not.
    """
    visible = [score for score in row if score is not None]
    ratios: Row = [Fraction(0)] * len(row)
    for j, score in enumerate(row):
        if score is not None:
            ratios[j] = power(base, plus(score, times(Fraction(-1), visible[0])))
    return [over(ratio, total(ratios)) if visible else ratio for ratio in ratios]


def _attend(stages: dict[str, Any], options: Mapping[str, Any]) -> None:
    """Scores scaled, biased, masked, and their softmax."""
    S: Grid = stages["scores"]
    scale = options.get("scale", "1/sqrt(d_k)" if "Q" in stages else "none")
    if scale == "1/sqrt(d_k)":
        d_k = len(stages["Q"][0])
        S = stages["scaled_scores"] = [[divided_by_root(x, d_k) for x in row] for row in S]
    elif scale != "none":
        factor = number(scale)
        S = stages["scaled_scores"] = [[times(x, factor) for x in row] for row in S]
    bias, mask = options.get("bias", "none"), options.get("mask", "none")
    if bias != "none" or mask != "none":
        S = stages["masked_scores"] = _masked(S, bias, mask)
    base = None if options.get("base", "e") == "e" else number(options["base"])
    powers: Grid = [[Fraction(0) if x is None else power(base, x) for x in row] for row in S]
    stages["exponentials"] = powers
    stages["sums"] = [total(row) for row in powers]
    stages["weights"] = [softmax(row, base) for row in S]


def _masked(S: Grid, bias: Any, mask: Any) -> Grid:
    result: Grid = []
    for i, row in enumerate(S):
        result.append([])
        for j, score in enumerate(row):
            added = Fraction(0) if bias == "none" else number(bias[i][j])
            seen = j <= i if mask == "causal" else mask == "none" or number(mask[i][j]) == 1
            result[i].append(plus(score, added) if seen and added is not None else None)
    return result


def _combine(stages: dict[str, Any], problem: Mapping[str, Any]) -> None:
    """The weighted values, their sum, and the output projection if there is one."""
    A, V = stages["weights"], stages["V"]
    terms = [
        [[times(weight, v) for v in value] for weight, value in zip(row, V, strict=True)]
        for row in A
    ]
    stages["weighted_values"] = terms
    summed = [[total(column) for column in zip(*per_key, strict=True)] for per_key in terms]
    if "W_O" in problem:
        stages["head_outputs"] = summed
        summed = affine(summed, problem["W_O"], problem.get("b_O"))
    stages["output"] = summed


def _room(scores: Grid, options: Mapping[str, Any]) -> int:
    """More digits, so that the largest power has its 60, and different scores stay different."""
    bias = options.get("bias", "none")
    scale = options.get("scale", "none")
    factor = [[]] if scale in ("none", "1/sqrt(d_k)") else [[number(scale)]]
    added = [[]] if bias == "none" else grid(bias)
    return sum(
        max((_digits(x) for row in matrix for x in row), default=0)
        for matrix in (scores, factor, added)
    )


def _digits(x: Fraction | None) -> int:
    return 0 if x is None else len(str(x.numerator)) + len(str(x.denominator))
