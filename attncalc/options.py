"""The options of attention: what each is called, what may be written for it, what is said of it.

Flags, their help, what a file may hold, its schema and the table in the documentation are made from
these declarations. Nothing is imported that takes time, so that help needs no arithmetic.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeAlias

from attncalc.records import dataclass


@dataclass(frozen=True)
class Number:
    """A number that is greater than `above`, or any where that is None; or at least 0."""

    above: int | None = None
    least: int | None = None
    default: str | None = None


@dataclass(frozen=True)
class Whole:
    """A whole number from `least`."""

    least: int = 1
    default: int | None = None


@dataclass(frozen=True)
class Truth:
    """true or false."""


@dataclass(frozen=True)
class Numbers:
    """A number, a vector or a matrix, by what stands along its axes.

    axes: n, m, d_q, d_k or h·d_v, or a letter of the option's own, which has the
    same size wherever the option has it. of_each_head: whether there may be one for each head.
    whole: whether they count something.
    """

    axes: tuple[str, ...]
    of_each_head: bool = False
    whole: bool = False


Single: TypeAlias = Number | Whole | Truth | Numbers


@dataclass(frozen=True)
class Settings:
    """Values by their names, of which some must be given."""

    values: Mapping[str, Single]
    required: tuple[str, ...] = ()


Value: TypeAlias = Single | Settings


@dataclass(frozen=True)
class Form:
    """A way to write an option: a word, a word with what is set under it, or numbers alone.

    word: empty for numbers alone. value: what is written behind the word. alone: whether the word
    may stand without it. example: the form as it may be written.
    """

    word: str
    value: Value | None = None
    alone: bool = False

    @property
    def settings(self) -> Mapping[str, Single]:
        """What is set, by name; a single value has none."""
        if isinstance(self.value, Settings):
            return self.value.values
        return {} if self.value is None else {"": self.value}


@dataclass(frozen=True)
class Option:
    """An option, by its name in files.

    metavar, help: at the command line. written: what may be written, in the documentation's table.
    default: what holds without it. expected: what an error says may be written. meaning: what the
    schema says of it. forms: the ways of writing it; none where it has a reader of its own.
    """

    name: str
    metavar: str
    help: str
    written: str
    default: str = "none"
    expected: str = ""
    forms: tuple[Form, ...] = ()
    of_vectors: bool = False

    @property
    def flag(self) -> str:
        """How it is typed: kv_heads is --kv-heads."""
        return f"--{self.name.replace('_', '-')}"

    def numbers(self) -> Iterator[tuple[tuple[str, ...], Numbers]]:
        """Where it has numbers with axes, as paths below `attention`."""
        for form in self.forms:
            for name, value in form.settings.items():
                if isinstance(value, Numbers):
                    yield tuple(part for part in (self.name, form.word, name) if part), value


OPTIONS = {
    option.name: option
    for option in (
        Option(
            "scale",
            "SCALE",
            "1/sqrt(d_k), none, or a number, like 0.5 or 1/3, that scores are multiplied by.",
            "`1/sqrt(d_k)`, `1/sqrt(d_model)`, `none`, or a positive number that scores are "
            "multiplied by",
            "`1/sqrt(d_k)`",
        ),
        Option(
            "mask",
            "MASK",
            "none, causal, {window: 3}, {padding: [1,1,0]}, or rows of 1 where a query may attend.",
            "`none`, `causal` (key j ≤ query i), `{causal: lower-right}` (the last query goes with "
            "the last key), `{window: w}` (itself and the w−1 before it), `{window: [l, r]}` (the "
            "l before it and the r after it too, −1 for all of them), `{window: w, first: s}` "
            "(the first s keys stay visible), `{padding: […]}` (of each of m keys, 1 if it may be "
            "seen), also beside these, as `{causal: true, padding: [1, 1, 0]}`; or n×m (h×n×m) of "
            "0 and 1, or of false and true, where 1 = may attend; a row of m is for all queries",
            "`none`",
        ),
        Option(
            "bias",
            "BIAS",
            "none, alibi, {slopes: [1,2]}, {t5: {table: [[1]]}}, or rows to add, like [[0,-inf]].",
            "n×m (h×n×m) numbers added after scaling and capping, `-inf` hides a key; `alibi`; or "
            "`{slopes: […]}`, ALiBi with a given slope for each head; or `{t5: {buckets: 32, "
            "max_distance: 128, bidirectional: true, table: …}}`, a number for each bucket of "
            "relative positions and each head, buckets×h; or `{rows: …, before_scale: true}`, "
            "numbers that are added before scaling",
        ),
        Option(
            "softcap",
            "C",
            "none, or c: a scaled score s becomes c tanh(s/c).",
            "c: a scaled score s becomes c·tanh(s/c)",
        ),
        Option(
            "sink",
            "SINK",
            "none, or a logit that takes its share and has no value; [1,2]: one for each head.",
            "a logit, or one a head, in the softmax's denominator, without a value",
        ),
        Option(
            "base",
            "BASE",
            "Base of the softmax's powers: e, or a number greater than 1.",
            "base of the softmax's powers: `e`, or a number greater than 1",
            "`e`",
        ),
        Option(
            "heads",
            "H",
            "How many heads the queries are cut into; none for one without an axis.",
            "a whole number, h",
        ),
        Option(
            "kv_heads",
            "H",
            "How many heads of keys and values these share.",
            "a whole number that divides `heads`",
            "`heads`",
        ),
        Option(
            "positions",
            "POSITIONS",
            "none, sinusoidal, rope, {rope: {base: 10000, pairing: half}}, or rows to add.",
            "`sinusoidal`, `{sinusoidal: {base: 100}}`, `rope`, `{rope: {base: 10000, pairing: "
            "half, dims: 4}}`, or a learned n×d_model matrix",
        ),
        Option(
            "position_ids",
            "IDS",
            "none, or whole numbers, one a query: where it stands for rope, sinusoidal and alibi.",
            "n whole numbers: where queries stand for `rope`, `sinusoidal` and the distances of "
            "`alibi` and `slopes`; without `key_tokens`, keys too. Masks go by place",
            "counted from 0, after the past",
            "none, or whole numbers from 0, like [0, 1, 5]",
            (Form("", Numbers(("n",), whole=True)),),
        ),
        Option(
            "key_position_ids",
            "IDS",
            "The same of this step's keys; without them, those of the queries.",
            "as many whole numbers as this step has keys: where these stand",
            "the queries', or counted from 0, after the past",
            "none, or whole numbers from 0, like [0, 1, 5]",
            (Form("", Numbers(("m",), whole=True)),),
        ),
        Option(
            "score",
            "SCORE",
            "dot, {general: W}, {additive: {W_1: W, W_2: W, v: [1,2]}}, or cosine.",
            "`dot`, `{general: W}` (q W kᵀ, W d_q×d_k), `{additive: {W_1: …, W_2: …, v: …}}` "
            "(v · tanh(q W_1 + k W_2), W_1 d_q×a, W_2 d_k×a, v a numbers), or `cosine`; a matrix "
            "for all heads, or one for each. Any but `dot` is not scaled unless `scale` is given",
            "`dot`",
            "dot, {general: [[1, 0], [0, 1]]}, {additive: {W_1: …, W_2: …, v: …}}, or cosine",
            (
                Form("general", Numbers(("d_q", "d_k"), of_each_head=True)),
                Form(
                    "additive",
                    Settings(
                        {
                            "W_1": Numbers(("d_q", "a"), of_each_head=True),
                            "W_2": Numbers(("d_k", "a"), of_each_head=True),
                            "v": Numbers(("a",), of_each_head=True),
                        },
                        required=("W_1", "W_2", "v"),
                    ),
                ),
                Form("cosine", alone=True),
            ),
            of_vectors=True,
        ),
        Option(
            "qk_norm",
            "NORM",
            "none, l2, rms, or {rms: {epsilon: 1e-6, gain_q: [1,2]}}: queries and keys by length.",
            "`l2`, `rms`, or `{rms: {epsilon: 1e-6, gain_q: […], gain_k: […]}}`: each head's "
            "queries and keys are divided by their length, or by their root mean square and "
            "multiplied by gains of d_k numbers, before they are turned",
            expected="none, l2, rms, or {rms: {epsilon: 1e-6, gain_q: [1, 1], gain_k: [1, 1]}}",
            forms=(
                Form("l2", alone=True),
                Form(
                    "rms",
                    Settings(
                        {
                            "epsilon": Number(least=0, default="1e-6"),
                            "gain_q": Numbers(("d_q",)),
                            "gain_k": Numbers(("d_k",)),
                        }
                    ),
                    alone=True,
                ),
            ),
            of_vectors=True,
        ),
        Option(
            "gate",
            "GATE",
            "none, or rows of numbers whose sigmoids multiply what the heads give, before W_O.",
            "n×(h·d_v) numbers: their sigmoids multiply the heads' results side by side, before "
            "`W_O`. `W_G` and `b_G` at the top level make it of X",
            expected="none, or rows of numbers, like [[0, 1], [-1, 2]]",
            forms=(Form("", Numbers(("n", "h·d_v"))),),
        ),
        Option(
            "past",
            "PAST",
            "none, or a key-value cache: {tokens: [a], K: [[1,0]], V: [[1,2]]}.",
            "`{tokens: […], K: …, V: …}`: a key-value cache before this step's keys; `X` to "
            "compute it once more",
        ),
    )
}
"""Every option of attention there is, by its name in files."""


def axes_of(path: tuple[str | int, ...]) -> Numbers | None:
    """What numbers stand at a path below `attention`; None where no declaration says it."""
    option = OPTIONS.get(str(path[0])) if path else None
    return None if option is None else dict(option.numbers()).get(tuple(map(str, path)))
