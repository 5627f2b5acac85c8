"""One query's computation, drawn: every number is the trace's, and nothing stands on anything."""

from __future__ import annotations

import math
import re
from functools import cache
from itertools import combinations
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import attncalc
from attncalc.document.document import Computation, WorkedKey
from attncalc.document.expressions import Omitted, Sign
from attncalc.document.numerals import shown_array
from attncalc.document.style import NumberStyle
from attncalc.names import GRADIENTS
from attncalc.renderers.drawings.computation_layout import (
    CLOSE,
    Picture,
    crosses,
    lay_out_computation,
)
from attncalc.renderers.drawings.svg_computation import svg_computation
from attncalc.walkthrough.computation import computation
from tests.conftest import SAMPLES
from tests.random_problems import TAME, problems
from tests.renderers.hostile import HOSTILE

LINE = 1.3


def of_sample(name: str, head: int = 0) -> Computation:
    """The computation of a sample's query, in one of its heads."""
    trace = attncalc.explain(attncalc.load(SAMPLES / f"{name}.yaml"))
    return computation(trace.of_head(head) if trace.has_heads else trace)


def hostile(width: int, values: int) -> Computation:
    """Many tokens that nobody would write, with vectors of any width."""
    rows = [[f"{(7 * i + 3 * j) % 11 - 5}.{j}" for j in range(width)] for i in range(len(HOSTILE))]
    V = [[f"{(5 * i + 2 * j) % 9 - 4}" for j in range(values)] for i in range(len(HOSTILE))]
    fields = {"tokens": list(HOSTILE), "Q": rows, "K": rows, "V": V, "query": "#3"}
    return computation(attncalc.explain(attncalc.load(fields)))


CROWDED = {
    f"hostile {width} {values}": (width, values)
    for width, values in ((1, 1), (2, 2), (12, 2), (3, 12))
}
NAMES = [*(path.stem for path in sorted(SAMPLES.glob("*.yaml"))), *CROWDED]


@cache
def drawn_of(name: str) -> Computation:
    """The computation of a sample, or of many tokens."""
    return hostile(*CROWDED[name]) if name in CROWDED else of_sample(name)


def expect_legible(picture: Picture) -> None:
    """No text on another, on a bar or under an arrow of the sum, nothing outside of the picture."""
    boxes = []
    for each in picture.texts:
        left, right = each.span
        assert left >= -1e-9
        assert right <= picture.width + 1e-9
        assert LINE / 2 - 0.01 <= each.y <= picture.height - LINE / 2 + 0.01
        boxes.append((left, each.y - LINE / 2 + 0.05, right, each.y + LINE / 2 - 0.05))
    for one, other in combinations(boxes, 2):
        across = min(one[2], other[2]) - max(one[0], other[0])
        down = min(one[3], other[3]) - max(one[1], other[1])
        assert across <= 0 or down <= 0
    for rect in picture.rects:
        assert rect.x >= 0
        assert rect.x + rect.width <= picture.width + 1e-9
        for left, top, right, bottom in boxes:
            beside = right <= rect.x or rect.x + rect.width <= left
            assert beside or bottom <= rect.y or rect.y + rect.height <= top
    for stroke in picture.strokes:
        for x, y in (stroke.start, stroke.end):
            assert -1e-9 <= x <= picture.width + 1e-9
            assert -1e-9 <= y <= picture.height + 1e-9
        assert not any(crosses(box, stroke.start, stroke.end) for box in boxes)


@pytest.mark.parametrize("name", NAMES)
def test_legible(name: str) -> None:
    """Whatever the sample, everything can be read, on a slide too, where there is less room."""
    drawn = drawn_of(name)
    wide, close = lay_out_computation(drawn), lay_out_computation(drawn, CLOSE)
    expect_legible(wide)
    expect_legible(close)
    assert close.width < wide.width
    assert {each.text for each in wide.texts} >= {each.text for each in close.texts}


def test_animal() -> None:
    """The steps of the notes, with their numbers."""
    drawn = of_sample("animal")
    assert (drawn.query.text, drawn.head) == ("it", "")
    assert [(column.name, column.done) for column in drawn.columns] == [
        ("scores", "q · k"),
        ("attention weights", "softmax by row"),
    ]
    (tired,) = [k for k in drawn.keys if isinstance(k, WorkedKey) and k.token.text == "tired"]
    assert [(each.sign, each.number.digits) for each in tired.numbers if each] == [
        (Sign.EXACT, "1.22"),
        (Sign.ROUNDED, "0.2287"),
    ]
    assert tired.share == 1
    texts = [each.text for each in lay_out_computation(drawn).texts]
    assert texts[:2] == ["query it", "q = [0.6, 0.5, 0.4]"]
    assert {"q · k", "= 1.22", "≈ 0.2287", "o₁ ≈ 0.4735", "each part is from one key"} <= {*texts}


def test_head_to_tail() -> None:
    """Arrows of two entries begin where the one before ends, and lead to the output."""
    picture = lay_out_computation(of_sample("cross-attention"))
    parts = sorted(
        (stroke for stroke in picture.strokes if stroke.look == "part"),
        key=lambda stroke: -math.dist(stroke.start, stroke.end),
    )
    (result,) = [stroke for stroke in picture.strokes if stroke.look == "result"]
    starts, ends = {each.start for each in parts}, {each.end for each in parts}
    assert result.start in starts
    assert any(math.dist(result.end, end) < 1e-9 for end in ends)
    assert len(starts & ends) == len(parts) - 1
    texts = [each.text for each in picture.texts]
    assert texts[-1] == "output ≈ [0.2589, 0.7411]"
    assert "love" in texts[-4:]


def test_heads() -> None:
    """A head says which it is, and what it gives is no output yet."""
    texts = [each.text for each in lay_out_computation(of_sample("llama-step", 2)).texts]
    assert texts[0] == "head 3, query sat"
    assert any(text.startswith("head outputs ≈ [") for text in texts)


def test_without() -> None:
    """What is not given is not drawn: no vectors, no sum."""
    drawn = of_sample("cat")
    assert drawn.asks is None
    assert drawn.summed is None
    texts = [each.text for each in lay_out_computation(drawn).texts]
    assert texts[:2] == ["query Cat", "key"]
    fields = {"tokens": ["a", "b"], "scores": [["1", "2"]] * 2}
    nothing = {**fields, "attention": {"mask": [["0", "0"], ["1", "1"]]}, "query": "a"}
    unseen = computation(attncalc.explain(attncalc.load(nothing)))
    assert [k.share for k in unseen.keys if isinstance(k, WorkedKey)] == [0, 0]
    assert all(k.masked for k in unseen.keys if isinstance(k, WorkedKey))
    assert lay_out_computation(unseen).rects == ()


def test_many_keys_and_entries() -> None:
    """Of many keys the seven of the greatest weights are drawn, and the others counted."""
    drawn = hostile(3, 12)
    *shown, last = drawn.keys
    assert last == Omitted(len(HOSTILE) - 7)
    assert len(shown) == 7
    texts = [each.text for each in lay_out_computation(drawn).texts]
    assert f"… {len(HOSTILE) - 7} more" in texts
    assert "… 6 more" in texts
    assert any(text.startswith("o₁₂ ") for text in texts)


def test_no_number_is_cut() -> None:
    """Vectors that are too wide are left out, as one digit less is another number."""
    fields = {"tokens": ["a"], "Q": [["1." + "1" * 40] * 2], "K": [["2." + "1" * 40] * 2]}
    texts = [
        each.text
        for each in lay_out_computation(computation(attncalc.explain(attncalc.load(fields)))).texts
    ]
    assert not any("[" in text or "1…" in text for text in texts)


def test_huge_values() -> None:
    """A sum beyond what can be drawn has its numbers, and no lengths."""
    fields = {"tokens": ["a"], "weights": [["1"]], "V": [["1e400", "2e400", "3"]]}
    drawn = computation(attncalc.explain(attncalc.load(fields)))
    assert drawn.summed is not None
    assert drawn.summed.total == ()
    picture = lay_out_computation(drawn)
    assert len(picture.rects) == 1
    assert [each.text for each in picture.texts if each.text.startswith("o")] != []


@pytest.mark.parametrize("values", [["0", "0"], ["0", "0", "0"], ["-1", "2", "-3"], ["-2", "-1"]])
def test_any_direction(values: list[str]) -> None:
    """Nothing, and less than nothing, can be drawn too."""
    fields = {"tokens": ["a", "b"], "weights": [["0.5", "0.5"]] * 2, "V": [values, values]}
    drawn = computation(attncalc.explain(attncalc.load(fields)))
    expect_legible(lay_out_computation(drawn))
    ElementTree.fromstring(svg_computation(drawn))


@pytest.mark.parametrize(
    ("one", "end", "touched"),
    [
        ((-1.0, 0.5), (2.0, 0.5), True),
        ((-1.0, 2.0), (2.0, 2.0), False),
        ((0.5, -1.0), (0.5, 2.0), True),
        ((0.0, 1.5), (1.5, 0.0), True),
        ((0.0, 2.5), (2.5, 0.0), False),
        ((0.2, 0.2), (0.4, 0.4), True),
        ((2.0, 0.5), (3.0, 0.5), False),
    ],
)
def test_crosses(one: tuple[float, float], end: tuple[float, float], touched: bool) -> None:
    """A line touches a square where it passes through it, and not where it would, gone further."""
    assert crosses((0.0, 0.0, 1.0, 1.0), one, end) == touched


def test_svg() -> None:
    """A file that an XML parser reads, with tokens as text and a head on each arrow."""
    for drawn in map(drawn_of, NAMES):
        text = svg_computation(drawn)
        root = ElementTree.fromstring(text)
        tags = {each.tag.rpartition("}")[2] for each in root.iter()}
        assert tags <= {"svg", "title", "desc", "style", "rect", "text", "g", "path", "line"}
        assert text.count("//") == 1 or "//" in "".join(HOSTILE)
    text = svg_computation(drawn_of("cross-attention"))
    assert len(re.findall(r'<path class="part"', text)) == 3
    assert len(re.findall(r'<path class="result"', text)) == 1


def test_no_gradients() -> None:
    """What a query computes is drawn, and not the way back, with the gradient of its output too."""
    fields = {"tokens": ["a", "b"], "weights": [["1", "0"], ["0.5", "0.5"]], "V": [["1"], ["2"]]}
    there = attncalc.explain(attncalc.load(fields))
    back = attncalc.explain(attncalc.load(fields | {"d_output": [["1"], ["-1"]]}))
    assert "d_weights" in back.stages
    assert computation(back) == computation(there)


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(problem=problems(st.just(TAME)))
def test_any_problem(problem: dict[str, Any]) -> None:
    """Every number is one of the trace, as shown in its row, with its sign; all is legible."""
    trace = attncalc.explain(attncalc.load(problem))
    own = trace.of_head(0) if trace.has_heads else trace
    drawn = computation(own)
    expect_legible(lay_out_computation(drawn))
    stages = [name for name in own.stages if own.axes(name) == own.axes("weights")]
    stages = [name for name in stages if name != "exponentials" and name not in GRADIENTS]
    assert len(drawn.columns) == len(stages)
    for at, name in enumerate(stages):
        row = own.stages[name]
        numbers = shown_array(row.values[:1], row.exact[:1], NumberStyle())[0]
        for key, worked in enumerate(drawn.keys):
            if isinstance(worked, WorkedKey) and len(numbers) <= 8:
                there = worked.numbers[at]
                assert (there is None) == (name == "weights" and worked.masked)
                assert there is None or there.number == numbers[key].number
                assert there is None or there.sign is numbers[key].sign
    if drawn.summed is not None and drawn.summed.total:
        for entry, total in enumerate(drawn.summed.total):
            added = sum(part[entry] for part in drawn.summed.parts)
            assert added == pytest.approx(total, abs=1e-9 * (1 + abs(total)), rel=1e-6)
