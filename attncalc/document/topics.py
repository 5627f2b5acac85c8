"""What blocks of a page are about, by which they can be left out; known without the document."""

from __future__ import annotations

from typing import Literal, TypeAlias, get_args

Topic: TypeAlias = Literal[
    "given", "all-queries", "graph", "words", "measures", "lesson", "roles", "aside"
]
"""given: what is given. all-queries: a stage for all queries. graph: a drawing of what stands there
as numbers. words: what came out, in words. measures: how spread out weights are, and how far an
output is from its value. lesson: what a reader is taught beside this problem. roles: what queries,
keys and values are for, and how large everything is. aside: what a brief page does without, since
it stands elsewhere too, or is why something is done.
"""

Detail: TypeAlias = Literal["brief", "standard", "lesson"]

Hideable: TypeAlias = Literal["all-queries", "graph", "words", "given"]
"""What a reader may want to be left out by itself."""

HIDEABLE: tuple[Hideable, ...] = get_args(Hideable)

DETAILS: tuple[Detail, ...] = get_args(Detail)

HIDDEN: dict[Detail, frozenset[Topic]] = {
    "brief": frozenset({"all-queries", "graph", "words", "measures", "lesson", "roles", "aside"}),
    "standard": frozenset({"measures", "lesson"}),
    "lesson": frozenset(),
}
"""What each detail leaves out."""
