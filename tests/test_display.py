"""What a notebook shows: pages of traces, reports, comparisons and handouts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

import attncalc
from attncalc import shipped
from attncalc.display import origins
from attncalc.problem.options import Reach
from tests.conftest import Attncalc

KINDS = ["text/html", "text/markdown", "text/plain"]


def problem_of(sample: str) -> attncalc.Problem:
    """A shipped sample."""
    return attncalc.load(shipped.samples()[sample])


def under(problem: attncalc.Problem, **options: Any) -> attncalc.Problem:
    """The same problem under other options."""
    return replace(problem, attention=replace(problem.attention, **options))


def bundle(shown: object, *of: object) -> Mapping[str, str]:
    """What IPython asks an object for."""
    found: Mapping[str, str] = shown._repr_mimebundle_(*of)  # type: ignore[attr-defined]
    return found


@pytest.fixture(params=["trace", "report", "comparison", "handout"])
def shown(request: pytest.FixtureRequest) -> object:
    """Each of the things that have a page."""
    problem = problem_of("causal")
    trace = attncalc.explain(problem)
    match request.param:
        case "trace":
            return trace
        case "report":
            return attncalc.check(trace)
        case "comparison":
            return attncalc.compare(trace, attncalc.explain(under(problem, mask="none")))
        case _:
            return attncalc.handout(trace, queries="I")


def test_bundle(shown: object) -> None:
    """A page comes as HTML without a script, as Markdown, and as text of 80 columns."""
    found = bundle(shown)
    assert list(found) == KINDS
    assert found["text/html"].startswith('<div class="attncalc')
    assert "<script" not in found["text/html"]
    assert "<!DOCTYPE" not in found["text/html"]
    assert found["text/markdown"].startswith("# I like cats\n")
    assert max(map(len, found["text/plain"].splitlines())) <= 80
    assert "\x1b" not in found["text/plain"]


def test_include_and_exclude(shown: object) -> None:
    """Only what is asked for is written."""
    assert list(bundle(shown, {"text/plain", "image/png"})) == ["text/plain"]
    assert list(bundle(shown, None, {"text/html"})) == ["text/markdown", "text/plain"]
    assert list(bundle(shown, KINDS, KINDS)) == []


def test_the_same_as_the_command_line(attncalc: Attncalc) -> None:
    """A trace's and a report's text are what the command line prints."""
    import attncalc as library

    file = shipped.samples()["animal"]
    trace = library.explain(library.load(file))
    assert bundle(trace)["text/plain"] == attncalc("explain", file).out
    assert bundle(library.check(trace))["text/plain"] == attncalc("check", file).out


def test_names() -> None:
    """In a plain interpreter each has a name that fits on a line, and shows no control."""
    trace = attncalc.explain(problem_of("cat"))
    assert repr(trace) == "<Trace of “The cat sat on mat”: scores, exponentials, sums, weights>"
    assert repr(attncalc.check(trace)) == (
        "<Report of “The cat sat on mat”: 0 numbers: nothing claimed>"
    )
    same = attncalc.compare(trace, trace)
    assert repr(same) == "<Comparison of “The cat sat on mat”: the same on both sides>"
    other = attncalc.explain(under(trace.problem, base="e", scale="none"))
    assert repr(attncalc.compare(trace, other)).endswith("the same on both sides>")
    untitled = attncalc.explain(attncalc.load({"weights": [[1]], "title": ""}))
    assert repr(untitled) == "<Trace: weights>"
    hostile = attncalc.explain(attncalc.load({"weights": [[1]], "title": "a\x1b]0;b\x07"}))
    assert repr(hostile) == "<Trace of “a␛]0;b␇”: weights>"


def test_view_of_a_head() -> None:
    """A view of one head has a name, and no page of its own."""
    head = attncalc.explain(problem_of("multi-head")).of_head(1)
    assert repr(head).startswith("<Trace of “Two heads look at the same sentence”, head 2: Q, K")
    assert bundle(head) == {}


def test_stages_and_heads() -> None:
    """The arguments of explain and compare reach the engine."""
    with pytest.raises(attncalc.AttncalcError, match="there is no stage “x”"):
        attncalc.explain(problem_of("cat"), ["x"])
    trace = attncalc.explain(problem_of("multi-head"))
    compared = attncalc.compare(trace, trace, [1], [0])
    assert [(each.query, each.head) for each in compared.queries] == [(1, 0)]


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"mask": "none"}, {"mask": "none"}),
        ({"scale": None, "sink": None}, {}),
        ({"scale": "none", "base": "e"}, {"scale": "none"}),
    ],
)
def test_what_is_compared(options: dict[str, Any], told: dict[str, str]) -> None:
    """Sides of the same numbers are called by the option that differs."""
    problem = problem_of("causal")
    _, right = origins(problem, under(problem, **options))
    assert dict(right.varied) == told


def test_options_in_words() -> None:
    """Options that take more than a word leave the sides the first and the second."""
    problem = problem_of("causal")
    scaled = under(problem, scale=Decimal("0.5"))
    assert origins(problem, scaled)[1].varied == {"scale": "0.5"}
    assert origins(scaled, problem)[1].varied == {"scale": "1/sqrt(d_k)"}
    window = under(problem, mask=Reach(back=1, ahead=0))
    assert origins(problem, window)[1].varied == {"mask": "{window: 2}"}
    padded = under(problem, mask=Reach(padding=(True, True, False)))
    assert origins(problem, padded)[1].varied == {"mask": "{padding: [1, 1, 0]}"}
    many = {"Q": [["1"]] * 13, "K": [["1"]] * 13}
    long = attncalc.load(many)
    assert origins(long, under(long, mask=Reach(padding=(True,) * 13)))[1].varied == {}
    rows = under(problem, mask=np.tril(np.ones((3, 3), bool)))
    assert origins(problem, rows)[1].file == "second"
    assert origins(problem, under(problem, heads=1))[1].file == "second"
    learned = replace(under(problem, mask="none"), W_Q=problem.W_K)
    assert origins(problem, learned)[1].file == "second"
    assert origins(problem, problem_of("apple"))[0].file == "first"
    assert origins(rows, rows)[1].varied == {}
    capped = under(problem_of("cat"), scale=Decimal(2))
    assert origins(capped, problem_of("cat"))[1].varied == {"scale": "none"}
