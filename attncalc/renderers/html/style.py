"""How the HTML page looks: colours as data, checked for contrast, and the style sheet."""

from __future__ import annotations

from collections.abc import Mapping

from attncalc.records import dataclass
from attncalc.renderers.colors import (
    INK,
    LINES,
    MUTED,
    ON_DARK,
    ON_LIGHT,
    PAPER,
    RIGHT,
    STRONG,
    TINT,
    WRONG,
    Ramp,
    Rgb,
    hexadecimal,
    ink_on,
    rgb,
)

SHADES = 20
"""Steps between the coldest and the hottest cell of a heatmap."""

LEAST_CONTRAST = 4.5
"""Between text and what is behind it: WCAG 2.2, success criterion 1.4.3."""


@dataclass(frozen=True)
class Scheme:
    """colors: by the name of their CSS property. ramp: of the heatmap."""

    colors: Mapping[str, Rgb]
    ramp: Ramp


LIGHT = Scheme(
    {
        "page": rgb(PAPER),
        "ink": rgb(INK),
        "muted": rgb(MUTED),
        "rule": (190, 190, 190),
        "accent": rgb(STRONG),
        "bar": rgb(LINES),
        "tint": rgb(TINT),
        "warning": (138, 74, 0),
        "right": RIGHT,
        "wrong": WRONG,
    },
    ramp=ON_LIGHT,
)
DARK = Scheme(
    {
        "page": (22, 25, 27),
        "ink": (230, 227, 220),
        "muted": (165, 168, 168),
        "rule": (75, 81, 84),
        "accent": (98, 205, 192),
        "bar": (56, 140, 131),
        "tint": (29, 43, 45),
        "warning": (240, 179, 90),
        "right": (120, 185, 255),
        "wrong": (255, 160, 90),
    },
    ramp=ON_DARK,
)
TEXTS = ("ink", "muted", "accent", "warning", "right", "wrong")
"""Colours of text; each is read on the page and on the tint."""


def shade(scheme: Scheme, step: int) -> tuple[Rgb, Rgb]:
    """A heatmap cell's background, and black or white, whichever is read better on it."""
    background = scheme.ramp.at(step / SHADES)
    return background, ink_on(background)


def shade_class(share: float) -> str:
    """The CSS class of a cell with this share of the largest number."""
    return f"shade-{round(min(max(share, 0.0), 1.0) * SHADES)}"


def style_sheet() -> str:
    """The style sheet; every rule is confined to what is inside of .attncalc."""
    light = f".attncalc {{ color-scheme: light dark; {_properties(LIGHT)} }}\n"
    dark = f".attncalc {{ {_properties(DARK)} }}"
    return (
        f"{light}@media screen and (prefers-color-scheme: dark) {{ {dark} }}\n"
        f"{_STYLE}{_GRAPHS}{_shades()}"
    )


def _properties(scheme: Scheme) -> str:
    colors = {f"--{name}": color for name, color in scheme.colors.items()}
    for step in range(SHADES + 1):
        background, ink = shade(scheme, step)
        colors |= {f"--on-{step}": ink, f"--shade-{step}": background}
    return " ".join(f"{name}: {hexadecimal(color)};" for name, color in colors.items())


def _shades() -> str:
    return "".join(
        f".attncalc .shade-{step} {{ background: var(--shade-{step}); color: var(--on-{step}); }}\n"
        for step in range(SHADES + 1)
    )


_STYLE = """\
.attncalc {
  box-sizing: border-box; max-width: 50rem; margin: 0 auto; padding: 2.5rem 1.5rem 3rem;
  background: var(--page); color: var(--ink);
  font: 1.0625rem/1.55 "STIX Two Text", "Palatino Linotype", Palatino, "TeX Gyre Pagella",
    "Noto Serif", "Liberation Serif", "Times New Roman", serif;
  font-variant-numeric: lining-nums tabular-nums; text-rendering: optimizeLegibility;
}
.attncalc math {
  font-family: "STIX Two Math", "Cambria Math", "Latin Modern Math", "TeX Gyre Pagella Math", math;
}
.attncalc :is(mn, mtext) { font-family: "STIX Two Text", "Palatino Linotype", Palatino,
  "TeX Gyre Pagella", "Noto Serif", "Liberation Serif", "Times New Roman", serif; }
.attncalc mtext { white-space: pre; }
.attncalc bdi { white-space: pre-wrap; }
.attncalc .name { font-size: 1.75em; line-height: 1.2; font-weight: 600; margin: 0 0 .6rem;
  text-wrap: balance; overflow-wrap: anywhere; }
.attncalc .about { color: var(--muted); margin: 0 0 .25rem; overflow-wrap: anywhere; }
.attncalc .step { margin: 2.75rem 0 0; }
.attncalc .heading { display: flex; flex-wrap: wrap; align-items: baseline; gap: .25rem 2rem;
  justify-content: space-between; border-bottom: 1px solid var(--rule); padding-bottom: .35rem;
  margin: 0 0 1rem; }
.attncalc .part { font-size: 1.25em; line-height: 1.3; font-weight: 600; margin: 0; }
.attncalc .number { color: var(--accent); margin-right: .6rem; }
.attncalc .formula { margin: 0; }
.attncalc .step p { margin: 0 0 .9rem; overflow-wrap: break-word; }
.attncalc .step .formula { margin: 0; }
.attncalc code { font: .88em ui-monospace, "SFMono-Regular", Menlo, Consolas, "Liberation Mono",
  monospace; display: inline-block; max-width: 100%; white-space: pre-wrap;
  overflow-wrap: anywhere; }
.attncalc .remark { color: var(--muted); font-size: .95em; }
.attncalc .warning { border-left: 3px solid var(--warning); padding-left: .8rem; }
.attncalc .warning strong { color: var(--warning); }
.attncalc :is(.is-right, .is-carried, .is-near, .is-wrong) { white-space: nowrap; }
.attncalc .is-right { color: var(--right); }
.attncalc .is-wrong { color: var(--wrong); font-weight: 600; }
.attncalc .blank { box-sizing: border-box; width: 6.5rem; min-height: 2rem; padding: .1rem .4rem;
  border: 1px solid var(--muted); border-radius: 3px; font: inherit; text-align: right;
  color: var(--ink); background: var(--page); }
.attncalc strong.blank { display: inline-block; color: var(--right); border-width: 2px; }
.attncalc .written { color: var(--muted); font-size: .82em; }
.attncalc .room { display: inline-block; max-width: 100%; height: 1.6em;
  border-bottom: 1px dotted var(--muted); }
.attncalc .scroll { position: relative; overflow-x: auto; margin: 0 0 1.5rem; }
.attncalc .equation { padding: .15rem 0; text-align: center; }
.attncalc .equation math { width: max-content; margin: 0 auto; }
.attncalc mtable.aligned mtd { padding: .4em 0; text-align: left; text-align: -webkit-left; }
.attncalc mtable.aligned mtd:nth-child(2) { padding: .4em .3em; }
.attncalc :is(mtable.matrix mtd, mtable.aligned mtd:first-child) {
  text-align: right; text-align: -webkit-right; /* Chromium knows only the second in MathML */
}
.attncalc mtable.matrix mtd { padding: .35em .45em; }
.attncalc table { border-collapse: collapse; margin: 0; line-height: 1.4; }
.attncalc caption { text-align: left; color: var(--muted); font-size: .95em;
  padding: 0 0 .4rem; width: max-content; max-width: min(46rem, 100vw - 3rem); }
.attncalc .aloud { position: absolute; width: 1px; height: 1px; overflow: hidden;
  clip-path: inset(50%); white-space: nowrap; }
.attncalc :is(th, td) { padding: .22rem 1.75rem .22rem 0; text-align: left;
  vertical-align: baseline; font-weight: 400; white-space: nowrap; }
.attncalc :is(th, td):last-child { padding-right: .4rem; }
.attncalc :is(th, td):first-child { padding-left: .4rem; }
.attncalc thead :is(th, td) { color: var(--muted); vertical-align: bottom; }
.attncalc .ruled { border-top: 1.5px solid var(--ink); border-bottom: 1.5px solid var(--ink); }
.attncalc .ruled thead { border-bottom: 1px solid var(--rule); }
.attncalc :is(th, td).right { text-align: right; }
.attncalc :is(th, td).broken { white-space: normal; }
.attncalc :is(th, td).wraps { white-space: normal; min-width: 11rem; overflow-wrap: break-word; }
.attncalc td.result, .attncalc tr.total > * { font-weight: 600; }
.attncalc tr.total { border-top: 1px solid var(--rule); }
.attncalc .ruled tr.focused > *, .attncalc tr.focused > th { background: var(--tint); }
.attncalc tr.focused > th { font-weight: 600; }
.attncalc tr.focused > th.plain { font-weight: 400; }
.attncalc td.omitted { color: var(--muted); }
.attncalc td.drawn { width: 8rem; min-width: 4.5rem; }
.attncalc .bar { display: block; height: .7rem; background: var(--bar); }
.attncalc .heatmap :is(th, td) { padding: .3rem .55rem; text-align: right; }
.attncalc .heatmap td[class^="shade"] { border: 1px solid var(--page); }
.attncalc .heatmap thead th { max-width: 9rem; white-space: normal; overflow-wrap: break-word; }
.attncalc .heatmap tbody th { max-width: 14rem; white-space: normal; overflow-wrap: break-word; }
.attncalc .heatmap td.omitted[colspan] { text-align: left; }
.attncalc .fold :is(td, thead th) { text-align: center; }
.attncalc .scale { margin-left: 1.2em; white-space: nowrap; font-variant-numeric: tabular-nums; }
.attncalc .scale i { display: inline-block; width: .75em; height: .75em; }
.attncalc .scale i:first-of-type { margin-left: .4em; }
.attncalc .scale i:last-of-type { margin-right: .4em; }
@media screen and (max-width: 36rem) {
  .attncalc { padding: 1.25rem 1rem 2rem; font-size: 1rem; }
  .attncalc .name { font-size: 1.4em; }
  .attncalc .ruled { font-size: .88em; }
  .attncalc .ruled :is(th, td) { padding-right: .55rem; }
  .attncalc .heatmap :is(th, td) { padding: .25rem .3rem; }
  .attncalc .many { font-size: .75em; }
  .attncalc .many.many :is(th, td) { padding: .25rem .1rem; }
  .attncalc .many.ruled :is(th, td) { padding-right: .45rem; }
  .attncalc .optional { display: none; }
  .attncalc .equation math { font-size: .84em; }
  .attncalc .many :is(thead td, tbody th, thead th:first-child) { position: sticky; left: 0;
    background: var(--page); }
  .attncalc .ruled.many tr.focused > th, .attncalc .heatmap.many tr.focused > th {
    background: var(--tint); }
}
@media screen {
  /* What is wider still goes on under an edge that is seen, with a bar to move it by. */
  .attncalc .scroll { background:
    linear-gradient(to left, var(--page) 40%, transparent) right / 2.5rem 100% no-repeat local,
    linear-gradient(to left, var(--muted), transparent) right / .5rem 100% no-repeat scroll; }
  .attncalc .scroll::-webkit-scrollbar { height: 6px; }
  .attncalc .scroll::-webkit-scrollbar-thumb { background: var(--muted); border-radius: 3px; }
}
@media print {
  .attncalc { max-width: none; padding: 0; font-size: 10.5pt;
    print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  .attncalc .step { margin-top: 1.6rem; }
  .attncalc :is(.heading, .heading + p, .step p:has(+ :not(p))) { break-after: avoid; }
  .attncalc :is(tr, .scroll, .name) { break-inside: avoid; }
  .attncalc .scroll { overflow: visible; }
  .attncalc p { orphans: 3; widows: 3; }
  .attncalc :focus { outline: none; }
}
"""

# The page's letters are narrower than those that a drawing has room for, and may be larger.
_GRAPHS = """\
.attncalc .graph { margin: 0 0 1.5rem; break-inside: avoid; }
.attncalc .graph figcaption { color: var(--muted); font-size: .95em; line-height: 1.4;
  padding: 0 0 .5rem; max-width: 46rem; }
.attncalc .graph svg { display: block; max-width: 100%; height: auto; overflow: visible; }
.attncalc .graph text { font-size: 16px; white-space: pre; fill: var(--ink); }
.attncalc .graph .digits { fill: var(--muted); }
.attncalc .graph .bold { font-weight: 600; }
.attncalc .graph .line { fill: none; stroke: var(--bar); stroke-linecap: round; }
.attncalc .graph .head { fill: var(--bar); }
.attncalc .graph .line.high { stroke: var(--accent); }
.attncalc .graph .head.high { fill: var(--accent); }
"""
