"""Other scores than the dot product.

s_ij = q_i W k_jᵀ                     general: Luong et al., 2015
s_ij = v · tanh(q_i W_1 + k_j W_2)    additive: Bahdanau et al., 2015
s_ij = q_i · k_j / (|q_i| |k_j|)      cosine: Graves et al., "Neural Turing Machines", 2014
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from functools import partial

from attncalc.numbers.arithmetic import Array
from attncalc.numbers.counted import Counted, Tally
from attncalc.numbers.enclosed import Enclosed
from attncalc.numbers.floating import Floating
from attncalc.numbers.formulas import W, length, squares
from attncalc.numbers.intervals import Interval
from attncalc.numbers.known import Known, joined
from attncalc.numbers.operations import Operations
from attncalc.numbers.terms import Either, Term
from attncalc.problem import heads
from attncalc.problem.problem import Problem
from attncalc.problem.sizes import Sizes
from attncalc.steps.enclosing import Index, Operands, group_of
from attncalc.steps.expressing import Expressed
from attncalc.steps.interface import Part, Shape
from attncalc.steps.roundoff import Roundoff
from attncalc.steps.trace import Stage, Trace

PART: Part | None = "scores"

_ROWS_AT_ONCE = 64
"""Queries that meet all keys at a time: additive scores have a vector for each pair."""


def shapes(problem: Problem) -> dict[str, Shape]:
    """scores (n, m), where another score than the dot product is chosen."""
    if problem.attention.chosen("score") is None:
        return {}
    return {"scores": (len(problem.tokens), len(problem.key_tokens))}


def work(trace: Trace, _asked: Collection[str]) -> Iterator[Stage]:
    """What each query and each key brings, and what they make together."""
    form, given = form_of(trace.problem), given_numbers(trace.problem)
    Q, K = trace.stages[trace.asking].plain, trace.stages[trace.answering].plain
    if trace.problem.heads is not None:
        K = K.moved(partial(heads.shared, heads=len(Q.values)))
    numbers = {name: Known.given(array) for name, array in given.items()}
    A, B = of_queries(form, Q, numbers), of_keys(form, K, numbers)
    yield Stage.of("query_parts", A)
    yield Stage.of("key_parts", B)
    starts = range(0, A.shape[-2], _ROWS_AT_ONCE)
    blocks = [met(form, A[..., at : at + _ROWS_AT_ONCE, :], B, numbers) for at in starts]
    yield Stage.of("scores", joined(blocks, axis=-2), trace.asking, trace.answering)


def of_queries(form: str, Q: W, given: Mapping[str, W]) -> W:
    """What a query brings: q W, q W_1, or q itself. (…, n, d_q) -> (…, n, a)"""
    match form:
        case "general":
            return Q @ given[""]
        case "additive":
            return Q @ given["W_1"]
        case _:
            return Q


def of_keys(form: str, K: W, given: Mapping[str, W]) -> W:
    """What a key brings: k W_2, or k itself. (…, m, d_k) -> (…, m, a)"""
    return K @ given["W_2"] if form == "additive" else K


def met(form: str, A: W, B: W, given: Mapping[str, W]) -> W:
    """a · b, v · tanh(a + b), or a · b / (|a| |b|). (…, n, a), (…, m, a) -> (…, n, m)"""
    if form == "additive":
        together = A[..., :, None, :] + B[..., None, :, :]  # (…, n, 1, a) + (…, 1, m, a)
        terms = together.tanh() * given["v"][..., None, None, :]
        return terms.total()[..., 0]
    products = A @ B.swapaxes(-1, -2)
    if form == "general":
        return products
    # One root, of both squares: that of 2 times that of 2 is 2, and no rounding of it.
    return products / (squares(A) * squares(B).swapaxes(-1, -2)).root()


def form_of(problem: Problem) -> str:
    """Which score is chosen, in a problem where one is."""
    return problem.attention.choice("score").word


def given_numbers(problem: Problem) -> dict[str, Array]:
    """The matrices of the score, by their names; the only one's name is empty."""
    chosen = problem.attention.choice("score")
    return {name: array for name in chosen.settings if (array := chosen.array(name)) is not None}


def of_head(numbers: Array, name: str, head: int | None) -> Array:
    """A head's own of what may be given for each. (h, d, a) -> (d, a); v: (h, a) -> (a,)"""
    stacked = numbers.ndim > (1 if name == "v" else 2)
    own: Array = numbers[head] if stacked else numbers
    return own


def enclose(operands: Operands, _stage: str, index: Index) -> Interval:
    """Of what the query and the key bring, each worked out once."""
    *head, i, j = index
    form, trace = form_of(operands.problem), operands.trace
    given = {name: _constant(operands, name, head) for name in given_numbers(operands.problem)}
    query, key = (*head, i), (*group_of(operands.problem, head), j)
    A = operands.worked(
        "query_parts", query, lambda: of_queries(form, operands.row(trace.asking, query), given)
    )
    B = operands.worked(
        "key_parts", (*head, j), lambda: of_keys(form, operands.row(trace.answering, key), given)
    )
    made = met(form, A, B, given)
    if form == "cosine" and operands.decimals is not None:  # of vectors of length 1, too
        made = made.hull((A / length(A)) @ (B / length(B)).swapaxes(-1, -2))
    found: Interval = made.cells[0, 0]
    return found


def _constant(operands: Operands, name: str, head: list[int]) -> Enclosed:
    own = head[0] if head else None
    numbers = given_numbers(operands.problem)[name]
    return operands.worked(
        f"score.{name}", tuple(head), lambda: operands.constant(of_head(numbers, name, own))
    )


def express(operands: Expressed, _stage: str, index: Index) -> Term:
    """Of what the query and the key bring."""
    *head, i, j = index
    form, trace, numbers = form_of(operands.problem), operands.trace, given_numbers
    own = head[0] if head else None
    given = {
        name: operands.constants(of_head(array, name, own))
        for name, array in numbers(operands.problem).items()
    }
    query, key = (*head, i), (*group_of(operands.problem, head), j)
    A = of_queries(form, operands.row(trace.asking, query), given)
    B = of_keys(form, operands.row(trace.answering, key), given)
    ways: list[Term] = [met(form, A, B, given).cells[0, 0]]
    if form == "cosine":  # of vectors of length 1, too
        ways.append(((A / length(A)) @ (B / length(B)).swapaxes(-1, -2)).cells[0, 0])
    return Either(tuple(ways))


def count(problem: Problem, sizes: Sizes) -> dict[str, Operations]:
    """As many as the formulas do; what a query or a key brings is worked out once."""
    form, tally = form_of(problem), Tally()
    given = {name: Counted(array.shape, tally) for name, array in given_numbers(problem).items()}
    Q = Counted((sizes.heads, sizes.n, sizes.d_q), tally)
    K = Counted((sizes.heads, sizes.m, sizes.d_k), tally)
    met(form, of_queries(form, Q, given), of_keys(form, K, given), given)
    return {"scores": tally.done}


def floor(roundoff: Roundoff) -> Iterator[tuple[str, Array]]:
    """As the formulas make of vectors that are off already, and of rounded matrices."""
    form, trace = form_of(roundoff.problem), roundoff.trace
    given = {
        name: Floating.stored(array, roundoff.unit)
        for name, array in given_numbers(roundoff.problem).items()
    }
    Q, K = roundoff.floating(trace.asking), roundoff.floating(trace.answering)
    if roundoff.problem.heads is not None:
        values, off = (heads.shared(each, len(Q.values)) for each in (K.values, K.off))
        K = Floating(values, off, roundoff.unit)
    scores = met(form, of_queries(form, Q, given), of_keys(form, K, given), given)
    yield "scores", scores.off + roundoff.stored("scores")
