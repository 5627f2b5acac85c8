"""Handouts: what of a trace is written out, and the format it is written in.

The one place that knows which renderer makes which format. Each is imported only when it is used.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import field, replace
from typing import TYPE_CHECKING, assert_never, get_args

from attncalc.document.style import MOST_DECIMALS, NumberStyle, Rounding
from attncalc.document.topics import DETAILS, HIDEABLE, Detail
from attncalc.errors import AttncalcError, InputError, suggestion
from attncalc.formats import PageFormat, Paper, PictureFormat
from attncalc.language import DecimalMark, Language, Speech, speaking
from attncalc.names import ONE_A_PAIR
from attncalc.records import dataclass
from attncalc.selection import Notation, Selection, View

if TYPE_CHECKING:
    import datetime

    from attncalc.document.checks import Checked
    from attncalc.document.document import Document
    from attncalc.problem.problem import Problem
    from attncalc.steps.trace import Trace

VIEWS = get_args(View)
NOTATIONS = get_args(Notation)
ROUNDINGS = get_args(Rounding)
PAPERS = get_args(Paper)
LANGUAGES = get_args(Language)
DECIMAL_MARKS = get_args(DecimalMark)
NARROWEST = 40
"""Columns of a text."""

_PASSES = 2
"""Times that a problem is worked through within the time that decimals are given for once, if each
gradient is to be checked.
"""


@dataclass(frozen=True)
class Layout:
    """How a page is set; a format takes what it knows of.

    fragment: only the piece for inclusion. paper: "a4", "us-letter" or "slides". footer: small
    print on each sheet. date: of the page's metadata; without one it has none. width, color: of a
    text. level: of the sections' headings in Markdown, from 1.
    """

    fragment: bool = False
    paper: str = "a4"
    footer: str | None = None
    date: datetime.date | None = None
    width: int = 80
    color: bool = False
    level: int = 2


@dataclass(frozen=True)
class Rendered:
    """A page, and the characters that no installed font has: they stand in it as code points."""

    content: str | bytes
    missing: tuple[str, ...] = ()


def rendered(kind: PageFormat, documents: Sequence[Document], layout: Layout) -> Rendered:
    """The documents as one page. There is one document where a file of the format has no more.

    Raises AttncalcError where the format needs a package that is not installed.
    """
    match kind:
        case "md" | "qmd":
            from attncalc.renderers.markdown import MarkdownRenderer

            markdown = MarkdownRenderer(layout.fragment, layout.level, kind)
            return Rendered("\n".join(map(markdown.render, documents)))
        case "tex":
            from attncalc.renderers.latex.page import LatexRenderer

            (document,) = documents
            return Rendered(LatexRenderer(layout.fragment).render(document))
        case "html":
            from attncalc.renderers.html.page import HtmlRenderer

            (document,) = documents
            return Rendered(HtmlRenderer(layout.fragment).render(document))
        case "typ":
            from attncalc.renderers.typst.page import TypstRenderer

            typst = TypstRenderer(layout.paper, layout.footer, layout.date)
            return Rendered(typst.render_all(documents))
        case "pdf":
            from attncalc.renderers.typst.pdf import PdfRenderer

            typeset = PdfRenderer(layout.paper, layout.footer, layout.date).typeset(*documents)
            return Rendered(typeset.content, typeset.missing)
        case "svg" | "png":
            from attncalc.renderers.typst.picture import PictureRenderer

            (document,) = documents
            picture = PictureRenderer(kind).typeset(document)
            return Rendered(picture.content, picture.missing)
        case "text":
            from attncalc.renderers.terminal.page import TerminalRenderer

            terminal = TerminalRenderer(layout.width, layout.color)
            return Rendered("\n\n".join(map(terminal.render, documents)))
        case _:
            assert_never(kind)


def checking(checked: Checked) -> Rendered:
    """A sheet as an HTML page whose script judges what is typed into it."""
    from attncalc.renderers.html.sheet import sheet_html

    return Rendered(sheet_html(checked))


def lets_choose(kind: str, *, fragment: bool) -> bool:
    """Whether the reader of a page can choose its query: with a script, on a whole HTML page."""
    return kind == "html" and not fragment


def written(trace: Trace, selection: Selection) -> Document:
    """The document of a trace: its steps, or the same numbers as a lookup, which has no stages."""
    with speaking(selection.speech):
        match selection.view:
            case "lookup":
                from attncalc.walkthrough.lookup import write_lookup

                return write_lookup(trace, selection)
            case "steps":
                from attncalc.walkthrough import write_walkthrough

                return write_walkthrough(trace, selection)
            case _:
                assert_never(selection.view)


def drawn(kind: PictureFormat, trace: Trace, selection: Selection) -> Rendered:
    """Heatmaps of the stages without a page around them; of all heads if none are named.

    Raises InputError for a stage that has not one number a pair of a query and a key.
    """
    from attncalc.renderers.typst.picture import PictureRenderer
    from attncalc.walkthrough.heatmaps import heatmaps

    for stage in selection.stages:
        if stage not in ONE_A_PAIR:
            there = ", ".join(name for name in ONE_A_PAIR if name in trace)
            message = f"{stage} has no heatmap; expected of {there}"
            hint = "without --stages, the whole page is drawn"
            raise InputError("--stages", message, hint=hint)
    picture = PictureRenderer(kind).typeset_drawings(heatmaps(trace, selection))
    return Rendered(picture.content, picture.missing)


@dataclass(frozen=True, repr=False)
class Handout:
    """A page, to be had in every format.

    choosing: writes it for a reader who can choose the query, where there is one to choose.
    speech: the language that it is in.
    """

    document: Document
    choosing: Callable[[], Document] | None = None
    speech: Speech = field(default_factory=Speech)

    def text(self, width: int = 80, *, color: bool = False) -> str:
        """The page as a terminal shows it, at most so many columns wide, from 40."""
        if width < NARROWEST:
            raise InputError("width", f"{width} columns; expected {NARROWEST} or more")
        return self._text("text", Layout(width=width, color=color))

    def markdown(self, *, fragment: bool = False) -> str:
        """Markdown with formulas between dollars; as a fragment, without the title."""
        return self._text("md", Layout(fragment))

    def latex(self, *, fragment: bool = False) -> str:
        """A LaTeX article; as a fragment, for an input that loads amsmath, booktabs and xcolor."""
        return self._text("tex", Layout(fragment))

    def html(self, *, fragment: bool = False) -> str:
        """One HTML file that needs nothing else; as a fragment, a div without a script."""
        if self.choosing is not None and lets_choose("html", fragment=fragment):
            return Handout(self.choosing(), speech=self.speech).html()
        return self._text("html", Layout(fragment))

    def typst(self, paper: str = "a4") -> str:
        """Typst source that compiles on its own. paper: "a4", "us-letter" or "slides"."""
        _refuse_other("paper", paper, PAPERS)
        return self._text("typ", Layout(paper=paper))

    def pdf(self, paper: str = "a4") -> bytes:
        """A tagged PDF without a date: the same problem gives the same bytes.

        paper: "a4", "us-letter", or "slides" of 16 by 9, with a step a slide. Warns of characters
        that no installed font has; they stand on the page as code points. Raises AttncalcError
        without the typst package.
        """
        _refuse_other("paper", paper, PAPERS)
        return self._bytes("pdf", Layout(paper=paper))

    def svg(self) -> bytes:
        """The page as one picture; warns and raises as pdf does."""
        return self._bytes("svg", Layout())

    def png(self) -> bytes:
        """The page as one picture of pixels; warns and raises as pdf does."""
        return self._bytes("png", Layout())

    def _repr_mimebundle_(
        self, include: Collection[str] | None = None, exclude: Collection[str] | None = None
    ) -> dict[str, str]:
        """What a notebook shows, by its kind: https://ipython.readthedocs.io, "Rich display"."""
        kinds = {
            "text/html": lambda: self.html(fragment=True),
            "text/markdown": self.markdown,
            "text/plain": self.text,
        }
        wanted = kinds.keys() if include is None else kinds.keys() & set(include)
        return {kind: kinds[kind]() for kind in kinds if kind in wanted - set(exclude or ())}

    def __repr__(self) -> str:
        from attncalc.renderers.inert import inert

        words = self.document.title.heading.words
        return f"<Handout “{inert(''.join(getattr(part, 'text', '') for part in words))}”>"

    def _bytes(self, kind: PageFormat, layout: Layout) -> bytes:
        with speaking(self.speech):
            page = rendered(kind, [self.document], layout)
        assert isinstance(page.content, bytes)
        if page.missing:
            import warnings

            warnings.warn(missing_glyphs(page.missing), stacklevel=3)
        return page.content

    def _text(self, kind: PageFormat, layout: Layout) -> str:
        with speaking(self.speech):
            content = rendered(kind, [self.document], layout).content
        assert isinstance(content, str)
        return content


def handout(
    trace: Trace,
    *,
    queries: str | Sequence[str] | None = None,
    heads: Sequence[int] = (),
    stages: str | Sequence[str] = (),
    view: View = "steps",
    precision: int = 4,
    rounding: Rounding = "half-up",
    full: bool = False,
    detail: Detail = "standard",
    hide: str | Sequence[str] = (),
    backward: bool = False,
    gradient_check: bool = False,
    gradients: Notation = "paper",
    lang: Language = "en",
    decimal: DecimalMark | None = None,
) -> Handout:
    """A trace's walkthrough as a page: attncalc.handout(trace, queries="it").pdf().

    queries: tokens to be written out, as at the command line: it, the#2, #6; all of them if empty,
    without them the problem's own. heads: from 0; the first if none are named. stages: only the
    parts that derive these. view: "lookup" tells the same numbers as a search. precision: decimals
    of a rounded number, up to 30. full: leave nothing out, however large. detail, hide, backward,
    gradient_check, gradients, lang, decimal: as at the command line.
    Raises InputError for a token, a head or a choice, StageError for a stage, that there is not;
    and AttncalcError for what one head sees of a trace, which is no whole page.
    """
    from attncalc.steps.trace import Trace

    if not isinstance(trace, Trace):
        raise TypeError(f"a {type(trace).__name__}; expected a Trace, as attncalc.explain returns")
    if trace.head is not None:
        raise AttncalcError(
            f"a view of one head; expected the whole trace, and heads=[{trace.head}]"
        )
    refuse_gradients(trace, backward=backward, check=gradient_check)
    if (stages or backward or gradient_check) and view == "lookup":
        raise InputError("view", "lookup shows no single stages; expected one of both")
    _refuse_other("view", view, VIEWS)
    _refuse_other("rounding", rounding, ROUNDINGS)
    _refuse_other("detail", detail, DETAILS)
    _refuse_other("gradients", gradients, NOTATIONS)
    _refuse_other("lang", lang, LANGUAGES)
    _refuse_other("decimal", decimal or "point", DECIMAL_MARKS)
    for topic in several(hide):
        _refuse_other("hide", topic, HIDEABLE)
    if not 0 <= precision <= MOST_DECIMALS:
        raise InputError("precision", f"{precision}; expected 0 to {MOST_DECIMALS}")
    from attncalc.steps.engine import refuse_unknown

    stages = several(stages)
    refuse_unknown(stages, trace)
    _refuse_heads(heads, trace.problem.heads)
    selection = Selection(
        queries=() if queries is None else _positions(several(queries), trace.problem),
        heads=tuple(heads),
        stages=tuple(stages),
        view=view,
        style=NumberStyle(precision, rounding),
        full=full,
        detail=detail,
        hide=tuple(topic for topic in HIDEABLE if topic in several(hide)),
        backward=backward,
        gradient_check=gradient_check,
        gradients=gradients,
        speech=Speech(lang, decimal),
    )
    turning = replace(selection, turns=True)
    return Handout(written(trace, selection), lambda: written(trace, turning), selection.speech)


def stage_names(listed: str) -> tuple[str, ...]:
    """The stages of a comma-separated list."""
    return tuple(name.strip() for name in listed.split(",") if name.strip())


def several(names: str | Sequence[str]) -> Sequence[str]:
    """Names, also where one stands alone."""
    return (names,) if isinstance(names, str) else names


def missing_glyphs(characters: Sequence[str]) -> str:
    """What is said of characters that no installed font has."""
    from attncalc.renderers.inert import inert

    listed = inert(" ".join(characters))
    return f"no installed font has {listed}; on the page they stand as code points"


def refuse_other_heads(heads: Sequence[int], there: int | None) -> None:
    """Raise InputError of --head, which counts from 1, for a head, from 0, that there is not.

    there: how many the problem has.
    """
    for number in (head + 1 for head in heads):
        if there is None:
            message = f"head {number}, but the problem has no heads; expected heads to be given"
            raise InputError(
                "--head", message, hint="heads: 2, under attention, cuts vectors into two"
            )
        if not 1 <= number <= there:
            raise InputError("--head", f"head {number}; expected 1 to {there}")


def refuse_gradients(trace: Trace, *, backward: bool, check: bool) -> None:
    """Raise InputError of --backward or --gradient-check for a problem that they are not for."""
    if check:
        _refuse_backward(trace, "--gradient-check")
        _refuse_large(trace)
    elif backward:
        _refuse_backward(trace, "--backward")


def _refuse_backward(trace: Trace, asking: str) -> None:
    """Refuse one that has nothing to go back from."""
    if "output" not in trace:
        message = "there is no output to go back from; expected values, V, or X with W_V"
        raise InputError(asking, message)
    if "d_output" not in trace:
        rows, columns = trace["output"].shape
        message = f"d_output is missing; expected the gradient of the output ({rows} × {columns})"
        row = ", ".join(["0"] * (columns - 1) + ["1"])
        hint = f"in the file: d_output: [[{row}], …], a row a query"
        raise InputError(asking, message, hint=hint)


def _refuse_large(trace: Trace) -> None:
    """Refuse one that takes too long to be worked through for each number."""
    from attncalc.costs.counts import cost_of
    from attncalc.numbers.arithmetic import hand_sized

    there = cost_of(replace(trace.problem, d_output=None)).total
    products, powers = (
        there.multiplications,
        there.powers + there.tanh + there.sines_and_cosines,
    )
    if not hand_sized(_PASSES * products, _PASSES * powers):
        message = (
            f"the way there takes {there.all} operations, twice for each number; "
            "expected a smaller problem"
        )
        raise InputError("--gradient-check", message, hint="fewer tokens, or narrower vectors")


def refuse_stage_of_graph(stage: str, trace: Trace) -> None:
    """Raise InputError for a stage that cannot be drawn, because there is none."""
    if stage not in trace:
        there = ", ".join(name for name in ONE_A_PAIR if name in trace)
        raise InputError("--stage", f"this problem has no {stage}; expected one of {there}")


def _refuse_other(name: str, value: str, known: Sequence[str]) -> None:
    """Refuse what is not one of the choices there are."""
    if value not in known:
        found = f"“{value}”; expected one of {', '.join(known)}"
        raise InputError(name, found, hint=suggestion(value, known))


def _refuse_heads(heads: Sequence[int], there: int | None) -> None:
    for head in heads:
        if there is None:
            raise InputError("heads", f"head {head}, but the problem has no heads; expected none")
        if not 0 <= head < there:
            raise InputError("heads", f"head {head}; expected 0 to {there - 1}")


def _positions(addresses: Sequence[str], problem: Problem) -> tuple[int, ...]:
    """Where the addressed tokens stand, without repetition; all of them if none is addressed."""
    from attncalc.problem.problem import ADDRESS_HINT, find_token

    tokens = problem.tokens
    found: dict[int, None] = {}
    for address in addresses:
        position = find_token(address, tokens)
        if position is None:
            message = f"no token “{address}”; expected one of {', '.join(tokens)}"
            raise InputError("queries", message, hint=ADDRESS_HINT)
        found[position] = None
    return tuple(found) or tuple(range(len(tokens)))
