"""The language in force: what a sentence is there, and how numbers are written.

A sentence is a whole template with named slots, in English where it is said. Another language is a
table of the same sentences (languages/), read only where it is asked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from importlib import import_module
from typing import Literal, TypeAlias

from attncalc.records import dataclass

Language: TypeAlias = Literal["en", "de"]
DecimalMark: TypeAlias = Literal["point", "comma"]

_COMMA_IN = frozenset({"de"})
"""Languages whose numbers have a decimal comma, if nothing else is said."""


@dataclass(frozen=True)
class Speech:
    """What a page is asked to speak. decimal: the language's own if None."""

    language: Language = "en"
    decimal: DecimalMark | None = None

    @property
    def comma(self) -> bool:
        """Whether numbers have a decimal comma."""
        return self.decimal == "comma" or (self.decimal is None and self.language in _COMMA_IN)


@dataclass(frozen=True)
class Tongue:
    """A language in force. sentences: its own, by the English ones, which need none."""

    sentences: Mapping[str, str]
    comma: bool
    language: Language = "en"

    def own(self, template: str) -> str:
        """A sentence as this language has it."""
        return self.sentences.get(template, template)


_ENGLISH = Tongue({}, comma=False)
_in_force: ContextVar[Tongue] = ContextVar("tongue", default=_ENGLISH)


@contextmanager
def speaking(speech: Speech) -> Iterator[None]:
    """Say what is said in this language, and write its numbers."""
    sentences: Mapping[str, str] = {}
    if speech.language != "en":
        sentences = import_module(f"attncalc.languages.{speech.language}").SENTENCES
    with in_tongue(Tongue(sentences, speech.comma, speech.language)):
        yield


@contextmanager
def in_tongue(tongue: Tongue) -> Iterator[None]:
    """The same for a language of any sentences."""
    before = _in_force.set(tongue)
    try:
        yield
    finally:
        _in_force.reset(before)


def language() -> Language:
    """The language in force, by its code."""
    return _in_force.get().language


def own(template: str) -> str:
    """A sentence in the language in force, its slots still open."""
    return _in_force.get().own(template)


def template(sentence: str) -> str:
    """A sentence as it is, in English: of a table, from which it is said elsewhere."""
    return sentence


def text(template: str, **slots: str | int) -> str:
    """A sentence in the language in force. template: in English, with {named} slots."""
    return own(template).format_map(slots)


class Sentence(str):
    """A sentence that is found before it is known who reads it: a page says it in its language.

    As a string it is English, for programs and for messages.
    """

    template: str
    slots: Mapping[str, str | int]

    def __new__(cls, template: str, **slots: str | int) -> Sentence:
        """template: in English, with {named} slots, which may hold sentences and digits too."""
        made = super().__new__(cls, template.format_map(slots) if slots else template)
        made.template, made.slots = template, slots
        return made


class Digits(str):
    """A number in a slot of a sentence, with a decimal point until it is said."""


def retold(sentence: str) -> str:
    """A sentence in the language in force; what is none of ours, as it is."""
    if isinstance(sentence, Digits):
        return numeral(sentence)
    if not isinstance(sentence, Sentence):
        return sentence
    slots = sentence.slots.items()
    return text(
        sentence.template,
        **{name: retold(slot) if isinstance(slot, str) else slot for name, slot in slots},
    )


def counted(one: str, several: str, count: int, **slots: str | int) -> str:
    """A sentence about one thing, or about {count} of them."""
    return text(one if count == 1 else several, count=count, **slots)


def listed(names: Sequence[str]) -> str:
    """Several of a kind: a, b and c; said later, as each of them is."""
    *others, last = names
    return Sentence("{first} and {last}", first=joined(others), last=last) if others else last


def joined(names: Sequence[str]) -> str:
    """a, b: the first of several of a kind."""
    told = names[0]
    for name in names[1:]:
        told = Sentence("{first}, {then}", first=told, then=name)
    return told


def numeral(digits: str) -> str:
    """Digits with the decimal mark of the language in force."""
    return digits.replace(".", ",") if _in_force.get().comma else digits


def quotation_marks() -> tuple[str, str]:
    """What stands before and behind something that is quoted in the language in force."""
    before, _, behind = own("“{token}”").partition("{token}")
    return before, behind


def separator() -> str:
    """What stands between the numbers of a list: no comma beside decimal commas."""
    return "; " if _in_force.get().comma else ", "
