"""Two dumps of the same stages, compared: where they part, which of them is wrong, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from enum import Enum

from attncalc.language import Digits, Sentence, listed, template
from attncalc.names import NAMES
from attncalc.numbers.arithmetic import Array
from attncalc.records import dataclass
from attncalc.steps.trace import Trace

BITS_OF_DOUBLE = 53

TYPES = {BITS_OF_DOUBLE: "float64", 24: "float32", 11: "float16", 8: "bfloat16"}
"""What numbers of so many binary digits are called."""


class Status(Enum):
    """What became of a stage."""

    EQUAL = "equal"
    NOISE = "noise"
    DIFFERS = "differs"
    MISSING = "missing"
    SHAPE = "shape"


@dataclass(frozen=True, eq=False)
class Side:
    """One of the two dumps.

    name: A or B. file: where it is from. computed: whether its stages were worked out here, and
    so follow. bits: the binary digits of its coarsest numbers. stages: what it has, as doubles;
    trace: the problem with its own stages in it, and by their side what there is in none.
    expected: what each stage should be by its own earlier ones; floors: by how much it may be off
    then. lost: the stages that do not follow, and where. None of these where no problem is known.
    given: the stages that it begins with.
    """

    name: str
    file: str
    computed: bool
    bits: int
    stages: Mapping[str, Array]
    trace: Trace | None = None
    expected: Mapping[str, Array] = field(default_factory=dict)
    floors: Mapping[str, Array] = field(default_factory=dict)
    lost: Mapping[str, Array] = field(default_factory=dict)
    given: frozenset[str] = frozenset()

    def follows(self, stage: str) -> bool | None:
        """Whether a stage follows from the side's own earlier ones; None where nobody knows."""
        if self.computed:
            return True
        return stage not in self.lost if stage in self.expected else None


@dataclass(frozen=True)
class Different:
    """One number on both sides. ulps: units of the last place of the coarser kind of number.

    None where one of the two is not finite.
    """

    index: tuple[int, ...]
    a: float
    b: float
    ulps: float | None


@dataclass(frozen=True)
class StageDifference:
    """One stage of both dumps.

    only: the one side that has it. shapes: of each side, where it has it. largest: the largest
    difference, relative: the largest relative one of those numbers that differ, None where there
    is no finite one. differing: numbers that differ by more than rounding explains, of so many.
    inherited: by how much the sides' own earlier stages let them differ; added: what this stage
    adds to that, infinite where one has no value. numbers: those that differ most, the first one
    first.
    """

    name: str
    status: Status
    shapes: tuple[tuple[int, ...] | None, tuple[int, ...] | None]
    largest: float | None = None
    relative: float | None = None
    differing: int = 0
    of: int = 0
    inherited: float | None = None
    added: float | None = None
    numbers: tuple[Different, ...] = ()

    @property
    def only(self) -> str | None:
        """A or B, where the other side does not have it."""
        if self.status is not Status.MISSING:
            return None
        return "A" if self.shapes[1] is None else "B"

    @property
    def fails(self) -> bool:
        """Whether it is a difference between the two."""
        return self.status in (Status.DIFFERS, Status.SHAPE)


@dataclass(frozen=True)
class Cause:
    """What was done on a side at a stage, as the catalogue says it.

    part: the heads it is about, if not all. convention: whether others do so on purpose.
    """

    side: str
    stage: str
    what: str
    part: str = ""
    convention: bool = False

    @property
    def said(self) -> str:
        """In head 2, the scores are not scaled."""
        if not self.part:
            return self.what if isinstance(self.what, Sentence) else Sentence(self.what)
        return Sentence("{part}, {what}", part=self.part, what=self.what)


@dataclass(frozen=True, eq=False)
class Difference:
    """What two dumps have in common, and what not.

    stages: those of either side, in the order of the computation. given: names of what is given
    otherwise: inputs first, then options with both of their texts. causes: of what does not follow,
    in the order of the stages. notes: what else is to be known, a sentence each. tolerance: by how
    much numbers might differ.
    """

    a: Side
    b: Side
    stages: tuple[StageDifference, ...]
    given: tuple[str, ...] = ()
    options: tuple[tuple[str, str, str], ...] = ()
    causes: tuple[Cause, ...] = ()
    notes: tuple[str, ...] = ()
    tolerance: float = 0.0

    @property
    def sides(self) -> tuple[Side, Side]:
        """Both, A first."""
        return self.a, self.b

    @property
    def first(self) -> StageDifference | None:
        """The first stage that differs in its numbers."""
        return next((each for each in self.stages if each.status is Status.DIFFERS), None)

    @property
    def differs(self) -> bool:
        """Whether any stage differs, or has another shape."""
        return any(each.fails for each in self.stages)

    def follows(self, side: Side) -> bool | None:
        """Whether a side's numbers up to the first difference follow from one another."""
        if self.first is None:
            return None
        names = [each.name for each in self.stages]
        before = names[: names.index(self.first.name) + 1]
        if any(side.follows(name) is False for name in before):
            return False
        return side.follows(self.first.name)

    @property
    def cause(self) -> str | None:
        """Why the two part, as far as it is known: in B, the scores are not scaled.

        What is given otherwise explains more than what was done otherwise.
        """
        if self.given:
            return Sentence("what is given differs: {names}", names=listed(self.given))
        told = [_in(cause) for cause in self.causes if self._is_first(cause)]
        if self.options and not told:
            return Sentence("the options differ: {options}", options=self._options())
        return joined_by_semicolons(told) if told else None

    def _is_first(self, cause: Cause) -> bool:
        """Whether a cause is the first of its side, and no later than the first difference."""
        first = next(each for each in self.causes if each.side == cause.side)
        return cause is first and self.first is not None and _comes(cause.stage, self.first.name)

    @property
    def others(self) -> tuple[str, ...]:
        """Further causes, with the stages from which on they show, a sentence each."""
        told: list[str] = []
        for cause in self.causes:
            if self._is_first(cause) and not self.given:
                continue
            told.append(
                Sentence(
                    "Besides, {side} does not follow at the {stage}: {cause}.",
                    side=cause.side,
                    stage=called(cause.stage),
                    cause=cause.said,
                )
            )
        return tuple(told)

    def _options(self) -> str:
        """mask (A: causal, B: none)"""
        return listed(
            [
                Sentence("{option} (A: {a}, B: {b})", option=option, a=ours, b=theirs)
                for option, ours, theirs in self.options
            ]
        )

    @property
    def sentence(self) -> str:
        """Where the two part, which of them is wrong, and why."""
        if not self.differs:
            return self._agreement()
        first = self.first
        shape = next((each for each in self.stages if each.status is Status.SHAPE), None)
        if first is None or (shape is not None and _comes(shape.name, first.name)):
            assert shape is not None
            ours, theirs = (_shape(each) for each in shape.shapes)
            return Sentence(
                "A and B part at the {stage}: {a} against {b}.",
                stage=called(shape.name),
                a=ours,
                b=theirs,
            )
        stage = called(first.name)
        follows = [self.follows(side) for side in self.sides]
        if self.given:
            return self._given_otherwise(stage)
        if follows in ([True, False], [False, True]):
            right, wrong = self.sides if follows[0] else self.sides[::-1]
            return self._accusation(stage, right.name, wrong.name)
        if follows == [False, False]:
            if self.cause is None:
                return Sentence(
                    template(
                        "A and B part at the {stage}, and neither follows from its own earlier "
                        "stages: is an option missing, such as mask, positions or heads?"
                    ),
                    stage=stage,
                )
            return Sentence(
                "A and B part at the {stage}, and neither follows from its own earlier stages: "
                "{cause}.",
                stage=stage,
                cause=self.cause,
            )
        if None in follows:
            return Sentence(
                "A and B part at the {stage}; which of them is wrong cannot be told, as nothing "
                "before it is known of both.",
                stage=stage,
            )
        if self.options:
            return Sentence(
                "A and B part at the {stage}, as their options differ: {options}. Each follows "
                "from its own earlier stages.",
                stage=stage,
                options=self._options(),
            )
        return Sentence(
            "A and B part at the {stage}, though each follows from its own earlier stages: it is "
            "what they leave out that differs.",
            stage=stage,
        )

    def _agreement(self) -> str:
        counts = [sum(each.status is status for each in self.stages) for status in Status]
        equal, noise = counts[0], counts[1]
        if not equal + noise:
            return Sentence("A and B have no stage in common.")
        if noise and self.tolerance:
            return Sentence(
                template("A and B agree: 1 stage, within rounding or the tolerance of {tolerance}.")
                if equal + noise == 1
                else template(
                    "A and B agree: {count} stages, within rounding or the tolerance of "
                    "{tolerance}."
                ),
                count=equal + noise,
                tolerance=Digits(f"{self.tolerance:g}"),
            )
        if not noise:
            return Sentence(
                template("A and B agree: 1 stage, equal to the bit.")
                if equal == 1
                else template("A and B agree: {count} stages, all of them equal to the bit."),
                count=equal,
            )
        if not equal:
            return Sentence(
                template("A and B agree: 1 stage, within rounding.")
                if noise == 1
                else template("A and B agree: {count} stages, all of them within rounding."),
                count=noise,
            )
        return Sentence(
            "A and B agree: {equal} of {count} stages are equal to the bit, the others within "
            "rounding.",
            equal=equal,
            count=equal + noise,
        )

    def _given_otherwise(self, stage: str) -> str:
        slots = {"names": listed(self.given), "stage": stage}
        lost = [side.name for side in self.sides if side.lost]
        if lost:
            return Sentence(
                "A and B are not given the same {names}, and part at the {stage}; besides, {sides} "
                "does not follow from its own earlier stages.",
                sides=listed(lost),
                **slots,
            )
        return Sentence(
            "A and B are not given the same {names}, and part at the {stage}; all that differs "
            "follows from that.",
            **slots,
        )

    def _accusation(self, stage: str, right: str, wrong: str) -> str:
        causes = [each for each in self.causes if each.side == wrong and self._is_first(each)]
        slots = {"stage": stage, "right": right, "wrong": wrong}
        if not causes:
            return Sentence(
                "A and B part at the {stage}: {right} follows from its own earlier stages, {wrong} "
                "does not, and no known mistake gives what it has.",
                **slots,
            )
        if causes[0].convention:
            return Sentence(
                "A and B part at the {stage}: {right} follows from its own earlier stages, and "
                "{wrong} by another convention: {cause}.",
                cause=causes[0].said,
                **slots,
            )
        return Sentence(
            "A and B part at the {stage}: {right} follows from its own earlier stages, {wrong} "
            "does not. In {wrong}, {cause}.",
            cause=causes[0].said,
            **slots,
        )


def called(stage: str) -> str:
    """What a stage is called in a sentence."""
    return Sentence(NAMES[stage].called)


def _comes(stage: str, other: str) -> bool:
    """Whether a stage comes no later than another one."""
    names = list(NAMES)
    return names.index(stage) <= names.index(other)


def _shape(shape: tuple[int, ...] | None) -> str:
    return "×".join(map(str, shape or ()))


def _in(cause: Cause) -> str:
    return Sentence("in {side}, {cause}", side=cause.side, cause=cause.said)


def joined_by_semicolons(told: list[str]) -> str:
    """in A, …; in B, …"""
    first, *rest = told
    for then in rest:
        first = Sentence("{first}; {then}", first=first, then=then)
    return first
