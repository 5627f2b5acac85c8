r"""Formulas as LaTeX maths, for whatever sets it: pdflatex, MathJax, KaTeX, pandoc.

Only commands that all of them know, and none that a Markdown reader would take for its own: no
`\,`, no `\{`, no `<`, no `*`, and no `_` behind a brace.
"""

from __future__ import annotations

import re
from collections.abc import Callable
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
    Sign,
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
from attncalc.renderers.inert import inert_token
from attncalc.renderers.precedence import Place, Setting, needs_brackets, term_place

_SIGNS = {Sign.EXACT: "=", Sign.ROUNDED: r"\approx"}

_FUNCTIONS = frozenset({"cos", "exp", "ln", "log", "max", "min", "sin", "tan", "tanh"})

_GREEK = {
    "α": "alpha",
    "β": "beta",
    "γ": "gamma",
    "δ": "delta",
    "ε": "varepsilon",
    "η": "eta",
    "θ": "theta",
    "κ": "kappa",
    "λ": "lambda",
    "μ": "mu",
    "π": "pi",
    "ρ": "rho",
    "σ": "sigma",
    "τ": "tau",
    "φ": "varphi",
    "ψ": "psi",
    "ω": "omega",
    "Δ": "Delta",
    "Σ": "Sigma",
    "Ω": "Omega",
}

_VARIABLE = re.compile(r"[0-9]*[A-Za-z]|[0-9]+")
_WORD = re.compile(r"[A-Za-z0-9]+")
_NUMBER = re.compile(r"([-+]?)(?:(inf)|([0-9.]*)(?:[eE]\+?(-?[0-9]+))?)(%?)")


@dataclass(frozen=True)
class LatexMath:
    r"""spell: how arbitrary text, made inert, is written in \text{…}.

    stacked: fractions have a bar and brackets grow, as in a formula that stands alone; in a line
    of text or a cell of a table they would not be readable.
    """

    spell: Callable[[str], str]
    stacked: bool = False

    def write(self, expression: Expression) -> str:
        """The formula, without what begins and ends maths."""
        match expression:
            case Symbol(letter, indices):
                return self._symbol(letter, indices)
            case Number(digits) if is_formula(digits):
                sign, formula = spelled_out(digits)
                return sign + self.write(formula)
            case Number(digits):
                return self._number(digits)
            case Omitted(count):
                more = text(" ({count} more)", count=count)
                return rf"\cdots \text{{{more}}}"
            case Nothing():
                return r"\text{-}"
            case Sum(terms):
                return " + ".join(self._in(term_place(at), term) for at, term in enumerate(terms))
            case Difference(left, right):
                return f"{self._in(Place.FIRST_TERM, left)} - {self._in(Place.SUBTRACTED, right)}"
            case Product(factors):
                return r" \times ".join(self._in(Place.FACTOR, factor) for factor in factors)
            case Dot(left, right):
                return rf"{self._in(Place.DOTTED, left)} \cdot {self._in(Place.DOTTED, right)}"
            case Juxtaposed(factors):
                return " ".join(self._in(Place.JUXTAPOSED, factor) for factor in factors)
            case Fraction(numerator, denominator):
                if self.stacked:
                    return rf"\frac{{{self.write(numerator)}}}{{{self.write(denominator)}}}"
                above = self._in(Place.NUMERATOR, numerator)
                return f"{above} / {self._in(Place.DENOMINATOR, denominator)}"
            case Root(radicand):
                return rf"\sqrt{{{self.write(radicand)}}}"
            case Length(of):
                return rf"\lVert {self.write(of)} \rVert"
            case Power(base, exponent):
                raised = LatexMath(self.spell).write(exponent)
                return f"{self._in(Place.BASE, base)}^{{{raised}}}"
            case Apply(function, arguments):
                named = rf"\{function}" if function in _FUNCTIONS else self._letter(function)
                return named + self._in_brackets(separator().join(map(self.entry, arguments)))
            case SumOver(index, body):
                return rf"\sum_{{{self._letter(index)}}} {self._in(Place.SUMMED, body)}"
            case Transpose(of):
                return rf"{self._in(Place.TRANSPOSED, of)}^{{\top}}"
            case Vector(entries):
                return f"[{separator().join(map(self.entry, entries))}]"
            case Matrix(rows):
                return self.matrix(rows)
            case Relation():
                return " ".join(self.chain(expression))
            case _:
                assert_never(expression)

    def sign(self, sign: Sign) -> str:
        """What joins two sides."""
        return _SIGNS[sign]

    def chain(self, relation: Relation) -> list[str]:
        """The sides of a relation, each behind its sign, so that a long one can be broken there."""
        return [
            (f"{self.sign(sign)} " if sign else "") + self.write(side)
            for sign, side in relation.steps
        ]

    def matrix(self, rows: tuple[tuple[Expression, ...], ...], ends: str = "[]") -> str:
        """Rows of numbers, aligned at their right, between these ends; a dot stands for none."""
        columns = "r" * max(map(len, rows), default=1)
        lines = " \\\\\n".join(" & ".join(map(self.entry, row)) for row in rows)
        array = f"\\begin{{array}}{{{columns}}}\n{lines}\n\\end{{array}}"
        return rf"\left{ends[0]}{array}\right{ends[1]}"

    def entry(self, entry: Expression) -> str:
        """An entry of a vector; entries left out are a mere ellipsis."""
        return r"\dots" if isinstance(entry, Omitted) else self.write(entry)

    def _in(self, place: Place, part: Expression) -> str:
        written = self.write(part)
        setting = Setting.STACKED if self.stacked else Setting.MATHS
        return self._in_brackets(written) if needs_brackets(part, place, setting) else written

    def _in_brackets(self, text: str) -> str:
        tall = self.stacked and any(each in text for each in (r"\frac", r"\sum", r"\begin"))
        return rf"\left({text}\right)" if tall else f"({text})"

    def _symbol(self, letter: str, indices: tuple[str | Name, ...]) -> str:
        if not indices:
            return self._letter(letter)
        joint = "" if all(isinstance(index, str) and len(index) == 1 for index in indices) else ","
        below = joint.join(map(self._index, indices))
        if letter not in _GREEK and not _VARIABLE.fullmatch(letter) and _WORD.fullmatch(letter):
            return rf"\mathrm{{{letter}_{{{below}}}}}"
        return f"{self._letter(letter)}_{{{below}}}"

    def _index(self, index: str | Name) -> str:
        if isinstance(index, Name):
            return rf"\text{{{self.spell(inert_token(index.text))}}}"
        return self._letter(index)

    def _letter(self, letter: str) -> str:
        if letter.startswith("∂"):  # of a derivative, which may be a quotient: ∂L/∂α
            parts = letter.removeprefix("∂").split("/∂")
            return " / ".join(rf"\partial {self._letter(part)}" for part in parts)
        if letter in _GREEK:
            return rf"\{_GREEK[letter]}"
        if _VARIABLE.fullmatch(letter):
            return letter
        if _WORD.fullmatch(letter):
            return rf"\mathrm{{{letter}}}"
        return rf"\text{{{self.spell(inert_token(letter))}}}"

    def _number(self, digits: str) -> str:
        found = _NUMBER.fullmatch(digits)
        if found is None:
            return rf"\text{{{self.spell(inert_token(digits))}}}"
        sign, infinite, mantissa, exponent, percent = found.groups()
        if infinite:
            return rf"{sign}\infty"
        power = "" if exponent is None else rf" \times 10^{{{exponent}}}"
        per_cent = rf"\text{{{self.spell(percent)}}}" if percent else ""
        written = numeral(mantissa).replace(",", "{,}")
        return f"{sign}{written}{power}{per_cent}"
