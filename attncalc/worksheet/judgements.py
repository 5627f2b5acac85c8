"""What answers are, as pages say it."""

from __future__ import annotations

from collections.abc import Mapping

from attncalc.document.document import Inlines, Judgement, Standing, Words
from attncalc.document.wording import listing
from attncalc.language import Sentence, counted, numeral, own, retold, template, text
from attncalc.worksheet.judging import Judged

_STANDINGS = {
    Judged.RIGHT: Standing.RIGHT,
    Judged.FOLLOWS: Standing.CARRIED,
    Judged.SLIP: Standing.NEAR,
    Judged.WRONG: Standing.WRONG,
}

_CALLED = {
    Judged.RIGHT: template("correct"),
    Judged.FOLLOWS: template("follows"),
    Judged.SLIP: template("slip"),
    Judged.WRONG: template("wrong"),
    Judged.NONE: template("no answer"),
}

_COUNTED = {
    Judged.RIGHT: (template("{count} correct"), template("{count} correct")),
    Judged.FOLLOWS: (template("{count} follows"), template("{count} follow")),
    Judged.SLIP: (template("{count} slip"), template("{count} slips")),
    Judged.WRONG: (template("{count} wrong"), template("{count} wrong")),
    Judged.NONE: (template("{count} without an answer"), template("{count} without an answer")),
}

ORDER = (Judged.RIGHT, Judged.FOLLOWS, Judged.SLIP, Judged.WRONG, Judged.NONE)
"""In which they are told."""


def judgement(verdict: Judged) -> Inlines:
    """A verdict with its sign."""
    return _signed(verdict, text(_CALLED[verdict]))


def counted_judgements(counts: Mapping[Judged, int]) -> Inlines:
    """✓ 4 correct, ✗ 1 wrong"""
    told = [
        _signed(verdict, counted(*_COUNTED[verdict], counts[verdict]))
        for verdict in ORDER
        if counts.get(verdict)
    ]
    return listing(told, last="{first}, {last}")


def _signed(verdict: Judged, said: str) -> Inlines:
    standing = _STANDINGS.get(verdict)
    return (Words(said),) if standing is None else (Judgement(standing, said),)


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
