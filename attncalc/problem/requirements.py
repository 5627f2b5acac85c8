"""What must be given, what excludes what, and what is of no use without something else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from attncalc.errors import Fault
from attncalc.options import OPTIONS

STARTS = "Q and K, or X with W_Q and W_K, or scores, or weights"


def missing_or_twice(given: set[str], *, cross: bool) -> Iterator[Fault]:
    """Everything that is missing or given twice.

    given: the names of what is given. cross: whether the key side has tokens of its own.
    """
    middle = [name for name in ("scores", "weights") if name in given]
    direct = [name for name in ("Q", "K", "V") if name in given]
    embedded = [name for name in ("X", "X_key") if name in given]
    earlier = [name for name in ("Q", "K", "W_Q", "W_K") if name in given]
    if len(middle) == 2:
        yield Fault(
            ("weights",),
            "scores and weights are both given; expected one of them",
            "weights follow from scores; put published ones under claims",
        )
    if middle and earlier:
        yield Fault(
            (middle[0],),
            f"{middle[0]} and {listed(earlier)} are both given; expected one or the other",
            f"{middle[0]} would be computed; put published ones under claims",
        )
    if embedded and direct:
        yield Fault(
            (embedded[0],),
            f"{embedded[0]} and {listed(direct)} are both given; expected one or the other",
            "give Q, K, V themselves, or X with W_Q, W_K, W_V to project it",
        )
    elif "X" in given and not middle and {"W_Q", "W_K", "W_V"} & given:
        for weight, name in (("W_Q", "Q"), ("W_K", "K")):
            if weight not in given:
                yield Fault(
                    ("X",),
                    f"X is given but {weight} is missing; expected {weight} to project X to {name}",
                    "without any of W_Q, W_K, W_V, the embeddings themselves are Q, K and V",
                )
    elif not middle and not embedded and not {"Q", "K"} <= given:
        missing = " and ".join(name for name in ("Q", "K") if name not in given)
        verb = "are" if missing == "Q and K" else "is"
        yield Fault((), f"{missing} {verb} missing; expected {STARTS}")
    yield from _orphans(given)
    if cross and "X" in given and "X_key" not in given:
        yield Fault(
            ("key_tokens",),
            "key_tokens is given but X_key is missing; expected one embedding for each key token",
            "without key_tokens, the tokens attend to themselves",
        )


def _orphans(given: set[str]) -> Iterator[Fault]:
    """Things that are of no use without another."""
    for name, needs in (
        ("W_Q", "X"),
        ("W_K", "X"),
        ("W_V", "X"),
        ("X_key", "X"),
        ("b_Q", "W_Q"),
        ("b_K", "W_K"),
        ("b_V", "W_V"),
        ("b_O", "W_O"),
        ("W_G", "X"),
        ("b_G", "W_G"),
    ):
        if name in given and needs not in given:
            yield Fault(
                (name,), f"{name} is given but {needs} is missing; expected both or neither"
            )
    unprojected = "X" in given and not {"W_Q", "W_K"} & given
    for name in ("W_G", "W_O", "d_output"):
        if name in given and not {"V", "W_V"} & given and not unprojected:
            message = f"{name} is given but there are no values; expected V, or X with W_V"
            yield Fault((name,), message)
    if "V" in given and "W_V" in given:
        yield Fault(("V",), "V and W_V are both given; expected one or the other")


def needs_of_positions(given: set[str], kind: str) -> Iterator[Fault]:
    """What positions are added to, or turn. kind: added, rope or none."""
    where = ("attention", "positions")
    if kind == "added" and "X" not in given:
        yield Fault(
            where,
            "positions to be added, but X is missing; expected X, which they are added to",
            None if {"scores", "weights"} & given else "rope turns Q and K themselves",
        )
    if kind == "rope" and {"scores", "weights"} & given:
        yield Fault(where, "rope, but there are no queries and keys to turn; expected Q and K")


def needs_of_gate(given: set[str], chosen: Iterable[str]) -> Iterator[Fault]:
    """A gate opens for something, and is given once. chosen: options by their names."""
    if "gate" not in chosen:
        return
    where = ("attention", "gate")
    if "W_G" in given:
        message = "gate and W_G are both given; expected one of them"
        yield Fault(where, message, "the gate is X W_G + b_G")
    unprojected = "X" in given and not {"W_Q", "W_K", "W_V"} & given
    if not {"V", "W_V"} & given and not unprojected:
        yield Fault(where, "gate, but there are no values; expected V, or X with W_V")


def needs_of_vectors(given: set[str], chosen: Iterable[str]) -> Iterator[Fault]:
    """Options that change queries and keys, or how they are compared. chosen: by their names."""
    if not {"scores", "weights"} & given:
        return
    for name in chosen:
        if OPTIONS[name].of_vectors:
            message = f"{name}, but there are no queries and keys; expected Q and K"
            yield Fault(("attention", name), message)


def needs_of_past(given: set[str], past: set[str]) -> Iterator[Fault]:
    """A cache goes with keys, and has values if they have. past: the matrices it is given with."""
    where = ("attention", "past")
    if {"scores", "weights"} & given:
        yield Fault(
            where,
            "past, but scores or weights are given; expected Q and K, or X with W_Q and W_K",
        )
        return
    values = bool({"V", "W_V"} & given) or not {"Q", "K", "W_Q", "W_K"} & given
    if "K" not in past:
        yield Fault(where, "K is missing; expected the keys of the past tokens")
    if values and "V" not in past:
        yield Fault(where, "V is missing; expected the values of the past tokens too")
    if not values and "V" in past:
        yield Fault((*where, "V"), "the past has values and this step has none; expected V, or W_V")
    if "X" in past and "X" not in given:
        yield Fault((*where, "X"), "X is given for the past and not for this step; expected both")


def listed(names: Sequence[str]) -> str:
    """Q, K and V."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
