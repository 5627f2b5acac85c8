"""Error texts are part of the interface: each bad file has its whole message beside it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from attncalc.readers.events import _first_too_deep
from attncalc.readers.interface import DEEPEST
from tests.conftest import Attncalc

BAD = Path(__file__).parent / "bad"
FILES = sorted(path.name for path in BAD.iterdir() if path.suffix != ".stderr")


@pytest.mark.parametrize("name", FILES)
def test_message(
    name: str,
    attncalc: Attncalc,
    golden: Callable[[Path, str], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A bad file: exit code 2, nothing on stdout, and exactly this on stderr."""
    monkeypatch.chdir(BAD)
    result = attncalc("explain", name)
    assert result.code == 2
    assert result.out == ""
    golden(BAD / f"{name}.stderr", result.err)


@pytest.mark.parametrize("text", ["Q: " + "[" * 100_000, '{"Q": ' + "[" * 100_000])
def test_deep_nesting(text: str, attncalc: Attncalc) -> None:
    """A hundred thousand brackets are refused at the first one too many."""
    result = attncalc("explain", "-", stdin=text)
    assert (result.code, result.out) == (2, "")
    column = text.index("[") + 32
    assert result.err == f"-:1:{column}: more than 32 levels of nesting; expected at most 5\n"


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ('tokens: [\'[[\', "]\\"["]\nQ: ' + "[" * 5000, "2:35"),
        ("- " * 5000, "1:65"),
        ("a: {b: [[" + "{c: [" * 5000, "1:80"),
        ("Q: [" + "[" * 20 + "]" * 20 + ", " + "[" * 5000, "1:77"),
        ("Q: [[]," + "[" * 5000, "1:38"),
    ],
)
def test_place_of_the_level_too_many(text: str, place: str, attncalc: Attncalc) -> None:
    """Brackets inside quotation marks open nothing, and closed ones do not count."""
    result = attncalc("explain", "-", stdin=text)
    assert result.err == f"-:{place}: more than 32 levels of nesting; expected at most 5\n"


def test_what_is_read_ahead_counts_what_closes() -> None:
    """As many levels as are open, whichever of them libyaml has told of."""
    assert _first_too_deep("['[', [{}], []]" + "[" * 40, 0, 54, 0) == 15 + DEEPEST
    assert _first_too_deep("[[]]" * 40, 0, 160, 0) is None


def test_missing_file(attncalc: Attncalc, tmp_path: Path) -> None:
    """A missing file's message suggests the one that was meant."""
    (tmp_path / "handout.yaml").write_text("")
    result = attncalc("explain", tmp_path / "handuot.yaml")
    assert (result.code, result.out) == (2, "")
    assert result.err == (
        f"{tmp_path}/handuot.yaml: there is no such file\n"
        f"  hint: did you mean {tmp_path}/handout.yaml?\n"
    )


def test_missing_folder(attncalc: Attncalc, tmp_path: Path) -> None:
    """Where the folder is missing too, there is nothing to suggest."""
    result = attncalc("explain", tmp_path / "no" / "handout.yaml")
    assert result.err == f"{tmp_path}/no/handout.yaml: there is no such file\n"


def test_link_that_leads_nowhere(attncalc: Attncalc, tmp_path: Path) -> None:
    """A file that is only a name is not suggested for itself."""
    (tmp_path / "handout.yaml").symlink_to(tmp_path / "moved.yaml")
    result = attncalc("explain", tmp_path / "handout.yaml")
    assert result.err == f"{tmp_path}/handout.yaml: there is no such file\n"


def test_directory(attncalc: Attncalc, tmp_path: Path) -> None:
    """A directory is named as one."""
    result = attncalc("explain", tmp_path)
    assert (result.code, result.out) == (2, "")
    assert result.err == (
        f"{tmp_path}: this is a directory; expected a file\n  hint: give the file inside it\n"
    )


def test_unreadable_name(attncalc: Attncalc) -> None:
    """A name that no file can have is an input error like any other."""
    result = attncalc("explain", "x" * 5000 + ".yaml")
    assert (result.code, result.out) == (2, "")
    assert "File name too long" in result.err


@pytest.mark.parametrize("where", ["file", "stdin", "device"])
def test_huge_text(
    where: str, attncalc: Attncalc, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A text larger than the limit is refused, though it should never end."""
    monkeypatch.setattr("attncalc.readers.contents.LARGEST_TEXT", 1024 * 1024)
    text = "#" * (1024 * 1024 + 1)
    if where == "file":
        (tmp_path / "huge.yaml").write_text(text)
        result = attncalc("explain", tmp_path / "huge.yaml")
    elif where == "device":
        result = attncalc("explain", "/dev/zero")
    else:
        result = attncalc("explain", "-", stdin=text)
    assert (result.code, result.out) == (2, "")
    assert "the file is larger than 1 MiB" in result.err
    assert "give large arrays as .npz or .safetensors" in result.err


OPTIONS = {
    ("--scale", "non"): (
        "--scale: “non”; expected 1/sqrt(d_k), none or a positive number\n"
        "  hint: did you mean none?\n"
    ),
    ("--base", "1"): "--base: “1”; expected e or a number greater than 1\n",
    ("--mask", "casual"): (
        "--mask: “casual”; expected none, causal, {window: 3}, "
        "{causal: true, padding: [1, 1, 0]}, or rows of 0 and 1\n"
        "  hint: did you mean causal?\n"
    ),
    ("--mask", "[[1, 1]]"): (
        "--mask: 1 row; expected 8, one for each token (n=8, m=8, d_k=3, d_v=3)\n"
        "--mask: 2 columns; expected 8, one for each key token (n=8, m=8, d_k=3, d_v=3)\n"
    ),
    ("--mask", "{window: [1, 2, 3]}"): (
        "--mask: a window of 3 numbers; expected a whole number from 1 (itself and those before "
        "it), or two sides, like [2, 1]\n"
    ),
    ("--mask", "{window: 3, padding: [1, 1, 0]}"): (
        "--mask: 3 numbers; expected 8, one for each key token (n=8, m=8, d_k=3, d_v=3)\n"
    ),
    ("--bias", "[[1"): (
        "--bias:2:1: this is not YAML: while parsing a flow sequence; "
        "did not find expected ',' or ']'\n"
        "  hint: check brackets, colons and indentation just before this place\n"
    ),
    ("--bias", "[*a]"): (
        "--bias:1:2: an alias (*a); expected the value itself\n"
        "  hint: write the values themselves: a problem file is plain data\n"
    ),
    ("--query", "dog"): (
        "--query: no token “dog”; expected one of "
        "The, animal, didn't, cross, street, it, was, tired\n"
        "  hint: the#2 is the second “the”, #6 the sixth token\n"
    ),
    ("--stages", "weihgts"): (
        "--stages: there is no stage “weihgts”; expected one of "
        "Q, K, V, scores, exponentials, sums, weights, weighted_values, output, cost\n"
        "  hint: did you mean weights?\n"
    ),
    ("--head", "1"): (
        "--head: head 1, but the problem has no heads; expected heads to be given\n"
        "  hint: heads: 2, under attention, cuts vectors into two\n"
    ),
    ("--stages", "masked_scores"): (
        "--stages: this problem has no stage “masked_scores”; expected one of "
        "Q, K, V, scores, exponentials, sums, weights, weighted_values, output, cost\n"
    ),
}


@pytest.mark.parametrize(("option", "value"), OPTIONS)
def test_option(option: str, value: str, attncalc: Attncalc) -> None:
    """A fault on the command line is reported under the option's name."""
    result = attncalc("explain", BAD.parent.parent.parent / "samples/animal.yaml", option, value)
    assert (result.code, result.out) == (2, "")
    assert result.err == OPTIONS[option, value]


def test_hostile_text_in_messages(attncalc: Attncalc) -> None:
    """What a file says is repeated in a message without moving the cursor or faking a line."""
    text = 'tokens: ["\\x1b[31mred\\nfake.yaml:1:1: ok"]\nQ: [[1]]\nK: [[1]]\nquery: "\\x1b]0;x"\n'
    result = attncalc("explain", "-", stdin=text)
    assert result.code == 2
    assert result.err == (
        "-:4:8: query: no token “␛]0;x”; expected one of ␛[31mred␊fake.yaml:1:1: ok\n"
        "  hint: the#2 is the second “the”, #6 the sixth token\n"
    )
