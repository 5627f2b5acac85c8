"""What the stages are called: in files, in sentences, in formulas; in the order of computing.

Every other list of stages is made from this one. Nothing is imported that takes time, so that the
command line and the documentation can read names without the arithmetic.
"""

from __future__ import annotations

from enum import Enum

from attncalc.records import dataclass


class Axis(Enum):
    """What the places along an axis of a stage are; NEW_KEY: the keys without the past."""

    HEAD = "head"
    KV_HEAD = "key-value head"
    QUERY = "query"
    KEY = "key"
    NEW_KEY = "new key"
    ENTRY = "entry"


@dataclass(frozen=True)
class StageName:
    """A stage: its name in files, and what it is called.

    called: in a sentence, in the plural where it is one. letter: of one of its entries in formulas.
    shape, meaning: what the documentation says of it, and the schema of what is printed.
    axes: where a problem has heads; without them, all but the first axis of heads. symbol: the
    paper's name of the whole matrix, where it has one. on_request: whether JSON leaves it out
    unless it is asked for or claimed. function: what makes the whole matrix of the one before it.
    """

    name: str
    called: str
    letter: str
    shape: str
    meaning: str
    axes: tuple[Axis, ...]
    symbol: str | None = None
    on_request: bool = False
    function: str | None = None

    @property
    def in_words(self) -> str:
        """What it is called, and the paper's name where there is one: queries Q."""
        return self.called if self.symbol is None else f"{self.called} {self.symbol}"

    @property
    def heading(self) -> str:
        """The same where it stands by itself: Queries Q."""
        return self.in_words[0].upper() + self.in_words[1:]


_QUERIES = (Axis.QUERY, Axis.ENTRY)
_QUERIES_OF_HEADS = (Axis.HEAD, Axis.QUERY, Axis.ENTRY)
_KEYS_OF_HEADS = (Axis.KV_HEAD, Axis.KEY, Axis.ENTRY)
_PAIRS = (Axis.HEAD, Axis.QUERY, Axis.KEY)
_MATRIX = (Axis.ENTRY, Axis.ENTRY)
_ROW = (Axis.ENTRY,)

_STAGES = (
    StageName("X", "embeddings", "x", "n×d_model", "given", _QUERIES, "X"),
    StageName(
        "X_key",
        "embeddings of the keys",
        "x",
        "m×d_model",
        "given, for keys and values",
        (Axis.NEW_KEY, Axis.ENTRY),
        "X_key",
    ),
    StageName("positions", "positions", "p", "n×d_model", "what is added to X", _QUERIES),
    StageName(
        "X_positioned", "embeddings with positions", "x", "n×d_model", "X + positions", _QUERIES
    ),
    StageName("Q", "queries", "q", "n×d_k", "given or projected", _QUERIES_OF_HEADS, "Q"),
    StageName("K", "keys", "k", "m×d_k", "given or projected; the past first", _KEYS_OF_HEADS, "K"),
    StageName(
        "V", "values", "v", "m×d_v", "given or projected; the past first", _KEYS_OF_HEADS, "V"
    ),
    StageName(
        "Q_normalized",
        "normalized queries",
        "q",
        "n×d_k",
        "each row of Q divided by its length or size; only with qk_norm",
        _QUERIES_OF_HEADS,
        function="norm",
    ),
    StageName(
        "K_normalized",
        "normalized keys",
        "k",
        "m×d_k",
        "the same of K; cached keys are as they are",
        _KEYS_OF_HEADS,
        function="norm",
    ),
    StageName(
        "Q_rotated",
        "rotated queries",
        "q",
        "n×d_k",
        "Q turned by its positions",
        _QUERIES_OF_HEADS,
        function="RoPE",
    ),
    StageName(
        "K_rotated",
        "rotated keys",
        "k",
        "m×d_k",
        "K turned by its positions",
        _KEYS_OF_HEADS,
        function="RoPE",
    ),
    StageName("scores", "scores", "s", "n×m", "Q Kᵀ", _PAIRS),
    StageName(
        "biased_scores",
        "biased scores",
        "u",
        "n×m",
        "Q Kᵀ + B, only with a bias before scaling; there and later a hidden score is null",
        _PAIRS,
    ),
    StageName("scaled_scores", "scaled scores", "z", "n×m", "only if they are scaled", _PAIRS),
    StageName(
        "capped_scores",
        "capped scores",
        "t",
        "n×m",
        "c·tanh(score/c); only with a soft-cap",
        _PAIRS,
    ),
    StageName(
        "masked_scores",
        "masked scores",
        "m",
        "n×m",
        "after bias and mask, only if there is one; a masked score is null",
        _PAIRS,
    ),
    StageName(
        "exponentials",
        "exponentials",
        "e",
        "n×m",
        "base to each score, before any division; on request",
        _PAIRS,
        on_request=True,
    ),
    StageName(
        "sums",
        "row sums",
        "Σ",
        "n",
        "the row sums of exponentials, without a sink; on request",
        (Axis.HEAD, Axis.QUERY),
        on_request=True,
    ),
    StageName("weights", "attention weights", "α", "n×m", "after the softmax, or given", _PAIRS),
    StageName(
        "weighted_values",
        "weighted values",
        "αv",
        "n×m×d_v",
        "α_ij v_j; on request",
        (*_PAIRS, Axis.ENTRY),
        on_request=True,
    ),
    StageName(
        "head_outputs",
        "head outputs",
        "o",
        "n×d_v",
        "the weighted sum, only where more follows",
        _QUERIES_OF_HEADS,
    ),
    StageName(
        "concatenated",
        "concatenated heads",
        "c",
        "n×(h·d_v)",
        "the heads' results side by side, only with heads",
        _QUERIES,
    ),
    StageName(
        "gated",
        "gated outputs",
        "u",
        "n×(h·d_v)",
        "what came before times a sigmoid, only with a gate",
        _QUERIES,
    ),
    StageName(
        "output",
        "output",
        "o",
        "n×d_v, or n×d_model with W_O",
        "the weighted sum, or what is made of it",
        _QUERIES,
    ),
)

_GRADIENTS = (
    StageName(
        "d_output",
        "gradient of the output",
        "∂L/∂o",
        "as output",
        "given; with it, all that follows is worked out, from the output back",
        _QUERIES,
    ),
    StageName(
        "d_gated",
        "gradient of the gated outputs",
        "∂L/∂u",
        "n×(h·d_v)",
        "d_output W_Oᵀ, or d_output",
        _QUERIES,
    ),
    StageName(
        "d_concatenated",
        "gradient of the concatenated heads",
        "∂L/∂c",
        "n×(h·d_v)",
        "d_output W_Oᵀ, or d_output; or d_gated times the gates",
        _QUERIES,
    ),
    StageName(
        "d_W_O",
        "gradient of W_O",
        "∂L/∂W",
        "as W_O",
        "what W_O was multiplied with, ᵀ d_output",
        _MATRIX,
    ),
    StageName("d_b_O", "gradient of b_O", "∂L/∂b", "as b_O", "the sum of d_output's rows", _ROW),
    StageName(
        "d_head_outputs",
        "gradients of the head outputs",
        "∂L/∂o",
        "n×d_v",
        "each head's columns of what comes before it",
        _QUERIES_OF_HEADS,
    ),
    StageName(
        "d_V",
        "gradients of the values",
        "∂L/∂v",
        "m×d_v",
        "Aᵀ dO, the sum over the heads that share them; the past first",
        _KEYS_OF_HEADS,
    ),
    StageName(
        "d_weights",
        "gradients of the attention weights",
        "∂L/∂α",
        "n×m",
        "dO Vᵀ, of every pair, masked or not",
        _PAIRS,
    ),
    StageName(
        "weight_dots",
        "row sums of weights times gradients",
        "D",
        "n",
        "Σ_j α_ij dα_ij of each row, FlashAttention's D",
        (Axis.HEAD, Axis.QUERY),
    ),
    StageName(
        "d_masked_scores",
        "gradients of the masked scores",
        "∂L/∂m",
        "n×m",
        "α (dα - D) where the softmax is of them; 0 where a key is hidden, as in all that follow",
        _PAIRS,
    ),
    StageName(
        "d_capped_scores",
        "gradients of the capped scores",
        "∂L/∂t",
        "n×m",
        "as what follows them: a bias that is added changes nothing",
        _PAIRS,
    ),
    StageName(
        "d_scaled_scores",
        "gradients of the scaled scores",
        "∂L/∂z",
        "n×m",
        "times 1 - tanh² where there is a soft-cap",
        _PAIRS,
    ),
    StageName(
        "d_scores",
        "gradients of the scores",
        "∂L/∂s",
        "n×m",
        "times the scale, where they are scaled",
        _PAIRS,
    ),
    StageName(
        "d_Q_rotated",
        "gradients of the rotated queries",
        "∂L/∂q",
        "n×d_k",
        "d_scores K, with K as queries have met it",
        _QUERIES_OF_HEADS,
        function="RoPE",
    ),
    StageName(
        "d_K_rotated",
        "gradients of the rotated keys",
        "∂L/∂k",
        "m×d_k",
        "d_scoresᵀ Q, the sum over the heads that share them",
        _KEYS_OF_HEADS,
        function="RoPE",
    ),
    StageName(
        "d_Q_normalized",
        "gradients of the normalized queries",
        "∂L/∂q",
        "n×d_k",
        "d_Q_rotated turned back, or d_scores K",
        _QUERIES_OF_HEADS,
        function="norm",
    ),
    StageName(
        "d_K_normalized",
        "gradients of the normalized keys",
        "∂L/∂k",
        "m×d_k",
        "the same of the keys; cached ones are not turned",
        _KEYS_OF_HEADS,
        function="norm",
    ),
    StageName(
        "d_Q",
        "gradients of the queries",
        "∂L/∂q",
        "n×d_k",
        "d_scores K; through rotation and norm, if there are any",
        _QUERIES_OF_HEADS,
    ),
    StageName(
        "d_K",
        "gradients of the keys",
        "∂L/∂k",
        "m×d_k",
        "d_scoresᵀ Q, likewise; the past first",
        _KEYS_OF_HEADS,
    ),
    StageName(
        "d_X_positioned",
        "gradients of the embeddings with positions",
        "∂L/∂x",
        "n×d_model",
        "what comes of d_Q, d_K and d_V, added up",
        _QUERIES,
    ),
    StageName(
        "d_X",
        "gradients of the embeddings",
        "∂L/∂x",
        "n×d_model",
        "the same, or d_X_positioned",
        _QUERIES,
    ),
    StageName(
        "d_X_key",
        "gradients of the embeddings of the keys",
        "∂L/∂x",
        "m×d_model",
        "d_K W_Kᵀ + d_V W_Vᵀ",
        (Axis.NEW_KEY, Axis.ENTRY),
    ),
    *(
        StageName(
            f"d_W_{letter}", f"gradient of W_{letter}", "∂L/∂W", f"as W_{letter}", meaning, _MATRIX
        )
        for letter, meaning in (("Q", "Xᵀ d_Q"), ("K", "Xᵀ d_K"), ("V", "Xᵀ d_V"))
    ),
    *(
        StageName(
            f"d_b_{letter}",
            f"gradient of b_{letter}",
            "∂L/∂b",
            f"as b_{letter}",
            f"the sum of d_{letter}'s rows",
            _ROW,
        )
        for letter in "QKV"
    ),
    StageName(
        "d_W_G",
        "gradient of W_G",
        "∂L/∂W",
        "as W_G",
        "Xᵀ times the gradient of what opens the gates",
        _MATRIX,
    ),
    StageName(
        "d_b_G",
        "gradient of b_G",
        "∂L/∂b",
        "as b_G",
        "the sum of the rows of that gradient",
        _ROW,
    ),
)

NAMES = {stage.name: stage for stage in (*_STAGES, *_GRADIENTS)}
"""Every stage there is, by its name in files, in the order in which they are computed."""

STAGES = tuple(NAMES)
"""Their names in files, in this order."""

GRADIENTS = tuple(stage.name for stage in _GRADIENTS)
"""Those of the backward pass, which come after all others."""

OF_PARAMETERS = tuple(stage.name for stage in _GRADIENTS if stage.axes in (_MATRIX, _ROW))
"""Those of them that are of a matrix or a vector of the problem, as it was given."""

ONE_A_PAIR = tuple(name for name, stage in NAMES.items() if stage.axes == _PAIRS)
"""Those with one number for each pair of a query and a key: what heatmaps and graphs can show."""

COST = "cost"
"""What may be asked for beside the stages: what they take to compute."""

BY_PRODUCTS: dict[str, tuple[Axis, ...]] = {
    "Q_lengths": (Axis.HEAD, Axis.QUERY, Axis.ENTRY),
    "K_lengths": (Axis.KV_HEAD, Axis.NEW_KEY, Axis.ENTRY),
    "query_parts": (Axis.HEAD, Axis.QUERY, Axis.ENTRY),
    "key_parts": (Axis.HEAD, Axis.KEY, Axis.ENTRY),
    "gate_inputs": _QUERIES,
    "gates": _QUERIES,
    "angles": _QUERIES,
    "cosines": _QUERIES,
    "sines": _QUERIES,
    "key_angles": (Axis.NEW_KEY, Axis.ENTRY),
    "key_cosines": (Axis.NEW_KEY, Axis.ENTRY),
    "key_sines": (Axis.NEW_KEY, Axis.ENTRY),
    "early_bias": _PAIRS,
    "divisor": (),
    "factor": (),
    "slopes": (Axis.ENTRY,),  # a head knows those of the others
    "bias": _PAIRS,
    "mask": _PAIRS,
    "denominators": (Axis.HEAD, Axis.QUERY),
    "sink_powers": (Axis.HEAD,),
}
"""What is worked out on the way and is no stage: it can be neither asked for nor claimed. Its axes
where there is one for each head; what all heads share has no axis for them."""
