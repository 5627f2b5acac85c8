"""A fragment in a page with a style of its own, as a dark notebook or Pandoc has."""

from __future__ import annotations

from pathlib import Path

from attncalc.readers import load
from attncalc.renderers.html.guest import guest_style_sheet
from attncalc.renderers.html.page import HtmlRenderer
from attncalc.renderers.html.style import style_sheet
from attncalc.steps.engine import explain
from attncalc.walkthrough import write_walkthrough
from tests.conftest import SAMPLES
from tests.renderers.chromium import visit

HOST = """\
<!DOCTYPE html><meta charset="utf-8"><style>
body { background: #111; color: #fff; }
.host table { color: #fff; font-size: 12px; table-layout: fixed; }
.host thead { border-bottom: 3px solid red; }
.host td, .host th, .host tr { text-align: right; padding: 0.5em; border: none; }
:not(.markdown).host td, :not(.markdown).host th { text-align: right; }
.host tbody tr:nth-child(odd) { background: #111; }
.host tbody tr:nth-child(even) { background: #222; }
header { margin-bottom: 4em; text-align: center; }
th { border-top: 1px solid red; }
</style><body><div class="host"><pre class="attncalc">file=animal.yaml</pre>
"""
PROBE = """\
</div><script>
const style = (selector) => getComputedStyle(document.querySelector(selector));
const found = [
  style(".attncalc table").color === style("div.attncalc").color,
  style(".attncalc table").fontSize === style("div.attncalc").fontSize,
  style(".attncalc table").tableLayout,
  style(".attncalc tbody tr").backgroundColor,
  style(".attncalc tbody tr:nth-child(2)").backgroundColor,
  style(".attncalc tbody th").textAlign,
  style(".attncalc thead").borderBottomWidth,
  style(".attncalc tr.total").borderTopWidth,
  style(".attncalc header").textAlign,
  style(".attncalc tbody th").borderTopWidth,
  style("pre.attncalc").padding,
];
document.title = found.join(" | ");
</script>
"""


def test_in_a_dark_page(tmp_path: Path) -> None:
    """Tables keep their colours, their size and their sides, whatever the page does to its own."""
    trace = explain(load(SAMPLES / "animal.yaml"))
    fragment = HtmlRenderer(fragment=True).render(write_walkthrough(trace))
    page = tmp_path / "page.html"
    page.write_text(HOST + fragment + PROBE, encoding="utf-8")
    nothing = "rgba(0, 0, 0, 0)"
    found = f"true | true | auto | {nothing} | {nothing} | left | 1px | 1px | left | 0px | 0px"
    assert f"<title>{found}</title>" in visit(page).dom


def test_every_rule_outranks() -> None:
    """The rules are those of a whole page, each a rank higher."""
    assert guest_style_sheet().replace("div.attncalc.attncalc", ".attncalc").endswith(style_sheet())
