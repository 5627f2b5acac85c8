"""What programs call the matrices of a problem: q, query, w_q, wq for Q and W_Q."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import TypeVar

from attncalc.language import Sentence, listed
from attncalc.problem.problem import MATRICES, VECTORS
from attncalc.readers.arrangement import TARGETS

T = TypeVar("T")

_WORDS = {
    "query": "Q",
    "queries": "Q",
    "key": "K",
    "keys": "K",
    "value": "V",
    "values": "V",
    "embedding": "X",
    "embeddings": "X",
}
_BY_LOWER = {
    **{name.lower(): name for name in (*MATRICES, *VECTORS)},
    **{name.lower().replace("_", ""): name for name in (*MATRICES, *VECTORS)},
    **_WORDS,
}


_IN_DUMPS = {
    **dict.fromkeys(("q_proj", "query_proj", "query_layer", "query_states", "hook_q"), "Q"),
    **dict.fromkeys(("k_proj", "key_proj", "key_layer", "key_states", "hook_k"), "K"),
    **dict.fromkeys(("v_proj", "value_proj", "value_layer", "value_states", "hook_v"), "V"),
    **dict.fromkeys(("attn_weights", "attention_weights", "attn_probs", "attn"), "weights"),
    **dict.fromkeys(("attention_probs", "attentions", "pattern", "hook_pattern"), "weights"),
}
"""What programs call what they write into files of arrays."""

_PROJECTED = ("X", "W_Q", "W_K", "W_V")
"""What is given where q_proj may be a matrix that projects, and no queries."""


def canonical(name: str) -> str:
    """A matrix by the name that it has in problem files; any other name as it is."""
    return _BY_LOWER.get(name.lower(), name)


def renamed(given: Mapping[str, T]) -> dict[str, T]:
    """Everything by its name in problem files; a name stays where two would become the same."""
    names = [canonical(name) for name in given]
    return {
        name if name in given or names.count(name) == 1 else own: value
        for name, (own, value) in zip(names, given.items(), strict=True)
        if name == own or name not in given
    } | {own: value for own, value in given.items() if canonical(own) in given}


def meanings(names: Collection[str], mapped: Mapping[str, str]) -> dict[str, str]:
    """What each array of a file is, by its name in problem files.

    It is what it is mapped to; or what it is called; or what programs mean by such a name, or by
    what stands behind its last dot. A name stays where two would become the same.
    """
    found: dict[str, str] = {}
    taken: set[str] = set()
    for meaning in (mapped.get, _plain, _spelled_otherwise, _in_dumps(names)):
        meant = {name: told for name in names if name not in found and (told := meaning(name))}
        asked = [*meant.values()]
        found |= {
            name: told
            for name, told in meant.items()
            if told not in taken and asked.count(told) == 1
        }
        taken |= {*asked}
    return {name: found.get(name, name) for name in names}


def recognized(meant: Mapping[str, str], mapped: Mapping[str, str]) -> tuple[Sentence, ...]:
    """What is to be said of arrays that are read by another name than they have, unasked."""
    told = {name: meaning for name, meaning in meant.items() if name not in (meaning, *mapped)}
    if not told:
        return ()
    names, meanings = listed([*told]), listed([*told.values()])
    if len(told) == 1:
        return (Sentence("{name} is read as {meaning}.", name=names, meaning=meanings),)
    return (Sentence("{names} are read as {meanings}.", names=names, meanings=meanings),)


def _plain(name: str) -> str | None:
    return name if name in TARGETS and canonical(name) == name else None  # no array is a token


def _spelled_otherwise(name: str) -> str | None:
    return _BY_LOWER.get(name.lower())


def _in_dumps(names: Collection[str]) -> Callable[[str], str | None]:
    """What a name means in a dump with these names."""
    projected = any(canonical(name) in _PROJECTED for name in names)
    known = _BY_LOWER if projected else {**_BY_LOWER, **_IN_DUMPS}
    return lambda name: known.get(name.rpartition(".")[2].lower())
