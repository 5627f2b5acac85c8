"""X and X_key: shown among what is given."""

from __future__ import annotations

from attncalc.steps import embed
from attncalc.walkthrough.sections.interface import (
    Drawn,
    Explanation,
    Told,
    always,
    given,
    untold,
)

EXPLANATION = Explanation(
    embed,
    told={
        "X": Told(given, Drawn(always("Input Embeddings"), untold)),
        "X_key": Told(given, Drawn(always("Embeddings of the Keys"), untold)),
    },
)
