"""Frozen dataclasses that cost next to nothing to declare.

The standard library compiles six methods for each class as soon as its module is imported: for the
classes behind a page that takes longer than working it out. These have the same fields and do the
same, but __init__ is compiled when the first object is made, and the other methods are shared.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import MISSING, FrozenInstanceError, fields
from functools import cache, partial
from operator import attrgetter
from reprlib import recursive_repr
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

Class = TypeVar("Class", bound=type)

_OF_CLASSES = dataclasses.dataclass(init=False, repr=False, eq=False)
"""Collects fields and compiles nothing."""


def _dataclass(
    *,
    frozen: bool,
    eq: bool = True,
    repr: bool = True,  # noqa: A002 - what it is called there
) -> Callable[[Class], Class]:
    """As dataclasses.dataclass, of which only these settings are needed."""
    if not frozen:
        raise TypeError("only frozen dataclasses are made here")
    return partial(_finished, compared=eq, shown=repr)


if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass
else:
    dataclass = _dataclass


def _finished(cls: Any, compared: bool, shown: bool) -> Any:
    if cls.__doc__ is None:
        cls.__doc__ = cls.__name__  # or its signature would be inspected, to stand there
    _OF_CLASSES(cls)
    cls.__init__ = _Unwritten(cls)
    cls.__setattr__ = _refuse_to_set
    cls.__delattr__ = _refuse_to_delete
    if shown:
        cls.__repr__ = _represented
    if compared:
        cls.__eq__ = _equal
        cls.__hash__ = _hashed
    return cls


class _Unwritten:
    """Stands in a class for its __init__ until that is looked up."""

    def __init__(self, cls: Any) -> None:
        self._class = cls

    def __get__(self, made: object, owner: type) -> Callable[..., None]:
        self._class.__init__ = written = _initializer(self._class)
        bound: Callable[..., None] = written.__get__(made, owner)
        return bound


def _initializer(cls: type) -> Any:
    """The __init__ of a class, compiled: nothing else is as fast when it is called."""
    parameters, lines = ["self"], []
    known = {"__name__": cls.__module__, "_set": object.__setattr__, "_MISSING": MISSING}
    for part in fields(cls):
        name = value = part.name
        if part.default_factory is not MISSING:
            known[f"_make_{name}"] = part.default_factory
            parameters.append(f"{name}=_MISSING")
            value = f"_make_{name}() if {name} is _MISSING else {name}"
        elif part.default is not MISSING:
            known[f"_default_{name}"] = part.default
            parameters.append(f"{name}=_default_{name}")
        else:
            parameters.append(name)
        lines.append(f" _set(self, {name!r}, {value})\n")
    if hasattr(cls, "__post_init__"):
        lines.append(" self.__post_init__()\n")
    text = f"def __init__({', '.join(parameters)}):\n{''.join(lines) or ' pass'}"
    exec(text, known)  # noqa: S102 - names of fields, as they stand in our own classes
    written: Any = known["__init__"]
    written.__qualname__ = f"{cls.__qualname__}.__init__"
    written.__annotations__ = {part.name: part.type for part in fields(cls)} | {"return": None}
    return written


def _refuse_to_set(_self: object, name: str, _value: object) -> NoReturn:
    raise FrozenInstanceError(f"cannot assign to field {name!r}")


def _refuse_to_delete(_self: object, name: str) -> NoReturn:
    raise FrozenInstanceError(f"cannot delete field {name!r}")


@recursive_repr()
def _represented(self: Any) -> str:
    shown = (f"{part.name}={getattr(self, part.name)!r}" for part in fields(self) if part.repr)
    return f"{type(self).__qualname__}({', '.join(shown)})"


def _equal(self: Any, other: Any) -> Any:
    if other.__class__ is not self.__class__:
        return NotImplemented
    compared = _compared(self.__class__)
    return compared(self) == compared(other)


def _hashed(self: Any) -> int:
    return hash(_compared(self.__class__)(self))


@cache
def _compared(cls: Any) -> Callable[[object], tuple[object, ...]]:
    """What objects of a class are compared by."""
    names = [part.name for part in fields(cls) if part.compare]
    if len(names) > 1:
        return attrgetter(*names)
    return lambda made: tuple(getattr(made, name) for name in names)
