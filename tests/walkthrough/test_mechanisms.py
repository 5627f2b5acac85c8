"""What the page says of heads, positions, masks, sinks and a cache, where no sample has it."""

from __future__ import annotations

from typing import Any

import pytest

import attncalc
from attncalc.readers.yaml_text import documents
from attncalc.renderers.terminal.page import TerminalRenderer
from attncalc.selection import Selection
from attncalc.walkthrough import write_walkthrough
from attncalc.walkthrough.checked import write_report
from attncalc.walkthrough.lookup import write_lookup


def page_of(fields: dict[str, Any], *, full: bool = False, heads: tuple[int, ...] = ()) -> str:
    """The page of a problem, in one long line."""
    trace = attncalc.explain(attncalc.load(fields))
    page = TerminalRenderer(200).render(
        write_walkthrough(trace, Selection(full=full, heads=tuple(heads)))
    )
    return " ".join(page.split())


def lookup_of(fields: dict[str, Any], **chosen: Any) -> str:
    """The page of a problem as a search for keys."""
    trace = attncalc.explain(attncalc.load(fields))
    return " ".join(TerminalRenderer(200).render(write_lookup(trace, Selection(**chosen))).split())


TWO: dict[str, Any] = {
    "tokens": ["a", "b"],
    "Q": [["1", "0"], ["0", "1"]],
    "K": [["1", "1"], ["0", "1"]],
    "V": [["1", "0"], ["0", "2"]],
}
EMBEDDED: dict[str, Any] = {
    "tokens": ["b"],
    "X": [["0", "2"]],
    "W_Q": [["1", "0"], ["0", "1"]],
    "W_K": [["1", "1"], ["0", "1"]],
    "W_V": [["1"], ["3"]],
}


def test_cache_recomputed() -> None:
    """With the past's embeddings, the page says that the cache is what would be computed."""
    past = {"tokens": ["a"], "X": [["1", "0"]], "K": [["1", "1"]], "V": [["1"]]}
    page = page_of({**EMBEDDED, "attention": {"past": past, "mask": "causal"}})
    assert "Taken from the cache: 1 key with its value." in page
    assert "New in this step, and put behind: 1 key with its value." in page
    assert (
        "Without the cache, all 2 keys and values would have to be computed, from all embeddings: "
        "they come out the same, and so does the output."
    ) in page
    rounded = {**past, "V": [["1.01"]]}
    page = page_of({**EMBEDDED, "attention": {"past": rounded}})
    assert "the keys and values differ from the cached ones by at most 0.01, and the" in page


def test_cache_of_fractions() -> None:
    """What no decimal is does not make a cache a rounded one: twice 1/3 is 2/3."""
    past = {"tokens": ["a"], "X": [["1/3", "0"]], "K": [["2/3", "0"]], "V": [["1/3"]]}
    fields = {**EMBEDDED, "W_K": [["2", "0"], ["0", "1"]]}
    assert "they come out the same, and so does the output." in page_of(
        {**fields, "attention": {"past": past}}
    )


def test_cache_without_values() -> None:
    """A cache of keys alone is one of keys alone."""
    fields = {name: EMBEDDED[name] for name in ("tokens", "X", "W_Q", "W_K")}
    past = {"tokens": ["a", "c"], "K": [["1", "1"], ["0", "1"]]}
    page = page_of({**fields, "attention": {"past": past}})
    assert "Taken from the cache: 2 keys. New in this step, and put behind: 1 key." in page
    assert "The embeddings of the cached tokens are not given (X under past)" in page
    past["X"] = [["1", "0"], ["0", "1"]]
    page = page_of({**fields, "attention": {"past": past}})
    assert "all 3 keys would have to be computed" in page
    assert "and so does the weights" not in page
    assert "so do the weights" in page
    past["K"] = [["1.01", "1"], ["0", "1"]]
    page = page_of({**fields, "attention": {"past": past}})
    differ = (
        "Computed from all embeddings, the keys differ from the cached ones by at most 0.01, and "
    )
    held = ": the cache holds rounded numbers."
    assert f"{differ}the weights by at most 0{held}" in page  # the query has 0 where the key is off
    fields["X"] = [["1", "2"]]
    assert f"{differ}the weights by at most 0.00037{held}" in page_of(
        {**fields, "attention": {"past": past}}
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"attention": {"bias": [["0", "1"]]}},
        {"key_tokens": ["k"], "X_key": [["1", "1"]]},
    ],
)
def test_cache_that_cannot_be_recomputed(changes: dict[str, Any]) -> None:
    """Where the rest is not given for the past's rows too, nothing is claimed."""
    past = {"tokens": ["a"], "X": [["1", "0"]], "K": [["1", "1"]], "V": [["1"]]}
    options = {**changes.get("attention", {}), "past": past}
    page = page_of({**EMBEDDED, **changes, "attention": options})
    assert "so the cache is taken as it is" in page


def test_cache_of_heads() -> None:
    """A folded cache is shown for each key-value head, and its size counts them."""
    past = {"K": [["1", "0"], ["0", "1"]], "V": [["1", "0"], ["0", "2"]]}
    options = {"heads": "2", "past": past, "mask": {"window": "2"}}
    page = page_of({**TWO, "attention": options})
    assert "In the cache, key-value head 2" in page
    assert "past#1" in page
    assert "2×2×2" in page
    assert "2×4×2" in page
    assert "Each token sees only itself and the token before it." in page
    assert "The 2 tokens in the cache stand before all of them." in page


@pytest.mark.parametrize(
    ("width", "said"),
    [("1", "sees only itself."), ("3", "sees only itself and the 2 tokens before it.")],
)
def test_windows(width: str, said: str) -> None:
    """A window is said in tokens."""
    assert said in page_of({**TWO, "attention": {"mask": {"window": width}}})


def test_causal_corner() -> None:
    """Where queries and keys are not as many, the page says which goes with which."""
    fields = {**TWO, "key_tokens": ["x", "y", "z"], "K": [["1", "0"]] * 3, "V": [["1"]] * 3}
    page = page_of({**fields, "attention": {"mask": "causal"}})
    assert "The first query goes with the first key." in page


def written(text: str) -> Any:
    """An option as it is written in a file."""
    return documents(text, "a mask")[1][0]


BEFORE = "Each token sees itself and the tokens before it, not those after it."
KEYS_BEFORE = (
    "Each query sees the key that it goes with and the keys before that one, not those after it."
)
LAST = "The last query goes with the last key."
SEEN = {
    ("{causal: true}", 3, 3, 0): BEFORE,
    ("{causal: lower-right}", 3, 3, 0): f"{BEFORE} {LAST}",
    ("{causal: lower-right}", 2, 4, 0): f"{KEYS_BEFORE} {LAST}",
    ("{causal: lower-right}", 4, 3, 0): f"{KEYS_BEFORE} {LAST} So the first query has no key to "
    "see.",
    ("{causal: lower-right}", 4, 2, 0): f"{KEYS_BEFORE} {LAST} So the first 2 queries have no key "
    "to see.",
    ("{causal: lower-right}", 2, 2, 1): f"{BEFORE} {LAST}",
    ("{window: 2}", 4, 2, 0): "Each query sees only the key that it goes with and the token before "
    "it. The first query goes with the first key. So the last query has no key to see.",
    ("{window: 2}", 4, 1, 0): "Each query sees only the key that it goes with and the token before "
    "it. The first query goes with the first key. So the last 2 queries have no key to see.",
    ("{window: 1}", 3, 3, 0): "Each token sees only itself.",
    ("{window: [2, 0]}", 3, 3, 0): "Each token sees only itself and the 2 tokens before it.",
    ("{window: [2, 1]}", 3, 3, 0): "Each token sees only itself, the 2 tokens before it and the "
    "token after it.",
    ("{window: [-1, 2]}", 3, 3, 0): "Each token sees only itself, every token before it and the 2 "
    "tokens after it.",
    ("{window: [1, -1]}", 3, 3, 0): "Each token sees only itself, the token before it and every "
    "token after it.",
    ("{window: [0, 1]}", 3, 3, 0): "Each token sees only itself and the token after it.",
    ("{window: [0, -1]}", 3, 3, 0): "Each token sees only itself and every token after it.",
    ("{window: [-1, -1]}", 2, 3, 0): "Each query sees every key.",
    ("{window: [1, 1]}", 2, 2, 1): "Each token sees only itself, the token before it and the token "
    "after it. The token in the cache stands before all of them.",
    ("{window: 2, first: 1}", 3, 3, 0): "Each token sees only itself, the token before it and the "
    "first token, however far back.",
    ("{window: 1, first: 2}", 3, 3, 0): "Each token sees only itself and the first 2 tokens, "
    "however far back.",
    ("{padding: [1, 0, 1]}", 3, 3, 0): "Padding is hidden from every query, here “k1”.",
    ("{padding: [0, 0, 1]}", 2, 2, 1): "Padding is hidden from every query, here “k0” and “k1”.",
    ("{padding: [1, 1]}", 2, 2, 0): "Padding is hidden from every query; there is none here.",
    ("{padding: [0, 0, 0, 0, 0, 1]}", 1, 6, 0): "Padding is hidden from every query, here 5 of the "
    "6 keys.",
    ("{causal: true, padding: [1, 0, 0, 0]}", 4, 4, 0): f"{BEFORE} Padding is hidden from every "
    "query, here “k1”, “k2” and “k3”.",
    ("{window: [1, 0], padding: [1, 0, 1]}", 2, 3, 0): "Each query sees only the key that it goes "
    "with and the token before it. Padding is hidden from every query, here “k1”. The first query "
    "goes with the first key.",
    ("{causal: lower-right, padding: [0, 1]}", 3, 2, 0): f"{KEYS_BEFORE} Padding is hidden from "
    f"every query, here “k0”. {LAST} So the first query has no key to see.",
    ("{window: 1, first: 1, padding: [1, 1, 0]}", 3, 3, 0): "Each token sees only itself and the "
    "first token, however far back. Padding is hidden from every query, here “k2”.",
}
"""What a query may attend to, by the mask, the numbers of queries and keys, and of cached ones."""


@pytest.mark.parametrize(("mask", "n", "m", "past"), SEEN)
def test_what_a_mask_lets_be_seen(mask: str, n: int, m: int, past: int) -> None:
    """The whole sentence, where there are as many keys as queries, or others, or cached ones."""
    fields: dict[str, Any] = {
        "tokens": [f"k{past + i}" if n == m else f"q{i}" for i in range(n)],
        "Q": [["1"]] * n,
        "K": [["1"]] * m,
        "attention": {"mask": written(mask)},
    }
    if n != m:
        fields["key_tokens"] = [f"k{j}" for j in range(m)]
    if past:
        fields["attention"]["past"] = {"tokens": [f"k{j}" for j in range(past)], "K": [["1"]]}
    page = " ".join(page_of(fields).split())
    assert f"{SEEN[mask, n, m, past]} M" in page


@pytest.mark.parametrize(
    ("mask", "said"),
    [
        ("{causal: true}", "causal mask"),
        ("{causal: lower-right}", "causal mask · the last query with the last key"),
        ("{window: [1, 0]}", "a window of 2"),
        ("{window: [2, 1]}", "a window from 2 back to 1 ahead"),
        ("{window: [-1, 1]}", "a window from the first key to 1 ahead"),
        ("{window: [2, -1]}", "a window from 2 back to the last key"),
        ("{window: [-1, -1]}", "a window without limits"),
        ("{window: 2, first: 1}", "a window of 2 and the first key"),
        ("{window: 2, first: 3}", "a window of 2 and the first 3 keys"),
        ("{padding: [1, 0]}", "padding hidden"),
        ("{window: 2, padding: [1, 0]}", "a window of 2 · padding hidden"),
    ],
)
def test_masks_in_the_line_under_the_title(mask: str, said: str) -> None:
    """Each part of a mask is named."""
    page = " ".join(page_of({**TWO, "attention": {"mask": written(mask), "scale": "none"}}).split())
    assert f"unscaled · {said} · written out" in page


def test_alibi_of_other_heads() -> None:
    """Without heads there is one slope; for sixteen heads it is a root of 2."""
    assert "2^(-8) = 0.00390625" in page_of({**TWO, "attention": {"bias": "alibi"}})
    wide = {"tokens": ["a"], "Q": [["1"] * 16], "K": [["1"] * 16], "V": [["1"] * 16]}
    page = page_of({**wide, "attention": {"bias": "alibi", "heads": "16"}})
    assert "2^(-8 / 16) ≈ 0.7071" in page
    assert "… 10 more" in page
    assert "… 7 more heads" in page
    assert "… 7 more heads" not in page_of(
        {**wide, "attention": {"bias": "alibi", "heads": "16"}}, full=True
    )


def test_single_head() -> None:
    """One declared head is a head, with an axis and a section of its own."""
    page = page_of({**TWO, "attention": {"heads": "1"}})
    assert "There is only one head, which takes all entries." in page
    assert "The head's result" in page
    assert "MultiHead(Q, K, V) = Concat(head₁)" in page


def test_multi_query() -> None:
    """One head of keys and values for all is named by its name."""
    fields = {**TWO, "K": [["1"], ["2"]], "V": [["1"], ["0"]]}
    page = page_of({**fields, "attention": {"heads": "2", "kv_heads": "1"}}, heads=(0, 1))
    assert "All heads use the same keys and values (multi-query attention)." in page
    assert "Scores, head 2" in page
    assert "other head" not in page


def test_scores_of_heads() -> None:
    """Given scores of two heads are shown for each of them, and need no fold."""
    scores = [[["1", "2"], ["3", "4"]], [["0", "0"], ["1", "0"]]]
    page = page_of({"tokens": ["a", "b"], "scores": scores})
    assert "The scores of head 2: the query in the row, the key in the column" in page
    assert "Each of the 2 heads has numbers of its own, as they are given." in page


def test_stacked_projections() -> None:
    """A matrix and a bias for each head are shown for each."""
    page = page_of(
        {
            "tokens": ["a"],
            "X": [["1", "2"]],
            "W_Q": [[["1"], ["0"]], [["0"], ["1"]]],
            "W_K": [["1", "2"], ["0", "1"]],
            "b_Q": [["5"], ["6"]],
            "attention": {"heads": "2"},
        },
        heads=(1,),
    )
    assert "W_Q,2 = [ 0 ]" in page
    assert "b_Q,2 = [6]" in page
    assert "1×0 + 2×1 + 6 = 8" in page


def test_unprojected_heads() -> None:
    """Embeddings that are queries themselves are cut apart among the heads."""
    page = page_of({"tokens": ["a"], "X": [["1", "2"]], "attention": {"heads": "2"}})
    assert "Each embedding is cut into 2 parts of 1 entry, one part for each head." in page
    assert "No matrices are given, so the embeddings are used as they are" in page


@pytest.mark.parametrize("keys", [1, 2, 4])
def test_positions_of_one_side(keys: int) -> None:
    """Positions are added to the queries' embeddings alone where keys have their own."""
    page = page_of(
        {
            "tokens": ["a", "a"],
            "key_tokens": [f"k{place}" for place in range(keys)],
            "X": [["1", "2", "0"], ["1", "2", "0"]],
            "X_key": [["3", "1", str(place)] for place in range(keys)],
            "attention": {"positions": "sinusoidal"},
        }
    )
    assert "All queries" in page
    assert "The embeddings of the keys are used as they are." in page
    assert "Q = X_positioned, K = X_key and V = X_key" in page
    assert "have the same embedding" in page


def test_positions_after_a_cache() -> None:
    """Tokens that positions tell apart stand behind those of the cache."""
    page = page_of(
        {
            "tokens": ["a", "a"],
            "X": [["1", "2"], ["1", "2"]],
            "attention": {
                "positions": "sinusoidal",
                "past": {"tokens": ["b"], "K": [["1", "2"]], "V": [["1", "2"]]},
            },
        }
    )
    assert "“a” stands at position 1" in page
    assert "with the vectors of positions 1 and 2 added" in page


def test_bias_alone() -> None:
    """A score to which a bias is added is not called masked where there is no mask."""
    fields = {"scores": [["1", "2"]], "attention": {"bias": [["0.5", "0"]]}}
    assert "biased score" in page_of(fields)
    assert "masked score" not in page_of(fields)


def test_wide_positions() -> None:
    """Of wide vectors the middle is left out, of sines as of turned entries."""
    wide = [[str(entry) for entry in range(20)]]
    page = page_of({"tokens": ["a"], "X": wide, "attention": {"positions": "sinusoidal"}})
    assert "… 14 more" in page
    page = page_of({"tokens": ["a"], "Q": wide, "K": wide, "attention": {"positions": "rope"}})
    assert "… 4 more" in page
    assert "… 14 more" in page


def test_rotation_of_two_sides() -> None:
    """Turned keys of their own tokens stand in a table of their own; a rest is not turned."""
    fields = {
        "tokens": ["a"],
        "key_tokens": ["b", "c"],
        "Q": [["1", "0", "3"]],
        "K": [["1", "0", "1"], ["1", "0", "2"]],
        "attention": {"positions": {"rope": {"dims": "2", "pairing": "half"}}},
    }
    page = page_of(fields)
    assert "Entry 1 is rotated with entry 2, and so on" in page
    assert "The last entry stays as it is." in page
    assert "All queries" in page
    assert "All keys" in page
    assert "q_a,3 3 = 3" in page


def test_masked_row_with_a_sink() -> None:
    """A query that sees nothing gives everything to the sink."""
    page = page_of({**TWO, "attention": {"sink": "1", "mask": [["0", "0"], ["1", "1"]]}})
    assert "Every key of “a” is masked: all its weights are 0." in page
    assert "attends to nothing: all its weights are 0, and so is its output." in page


def test_almost_everything_for_the_sink() -> None:
    """A share too small for a double is drawn as any other, and the rest is not all there is."""
    fields = {**TWO, "attention": {"sink": "0", "bias": [["-1000", "-1000"]] * 2}}
    assert "The sink takes more than 99.9%." in page_of(fields)
    assert "The sink has a share of more than 99.9%, and returns nothing." in lookup_of(
        {**fields, "K": [["1", "0"], ["0.5", "0"]]}
    )


def test_nothing_of_a_head() -> None:
    """A head that sees nothing has a weighted sum of 0."""
    mask = [[["0", "0"], ["1", "1"]], [["1", "1"], ["1", "1"]]]
    page = page_of({**TWO, "attention": {"heads": "2", "mask": mask}})
    assert "every key of query “a” (#1) in head 1 is masked: its weights are 0" in page
    assert (
        "Head 1: “a” attends to nothing: all its weights are 0, and so is its weighted sum." in page
    )


def test_given_weights_of_heads() -> None:
    """A row of given weights that does not add up to 1 is named with its head."""
    weights = [[["0.5", "0.5"]], [["0.5", "0.4"]]]
    fields = {"tokens": ["a"], "key_tokens": ["x", "y"], "weights": weights}
    assert "the given weights of “a” (#1) in head 2 add up to 0.9, not to 1" in page_of(fields)


def test_lookup_that_cannot_tell() -> None:
    """Where several keys match best, a hash table could not tell."""
    fields = {**TWO, "K": [["1", "0"], ["1", "0"]]}
    assert "A hash table could not tell: “a” and “b” match equally well." in lookup_of(fields)
    four = {**fields, "key_tokens": list("abcd"), "K": [["1", "0"]] * 4, "V": [["1"]] * 4}
    assert "“a”, “b”, “c” and 1 more match equally well." in lookup_of(four)


def test_lookup_of_one() -> None:
    """With one key alone, both ways return its value."""
    page = lookup_of({**TWO, "attention": {"mask": "causal"}})
    assert "which is what is retrieved here too." in page
    assert "1 key is masked, as if not in the table." in page


def test_lookup_of_nothing() -> None:
    """With no key at all there is nothing to retrieve."""
    page = lookup_of({**TWO, "attention": {"mask": [["0", "0"], ["1", "1"]]}})
    assert "No key may be seen, so nothing is retrieved." in page
    assert "2 keys are masked, as if not in the table." in page


def test_lookup_from_the_middle() -> None:
    """Given weights have no query to show, given scores no keys, and no values no result."""
    page = lookup_of({"tokens": ["a"], "key_tokens": ["x", "y"], "weights": [["0.3", "0.7"]]})
    assert "match" not in page.partition("rank")[2]
    assert "What is retrieved" not in page
    assert "match" in lookup_of({"tokens": ["a"], "scores": [["1"]]}).partition("rank")[2]


def test_lookup_of_many() -> None:
    """Of many keys the best and the last are shown, all of them under full."""
    keys = [str(number) for number in range(30)]
    fields = {
        "tokens": ["q"],
        "key_tokens": [f"k{key}" for key in keys],
        "Q": [["0.1"]],
        "K": [[key] for key in keys],
        "V": [["1"]] * 30,
    }
    assert "… 20 more" in lookup_of(fields)
    assert "… 20 more" not in lookup_of(fields, full=True)


def test_lookup_in_float64() -> None:
    """A large problem is looked up in too."""
    keys = [[str(number / 7)] for number in range(80)]
    fields = {"Q": keys, "K": keys, "V": keys, "query": "#9", "attention": {"sink": "2"}}
    page = lookup_of(fields)
    assert "The sink has a share of" in page


def test_unprojected_groups() -> None:
    """Embeddings of keys that are as wide as fewer heads are cut apart among those."""
    fields = {
        "tokens": ["a"],
        "key_tokens": ["x", "y"],
        "X": [["1", "2", "3", "4"]],
        "X_key": [["1", "2"], ["0", "1"]],
        "attention": {"heads": "2", "kv_heads": "1"},
    }
    page = page_of(fields, heads=(1,))
    assert "Q = X, K = X_key and V = X_key" in page
    assert "3×1 + 4×2 = 3 + 8 = 11" in page


def test_derivation_of_a_cached_key() -> None:
    """A cached key was turned when it was cached: what it is made of is itself."""
    past = {"tokens": ["a"], "K": [["1", "2"]]}
    fields = {
        **EMBEDDED,
        "W_V": None,
        "attention": {"past": past, "positions": "rope"},
        "claims": {"K_rotated": [["1", "7"], None]},
    }
    trace = attncalc.explain(attncalc.load({k: v for k, v in fields.items() if v is not None}))
    page = TerminalRenderer(200).render(write_report(attncalc.check(trace)))
    assert "7 is claimed, and it should be 2." in " ".join(page.split())
    assert "\n   k_a,2 = 2\n" in page


def test_vectors_without_direction() -> None:
    """A query of length 0 stays 0, a cached key what it is, and there is no cosine."""
    past = {"tokens": ["c"], "K": [["3", "4"]], "V": [["1", "1"]]}
    fields = {**TWO, "Q": [["0", "0"], ["0", "1"]], "query": "a"}
    page = page_of({**fields, "attention": {"qk_norm": "l2", "past": past}})
    assert "The query of “a” has length 0: it has no direction, and stays 0." in page
    assert "The keys in the cache are normalized already." in page
    assert "no direction" in page_of({**fields, "attention": {"score": "cosine"}})


def test_gate_of_one_token() -> None:
    """Where there is one query, there is no table of all."""
    two = {**TWO, "attention": {"gate": [["0", "1"], ["1", "0"]]}}
    one = {**TWO, "tokens": ["a"], "key_tokens": ["a", "b"], "Q": TWO["Q"][:1]}
    one["attention"] = {"gate": [["0", "1"]]}
    assert [page_of(each).count("All queries query u") for each in (two, one)] == [1, 0]
