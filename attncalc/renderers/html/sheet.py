"""A page whose blanks are judged by its own script: one file, without a network.

What is right is in it, encoded so that nobody reads it by a glance at the source: that keeps no
secret from anybody who wants to know.
"""

from __future__ import annotations

import base64
import html
import json
from functools import cache
from typing import Any

from attncalc.document.checks import Check, Checked
from attncalc.language import numeral, own, text
from attncalc.renderers.html.files import html_file
from attncalc.renderers.html.page import body_html, whole_page
from attncalc.renderers.html.text import inlines_html


def sheet_html(checked: Checked) -> str:
    """The page as HTML."""
    body = f"{body_html(checked.document)}\n{_hints(checked)}"
    return whole_page(checked.document, _bar(checked), body, html_file("sheet.css"), script())


@cache
def script() -> str:
    """The script, as it stands between its tags."""
    return "\n" + html_file("judging.js") + html_file("sheet.js")


def encoded(checked: Checked) -> str:
    """What the script judges by: JSON, in base64."""
    data = {
        "name": checked.name,
        "half": checked.half,
        "order": checked.order,
        "blanks": [_blank(check) for check in checked.checks],
    }
    return base64.b64encode(json.dumps(data, allow_nan=False).encode()).decode()


def _blank(check: Check) -> dict[str, Any]:
    return {
        "id": check.blank.id,
        "answer": check.answer,
        "unit": check.unit,
        "points": check.points,
        "ways": check.ways,
        "mistakes": [{"what": each.what, "range": each.span} for each in check.mistakes],
        "carried": check.carried,
        "own": check.own,
        "siblings": check.siblings,
    }


def _bar(checked: Checked) -> str:
    """The controls, with the sentences that the script fills in; hidden until it runs."""
    said = {
        "checks": encoded(checked),
        "check": text("Check"),
        "hint": text("Hint"),
        "right": text("correct"),
        "follows": text("follows from the numbers before"),
        "slip": text("a slip in the last digits"),
        "wrong": text("wrong"),
        "none": text("no answer"),
        "number": text("no number"),
        "diagnosis": own("{verdict}: {mistake}"),
        "one": own("{label}: {verdict}"),
        "all": own("{points} of {all} points"),
        "own": own("{label}: {number}"),
        "yours": text("Typed so far:"),
        "sure": text("Clear all answers?"),
        "mark": numeral("."),
    }
    attributes = "".join(f' data-{name}="{html.escape(each)}"' for name, each in said.items())
    buttons = (text("Check all"), text("Start again"))
    return "\n".join(
        (
            f'<form class="sheet" aria-label="{html.escape(text("Answers"))}"{attributes} hidden>',
            *(f'<button type="button">{html.escape(each)}</button>' for each in buttons),
            '<p role="status"></p>',
            "</form>\n",
        )
    )


def _hints(checked: Checked) -> str:
    """A hint for each blank, which the script puts below its table when it is asked for."""
    return "\n".join(_hint(check) for check in checked.checks)


def _hint(check: Check) -> str:
    said = inlines_html(check.hint)
    return f'<p class="hint" id="hint-{check.blank.id}" hidden>{said}<span class="own"></span></p>'
