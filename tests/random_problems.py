"""Random problems for the comparison with the oracle: every start, every option, any together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from tests.oracle import is_stacked

Problem = dict[str, Any]
Texts = st.SearchStrategy[str]


def _typed(units: int, decimals: int, ending: str) -> str:
    """A number as people write it: 0.60, -12, 48%, 3e-2."""
    return f"{Decimal(units).scaleb(-decimals):f}{ending}"


PLAIN = st.builds(_typed, st.integers(-30_000, 30_000), st.integers(2, 4), st.just(""))
TAME = st.builds(_typed, st.integers(-100, 100), st.just(2), st.just(""))
SMALL_WHOLE = st.integers(-3, 3).map(str)
EXTREME = st.builds(
    _typed, st.integers(-99, 99), st.integers(0, 2), st.sampled_from(("e12", "e-12", "%", "e3"))
)
WILD = st.one_of(PLAIN, PLAIN, SMALL_WHOLE, EXTREME)
FRACTIONS = st.one_of(
    PLAIN,
    SMALL_WHOLE,
    st.builds(lambda above, below: f"{above}/{below}", st.integers(-20, 20), st.integers(1, 12)),
    st.builds(
        lambda sign, above, below: f"{sign}{above}/sqrt({below})",
        st.sampled_from(("", "-")),
        st.integers(0, 3),
        st.integers(1, 9),
    ),
    st.builds(
        lambda sign, inside: f"{sign}sqrt({inside})", st.sampled_from(("", "-")), st.integers(0, 9)
    ),
)
"""Numbers typed as fractions and roots, some of them rational, some with an end."""
TEXTS = st.sampled_from((PLAIN, SMALL_WHOLE, WILD))
"""What the numbers of one problem look like."""

EVERYTHING = frozenset(
    (
        *("true and false", "a row of m", "1/sqrt(d_model)"),
        *("lower-right", "window to both sides", "window with first", "padding"),
        *("slopes", "t5", "before_scale"),
        *("qk_norm", "position_ids", "general", "additive", "cosine"),
        *("gate", "W_G", "position_ids", "backward"),
    )
)
"""What came after the plain options, by name."""

BUILT = frozenset(
    (
        *("true and false", "a row of m", "1/sqrt(d_model)"),
        *("lower-right", "window to both sides", "window with first", "padding"),
        *("qk_norm", "general", "additive", "cosine"),
        *("gate", "W_G"),
        *("slopes", "t5", "before_scale"),
        "backward",
    )
)
"""What the package knows of it: what has no name here is never drawn, unless it is asked for."""

TRUTHS = ("true", "false")
SCALES = ("none", "0.5", "0.125", "1", "2.5", "1e-3", "30%", "1/3", "1/sqrt(9)", "2/sqrt(3)")
BASES = ("e", "2", "3", "4", "10", "1.5", "2.25", "4/3", "9/4")
CAPS = ("0.5", "1", "2.75", "30", "50", "20/3")
ROPE_BASES = ("10000", "500000", "2", "4", "10", "1.5")


# Problems of a single head, without positions or a past.


@st.composite
def single_head_problems(draw: st.DrawFn, texts: st.SearchStrategy[Texts]) -> Problem:
    """Any problem of a single head: every start, the plain options, self- or cross-attention."""
    numbers = draw(texts)
    sizes = st.integers(1, 5)

    def matrix(rows: int, columns: int) -> Any:
        row = st.lists(numbers, min_size=columns, max_size=columns)
        return draw(st.lists(row, min_size=rows, max_size=rows))

    n, d_k, d_v, d_model, d_key = (draw(sizes) for _ in range(5))
    cross = draw(st.booleans())
    m = draw(sizes) if cross else n
    start = draw(st.sampled_from(("Q", "X", "scores", "weights")))
    has_values = draw(st.booleans())
    problem: Problem = {"tokens": [f"q{i}" for i in range(n)]}
    if cross:
        problem["key_tokens"] = [f"k{j}" for j in range(m)]
    if start == "X":
        problem["X"] = matrix(n, d_model)
        if cross:
            problem["X_key"] = matrix(m, d_key)
        rows = d_key if cross else d_model
        problem |= {"W_Q": matrix(d_model, d_k), "W_K": matrix(rows, d_k)}
        if has_values:
            problem["W_V"] = matrix(rows, d_v)
        for name, width in (("Q", d_k), ("K", d_k), ("V", d_v)):
            if f"W_{name}" in problem and draw(st.booleans()):
                problem[f"b_{name}"] = matrix(1, width)[0]
    elif has_values:
        problem["V"] = matrix(m, d_v)
    if start == "Q":
        problem |= {"Q": matrix(n, d_k), "K": matrix(m, d_k)}
    if start in ("scores", "weights"):
        problem[start] = matrix(n, m)
    if has_values and draw(st.booleans()):
        problem["W_O"] = matrix(d_v, d_model)
        if draw(st.booleans()):
            problem["b_O"] = matrix(1, d_model)[0]
    if has_values and draw(st.booleans()):
        problem["d_output"] = matrix(n, d_model if "W_O" in problem else d_v)
    if start != "weights":
        problem["attention"] = draw(_plain_options(n, m, numbers, knows_d_k=start != "scores"))
    return problem


@st.composite
def _plain_options(draw: st.DrawFn, n: int, m: int, numbers: Texts, knows_d_k: bool) -> Problem:
    """The options of attention for n queries and m keys, some of them left to their defaults."""

    def rows(cells: Texts) -> st.SearchStrategy[Any]:
        return st.lists(st.lists(cells, min_size=m, max_size=m), min_size=n, max_size=n)

    scales = st.sampled_from((*SCALES, "1/sqrt(d_k)") if knows_d_k else SCALES)
    masks = st.one_of(st.sampled_from(("none", "causal")), rows(st.sampled_from("01")))
    biases = st.one_of(st.just("none"), rows(st.one_of(numbers, numbers, st.just("-inf"))))
    choices = {"scale": scales, "mask": masks, "bias": biases, "base": st.sampled_from(BASES)}
    return draw(st.fixed_dictionaries({}, optional=choices))


# Problems of everything.


@st.composite
def problems(
    draw: st.DrawFn, texts: st.SearchStrategy[Texts], known: frozenset[str] = BUILT
) -> Problem:
    """Any problem at all: heads, key-value heads, positions, a past, and every option.

    known: what may be drawn of EVERYTHING.
    """
    numbers = draw(texts)
    declared = draw(st.sampled_from((None, 1, 2, 2, 3, 4, 4)))
    heads = declared or 1
    start = draw(st.sampled_from(("Q", "Q", "X", "X", "X", "X alone", "scores", "weights")))
    has_values = start == "X alone" or draw(st.booleans())
    divisors = [k for k in range(1, heads + 1) if heads % k == 0]
    cross, n = draw(st.booleans()), draw(st.integers(1, 3))
    # Embeddings that stand for queries and keys alike have as many heads of either; and without
    # keys or values, there is nothing that key-value heads could be heads of.
    groupable = start in ("Q", "X") or (has_values and start != "X alone")
    # Where not all of a vector turns, and by more than one angle, it has five entries or more.
    narrow, wide = (1, 2, 2, 3), (1, 2, 3, 4, 5, 6)
    d_k = draw(st.sampled_from(wide if heads <= 2 else narrow))
    others = [name for name in ("general", "additive", "cosine") if name in known]
    scores = others if start in ("Q", "X", "X alone") else []
    score = draw(st.sampled_from(["dot"] * max(1, len(scores)) + scores))
    own_width = score in ("general", "additive") and start in ("Q", "X") and draw(st.booleans())
    sizes = Sizes(
        heads=declared,
        kv_heads=draw(st.sampled_from(divisors)) if declared and groupable else heads,
        n=n,
        m=draw(st.integers(1, 3)) if cross else n,
        before=draw(st.sampled_from((0, 0, 1, 2))) if start in ("Q", "X", "X alone") else 0,
        d_q=draw(st.sampled_from(narrow)) if own_width else d_k,
        d_k=d_k,
        d_v=draw(st.sampled_from(narrow)),
        d_model=draw(st.integers(1, 4)),
    )
    return _Author(draw, numbers, sizes, start, cross, has_values, score, known).problem()


@dataclass(frozen=True)
class Sizes:
    """How much there is of everything; m: the keys of this step, without those before it."""

    heads: int | None
    kv_heads: int
    n: int
    m: int
    before: int
    d_q: int
    d_k: int
    d_v: int
    d_model: int


@dataclass
class _Author:
    """Writes a problem, choosing as it goes along."""

    draw: st.DrawFn
    numbers: Texts
    sizes: Sizes
    start: str
    cross: bool
    has_values: bool
    score: str
    known: frozenset[str]

    def problem(self) -> Problem:
        sizes = self.sizes
        result: Problem = {"tokens": [f"q{i}" for i in range(sizes.n)]}
        if self.cross:
            result["key_tokens"] = [f"k{j}" for j in range(sizes.m)]
        result |= {
            "Q": self.from_vectors,
            "X": self.from_projections,
            "X alone": self.from_embeddings,
            "scores": self.from_later,
            "weights": self.from_later,
        }[self.start]()
        if self.has_values and self.maybe():
            width = self.sizes.d_model
            result["W_O"] = self.matrix((sizes.heads or 1) * self.d_v(), width)
            if self.maybe():
                result["b_O"] = self.vector(width)
        options = {} if self.start == "weights" else self.options(result)
        if self.has_values and self.maybe():
            self.add_gate(result, options)
        if self.has_values and "backward" in self.known and self.maybe():
            width = len(result["W_O"][0]) if "W_O" in result else (sizes.heads or 1) * self.d_v()
            result["d_output"] = self.matrix(sizes.n, width)
        options |= self.counts(result)
        if sizes.before:
            options["past"] = self.past()
        return result | ({"attention": options} if options or self.maybe() else {})

    # Where it starts.

    def from_vectors(self) -> Problem:
        sizes = self.sizes
        result = {
            "Q": self.headed(sizes.heads or 1, sizes.n, sizes.d_q),
            "K": self.headed(sizes.kv_heads, sizes.m, sizes.d_k),
        }
        if self.has_values:
            result["V"] = self.headed(sizes.kv_heads, sizes.m, sizes.d_v)
        return result

    def from_projections(self) -> Problem:
        sizes = self.sizes
        result = {"X": self.matrix(sizes.n, sizes.d_model)}
        rows = sizes.d_model
        if self.cross:
            rows = self.draw(st.integers(1, 4))
            result["X_key"] = self.matrix(sizes.m, rows)
        vectors = [("Q", sizes.heads or 1, sizes.d_model, sizes.d_q)]
        vectors.append(("K", sizes.kv_heads, rows, sizes.d_k))
        if self.has_values:
            vectors.append(("V", sizes.kv_heads, rows, sizes.d_v))
        for name, parts, height, width in vectors:
            result[f"W_{name}"] = self.headed(parts, height, width)
            if self.maybe():
                result[f"b_{name}"] = self.headed_vector(parts, width)
        return result

    def from_embeddings(self) -> Problem:
        sizes = self.sizes
        result = {"X": self.matrix(sizes.n, (sizes.heads or 1) * sizes.d_k)}
        if self.cross:
            result["X_key"] = self.matrix(sizes.m, sizes.kv_heads * sizes.d_k)
        return result

    def from_later(self) -> Problem:
        sizes = self.sizes
        rows = self.matrix(sizes.n, sizes.m)
        if sizes.heads:
            rows = [rows, *(self.matrix(sizes.n, sizes.m) for _ in range(sizes.heads - 1))]
        result = {self.start: rows}
        if self.has_values:
            result["V"] = self.headed(sizes.kv_heads, sizes.m, sizes.d_v)
        return result

    # Its options.

    def options(self, problem: Problem) -> Problem:
        """Those of the scores and the positions, some of them left to their defaults."""
        knows_d_k = self.start != "scores" and self.sizes.d_q == self.sizes.d_k
        scales = [*SCALES, *["1/sqrt(d_k)"] * knows_d_k]
        if "X" in problem and "1/sqrt(d_model)" in self.known:
            scales.append("1/sqrt(d_model)")
        choices: dict[str, Callable[[], Any]] = {
            "scale": lambda: self.one_of(scales),
            "softcap": lambda: self.one_of(CAPS),
            "mask": self.mask,
            "bias": self.bias,
            "sink": lambda: (
                self.vector(self.sizes.heads)
                if self.sizes.heads and self.maybe()
                else self.draw(self.numbers)
            ),
            "base": lambda: self.one_of(BASES),
        }
        if self.start != "scores" and "qk_norm" in self.known:
            choices["qk_norm"] = self.norm
        result = {name: choose() for name, choose in choices.items() if self.maybe()}
        if self.score != "dot":
            result["score"] = self.scored()
        result |= self.positions(problem)
        if "position_ids" in self.known:
            result |= self.position_ids(result)
        return result

    def only(self, choices: Mapping[str, Callable[[], Any]]) -> list[Callable[[], Any]]:
        """Those of the choices that may be drawn."""
        return [choose for name, choose in choices.items() if name in self.known]

    @property
    def keys(self) -> int:
        """m, with the past."""
        return self.sizes.before + self.sizes.m

    # What is hidden, and what is added.

    def mask(self) -> Any:
        signs = "01" if "true and false" not in self.known or self.maybe() else TRUTHS
        cells = st.sampled_from(signs)
        kinds: list[Callable[[], Any]] = [
            lambda: "none",
            lambda: "causal",
            lambda: {"window": self.one_of("12345")},
            lambda: self.per_head(lambda: self.matrix(self.sizes.n, self.keys, cells)),
        ]
        kinds += self.only(
            {
                "a row of m": lambda: self.matrix(1, self.keys, cells)[0],
                "lower-right": lambda: {"causal": "lower-right"},
                "window to both sides": self.window_to_both_sides,
                "window with first": self.window_with_first,
                "padding": lambda: self.padded(self.matrix(1, self.keys, cells)[0]),
            }
        )
        return self.one_of(kinds)()

    def window_to_both_sides(self) -> Any:
        return {"window": [self.one_of(("-1", "0", "1", "2")) for _ in range(2)]}

    def window_with_first(self) -> Any:
        return {"window": self.one_of("123"), "first": self.one_of("0123")}

    def padded(self, padding: Any) -> Any:
        """Keys hidden from all queries, and what else is hidden."""
        kinds: list[Callable[[], Any]] = [dict]
        kinds += [lambda: {"causal": "true"}, lambda: {"window": self.one_of("123")}]
        kinds += self.only(
            {
                "lower-right": lambda: {"causal": "lower-right"},
                "window to both sides": self.window_to_both_sides,
                "window with first": self.window_with_first,
            }
        )
        return self.one_of(kinds)() | {"padding": padding}

    def bias(self) -> Any:
        cells = st.one_of(self.numbers, self.numbers, st.just("-inf"))

        def rows() -> Any:
            return self.per_head(lambda: self.matrix(self.sizes.n, self.keys, cells))

        kinds: list[Callable[[], Any]] = [lambda: "none", lambda: "alibi", rows]
        kinds += self.only(
            {
                "slopes": lambda: {"slopes": self.vector(self.sizes.heads or 1)},
                "t5": lambda: {"t5": self.t5()},
                "before_scale": lambda: {
                    "rows": rows(),
                    "before_scale": self.one_of(("true", "true", "false")),
                },
            }
        )
        return self.one_of(kinds)()

    def t5(self) -> Problem:
        """Buckets of which some hold more than one of the few distances that there are."""
        result: Problem = {}
        heads = self.sizes.heads or 1
        buckets = self.one_of((4, 6, 8, 8, 32))
        if buckets != 32 or self.maybe():
            result["buckets"] = str(buckets)
            if buckets != 32:
                result["max_distance"] = str(buckets // 2 + self.one_of(range(1, 9)))
        if self.maybe():
            result["bidirectional"] = self.one_of(("true", "false"))
        few = self.vector(7)
        cells = [few[k % 7] for k in range(buckets * heads)]
        table = [cells[k : k + heads] for k in range(0, len(cells), heads)]
        return result | {"table": table}

    # How queries and keys are scored.

    def norm(self) -> Any:
        kind = self.one_of(("l2", "rms", "settings", "settings"))
        if kind != "settings":
            return kind
        settings: dict[str, Callable[[], Any]] = {
            "epsilon": lambda: self.one_of(("0", "1e-6", "1e-5", "0.25")),
            "gain_q": lambda: self.vector(self.sizes.d_q),
            "gain_k": lambda: self.vector(self.sizes.d_k),
        }
        chosen = {name: choose() for name, choose in settings.items() if self.maybe()}
        return {"rms": chosen} if chosen else "rms"

    def scored(self) -> Any:
        sizes = self.sizes
        if self.score == "cosine":
            return "cosine"
        if self.score == "general":
            return {"general": self.per_head(lambda: self.matrix(sizes.d_q, sizes.d_k))}
        a = self.one_of((1, 2, 3))
        return {
            "additive": {
                "W_1": self.per_head(lambda: self.matrix(sizes.d_q, a)),
                "W_2": self.per_head(lambda: self.matrix(sizes.d_k, a)),
                "v": self.per_head(lambda: self.vector(a)),
            }
        }

    # Where they stand.

    def positions(self, problem: Problem) -> Problem:
        """Positions of a kind that the problem can have, if any."""
        kinds: list[Callable[[], Any]] = [lambda: "none"]
        if self.start != "scores" and self.sizes.d_q == self.sizes.d_k > 1:
            kinds += [self.rope, self.rope]
        if "X" in problem:
            rows, width = len(problem["X"]), len(problem["X"][0])
            kinds += [self.sinusoidal, lambda: self.matrix(rows, width)]
        chosen = self.one_of(kinds)()
        return {} if chosen == "none" and self.maybe() else {"positions": chosen}

    def position_ids(self, options: Problem) -> Problem:
        """Places out of order, for what goes by them."""
        result: Problem = {}
        positions, bias = options.get("positions", "none"), options.get("bias", "none")
        waves = positions == "sinusoidal" or "sinusoidal" in positions
        pairs = positions == "rope" or "rope" in positions or bias == "alibi" or "slopes" in bias
        ids = st.integers(0, 40).map(str)
        if (waves or pairs) and self.maybe():
            result["position_ids"] = self.matrix(1, self.sizes.n, ids)[0]
        if pairs and not waves and self.maybe():
            result["key_position_ids"] = self.matrix(1, self.sizes.m, ids)[0]
        return result

    def add_gate(self, problem: Problem, options: Problem) -> None:
        """A gate, given or made of the embeddings."""
        width = (self.sizes.heads or 1) * self.d_v()
        kinds: dict[str, Callable[[], Any]] = {"gate": lambda: self.matrix(self.sizes.n, width)}
        if "X" in problem:
            kinds["W_G"] = lambda: self.matrix(len(problem["X"][0]), width)
        names = [name for name in kinds if name in self.known]
        if not names:
            return
        name = self.one_of(names)
        (options if name == "gate" else problem)[name] = kinds[name]()
        if name == "W_G" and self.maybe():
            problem["b_G"] = self.vector(width)

    def sinusoidal(self) -> Any:
        if self.maybe():
            return "sinusoidal"
        return {"sinusoidal": {"base": self.one_of(ROPE_BASES)}}

    def rope(self) -> Any:
        d_k = self.sizes.d_k
        result = {}
        if d_k % 2 or self.maybe():
            result["dims"] = self.one_of([str(dims) for dims in range(2, d_k + 1, 2)])
        if self.maybe():
            result["base"] = self.one_of(ROPE_BASES)
        if self.maybe():
            result["pairing"] = self.one_of(("half", "half", "interleaved"))
        return {"rope": result} if result else "rope"

    def counts(self, problem: Problem) -> Problem:
        """How many heads there are, where nothing stacked says so, or all the same."""
        result: Problem = {}
        sizes = self.sizes

        def shown(*names: str) -> bool:
            return any(is_stacked(problem.get(name)) for name in names)

        if sizes.heads is None:
            return {}
        if not shown("Q", "W_Q", "scores", "weights") or self.maybe():
            result["heads"] = str(sizes.heads)
        said = sizes.kv_heads == sizes.heads or shown("K", "V", "W_K", "W_V")
        if not said or self.maybe():
            result["kv_heads"] = str(sizes.kv_heads)
        return result

    def past(self) -> Problem:
        sizes = self.sizes
        result = {"tokens": [f"p{j}" for j in range(sizes.before)]}
        result["K"] = self.headed(sizes.kv_heads, sizes.before, sizes.d_k)
        if self.has_values:
            result["V"] = self.headed(sizes.kv_heads, sizes.before, self.d_v())
        if self.start == "X" and not self.cross and self.maybe():
            result["X"] = self.matrix(sizes.before, sizes.d_model)
        return result

    # What it is made of.

    def d_v(self) -> int:
        """The width of a head's values: the keys' where the embeddings stand for both."""
        return self.sizes.d_k if self.start == "X alone" else self.sizes.d_v

    def maybe(self) -> bool:
        return self.draw(st.booleans())

    def one_of(self, choices: Iterable[Any]) -> Any:
        return self.draw(st.sampled_from(list(choices)))

    def matrix(self, rows: int, columns: int, cells: Texts | None = None) -> Any:
        cells = self.numbers if cells is None else cells
        row = st.lists(cells, min_size=columns, max_size=columns)
        return self.draw(st.lists(row, min_size=rows, max_size=rows))

    def vector(self, size: int) -> Any:
        return self.matrix(1, size)[0]

    def headed(self, parts: int, rows: int, width: int) -> Any:
        """One matrix a head, stacked, or side by side."""
        if self.sizes.heads and self.maybe():
            return [self.matrix(rows, width) for _ in range(parts)]
        return self.matrix(rows, parts * width)

    def headed_vector(self, parts: int, width: int) -> Any:
        """One vector a head, stacked, or one after the other."""
        if self.sizes.heads and self.maybe():
            return self.matrix(parts, width)
        return self.vector(parts * width)

    def per_head(self, made: Callable[[], Any]) -> Any:
        """One for all the heads, or one a head."""
        if self.sizes.heads and self.maybe():
            return [made() for _ in range(self.sizes.heads)]
        return made()
