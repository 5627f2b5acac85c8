"""What reads as zero is zero: on no page does a number that is there look like none."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

import attncalc
from attncalc.document.style import NumberStyle
from attncalc.renderers.terminal.page import TerminalRenderer
from attncalc.selection import Selection
from attncalc.steps.trace import Trace
from attncalc.walkthrough import write_walkthrough
from attncalc.walkthrough.lookup import write_lookup
from tests import samples
from tests.conftest import SAMPLES

ROUNDED_NOTHING = re.compile(r"(?<![\d.])0\.0+(?![\d])")

SIZES = [Decimal(sign) * Decimal(10) ** power for sign in (1, -1) for power in range(-14, 3)]
NUMBERS = st.builds(
    lambda size, digits: f"{size * digits:f}", st.sampled_from(SIZES), st.integers(1, 99)
)
OPTIONS: dict[str, st.SearchStrategy[Any]] = {
    "softcap": st.sampled_from(["0.5", "30"]),
    "scale": st.sampled_from(["none", "0.001", "12"]),
    "sink": NUMBERS,
    "bias": st.just([["-12", "3"], ["0.001", "-40"]]),
    "qk_norm": st.sampled_from(["l2", "rms"]),
    "base": st.sampled_from(["2", "10"]),
}


def matrix(columns: int) -> st.SearchStrategy[list[list[str]]]:
    return st.lists(st.lists(NUMBERS, min_size=columns, max_size=columns), min_size=2, max_size=2)


FIELDS = st.fixed_dictionaries(
    {"Q": matrix(2), "K": matrix(2), "V": matrix(2)},
    optional={"attention": st.fixed_dictionaries({}, optional=OPTIONS)},
)


def is_without_zero(trace: Trace) -> bool:
    """Whether no number of any stage is 0, or too near to it to be told from that."""
    stages = [trace[name] for name in trace.stages]
    return all(bool((np.abs(stage.astype(np.float64)) > 1e-300).all()) for stage in stages)


def pages(trace: Trace, style: NumberStyle) -> str:
    selection = Selection(queries=(0, 1), style=style, detail="lesson")
    documents = write_walkthrough(trace, selection), write_lookup(trace, selection)
    return "\n".join(TerminalRenderer(200).render(document) for document in documents)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
@example(
    {"Q": [["12", "1"]] * 2, "K": [["-1", "1"], ["1", "0.5"]], "V": [["1", "2"], ["3", "5"]]}, 4
)
@example({"Q": [["1e-9", "1"]] * 2, "K": [["-1", "1"]] * 2, "V": [["1e-9", "2"], ["3", "5"]]}, 2)
@given(FIELDS, st.sampled_from([2, 4, 6]))
def test_no_number_reads_as_zero(fields: dict[str, Any], precision: int) -> None:
    """Of numbers that are all something, however small, none is shown as 0.0000."""
    trace = attncalc.explain(attncalc.load({"tokens": ["a", "b"], **fields}))
    assume(is_without_zero(trace))
    text = " ".join(pages(trace, NumberStyle(precision=precision)).split())
    assert re.findall(f".{{0,40}}{ROUNDED_NOTHING.pattern}.{{0,40}}", text) == []


@pytest.mark.no_cover
@pytest.mark.parametrize("path", sorted(SAMPLES.glob("*.yaml")), ids=lambda path: path.stem)
def test_zeros_of_samples(path: Any) -> None:
    """In the samples, no line with ≈ has a rounded 0 behind it."""
    page = TerminalRenderer(160).render(samples.page(path.stem))
    assert re.findall(r".*≈ *-?0\.0+(?![\d]).*", page) == []


FAR_APART = {"tokens": ["a", "b"], "scores": [["0", "-900"]] * 2, "V": [["1", "1/3"], ["2", "5"]]}


def test_distances_too_small_to_tell() -> None:
    """An output that no certain digit tells from a value is said to be that, not 0.0000 away."""
    text = " ".join(pages(attncalc.explain(attncalc.load(FAR_APART)), NumberStyle()).split())
    assert "what is retrieved is its value in every digit that is certain." in text
    assert "Its weighted sum is its own value in every digit that is certain." in text
    own = {"tokens": ["a", "b"], "scores": [["2", "2"]] * 2, "V": [["1", "3"]] * 2}
    text = " ".join(pages(attncalc.explain(attncalc.load(own)), NumberStyle()).split())
    assert "That is exactly its own value." in text
    assert "distance" not in text


def test_measures_have_two_digits() -> None:
    """Entropy is shown with two digits however small, and a distance however coarse the rest."""
    close = {"tokens": ["a", "b"], "scores": [["7", "0"]] * 2, "V": [["1"], ["49"]]}
    text = " ".join(pages(attncalc.explain(attncalc.load(close)), NumberStyle(1)).split())
    assert "spread: about 0.011 bits" in text
    assert "about 0.044 away from its own value" in text
