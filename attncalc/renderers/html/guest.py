"""The style of a fragment: a guest in a page whose own style would have it otherwise.

Notebooks and sites give every table stripes, a font and a colour of their own, for a background of
theirs: in a dark notebook, white on white. A fragment's rules outrank these.
"""

from __future__ import annotations

from attncalc.renderers.html.style import style_sheet

_RANK = "div.attncalc.attncalc"
"""The same elements, before rules that name one class and a state or a place.

Only the fragment's own: Pandoc gives the code block that asks for it the class attncalc, too.
"""

_UNDONE = f"""\
{_RANK} header {{ margin: 0; padding: 0; text-align: left; }}
{_RANK} table {{ color: inherit; font-size: inherit; display: table; table-layout: auto;
  width: auto; }}
{_RANK} :is(thead, tbody, tr):nth-child(n) {{ background: none; border: 0; margin: 0; }}
{_RANK} :is(th, td) {{ border: 0; }}
{_RANK} svg {{ height: auto; max-width: 100%; }}
"""


def guest_style_sheet() -> str:
    """The style sheet, outranking that of the page around it."""
    return _UNDONE + style_sheet().replace(".attncalc", _RANK)
