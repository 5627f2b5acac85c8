"""The program's own numbers as claims: rounded as honest people do, or misprinted."""

from __future__ import annotations

import json
from random import Random

from benchmarks.fuzz.cases import Case, OwnClaims
from benchmarks.fuzz.running import Outcome

_SURE = 15
"""Digits that a double says for sure."""


def checked(case: Case, own: OwnClaims, outcome: Outcome) -> Case | None:
    """check of what explain --json printed; None where it printed nothing."""
    if outcome.code != 0 or not outcome.out.startswith(b"{"):
        return None
    stages = json.loads(outcome.out.partition(b"\n")[0])["stages"]
    rounded = {name: _rounded(values, own.decimals) for name, values in stages.items()}
    text = json.dumps({"claims": rounded})
    chance = Random(text)
    for _ in range(own.misprints):
        text = _misprinted(chance, text)
    files = {**case.files, "own.json": text.encode()}
    return Case(("check", case.args[1], "--claims", "own.json", *own.args), files)


def _rounded(values: object, decimals: int) -> object:
    """As text, because numbers lose their last zeros; what a double cannot say is no claim."""
    if isinstance(values, list):
        return [_rounded(value, decimals) for value in values]
    if not isinstance(values, int | float) or abs(values) >= 10.0 ** (_SURE - decimals):
        return None
    return f"{values:.{decimals}f}"


def _misprinted(chance: Random, text: str) -> str:
    """The text with another digit somewhere, or with a number's sign turned."""
    at = chance.randrange(len(text))
    while at < len(text) and not text[at].isdigit():
        at += 1
    if at == len(text):
        return text
    if chance.random() < 0.1 and text[at - 1] == '"':
        return f"{text[:at]}-{text[at:]}"
    return f"{text[:at]}{chance.randrange(10)}{text[at + 1 :]}"
