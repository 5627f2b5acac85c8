"""Languages: every sentence is a template that each of them has, and every page is in one."""

from __future__ import annotations

import ast
import pickle
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from string import Formatter
from typing import get_args

import pytest

from attncalc import explain, handout, load
from attncalc.document.document import (
    Column,
    Document,
    Heading,
    Paragraph,
    Row,
    Section,
    Table,
    Token,
    Words,
)
from attncalc.document.expressions import Number
from attncalc.document.numerals import percentage
from attncalc.document.wording import counted_words, listing, sentences, words
from attncalc.errors import InputError
from attncalc.formats import PageFormat
from attncalc.handouts import Layout, rendered
from attncalc.language import (
    Digits,
    Sentence,
    Speech,
    Tongue,
    counted,
    in_tongue,
    listed,
    numeral,
    retold,
    separator,
    speaking,
    text,
)
from attncalc.languages import de
from attncalc.names import NAMES
from attncalc.renderers.terminal.page import TerminalRenderer
from tests import samples
from tests.conftest import ROOT, SAMPLES, Attncalc

SAYING = {
    **dict.fromkeys(("text", "template", "said", "words", "own", "Sentence", "always"), 1),
    **dict.fromkeys(("Misconception", "MistakenGradient", "Alteration"), 1),
    **dict.fromkeys(("counted", "counted_words"), 2),
}
"""What says a sentence, and how many templates it takes."""

JOINING = {"listing", "listed"}


def whole(told: ast.expr) -> Iterator[str]:
    """The templates that an argument may be: one, or either of two."""
    if isinstance(told, ast.IfExp):
        yield from whole(told.body)
        yield from whole(told.orelse)
    elif isinstance(told, ast.Constant) and isinstance(told.value, str):
        yield told.value


def templates() -> Iterator[tuple[str, str]]:
    """Every sentence there is, and where it is said; what stages are called is said too."""
    for path in sorted((ROOT / "attncalc").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            told: list[ast.expr] = []
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                told = node.args[: SAYING.get(node.func.id, 0)]
                if node.func.id in JOINING:
                    told = [*node.args[1:], *(each.value for each in node.keywords)]
            elif isinstance(node, ast.FunctionDef) and node.name in JOINING:
                told = [*node.args.defaults, *filter(None, node.args.kw_defaults)]
            for argument in told:
                for template in whole(argument):
                    yield template, f"{path.relative_to(ROOT)}:{argument.lineno}"
    for stage in NAMES.values():
        yield stage.called, "attncalc/names.py"


@cache
def said() -> dict[str, str]:
    """The same, each with one place."""
    return dict(templates())


def slots(template: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(template) if name is not None}


def margins(template: str) -> tuple[bool, bool]:
    return template.startswith(" "), template.endswith(" ")


ALIKE = frozenset(
    {
        "1 × {columns}",
        "A",
        "ALiBi",
        "B",
        "Bias",
        "Cache",
        "Gate",
        "NaN",
        "Scores",
        "Softmax",
        "float16",
        "float32",
        "in ulp",
        "sin, cos",
        "tanh",
        "{a} / {b}",
        "{first} · {last}",
        "{first} · {then}",
        "{first} → {last}",
        "{first} → {then}",
        "{first}, {last}",
        "{first}, {then}",
        "{first}; {last}",
        "{first}; {then}",
        "{head}: {step}",
        "{key} ({share})",
        "{label}: {number}",
        "{label}: {verdict}",
        "{letter} {number}",
        "{letter}: {mistake}",
        "{matrix} {size}",
        "{note}.",
        "{numbers}: {verdicts}",
        "{option} (A: {a}, B: {b})",
        "{part}",
        "{query}: {one} ({left}), {other} ({right})",
        "{query}: {stage}",
        "{rows} × {columns}",
        "{side}: {file}, {kind}",
        "{side}: {kind}",
        "{side}: {warning}",
        "{stage}",
        "{vector}: {entry}",
        "{verdict}: {mistake}",
        "–",
        "…",
        "−∞",
        "∞",
    }
)
"""Words that German has too, and templates without words."""


def test_german_has_every_sentence() -> None:
    """Where one is new, or said otherwise, it belongs into languages/de.py."""
    assert {each: at for each, at in said().items() if each not in de.SENTENCES} == {}


def test_german_has_no_sentence_that_nobody_says() -> None:
    assert de.SENTENCES.keys() - said().keys() == set()


def test_german_sentences_have_the_slots_of_the_english_ones() -> None:
    assert [each for each, own in de.SENTENCES.items() if slots(each) != slots(own)] == []


def test_german_sentences_stand_as_the_english_ones_do() -> None:
    """With a blank before or behind them where those have one."""
    odd = [each for each, own in de.SENTENCES.items() if margins(each) != margins(own)]
    assert odd == []


def test_german_sentences_are_german() -> None:
    assert {each for each, own in de.SENTENCES.items() if each == own} == ALIKE


class Heard(dict[str, str]):
    """German that remembers what it lacks."""

    def __init__(self) -> None:
        super().__init__(de.SENTENCES)
        self.lacking: set[str] = set()

    def get(self, template: str, _default: object = None) -> str:
        if template not in self:
            self.lacking.add(template)
        return super().get(template, template)


@pytest.mark.no_cover
@pytest.mark.parametrize("path", sorted(SAMPLES.glob("*.yaml")), ids=lambda path: path.stem)
def test_german_pages(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is said on them that the source does not show as a template."""
    heard = Heard()
    monkeypatch.setattr(de, "SENTENCES", heard)
    for trace in samples.traces(path):
        page = handout(trace, lang="de", detail="lesson").text()
        assert "Gerundet wird nur beim Anzeigen" in page
    assert heard.lacking == set()


def test_a_sentence_is_whole() -> None:
    tongue = Tongue({"{query} attends to {key}.": "Auf {key} achtet {query}."}, comma=True)
    with in_tongue(tongue):
        said = words("{query} attends to {key}.", query=Token("it"), key=Token("cat"))
        assert said == (Words("Auf "), Token("cat"), Words(" achtet "), Token("it"), Words("."))
        assert text("{query} attends to {key}.", query="a", key="b") == "Auf b achtet a."
        assert numeral("0.5") == "0,5"
        assert separator() == "; "
    assert text("{query} attends to {key}.", query="{a}", key="b") == "{a} attends to b."
    assert (numeral("0.5"), separator()) == ("0.5", ", ")


def test_words_of_slots_are_one_with_those_around_them() -> None:
    assert words("{count} of {all}", count=3, all=("8",)[0]) == (Words("3 of 8"),)
    assert words("{a}{b}", a=(), b=Number("1")) == (Number("1"),)
    assert sentences((), words("One."), (), words("Two.")) == (Words("One. Two."),)


def test_counting_and_listing() -> None:
    assert counted("{count} key", "{count} keys", 1) == "1 key"
    assert counted_words("{count} key", "{count} keys", 2) == (Words("2 keys"),)
    assert listed(["a"]) == "a"
    assert listed(["a", "b", "c"]) == "a, b and c"
    parts = [words("a"), words("b"), words("c")]
    assert listing(parts) == (Words("a, b and c"),)
    assert listing(parts[:1]) == (Words("a"),)


def test_what_is_said_is_english_again_afterwards() -> None:
    with speaking(Speech("de")):
        assert numeral("0.5") == "0,5"
        with speaking(Speech("de", "point")):
            assert numeral("0.5") == "0.5"
        assert numeral("0.5") == "0,5"
    assert numeral("0.5") == "0.5"


NUMBERS = {
    "text": r".+",
    "md": r".+",
    "html": r"(?<=<mn>)[^<]*",
    "tex": r"\$[^$]*\$",
    "typ": r"m\([^)]*\)",
}
"""Where numbers stand on a page, and no lengths of lines."""


@pytest.mark.parametrize("kind", get_args(PageFormat))
def test_a_decimal_comma_is_one_on_every_page(kind: PageFormat) -> None:
    """No number keeps its point, and no list of numbers is parted by commas."""
    if kind not in NUMBERS:
        pytest.skip("made from Typst, or the same as Markdown")
    page = handout(explain(load(SAMPLES / "animal.yaml")), decimal="comma", hide=["words", "graph"])
    with speaking(page.speech):
        whole = rendered(kind, [page.document], Layout()).content
    assert isinstance(whole, str)
    numbers = re.findall(NUMBERS[kind], whole[whole.index("0,") :])
    assert len(numbers) > 50
    assert [each for each in numbers if re.search(r"\d\.\d|\d(\{,\}|,)\d,", each)] == []


QUOTED = {
    "text": "„it“",
    "md": "„**it**“",
    "html": "„<strong><bdi>it</bdi></strong>“",
    "tex": r",,\textbf{it}``",
    "typ": '#let quotes = ("„", "“")',
}
PER_CENT = {"tex": r"26,9~\%"}


@pytest.mark.parametrize("kind", QUOTED)
def test_tokens_are_quoted_as_the_language_does(kind: PageFormat) -> None:
    """German marks on every German page, and none of the English ones; a blank that holds too."""
    problem = load({"tokens": ["it", "so"], "scores": [["0", "1"]] * 2, "V": [["1"], ["2"]]})
    page = handout(explain(problem), lang="de")
    with speaking(page.speech):
        whole = rendered(kind, [page.document], Layout()).content
    assert isinstance(whole, str)
    assert QUOTED[kind] in whole
    assert PER_CENT.get(kind, "26,9\N{NO-BREAK SPACE}%") in whole
    assert "”" not in whole
    assert "00A0" not in whole


@pytest.mark.parametrize("width", range(40, 80))
def test_a_blank_that_holds_is_not_where_a_line_ends(width: int) -> None:
    """A share and its sign stay on one line, however wide the page, and in a cell of a table."""
    with speaking(Speech("de")):
        said = words("Der Anteil ist {share}, und das ist {share}", share=percentage(0.172))
        column = Column((Words("Anteil"),), wraps=True)
        table = Table((Column((Words("x"),)), column), (Row(((Words("a" * 9),), said)),))
        title = Section(Heading(None, (Words("x"),)), (Paragraph(said * 3), table))
        page = TerminalRenderer(width).render(Document(title, ()))
    assert page.count("17,2\N{NO-BREAK SPACE}%") == 8


def test_the_command_line_takes_a_decimal_mark(attncalc: Attncalc) -> None:
    done = attncalc("explain", SAMPLES / "animal.yaml", "--decimal", "comma")
    assert "0,6×0,2 + 0,5×0,1 + 0,4×0,0 = 0,12 + 0,05 + 0,00" in done.out
    assert "[0,1; 0,2; 0,3]" in done.out
    again = attncalc("explain", SAMPLES / "animal.yaml")
    assert "0,6" not in again.out


@pytest.mark.parametrize("detail", ["brief", "standard", "lesson"])
def test_details(attncalc: Attncalc, detail: str) -> None:
    out = attncalc("explain", SAMPLES / "animal.yaml", "--detail", detail).out
    assert ("All queries" in out) == (detail != "brief")
    assert ("In words" in out) == (detail != "brief")
    assert "Rounded only where shown" in out


def test_what_is_hidden_is_not_counted(attncalc: Attncalc) -> None:
    out = attncalc("explain", SAMPLES / "animal.yaml", "--hide", "given, words").out
    assert "What is given" not in out
    assert " 1   Scores" in out
    refused = attncalc("explain", SAMPLES / "animal.yaml", "--hide", "given,grahp")
    assert (refused.code, refused.out) == (2, "")
    assert refused.err == (
        "--hide: “grahp”; expected some of all-queries, graph, words, given\n"
        "  hint: did you mean graph?\n"
    )


def test_a_handout_hides_what_it_is_told_to() -> None:
    trace = explain(load(SAMPLES / "animal.yaml"))
    assert "Directed" not in handout(trace, hide="graph", detail="brief").markdown()
    assert "```mermaid" not in handout(trace, hide="graph").markdown()
    with pytest.raises(InputError, match="expected one of all-queries, graph, words, given"):
        handout(trace, hide=["lesson"])


def test_what_was_found_is_english_until_a_page_says_it() -> None:
    inner = Sentence("in head {head}", head=2)
    found = Sentence("{part}: {number}", part=inner, number=Digits("0.5"))
    assert found == "in head 2: 0.5"
    tongue = Tongue({"in head {head}": "in Kopf {head}"}, comma=True)
    with in_tongue(tongue):
        assert retold(found) == "in Kopf 2: 0,5"
        assert retold("0.5") == "0.5"
        assert retold(pickle.loads(pickle.dumps(found))) == "in Kopf 2: 0,5"
    assert retold(found) == found


@pytest.mark.parametrize("sample", ["tennis", "overview"])
def test_a_section_of_which_nothing_is_left_is_no_section(sample: str) -> None:
    page = handout(explain(load(SAMPLES / f"{sample}.yaml")), detail="brief")
    assert all(section.blocks for section in page.document.sections)
    numbers = [section.heading.number for section in page.document.sections]
    assert numbers == [*range(1, len(numbers) + 1)]
