"""The HTML page on a phone and on a projector: what fits, and what is seen of the rest."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from attncalc.problem.problem import Problem
from attncalc.readers import load
from attncalc.renderers.html.page import HtmlRenderer
from attncalc.selection import Selection
from attncalc.steps.engine import explain
from attncalc.walkthrough import write_walkthrough
from tests.conftest import SAMPLES
from tests.renderers.chromium import barriers, browser

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

WIDER = """[...document.querySelectorAll(".scroll")]
  .filter((box) => box.scrollWidth > box.clientWidth + 1).length"""
SHADOWS = """[...document.querySelectorAll(".scroll")]
  .every((box) => getComputedStyle(box).backgroundImage.includes("gradient"))"""


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One browser for all tests."""
    with browser() as opened:
        yield opened


def opened(chromium: Browser, folder: Path, sample: str, width: int) -> Page:
    """The page of a sample on a screen so many pixels wide."""
    return opened_page(chromium, folder, load(SAMPLES / f"{sample}.yaml"), width)


def opened_page(chromium: Browser, folder: Path, problem: Problem, width: int) -> Page:
    """The page of a problem."""
    trace = explain(problem)
    file = folder / "page.html"
    text = HtmlRenderer().render(write_walkthrough(trace, Selection(turns=True)))
    file.write_text(text, encoding="utf-8")
    viewport = {"width": width, "height": 800}
    page = chromium.new_context(viewport=viewport, bypass_csp=True).new_page()  # type: ignore[arg-type]
    page.goto(file.as_uri())
    return page


def test_on_a_phone(chromium: Browser, tmp_path: Path) -> None:
    """`animal` fits a phone; of `apple`, what does not goes on under an edge with a shadow."""
    page = opened(chromium, tmp_path, "animal", 390)
    assert page.evaluate(WIDER) == 0
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    page = opened(chromium, tmp_path, "apple", 390)
    assert page.evaluate(WIDER) > 0
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    assert page.evaluate(SHADOWS)
    assert barriers(page) == []


def test_long_vectors(chromium: Browser, tmp_path: Path) -> None:
    """Those of a head of a model take several lines, and their scores are seen on a laptop."""
    rng = np.random.default_rng(0)
    wide = {name: rng.normal(size=(4, 64)) for name in "QK"} | {"V": rng.normal(size=(4, 3))}
    for page in (
        opened(chromium, tmp_path, "scaling", 1000),
        opened_page(chromium, tmp_path, load(wide), 1000),
    ):
        assert page.evaluate(WIDER) == 0


def test_row_by_row(chromium: Browser, tmp_path: Path) -> None:
    """Rows come one at a time where that is wished for, and then the next step."""
    page = opened(chromium, tmp_path, "animal", 1280)
    page.get_by_text("Row by row").click()
    assert page.evaluate("location.hash") == "#step-1"
    rows = page.locator(".current .ruled tbody tr")
    later = page.locator(".current .later")
    assert later.count() == rows.count() > 3
    page.keyboard.press("ArrowRight")
    assert later.count() == rows.count() - 1
    for _ in range(rows.count() - 1):
        page.keyboard.press("ArrowRight")
    assert later.count() == 0
    assert page.evaluate("location.hash") == "#step-1"
    page.keyboard.press("ArrowRight")
    assert page.evaluate("location.hash") == "#step-2"
    assert later.count() > 0
    page.get_by_text("Row by row").click()
    assert page.locator(".later").count() == 0
    page.keyboard.press("ArrowLeft")
    assert page.evaluate("location.hash") == "#step-1"
    assert barriers(page) == []


def test_a_long_step_is_seen_whole(chromium: Browser, tmp_path: Path) -> None:
    """On a wide screen a long step stands beside itself."""
    page = opened(chromium, tmp_path, "animal", 1280)
    for _ in range(5):
        page.keyboard.press("ArrowRight")
        assert page.evaluate("document.documentElement.scrollHeight") < 1000
