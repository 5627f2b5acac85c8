"""Documents with walkthroughs woven in: what is filled, what stays, what cannot break out."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

import attncalc
from attncalc.errors import InputErrors
from attncalc.weaving import weave
from attncalc.weaving.content import fenced, html_block
from attncalc.weaving.options import FORMATS
from attncalc.weaving.passages import BEGIN, END, find
from attncalc.weaving.pieces import lines_of
from tests.renderers.hostile import HOSTILE

CAT = "```attncalc\nfile=sample:cat stages=weights\n```\n"
SHORT = "```attncalc format=json\n{weights: [[1]]}\n```\n"
COMMENT = f"<!-- attncalc file=sample:cat format=mermaid -->\n{END}\n"
PROBLEM = """\
tokens: [a, b]
Q: [[1, 0], [0, 1]]
K: [[1, 0], [0, 1]]
"""


def filled(document: str, file: str = "handout.md") -> str:
    """The document woven; once more changes nothing."""
    once = weave(document, file).text
    assert weave(once, file).text == once
    return once


def inside(document: str) -> str:
    """What stands between the first marks."""
    opening = document.index(BEGIN) + len(BEGIN) if BEGIN in document else document.index("-->") + 3
    return document[opening : document.index(END, opening)]


def tokens_of(document: str) -> list[Token]:
    """The document's blocks, as a Markdown reader has them."""
    return MarkdownIt("commonmark").enable("table").parse(document)


def test_block() -> None:
    """Below a block stands what it asks for, between two marks, with blank lines around it."""
    woven = filled(f"# Cats\n\n{CAT}\nAnd so on.\n")
    assert woven.startswith(f"# Cats\n\n{CAT}\n{BEGIN}\n\n## Attention weights (softmax)\n\n")
    assert woven.endswith(f"\n\n{END}\n\nAnd so on.\n")
    assert "| sat | $e^{1.0} \\approx 2.7183$ |" in woven


def test_comment() -> None:
    """A comment asks without being seen; it needs its end from the beginning."""
    woven = filled(f"Look:\n\n{COMMENT}")
    begin, _, rest = woven.partition("-->\n")
    assert begin == "Look:\n\n<!-- attncalc file=sample:cat format=mermaid "
    assert rest.startswith("\n```mermaid\nflowchart")
    assert rest.endswith(f"```\n\n{END}\n")


@pytest.mark.parametrize("opening", ["<!-- ", "<!--", " <!--\n", "<!--\n \n\t"])
def test_problem_in_a_comment(opening: str) -> None:
    """A comment may hold a problem, too, and begin above its first words."""
    woven = filled(f"{opening}attncalc format=json\n{PROBLEM}-->\n{END}\n")
    assert json.loads(inside(woven).split("\n")[3])["tokens"] == ["a", "b"]


def test_what_was_woven_is_replaced() -> None:
    """Whatever stands between the marks, and whatever asks for it now, goes by the block."""
    old = filled(CAT)
    edited = old.replace("Attention weights", "Mine").replace("stages=weights", "format=mermaid")
    assert filled(edited) == filled(CAT.replace("stages=weights", "format=mermaid"))


@pytest.mark.parametrize(
    "opening",
    [
        "```attncalc file=sample:cat format=json",
        "``` attncalc  file=sample:cat\tformat=json ",
        "   ~~~~~attncalc format='json' file=sample:cat",
        '```{.attncalc format="json" file=sample:cat}',
        "``````  {#weights .wide .attncalc file='sample:cat' format=json}",
    ],
)
def test_ways_to_open(opening: str) -> None:
    """Fences of either kind, of any length, a little indented, with or without braces."""
    fence = re.match(r" *([`~]+)", opening)
    assert fence is not None
    woven = filled(f"{opening}\n{fence[1]}\n")
    assert json.loads(inside(woven).split("\n")[3])["tokens"] == ["Cat"]


@pytest.mark.parametrize(
    "document",
    [
        f"````markdown\n{CAT}````\n",
        "    ```attncalc\n    file=sample:cat\n    ```\n",
        f"<!--\n{CAT}-->\n",
        f"<!-- see:\n<!-- attncalc file=sample:cat -->\n\n{END.replace('attncalc', 'x')}\n",
        f"<pre>\n{COMMENT}</pre>\n",
        "```attncalculator\nx\n```\n<!-- attncalc-like -->\n",
        "```{.python .x}\n```\n`` ```attncalc ``\n",
        "- ```python\n  ```\n",
        f"~~~\n{CAT}~~~\n````\n{CAT}````\n",
        "<div>\n```attncalc-like\n```\n</div>\n```{attncalc-like}\n```\n",
        "Text <!-- attncalc file=nothing --> in a line.\n",
        "---\ntitle: |\n  ```attncalc\n---\n\nText.\n",
        "\ufeff---\nx: 1\n...\n",
        "---\nno head\n",
        "```python\nnever closed\n",
        "",
        "\ufeff",
    ],
)
def test_not_touched(document: str) -> None:
    """What is quoted, commented out, indented code, or only looks alike stays as it is."""
    assert weave(document).text == document


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("last", [True, False])
@pytest.mark.parametrize("document", [f"\ufeff\tText  \n\n\f\x00\u2028\n{CAT}", COMMENT, SHORT])
def test_bytes_stay(document: str, last: bool, newline: str) -> None:
    """Line ends, a byte order mark, trailing blanks and a missing last newline are kept."""
    document = document.replace("\n", newline)
    document = document if last else document.removesuffix(newline)
    woven = filled(document)
    assert woven.startswith(document.partition(END)[0].removesuffix(newline))
    assert woven.endswith(END + (newline if last else ""))
    assert set(re.findall(r"\r\n|\r|\n", woven)) == {newline}


@pytest.mark.parametrize("before", ["", "\ufeff", "Text\n"])
def test_at_the_ends_of_a_document(before: str) -> None:
    """A block may be the first thing in a document, and the last, without a newline."""
    block = CAT.removesuffix("\n")
    woven = filled(before + block)
    assert woven.startswith(f"{before}{block}\n\n{BEGIN}\n\n## Attention ")
    assert woven.endswith(f"\n\n{END}")


def test_html_block() -> None:
    """HTML is one block of Markdown, whose text no reader takes for markup."""
    page = (
        "<style>\n.a_b { color: #111 }\n</style>\n\n<p title='_x_'>*a* &#x27; &amp; -- ...</p>\n \n"
    )
    assert html_block(page) == (
        "<style>\n.a_b { color: #111 }\n</style>\n"
        "<p title='_x_'>&#42;a&#42; &#x27; &amp; -&#45; .&#46;&#46;</p>"
    )


def test_table() -> None:
    """A body may be a table, too."""
    table = "Word\tQuery (Q)\tKey (K)\nI\t[1, 0]\t[1, 1]\ntea\t[1, 1]\t[1, 2]\n"
    assert "| I |" in filled(f"```attncalc stages=scores\n{table}```\n")


def test_options_in_the_body() -> None:
    """Options stand on the opening line, on lines of their own, or both; quoted as in a shell."""
    one = filled(
        "```attncalc file=sample:animal query=it query='#1' view=lookup format=text\n```\n"
    )
    other = filled(
        "```attncalc format=text\nfile='sample:'animal\n\n  query=it query=#1\nview=lookup\n```\n"
    )
    assert inside(one) == inside(other)
    assert "“The”" in one


def test_options_of_explain() -> None:
    """Precision, rounding, queries, heads and attention are chosen as at the command line."""
    text = inside(
        filled(f"```attncalc precision=2 mask=causal all-queries format=text\n{PROBLEM}```\n")
    )
    assert "causal mask" in text
    assert "≈ 0.33" in text
    assert "Query “b”" in text
    head = inside(
        filled("```attncalc file=sample:multi-head head=2 format=text stages=scores\n```")
    )
    assert "Scores, head 2" in head
    every = inside(filled("```attncalc\nfile=sample:multi-head\nall-heads full=true\n```"))
    assert "head 1" in every
    assert "head 2" in every
    for option, shown in (("head=2", 1), ("all-heads", 2)):
        woven = filled(f"```attncalc file=sample:multi-head {option} format=json\n```")
        assert len(json.loads(inside(woven).split("\n")[3])["stages"]["weights"]) == shown


def test_hidden() -> None:
    """What is hidden is left out, and nothing else."""
    whole, short = (
        inside(filled(f"```attncalc\nfile=sample:animal{hidden}\n```\n"))
        for hidden in ("", " hide=graph,words")
    )
    assert "```mermaid" in whole
    assert "In words" in whole
    assert "```mermaid" not in short
    assert "In words" not in short
    assert "Attention weights" in short


def test_graph() -> None:
    """A graph takes the options of graphs, and draws the first head unless told otherwise."""
    drawn = filled(
        "```attncalc\nfile=sample:animal format=mermaid stage=scores threshold=0.5 top=2\n```\n"
    )
    assert drawn.count('|"') == 2
    assert "(1.22)" in drawn
    one, other = (
        inside(filled(f"```attncalc\nfile=sample:multi-head format=mermaid{head}\n```\n"))
        for head in ("", " head=2")
    )
    assert one != other


def test_headings_fit() -> None:
    """Headings stand below the one they come under; several problems have titles between."""
    levels = re.findall(
        r"^(#+) ",
        filled(f"{CAT}\n# A\n\n{CAT}\n### B\n\n{CAT}\nC\n-\n\n{CAT}\n###### D\n\n{CAT}"),
        re.MULTILINE,
    )
    assert list(map(len, levels)) == [2, 1, 2, 3, 4, 3, 6, 6]
    both = f"title: One\n{PROBLEM}---\ntitle: Other\n{PROBLEM}"
    two = f"## Two\n\n```attncalc stages=scores\n{both}```\n"
    headings = re.findall(r"^#.*", filled(two), re.MULTILINE)
    assert headings == ["## Two", "### One", "#### Scores", "### Other", "#### Scores"]


@pytest.mark.parametrize("kind", FORMATS)
def test_several_problems(kind: str) -> None:
    """Every problem of a body is written, whatever the format."""
    one, two = (
        filled(f"```attncalc format={kind}\n{body}```\n")
        for body in (PROBLEM, f"{PROBLEM}---\n{PROBLEM.replace('a, b', 'c, d')}")
    )
    assert len(inside(two)) > 1.5 * len(inside(one))


def test_files_are_beside_the_document(tmp_path: Path) -> None:
    """A file is looked for where the document is."""
    (tmp_path / "mine.yaml").write_text(PROBLEM)
    document = "```attncalc\nfile=mine.yaml format=json\n```\n"
    assert '"tokens": ["a", "b"]' in weave(document, "x/handout.md", tmp_path).text
    assert weave(document, folder=str(tmp_path)) == weave(document, folder=tmp_path)


def test_claims() -> None:
    """Numbers claimed in a block are judged, by their lines in the document."""
    block = f"```attncalc format=json\n{PROBLEM}claims:\n  scores:\n  - [1, 0]\n  - [0, 2]\n```\n"
    judged = weave(f"# Claims\n\n  {block.replace(chr(10), chr(10) + '  ')}").judged
    told = [(claim.line, claim.sentence) for claim in judged if claim.finding.fails(strict=False)]
    assert len(judged) == 4
    assert told == [(10, "scores of “b” for “b”: 2 is claimed, 1 is computed")]
    assert weave("```attncalc format=json\nfile=sample:animal\n```\n").judged == ()


def document_of(tokens: tuple[str, ...], kind: str) -> str:
    """A document with a problem of hostile tokens, and a title made of them."""
    title = " ".join(tokens[:12])
    scores = [[0.5] * len(tokens)]
    problem = {"title": title, "tokens": ["q"], "key_tokens": tokens, "scores": scores}
    body = json.dumps(problem)
    return (
        f"# A\n\n``` {{.attncalc format={kind} full=true}}\n{body}\n```\n\n## After\n\n*the end*\n"
    )


@pytest.mark.parametrize("kind", FORMATS)
def test_hostile_tokens_stay_inside(kind: str) -> None:
    """No token ends a fence, a mark or a comment: the marks are there, and what is around them."""
    woven = filled(document_of(HOSTILE, kind))
    tokens = tokens_of(woven)
    marks = [token.content.strip() for token in tokens if "attncalc:" in token.content]
    comments = [one for one in marks if one.startswith("<!--")]
    assert comments == [BEGIN, END]
    headings = [token.tag for token in tokens if token.type == "heading_open"]
    assert headings[-1] == "h2"
    assert [token.content for token in tokens][-2] == "*the end*"
    if kind not in ("md", "html"):
        between = [t.type for t in tokens if t.level == 0 and t.type in ("fence", "html_block")]
        assert between == ["fence", "html_block", "fence", "html_block"]


@pytest.mark.parametrize("suffix", ["md", "qmd"])
@pytest.mark.parametrize("kind", FORMATS)
def test_hostile_tokens_in_pandoc(kind: str, suffix: str) -> None:
    """Pandoc, which is what Quarto reads with, finds no markup in them either."""
    if shutil.which("pandoc") is None:
        message = "NOT TESTED: pandoc is missing (apt-get install pandoc)"
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(message)
    woven = filled(document_of(HOSTILE, kind), f"handout.{suffix}")
    done = subprocess.run(
        ["pandoc", "--from", "markdown", "--to", "json"],
        input=woven,
        capture_output=True,
        text=True,
        check=True,
    )
    blocks = json.loads(done.stdout)["blocks"]
    assert [block["t"] for block in blocks[-2:]] == ["Header", "Para"]
    kinds = set(re.findall(r'"t": ?"(\w+)"', json.dumps(blocks[:-2])))
    assert not kinds & {"Link", "Image", "Emph", "Strikeout", "Note", "Cite", "Superscript"}
    raw = re.findall(r'"RawInline", "c": \["html", "(.*?)"\]', json.dumps(blocks))
    assert not [tag for tag in raw if re.match(r"<(script|img|svg/)", tag)]


@pytest.mark.parametrize("text", ["plain", "a ``` b", "`````", "~~~", "```\n````x"])
def test_fenced(text: str) -> None:
    """A fence is longer than any inside it."""
    (fence,) = tokens_of(fenced("text", text))
    assert fence.content == f"{text}\n"


LINES = st.sampled_from(
    [
        "```attncalc",
        "```attncalc format=json",
        "~~~ {.attncalc}",
        "```",
        "~~~",
        "````markdown",
        "{weights: [[1]]}",
        "file=sample:cat format=json",
        "<!-- attncalc file=sample:cat format=mermaid -->",
        "<!-- attncalc",
        "<!--",
        "attncalc file=sample:cat format=mermaid",
        "-->",
        BEGIN,
        END,
        "<!-- attncalc: to hear -->",
        "# A",
        "> ```attncalc",
        "- item",
        "1. 2) > ~~~ attncalc",
        "<div>",
        "    code",
        "\tTab",
        "---",
        "",
        "",
        "text",
    ]
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(st.tuples(LINES, st.sampled_from(["\n", "\r\n", "\r"])), max_size=14), st.booleans()
)
def test_any_document(lines: list[tuple[str, str]], ends: bool) -> None:
    """Whatever fences and marks stand around: refused with a place, or woven, and twice is once."""
    document = "".join(line + end for line, end in lines)
    document = document if ends else document.rstrip("\r\n")
    try:
        woven = weave(document, "d.md")
    except InputErrors as refused:
        for error in refused.errors:
            place = (error.line, error.column)
            assert None not in place
        return
    assert weave(woven.text, "d.md").text == woven.text
    old, new = outside(document), outside(woven.text)
    assert len(old) == len(new)
    assert all(
        after in (before, before + "\n", before + "\r\n", before + "\r")
        for before, after in zip(old, new, strict=True)
    )


def outside(document: str) -> list[str]:
    """What stands before, between and behind what is woven; before a new mark is a blank line."""
    lines, at, parts = lines_of(document), 0, []
    for passage in find(document, "d.md").passages:
        parts.append("".join(lines[at : passage.replaced.start]))
        at = passage.replaced.stop
    return [*parts, "".join(lines[at:])]


def test_in_python() -> None:
    """Weaving is a call in Python, too."""
    assert attncalc.weave is weave
