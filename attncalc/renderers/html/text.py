"""Running text in HTML: everything of others is inert and escaped, and stays text."""

from __future__ import annotations

import html
import re
from typing import assert_never

from attncalc.document.document import Blank, Code, Inlines, Judgement, Room, Token, Words
from attncalc.document.expressions import Expression, Number, Relation
from attncalc.language import numeral, quotation_marks
from attncalc.renderers.html.mathml import mathml_pieces
from attncalc.renderers.inert import inert, inert_token

_PLAIN = re.compile(r"-?[\d.]+%?")
BREAK = "<wbr>"
"""Between the pieces of a formula that may stand on two lines."""
_TAG = re.compile(r"<[^>]*>")


def inlines_html(content: Inlines, *, quoted: bool = True) -> str:
    """Text, tokens, code and formulas. quoted: as in prose, where tokens stand in quotation marks
    and long vectors may take two lines.
    """
    parts = []
    for part in content:
        match part:
            case Words(words):
                parts.append(escaped(words))
            case Token(spelling, focused):
                parts.append(token_html(spelling, quoted=quoted, focused=focused))
            case Code(code):
                parts.append(f"<code>{escaped(code)}</code>")
            case Judgement(standing, words):
                # The words say it too: a sign read out would be said twice.
                sign = f'<span aria-hidden="true">{standing.value}</span>'
                kind = standing.name.lower()
                parts.append(f'<span class="is-{kind}">{sign} {escaped(words)}</span>')
            case Blank():
                parts.append(blank_html(part))
            case Room(width, written):
                parts.append(room_html(width, inlines_html(written, quoted=quoted)))
            case _ if isinstance(part, Expression):
                parts.append(expression_html(part, wraps=quoted))
            case _:
                assert_never(part)
    return "".join(parts)


def blank_html(blank: Blank) -> str:
    """A field to type a number into; or the number, which is heard as an answer."""
    label = bare(inlines_html(blank.label)).replace('"', "&quot;")
    if blank.answer is None:
        return (
            f'<input class="blank" id="{blank.id}" type="text" inputmode="decimal" '
            f'autocomplete="off" spellcheck="false" aria-label="{label}">'
        )
    return f'<strong class="blank filled">{number_html(blank.answer.digits)}</strong>'


def room_html(width: int, written: str) -> str:
    """A line to write on, which only paper shows; or what stands there."""
    if written:
        return f'<small class="written">{written}</small>'
    return f'<span class="room" style="width: {width}em"></span>'


def token_html(spelling: str, *, quoted: bool = False, focused: bool = False) -> str:
    """A token, apart from the direction of the text around it."""
    token = f"<bdi>{html.escape(inert_token(spelling))}</bdi>"
    token = f"<strong>{token}</strong>" if focused else token
    before, behind = quotation_marks() if quoted else ("", "")
    return f"{before}{token}{behind}"


def expression_html(expression: Expression, *, stacked: bool = False, wraps: bool = False) -> str:
    """A formula; a mere number, also behind its sign, is text, which is heard and copied better.

    wraps: a long vector may take two lines.
    """
    sign, value = "", expression
    if isinstance(expression, Relation) and len(expression.sides) == len(expression.signs) == 1:
        sign, value = f"{expression.signs[0].value}&nbsp;", expression.sides[0]
    if isinstance(value, Number) and _PLAIN.fullmatch(value.digits):
        return sign + number_html(value.digits)
    return BREAK.join(mathml_pieces(expression, stacked=stacked, wraps=wraps))


def number_html(digits: str) -> str:
    """The digits of a number, with the minus sign of a printed page."""
    return numeral(digits).replace("-", "−")


def bare(markup: str) -> str:
    """What markup of ours says, without its tags; still escaped."""
    return _TAG.sub("", markup)


def escaped(text: str) -> str:
    """Text of others as text."""
    return html.escape(inert(text))
