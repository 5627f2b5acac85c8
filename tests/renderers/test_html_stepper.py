"""The HTML page with its script, in the hands of a reader: a real browser, clicked and typed at."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from pypdf import PdfReader

import attncalc
from attncalc.document.document import Document
from attncalc.readers import load, load_all
from attncalc.renderers.html.page import HtmlRenderer
from attncalc.renderers.inert import inert_token
from attncalc.selection import Selection
from attncalc.walkthrough import write_walkthrough
from attncalc.walkthrough.lookup import write_lookup
from tests.conftest import SAMPLES
from tests.renderers.chromium import barriers, browser
from tests.renderers.hostile import HOSTILE

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

Open = Callable[..., "Page"]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One browser for all tests."""
    with browser() as opened:
        yield opened


@dataclass
class _Desk:
    """Opens documents as pages, and hears of everything that should not happen."""

    chromium: Browser
    folder: Path
    heard: list[str] = field(default_factory=list)

    def open(self, document: Document | str, fragment: str = "", **options: Any) -> Page:
        """A document, or a page as it is written, in a context of its own."""
        markup = document if isinstance(document, str) else HtmlRenderer().render(document)
        file = self.folder / f"{len(list(self.folder.iterdir()))}.html"
        file.write_text(markup, encoding="utf-8")
        page = self.chromium.new_context(**options).new_page()
        page.set_default_timeout(5000)
        page.on("console", lambda message: self.heard.append(message.text))
        page.on("pageerror", lambda error: self.heard.append(str(error)))
        page.on("request", lambda request: self._request(request.url, file.as_uri()))
        page.goto(file.as_uri() + fragment)
        return page

    def _request(self, url: str, own: str) -> None:
        if url.partition("#")[0] != own:
            self.heard.append(f"asked for {url}")


@pytest.fixture
def desk(chromium: Browser, tmp_path: Path) -> Iterator[_Desk]:
    """A desk whose pages are closed afterwards."""
    opened = _Desk(chromium, tmp_path)
    yield opened
    for context in chromium.contexts:
        context.close()


@pytest.fixture
def read(desk: _Desk) -> Iterator[Open]:
    """Opens pages; none may complain, fail, or ask for anything but itself."""
    yield desk.open
    assert desk.heard == []


def written(source: str | dict[str, Any], **options: Any) -> Document:
    """The walkthrough of a sample or a problem, for a page whose reader can choose."""
    problem = load_all(SAMPLES / f"{source}.yaml")[0] if isinstance(source, str) else load(source)
    return write_walkthrough(attncalc.explain(problem, ()), Selection(turns=True, **options))


def status(page: Page) -> str:
    """Where the bar says that one is."""
    return page.get_by_role("status").inner_text()


def seen(page: Page, selector: str, what: str = "one.innerText") -> list[str]:
    """What those say, or have, that are on the screen; without blanks."""
    script = f"all => all.filter(one => one.checkVisibility()).map(one => {what})"
    found = page.locator(selector).evaluate_all(script)
    return [re.sub(r"\s", "", text) for text in found]


def steps(page: Page) -> list[str]:
    """The steps that are seen."""
    return seen(page, ".step", "one.id")


def queries(page: Page) -> list[str]:
    """The queries that the softmax of a page is seen to be about."""
    return seen(page, ".of-query:has(.bar)", "one.dataset.query")


def weight(page: Page, query: int, key: int, heatmap: int = 0) -> Locator:
    """A cell of a heatmap."""
    row = page.locator(".heatmap:not(.fold)").nth(heatmap).locator("tbody tr").nth(query)
    return row.locator("td").nth(key)


def lit_cells(page: Page) -> list[str]:
    """The vectors that are lit, each with the number of its step."""
    return seen(page, "td.lit", "one.closest('.step').id + one.innerText")


def test_whole_page(read: Open) -> None:
    """The page opens whole, with the controls above it."""
    page = read(written("animal"))
    assert steps(page) == [f"step-{number}" for number in range(1, 6)]
    assert status(page) == "5 steps"
    assert "#" not in page.url
    assert page.get_by_label("Previous step").get_attribute("aria-disabled") == "true"


def test_buttons(read: Open) -> None:
    """Buttons go from step to step and back to the whole page; the link follows them."""
    page = read(written("animal"))
    onward, back = page.get_by_label("Next step"), page.get_by_label("Previous step")
    switch = page.get_by_role("button", name="Step by step")
    onward.click()
    assert (steps(page), status(page)) == (["step-1"], "Step 1 of 5: What is given")
    onward.click()
    onward.click()
    assert (steps(page), status(page)) == (["step-3"], "Step 3 of 5: Attention weights (softmax)")
    assert page.url.endswith("#step-3")
    back.click()
    assert (steps(page), page.url[-7:]) == (["step-2"], "#step-2")
    assert switch.get_attribute("aria-pressed") == "true"
    switch.click()
    assert (len(steps(page)), switch.get_attribute("aria-pressed")) == (5, "false")
    assert "#" not in page.url


@pytest.mark.parametrize("source", ["animal", "padding"])
def test_further_steps(read: Open, source: str) -> None:
    """What the page is about stands above the first step, and only the title above others."""
    page = read(written(source), "#step-1")
    assert seen(page, "header :is(.about, .warning)")
    page.keyboard.press("ArrowRight")
    assert seen(page, "header > :not(.name)") == []
    assert seen(page, "header .name")


def test_step_in_view(read: Open) -> None:
    """Who has read on starts with the step in view, and finds it again on the whole page."""
    page = read(written("animal"))
    page.locator("#step-4").evaluate("step => step.scrollIntoView()")
    page.get_by_role("button", name="Step by step").click()
    assert steps(page) == ["step-4"]
    page.keyboard.press("Escape")
    assert 0 <= page.locator("#step-4").evaluate("step => step.getBoundingClientRect().top") < 200


def test_keys(read: Open) -> None:
    """Arrows, Home, End and Escape; at the ends they do no more."""
    page = read(written("animal"))

    def after(*keys: str) -> str:
        for key in keys:
            page.keyboard.press(key)
        return " ".join(steps(page)) if len(steps(page)) == 1 else "all"

    assert after("Home") == "all"
    assert after("ArrowLeft") == "all"
    assert after("ArrowRight") == "step-1"
    assert after("ArrowLeft") == "step-1"
    assert after("ArrowRight", "ArrowRight") == "step-3"
    assert after("End", "ArrowRight") == "step-5"
    assert page.get_by_label("Next step").get_attribute("aria-disabled") == "true"
    assert after("Home") == "step-1"
    assert after("Control+ArrowRight", "Shift+ArrowRight", "Alt+End", "x") == "step-1"
    assert after("PageDown", "PageUp") == "step-1"
    assert after("Escape") == "all"


def test_keys_are_left_to_controls(read: Open) -> None:
    """In the list of queries arrows choose a query; in a box that scrolls they scroll it."""
    page = read(written("animal"), "#step-2", viewport={"width": 240, "height": 640})
    page.get_by_label("Query").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("End")
    assert steps(page) == ["step-2"]
    page.get_by_role("group", name="Table").last.focus()
    page.keyboard.press("ArrowRight")
    assert steps(page) == ["step-2"]
    page.set_viewport_size({"width": 1200, "height": 640})
    page.keyboard.press("ArrowRight")
    assert steps(page) == ["step-3"]


def test_link(read: Open) -> None:
    """A link opens at its step, also once the page is open; one that leads nowhere shows all."""
    page = read(written("animal"), "#step-3")
    assert (steps(page), page.evaluate("scrollY")) == (["step-3"], 0)
    page.reload()
    assert steps(page) == ["step-3"]
    page.evaluate("location.hash = 'step-5'")
    page.wait_for_selector("#step-5.current")
    page.evaluate("location.hash = 'step-9'")
    page.wait_for_selector("body:not(.stepping)")
    assert len(steps(page)) == 5


def test_some_steps(read: Open) -> None:
    """Where only some steps are written, they are counted as they are shown."""
    page = read(written("animal", stages=("scores", "weights")))
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    said = "Step 2 of 2: Attention weights (softmax)"
    assert (status(page), page.url[-7:]) == (said, "#step-2")


def test_focus(read: Open) -> None:
    """Who stands in a step that goes reads on at the next one's heading; a button stays."""
    page = read(written("animal"), "#step-1")
    focused = "document.activeElement.innerText"
    page.get_by_role("group", name="Table 1").focus()
    page.keyboard.press("ArrowRight")
    assert page.evaluate(focused) == "2 Scores"
    page.get_by_label("Next step").press("Enter")
    assert page.evaluate(focused) == "→"
    assert page.get_by_role("status").inner_text() == "Step 3 of 5: Attention weights (softmax)"


def test_choosing_a_query(read: Open) -> None:
    """Only what is about the chosen query is seen, and its rows are those that stand out."""
    page = read(written("animal"))
    choice = page.get_by_label("Query")
    assert choice.input_value() == "5"
    assert "howmuchofthatkey'svalue“it”takes" in seen(page, "#step-3 .of-query p")[0]
    choice.select_option("tired")
    assert seen(page, "header .about")[0].endswith("writtenoutforthequery“tired”")
    assert "howmuchofthatkey'svalue“tired”takes" in seen(page, "#step-3 .of-query p")[0]
    bold = "getComputedStyle(one.querySelector('strong') ?? one).fontWeight + one.innerText"
    heads = seen(page, "tr[data-query] > th", bold)
    tables = page.locator("table:has(tr[data-query])").count()
    assert [head[3:] for head in heads if head.startswith("600")] == ["tired"] * tables
    assert set(seen(page, ".of-query", "one.dataset.query")) == {"7"}


def test_several_queries(read: Open) -> None:
    """As written is what was asked for; one of them can be chosen, and all of them again."""
    page = read(written(two_queries()))
    choice = page.get_by_label("Query")
    assert choice.locator("option").all_inner_texts() == ["as written", "a", "b", "a#2"]
    assert queries(page) == ["2", "0"]
    choice.select_option("b")
    assert queries(page) == ["1"]
    choice.select_option("as written")
    assert queries(page) == ["2", "0"]


def two_queries() -> dict[str, Any]:
    """Three tokens, two of one name; the last and the first are asked for."""
    rows = [["1", "0.5"], ["0", "2"], ["1", "1"]]
    tokens = ["a", "b", "a"]
    return {"tokens": tokens, "Q": rows, "K": rows, "V": rows, "query": ["a#2", "a"]}


def test_row_of_the_heatmap(read: Open) -> None:
    """The token before a row of weights chooses its query, clicked or by the keyboard."""
    page = read(written("animal"))
    heads = page.locator(".heatmap tbody th")
    heads.nth(1).click()
    assert page.get_by_label("Query").input_value() == "1"
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert page.get_by_label("Query").input_value() == "2"
    weight(page, 4, 0).click()
    assert page.get_by_label("Query").input_value() == "2"
    page.keyboard.press(" ")
    assert page.get_by_label("Query").input_value() == "4"


def test_hovering_a_weight(read: Open) -> None:
    """A weight lights up its query, key and value, and where it is worked out; nothing scrolls."""
    page = read(written("animal"))
    weight(page, 5, 7).hover()
    before = page.evaluate("scrollY")
    assert lit_cells(page) == [
        "step-1[0.6,0.5,0.4]", "step-1[0.9,0.8,0.7]", "step-1[0.8,0.7,0.6]",
        "step-2[0.9,0.8,0.7]",
    ]  # fmt: skip
    assert seen(page, "tr.lit > th") == ["tired"] * 3
    assert set(seen(page, ".lit", "getComputedStyle(one).outlineStyle")) == {"solid"}
    assert seen(page, ".spelled-out span") == [
        "𝑞it[0.6,0.5,0.4]", "𝑘tired[0.9,0.8,0.7]", "𝑣tired[0.8,0.7,0.6]",
    ]  # fmt: skip
    assert page.evaluate("scrollY") == before
    page.get_by_role("heading", name="Weighted sum").hover()
    assert page.locator(".lit, .looked-at, .spelled-out > *").count() == 0


@pytest.mark.parametrize(("width", "covered"), [(360, True), (1000, False)])
def test_spelling_out_moves_nothing(read: Open, width: int, covered: bool) -> None:
    """What is lit is spelled out in the gap below the heatmap, or over what follows there."""
    page = read(written("animal"), viewport={"width": width, "height": 800})
    whereabouts = "all => all.map(one => JSON.stringify(one.getBoundingClientRect()))"
    parts = page.locator("main *:not(.spelled-out, .spelled-out *)")
    weight(page, 5, 7).scroll_into_view_if_needed()
    before = parts.evaluate_all(whereabouts)
    weight(page, 5, 7).hover()
    assert parts.evaluate_all(whereabouts) == before
    heatmap, line, graph = (
        page.locator(selector).bounding_box()
        for selector in (".heatmap", ".spelled-out", ".of-query:not([hidden]) > .graph")
    )
    assert heatmap is not None
    assert line is not None
    assert graph is not None
    gap = graph["y"] - heatmap["y"] - heatmap["height"]
    assert gap <= 36
    assert line["y"] >= heatmap["y"] + heatmap["height"]
    assert (line["y"] + line["height"] > graph["y"]) == covered


def test_weights_of_nothing_shown(read: Open) -> None:
    """A weight whose vectors are not on the page, being another head's, does not light up."""
    page = read(written("llama"))
    weight(page, 2, 1, heatmap=3).hover()
    assert page.locator(".lit, .looked-at").count() == 0
    weight(page, 2, 1, heatmap=0).hover()
    assert page.locator(".looked-at").count() == 1


def test_heatmap_by_keyboard(read: Open) -> None:
    """A heatmap is one stop; arrows, Home and End move in it and light up, and do not step."""
    page = read(written("animal"), "#step-3")
    stops = page.locator(".heatmap :is(td, th)[tabindex='0'], .scroll:has(.heatmap)[tabindex]")
    assert stops.count() == 1
    stops.first.focus()
    assert page.locator(".looked-at").inner_text() == "0.1052"
    for key, number in {
        "ArrowRight": "0.1337", "ArrowDown": "0.1434", "ArrowLeft": "0.0887", "ArrowUp": "0.1052",
        "End": "0.1601",
    }.items():  # fmt: skip
        page.keyboard.press(key)
        assert page.locator(".looked-at").inner_text() == number
        assert stops.count() == 1
    page.keyboard.press("ArrowRight")
    assert page.locator(".looked-at").inner_text() == "0.1601"
    page.keyboard.press("Home")
    assert page.locator(".looked-at").count() == 0
    assert page.evaluate("document.activeElement.innerText") == "The"
    assert steps(page) == ["step-3"]


def test_touching_a_weight(read: Open) -> None:
    """A tap lights up like the mouse."""
    page = read(written("animal"), has_touch=True, viewport={"width": 360, "height": 640})
    weight(page, 1, 1).tap()
    assert "step-1[0.6,0.5,0.4]" in lit_cells(page)


def test_heads(read: Open) -> None:
    """A head's weight lights up its own queries, and keys and values of its key-value head."""
    page = read(written("grouped-query", heads=range(4)))
    captions = page.locator("#step-1 caption").all_inner_texts()
    assert captions == [f"Head {head}" for head in range(1, 5)] + [
        "Key-value head 1", "Key-value head 2",
    ]  # fmt: skip
    for head, group in enumerate((0, 0, 1, 1)):
        weight(page, 1, 0, heatmap=head).hover()
        own = page.locator("#step-1 table").nth(head)
        shared = page.locator("#step-1 table").nth(4 + group)
        assert own.locator("tr:has(.lit) th").all_inner_texts() == ["b"]
        assert shared.locator("tr:has(.lit) th").all_inner_texts() == ["a"]
        assert shared.locator(".lit").count() == 2
        assert page.locator("#step-1 .lit").count() == 3
        sections = seen(page, ".step:has(tr.lit) .part")
        assert sections
        assert all(section.endswith(f"head{head + 1}") for section in sections)


def test_rotated(read: Open) -> None:
    """Rotated queries and keys are lit beside those that they were rotated from."""
    page = read(written("rope"))
    weight(page, 0, 1).hover()
    names = [text.partition("[")[0] for text in seen(page, ".spelled-out span")]
    assert [name[:1] for name in names] == ["𝑞", "𝑞", "𝑘", "𝑘", "𝑣"]
    assert ["rotated" in name for name in names] == [False, True, False, True, False]


def test_without_script(desk: _Desk) -> None:
    """Without a script nothing is missing and nothing is dead."""
    page = desk.open(written("animal"), java_script_enabled=False)
    assert len(steps(page)) == 5
    assert seen(page, ".stepper, button, select") == []
    assert queries(page) == ["5"]
    page.emulate_media(media="print")
    assert seen(page, ".stepper") == []


def test_on_paper(read: Open) -> None:
    """Whatever is shown on the screen, paper has the whole page as it was asked for."""
    document = written("animal")
    page = read(document)
    page.emulate_media(media="print")
    whole = page.locator("body").inner_text()
    picture = page.screenshot(full_page=True)
    page.emulate_media(media="screen")
    weight(page, 2, 2).hover()
    page.get_by_label("Query").select_option("street")
    page.keyboard.press("Escape")
    page.get_by_label("Next step").click()
    assert page.locator("body").inner_text() != whole
    page.emulate_media(media="print")
    assert page.locator("body").inner_text() == whole
    assert page.screenshot(full_page=True) == picture
    assert "Step by step" not in whole


@pytest.mark.no_cover
def test_sheets_of_paper(desk: _Desk) -> None:
    """No sheet ends with a heading, or with the words that a table is announced by."""
    page = desk.open(written("animal"))
    leads = ".part, .heading + p, p:has(+ .scroll)"
    announcements = {re.sub(r"\s", "", text) for text in page.locator(leads).all_text_contents()}
    assert len(announcements) > 5
    for height in range(150, 300, 10):
        sheets = PdfReader(BytesIO(page.pdf(width="210mm", height=f"{height}mm"))).pages
        texts = [re.sub(r"\s", "", sheet.extract_text()) for sheet in sheets]
        assert len(texts) > 1
        for text in texts:
            assert not [words for words in announcements if text.endswith(words)]


def long_vectors() -> dict[str, Any]:
    """More tokens than a page shows, with vectors of many digits."""
    rows = [[f"{row}.1{entry}23" for entry in range(8)] for row in range(14)]
    tokens = [f"w{row}" for row in range(14)]
    return {"tokens": tokens, "Q": rows, "K": rows, "V": rows}


def test_narrow_window(read: Open) -> None:
    """A page is no wider than a telephone: what is, scrolls in a box or takes another line."""
    page = read(written(long_vectors()), viewport={"width": 360, "height": 640})
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    left_out = page.locator(".heatmap td[colspan]")
    assert left_out.inner_text() == "… 4 queries left out …"
    words = "one => {const r = new Range(); r.selectNodeContents(one); "
    edges = left_out.evaluate(words + "const {left, right} = r.getBoundingClientRect(); "
                              "return [left, right]}")  # fmt: skip
    assert 0 <= edges[0] < edges[1] <= 360


def test_nothing_moves(read: Open) -> None:
    """Nothing is animated, so there is nothing to reduce for those who want no motion."""
    page = read(written("animal"), reduced_motion="reduce")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("End")
    assert page.evaluate("document.getAnimations().length") == 0
    assert "transition" not in page.content()
    assert "animation" not in page.content()


def test_looking_up(read: Open) -> None:
    """A page without queries to choose from has no list of them."""
    (problem,) = load_all(SAMPLES / "animal.yaml")
    page = read(write_lookup(attncalc.explain(problem)))
    page.keyboard.press("ArrowRight")
    assert status(page) == "Step 1 of 2: Keys by match"
    assert page.locator("select").count() == 0


def test_one_step(read: Open) -> None:
    """A page with one step and one query has no controls."""
    rows = [["1", "2"]]
    document = written({"tokens": ["a"], "Q": rows, "K": rows}, stages=("weights",))
    page = read(document)
    assert page.locator(".stepper").count() == 0
    weight(page, 0, 0).hover()
    page.keyboard.press("ArrowRight")
    assert len(steps(page)) == 1


@pytest.mark.no_cover
@pytest.mark.parametrize("start", range(0, len(HOSTILE), 11))
def test_hostile_tokens(read: Open, start: int) -> None:
    """Tokens are text in the list of queries, in the bar and under the heatmap."""
    tokens = list(HOSTILE[start : start + 11])
    rows = [[f"{place}", "1"] for place in range(len(tokens))]
    page = read(written({"tokens": tokens, "Q": rows, "K": rows, "V": rows, "title": tokens[0]}))
    title = page.title()
    options = page.locator("option")
    assert options.evaluate_all("all => all.map(one => one.textContent)") == list(
        map(inert_token, tokens)
    )
    for place, token in enumerate(tokens):
        page.get_by_label("Query").select_option(str(place))
        weight(page, place, 0).hover()
        spelled = page.locator(".spelled-out span").first.text_content() or ""
        assert inert_token(token) in spelled
        assert queries(page) == [str(place)]
    assert page.locator("script, img, h1").count() == 2
    assert page.title() == title


def test_hostile_headings(read: Open) -> None:
    """Tokens in headings are text in the bar."""
    from tests.renderers.test_html import hostile_document

    page = read(hostile_document(), "#step-1")
    title = page.title()
    for text in HOSTILE:
        heading = page.get_by_role("status").text_content() or ""
        assert f"“{inert_token(text)}”" in heading
        page.keyboard.press("ArrowRight")
    assert (page.title(), page.locator("script, img, a").count()) == (title, 1)


def test_policy(desk: _Desk) -> None:
    """The page's policy runs its own script as it was written, and no other."""
    markup = HtmlRenderer().render(written("animal"))
    changed = desk.open(markup.replace("// Reading the page", "// Reading a page"))
    assert seen(changed, ".stepper") == []
    added = desk.open(markup.replace("</main>", "<script>document.title = 'owned'</script></main>"))
    assert len(seen(added, ".stepper")) == 1
    assert "owned" not in added.title()
    assert [("Content Security Policy" in text) for text in desk.heard] == [True, True]


@pytest.mark.no_cover
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1000])
def test_barriers(read: Open, scheme: str, width: int) -> None:
    """axe-core finds nothing serious: whole, step by step, with a chosen query and lit cells."""
    size = {"width": width, "height": 800}
    page = read(written("causal"), bypass_csp=True, color_scheme=scheme, viewport=size)
    assert barriers(page) == []
    page.get_by_label("Query").select_option("cats")
    page.evaluate("location.hash = 'step-6'")
    page.wait_for_selector("#step-6.current")
    weight(page, 1, 0).hover()
    assert barriers(page) == []


@pytest.mark.no_cover
@pytest.mark.parametrize("path", sorted(SAMPLES.glob("*.yaml")), ids=lambda path: path.stem)
def test_samples(read: Open, path: Path) -> None:
    """Every sample can be gone through, and its weights light something up."""
    page = read(written(path.stem))
    count = len(steps(page))
    page.keyboard.press("ArrowRight")
    page.keyboard.press("End")
    assert status(page).startswith(f"Step {count} of {count}: ")
    page.keyboard.press("Escape")
    weight(page, 0, 0).hover()
    assert page.locator("td.lit").count() + page.locator("tr.lit").count() > 0
