"""What a passage asks for: its options, read where they stand, and all faults at once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from math import isnan
from typing import TypeVar, get_args

from attncalc.document.style import MOST_DECIMALS, NumberStyle
from attncalc.document.topics import DETAILS, HIDEABLE
from attncalc.errors import InputError, InputErrors, suggestion
from attncalc.formats import WovenFormat
from attncalc.handouts import DECIMAL_MARKS, LANGUAGES, NOTATIONS, ROUNDINGS, VIEWS, stage_names
from attncalc.language import Speech
from attncalc.names import ONE_A_PAIR
from attncalc.readers.arrangement import Arrangement, arrangement
from attncalc.readers.options import KEYS
from attncalc.records import dataclass
from attncalc.selection import Edges, Selection
from attncalc.weaving.passages import Passage
from attncalc.weaving.pieces import Piece, unquoted, words_of

FORMATS: tuple[WovenFormat, ...] = get_args(WovenFormat)

_CHOICES = {
    "format": FORMATS,
    "view": VIEWS,
    "rounding": ROUNDINGS,
    "stage": ONE_A_PAIR,
    "detail": DETAILS,
    "lang": LANGUAGES,
    "decimal": DECIMAL_MARKS,
    "gradients": NOTATIONS,
}
_COUNTS = {"precision": (0, MOST_DECIMALS), **dict.fromkeys(("head", "top", "batch"), (1, None))}
_OF_ARRAYS = ("batch", "layout", "map")
_FLAGS = ("all-queries", "all-heads", "full", "backward", "gradient-check")
_REPEATABLE = ("query", "head", "map")
_OF_GRAPHS = ("stage", "threshold", "top")
_OF_ATTENTION = {key.replace("_", "-"): key for key in KEYS}
NAMES = (
    *("file", "format", "query", "head", "stages", "view", "precision", "rounding"),
    *("detail", "hide", "gradients", "lang", "decimal"),
    *(*_FLAGS, *_OF_GRAPHS, *_OF_ARRAYS, *_OF_ATTENTION),
)

_FIRST_WORD = re.compile(r"\s*([A-Za-z][\w-]*)(=|\s|$)")


_Choice = TypeVar("_Choice", bound=str)


@dataclass(frozen=True)
class Given:
    """A value as it is meant, and the word it stands in."""

    value: str
    word: Piece


@dataclass(frozen=True)
class Options:
    """What is given, by name; problem: the lines of the body, where it is one."""

    given: Mapping[str, tuple[Given, ...]]
    problem: tuple[Piece, ...]

    def has(self, name: str) -> bool:
        """Whether an option is given."""
        return name in self.given

    def text(self, name: str, default: str = "") -> str:
        """The value of an option."""
        return self.given[name][0].value if name in self.given else default

    def texts(self, name: str) -> list[str]:
        """Every value of an option that may be repeated."""
        return [each.value for each in self.given.get(name, ())]

    @property
    def format(self) -> WovenFormat:
        """What is woven; Markdown by default."""
        return self._choice("format", FORMATS)

    @property
    def selection(self) -> Selection:
        """What is written out of the problem's traces; queries are read with the problem."""
        every = self.has("all-heads")
        return Selection(
            heads=() if every else tuple(int(text) - 1 for text in self.texts("head")),
            every_head=every,
            stages=stage_names(self.text("stages")),
            view=self._choice("view", VIEWS),
            style=self._style,
            full=self.has("full"),
            detail=self._choice("detail", ("standard", *DETAILS)),
            hide=tuple(topic for topic in HIDEABLE if topic in stage_names(self.text("hide"))),
            backward=self.has("backward"),
            gradient_check=self.has("gradient-check"),
            gradients=self._choice("gradients", NOTATIONS),
            speech=self._speech,
        )

    @property
    def edges(self) -> Edges:
        """Which edges graphs have."""
        return Edges(
            self.text("stage", "weights"),
            float(self.text("threshold", "-inf")),
            int(self.text("top")) if self.has("top") else None,
            self._style,
        )

    @property
    def _speech(self) -> Speech:
        mark = self._choice("decimal", DECIMAL_MARKS) if self.has("decimal") else None
        return Speech(self._choice("lang", LANGUAGES), mark)

    @property
    def _style(self) -> NumberStyle:
        return NumberStyle(int(self.text("precision", "4")), self._choice("rounding", ROUNDINGS))

    def _choice(self, name: str, known: Sequence[_Choice]) -> _Choice:
        """The value of an option among those it can have; the first of these by default."""
        return next((each for each in known if each == self.text(name)), known[0])

    def word(self, name: str, passage: Passage) -> Piece:
        """Where an option stands, or the passage where it does not."""
        return self.given[name][0].word if name in self.given else passage.asks

    @property
    def attention(self) -> dict[str, str]:
        """The options of attention that replace the problem's."""
        return {key: self.text(name) for name, key in _OF_ATTENTION.items() if self.has(name)}

    @property
    def arranged(self) -> Arrangement:
        """How arrays of the file lie."""
        batch = int(self.text("batch")) if self.has("batch") else None
        layout = self.text("layout") if self.has("layout") else None
        return arrangement(batch, layout, self.texts("map"))


def read(passage: Passage, file: str) -> Options:
    """The options of a passage. Raises InputErrors with everything that is wrong with them."""
    words = list(passage.info)
    problem = passage.body
    first = next((line for line in problem if line.text.strip()), None)
    if first is None:
        problem = ()
    elif first.text.lstrip().startswith("file:"):
        found = "“file:”, which is no part of a problem; expected file=… for one in a file"
        raise InputErrors((first.error(file, found),))
    elif _are_options(first.text):
        for line in problem:
            words += words_of(line)
        problem = ()
    return _Reading(file).options(words, problem, passage)


def _are_options(first: str) -> bool:
    """Whether a body begins with an option: no problem file does."""
    found = _FIRST_WORD.match(first)
    return found is not None and (found[2] == "=" or found[1] in _FLAGS)


class _Reading:
    def __init__(self, file: str) -> None:
        self.file = file
        self.errors: list[InputError] = []

    def options(
        self, words: Iterable[Piece], problem: tuple[Piece, ...], passage: Passage
    ) -> Options:
        given: dict[str, tuple[Given, ...]] = {}
        for word in words:
            self._add(given, word)
        options = Options(given, problem)
        if options.has("file") and problem:
            self._fault(options.word("file", passage), "file, and a problem below; expected one")
        elif not options.has("file") and not problem:
            found = "nothing to weave; expected a problem, or file=…"
            hint = "file=animal.yaml, or file=sample:animal for one that comes with attncalc"
            self._fault(passage.asks, found, hint)
        self._contradictions(options, passage)
        if self.errors:
            raise InputErrors(tuple(self.errors))
        return options

    def _contradictions(self, options: Options, passage: Passage) -> None:
        for one, other in (("query", "all-queries"), ("head", "all-heads"), ("stages", "view")):
            steps = other == "view" and options.text("view") != "lookup"
            if options.has(one) and options.has(other) and not steps:
                self._fault(options.word(other, passage), f"{one}, and {other}; expected one")
        for name in _OF_GRAPHS:
            if options.has(name) and options.format != "mermaid":
                found = f"{name} is of graphs; expected format=mermaid with it"
                self._fault(options.word(name, passage), found)

    def _add(self, given: dict[str, tuple[Given, ...]], word: Piece) -> None:
        name, equals, quoted = word.text.partition("=")
        try:
            value = unquoted(quoted)
        except ValueError:
            self._fault(word, "a quote that is not closed")
            given[name] = (Given("", word),)
            return
        if not equals and name in NAMES and name not in _FLAGS:
            self._fault(word, f"{name} without a value; expected {name}=…")
        elif name not in NAMES:
            found = f"there is no option “{name}”; expected one of {', '.join(NAMES)}"
            self._fault(word, found, suggestion(name, NAMES))
        elif name in given and name not in _REPEATABLE:
            self._fault(word, f"{name} is given twice; expected it once")
        else:
            expected = self._expected(name, value, bool(equals))
            if expected:
                found = f"{name}={value}" if equals else name
                near = suggestion(value, _CHOICES.get(name, ()))
                self._fault(word, f"“{found}”; expected {expected}", near)
            given[name] = (*given.get(name, ()), Given(value, word))

    def _expected(self, name: str, value: str, equals: bool) -> str | None:
        """What would have been right, if a value is not."""
        if name in _FLAGS:
            return f"{name}, or {name}=true" if equals and value != "true" else None
        if name in _CHOICES:
            return None if value in _CHOICES[name] else f"one of {', '.join(_CHOICES[name])}"
        if name in _COUNTS:
            least, most = _COUNTS[name]
            upper = "or more" if most is None else f"to {most}"
            right = value.isascii() and value.isdecimal() and len(value) < 10
            right = right and least <= int(value) <= (int(value) if most is None else most)
            return None if right else f"{least} {upper}"
        if name == "hide":
            known = all(topic in HIDEABLE for topic in stage_names(value))
            return None if known and value else f"some of {', '.join(HIDEABLE)}"
        if name in ("layout", "map"):
            return _expected_of_arrays(name, value)
        if name == "threshold":
            return None if _is_number(value) else "a number"
        if name == "file" and value == "-":
            return "a file"
        return None if value else f"{name}=…"

    def _fault(self, word: Piece, problem: str, hint: str | None = None) -> None:
        self.errors.append(word.error(self.file, problem, hint=hint))


def _expected_of_arrays(name: str, value: str) -> str | None:
    """What would have been right, if the layout or the name of an array is not."""
    try:
        arrangement(None, *((value, ()) if name == "layout" else (None, [value])))
    except InputErrors as errors:
        return errors.errors[0].problem.partition("expected ")[2]
    return None


def _is_number(text: str) -> bool:
    try:
        return not isnan(float(text))
    except ValueError:
        return False
