"""A sheet and its key are one page, drawn twice; nothing on the sheet gives an answer away."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass, replace
from decimal import Decimal
from functools import cache, partial
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pypdf import PdfReader

from attncalc import explain, load, load_all
from attncalc.document.document import Blank, Document, Room
from attncalc.document.numerals import round_to
from attncalc.errors import InputError
from attncalc.formats import PageFormat
from attncalc.handouts import Layout, checking, rendered
from attncalc.names import GRADIENTS
from attncalc.renderers.typst.pdf import PdfRenderer
from attncalc.sheet import Sheet
from attncalc.walkthrough.sections.order import EXPLANATIONS
from attncalc.walkthrough.sources import PAST
from attncalc.walkthrough.worksheet import answerable, worksheet
from tests.conftest import SAMPLES
from tests.test_sentences import in_foreign
from tests.worksheet.examples import TEA, of_sample
from tests.worksheet.plain import plain

GOLDEN = Path(__file__).parent / "golden"
PAGES = sorted(SAMPLES.glob("*.yaml"))

SOURCES: tuple[PageFormat, ...] = ("text", "md", "tex", "typ", "html")
"""Formats whose source is text; pictures and PDF are made of typ."""

NOT_ASKED = {"X", "X_key", "positions", "concatenated", PAST}
"""What is given, or put together of others."""

LEVELS = 3

_NUMBER = re.compile(r"\d+[.,]\d+")


def made(path: Path) -> list[Sheet]:
    """A sample's sheets, of every level."""
    traces = [explain(problem) for problem in load_all(path)]
    return [plain(trace, level) for trace in traces for level in range(1, 1 + LEVELS)]


sheets = cache(made)
"""The same, once for the tests that are not followed."""


def nodes(part: Any) -> Iterator[Blank | Room]:
    """The places of a document, in order."""
    if isinstance(part, Blank | Room):
        yield part
    if isinstance(part, tuple):
        for each in part:
            yield from nodes(each)
    elif is_dataclass(part) and not isinstance(part, type):
        for field in fields(part):
            yield from nodes(getattr(part, field.name))


def blanks(document: Document) -> list[Blank]:
    return [each for each in nodes(document) if isinstance(each, Blank)]


def emptied(part: Any) -> Any:
    """The same with its places empty."""
    if isinstance(part, Blank):
        return replace(part, answer=None)
    if isinstance(part, tuple):
        return tuple(map(emptied, part))
    if is_dataclass(part) and not isinstance(part, type):
        return replace(part, **{f.name: emptied(getattr(part, f.name)) for f in fields(part)})
    return part


def significant(text: str) -> int:
    return len(text.replace(".", "").replace("-", "").lstrip("0"))


@cache
def secrets(sheet: Sheet) -> set[str]:
    """The answers that nobody would find by accident, and that no number which may be shown is."""
    trace = sheet.trace
    values = [
        value
        for stage in trace.stages
        for index, value in np.ndenumerate(trace[stage])
        if not sheet.gives_away(stage, index)
    ]
    values += [] if trace.bias is None else [*trace.bias.values.flat]
    shown = {
        f"{round_to(abs(Decimal(value)), decimals, 'half-up'):f}"
        for value in values
        for decimals in (2, 3, 4)
        if np.isfinite(float(value))
    }
    answers = {blank.answer.lstrip("-") for blank in sheet.blanks if significant(blank.answer) > 2}
    return answers - shown


@cache
def written(sheet: Sheet, *, filled: bool) -> Document:
    """The page of a sheet."""
    return worksheet(sheet, filled=filled)


@pytest.mark.no_cover
@pytest.mark.in_turn
@pytest.mark.parametrize("kind", SOURCES)
@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_no_answer_is_on_a_sheet(path: Path, kind: PageFormat, exhaustive: bool) -> None:
    """As text at every level; in formats that are made of the same nodes at a level in turn."""
    turn = (PAGES.index(path) + SOURCES.index(kind)) % LEVELS
    every = exhaustive or kind == "text"
    for sheet in sheets(path) if every else sheets(path)[turn::LEVELS]:
        page = (
            checking(answerable(sheet)).content
            if kind == "html"
            else rendered(kind, [written(sheet, filled=False)], Layout()).content
        )
        assert isinstance(page, str)
        if kind == "html":
            page = page.partition("</style>\n</head>")[2].partition("<script")[0]
        found = {number.replace(",", ".") for number in _NUMBER.findall(page)}
        typed = {*_NUMBER.findall(path.read_text())}
        assert found & (secrets(sheet) - typed) == set()


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_the_key_is_the_sheet_with_its_answers(path: Path) -> None:
    for sheet in made(path):
        empty, filled = (worksheet(sheet, filled=each) for each in (False, True))
        asked = {blank.id: blank.answer for blank in sheet.blanks}
        assert [blank.id for blank in blanks(empty)] == [blank.id for blank in blanks(filled)]
        assert {blank.id for blank in blanks(empty)} == asked.keys()
        assert {blank.answer for blank in blanks(empty)} == {None}
        for blank in blanks(filled):
            assert blank.answer is not None
            assert blank.answer.digits == asked[blank.id]


def test_every_answer_would_be_seen() -> None:
    """The same search finds what the key shows."""
    sheet = plain(explain(load(SAMPLES / "causal.yaml")))
    page = rendered("text", [worksheet(sheet, filled=True)], Layout()).content
    assert isinstance(page, str)
    assert {*_NUMBER.findall(page)} >= secrets(sheet) >= {"4.0562"}


def _pdf(document: Document) -> PdfReader:
    return PdfReader(BytesIO(PdfRenderer(system_fonts=False).render_pdf(document)))


@pytest.mark.no_cover
@pytest.mark.parametrize(("name", "level"), [("animal", 2), ("multi-head", 1), ("cat", 3)])
def test_no_answer_is_in_a_pdf(name: str, level: int) -> None:
    """Nor in what it says of itself."""
    sheet = plain(explain(load(SAMPLES / f"{name}.yaml")), level)
    pdf = _pdf(worksheet(sheet, filled=False))
    text = " ".join([*(page.extract_text() for page in pdf.pages), str(pdf.metadata)])
    typed = {*_NUMBER.findall((SAMPLES / f"{name}.yaml").read_text())}
    assert {*_NUMBER.findall(text)} & (secrets(sheet) - typed) == set()
    key = _pdf(worksheet(sheet, filled=True))
    text = " ".join(page.extract_text() for page in key.pages)
    assert {*_NUMBER.findall(text)} >= secrets(sheet)


def test_every_stage_that_is_worked_out_has_a_task() -> None:
    without = {
        stage for each in EXPLANATIONS for stage, told in each.told.items() if told.task is None
    }
    assert without == NOT_ASKED | {*GRADIENTS}


@pytest.mark.no_cover
@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_nothing_is_left_in_english(path: Path) -> None:
    for sheet in sheets(path):
        for filled in (False, True):
            in_foreign(partial(worksheet, sheet, filled=filled), sheet.trace.problem)


def text_of(sheet: Sheet, *, filled: bool = False) -> str:
    page = rendered("text", [worksheet(sheet, filled=filled)], Layout(width=100)).content
    assert isinstance(page, str)
    return page


@pytest.mark.parametrize("filled", [False, True])
def test_the_whole_page(filled: bool, golden: Callable[[Path, str], None]) -> None:
    name = "key" if filled else "sheet"
    golden(GOLDEN / f"{name}-causal.txt", text_of(of_sample("causal"), filled=filled))


@pytest.mark.parametrize("title", ["Weights 0.2840", "7 words"])
def test_a_title_that_may_tell_a_number_is_left_out(title: str) -> None:
    """And so are source and notes, whatever they say."""
    told = {"source": "the output is 0.2840", "notes": "the output is 0.2840"}
    page = text_of(plain(explain(load({**TEA, "title": title, **told}))))
    assert page.startswith("Attention, step by step\n")
    assert "0.2840" not in page
    assert text_of(plain(explain(load(TEA)))).startswith("I drink tea\n")


def test_gradients_are_not_asked_for() -> None:
    """A sheet is about the way there, whatever is given for the way back; it says so if asked."""
    trace = explain(load(SAMPLES / "backward.yaml"))
    assert {"d_output", "d_Q"} <= trace.stages.keys()
    for level in range(1, 1 + LEVELS):
        assert not {*plain(trace, level).stages} & {*GRADIENTS}
    with pytest.raises(InputError, match="no stage “d_Q” to be blanked; expected one of Q, K"):
        plain(trace, blank="d_Q")


def test_weights_alone_are_made_of_scores_that_are_shown() -> None:
    page = text_of(plain(explain(load(TEA)), blank="weights"))
    assert "Compute the attention weights of “tea”: the softmax of its scores." in page
    assert "Given: scaled scores" in page
    assert "1.4142   0.7071   2.1213" in page
    assert "Exponentials" not in page


def test_an_output_alone_is_made_of_weights_that_are_shown() -> None:
    page = text_of(plain(explain(load(TEA)), blank="output"))
    assert "Given: attention weights" in page
    assert "Compute the output of “tea”: each value times its weight, added up." in page


def test_single_numbers_are_named_by_their_tokens() -> None:
    page = text_of(plain(explain(load(TEA)), blank="weights[I],weights[tea,I],output[drink,1]"))
    assert "Compute the attention weights of “I” and “tea”: the softmax of its scores." in page
    assert "Compute the output of “drink”, entry 1" in page


def test_a_matrix_comes_with_its_bias() -> None:
    fields = {"tokens": ["a", "b"], "X": [["1", "2"], ["3", "1"]], "b_Q": [["0.5", "1.5"]][0]}
    matrices = {name: [["1", "0"], ["1", "2"]] for name in ("W_Q", "W_K", "W_V")}
    page = text_of(plain(explain(load({**fields, **matrices})), 3))
    assert "Compute the query of every token: the embedding times W_Q." in page
    assert "b_Q = [0.5, 1.5]" in page


def test_what_is_cached_is_given() -> None:
    """Nobody can work out a key that is in the cache."""
    sheet = plain(explain(load(SAMPLES / "llama-step.yaml")), 3)
    past = sheet.trace.problem.past_length
    assert past
    keys = [blank.index for blank in sheet.blanks if blank.stage in ("K", "V", "K_rotated")]
    assert keys
    assert min(index[-2] for index in keys) == past


def test_a_given_gate_is_on_the_sheet() -> None:
    """What lets the results through is needed, and is no stage."""
    given = {name: [["1", "0"], ["1", "2"]] for name in "QKV"}
    fields = {"tokens": ["a", "b"], **given, "attention": {"gate": [["1", "2"], ["0", "1.5"]]}}
    page = text_of(plain(explain(load(fields))))
    assert "Multiply each entry of the result of “b” by its gate" in page
    assert "[0, 1.5]" in page
