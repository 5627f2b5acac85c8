"""The page with a script: a bar of controls, step by step, for one query or another.

Without a script nothing of it is seen. The script itself is stepper.js; the page's policy
allows it, by its hash, and no other.
"""

from __future__ import annotations

import html
from collections.abc import Iterator
from functools import cache

from attncalc.document.document import Document, OfQuery, Token
from attncalc.language import own, text
from attncalc.renderers.html import files
from attncalc.renderers.inert import inert_token


@cache
def script() -> str:
    """The script, as it stands between its tags."""
    return "\n" + files.html_file("stepper.js")


@cache
def style() -> str:
    """How the bar looks, and what the script brings to light."""
    return files.html_file("stepper.css")


def policy() -> str:
    """What the page may load and run: its own style, its own script, and nothing else."""
    return files.policy(script())


def stepper_html(document: Document) -> str:
    """The bar of controls, as far as there is something to choose; hidden until the script runs."""
    controls = [*_steps(document), *_queries(document)]
    if not controls:
        return ""
    bar = f'<nav class="stepper" aria-label="{html.escape(text("Steps"))}" hidden>'
    return "\n".join((bar, *controls, "</nav>\n"))


def _steps(document: Document) -> Iterator[str]:
    numbered = [section for section in document.sections if section.heading.number is not None]
    if len(numbered) > 1:
        yield _button("aria-label", text("Previous step"), "←")
        yield _button("aria-label", text("Next step"), "→")
        yield _status()
        yield _button("aria-pressed", "false", html.escape(text("Step by step")))
        yield _button("aria-pressed", "false", html.escape(text("Row by row")))


def _button(name: str, value: str, shown: str) -> str:
    return f'<button type="button" {name}="{html.escape(value)}">{shown}</button>'


def _status() -> str:
    """Where one is: the script fills the sentences in."""
    told = {
        "all": own("{count} steps"),
        "counted": own("Step {number} of {count}: "),
    }
    sentences = "".join(f' data-{name}="{html.escape(each)}"' for name, each in told.items())
    return f'<p role="status"{sentences}></p>'


def _queries(document: Document) -> Iterator[str]:
    """A list of queries, where there are several; as written is where several were asked for."""
    parts = [
        part
        for section in document.sections
        for part in section.content
        if isinstance(part, OfQuery)
    ]
    tokens = {part.place: part.query for part in parts}
    asked = {part.place for part in parts if part.asked}
    if len(tokens) < 2:
        return
    yield f'<label>{html.escape(text("Query"))} <select autocomplete="off">'
    if len(asked) != 1:
        yield f'<option value="" selected>{html.escape(text("as written"))}</option>'
    for place, token in sorted(tokens.items()):
        yield _option(place, token, selected=asked == {place})
    yield "</select></label>"


def _option(place: int, token: Token, *, selected: bool) -> str:
    chosen = " selected" * selected
    spelled = html.escape(inert_token(token.text))
    return f'<option value="{place}" dir="auto"{chosen}>{spelled}</option>'
