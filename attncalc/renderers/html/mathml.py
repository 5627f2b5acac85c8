"""Formulas in MathML Core, for HTML: numbers in mn, letters in mi, tokens in mtext."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import assert_never

from attncalc.document.expressions import (
    Apply,
    Difference,
    Dot,
    Expression,
    Fraction,
    Juxtaposed,
    Length,
    Matrix,
    Name,
    Nothing,
    Number,
    Omitted,
    Power,
    Product,
    Relation,
    Root,
    Sum,
    SumOver,
    Symbol,
    Transpose,
    Vector,
    is_formula,
    spelled_out,
)
from attncalc.language import numeral, separator, text
from attncalc.records import dataclass
from attncalc.renderers.inert import inert, inert_token
from attncalc.renderers.precedence import Place, Setting, needs_brackets, term_place

_MOST_TERMS = 4
"""Terms of a sum, or entries of a vector, that stand on one line whatever room there is."""
_TOGETHER = 2
"""That stay together where there are more, so that they fill what room there is."""

_DIGITS = re.compile(r"([+-]?)([^eE]*)(?:[eE]([+-]?)(.*))?")
_LETTER = re.compile(r"(\d*)(∂?)(.*)", re.DOTALL)
_TALL = ("<mfrac", "<mtable", "<munder")
_COMMA = "<mo>,</mo>"
_OPENS, _CLOSES = (
    '<mo form="prefix" stretchy="false">[</mo>',
    '<mo form="postfix" stretchy="false">]</mo>',
)
_NO_BREAKS = '<mo lspace="0.08em" rspace="0.08em">\u2062</mo>'
_APPLIED = "<mo>\u2061</mo>"


def mathml_pieces(
    expression: Expression, *, stacked: bool = False, wraps: bool = False
) -> list[str]:
    """The formula as math elements between which a line may be broken: before signs of relation,
    and here and there in a long sum. stacked: fractions are set above each other. wraps: a long
    vector may be broken, too.
    """
    writer = _Writer(stacked, wraps)
    start = '<math displaystyle="true">' if stacked else "<math>"
    return [f"{start}{piece}</math>" for piece in writer.pieces(expression)]


def mathml_block(expression: Expression) -> str:
    """The formula as one math element on a line of its own; a chain has a line a sign."""
    writer = _Writer(stacked=True)
    if isinstance(expression, Relation) and len(expression.sides) > 2:
        inside = writer.aligned(expression)
    else:
        inside = writer.node(expression)
    return f'<math display="block">{inside}</math>'


@dataclass(frozen=True)
class _Writer:
    """stacked: a fraction is a numerator above a denominator, and not a slash on the line.

    wraps: a long vector is several pieces.
    """

    stacked: bool
    wraps: bool = False

    def node(self, expression: Expression) -> str:
        """The formula as one element."""
        match expression:
            case Symbol(letter, indices):
                return _indexed(_letter(letter), indices)
            case Number(digits) if is_formula(digits):
                sign, formula = spelled_out(digits)
                return _signed(sign, self.node(formula))
            case Number(digits):
                return _number(digits)
            case Omitted(count):
                more = _escaped(text("({count} more)", count=count))
                return f"<mtext>⋯ {more}</mtext>"
            case Nothing():
                return "<mtext>–</mtext>"
            case Sum(terms):
                return _row(self._plus(terms))
            case Difference(left, right):
                subtracted = self._in(Place.SUBTRACTED, right)
                return _row((self._in(Place.FIRST_TERM, left), _mo("−"), subtracted))
            case Product(factors):
                written = (self._in(Place.FACTOR, factor) for factor in factors)
                return _row(_between(written, _mo("×")))
            case Dot(left, right):
                sides = (self._in(Place.DOTTED, side) for side in (left, right))
                return _row(_between(sides, _mo("⋅")))
            case Juxtaposed(factors):
                written = (self._in(Place.JUXTAPOSED, factor) for factor in factors)
                return _row(_between(written, _NO_BREAKS))
            case Fraction(numerator, denominator):
                return self._fraction(numerator, denominator)
            case Root(radicand):
                return f"<msqrt>{self.node(radicand)}</msqrt>"
            case Length(of):
                return _brackets("‖", self.node(of), "‖")
            case Power(base, exponent):
                raised = _ON_THE_LINE.node(exponent)
                return f"<msup>{self._in(Place.BASE, base)}{raised}</msup>"
            case Apply(function, arguments):
                inside = _row(_between(map(self._entry, arguments), _separator()))
                return _row((_letter(function), _APPLIED, _brackets("(", inside, ")")))
            case SumOver(index, body):
                over = f"<munder><mo>∑</mo>{_index(index)}</munder>"
                return _row((over, self._in(Place.SUMMED, body)))
            case Transpose(of):
                upright = '<mi mathvariant="normal">T</mi>'
                return f"<msup>{self._in(Place.TRANSPOSED, of)}{upright}</msup>"
            case Vector(entries):
                inside = _row(_between(map(self._entry, entries), _separator()))
                return _brackets("[", inside, "]")
            case Matrix(rows):
                inside = _table((map(self._entry, row) for row in rows), "matrix")
                return _brackets("[", inside, "]")
            case Relation():
                return _row(sign + self.node(side) for sign, side in _sides(expression))
            case _:
                assert_never(expression)

    def pieces(self, expression: Expression) -> Iterator[str]:
        """The formula as several elements, each to be read on from the one before it."""
        if isinstance(expression, Relation):
            for sign, side in _sides(expression):
                first, *rest = self.pieces(side)
                yield _row((sign, first)) if sign else first
                yield from rest
        elif isinstance(expression, Sum) and len(expression.terms) > _MOST_TERMS:
            for start, run in _runs(expression.terms):
                yield _row(self._plus(run, goes_on=start > 0))
        elif (
            isinstance(expression, Vector) and self.wraps and len(expression.entries) > _MOST_TERMS
        ):
            yield from self._entries(expression.entries)
        elif (
            isinstance(expression, Product)
            and self.wraps
            and isinstance(expression.factors[-1], Vector)
        ):
            *others, vector = expression.factors
            first, *rest = self.pieces(vector)
            written = (self._in(Place.FACTOR, each) for each in others)
            yield _row(_between((*written, first), _mo("×")))
            yield from rest
        else:
            yield self.node(expression)

    def _entries(self, entries: Sequence[Expression]) -> Iterator[str]:
        """A long vector as several elements."""
        for start, run in _runs(entries):
            ends = start + len(run) == len(entries)
            opens, closes = "" if start else _OPENS, _CLOSES if ends else _separator()
            yield _row((opens, *_between(map(self._entry, run), _separator()), closes))

    def aligned(self, relation: Relation) -> str:
        """A line a side: symbol, substitution, result, the signs below each other."""
        (sign, first), *rest = _sides(relation)
        (next_sign, second), *rest = rest
        lines = [(sign + self.node(first), next_sign, self.node(second))]
        lines += [("", sign, self.node(side)) for sign, side in rest]
        return _table(lines, "aligned")

    def _fraction(self, numerator: Expression, denominator: Expression) -> str:
        if self.stacked:
            return f"<mfrac>{self.node(numerator)}{self.node(denominator)}</mfrac>"
        slash = '<mo lspace="0.15em" rspace="0.15em">/</mo>'
        below = self._in(Place.DENOMINATOR, denominator)
        return _row((self._in(Place.NUMERATOR, numerator), slash, below))

    def _plus(self, terms: Iterable[Expression], *, goes_on: bool = False) -> Iterator[str]:
        for at, term in enumerate(terms, start=int(goes_on)):
            if at > 0:
                yield _infix("+") if goes_on and at == 1 else _mo("+")
            yield self._in(term_place(at), term)

    def _in(self, place: Place, part: Expression) -> str:
        """A part, in brackets if it needs them there."""
        written = self.node(part)
        setting = Setting.STACKED if self.stacked else Setting.MATHS
        return _brackets("(", written, ")") if needs_brackets(part, place, setting) else written

    def _entry(self, entry: Expression) -> str:
        return "<mtext>…</mtext>" if isinstance(entry, Omitted) else self.node(entry)


_ON_THE_LINE = _Writer(stacked=False)


def _sides(relation: Relation) -> list[tuple[str, Expression]]:
    """The sides, each with the sign before it, which the first need not have."""
    return [(_infix(sign.value) if sign else "", side) for sign, side in relation.steps]


def _number(digits: str) -> str:
    """The digits as they are; the exponent of 1e5 is raised."""
    found = _DIGITS.fullmatch(digits)
    assert found is not None
    sign, significand, exponent_sign, exponent = found.groups()
    written = "<mi>∞</mi>" if "inf" in significand.lower() else _mn(numeral(significand))
    if exponent is not None:
        raised = _signed(exponent_sign, _mn(exponent))
        written = _row((written, _mo("×"), f"<msup><mn>10</mn>{raised}</msup>"))
    return _signed(sign, written)


def _signed(sign: str, written: str) -> str:
    if not sign:
        return written
    return _row((f'<mo form="prefix">{sign.replace("-", "−")}</mo>', written))


def _letter(letter: str) -> str:
    """A letter or word; the 2 of 2t and the ∂ of ∂α are no part of the letter."""
    if "/∂" in letter:
        slash = '<mo lspace="0.1em" rspace="0.1em">/</mo>'
        return _row(_between((_letter(part) for part in letter.split("/")), slash))
    found = _LETTER.fullmatch(letter)
    assert found is not None
    count, partial, name = found.groups()
    parts = [_mn(count)] if count else []
    parts += [_mi(partial)] if partial else []
    parts += [_mi(name)] if name else []
    return _row(parts)


def _indexed(base: str, indices: tuple[str | Name, ...]) -> str:
    if not indices:
        return base
    apart = any(isinstance(index, Name) or len(index) > 1 for index in indices)
    return f"<msub>{base}{_row(_between(map(_index, indices), _COMMA if apart else ''))}</msub>"


def _index(index: str | Name) -> str:
    if isinstance(index, Name):
        return f"<mtext>{_escaped(inert_token(index.text))}</mtext>"
    return _letter(index)


def _brackets(left: str, inside: str, right: str) -> str:
    """Brackets as high as what they hold; those that could stretch stand further from digits."""
    kind = "" if any(tall in inside for tall in _TALL) else ' stretchy="false"'
    left = f'<mo form="prefix"{kind}>{left}</mo>'
    return f'<mrow>{left}{inside}<mo form="postfix"{kind}>{right}</mo></mrow>'


def _table(rows: Iterable[Iterable[str]], name: str) -> str:
    lines = ("".join(f"<mtd>{cell}</mtd>" for cell in row) for row in rows)
    inside = "".join(f"<mtr>{line}</mtr>" for line in lines)
    return f'<mtable displaystyle="true" class="{name}">{inside}</mtable>'


def _row(parts: Iterable[str]) -> str:
    """The parts as one element."""
    several = [part for part in parts if part]
    return several[0] if len(several) == 1 else f"<mrow>{''.join(several)}</mrow>"


def _separator() -> str:
    """What stands between the numbers of a vector."""
    return _COMMA if separator() == ", " else f"<mo>{separator().strip()}</mo>"


def _runs(parts: Sequence[Expression]) -> Iterator[tuple[int, Sequence[Expression]]]:
    """Parts that stay together, each run with the place of its first.

    The last run is a whole one, as what is left out may not stand alone.
    """
    last = len(parts) - _TOGETHER
    for start in range(0, last, _TOGETHER):
        yield start, parts[start : min(start + _TOGETHER, last)]
    yield last, parts[last:]


def _between(parts: Iterable[str], between: str) -> Iterator[str]:
    for place, part in enumerate(parts):
        if place:
            yield between
        yield part


def _mo(operator: str) -> str:
    return f"<mo>{operator}</mo>"


def _infix(operator: str) -> str:
    """An operator that keeps its room on both sides even where it stands first on a line."""
    return f'<mo form="infix">{operator}</mo>'


def _mn(digits: str) -> str:
    return f"<mn>{_escaped(digits)}</mn>"


def _mi(letter: str) -> str:
    return f"<mi>{_escaped(letter)}</mi>"


def _escaped(text: str) -> str:
    return html.escape(inert(text))
