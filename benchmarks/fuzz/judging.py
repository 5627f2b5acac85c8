"""What must hold of every run, whatever its input: what does not is a finding."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass

from benchmarks.fuzz import pages
from benchmarks.fuzz.cases import Case, OwnClaims
from benchmarks.fuzz.running import Outcome

_CODES = {"check": (0, 1, 2), "weave": (0, 1, 2)}
_OWN_MISTAKE = re.compile(r"a mistake in attncalc itself: (\w+).* at (\S+:\d+)", re.DOTALL)
_WARNING = re.compile(r"/(\w+\.py:\d+): (\w*Warning): ")
_COMMAND = re.compile(r"^[ \t]*::[A-Za-z-]+([ ,][^\n]*)?::|^##\[", re.MULTILINE)
"""What GitHub's log takes for a command of its own."""

_INVISIBLE = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]")
_COLOR = re.compile(r"\x1b\[[0-9;]*m")
_OUT_OF_MEMORY = "does not fit into memory"
_DEFAULTS = {"graph": "mermaid"}
_OF_SUFFIXES = {"txt": "text", "mmd": "mermaid", "gv": "dot", "xml": "junit"}
_DATA = ("json", "csv", "npz", "pdf", "png")
"""Formats of which other programs make something, not terminals."""


@dataclass(frozen=True)
class Finding:
    """Something that must not be. kind and place make its signature; detail is for people."""

    kind: str
    place: str
    detail: str = ""

    @property
    def signature(self) -> str:
        """What it has in common with others of its kind."""
        return f"{self.kind}: {self.place}"

    def name(self) -> str:
        """The signature as the name of a folder."""
        digest = hashlib.sha256(self.signature.encode()).hexdigest()[:8]
        place = re.sub(r"[^A-Za-z0-9.]+", "-", self.place)[:60].strip("-")
        return f"{self.kind}-{place}-{digest}"


def findings(case: Case, outcome: Outcome, *, closely: bool = False) -> list[Finding]:
    """What must not be, of one run. closely: also what takes longer to judge."""
    found = [*_ending(case, outcome), *_messages(case, outcome), *_files(case, outcome)]
    if outcome.code in (0, 1) and not found:
        found += _result(case, outcome, closely=closely)
    return found


def _ending(case: Case, outcome: Outcome) -> Iterator[Finding]:
    mistake = _OWN_MISTAKE.search(outcome.err)
    if mistake:
        yield Finding("traceback", f"{mistake[1]} at {mistake[2]}", outcome.err[-2000:])
    elif outcome.escaped:
        yield Finding("traceback", outcome.escaped, outcome.err[-2000:])
    elif outcome.code not in _CODES.get(case.command, (0, 2)):
        yield Finding("exit-code", f"{case.command} {outcome.code}", outcome.err[-2000:])
    if _OUT_OF_MEMORY in outcome.err or outcome.escaped.startswith("MemoryError"):
        yield Finding("memory", f"{case.command} {format_of(case)}", outcome.err[-2000:])
    if outcome.context:
        yield Finding("context", outcome.context)


def _messages(case: Case, outcome: Outcome) -> Iterator[Finding]:
    err = outcome.err
    if outcome.code == 2:
        if not err.strip():
            yield Finding("no-message", case.command)
        several = case.command in ("check", "weave")  # one bad file does not stop the others
        if outcome.out and not several:
            yield Finding("stdout", f"{case.command} {format_of(case)}", err[-2000:])
    warning = _WARNING.search(err) if "Warning: " in err else None
    if warning:
        yield Finding("warning", f"{warning[2]} {warning[1]}", err[-2000:])
    if _INVISIBLE.search(err):
        yield Finding("raw-stderr", case.command, repr(err[-2000:]))
    if _COMMAND.search(err):
        yield Finding("log-command", f"{case.command} stderr", err[-2000:])


def _files(case: Case, outcome: Outcome) -> Iterator[Finding]:
    target = output_of(case)
    for name, content in outcome.left.items():
        if name not in case.files:
            if name != target or (outcome.code == 2 and case.command not in ("check", "weave")):
                yield Finding("left-behind", f"{case.command} {len(name) > 40}", repr(name))
        elif content != case.files[name] and case.command != "weave":
            yield Finding("overwritten", case.command, name)
    for name in case.files:
        if name not in outcome.left:
            yield Finding("removed", case.command, name)


def _result(case: Case, outcome: Outcome, *, closely: bool) -> Iterator[Finding]:
    kind = format_of(case)
    target = output_of(case)
    content = outcome.left.get(target, b"") if target else outcome.out
    asks_for_help = any(word in case.args for word in ("-h", "--help", "--version", "-V"))
    if case.command not in ("explain", "check", "compare", "graph") or asks_for_help:
        return
    if not content:
        return
    text = "" if kind in ("npz", "pdf", "png") else content.decode("utf-8")
    if kind not in _DATA:
        shown = _COLOR.sub("", text) if kind == "text" else text
        raw = _INVISIBLE.search(shown)
        if raw:
            around = repr(shown[max(raw.start() - 40, 0) : raw.end() + 20])
            yield Finding("raw-output", f"{case.command} {kind}", around)
        if kind == "text" and case.command == "check" and _COMMAND.search(shown):
            yield Finding("log-command", "check text")
    reason = pages.flaw(case.command, kind, content, text, closely=closely)
    if reason:
        yield Finding("bad-output", f"{case.command} {kind} {reason[:60]}", reason)


def accusations(own: OwnClaims, outcome: Outcome) -> list[Finding]:
    """What check says of the program's own numbers that is not praise."""
    if not own.honest:
        return []
    if outcome.code == 2:
        return [Finding("own-claims", "refused", outcome.err[-2000:])]
    if outcome.code == 1:
        return [Finding("own-claims", "wrong", outcome.out.decode()[-2000:])]
    return []


def format_of(case: Case) -> str:
    """The format that a call asks for, as the command line decides it."""
    args = case.args
    for flag in ("-f", "--format"):
        if flag in args[:-1]:
            return args[_last(args, flag) + 1]
    if "--json" in args:
        return "json"
    target = output_of(case)
    suffix = target.rpartition(".")[2].lower() if target else "txt"
    if suffix == "txt":
        return _DEFAULTS.get(case.command, "text")
    return _OF_SUFFIXES.get(suffix, suffix)


def output_of(case: Case) -> str:
    """The file that a call writes to; "" for standard output."""
    args = case.args
    target = args[_last(args, "-o") + 1] if "-o" in args[:-1] else ""
    return "" if target == "-" else target


def _last(args: tuple[str, ...], flag: str) -> int:
    return len(args) - 2 - args[-2::-1].index(flag)
