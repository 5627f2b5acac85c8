"""The angles that a trace was turned by, or waves in a table of positions are of."""

from __future__ import annotations

from attncalc.document.numerals import Shown, shown
from attncalc.steps.angles import Angles
from attncalc.steps.trace import Trace
from attncalc.walkthrough.page import Page


def angles_of(trace: Trace, side: str = "") -> Angles | None:
    """The angles of the queries' positions, or of this step's keys; None where none turns."""
    found = [trace.by_products.get(f"{side}{name}") for name in ("angles", "cosines", "sines")]
    angle, cosine, sine = found
    if angle is None or cosine is None or sine is None:
        return None
    problem = trace.problem
    places = problem.key_places[problem.past_length :] if side else problem.query_places
    return Angles(places, angle.values, angle.exact, cosine.values, sine.values)


def angle_of(page: Page, angles: Angles, row: int, pair: int) -> Shown:
    """The angle of a pair of entries, of a row's token."""
    return shown([angles.angle[row, pair]], [bool(angles.exact[row, pair])], page.style)[0]
