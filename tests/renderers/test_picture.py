"""Pictures, drawn by the real typst and read as XML and as pixels."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from attncalc.document.document import (
    Document,
    Heading,
    Heatmap,
    HeatmapRow,
    Paragraph,
    Section,
    Token,
)
from attncalc.document.document import Words as Text
from attncalc.document.expressions import Number
from attncalc.errors import AttncalcError
from attncalc.readers import load
from attncalc.renderers.colors import Rgb
from attncalc.renderers.typst.page import shaded
from attncalc.renderers.typst.picture import PictureRenderer
from attncalc.selection import Selection
from attncalc.steps.engine import explain
from attncalc.steps.trace import Trace
from attncalc.walkthrough import write_walkthrough
from attncalc.walkthrough.heatmaps import heatmaps
from tests import samples
from tests.conftest import SAMPLES
from tests.renderers.hostile import HOSTILE

SVG, PNG = PictureRenderer("svg", system_fonts=False), PictureRenderer("png", system_fonts=False)
DRAWN = {"svg", "g", "path", "use", "defs", "clipPath", "symbol", "rect", "a", "style"}
PNG_HEADER = b"\x89PNG\r\n\x1a\n"


def trace_of(sample: str) -> Trace:
    return explain(load(SAMPLES / f"{sample}.yaml"))


def size_of(png: bytes) -> tuple[int, int]:
    """Width and height in pixels (PNG specification, section 11.2.1)."""
    assert png.startswith(PNG_HEADER)
    return int.from_bytes(png[16:20]), int.from_bytes(png[20:24])


def names_of(svg: bytes) -> set[str]:
    """The kinds of elements of a picture; nothing in it leads out of it."""
    root = ElementTree.fromstring(svg)
    for element in root.iter():
        for name, value in element.attrib.items():
            assert not name.startswith("on"), name
            assert not name.endswith("href") or value.startswith("#"), value
    return {element.tag.rpartition("}")[2] for element in root.iter()}


def hexadecimal(color: Rgb) -> str:
    return "#{:02x}{:02x}{:02x}".format(*color)


@pytest.mark.in_turn
@pytest.mark.parametrize("place", range(3))
def test_samples(place: int, exhaustive: bool) -> None:
    """Samples are one picture each, as high as need be; some of them, for all are set as PDF."""
    kept = samples.FILES[place::3] if exhaustive else samples.FILES[place::9]
    for sample in kept:
        expect_a_picture(sample)


def expect_a_picture(sample: Path) -> None:
    picture = SVG.typeset(samples.page(sample.stem))
    assert names_of(picture.content) <= DRAWN
    assert picture.missing == ()
    size = re.match(rb'<svg [^>]*width="([\d.]+)pt" height="([\d.]+)pt"', picture.content)
    assert size is not None
    width, height = map(float, size.groups())
    assert width == pytest.approx(20 / 2.54 * 72)
    assert height > width / 2


@pytest.mark.parametrize("sample", ["animal", "causal"])
def test_pixels(sample: str) -> None:
    """The same page in pixels: whatever is on it, it is of the size that the strokes are of."""
    document = write_walkthrough(trace_of(sample))
    width, height = size_of(PNG.typeset(document).content)
    assert width == round(20 / 2.54 * 192)
    strokes = re.match(rb'<svg [^>]*height="([\d.]+)pt"', SVG.typeset(document).content)
    assert strokes is not None
    assert height == pytest.approx(float(strokes[1]) / 72 * 192, abs=1)


@pytest.mark.parametrize("renderer", [SVG, PNG])
def test_the_same_bytes(renderer: PictureRenderer) -> None:
    """A picture drawn twice is the same to the byte."""
    document = write_walkthrough(trace_of("causal"))
    assert renderer.typeset(document) == renderer.typeset(document)


@pytest.mark.no_cover
def test_hostile_tokens() -> None:
    """Whatever tokens are made of, a picture is made of strokes alone."""
    tokens = tuple(map(Token, HOSTILE))
    numbers = tuple(Number(str(place)) for place in range(len(tokens)))
    shades = tuple(place / len(tokens) for place in range(len(tokens)))
    rows = tuple(HeatmapRow(token, numbers, shades) for token in tokens)
    drawing = Heatmap(tokens, rows, (Text("".join(HOSTILE)),))
    picture = SVG.typeset_drawings([drawing])
    assert names_of(picture.content) <= DRAWN
    assert "漢" in picture.missing


def test_shades() -> None:
    """The cells of a heatmap have the shades of their numbers."""
    (drawing,) = heatmaps(trace_of("animal"), Selection(stages=("weights",)))
    fills = set(re.findall(rb'fill="(#[0-9a-f]{6})"', SVG.typeset_drawings([drawing]).content))
    rows = [row for row in drawing.rows if isinstance(row, HeatmapRow)]
    wanted = {hexadecimal(shaded(shade)).encode() for row in rows for shade in row.shades}
    assert len(wanted) > 30
    assert wanted <= fills


def test_drawings_are_as_wide_as_they_have_to_be() -> None:
    """A heatmap on its own has no page around it; several stand in columns."""
    one = size_of(
        PNG.typeset_drawings(heatmaps(trace_of("cat"), Selection(stages=("weights",)))).content
    )
    assert one[0] < 1000
    assert one[1] < 250
    trace = trace_of("llama")
    four = size_of(PNG.typeset_drawings(heatmaps(trace, Selection(stages=("weights",)))).content)
    each = size_of(
        PNG.typeset_drawings(heatmaps(trace, Selection(stages=("weights",), heads=(0,)))).content
    )
    assert (round(four[0] / each[0]), round(four[1] / each[1])) == (2, 2)


@pytest.mark.parametrize(
    ("sample", "stage"),
    [("animal", "scores"), ("causal", "masked_scores"), ("animal", "exponentials")],
)
def test_shade_of_a_stage(sample: str, stage: str) -> None:
    """Nothing, or the lowest below it, is light; the highest is dark; in between by its share."""
    trace = trace_of(sample)
    (drawing,) = heatmaps(trace, Selection(stages=(stage,)))
    values = trace[stage].astype(float)
    finite = values[abs(values) != float("inf")]
    lowest, highest = min(0.0, finite.min()), finite.max()
    for row, numbers in zip(drawing.rows, values, strict=True):
        assert isinstance(row, HeatmapRow)
        for shade, number in zip(row.shades, numbers, strict=True):
            expected = 0.0 if abs(number) == float("inf") else (number - lowest)
            assert shade == pytest.approx(expected / (highest - lowest))


def test_all_alike(tmp_path: Path) -> None:
    """A stage of nothing but zeros has no shade."""
    file = tmp_path / "zeros.yaml"
    file.write_text("tokens: [a]\nkey_tokens: [x, y]\nscores: [[0, 0]]\n")
    (drawing,) = heatmaps(explain(load(file)), Selection(stages=("scores",)))
    (row,) = drawing.rows
    assert isinstance(row, HeatmapRow)
    assert set(row.shades) == {0.0}


def test_captions() -> None:
    """Each heatmap says what it is, of which head, and whether its numbers are rounded."""
    drawn = heatmaps(trace_of("llama"), Selection(stages=("scores", "weights"), heads=(1,)))
    captions = [caption.text for drawing in drawn for caption in drawing.caption]  # type: ignore[union-attr]
    assert captions == [
        "Scores, head 2: row attends to column, rounded",
        "Attention weights, head 2: row attends to column, rounded",
    ]
    (exact,) = heatmaps(trace_of("animal"), Selection(stages=("scores",)))
    assert exact.caption == (Text("Scores: row attends to column"),)


def test_too_long() -> None:
    """A page of hundreds of sheets is refused before it fills the memory."""
    text = Paragraph((Text("much " * 100_000),))
    document = Document(
        Section(Heading(None, (Text("Long"),)), ()),
        (Section(Heading(1, (Text("Step"),)), (text,)),),
    )
    with pytest.raises(AttncalcError) as refused:
        PNG.typeset(document)
    assert str(refused.value) == (
        "one picture of all this would be 1.7 times as long as a picture may be; name single "
        "--stages or fewer queries, or make a PDF"
    )
