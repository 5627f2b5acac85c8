"""How many misprints a check would catch: one digit changed in each correct number of the gallery.

    python benchmarks/mutations.py

Every digit of every number that is printed correctly is moved by one, up and down, one at a time.
A misprint is caught if the number is no longer correct. What is not caught changes a number by
one unit of its last place or less, so that the true value is still within its interval: the last
digit of a number that was nearly halfway.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

import attncalc
from attncalc.checking.enclosures import Enclosures
from attncalc.checking.verdicts import verdict_on
from attncalc.numbers.arithmetic import parse_number
from attncalc.problem.claims import Claim, Claims
from attncalc.report import Verdict
from attncalc.shipped import samples


def misprints(text: str) -> Iterator[str]:
    """The number with each of its digits one higher and one lower."""
    for place, digit in enumerate(text):
        if digit.isdigit():
            for other in (int(digit) - 1, int(digit) + 1):
                if 0 <= other <= 9:
                    yield f"{text[:place]}{other}{text[place + 1 :]}"


def main() -> None:
    """Count the verdicts on all misprints, file by file and in all."""
    total: Counter[Verdict] = Counter()
    for name, path in samples().items():
        if not name.startswith("gallery/"):
            continue
        trace = attncalc.explain(attncalc.load(path))
        verdicts = mutated(trace)
        total += verdicts
        print(line(name, verdicts))
    print(line("all", total))


def mutated(trace: attncalc.Trace) -> Counter[Verdict]:
    """The verdicts on every misprint of every correct number, each on its own."""
    found: Counter[Verdict] = Counter()
    enclosures = Enclosures(trace)
    for claim in trace.problem.claims.numbers:
        if claim.hidden or verdict_on(claim, enclosures) is not Verdict.CORRECT:
            continue
        for text in misprints(claim.text):
            found[verdict_on(misprinted(claim, text), alone(trace, claim, text))] += 1
    return found


def misprinted(claim: Claim, text: str) -> Claim:
    """The claim with other digits."""
    return replace(claim, text=text, value=parse_number(text))


def alone(trace: attncalc.Trace, claim: Claim, text: str) -> Enclosures:
    """The trace's enclosures with one claim misprinted."""
    numbers = tuple(
        misprinted(other, text) if other == claim else other
        for other in trace.problem.claims.numbers
    )
    claims = Claims(numbers, trace.problem.claims.tolerance)
    return Enclosures(replace(trace, problem=replace(trace.problem, claims=claims)))


def line(name: str, verdicts: Counter[Verdict]) -> str:
    """Share caught, and the verdicts."""
    count = sum(verdicts.values())
    caught = count - verdicts[Verdict.CORRECT]
    share = f"{caught / count:6.1%}" if count else "     –"
    counts = ", ".join(f"{verdicts[verdict]} {verdict.value}" for verdict in Verdict)
    return f"{name:55} {count:6} misprints, {share} not correct any more: {counts}"


if __name__ == "__main__":
    main()
