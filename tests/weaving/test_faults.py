"""What is wrong with a document is told where it stands in it, all of it in one go."""

from __future__ import annotations

import time
from contextlib import suppress
from pathlib import Path

import pytest

from attncalc.errors import InputErrors
from attncalc.options import OPTIONS
from attncalc.weaving import weave
from attncalc.weaving.passages import BEGIN, END

NAMES = (
    "file, format, query, head, stages, view, precision, rounding, detail, hide, gradients, lang, "
    "decimal, all-queries, all-heads, full, backward, gradient-check, stage, threshold, top, "
    "batch, layout, map, "
    f"{', '.join(OPTIONS).replace('_', '-')}"
)


def faults(document: str, file: str = "d.md") -> str:
    """What is said of a document, errors and hints, a line each."""
    with pytest.raises(InputErrors) as failure:
        weave(document, file)
    return str(failure.value)


@pytest.mark.parametrize(
    ("document", "said"),
    [
        (
            "\n ~~~~ attncalc\n~~~",
            "d.md:2:2: this block is not closed; expected ~~~~ on a line of its own",
        ),
        (
            "```python\n\n```attncalc\nx\n",
            "d.md:1:1: this block is not closed, so that line 3 is a part of it",
        ),
        (
            "```python\n\n``` attncalc\nfile=x\n```\n",
            "d.md:1:1: this block is not closed before line 3, which begins another\n"
            "  hint: what is only to be shown needs a longer fence around it",
        ),
        (
            "```{attncalc}\n```\n\n- ~~~ { attncalc, echo=TRUE }\n  ~~~\n",
            "d.md:1:1: “{attncalc}” names a program to be run; expected {.attncalc}\n"
            "d.md:4:1: “{ attncalc, echo=TRUE }” names a program to be run; "
            "expected {.attncalc}",
        ),
        (
            "<!-- attncalc file=x\n\nand so on\n",
            "d.md:1:1: this comment is not closed; expected -->",
        ),
        (
            f"<!-- attncalc file=sample:cat --> and\n{END}",
            "d.md:1:1: text behind the comment; expected it on lines of its own\n"
            "d.md:2:1: something woven ends here that has not begun",
        ),
        (f"# A\n\n{END}\n", "d.md:3:1: something woven ends here that has not begun"),
        (
            f"```attncalc file=sample:cat\n```\nText\n\n{BEGIN}\n{END}\n",
            "d.md:5:1: this mark follows no attncalc block\n"
            "  hint: only blank lines may stand between a block and its mark",
        ),
        (
            f"```attncalc file=sample:cat\n```\n\n{BEGIN}\n\n## A\n\n"
            f"<!-- attncalc file=sample:cat -->\n\n{END}\n",
            "d.md:4:1: what is woven below this has no end before line 8; "
            "expected <!-- attncalc: to here -->\n"
            "  hint: write the mark below it, on a line of its own",
        ),
        (
            "<!-- attncalc file=sample:cat -->\n",
            "d.md:1:1: what is woven below this has no end; expected <!-- attncalc: to here -->\n"
            "  hint: write the mark below it, on a line of its own",
        ),
        (
            "<!-- attncalc: to hear -->",
            "d.md:1:1: an unknown mark “<!-- attncalc: to hear -->”; "
            "expected <!-- attncalc: to here -->\n"
            "  hint: did you mean <!-- attncalc: to here -->?",
        ),
        (
            "1. 2) - ```attncalc\n        ```\n\n> <!-- attncalc -->\n",
            "d.md:1:1: this stands inside a list or a quotation; expected it at the margin\n"
            "d.md:4:1: this stands inside a list or a quotation; expected it at the margin",
        ),
        (
            f"<div>\n<!-- attncalc file=sample:cat -->\n\n{END}\n",
            "d.md:1:1: a block or comment of attncalc in HTML; expected a blank line before it\n"
            "d.md:4:1: something woven ends here that has not begun",
        ),
        (
            "<div>\n```attncalc\nfile=sample:cat\n```\n</div>\n",
            "d.md:1:1: a block or comment of attncalc in HTML; expected a blank line before it",
        ),
    ],
)
def test_marks(document: str, said: str) -> None:
    """Fences that are not closed, marks that belong to nothing, blocks where none can stand."""
    assert faults(document) == said


@pytest.mark.parametrize(
    ("block", "said"),
    [
        (
            "```attncalc\n\n```",
            "1:1: nothing to weave; expected a problem, or file=…\n"
            "  hint: file=animal.yaml, or file=sample:animal for one that comes with attncalc",
        ),
        (
            "```attncalc file=x.yaml\n{weights: [[1]]}\n```",
            "1:13: file, and a problem below; expected one",
        ),
        (
            "```attncalc\nfile=sample:cat formt=md\n  wide\n```",
            f"2:17: there is no option “formt”; expected one of {NAMES}\n"
            "  hint: did you mean format?\n"
            f"d.md:3:3: there is no option “wide”; expected one of {NAMES}\n"
            "  hint: did you mean hide?",
        ),
        (
            "```attncalc file=sample:cat format=markdown view=step full=1 full precision=x\n```",
            "1:29: “format=markdown”; expected one of md, text, html, tex, mermaid, json\n"
            "d.md:1:45: “view=step”; expected one of steps, lookup\n"
            "  hint: did you mean steps?\n"
            "d.md:1:55: “full=1”; expected full, or full=true\n"
            "d.md:1:62: full is given twice; expected it once\n"
            "d.md:1:67: “precision=x”; expected 0 to 30",
        ),
        (
            "```attncalc\nfile=sample:cat query precision=31 head=0 stages= threshold=x\n```",
            "2:17: query without a value; expected query=…\n"
            "d.md:2:23: “precision=31”; expected 0 to 30\n"
            "d.md:2:36: “head=0”; expected 1 or more\n"
            "d.md:2:43: “stages=”; expected stages=…\n"
            "d.md:2:51: “threshold=x”; expected a number\n"
            "d.md:2:51: threshold is of graphs; expected format=mermaid with it",
        ),
        (
            "```attncalc file=sample:cat query=Cat all-queries head=1 all-heads stages=scores "
            "view=lookup\n```",
            "1:39: query, and all-queries; expected one\n"
            "d.md:1:58: head, and all-heads; expected one\n"
            "d.md:1:82: stages, and view; expected one",
        ),
        ("```attncalc file='x y\n```", "1:13: a quote that is not closed"),
        ("```attncalc file=-\n```", "1:13: “file=-”; expected a file"),
        (
            "```attncalc\n\n  file: x.yaml\nstages: weights\n```",
            "3:1: “file:”, which is no part of a problem; expected file=… for one in a file",
        ),
        (
            "```attncalc file=sample:cat hide=graph,title\n```",
            "1:29: “hide=graph,title”; expected some of all-queries, graph, words, given",
        ),
        (
            "```attncalc file=sample:cat hide=\n```",
            "1:29: “hide=”; expected some of all-queries, graph, words, given",
        ),
        (
            "```attncalc file=sample:cat format=mermaid threshold=nan\n```",
            "1:44: “threshold=nan”; expected a number",
        ),
        (
            "```attncalc file=sample:cats\n```",
            "1:13: there is no sample “cats”; attncalc samples lists them\n"
            "  hint: did you mean cat?",
        ),
        ("```attncalc file=no.yaml\n```", "1:13: no.yaml: there is no such file"),
        (
            "```attncalc file=sample:cat stages=wieghts\n```",
            "1:29: there is no stage “wieghts”; expected one of scores, exponentials, sums, "
            "weights, cost\n  hint: did you mean weights?",
        ),
        (
            "```attncalc file=sample:cat head=1\n```",
            "1:29: head 1, but the problem has no heads; expected heads to be given\n"
            "  hint: heads: 2, under attention, cuts vectors into two",
        ),
        (
            "```attncalc file=sample:cat format=mermaid stage=masked_scores\n```",
            "1:44: this problem has no masked_scores; "
            "expected one of scores, exponentials, weights",
        ),
        (
            "```attncalc file=sample:multi-head format=json head=3\n```",
            "1:48: head 3; expected 1 to 2",
        ),
        (
            "```attncalc file=sample:multi-head format=mermaid all-heads\n```",
            "1:1: 2 heads; expected 1 to draw",
        ),
        (
            "```attncalc file=sample:cat query=dog mask='[[1, 0'\n```",
            "1:39: this is not YAML: while parsing a flow sequence; did not find expected ',' or "
            "']'\n"
            "  hint: check brackets, colons and indentation just before this place",
        ),
        (
            "```attncalc file=sample:cat query=dog\n```",
            "1:29: no token “dog”; expected one of Cat\n"
            "  hint: the#2 is the second “the”, #6 the sixth token",
        ),
    ],
)
def test_options(block: str, said: str) -> None:
    """Each option that is wrong is told where it stands, with what was expected."""
    assert faults(block) == f"d.md:{said}"


def test_problems() -> None:
    """A problem's faults have the document's lines and columns, those of all blocks together."""
    document = (
        "# A\n\n"
        "  ```attncalc scale=x\n  tokens: [a, b]\n  Q: [[1, 2], [3]]\n K: [[1, 2], [3, 4]]\n"
        "  ```\n\n"
        "<!-- attncalc\nqueery: x\n{}: -->\n" + END + "\n"
        "```attncalc\ntokens: [a]\n  Q: 1\n```\n"
    )
    said = faults(document)
    assert said.startswith("d.md:3:15: “x”; expected 1/sqrt(d_k), none or a positive number")
    assert "d.md:5:15: Q: row 2 (“b”) has 1 number; expected 2, as in the other rows\n" in said
    assert "d.md:10:1: an unknown key “queery”" in said
    assert "d.md:15:3: this is not YAML" in said


def test_another_file(tmp_path: Path) -> None:
    """What is wrong in a problem's own file is told where it stands there."""
    (tmp_path / "bad.yaml").write_text("tokens: [a]\nQ: [[x]]\nK: [[1]]\n")
    with pytest.raises(InputErrors) as failure:
        weave("```attncalc file=bad.yaml\n```", "d.md", tmp_path)
    assert str(failure.value).startswith(f"{tmp_path / 'bad.yaml'}:2:6: Q: “x”; expected a number")


def test_quarto() -> None:
    """Quarto takes only its own attributes behind a fence; elsewhere these are options."""
    hint = "\n  hint: or write options on lines of their own, inside the block"
    assert faults("```attncalc file=sample:cat\n```", "d.qmd") == (
        "d.qmd:1:13: “file=sample:cat”, which Quarto does not read here; "
        f"expected {{.attncalc NAME=VALUE}}{hint}"
    )
    assert faults("```{.attncalc file=sample:cat full}\n```", "d.qmd") == (
        f"d.qmd:1:31: “full”, which Quarto does not read here; expected NAME=VALUE{hint}"
    )
    assert "```{=html}" in weave("```{.attncalc file=sample:cat format=html}\n```", "d.qmd").text
    for kind in ("md", "mermaid"):
        block = f"```{{.attncalc file=sample:cat format={kind}}}\n```"
        assert weave(block, "d.qmd").text.count("```{mermaid}") == 1
        assert weave(block, "d.md").text.count("```mermaid") == 1


@pytest.mark.parametrize(
    ("opening", "word"),
    [
        ("```attncal", "attncal"),
        ("```attncal file=sample:cat", "attncal"),
        ("~~~ Attncalc", "Attncalc"),
        ("```attn-calc", "attn-calc"),
        ("```attncalc: file=sample:cat", "attncalc"),
        ("```attncalc{format=tex}", "attncalc"),
        ("``` {.attcalc format=tex}", "attcalc"),
        ("```{ .atncalc }", "atncalc"),
    ],
)
def test_misspelt_fences(opening: str, word: str) -> None:
    """A fence that is nearly ours is not silently left as it is."""
    indent = len(opening) - len(opening.lstrip())
    fence = opening.lstrip()[:3]
    assert faults(f"{opening}\nscores: [[1]]\n{fence}\n") == (
        f"d.md:1:{indent + 1}: a block of “{word}”; expected attncalc, with a blank behind it\n"
        "  hint: did you mean attncalc?"
    )


def test_misspelt_comments() -> None:
    """Neither is a comment."""
    assert faults("<!-- atncalc file=sample:cat -->\n").splitlines() == [
        "d.md:1:1: a comment of “atncalc”; expected attncalc",
        "  hint: did you mean attncalc?",
    ]


@pytest.mark.parametrize(
    "line",
    [
        "```" + " " * 100_000 + "y",
        "``` x" + " " * 100_000 + "y",
        "``` {" + " " * 100_000 + "y",
        "```attncalc" + "\t" * 100_000 + "y",
        "<!-- attncalc" + " " * 100_000 + "y",
        "<!--" + " " * 100_000 + "y",
        "> " * 50_000 + "```y",
        "1." * 50_000 + "```y",
        "```attncalc " + "'" * 100_001,
        '```attncalc "' + "\\" * 100_000,
        "#" + " " * 100_000 + "y",
        "<" * 100_000,
        "a\n" * 20_000,
    ],
)
def test_long_lines(line: str) -> None:
    """However long a line is, it is read once."""
    began = time.process_time()
    with suppress(InputErrors):
        weave(f"{line}\n```\n", "d.md")
    assert time.process_time() - began < 3


def test_files_outside(tmp_path: Path) -> None:
    """A document reads what is below its own folder, wherever a path or a link leads."""
    inside, below = tmp_path / "inside", tmp_path / "inside" / "below"
    below.mkdir(parents=True)
    (tmp_path / "inside-too").mkdir()
    secrets = [tmp_path / "secret.yaml", tmp_path / "inside-too" / "secret.yaml"]
    for file in (*secrets, inside / "problem.yaml", below / "problem.yaml"):
        file.write_text("scores: [[1]]\n")
    (inside / "link.yaml").symlink_to(secrets[0])
    (below / "folder").symlink_to(tmp_path)
    (inside / "own.yaml").symlink_to("below/problem.yaml")
    names = [
        str(secrets[0]),
        "../secret.yaml",
        "../inside-too/secret.yaml",
        "below/../../secret.yaml",
        "link.yaml",
        "below/folder/secret.yaml",
        "../missing.yaml",
        "/dev/stdin",
    ]
    for name in names:
        with pytest.raises(InputErrors) as failure:
            weave(f"```attncalc file={name}\n```\n", "d.md", inside)
        assert str(failure.value) == (
            f"d.md:1:13: “{name}” is outside of the document's folder; expected a file below it\n"
            "  hint: copy it there, or allow it: attncalc weave --allow-outside"
        )
    for name in names[:6]:
        assert weave(f"```attncalc file={name}\n```\n", "d.md", inside, allow_outside=True).text
    for name in ("problem.yaml", "own.yaml", "./below/problem.yaml", "below/../problem.yaml"):
        assert weave(f"```attncalc file={name}\n```\n", "d.md", inside).text
    assert weave(f"```attncalc file={inside}/problem.yaml\n```\n", "d.md", inside).text
    with pytest.raises(InputErrors, match="outside"):
        weave("```attncalc file='a\0b'\n```\n", "d.md", inside)


def test_gradients_that_there_are_not() -> None:
    """Where there is nothing to go back from, that is said of the option that asks for it."""
    for option in ("backward", "gradient-check"):
        told = faults(f"```attncalc file=sample:gate {option}\n```")
        assert told.startswith("d.md:1:30: d_output is missing; expected the gradient of the outp")
