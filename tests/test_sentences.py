"""What a page says is said in sentences that other languages have: nothing is left in English."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import fields, is_dataclass, replace
from functools import partial
from pathlib import Path
from string import Formatter

import pytest

from attncalc import check, compare, explain, load_all
from attncalc.comparison import ComparisonError, Origin
from attncalc.document.document import Code, Token
from attncalc.document.expressions import Apply, Name, Number, SumOver, Symbol
from attncalc.language import Tongue, in_tongue
from attncalc.languages.de import SENTENCES
from attncalc.names import COST
from attncalc.problem.problem import Problem
from attncalc.selection import Selection
from attncalc.steps.trace import Trace
from attncalc.walkthrough import write_walkthrough
from attncalc.walkthrough.checked import write_report
from attncalc.walkthrough.compared import write_comparison
from attncalc.walkthrough.exchange import exchange
from attncalc.walkthrough.lookup import write_lookup
from attncalc.walkthrough.pipeline import pipeline
from tests import samples
from tests.conftest import SAMPLES

OPTIONS = {"scale": "none", "mask": "causal"}
"""What is varied in comparisons."""

_WORD = re.compile(r"[A-Za-z]{2,}")

_TYPED = re.compile(rf"\b({'|'.join(OPTIONS)})\b(=\w+)?")
"""An option as it is typed."""

_NO_PROSE = (Code, Token, Name, Number, Symbol, Apply, SumOver)
"""What is typed, spelled as the file has it, or a formula."""

_NO_TEXTS = frozenset({"stages", "topic", "quantity", "quantities", "made_of", "kind"})
"""Fields that no page shows."""

_LETTERS = frozenset({"Concat", "LayerNorm", "MultiHead", "RMS", "sigmoid", "softmax", "tanh"})
"""Functions, where a formula stands in a drawing as text."""

PAGES = sorted(SAMPLES.glob("*.yaml"))

CHECKED = [path for path in sorted(SAMPLES.rglob("*.yaml")) if "claims:" in path.read_text()]


class Foreign(dict[str, str]):
    """A language that nobody reads: every letter of a sentence is another, its slots are kept."""

    def __init__(self) -> None:
        super().__init__()
        self.said: set[str] = set()

    def get(self, template: str, _default: object = None) -> str:
        self.said.add(template)
        return "".join(
            re.sub("[A-Za-z]", "ж", literal).replace("{", "{{").replace("}", "}}")
            + ("" if name is None else f"{{{name}}}")
            for literal, name, _, _ in Formatter().parse(template)
        )


def in_foreign(written: Callable[[], object], *problems: Problem) -> None:
    """Nothing of what is written is English, and German has every sentence of it."""
    foreign = Foreign()
    with in_tongue(Tongue(foreign, comma=True)):
        document = written()
    assert left_in_english(document, *problems) == []
    assert foreign.said - SENTENCES.keys() == set()


def texts(part: object) -> Iterator[str]:
    """Every text of a document that is no token, no formula, and nothing to be typed."""
    if isinstance(part, str):
        yield part
    elif isinstance(part, tuple):
        for each in part:
            yield from texts(each)
    elif is_dataclass(part) and not isinstance(part, (*_NO_PROSE, type)):
        for field in fields(part):
            if field.name not in _NO_TEXTS:
                yield from texts(getattr(part, field.name))


def given(problem: Problem) -> Iterator[str]:
    """What the file says itself, the longest first."""
    told = {problem.title, problem.source, problem.notes, *problem.tokens, *problem.key_tokens}
    told |= {name for names in problem.dimensions.values() for name in names}
    yield from sorted(filter(None, told), key=len, reverse=True)


def left_in_english(document: object, *problems: Problem) -> list[str]:
    """The texts of which some letters are in no sentence, in no file, and in no option."""
    found: dict[str, None] = {}
    for text in texts(document):
        rest = text
        for own in (each for problem in problems for each in given(problem)):
            rest = re.sub(rf"(?<!\w){re.escape(own)}(?!\w)", "", rest)
        if not _LETTERS.issuperset(_WORD.findall(_TYPED.sub("", rest))):
            found[text] = None
    return list(found)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_pages(path: Path) -> None:
    """The walkthrough with all that a lesson says, the costs, the lookup, and the drawings."""
    selection = Selection(detail="lesson", every_head=True)

    def written(trace: Trace) -> object:
        return (
            write_walkthrough(trace, selection),
            write_walkthrough(trace, replace(selection, stages=(COST,))),
            write_lookup(trace),
            pipeline(trace),
            exchange(trace),
        )

    for trace in samples.traces(path):
        in_foreign(partial(written, trace), trace.problem)


@pytest.mark.parametrize("path", CHECKED, ids=lambda path: path.stem)
def test_reports(path: Path) -> None:
    for problem in load_all(path):
        in_foreign(partial(write_report, check(problem)), problem)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_comparisons(path: Path) -> None:
    selection = Selection(detail="lesson")
    for option, value in OPTIONS.items():
        sides = Origin("a.yaml"), Origin("a.yaml", varied={option: value})
        for one, other in zip(load_all(path), load_all(path, {option: value}), strict=True):
            with suppress(ComparisonError):
                found = compare(explain(one), explain(other))
                in_foreign(partial(write_comparison, found, *sides, selection), one, other)
