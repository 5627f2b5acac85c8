"""What answers are, as pages say it."""

from __future__ import annotations

from collections.abc import Mapping

from attncalc.document.document import Inlines
from attncalc.document.expressions import Relation
from attncalc.document.style import MOST_DECIMALS, NumberStyle
from attncalc.document.wording import counted_words, listing, words
from attncalc.language import Sentence, numeral, own, retold, text
from attncalc.selection import Selection
from attncalc.sheet import Blank, Sheet
from attncalc.walkthrough.derivation import derivation
from attncalc.walkthrough.page import Page
from attncalc.walkthrough.verdicts import told as told_verdict
from attncalc.worksheet.judging import VERDICTS, Judged

ORDER = (Judged.RIGHT, Judged.FOLLOWS, Judged.SLIP, Judged.WRONG, Judged.NONE)
"""In which they are told."""


def judgement(verdict: Judged) -> Inlines:
    """A verdict with its sign; of no answer, in words alone."""
    return words("no answer") if verdict is Judged.NONE else told_verdict(VERDICTS[verdict])


def counted_judgements(counts: Mapping[Judged, int]) -> Inlines:
    """✓ 4 correct, ✗ 1 wrong"""
    told = [_counted(verdict, counts[verdict]) for verdict in ORDER if counts.get(verdict)]
    return listing(told, last="{first}, {last}")


def _counted(verdict: Judged, count: int) -> Inlines:
    if verdict is Judged.NONE:
        return counted_words("{count} without an answer", "{count} without an answer", count)
    return told_verdict(VERDICTS[verdict], count)


def worked_out(sheet: Sheet, blank: Blank) -> Relation:
    """A number worked out, in the decimals that it is asked with."""
    decimals = min(max(sheet.decimals, blank.decimals), MOST_DECIMALS)
    page = Page(sheet.trace, Selection(style=NumberStyle(decimals)), (sheet.query,))
    return derivation(page, blank.stage, blank.index)


def points(number: float) -> str:
    """Points with the decimals that they take, two at most, as the language writes them."""
    return numeral(f"{number:.2f}".rstrip("0").rstrip("."))


def percent(share: float) -> str:
    """A share in whole percent; of what is neither none nor all, neither 0 nor 100."""
    whole = round(share * 100)
    if 0 < share < 1:
        whole = min(max(whole, 1), 99)
    return text("{number}%", number=whole)


def mistake_told(what: str) -> str:
    """A mistake in the language in force, made just now or read from a file."""
    return retold(what) if isinstance(what, Sentence) else own(what)
