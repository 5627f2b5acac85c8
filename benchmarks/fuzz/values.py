"""What is put where a number, a token or an option stands: right, odd, and hostile."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import TypeAlias

Tree: TypeAlias = "str | list[Tree] | dict[str, Tree]"
"""A problem as a file spells it: every scalar is the text that is typed."""

Record: TypeAlias = "dict[str, Tree]"
"""A problem: what stands by which key."""

ODD_NUMBERS = (
    *("0", "-0", "0.0", "-0.00", "+1", "--1", "1.", ".5", ".", "-", "", "~", "null", "007"),
    *("1e5", "1e-5", "1e10", "1e20", "-1e20", "1e24", "1e-24", "1e100", "-1e100", "1e-100"),
    *("1e300", "-1e300", "1e308", "1e309", "1e400", "1e-400", "1e9999", "-1e9999", "1e-9999"),
    *("1e10000", "1e99999999999", "1e", "e5", "1e1e1", "1E5", "-1e4", "-1e9", "-1e38"),
    *("1600", "40000", "-40000", "100000", "12345678901234567890", "0.1234567890123456789"),
    *("nan", "NaN", "-nan", "inf", "-inf", "+inf", "Infinity", "-Infinity", "-∞", "∞", "−1"),
    *("１２", "٣", "½", "²", "π", "1_000", "1,5", "1.234,5", "1.2.3", "0x10", "0b1", "1 2", " 1 "),
    *("1/3", "-2/3", "1/0", "0/0", "1/sqrt(2)", "sqrt(2)", "-1/sqrt(3)", "sqrt(-1)", "sqrt(0)"),
    *("sqrt(sqrt(2))", "2/sqrt(0)", "1/1e-9999", "1e9999/1e-9999", "sqrt(1e9999)", "1//3", "1/-3"),
    *("48%", "100%", "0%", "-5%", "1e3%", "%", "5 %", "5%%", "true", "False", "yes", "1+1"),
    *("0.3333", "0.6667", "0.1429", "1.0000001", "0.9999999", "0.00001", "4.5e-61", "2.5e-7"),
    *("1" * 50, "0." + "3" * 200, "1" * 3000, "0.1" + "0" * 3000, "9" * 20000 + "x"),
)

HOSTILE_TOKENS = (
    *(
        "",
        " ",
        "   ",
        "two  blanks",
        " ahead",
        "behind ",
        "#1",
        "#2",
        "#99",
        "a#2",
        "it",
        "~",
        "no",
    ),
    *("null", "1e5", "3:20", "-inf", "nan", "token", "Q", "claims", "---", "...", "- a", "? a"),
    *("<script>alert(1)</script>", "</script></style><h1>", "<img src=x onerror=alert(1)>"),
    *("&lt;b&gt;&#60;", "<!-- x -->", "]]>", "<![CDATA[", "-->", "--", '"', "'", "`", "```", "~~~"),
    *(r"\input{/etc/passwd}", r"\end{document}", r"$\alpha$%#&_^~{}", "\\", r"\\", "{", "}", "$"),
    *('#eval("1+1")', '#read("/etc/passwd")', "/*", "*/", "//", "*x*", "_y_", "@ref", "<label>"),
    *("**x**", "[a](http://x)", "|", r"\|", "$$x$$", "](javascript:x)", "![b](c)"),
    *('x"] --> y["end; subgraph z %%', '"]; a -> b [URL="http://x"];', r"\N\G", "#quot;", "end"),
    *("=1+1", "+cmd|' /C calc'!A0", "-2", "@SUM(A1)", "a,b", "a;b", "a\tb", '"a,b"'),
    *("\x1b[31mred", "\x1b]0;title\x07", "\x1b[2J", "\x9b31m", "a\nb", "a\r\nb", "a\u2028b"),
    *(
        "\u202eevil",
        "\u2066x\u2069",
        "a\u200bb",
        "\ufeff",
        "\x00",
        "a\x00b",
        "\x7f",
        "\x85",
        "\xa0",
    ),
    *("::error file=x::y", " ::add-mask::x", "##[error]x", "%0A::error::x", "%", "%s%n", "{0}"),
    *(
        "שלום",
        "عربى",
        "漢字",
        "👩\u200d💻",
        "e\u0301",
        "é",
        "İ",
        "ﬁ",
        "\U0001f1e9\U0001f1ea",
        "\ue000",
    ),
    *("long" * 40, "w" * 5000, "a" * 70000),
)

HOSTILE_TITLES = (*HOSTILE_TOKENS, "::error file=a,line=1::b\n::warning::c", "# x\n\n---\n")

KEYS = (
    *("title", "source", "notes", "tokens", "key_tokens", "Q", "K", "V", "X", "X_key", "W_Q"),
    *("W_K", "W_V", "b_Q", "b_K", "b_V", "W_O", "b_O", "scores", "weights", "query", "attention"),
    *("inputs", "claims"),
)
FOREIGN_KEYS = (
    *("mask", "scale", "heads", "q", "k", "v", "q_proj", "query_states", "attention_mask", "Wq"),
    *("embeddings", "softmax", "exp", "output", "Queries", "tokens ", "x", "W_q", "dim", "d_k"),
)
STAGES = (
    *("X", "X_key", "positions", "X_positioned", "Q", "K", "V", "Q_rotated", "K_rotated"),
    *(
        "scores",
        "biased_scores",
        "scaled_scores",
        "capped_scores",
        "masked_scores",
        "exponentials",
        "sums",
    ),
    *("weights", "weighted_values", "head_outputs", "concatenated", "output"),
)
OPTIONS = (
    *("scale", "mask", "bias", "softcap", "sink", "base", "heads", "kv_heads", "positions", "past"),
)


def plain_number(chance: Random, decimals: int) -> str:
    """A small number with so many decimals, as worked examples have them."""
    return f"{chance.randint(-3 * 10**decimals, 3 * 10**decimals) / 10**decimals:.{decimals}f}"


def odd_number(chance: Random) -> str:
    """A number, or nearly one, as nobody expects it."""
    if chance.random() < 0.2:
        digits = chance.randint(1, 10 ** chance.randint(1, 6))
        return f"{chance.choice(('', '-'))}{digits}e{chance.randint(-40, 40)}"
    return chance.choice(ODD_NUMBERS)


def odd_thing(chance: Random) -> Tree:
    """Something of another kind altogether."""
    things: tuple[Callable[[], Tree], ...] = (
        lambda: [],
        lambda: {},
        lambda: [[]],
        lambda: [[], []],
        lambda: [[[]]],
        lambda: odd_number(chance),
        lambda: chance.choice(HOSTILE_TOKENS),
        lambda: [odd_number(chance) for _ in range(chance.randint(1, 4))],
        lambda: [[plain_number(chance, 1) for _ in range(2)] for _ in range(2)],
        lambda: {chance.choice((*KEYS, *FOREIGN_KEYS)): odd_number(chance)},
        lambda: [{"token": "a", "q": ["1"], "k": ["1"]}],
        lambda: nested(chance.choice((3, 10, 40, 200, 3000))),
    )
    return chance.choice(things)()


def nested(depth: int) -> Tree:
    """A list in a list in a list."""
    tree: Tree = "1"
    for _ in range(min(depth, 300)):
        tree = [tree]
    return tree
