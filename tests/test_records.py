"""attncalc's dataclasses do what the standard library's do, made of the same lines beside them."""

from __future__ import annotations

import ast
import copy
import dataclasses
import importlib
import inspect
import pickle
import re
from collections.abc import Callable, Iterator
from dataclasses import field
from functools import cache
from typing import Any

import pytest

from attncalc import records
from tests.conftest import ROOT

SOURCES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for path in sorted((ROOT / "attncalc").rglob("*.py"))
    if path.stem not in ("records", "__main__")
}


FUTURE = "from __future__ import annotations\n"


@cache
def pairs() -> list[tuple[Any, Any]]:
    return [*_pairs()]


def _pairs() -> Iterator[tuple[Any, Any]]:
    """Each frozen class of attncalc, and what the standard library makes of the same lines."""
    standard: dict[int, object] = {id(records.dataclass): dataclasses.dataclass}
    for name, path in SOURCES.items():
        source = path.read_text(encoding="utf-8")
        future = FUTURE if FUTURE in source else ""
        for node in ast.parse(source).body:
            if isinstance(node, ast.ClassDef) and any(map(frozen, node.decorator_list)):
                module = importlib.import_module(name)
                own = getattr(module, node.name)
                names = {known: standard.get(id(of), of) for known, of in vars(module).items()}
                exec(compile(future + ast.unparse(node), name, "exec", dont_inherit=True), names)
                standard[id(own)] = names[node.name]
                yield own, names[node.name]


def frozen(decorator: ast.expr) -> bool:
    """Whether it is what makes a class a frozen dataclass."""
    return "dataclass(frozen=True" in ast.unparse(decorator)


def made(cls: type, value: object) -> Any:
    """An object that has the same value everywhere, whatever its __post_init__ thinks of it."""
    one: Any = object.__new__(cls)
    for part in dataclasses.fields(cls):
        object.__setattr__(one, part.name, value)
    return one


def test_every_frozen_dataclass_is_one_of_ours() -> None:
    """So none is compiled before it is needed."""
    assert len(pairs()) > 100
    assert [
        own for own, _ in pairs() if vars(own)["__setattr__"] is not records._refuse_to_set
    ] == []


def test_fields_and_parameters() -> None:
    """They are the same, and so are places in patterns."""
    for pair in pairs():
        own, standard = map(described, pair)
        assert own == standard, pair


def described(cls: Any) -> list[object]:
    """All that can be asked of a class about its fields, but which objects its defaults are."""
    parameters = inspect.signature(cls).parameters.values()
    return [
        [(part.name, part.type, part.repr, part.compare) for part in dataclasses.fields(cls)],
        [(each.name, each.kind, each.annotation) for each in parameters],
        cls.__match_args__,
        cls.__init__.__qualname__,
        cls.__init__.__annotations__,
    ]


def test_methods() -> None:
    """Text, equality and hash are the same, where a class has them; nothing can be set."""
    for pair in pairs():
        expect_the_same(pair)


def expect_the_same(pair: tuple[Any, Any]) -> None:
    """Of a class and its double."""
    own, methods = pair[0], ("__repr__", "__eq__", "__hash__", "__post_init__")
    has = [[name in vars(cls) for name in methods] for cls in pair]
    assert has[0] == has[1]
    ours, theirs = ([made(cls, value) for value in (1, 1, 2)] for cls in pair)
    if own.__repr__ is records._represented:
        assert [*map(repr, ours)] == [*map(repr, theirs)]
    assert [ours[0] == other for other in ours] == [theirs[0] == other for other in theirs]
    assert [ours[0] == other for other in theirs] == [False] * 3
    if own.__eq__ is not object.__eq__:
        assert hash(ours[0]) == hash(ours[1])
        assert (hash(ours[0]) == hash(ours[2])) == (ours[0] == ours[2])
    for one in (ours[0], theirs[0]):
        with pytest.raises(dataclasses.FrozenInstanceError, match=r"^cannot assign to field 'a'$"):
            one.a = 1
        with pytest.raises(dataclasses.FrozenInstanceError, match=r"^cannot delete field 'a'$"):
            del one.a


def classes() -> list[Any]:
    """The same class by both."""

    def declared(dataclass: Callable[..., Any]) -> Any:
        @dataclass(frozen=True)
        class Given:
            """With everything a field may have."""

            first: int
            second: float = 0.5
            third: list[int] = field(default_factory=list)
            name: str = field(default="x", compare=False, repr=False)

            def __post_init__(self) -> None:
                if self.first < 0:
                    raise ValueError("less than nothing")

        return Given

    return [declared(records.dataclass), declared(dataclasses.dataclass)]


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ((1,), {}),
        ((1, 2.0, [3], "y"), {}),
        ((), {"third": [1], "first": 2}),
        ((), {}),
        ((1, 2.0, [3], "y", 5), {}),
        ((1,), {"first": 1}),
        ((1,), {"fourth": 1}),
        ((-1,), {}),
    ],
)
def test_making(values: tuple[Any, ...], named: dict[str, Any]) -> None:
    """Values by place, by name and by default; or the same refusal."""

    def outcome(cls: Any) -> object:
        try:
            one = cls(*values, **named)
        except (TypeError, ValueError) as error:
            return type(error), str(error)
        others = [dataclasses.replace(one, second=9.0), dataclasses.replace(one, name="z")]
        return [(dataclasses.astuple(each), repr(each), each == one) for each in (one, *others)]

    own, standard = map(outcome, classes())
    assert own == standard


def test_a_default_that_is_made_is_made_each_time() -> None:
    """Or objects would share it."""
    given = classes()[0]
    assert given(1).third is not given(1).third


def test_compiled_when_the_first_is_made() -> None:
    """Not where the class is declared, nor where one only asks what its fields are."""
    given = classes()[0]
    assert dataclasses.fields(given)
    assert isinstance(vars(given)["__init__"], records._Unwritten)
    given(1)
    assert inspect.isfunction(vars(given)["__init__"])


def test_one_field_and_none() -> None:
    """Too few to be compared as several are."""

    @records.dataclass(frozen=True)
    class Nothing:
        """Of no fields."""

    @records.dataclass(frozen=True)
    class One:
        """Of one."""

        only: float

    nan = float("nan")
    assert Nothing() == Nothing()
    assert hash(Nothing()) == hash(Nothing()) == hash(())
    assert One(nan) == One(nan)  # as in a tuple, where the same object is equal to itself
    assert hash(One(1)) == hash((1,))


def test_text_of_what_holds_itself() -> None:
    """It ends."""
    one = classes()[0](1)
    one.third.append(one)
    assert re.search(r"third=\[\.\.\.\]\)$", repr(one))


def test_copies() -> None:
    """An object that is copied, or goes through a pipe, is equal."""
    fault = importlib.import_module("attncalc.errors").Fault(("Q", 0), "found", hint="try")
    assert pickle.loads(pickle.dumps(fault)) == fault == copy.deepcopy(fault)


def test_only_frozen() -> None:
    """What can change is hashed and compared in other ways."""
    with pytest.raises(TypeError, match="only frozen"):
        records.dataclass(frozen=False)
