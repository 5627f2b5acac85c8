"""Problems too large to be shown whole: what is left out is counted, and can be asked for."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

import attncalc
from attncalc.document.expressions import Omitted
from attncalc.renderers.interface import Renderer
from attncalc.renderers.terminal.page import TerminalRenderer
from attncalc.selection import Selection
from attncalc.walkthrough import write_walkthrough
from attncalc.walkthrough.places import kept
from tests.conftest import Attncalc


def problem_of(n: int, width: int, **options: object) -> dict[str, object]:
    """n tokens with vectors of one width, of small decimals."""
    rows = [[f"{(7 * i + 3 * j) % 10 / 10}" for j in range(width)] for i in range(n)]
    tokens = [f"t{number}" for number in range(1, n + 1)]
    return {"tokens": tokens, "Q": rows, "K": rows, "V": rows, **options}


def page_of(fields: dict[str, object], width: int = 80, *, full: bool = False) -> str:
    """The page of a problem, without colour."""
    trace = attncalc.explain(attncalc.load(fields))
    renderer: Renderer = TerminalRenderer(width)
    return renderer.render(write_walkthrough(trace, Selection(full=full)))


def test_kept() -> None:
    """The ends, whatever is asked for, and the gaps between."""
    assert kept(3, 12, 5) == [0, 1, 2]
    assert kept(14, 12, 5) == [*range(5), Omitted(4), *range(9, 14)]
    assert kept(20, 12, 2, [10, 3, 99]) == [
        *(0, 1, Omitted(1), 3, Omitted(6), 10, Omitted(7), 18, 19)
    ]


def test_left_out() -> None:
    """Tokens, terms and entries in the middle are counted; the focused query stays."""
    page = page_of(problem_of(30, 20, query="t15"))
    assert "… 9 more" in page
    assert "… 10 more" in page
    assert "… (14 more)" in page
    assert "[0.8, 0.1, 0.4, …, 0.9, 0.2, 0.5]" in page
    assert "t15" in page
    assert "t20" not in page.replace("“", "")
    assert "--full" in page


def test_full() -> None:
    """--full leaves nothing out."""
    page = page_of(problem_of(30, 20), full=True)
    assert re.search(r"[0-9] more", page) is None
    assert "…" not in page
    assert "t14" in page
    assert "--full" not in page


def test_nothing_left_out() -> None:
    """Where everything is shown, --full is not mentioned."""
    assert "--full" not in page_of(problem_of(12, 8))


def test_full_on_the_command_line(attncalc: Attncalc) -> None:
    """The option reaches the page."""
    text = json.dumps(problem_of(14, 2))
    assert "… 4 more" in attncalc("explain", "-", stdin=text).out
    assert "… 4 more" not in attncalc("explain", "-", "--full", stdin=text).out


@settings(max_examples=25, deadline=None)
@given(n=st.integers(1, 16), d=st.integers(1, 12), width=st.integers(60, 200), full=st.booleans())
def test_fits(n: int, d: int, width: int, full: bool) -> None:
    """No line is wider than the terminal, however many tokens and however wide the vectors."""
    page = page_of(problem_of(n, d, query="t1"), width, full=full)
    assert max(map(cell_len, page.splitlines())) <= width


def test_float64_page(tmp_path: Path) -> None:
    """A large problem says that it is computed in doubles, and shows nothing as exact."""
    file = tmp_path / "large.npz"
    rng = np.random.default_rng(0)
    Q, K, V = rng.normal(size=(3, 64, 16))
    np.savez(file, Q=Q, K=K, V=V, W_O=rng.normal(size=(16, 10)), b_O=np.zeros(10))
    trace = attncalc.explain(attncalc.load(file))
    assert "weighted_values" not in trace
    page = TerminalRenderer(100).render(write_walkthrough(trace))
    assert "computed in float64" in page
    assert "≈" in page
    assert " = 0" not in page
    kept_terms = attncalc.explain(trace.problem, ["weighted_values"])
    assert np.allclose(kept_terms["weighted_values"].sum(axis=1), trace["head_outputs"])


def test_float64_extremes() -> None:
    """In doubles too, scores beyond the range of exp give right weights, and no warning is lost."""
    n = 80
    Q = np.full((n, 1), 1000.0)
    K = np.linspace(0, 1, n)[:, None]
    masked = np.ones((n, n), dtype=bool)
    masked[3] = False
    options = attncalc.AttentionOptions(scale="none", mask=masked)
    names = tuple(map(str, range(n)))
    problem = attncalc.Problem(names, names, Q=Q, K=K, V=K, attention=options)
    trace = attncalc.explain(problem)
    assert np.allclose(trace["weights"].sum(axis=1), [0.0 if row == 3 else 1.0 for row in range(n)])
    assert len(trace.warnings) == 1
    assert np.isinf(trace["exponentials"]).any()
    page = TerminalRenderer(80).render(write_walkthrough(trace))
    assert "∞" in page


def test_float64_given_weights() -> None:
    """Given weights in doubles may miss 1 by rounding, not by more."""
    names = tuple(map(str, range(2)))
    close = attncalc.Problem(names, names, weights=np.array([[0.1, 0.9 + 1e-9], [0.5, 0.6]]))
    assert attncalc.explain(close).warnings == (
        "the given weights of “1” (#2) add up to 1.1, not to 1",
    )


@pytest.mark.parametrize(("scores", "said"), [
    ([[0, 0]], "“q” attends to both keys equally, 50.0% each."),
    ([[0, 0, 0]], "“q” attends to all 3 keys equally, 33.3% each."),
    ([[2000, 0]], "most to “k1” (more than 99.9%), then to “k2” (less than 0.1%)."),
    ([[1, 1, 0]], "“q” attends most to “k1” and “k2”, equally (42.2% each)."),
    ([[9, 9, 9, 9, 9, 9, 9, 0]], "“k5”, “k6” and 1 more, equally (14.3% each)."),
    ([[9, 0]], "most to “k1” (more than 99.9%), then to “k2” (less than 0.1%)."),
])  # fmt: skip
def test_words(scores: list[list[int]], said: str) -> None:
    """What came out, in words, whatever the weights are like."""
    keys = [f"k{number}" for number in range(1, len(scores[0]) + 1)]
    fields: dict[str, object] = {"tokens": ["q"], "key_tokens": keys, "scores": scores}
    assert said in " ".join(page_of(fields).split())


def test_words_of_what_is_masked() -> None:
    """Keys that are alike are not all keys where others are masked."""
    fields: dict[str, object] = {"tokens": ["q"], "key_tokens": ["a", "b", "c"]}
    fields |= {"scores": [["0", "0", "0"]], "attention": {"mask": ["1", "1", "0"]}}
    said = "“q” attends to 2 of 3 keys equally, 50.0% each."
    assert said in " ".join(page_of(fields).split())
