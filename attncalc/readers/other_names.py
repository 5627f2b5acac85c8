"""Names that others use for what a problem file calls something else.

Those that mean one thing are read. Others are refused, with what to write instead.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import replace

import numpy as np

from attncalc.errors import FieldPath, InputErrors, suggestion
from attncalc.readers.interface import Node, Place, RawProblem
from attncalc.readers.names import canonical
from attncalc.readers.prints import spelled_out

_MASK = "write it as mask, under attention: a row of m for all queries, or n×m, 1 for may attend"
_PADDING = "write mask: {padding: [1, 1, 0]}, under attention, 1 for each key that may be seen"
_WINDOW = "write mask: {window: 3} or {window: [2, 0]}, under attention"
_PROJECTED = "queries are Q, keys K, values V; what X is multiplied by is W_Q, W_K, W_V"
_WIDTH = "leave it out: it is the width of what is given"

_TOP: dict[str, str] = {
    **dict.fromkeys(("attention_mask", "attn_mask"), _MASK),
    **dict.fromkeys(("key_padding_mask", "padding_mask", "padding", "pad_mask"), _PADDING),
    **dict.fromkeys(("window", "window_size", "sliding_window"), _WINDOW),
    **dict.fromkeys(("q_proj", "k_proj", "v_proj", "q_proj.weight", "in_proj_weight"), _PROJECTED),
    **dict.fromkeys(("query_layer", "key_layer", "value_layer", "qkv"), _PROJECTED),
    **dict.fromkeys(("o_proj", "out_proj", "output_projection"), "write it as W_O"),
    **dict.fromkeys(("input_ids", "token_ids", "ids", "words"), "write the words, as tokens"),
    **dict.fromkeys(("embeddings", "embedding", "inputs_embeds", "hidden_states"), "write it as X"),
    **dict.fromkeys(("attn", "attn_weights", "attention_weights", "probs"), "write it as weights"),
    **dict.fromkeys(("logits", "attn_scores", "attention_scores"), "write it as scores"),
    **dict.fromkeys(("d_k", "d_v", "d_model", "dk", "head_dim", "n", "m", "seq_len"), _WIDTH),
    **dict.fromkeys(("is_causal", "causal"), "write mask: causal, under attention"),
    **dict.fromkeys(("num_heads", "n_heads", "n_head"), "write heads, under attention"),
    **dict.fromkeys(
        ("num_kv_heads", "n_kv_heads", "num_key_value_heads"), "write kv_heads, under attention"
    ),
}

_STAGES = {
    **dict.fromkeys(("exp", "exps", "exponential", "powers"), "exponentials"),
    **dict.fromkeys(("softmax", "probs", "probabilities", "attention_weights"), "weights"),
    **dict.fromkeys(("attn", "attn_weights", "alpha", "alphas", "attention"), "weights"),
    **dict.fromkeys(("logits", "dot", "dot_products", "qk", "raw_scores"), "scores"),
    **dict.fromkeys(("scaled", "scaled_logits"), "scaled_scores"),
    **dict.fromkeys(("masked", "masked_logits"), "masked_scores"),
    **dict.fromkeys(("sum", "denominator", "denominators"), "sums"),
    **dict.fromkeys(("concat", "concatenation"), "concatenated"),
    **dict.fromkeys(("weighted", "weighted_v", "products"), "weighted_values"),
    **dict.fromkeys(("heads", "head", "head_output"), "head_outputs"),
    **dict.fromkeys(("context", "contexts", "out", "outputs", "result", "results"), "output"),
    **dict.fromkeys(("queries", "query"), "Q"),
    **dict.fromkeys(("keys", "key"), "K"),
    **dict.fromkeys(("values", "value"), "V"),
}


def renamed(raw: RawProblem) -> RawProblem:
    """The problem with its rows under the names of the problem file: query and w_q are Q and W_Q.

    A name stays where two would become the same, and where a token stands under it.
    """
    meant = {
        key: canonical(key) if _is_rows(spelled_out(node)) else key
        for key, node in raw.fields.items()
    }
    counted = Counter(meant.values())
    names = {key: name if counted[name] == 1 else key for key, name in meant.items()}
    return raw if all(key == name for key, name in names.items()) else _under(raw, names)


def _under(raw: RawProblem, names: Mapping[str, str]) -> RawProblem:
    """The problem with what stands under each key under another one."""
    typed = {name: key for key, name in names.items()}

    def locate(path: FieldPath, of_key: bool) -> Place | None:
        own = (typed.get(str(path[0]), path[0]), *path[1:]) if path else path
        return raw.locate(own, of_key)

    fields = {names[key]: node for key, node in raw.fields.items()}
    return replace(raw, fields=fields, locate=locate)


def mapped(raw: RawProblem) -> RawProblem:
    """The problem with what its keys are mapped to. Raises InputErrors for a key it has not."""
    given = raw.arranged.names
    if not given:
        return raw
    if unknown := raw.arranged.unknown(raw.fields, raw.file):
        raise InputErrors(tuple(unknown))
    return _under(raw, {key: given.get(key, key) for key in raw.fields})


def hint_of_key(key: str, known: Collection[str], options: Collection[str]) -> str | None:
    """What to write instead of a key at the top level that means nothing there."""
    if key in options:
        return f"put it under attention: attention: {{{key}: …}}"
    return _TOP.get(key.lower()) or suggestion(key, known)


def hint_of_option(key: str, known: Collection[str], fields: Collection[str]) -> str | None:
    """What to write instead of a key under attention that means nothing there."""
    if key in fields:
        return f"put {key} at the top level, beside attention"
    told = _TOP.get(key.lower())
    return told.replace(", under attention", "") if told else suggestion(key, known)


def hint_of_stage(name: str, stages: Mapping[str, object]) -> str | None:
    """The stage that is meant by a name that is none of them."""
    meant = _STAGES.get(name.lower())
    return f"did you mean {meant}?" if meant in stages else suggestion(name, stages)


def _is_rows(node: Node) -> bool:
    """Whether these are rows, and no names of tokens."""
    if isinstance(node, list):
        return bool(node) and isinstance(node[0], list)
    return isinstance(node, np.ndarray)
