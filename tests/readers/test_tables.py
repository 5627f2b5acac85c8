"""Tables as spreadsheets, data frames, Markdown and numpy write them."""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import attncalc
from attncalc.readers import notation
from attncalc.readers.headings import COLUMNS_HINT
from tests.conftest import Attncalc

WILD = Path(__file__).parent / "wild"

TOKENS = ("Paris", "ist", "sehr", "alt")
Q = [["1.0", "0.5"], ["0.8", "1.0"], ["0.2", "1.2"], ["0.6", "0.9"]]
K = [["1.0", "0.2"], ["0.7", "1.0"], ["0.1", "1.1"], ["0.5", "0.8"]]
V = [["1.0", "0.0"], ["0.0", "1.0"], ["0.5", "0.7"], ["0.3", "0.9"]]


def load(tmp_path: Path, name: str, text: str | bytes) -> attncalc.Problem:
    """The problem of a file with that name and text."""
    file = tmp_path / name
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    return attncalc.load(file)


def texts(array: np.ndarray | None) -> list[list[str]]:
    """A matrix by what was typed."""
    assert array is not None
    return [[number.text for number in row] for row in array]


def is_paris(problem: attncalc.Problem, tokens: tuple[str, ...] = TOKENS) -> None:
    """Whether it is the problem that all files of these tests hold."""
    assert problem.tokens == problem.key_tokens == tokens
    assert (texts(problem.Q), texts(problem.K), texts(problem.V)) == (Q, K, V)


@pytest.mark.parametrize(
    "name", ["40-pandas-index.csv", "42-german-excel.csv", "46-markdown-table.md"]
)
def test_wild_tables(name: str, attncalc: Attncalc) -> None:
    """A frame with its index, a German spreadsheet and a Markdown table, from a file or a pipe."""
    from attncalc import load

    is_paris(load(WILD / name))
    piped = attncalc("explain", "-", "--json", stdin=(WILD / name).read_bytes())
    assert piped == attncalc("explain", WILD / name, "--json")
    assert piped.code == 0


def test_wild_claims(attncalc: Attncalc, tmp_path: Path) -> None:
    """A spreadsheet's matrix of weights is a table of claims, in any country's notation."""
    page = tmp_path / "page.yaml"
    page.write_text(f"tokens: [{', '.join(TOKENS)}]\nQ: {Q}\nK: {K}\n".replace("'", ""))
    claims = WILD / "66-attention-matrix-german.csv"
    result = attncalc("check", page, "--claims", claims, "--stage", "weights", "--json")
    assert result.code == 0
    assert result.out.count('"verdict": "correct"') == 16
    wrong = tmp_path / "wrong.csv"
    wrong.write_text(claims.read_text(encoding="utf-8-sig").replace("0,244", "0,264"))
    result = attncalc("check", page, "--claims", wrong, "--stage", "weights", "--json")
    assert result.code == 1
    assert result.out.count('"verdict": "correct"') == 15


ROWS = list(zip(TOKENS, Q, K, V, strict=True))
HEAD = ["Token", "Q1", "Q2", "K1", "K2", "V1", "V2"]


def cells(first: list[str] | None = None) -> list[list[str]]:
    """The table's cells, the first column in front of each row."""
    names = first if first is not None else [*TOKENS]
    return [[name, *q, *k, *v] for name, (_, q, k, v) in zip(names, ROWS, strict=True)]


def joined(mark: str, rows: list[list[str]]) -> str:
    return "".join(mark.join(row) + "\n" for row in rows)


def german(text: str) -> str:
    return text.replace(".", ",")


WRITTEN: dict[str, tuple[str, str | bytes]] = {
    "sep line": ("a.csv", "sep=;\n" + german(joined(";", [HEAD, *cells()]))),
    "quoted sep line": ("a.csv", '"sep=;"\r\n' + german(joined(";", [HEAD, *cells()]))),
    "unicode text": ("a.txt", german(joined("\t", [HEAD, *cells()])).encode("utf-16")),
    "quoted decimal commas": (
        "a.csv",
        joined(",", [HEAD, *([r[0], *(f'"{german(c)}"' for c in r[1:])] for r in cells())]),
    ),
    "trailing columns": ("a.csv", joined(";", [[*r, "", ""] for r in [HEAD, *cells()]])),
    "longer rows": ("a.csv", joined(",", [HEAD, *([*r, "", ""] for r in cells())])),
    "blank rows": ("a.csv", joined(",", [HEAD, *cells()]) + ",,,,,,\n\n \n"),
    "unnamed index": ("a.csv", joined(",", [["Unnamed: 0", *HEAD[1:]], *cells()])),
    "index and tokens": (
        "a.csv",
        joined(",", [["", *HEAD], *([str(n), *r] for n, r in enumerate(cells()))]),
    ),
    "filtered index": (
        "a.csv",
        joined(",", [["", *HEAD], *([str(7 * n), *r] for n, r in enumerate(cells()))]),
    ),
    "other word for token": ("a.csv", joined(",", [["Wort", *HEAD[1:]], *cells()])),
    "from zero": (
        "a.csv",
        joined(",", [["token", "q0", "q1", "k[0]", "k[1]", "v_0", "v_1"], *cells()]),
    ),
    "spelled out": (
        "a.csv",
        joined(
            ",",
            [
                ["Word", "Query (Q) 1", "query 2", "Key 1", "K (key) 2", "Value_1", "V 2 (m/s)"],
                *cells(),
            ],
        ),
    ),
    "mangled": ("a.csv", joined(",", [["token", "Q", "Q.1", "K", "K.1", "V", "V.1"], *cells()])),
    "repeated": ("a.csv", joined(";", [["token", "Q", "Q", "K", "K", "V", "V"], *cells()])),
    "merged": ("a.csv", joined(";", [["token", "Query", "", "Key", "", "Value", ""], *cells()])),
    "bracketed with commas": (
        "a.csv",
        german(joined(";", [["Word", "Q", "K", "V"]]))
        + joined(
            ";",
            [[t, *(f"[{german(a)} , {german(b)}]" for a, b in (q, k, v))] for t, q, k, v in ROWS],
        ).replace(" ,", ","),
    ),
    "empty column": ("a.csv", joined(";", [[*r[:3], "", *r[3:]] for r in [HEAD, *cells()]])),
    "bracketed, apart": (
        "a.txt",
        "Word Q K V\n"
        + joined("  ", [[t, *(f"[{a}, {b}]" for a, b in (q, k, v))] for t, q, k, v in ROWS]),
    ),
    "to_string": ("a.txt", " ".join(HEAD[1:]) + "\n" + joined("  ", cells())),
    "write.table": ("a.txt", '"Q1" "Q2" "K1" "K2" "V1" "V2"\n' + joined(" ", cells())),
    "savetxt header": ("a.txt", "# made\n# " + joined(" ", [HEAD, *cells()]) + "# the end\n"),
    "commented heading": ("a.csv", joined(",", [["#", *HEAD[1:]], *cells()])),
    "Markdown without edges": (
        "a.md",
        "Some text.\n\n"
        + joined(" | ", [HEAD, ["---"] * 7, *cells()])
        + "\nA table of something else:\n\n| a | b |\n|:-|-:|\n| 1 | 2 |\n",
    ),
    "Markdown marks": (
        "a.qmd",
        joined("|", [["", *(f" **{h}** " for h in HEAD), ""], ["", *["-"] * 7, ""]])
        + joined(" | ", [["", *row, ""] for row in cells()]),
    ),
}


@pytest.mark.parametrize("name", WRITTEN)
def test_written(name: str, tmp_path: Path) -> None:
    """One problem, as many programs would write it."""
    is_paris(load(tmp_path, *WRITTEN[name]))


@pytest.mark.parametrize(("heading", "first"), [("", 0), ("index", 0), ("Unnamed: 0", 1)])
def test_numbered_rows(heading: str, first: int, tmp_path: Path) -> None:
    """An index that counts the rows names no token."""
    numbers = [str(number) for number in range(first, first + 4)]
    table = joined(",", [[heading, *HEAD[1:]], *cells(numbers)])
    is_paris(load(tmp_path, "a.csv", table), ("#1", "#2", "#3", "#4"))


def test_no_token_column(tmp_path: Path) -> None:
    """Without a column of tokens, they are numbered."""
    table = joined(",", [HEAD[1:], *(row[1:] for row in cells())])
    is_paris(load(tmp_path, "a.csv", table), ("#1", "#2", "#3", "#4"))


def test_escaped_pipes(tmp_path: Path) -> None:
    """A token may be a pipe."""
    problem = load(tmp_path, "a.md", "| token | q | k |\n|--|--|--|\n| a \\| b | 1 | 2 |\n")
    assert problem.tokens == ("a | b",)


NUMBERS = {
    ("1,5", "2", ";"): ["1.5", "2"],
    ("1,234", "2", ";"): ["1.234", "2"],
    ("1,234,567", "2", ";"): ["1234567", "2"],
    ("1,234", "0,5", ","): ["1.234", "0.5"],
    ("1.234,5", "-0,5", ";"): ["1234.5", "-0.5"],
    ("1,234.5", "2", ","): ["1234.5", "2"],
    ("1,234,567", "2", "\t"): ["1234567", "2"],
    ("1 234,5", "1\N{NARROW NO-BREAK SPACE}234\N{NARROW NO-BREAK SPACE}567", ";"): [
        "1234.5",
        "1234567",
    ],
    ("1'234.5", "2", ","): ["1234.5", "2"],
    ("48 %", "28,40 %", ";"): ["48%", "28.40%"],
    ("1,00E+00", "\N{MINUS SIGN}2,5e-3", ";"): ["1.00E+00", "\N{MINUS SIGN}2.5e-3"],
    (",5", "0,", ";"): [".5", "0."],
    ("1,2,3", "x, y", ";"): ["1,2,3", "x, y"],
    ("1 2", "1,5", ";"): ["1 2", "1.5"],
    ("12,34.5", " ", ";"): ["12,34.5", " "],
}


@pytest.mark.parametrize("written", NUMBERS)
def test_notation(written: tuple[str, str, str]) -> None:
    """Numbers of every country become numbers with a point; what is none stays."""
    one, other, separator = written
    assert notation.plain([one, other], separator) == NUMBERS[written]


DOUBTFUL = {
    ("1,234", "2", ","): (0, "“1,234” may be 1.234 or 1234; expected a decimal point, and no sign "
                             "between thousands", "write 1.234 or 1234"),
    ("0.5", "1,234", ";"): (1, "“1,234” may be 1.234 or 1234; expected a decimal point, and no "
                               "sign between thousands", "write 1.234 or 1234"),
    ("0.5", "0,5", ";"): (1, "“0,5” has a decimal comma and “0.5” a decimal point; expected one of "
                             "them in the whole table",
                          "replace the commas of its numbers with points"),
}  # fmt: skip


@pytest.mark.parametrize("written", DOUBTFUL)
def test_doubtful_notation(written: tuple[str, str, str]) -> None:
    """A number with two readings is not guessed."""
    one, other, separator = written
    assert notation.plain([one, other], separator) == notation.Doubtful(*DOUBTFUL[written])


FAULTS: dict[str, tuple[str, str, str]] = {
    "split at decimal commas": (
        "a.csv",
        "token,q1,k1\nit,0,5,0,6\n",
        "a.csv:2:1: 5 cells; expected 3, as in the header\n"
        "  hint: for decimal commas, save the table with semicolons or tabs\n",
    ),
    "two notations": (
        "a.csv",
        "token;q1;k1\nit;0.5;0,6\n",
        "a.csv:2:8: “0,6” has a decimal comma and “0.5” a decimal point; expected one of them in "
        "the whole table\n  hint: replace the commas of its numbers with points\n",
    ),
    "two readings": (
        "a.tsv",
        "token\tq1\tk1\nit\t1,234\t2\n",
        "a.tsv:2:4: “1,234” may be 1.234 or 1234; expected a decimal point, and no sign between "
        "thousands\n  hint: write 1.234 or 1234\n",
    ),
    "in brackets": (
        "a.tsv",
        "token\tq\tk\nit\t[1.5; 2]\t[1,234; 2]\n",
        "a.tsv:2:13: “1,234” may be 1.234 or 1234; expected a decimal point, and no sign between "
        "thousands\n  hint: write 1.234 or 1234\n",
    ),
    "numbers alone": (
        "a.csv",
        "1,2\n3,4\n",
        "a.csv:1:1: 2 × 2 numbers without headings; expected a header first, or a name for the "
        "matrix on the command line\n  hint: attncalc explain Q=a.csv K=… V=…\n",
    ),
    "no heading": (
        "a.csv",
        "token,q1,,k1\nit,1,2,3\n",
        "a.csv:1:10: a column without a heading; expected one, or none of its numbers\n"
        f"  hint: {COLUMNS_HINT}\n",
    ),
    "an index elsewhere": (
        "a.csv",
        "token,q1,k1,index\nit,1,2,3\n",
        f"a.csv:1:13: an unknown column “index”\n  hint: {COLUMNS_HINT}\n",
    ),
    "numbers as names": (
        "a.csv",
        "name,q1,k1\n1,1,2\n2,1,2\n",
        f"a.csv:1:1: an unknown column “name”\n  hint: {COLUMNS_HINT}\n",
    ),
    "sides without names": (
        "a.csv",
        "q1,k1\n1,2\n,3\n",
        "a.csv:1:1: some rows are only a query or only a key; expected a column of tokens too\n"
        f"  hint: {COLUMNS_HINT}\n",
    ),
    "nothing in a row": (
        "a.csv",
        "q1,k1,v1\n1,2,3\n,,3\n",
        "a.csv:1:7: V: 2 rows; expected 1, one for each key token (n=1, m=1, d_k=1, d_v=1)\n"
        "a.csv:3:1: this row has neither a query nor a key; expected q or k cells\n"
        "a.csv:3:2: a value but no key in this row; expected k cells here too\n",
    ),
    "only separators": (
        "a.csv",
        ";;\n;;\n",
        "a.csv: the file is empty; expected a header, and a row for each token\n",
    ),
    "no table": (
        "a.md",
        "# Homework\n\n| not a table\n",
        "a.md: no table with columns such as Token, Q1, K1 in this document; expected one\n"
        "  hint: attncalc weave a.md puts walkthroughs into a document\n",
    ),
    "two tables": (
        "a.md",
        "|t|q|k|\n|-|-|-|\n|a|1|2|\n\n|t|q|k|\n|-|-|-|\n|a|1|2|\n",
        "a.md:5:1: 2 tables with vectors in this document; expected 1\n",
    ),
    "in Markdown": (
        "a.md",
        "x\n\n| t | q | k |\n| - | - | - |\n| a | 1 |   2z |\n",
        "a.md:5:13: K: “2z”; expected a number\n",
    ),
    "apart by blanks": (
        "a.txt",
        "token  q1  k1\na     1   2z\n",
        "a.txt:2:11: K: “2z”; expected a number\n",
    ),
    "no heading over names": (
        "a.txt",
        "q1 q2 k1 zz\na 1 2 3 4\n",
        "a.txt:1:7: K: 1 column; expected 2, the width of Q (n=1, m=1, d_k=2)\n"
        "  hint: a score is the dot product of a query and a key: they need the same width\n"
        f"a.txt:1:10: an unknown column “zz”\n  hint: {COLUMNS_HINT}\n",
    ),
    "an open bracket": (
        "a.csv",
        "token;q1;k1\n[a;1;x\n",
        "a.csv:2:1: K: “x”; expected a number\n",
    ),
    "Latin-1": (
        "a.csv",
        "token;q1;k1\nh\udce9;1;2\n",
        "a.csv:2:2: this is not text: the byte 0xe9; expected UTF-8\n"
        "  hint: save it as UTF-8 (in Excel: CSV UTF-8), or: iconv -f windows-1252 -t utf-8 a.csv "
        "> a-utf8.csv\n",
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_faults(
    name: str, attncalc: Attncalc, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What cannot be read is told with its line and column, and what to do."""
    file, text, message = FAULTS[name]
    monkeypatch.chdir(tmp_path)
    Path(file).write_bytes(text.encode(errors="surrogateescape"))
    result = attncalc("explain", file)
    assert (result.code, result.out, result.err) == (2, "", message)


def test_stdin_in_latin_1(attncalc: Attncalc) -> None:
    """What comes through a pipe has no file to be converted."""
    result = attncalc("explain", "-", stdin=b"title: \xe9\n")
    assert result.err == (
        "-:1:8: this is not text: the byte 0xe9; expected UTF-8\n  hint: save it as UTF-8\n"
    )


@pytest.mark.parametrize(
    "text",
    [
        "Q: [[1, 0], [0, 1]]\nK: [[1, 0], [0, 1]]\n",
        "tokens: [a, q1, k1]\nQ: [[1], [1], [1]]\nK: [[1], [1], [1]]\n",
        "{tokens: [a], Q: [[1]], K: [[1]]}\n",
        "# a comment\n'Q': [[1]]\nK: [[1]]\n",
        "\n\n",
        "# only a comment\n",
    ],
)
def test_what_is_no_table(text: str, attncalc: Attncalc) -> None:
    """YAML from a pipe is not taken for a table."""
    result = attncalc("explain", "-", stdin=text)
    assert result.code == (0 if text.strip("#\nacomently ") else 2)
    assert "column" not in result.err


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        (
            ";a;b\na;0,4;0,6\nb;0,3;0,7\n",
            "hint: a matrix of queries by keys needs a name: attncalc",
        ),
        ("Wort;Wert\na;1,5\n", "hint: columns are token, q1, q2,"),
    ],
)
def test_what_a_pipe_brings_is_a_table(text: str, hint: str, attncalc: Attncalc) -> None:
    """Numbers in separated columns are told how they are read, though no heading is known."""
    result = attncalc("explain", "-", stdin=text)
    assert (result.code, result.out) == (2, "")
    assert "no column for a query" in result.err
    assert hint in result.err


CLAIMS: dict[str, tuple[str, str]] = {
    "a.csv": ("", "Token,a,b\na,0.5,0.5\nb,0.5,0.5\n"),
    "b.csv": ("", ",0,1\n0,0.5,0.5\n1,0.5,0.5\n"),
    "c.csv": ("", "sep=;\n;a;b;\na;0,5;0,5;\nb;0,5;0,5;\n"),
    "d.md": ("", "The weights:\n\n| | a | b |\n|-|-|-|\n| a | 0.5 | 50% |\n| b | 0.5 | 0.5 |\n"),
    "e.txt": ("", "5.0e-01 5.0e-01\n5.0e-01 5.0e-01\n"),
    "f.txt": ("", "      a     b\na 0.5 0.5\nb 0.5 0.5\n"),
    "h.txt": ("", "1/2 0,5\n0,5 5,0e-1\n"),
    "i.txt": ("", "0,5 0,5\n0,5 0,5\n"),
    "g.tab": ("", "\ta\tb\na\t0,5\t0,5\nb\t0,5\t0,5\n"),
}


@pytest.mark.parametrize("name", CLAIMS)
def test_claims(name: str, attncalc: Attncalc, tmp_path: Path) -> None:
    """Tables of claims come from the same programs."""
    (tmp_path / "page.yaml").write_text("tokens: [a, b]\nscores: [[1, 1], [2, 2]]\n")
    (tmp_path / name).write_text(CLAIMS[name][1])
    arguments = ("check", tmp_path / "page.yaml", "--claims", tmp_path / name, "--json")
    result = attncalc(*arguments, "--stage", "weights")
    assert (result.code, result.out.count('"verdict": "correct"'), result.err) == (0, 4, "")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (",a,b\na,0,5,0,5\n", ":2:1: 4 numbers; expected 2, as in the header\n"
         "  hint: for decimal commas, save the table with semicolons or tabs\n"),
        ("0.5,0.5\n0.5\n", ":2:1: 1 number; expected 2, as in the first row\n"),
        (";a;b\na;0,5;0.5\nb;1;1\n", ":2:3: “0,5” has a decimal comma and “0.5” a decimal point; "
         "expected one of them in the whole table\n"
         "  hint: replace the commas of its numbers with points\n"),
        ("0.5,x\n0.5,0.5\n", ":2:1: claims.weights: no token “0.5”; expected one of a, b\n"),
        ("0.5,0.5\n0.5,0.5x\n", ":2:5: claims.weights: “0.5x”; expected a number\n"),
    ],
)  # fmt: skip
def test_bad_claims(text: str, message: str, attncalc: Attncalc, tmp_path: Path) -> None:
    """What is no claim is told with its place."""
    page, claims = tmp_path / "page.yaml", tmp_path / "claims.csv"
    page.write_text("tokens: [a, b]\nscores: [[1, 1], [2, 2]]\n")
    claims.write_text(text)
    result = attncalc("check", page, "--claims", claims, "--stage", "weights")
    assert (result.code, result.out) == (2, "")
    assert f"{claims}{message}" in result.err


@pytest.mark.parametrize(
    "text",
    [
        " " * 40_000 + "x",
        "token," + " " * 40_000 + "q1,k1",
        "token,q1" + "(" * 40_000 + ",k1",
        "q" + " _" * 20_000 + "1,k1",
        "|" * 40_000 + "\n" + "|-" * 20_000,
        "| " * 20_000,
        "\\|" * 20_000 + "|",
        "- " * 20_000 + "\n-",
        "[ " * 20_000,
        '"' * 40_001,
        "token;q1;k1\na;" + "1 " * 20_000 + ";" + "1," * 20_000,
        "token;q1;k1\na;" + "1" * 40_000 + "x;" + "(" * 40_000,
        "# " + " " * 40_000 + "\n#title:" + " " * 40_000 + "x",
        "sep=" * 10_000,
        "unnamed: " + "0" * 40_000 + "_level_,q1,k1",
        "x: " + "a" * 10 + " " * 40_000 + "\n",
    ],
)
@pytest.mark.parametrize("name", ["a.csv", "a.md", "a.txt"])
def test_no_backtracking(text: str, name: str, attncalc: Attncalc, tmp_path: Path) -> None:
    """Forty thousand of anything take no time that is felt."""
    file = tmp_path / name
    file.write_text(text)
    begun = time.process_time()
    attncalc("explain", file)
    assert time.process_time() - begun < 3


numbers = st.decimals(-2000, 2000, places=3) | st.decimals(-3, 3, places=1) | st.integers(-9, 9)
names = st.text("abcdefgh ijkäß'-", min_size=1, max_size=8).filter(lambda name: name.strip())


@st.composite
def problems(draw: st.DrawFn) -> tuple[list[str], dict[str, list[list[Decimal]]]]:
    """Tokens of a table, and their vectors."""
    n, d, width = draw(st.integers(1, 4)), draw(st.integers(1, 3)), draw(st.integers(1, 3))
    tokens = [draw(names).strip() for _ in range(n)]
    return tokens, {
        letter: [[Decimal(draw(numbers)) for _ in range(size)] for _ in range(n)]
        for letter, size in (("Q", d), ("K", d), ("V", width))
    }


def as_table(
    tokens: list[str], matrices: dict[str, list[list[Decimal]]], first: str
) -> list[list[str]]:
    """The header and the rows of a table."""
    header = [f"{name}{i + 1}" for name, rows in matrices.items() for i in range(len(rows[0]))]
    rows = (
        [token, *(format(x, "f") for rows in matrices.values() for x in rows[number])]
        for number, token in enumerate(tokens)
    )
    return [[first, *header], *rows]


def as_csv(rows: list[list[str]], **how: str) -> str:
    out = io.StringIO()
    csv.writer(out, **how).writerows(rows)  # type: ignore[arg-type]
    return out.getvalue()


WRITERS: dict[str, Callable[[list[list[str]]], str]] = {
    "frame.csv": lambda rows: as_csv([["", *rows[0][1:]], *rows[1:]]),
    "german.csv": lambda rows: "\ufeffsep=;\r\n" + german(as_csv(rows, delimiter=";")),
    "table.md": lambda rows: "\n".join(
        "| " + " | ".join(row) + " |" for row in [rows[0], ["---"] * len(rows[0]), *rows[1:]]
    ),
    "blanks.txt": lambda rows: "\n".join(
        " ".join([f'"{row[0]}"', *row[1:]]) for row in [rows[0], *rows[1:]]
    ),
    "unicode.txt": lambda rows: german(as_csv(rows, delimiter="\t")),
}


@given(problem=problems(), how=st.sampled_from(sorted(WRITERS)))
def test_round_trip(
    problem: tuple[list[str], dict[str, list[list[Decimal]]]],
    how: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """A problem that is written as any program would is the same problem when it is read."""
    tokens, matrices = problem
    table = as_table(tokens, matrices, "Token")
    folder = tmp_path_factory.mktemp("round")
    text = WRITERS[how](table)
    (folder / how).write_text(text, encoding="utf-8")
    numbers = [cell for row in table[1:] for cell in row[1:]]
    if how == "unicode.txt" and isinstance(
        notation.plain(list(map(german, numbers)), "\t"), notation.Doubtful
    ):
        with pytest.raises(attncalc.InputErrors, match="may be"):  # no number says which it is
            attncalc.load(folder / how)
        return
    found = attncalc.load(folder / how)
    counted = how == "frame.csv" and tokens in (["0"], ["1"])
    assert counted or found.tokens == tuple(tokens)
    for name, rows in matrices.items():
        assert getattr(found, name).tolist() == rows


def test_savetxt(tmp_path: Path, attncalc: Attncalc) -> None:
    """What numpy.savetxt writes is read to the last digit, each matrix by its name."""
    rng = np.random.default_rng(1)
    matrices = {name: rng.normal(size=(3, 2)) for name in "QKV"}
    words = []
    for (name, matrix), how in zip(
        matrices.items(), ({}, {"delimiter": ","}, {"header": "x y", "footer": "z"}), strict=True
    ):
        np.savetxt(tmp_path / f"{name}.txt", matrix, **how)
        words.append(f"{name}={tmp_path}/{name}.txt")
    np.savez(tmp_path / "all.npz", **matrices)  # type: ignore[arg-type]
    given = attncalc("explain", *words, "--json")
    assert given.code == 0
    from attncalc import explain
    from attncalc import load as loaded

    weights = explain(loaded(tmp_path / "all.npz"))["weights"].astype(float)
    import json

    assert np.allclose(json.loads(given.out)["stages"]["weights"], weights, atol=1e-15)
