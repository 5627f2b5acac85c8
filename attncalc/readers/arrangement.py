"""How arrays of others are to be taken: what each is called, which of a batch, how axes lie."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import field

from attncalc.errors import InputError, InputErrors, suggestion
from attncalc.names import STAGES
from attncalc.options import OPTIONS
from attncalc.records import dataclass

_AXES = {**dict.fromkeys("bhnd"), "s": "n", "t": "n", "l": "n"}
"""b: batch, h: heads, n: tokens, also s, t or l; d: the numbers of a vector."""

_NO_STAGES = (
    *("title", "source", "notes", "tokens", "key_tokens", "query"),
    *("Q", "K", "V", "X", "X_key", "W_Q", "W_K", "W_V", "W_G", "W_O"),
    *("b_Q", "b_K", "b_V", "b_G", "b_O"),
)
_PAST = tuple(f"past.{name}" for name in ("tokens", "K", "V", "X"))


@dataclass(frozen=True)
class Arrangement:
    """How arrays lie, as far as it is said.

    batch: which problem of a batch is meant, from 1. layout: the axes of Q, K and V in their order,
    as of bnhd; none if it is empty. names: what arrays are, by what they are called in the file.
    """

    batch: int | None = None
    layout: str = ""
    names: Mapping[str, str] = field(default_factory=dict)

    def unknown(self, there: Collection[str], file: str) -> list[InputError]:
        """What is wrong with the names, of a file in which these are.

        A name need not be there where what it stands for is: of two files, each has its own.
        """
        errors: list[InputError] = []
        given = {target for name, target in self.names.items() if name in there}
        for name, target in self.names.items():
            if name in there and target in there and name != target:
                found = f"{file} has both {name} and {target}; expected one of them"
                errors.append(InputError("--map", found))
            elif name not in there and target not in there and target not in given:
                found = f"{file} has no “{name}”; expected one of {', '.join(there)}"
                errors.append(InputError("--map", found, hint=suggestion(name, there)))
        return errors


AS_IT_IS = Arrangement()


def arrangement(
    batch: int | None = None, layout: str | None = None, names: Sequence[str] = ()
) -> Arrangement:
    """How arrays lie. layout: letters as of bnhd; names: texts as of q_proj=Q.

    Raises InputErrors with everything that is wrong with them.
    """
    errors: list[InputError] = []
    if batch is not None and batch < 1:
        errors.append(InputError("--batch", f"{batch}; expected a whole number from 1"))
    axes = "".join(_AXES.get(letter) or letter for letter in (layout or "").lower())
    if layout is not None and not _is_layout(axes):
        expected = "b for a batch, h for heads, n for tokens and d for numbers, in their order"
        hint = "heads before tokens: bhnd or hnd; tokens before heads: bnhd or nhd; no heads: bnd"
        errors.append(InputError("--layout", f"“{layout}”; expected {expected}", hint=hint))
    mapped: dict[str, str] = {}
    for text in names:
        name, equals, target = (part.strip() for part in text.partition("="))
        if not (name and equals and target):
            found = f"“{text}”; expected NAME=MEANING, like q_proj=Q"
            errors.append(InputError("--map", found))
        elif name in mapped:
            errors.append(InputError("--map", f"{name} is given twice; expected it once"))
        elif target not in TARGETS:
            found = f"there is no “{target}”; expected one of {', '.join(TARGETS)}"
            errors.append(InputError("--map", found, hint=suggestion(target, TARGETS)))
        mapped[name] = target
    if errors:
        raise InputErrors(tuple(errors))
    return Arrangement(batch, axes, mapped)


TARGETS = tuple(dict.fromkeys((*_NO_STAGES, *STAGES, *OPTIONS, *_PAST)))
"""What an array can be."""


def _is_layout(axes: str) -> bool:
    return len(set(axes)) == len(axes) and {"n", "d"} <= set(axes) <= {"b", "h", "n", "d"}
