"""What is woven in one place: the problems read, explained and written in the format asked for."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Literal, assert_never

from attncalc.checking import check
from attncalc.errors import InputError, InputErrors, suggestion
from attncalc.exports.report_ci import sentence
from attncalc.formats import PageFormat
from attncalc.handouts import (
    Layout,
    refuse_gradients,
    refuse_other_heads,
    refuse_stage_of_graph,
    rendered,
    written,
)
from attncalc.language import speaking
from attncalc.problem.problem import Problem
from attncalc.readers import lines_of_claims_in, load_all, load_text
from attncalc.records import dataclass
from attncalc.report import Finding
from attncalc.shipped import samples
from attncalc.steps.engine import StageError, explain
from attncalc.steps.trace import Trace
from attncalc.weaving.options import Options, read
from attncalc.weaving.passages import Passage

_SAMPLE = "sample:"
_TAGS = re.compile(r"(<style\b.*?</style>|<[^>]*>)", re.DOTALL)
_MARKUP = re.compile(r"""[!"#$'*@\[\\\]^_`{|}~](?<!&#)|(?<=[-.])[-.]|:(?=[/\w])""")
"""What may be markup between tags; not the number sign of a character reference."""

_DEEPEST_HEADING = 6


@dataclass(frozen=True)
class Shelf:
    """Where the files are that a document may name: below a folder or, if open, anywhere."""

    folder: Path
    open: bool = False


@dataclass(frozen=True)
class Judged:
    """A claim of the document: where it stands, what was found, and that in a sentence."""

    line: int
    finding: Finding
    sentence: str


@dataclass(frozen=True)
class Content:
    """What is woven in one place, without a newline at its end; and its claims, judged."""

    text: str
    judged: tuple[Judged, ...]


def content(passage: Passage, file: str, shelf: Shelf) -> Content:
    """What a passage asks for. file: the document's name; shelf: where the files it names are.

    Raises InputErrors with everything that is wrong, where it stands in the document.
    """
    options = read(passage, file)
    return _Weaver(passage, options, file, shelf).content()


class _Weaver:
    def __init__(self, passage: Passage, options: Options, file: str, shelf: Shelf) -> None:
        self.passage = passage
        self.options = options
        self.selection = options.selection
        self.file = file
        self.shelf = shelf
        self.markdown: Literal["md", "qmd"] = "qmd" if file.endswith(".qmd") else "md"
        self.text = "\n".join(line.text for line in options.problem)

    def content(self) -> Content:
        with speaking(self.selection.speech), self._in_its_place():
            traces = [explain(problem, self.selection.stages) for problem in self._problems()]
            for trace in traces:
                refuse_other_heads(self.selection.heads, trace.problem.heads)
                refuse_gradients(
                    trace,
                    backward=self.selection.backward,
                    check=self.selection.gradient_check,
                )
            text = self._written(traces)
        return Content(text.rstrip("\n"), tuple(self._judged(traces)))

    def _problems(self) -> list[Problem]:
        queries = [] if self.options.has("all-queries") else self.options.texts("query") or None
        if self.options.problem:
            return load_text(self.text, self.file, self.options.attention, queries)
        arranged = self.options.arranged
        return load_all(self._path(), self.options.attention, queries, arranged=arranged)

    def _path(self) -> Path:
        """The file that the problem is in."""
        named = self.options.text("file")
        if not named.startswith(_SAMPLE):
            return self._beside(named)
        name, known = named.removeprefix(_SAMPLE), samples()
        if name not in known:
            found = f"there is no sample “{name}”; attncalc samples lists them"
            raise InputError(self.file, found, field="file", hint=suggestion(name, known))
        return known[name]

    def _beside(self, named: str) -> Path:
        """A file that the document names, if the document may name it."""
        path = self.shelf.folder / named
        if not self.shelf.open and not _is_below(path, self.shelf.folder):
            found = f"“{named}” is outside of the document's folder; expected a file below it"
            hint = "copy it there, or allow it: attncalc weave --allow-outside"
            raise InputError(self.file, found, field="file", hint=hint)
        return path

    def _written(self, traces: Sequence[Trace]) -> str:
        kind = self.options.format
        match kind:
            case "json":
                from attncalc.exports.trace_json import trace_json

                lines = (trace_json(trace, self.selection) for trace in traces)
                return fenced("json", "\n".join(lines))
            case "mermaid":
                from attncalc.renderers.markdown import MERMAID

                fence = MERMAID[self.markdown]
                return "\n\n".join(fenced(fence, self._graph(trace)) for trace in traces)
            case "text":
                return fenced("text", self._page(kind, traces))
            case "tex":
                pages = (self._page(kind, [trace]) for trace in traces)
                return fenced("{=latex}", "\n".join(pages))
            case "html":
                pages = (self._page(kind, [trace]) for trace in traces)
                return self._html("\n".join(pages))
            case "md":
                return self._page(self.markdown, traces)
            case _:
                assert_never(kind)

    def _page(self, kind: PageFormat, traces: Sequence[Trace]) -> str:
        """The walkthroughs in a format; below the document's heading, and titled if several."""
        documents = [written(trace, self.selection) for trace in traces]
        several = kind == self.markdown and len(documents) > 1
        level = max(self.passage.level, 1) + 1 + several
        layout = Layout(fragment=not several, level=min(level, _DEEPEST_HEADING))
        page = rendered(kind, documents, layout).content
        assert isinstance(page, str)
        return page

    def _graph(self, trace: Trace) -> str:
        from attncalc.renderers.drawings.mermaid import mermaid
        from attncalc.walkthrough.graph import graph_of

        edges = self.options.edges
        refuse_stage_of_graph(edges.stage, trace)
        heads = self.selection.heads_of(trace.problem.heads)
        heads = heads or ((0,) if trace.has_heads else ())
        if len(heads) > 1:
            raise InputError(self.file, f"{len(heads)} heads; expected 1 to draw", field="head")
        return mermaid(graph_of(trace.of_head(heads[0]) if heads else trace, edges))

    def _html(self, page: str) -> str:
        """HTML as a part of the document; Quarto has a fence for it."""
        return fenced("{=html}", page) if self.markdown == "qmd" else html_block(page)

    def _judged(self, traces: Sequence[Trace]) -> Iterator[Judged]:
        """The claims of a problem that stands in the document."""
        for number, trace in enumerate(traces if self.options.problem else ()):
            if not trace.problem.claims.numbers:
                continue
            lines = lines_of_claims_in(self.text, number, trace.problem)
            report = check(trace)
            for place, finding in enumerate(report.findings):
                line = self.options.problem[lines[place] - 1].line
                yield Judged(line, finding, sentence(report, finding))

    @contextmanager
    def _in_its_place(self) -> Iterator[None]:
        """Whatever is wrong is told with the document's line and column."""
        try:
            yield
        except InputErrors as errors:
            raise InputErrors(tuple(map(self._placed, errors.errors))) from errors
        except StageError as error:
            word = self.options.word("stages", self.passage)
            told = word.error(self.file, str(error), hint=error.hint)
            raise InputErrors((told,)) from error
        except InputError as error:
            raise InputErrors((self._placed(error),)) from error

    def _placed(self, error: InputError) -> InputError:
        """An error of the problem, of an option, or of another file."""
        lines = self.options.problem
        if error.file == self.file and error.line is not None and lines:
            piece = lines[min(error.line, len(lines)) - 1]
            column = None if error.column is None else piece.column + error.column - 1
            return InputError(
                self.file,
                error.problem,
                line=piece.line,
                column=column,
                field=error.field,
                hint=error.hint,
            )
        if error.file.startswith("--"):
            return self._at(error.file.removeprefix("--"), error.problem, error.hint)
        if error.file == self.file:
            return self._at(error.field or "file", error.problem, error.hint)
        if error.line is None:
            return self._at("file", f"{error.file}: {error.problem}", error.hint)
        return error

    def _at(self, option: str, problem: str, hint: str | None) -> InputError:
        return self.options.word(option, self.passage).error(self.file, problem, hint=hint)


def _is_below(path: Path, folder: Path) -> bool:
    """Whether a file is in a folder or below it, wherever links lead."""
    try:
        return Path(os.path.realpath(path)).is_relative_to(os.path.realpath(folder))
    except ValueError:  # a NUL in its name
        return False


def html_block(page: str) -> str:
    """HTML as Markdown readers take it: until a blank line, and with markup in it for some."""
    text = "\n".join(line for line in page.split("\n") if line.strip())
    parts = _TAGS.split(text)
    parts[::2] = [_MARKUP.sub(lambda found: f"&#{ord(found[0])};", part) for part in parts[::2]]
    return "".join(parts)


def fenced(info: str, text: str) -> str:
    """Text in a fence that nothing in it closes."""
    longest = max(map(len, re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{info}\n{text.rstrip(chr(10))}\n{fence}"
