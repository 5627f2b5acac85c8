"""A sheet in the hands of a student: the page's own script judges as attncalc does."""

from __future__ import annotations

import base64
import json
import random
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from pypdf import PdfReader

from attncalc.language import Speech, speaking
from attncalc.numbers.terms import worked_out, written
from attncalc.renderers.html.files import html_file
from attncalc.renderers.html.sheet import encoded, sheet_html
from attncalc.sheet import Sheet
from attncalc.walkthrough.worksheet import answerable
from attncalc.worksheet.answers import number_of
from attncalc.worksheet.judging import Credit, Judge
from attncalc.worksheet.making import Wanted
from tests.renderers.chromium import barriers, browser
from tests.renderers.hostile import HOSTILE
from tests.worksheet.examples import of_sample
from tests.worksheet.sheets import TWO, key_of, sheet_of

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

SHEETS = {
    "two": lambda: sheet_of(TWO),
    "drawn": lambda: sheet_of({**TWO, "W_O": [["1", "2"], ["3", "1"]]}, Wanted(level=3)),
    "causal": lambda: of_sample("causal"),
    "sink": lambda: of_sample("sink"),
    "softcap": lambda: of_sample("softcap"),
    "rms-norm": lambda: of_sample("rms-norm", level=3),
    "gate": lambda: of_sample("gate"),
    "one a step": lambda: of_sample("multi-head", level=1),
}


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as opened:
        yield opened


@pytest.fixture
def script(chromium: Browser) -> Iterator[Page]:
    """A page to run the script's arithmetic in."""
    page = chromium.new_context().new_page()
    yield page
    page.context.close()


class Desk:
    """Opens sheets; hears what should not happen."""

    def __init__(self, chromium: Browser, folder: Path) -> None:
        self.file = folder / "sheet.html"
        self.context = chromium.new_context(bypass_csp=True)
        self.heard: list[str] = []

    def open(self, sheet: Sheet) -> Page:
        self.file.write_text(sheet_html(answerable(sheet)), encoding="utf-8")
        return self.again()

    def again(self) -> Page:
        page = self.context.new_page()
        page.set_default_timeout(5000)
        page.on("console", lambda message: self.heard.append(message.text))
        page.on("pageerror", lambda error: self.heard.append(str(error)))
        page.on("request", lambda request: self._request(request.url))
        page.goto(self.file.as_uri())
        return page

    def _request(self, url: str) -> None:
        if url != self.file.as_uri():
            self.heard.append(f"asked for {url}")


@pytest.fixture
def desk(chromium: Browser, tmp_path: Path) -> Iterator[Desk]:
    opened = Desk(chromium, tmp_path)
    yield opened
    opened.context.close()
    assert opened.heard == []


def run(page: Page, call: str, argument: Any) -> Any:
    """What a call of the script's functions gives."""
    return page.evaluate(f"given => {{ {html_file('judging.js')}\nreturn {call}; }}", argument)


def data(sheet: Sheet) -> Any:
    return json.loads(base64.b64decode(encoded(answerable(sheet))))


def random_answers(sheet: Sheet, people: int, chance: random.Random) -> list[list[str]]:
    """What people may write: right, rounded, off by a bit, mistaken, carried on, or nothing."""
    right = [float(each) for each in key_of(sheet)[0][0]]
    rows = []
    for _ in range(people):
        row = []
        careful = chance.random()
        for blank, value in zip(sheet.blanks, right, strict=True):
            decimals = chance.choice([blank.decimals, blank.decimals, 4, 3, 2, 1, 5])
            kind = chance.random()
            if kind < careful:
                answer = value
            elif kind < careful + 0.1 and blank.mistakes:
                answer = float(chance.choice(blank.mistakes).answer)
            elif chance.random() < 0.1:
                row.append(chance.choice(["", "x", "0", "1"]))
                continue
            else:
                answer = value * chance.choice([1, 1, 1.001, 0.9, 2, -1])
                answer += chance.choice([0, 1e-4, -1e-4, 5e-5, 0.01, 0.1])
            row.append(f"{answer:.{decimals}f}")
        rows.append(row)
    return rows


@pytest.mark.no_cover
@pytest.mark.parametrize("name", SHEETS)
def test_the_script_judges_as_python_does(name: str, script: Page) -> None:
    """Verdicts, mistakes and points of 10,000 answers and more."""
    sheet = SHEETS[name]()
    chance = random.Random(name)
    rows = random_answers(sheet, 10_000 // len(sheet.blanks) + 1, chance)
    numbers = [[number_of(text) or (np.nan, np.nan) for text in row] for row in rows]
    both = np.array(numbers)
    judge = Judge(sheet)
    found = judge.judge(both[:, :, 0], both[:, :, 1])
    call = """given.rows.map((row) => {
      const numbers = row.map(numberOf);
      const found = judge(given.sheet, numbers.map((n) => n[0]), numbers.map((n) => n[1]));
      return [found.verdicts, found.mistakes, earned(given.sheet, found)];
    })"""
    made = run(script, call, {"sheet": data(sheet), "rows": rows})
    points = judge.earned(found, Credit())
    for number, (verdicts, mistakes, earned) in enumerate(made):
        assert verdicts == found.verdicts[number].tolist(), rows[number]
        assert mistakes == found.mistakes[number].tolist(), rows[number]
        assert earned == points[number].tolist(), rows[number]
    assert {*np.unique(found.verdicts)} == {0, 1, 2, 3, 4}


@pytest.mark.parametrize(
    "text",
    [
        "0.5", " 0,25 ", "+1", "-.5", "−2.5", "1e-3", "2.5E2", "28.40%", "28,4 %", "= 0.5", "≈0.33",
        "1/3", "-2/4", "2.718/3.718", "0/5", "5/0", "", "x", "1.2.3", "--1", "1e", "0.0",
    ],
)  # fmt: skip
def test_numbers_are_read_alike(text: str, script: Page) -> None:
    value, unit = run(script, "numberOf(given)", text)
    expected = number_of(text)
    if expected is None:
        assert value is None or np.isnan(value)
        return
    assert value == pytest.approx(expected[0], rel=1e-15)
    if "/" not in text or "." in text:
        assert unit == pytest.approx(expected[1], rel=1e-12)


FORMULAS: list[Any] = [
    ["+", [1, 2], [3, 4]],
    ["*", [-1, 2], [3, 4]],
    ["*", [0, 0], ["-inf", "inf"]],
    ["/", [1, 2], [-1, 1]],
    ["/", [0, 0], [0, 0]],
    ["/", [1, 2], [4, 5]],
    ["share", [1, 2], [3, 4]],
    ["share", [0, 0], [0, 0]],
    ["share", [0, 1], [0, 0]],
    ["^", None, [-1, 1]],
    ["^", 2, [-1, 3]],
    ["sqrt", [-1, 4]],
    ["tanh", [-1, 1]],
    ["sigmoid", [-1, 1]],
    ["~", ["#", 0]],
    ["max", [1, 5], [2, 3]],
    ["either", [1, 5], [2, 3]],
    ["^", None, ["-inf", "-inf"]],
    ["sqrt", ["inf", "inf"]],
    ["+", ["-inf", "-inf"], ["inf", "inf"]],
]


@pytest.mark.parametrize("formula", FORMULAS, ids=str)
def test_formulas_are_worked_out_alike(formula: Any, script: Page) -> None:
    """Each kind of node, and what it makes of 0 and of infinities."""
    term = _term(formula)
    assert written(term, {("scores", (0,)): 0}) == formula
    ends = np.asarray(0.25), np.asarray(0.5)
    low, high = (float(end) for end in worked_out(term, {("scores", (0,)): ends}, 0.005))
    call = "workedOut(given, [[0.25, 0.5]], 0.005).map(String)"
    found = run(script, call, formula)
    assert [float(end.replace("Infinity", "inf")) for end in found] == pytest.approx(
        [low, high], rel=1e-14
    )


def _term(formula: Any) -> Any:
    """A list as the formula that it is of."""
    from attncalc.numbers import terms

    made = {
        "/": terms.Quotient, "*": terms.Product, "share": terms.Share, "sqrt": terms.Root,
        "tanh": terms.Tanh, "sigmoid": terms.Logistic, "~": terms.Rounded,
    }  # fmt: skip
    several = {"+": terms.Sum, "max": terms.Largest, "either": terms.Either}
    operation, *rest = formula
    if operation == "#":
        return terms.Awaited(("scores", (0,)))
    if operation == "^":
        return terms.Power(rest[0], _term(rest[1]))
    if operation in made:
        return made[operation](*map(_term, rest))
    if operation in several:
        return several[operation](tuple(map(_term, rest)))
    return terms.Constant(*(float(end) for end in formula))


def fill(page: Page, **answers: str) -> None:
    for name, text in answers.items():
        page.locator(f"#{name}").fill(text)


def verdict(page: Page, name: str) -> str:
    return page.locator(f"#verdict-{name}").inner_text()


def status(page: Page) -> str:
    return page.get_by_role("status").inner_text()


def test_one_number_is_checked(desk: Desk) -> None:
    page = desk.open(sheet_of(TWO))
    fill(page, scores_2_1="3", scaled_scores_2_1="0.7")
    page.get_by_role("button", name="Check: the score of “it” for “The”").click()
    assert verdict(page, "scores_2_1") == "✓ correct"
    assert status(page) == "the score of “it” for “The”: correct"
    assert verdict(page, "scaled_scores_2_1") == ""
    page.locator("#scaled_scores_2_1").press("Enter")
    assert verdict(page, "scaled_scores_2_1") == "≈ a slip in the last digits"
    fill(page, scaled_scores_2_1="3")
    assert verdict(page, "scaled_scores_2_1") == ""
    page.locator("#scaled_scores_2_1").press("Enter")
    assert verdict(page, "scaled_scores_2_1") == "✗ wrong: the scores are not scaled"
    assert page.locator("#scaled_scores_2_1").get_attribute("aria-invalid") == "true"


def test_everything_is_checked_at_once(desk: Desk) -> None:
    """Numbers that follow from wrong ones count; what is empty, or no number, says so."""
    sheet = sheet_of(TWO)
    page = desk.open(sheet)
    fill(page, **{blank.id: blank.answer for blank in sheet.blanks})
    fill(page, exponentials_2_1="2.2", sums_2="3.484", weights_2_1="0.6315", weights_2_2="")
    fill(page, output_2_1="two")
    page.get_by_role("button", name="Check all").click()
    assert verdict(page, "exponentials_2_1") == "✗ wrong"
    assert verdict(page, "sums_2") == "→ follows from the numbers before"
    assert verdict(page, "weights_2_2") == "no answer"
    assert verdict(page, "output_2_1") == "no number"
    assert status(page) == "8 of 11 points"


def test_a_hint_tells_the_formula_and_what_was_typed(desk: Desk) -> None:
    page = desk.open(sheet_of(TWO))
    hint = page.locator("#hint-scores_2_1")
    button = page.get_by_role("button", name="Hint: the score of “it” for “The”")
    assert not hint.is_visible()
    button.click()
    assert button.get_attribute("aria-expanded") == "true"
    assert "with𝑞it=[1],𝑘The=[3]" in "".join(hint.inner_text().split())
    button.click()
    assert not hint.is_visible()
    fill(page, exponentials_2_1="2.1")
    page.get_by_role("button", name="Hint: the row sum of “it”").click()
    said = page.locator("#hint-sums_2").inner_text()
    assert said.endswith("Typed so far: the exponential of “it” for “The”: 2.1")


def test_what_was_typed_is_there_again(desk: Desk) -> None:
    page = desk.open(sheet_of(TWO))
    fill(page, scores_2_1="3", scores_2_2="7")
    page.locator("#scores_2_2").press("Enter")
    again = desk.again()
    assert again.locator("#scores_2_1").input_value() == "3"
    assert verdict(again, "scores_2_1") == ""
    assert verdict(again, "scores_2_2").startswith("✗ wrong")
    again.on("dialog", lambda dialog: dialog.accept())
    again.get_by_role("button", name="Start again").click()
    assert again.locator("#scores_2_1").input_value() == ""
    assert verdict(again, "scores_2_2") == ""
    assert again.evaluate("document.activeElement.id") == "scores_2_1"


def test_answers_stay_where_clearing_them_is_not_meant(desk: Desk) -> None:
    page = desk.open(sheet_of(TWO))
    fill(page, scores_2_1="3")
    page.on("dialog", lambda dialog: dialog.dismiss())
    page.get_by_role("button", name="Start again").click()
    assert page.locator("#scores_2_1").input_value() == "3"


@pytest.mark.parametrize("kept", ["{", "null", '{"typed": [1]}', '{"typed": 3}'])
def test_what_is_kept_and_no_answers_is_let_be(kept: str, desk: Desk) -> None:
    sheet = sheet_of(TWO)
    page = desk.open(sheet)
    page.evaluate(
        "kept => localStorage.setItem(kept[0], kept[1])", [f"attncalc {sheet.code}", kept]
    )
    again = desk.again()
    again.get_by_role("button", name="Check all").click()
    assert status(again) == "0 of 11 points"


def test_a_browser_that_keeps_nothing(desk: Desk) -> None:
    desk.context.add_init_script(
        "Object.defineProperty(window, 'localStorage', {get() { throw new Error('no'); }})"
    )
    page = desk.open(sheet_of(TWO))
    fill(page, scores_2_1="3")
    page.locator("#scores_2_1").press("Enter")
    assert verdict(page, "scores_2_1") == "✓ correct"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nobody_is_kept_from_using_it(scheme: Any, desk: Desk) -> None:
    page = desk.open(of_sample("causal"))
    page.emulate_media(color_scheme=scheme)
    fill(page, scores_2_1="5", scores_2_2="1")
    page.get_by_role("button", name="Check all").click()
    page.get_by_role("button", name="Hint: the row sum").click()
    assert barriers(page) == []


def test_the_keyboard_reaches_everything(desk: Desk) -> None:
    """From a number to its buttons, and on to the next number."""
    page = desk.open(sheet_of(TWO))
    page.locator("#scores_2_1").focus()
    reached = []
    for _ in range(3):
        page.keyboard.press("Tab")
        reached.append(
            page.evaluate("document.activeElement.textContent || document.activeElement.id")
        )
    assert reached == ["Check", "Hint", "scores_2_2"]


def test_on_paper(desk: Desk) -> None:
    """What was typed and what became of it, and no buttons."""
    page = desk.open(sheet_of(TWO))
    fill(page, scores_2_1="3", scores_2_2="1")
    page.get_by_role("button", name="Check all").click()
    text = "".join(each.extract_text() for each in PdfReader(BytesIO(page.pdf())).pages)
    assert "correct" in text
    assert "2 of 11 points" in text
    assert "Hint" not in text


def test_in_german(desk: Desk) -> None:
    with speaking(Speech("de")):
        page = desk.open(sheet_of(TWO))
    fill(page, scores_2_1="3,0", scaled_scores_2_1="0,7")
    page.get_by_role("button", name="Alles prüfen").click()
    assert verdict(page, "scores_2_1") == "✓ richtig"
    assert status(page) == "1,5 von 11 Punkten"


def test_hostile_tokens_are_text(desk: Desk) -> None:
    tokens = [*HOSTILE[:6], HOSTILE[21]]
    fields = {
        "tokens": tokens,
        "scores": [[str(at) for at in range(len(tokens))]] * len(tokens),
    }
    page = desk.open(sheet_of(fields))
    page.get_by_role("button", name="Check all").click()
    page.locator(".controls button").nth(1).click()
    assert page.title() != "owned"
    assert page.locator("script").count() == 1
    assert page.locator("img, h1:has-text('x') + x").count() == 0


@pytest.mark.no_cover
def test_no_answer_is_read_at_a_glance() -> None:
    """Neither in the source, but encoded, nor in what is shown."""
    sheet = of_sample("causal")
    page = sheet_html(answerable(sheet))
    for blank in sheet.blanks:
        if len(blank.answer) > 4:
            assert blank.answer not in page
