"""Formulas in Typst's maths: 0.6 times 0.2 + 0.5 times 0.1 = 0.17."""

from __future__ import annotations

import re
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
from attncalc.renderers.inert import inert, inert_token
from attncalc.renderers.precedence import Place, Setting, needs_brackets, term_place

_LONGEST_INDEX = 24
_DECIMAL = re.compile(r"-?\d+(\.\d+)?%?")
_SCIENTIFIC = re.compile(r"(?P<digits>-?\d+(\.\d+)?)[eE](?P<exponent>[+-]?\d+)")
_LETTER = re.compile(r"[A-Za-zα-ωΑ-Ω]")
_TIMES_LETTER = re.compile(r"(\d+)([a-z])")
_CONTROLS = {code: f"‹U+{code:04X}›" for code in (*range(0x20), 0x7F)}
"""Spelt out: the pictures that inert gives them are in no font that Typst brings along."""


def typst_math(expression: Expression, *, stacked: bool = False) -> str:
    """The formula as the inside of $…$. stacked: fractions one above the other."""
    match expression:
        case Symbol(letter, indices):
            return _letter(letter) + _subscript(indices)
        case Number(digits) if is_formula(digits):
            sign, formula = spelled_out(digits)
            return sign + typst_math(formula, stacked=stacked)
        case Number(digits):
            return _number(digits)
        case Omitted(count):
            more = text("({count} more)", count=count)
            return f"dots.c {typst_string(more)}"
        case Nothing():
            return typst_string("–")
        case Sum(terms):
            return " + ".join(_in(term_place(at), term, stacked) for at, term in enumerate(terms))
        case Difference(left, right):
            subtracted = _in(Place.SUBTRACTED, right, stacked)
            return f"{_in(Place.FIRST_TERM, left, stacked)} - {subtracted}"
        case Product(factors):
            return " times ".join(_in(Place.FACTOR, factor, stacked) for factor in factors)
        case Dot(left, right):
            return f"{_in(Place.DOTTED, left, stacked)} dot {_in(Place.DOTTED, right, stacked)}"
        case Juxtaposed(factors):
            return " thin ".join(_in(Place.JUXTAPOSED, factor, stacked) for factor in factors)
        case Fraction(numerator, denominator) if stacked:
            return f"frac({typst_math(numerator)}, {typst_math(denominator)})"
        case Fraction(numerator, denominator):
            return rf"{_in(Place.NUMERATOR, numerator)}\/{_in(Place.DENOMINATOR, denominator)}"
        case Root(radicand):
            return f"sqrt({typst_math(radicand)})"
        case Length(of):
            return f"norm({typst_math(of, stacked=stacked)})"
        case Power(base, exponent):
            return f"{_in(Place.BASE, base, stacked)}^({typst_math(exponent)})"
        case Apply(function, arguments):
            between = separator().replace(";", "\\;")
            inside = between.join(entry_math(argument, stacked=stacked) for argument in arguments)
            return f"op({typst_string(inert(function))}) ({inside})"
        case SumOver(index, body):
            return f"sum_({_index(index)}) {_in(Place.SUMMED, body, stacked)}"
        case Transpose(of):
            return f"{_in(Place.TRANSPOSED, of, stacked)}^top"
        case Vector(entries):
            between = separator().replace(";", "\\;") + "thin "
            return f"[{between.join(map(entry_math, entries))}]"
        case Matrix(rows):
            inside = "".join(
                f"({''.join(f'${entry_math(at)}$, ' for at in row)}), " for row in rows
            )
            return f'#math.mat(delim: "[", align: right, {inside})'
        case Relation():
            return " ".join(chain_math(expression, stacked=stacked))
        case _:
            assert_never(expression)


def chain_math(relation: Relation, *, stacked: bool = False) -> list[str]:
    """The sides of a relation, each behind its sign, so that a long one can be broken there."""
    return [
        (f"{sign.value} " if sign else "") + typst_math(side, stacked=stacked)
        for sign, side in relation.steps
    ]


def entry_math(entry: Expression, *, stacked: bool = False) -> str:
    """An entry of a vector; entries left out are a mere ellipsis."""
    return "dots.h" if isinstance(entry, Omitted) else typst_math(entry, stacked=stacked)


def typst_string(text: str) -> str:
    """The text as a string of Typst's, in which nothing is markup."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def shown(text: str) -> str:
    """The text with every character that would not show made to show."""
    return inert(text.translate(_CONTROLS))


def shown_token(text: str) -> str:
    """A token's spelling: as shown, with blanks at its ends and an empty token made visible."""
    return inert_token(text.translate(_CONTROLS))


def _in(place: Place, part: Expression, stacked: bool = False) -> str:
    written = typst_math(part, stacked=stacked)
    setting = Setting.STACKED if stacked else Setting.MATHS
    return f"({written})" if needs_brackets(part, place, setting) else written


def _number(digits: str) -> str:
    if _DECIMAL.fullmatch(digits):
        return _decimal(digits)
    if found := _SCIENTIFIC.fullmatch(digits):
        return f"{_decimal(found['digits'])} times 10^({found['exponent']})"
    if digits.removeprefix("-") == "inf":
        return digits.replace("inf", "infinity")
    return typst_string(shown(digits))


def _decimal(digits: str) -> str:
    """Digits; a comma among them would be one of a list."""
    written = numeral(digits)
    return typst_string(written) if "," in written else written


def _letter(text: str) -> str:
    """One letter is set in italics, as a variable; several are a word."""
    if text.startswith("∂"):  # of a derivative, which may be a quotient: ∂L/∂α
        return r" \/ ".join(f"partial {_letter(part)}" for part in text[1:].split("/∂"))
    if _LETTER.fullmatch(text) or text.isdecimal():
        return text
    if found := _TIMES_LETTER.fullmatch(text):
        return f"{found[1]} {found[2]}"
    return typst_string(shown(text))


def _index(index: str | Name) -> str:
    """A token's spelling as an index; a formula cannot be broken within it."""
    if isinstance(index, str):
        return _letter(index)
    spelling = shown_token(index.text)
    if len(spelling) > _LONGEST_INDEX:
        spelling = spelling[: _LONGEST_INDEX - 1] + "…"
    return typst_string(spelling)


def _subscript(indices: tuple[str | Name, ...]) -> str:
    """Indices side by side, with commas where one of them is a word or a letter is told apart."""
    if not indices:
        return ""
    running = all(isinstance(index, str) and index in "ijlmn" for index in indices)
    return f"_({(' ' if running else ', ').join(map(_index, indices))})"
