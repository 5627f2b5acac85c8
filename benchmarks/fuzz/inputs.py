"""The input of a number: the same for the same seed, on every machine."""

from __future__ import annotations

import json
from random import Random

from benchmarks.fuzz import arrays, documents, writing
from benchmarks.fuzz.cases import Case, OwnClaims
from benchmarks.fuzz.claims import claims
from benchmarks.fuzz.commands import TYPESET, flags, option_words, others, page_flags, weave_flags
from benchmarks.fuzz.damage import damaged
from benchmarks.fuzz.mutations import LARGEST, mutated, places
from benchmarks.fuzz.problems import random_problem, sample, sample_texts
from benchmarks.fuzz.values import STAGES, Record

_COMMANDS = {
    "explain": 26,
    "check": 18,
    "compare": 10,
    "graph": 7,
    "worksheet": 9,
    "weave": 7,
    "own": 22,
    "": 1,
}
_SHARE_OF_SAMPLES = 0.15
_SHARE_OF_TEXTS = 0.06
"""Samples as they are typed, comments and all, with damaged bytes."""


def case_of(seed: int, number: int) -> Case:
    """The input of a number. A text as the seed of the choices is hashed alike everywhere."""
    chance = Random(f"{seed}/{number}")
    command = chance.choices(list(_COMMANDS), list(_COMMANDS.values()))[0]
    if not command:
        return Case(tuple(others(chance)))
    problem = _problem(chance)
    if command == "own":
        return _own_claims(chance, problem)
    if command == "weave":
        return _weave(chance, problem)
    if command == "check" and chance.random() < 0.85:
        problem["claims"] = dict(claims(chance, problem))
    if chance.random() < _SHARE_OF_TEXTS:
        name, content = chance.choice(sample_texts())
        file = f"in.{name.rpartition('.')[2]}"
        return Case(
            (command, file, *flags(chance, command, problem)), {file: _worn(chance, content)}
        )
    return _call(chance, command, problem)


def _problem(chance: Random) -> Record:
    problem = sample(chance) if chance.random() < _SHARE_OF_SAMPLES else random_problem(chance)
    copied: Record = json.loads(json.dumps(problem))
    changed = mutated(chance, copied, chance.choice((0, 0, 0, 1, 1, 1, 2)))
    too_large = sum(1 for _ in places(changed)) > LARGEST
    return random_problem(chance) if too_large else changed


def _call(chance: Random, command: str, problem: Record) -> Case:
    name, content = _written(chance, problem)
    files = {name: content}
    words: list[str] = [name]
    if name.endswith(".npy"):
        words = [f"{part}={part}.npy" for part in ("Q", "K", "V") if part in problem]
        files = {f"{part}.npy": arrays.npy(array) for part, array in _matrices(chance, problem)}
    elif command in ("check", "compare") and chance.random() < 0.15:
        other = "2" + name
        files[other] = _worn(chance, content) if chance.random() < 0.5 else content
        words = [name, other] if chance.random() < 0.5 else [other, name]
    if command == "check" and chance.random() < 0.12:
        words += _claims_file(chance, problem, files)
    if words == [name] and chance.random() < 0.05 and not name.endswith((".npz", ".safetensors")):
        return Case((command, "-", *flags(chance, command, problem)), {}, content)
    count = 2 if len(words) > 1 and not name.endswith(".npy") else 1
    return Case((command, *words, *flags(chance, command, problem, files=count)), files)


def _claims_file(chance: Random, problem: Record, files: dict[str, bytes]) -> list[str]:
    """Claims from a file of their own, or from several."""
    words: list[str] = []
    for number in range(chance.choice((1, 1, 1, 2))):
        given = claims(chance, problem)
        kind = chance.choice(("yaml", "yaml", "json", "csv", "npz"))
        name = f"claims{number}.{kind}"
        if kind == "csv":
            rows = next(iter(given.values()))
            files[name] = writing.table_text(
                chance, {"tokens": problem.get("tokens", []), "X": rows}
            )[:50_000].encode("utf-8", "replace")
            words += ["--stage", chance.choice(STAGES)]
        elif kind == "npz":
            files[name] = arrays.npz(arrays.arrays(chance, dict(given)))
        else:
            written: Record = dict(given) if chance.random() < 0.5 else {"claims": given}
            text = writing.yaml_text if kind == "yaml" else writing.json_text
            files[name] = text(chance, written).encode("utf-8", "replace")
        words += ["--claims", name]
    return words


def _written(chance: Random, problem: Record) -> tuple[str, bytes]:
    """The problem as a file: its name and its bytes."""
    kinds = {"yaml": 50, "json": 16, "table": 8, "npz": 8, "safetensors": 3, "npy": 1, "txt": 1}
    kind = chance.choices(list(kinds), list(kinds.values()))[0]
    if kind == "npy":
        return "Q.npy", b""
    if kind == "npz":
        found = arrays.arrays(chance, problem)
        odd = chance.random() < 0.25
        content = arrays.odd_npz(chance, found) if odd else arrays.npz(found)
        return "in.npz", _worn(chance, content)
    if kind == "safetensors":
        return "in.safetensors", _worn(
            chance, arrays.safetensors(chance, arrays.arrays(chance, problem))
        )
    if kind == "txt":
        return "in.txt", _worn(
            chance, writing.numbers_text(problem.get("Q", "1")).encode("utf-8", "replace")
        )
    if kind == "yaml":
        names = ["in.yaml", "in.yaml", "in.yml", "in"]
        text = writing.yaml_text(chance, problem)
        if chance.random() < 0.03:
            text = f"{text}---\n{writing.yaml_text(chance, random_problem(chance))}"
    elif kind == "json":
        names = ["in.json", "in.json", "in", "in.yaml"]
        text = writing.json_text(chance, problem)
    else:
        names = ["in.csv", "in.csv", "in.tsv", "in", "in.md"]
        text = writing.table_text(chance, problem)
    return chance.choice(names), _worn(chance, text.encode("utf-8", "replace"))


def _matrices(chance: Random, problem: Record) -> list[tuple[str, arrays.Array]]:
    found = arrays.arrays(
        chance, {part: problem[part] for part in ("Q", "K", "V") if part in problem}
    )
    return list(found.items())


def _worn(chance: Random, content: bytes) -> bytes:
    return damaged(chance, content) if chance.random() < 0.05 else content


def _own_claims(chance: Random, problem: Record) -> Case:
    problem.pop("claims", None)
    text = writing.yaml_text(chance, problem).encode("utf-8", "replace")
    asked = chance.choice(((), (), ("--stages", "scores,exponentials,sums,weights,output")))
    other = option_words(chance, problem) if chance.random() < 0.5 else []
    kept = other if chance.random() < 0.5 else []
    misprints = chance.choice((0, 0, 1, 3))
    own = OwnClaims(
        chance.choice((0, 1, 2, 3, 4, 4, 6, 9, 12)),
        (*page_flags(chance), *kept),
        misprints,
        honest=kept == other and not misprints,
    )
    args = ("explain", "in.yaml", *other, "--json", *asked)
    return Case(args, {"in.yaml": text}, own_claims=own)


def _weave(chance: Random, problem: Record) -> Case:
    if chance.random() < 0.3:
        problem["claims"] = dict(claims(chance, problem))
    text = documents.document(chance, problem).encode("utf-8", "replace")
    files = {
        "doc.md": _worn(chance, text),
        "in.yaml": writing.yaml_text(chance, problem).encode("utf-8", "replace"),
    }
    words = weave_flags(chance)
    if chance.random() < 0.1:
        return Case(("weave", "-", *words), {"in.yaml": files["in.yaml"]}, files["doc.md"])
    return Case(("weave", "doc.md", *words), files)


def typeset(case: Case) -> bool:
    """Whether Typst sets the page, which takes its time."""
    return any(word in TYPESET for word in case.args) and case.command != "graph"
