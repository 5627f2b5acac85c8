"""The oracle, and what is built of it, beside the implementations of the models that are named.

For whoever has torch and transformers at hand; they are no part of what tests need:

    pip install torch transformers pytest hypothesis mpmath --editable .
    pytest tests/test_references.py
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

import attncalc
from attncalc.problem.buckets import Buckets
from tests import oracle
from tests.random_problems import BUILT, Problem

torch: Any = pytest.importorskip("torch")
masking_utils: Any = pytest.importorskip("transformers.masking_utils")
causal_lower_right = pytest.importorskip("torch.nn.attention.bias").causal_lower_right

modeling_falcon, modeling_mpt, modeling_olmo2, modeling_qwen3, modeling_qwen3_next, modeling_t5 = (
    pytest.importorskip(f"transformers.models.{name}.modeling_{name}")
    for name in ("falcon", "mpt", "olmo2", "qwen3", "qwen3_next", "t5")
)

scaled_dot_product_attention = torch.nn.functional.scaled_dot_product_attention
cosine_similarity = torch.nn.functional.cosine_similarity
normalize, bilinear = torch.nn.functional.normalize, torch.nn.functional.bilinear

pytestmark = pytest.mark.filterwarnings("ignore")

IN_FLOAT32 = 1e-5
"""How far off what a model takes to float32 may be: norms, angles, softmax."""

IN_FLOAT64 = 1e-12


def some(*shape: int, seed: int = 0, units: int = 16, eighths: int = 8) -> Any:
    """Numbers that have an end in both systems: eighths, from -2 to 2."""
    generator = torch.Generator().manual_seed(seed + 1000 * sum(shape))
    return torch.randint(-units, units + 1, shape, generator=generator).double() / eighths


def texts(values: Any) -> Any:
    """An array as it would be typed, to the last digit."""
    if isinstance(values, list):
        return [texts(part) for part in values]
    if hasattr(values, "tolist"):
        return texts(values.tolist())
    if isinstance(values, bool):
        return "1" if values else "0"
    return "-inf" if values == -math.inf else repr(values)


def floats(values: Any) -> Any:
    """Nested lists of the oracle's numbers as an array; minus infinity for what is masked."""
    if isinstance(values, list):
        return [floats(part) for part in values]
    return -math.inf if values is None else float(oracle.real(values))


def answers(problem: Problem, *needed: str) -> Iterator[Mapping[str, Any]]:
    """The stages by the oracle, and by the package where it knows all that is needed."""
    yield {name: in_float64(floats(values)) for name, values in worked(problem).items()}
    if BUILT.issuperset(needed):
        trace = attncalc.explain(attncalc.load(problem))
        yield {name: in_float64(stage.values.tolist()) for name, stage in trace.stages.items()}


def in_float64(values: Any) -> Any:
    """An array of numbers of any kind."""
    if isinstance(values, list):
        return torch.stack([in_float64(part) for part in values])
    return torch.tensor(float(values), dtype=torch.float64)


def worked(problem: Problem) -> dict[str, Any]:
    return oracle.attention(problem)


def agree(found: Any, right: Any, within: float = IN_FLOAT64) -> None:
    torch.testing.assert_close(found.double(), right.double(), rtol=within, atol=within)


def with_weights(module: Any, scale: int = 8) -> Any:
    """A module in float64, each of whose parameters has an end."""
    module = module.double().eval()
    with torch.no_grad():
        for seed, parameter in enumerate(module.parameters()):
            parameter.copy_(some(*parameter.shape, seed=seed) / scale)
    return module


def matrix(linear: Any) -> Any:
    """W of x W, as it would be typed."""
    return texts(linear.weight.T)


def as_mask(seen: Any) -> Any:
    """What is added to scores for a mask, with axes for a batch and heads."""
    return torch.zeros(seen.shape).double().masked_fill(~seen, -math.inf)[None, None]


# T5.


@pytest.mark.parametrize("both", [True, False])
@pytest.mark.parametrize(
    ("buckets", "furthest"), [(32, 128), (32, 64), (8, 20), (8, 5), (16, 1000), (4, 3), (6, 11)]
)
def test_buckets_of_t5(both: bool, buckets: int, furthest: int) -> None:
    """transformers' function for every distance, with buckets for one direction and for both."""
    distances = torch.arange(-300, 301)
    right = modeling_t5.T5Attention._relative_position_bucket(
        distances, bidirectional=both, num_buckets=buckets, max_distance=furthest
    )
    found = [
        oracle.t5_bucket(distance, buckets, furthest, bidirectional=both)
        for distance in distances.tolist()
    ]
    assert found == right.tolist()
    own = Buckets(buckets, furthest, both)
    assert [own.bucket(distance) for distance in distances.tolist()] == right.tolist()


@pytest.mark.parametrize("decoder", [False, True])
def test_attention_of_t5(decoder: bool) -> None:
    """The whole module: unscaled scores, and a bias for each bucket and head."""
    config = modeling_t5.T5Config(
        d_model=6,
        d_kv=3,
        num_heads=2,
        is_decoder=decoder,
        relative_attention_num_buckets=8,
        relative_attention_max_distance=6,
        dropout_rate=0.0,
    )
    config._attn_implementation = "eager"
    module = modeling_t5.T5Attention(config, has_relative_attention_bias=True, layer_idx=0)
    module = with_weights(module)
    X, n = some(7, 6), 7
    seen = torch.ones(n, n).tril().bool() if decoder else torch.ones(n, n).bool()
    output, _, weights = module(X[None], mask=as_mask(seen))
    table = texts(module.relative_attention_bias.weight)
    options: Problem = {
        "heads": "2",
        "scale": "none",
        "bias": {"t5": {"buckets": "8", "max_distance": "6", "table": table}},
    }
    if decoder:
        options["mask"] = "causal"
    problem = {
        "X": texts(X),
        "W_Q": matrix(module.q),
        "W_K": matrix(module.k),
        "W_V": matrix(module.v),
        "W_O": matrix(module.o),
        "attention": options,
    }
    for stages in answers(problem, "t5"):
        agree(stages["weights"], weights[0], IN_FLOAT32)
        agree(stages["output"], output[0], IN_FLOAT32)


# Norms of queries and keys.


@pytest.mark.parametrize("norm", [modeling_qwen3.Qwen3RMSNorm, modeling_olmo2.Olmo2RMSNorm])
@pytest.mark.parametrize("epsilon", [1e-6, 1e-5, 0.25])
def test_rms_norm_of_a_head(norm: Any, epsilon: float) -> None:
    """The modules of Qwen3 and OLMo 2 with gains, one head's row at a time."""
    of_q, of_k = (with_weights(norm(4, eps=epsilon), 1) for _ in range(2))
    with torch.no_grad():
        of_k.weight += 1
    Q, K = some(3, 2, 4), some(5, 2, 4)
    gains = {"gain_q": texts(of_q.weight), "gain_k": texts(of_k.weight)}
    options = {"qk_norm": {"rms": {"epsilon": str(epsilon), **gains}}}
    problem = {
        "Q": texts(Q.swapaxes(0, 1)),
        "K": texts(K.swapaxes(0, 1)),
        "attention": options,
    }
    for stages in answers(problem, "qk_norm"):
        agree(stages["Q_normalized"], of_q(Q).swapaxes(0, 1), IN_FLOAT32)
        agree(stages["K_normalized"], of_k(K).swapaxes(0, 1), IN_FLOAT32)


def test_l2_norm_is_normalize() -> None:
    """torch's normalize, which leaves a vector of 0 as it is."""
    Q, K = some(4, 3), some(5, 3)
    Q[2] = 0
    options = {"qk_norm": "l2", "scale": "10"}
    for stages in answers({"Q": texts(Q), "K": texts(K), "attention": options}, "qk_norm"):
        agree(stages["Q_normalized"], normalize(Q, dim=-1))
        agree(stages["K_normalized"], normalize(K, dim=-1))
        cosines = cosine_similarity(Q[:, None], K[None], dim=-1)
        agree(stages["scaled_scores"], 10 * cosines)


def rotary(module: Any, config: Any, X: Any, ids: list[int]) -> Any:
    return module(config)(X[None], torch.tensor([ids]))


@pytest.mark.parametrize("ids", [[0, 1, 2, 3], [0, 1, 5, 9], [7, 3, 3, 0]])
def test_attention_of_qwen3(ids: list[int]) -> None:
    """The whole module: groups, norms with gains, rotation by position ids, a causal mask."""
    config = modeling_qwen3.Qwen3Config(
        hidden_size=6,
        num_attention_heads=4,
        num_key_value_heads=2,
        head_dim=4,
        rms_norm_eps=1e-6,
        rope_parameters={"rope_type": "default", "rope_theta": 10000.0},
        attention_bias=True,
    )
    config._attn_implementation = "eager"
    module = with_weights(modeling_qwen3.Qwen3Attention(config, layer_idx=0), 1)
    X, seen = some(4, 6), torch.ones(4, 4).tril().bool()
    turns = rotary(modeling_qwen3.Qwen3RotaryEmbedding, config, X, ids)
    output, weights = module(X[None], turns, as_mask(seen))
    problem = projected(module, X)
    problem["b_O"] = texts(module.o_proj.bias)
    problem["attention"] |= {
        "heads": "4",
        "kv_heads": "2",
        "mask": "causal",
        "positions": {"rope": {"pairing": "half"}},
        "position_ids": texts(ids),
    }
    for stages in answers(problem, "qk_norm", "position_ids"):
        agree(stages["weights"], weights[0], IN_FLOAT32)
        agree(stages["output"], output[0], 10 * IN_FLOAT32)


def projected(module: Any, X: Any) -> Problem:
    """A problem of a module's projections and norms."""
    problem: Problem = {"X": texts(X)}
    for letter in "qkvo":
        linear = getattr(module, f"{letter}_proj")
        problem[f"W_{letter.upper()}"] = matrix(linear)
        if linear.bias is not None:
            problem[f"b_{letter.upper()}"] = texts(linear.bias)
    gains = {f"gain_{name}": texts(getattr(module, f"{name}_norm").weight) for name in "qk"}
    problem["attention"] = {"qk_norm": {"rms": {"epsilon": "1e-6", **gains}}}
    return problem


@pytest.mark.parametrize("heads", [1, 2])
def test_attention_of_olmo_2(heads: int) -> None:
    """With one head it is the same. With several, OLMo 2 normalises them all as one vector."""
    config = modeling_olmo2.Olmo2Config(
        hidden_size=4,
        num_attention_heads=heads,
        num_key_value_heads=heads,
        rms_norm_eps=1e-6,
        rope_parameters={"rope_type": "default", "rope_theta": 10000.0},
    )
    config._attn_implementation = "eager"
    module = with_weights(modeling_olmo2.Olmo2Attention(config, layer_idx=0), 1)
    X = some(3, 4)
    turns = rotary(modeling_olmo2.Olmo2RotaryEmbedding, config, X, [0, 1, 2])
    output, _ = module(X[None], turns, as_mask(torch.ones(3, 3).tril().bool()))
    problem = projected(module, X)
    problem["attention"] |= {
        "heads": str(heads),
        "mask": "causal",
        "positions": {"rope": {"pairing": "half"}},
    }
    if heads > 1:  # gains are shared by heads here, and are one vector for all of them there
        problem["attention"]["qk_norm"] = {"rms": {"epsilon": "1e-6"}}
        found = in_float64(floats(worked(problem)["output"]))
        assert not torch.allclose(found, output[0], atol=0.01)
        return
    for stages in answers(problem, "qk_norm"):
        agree(stages["output"], output[0], 10 * IN_FLOAT32)


# The gate.


def test_attention_of_qwen3_next() -> None:
    """The whole module: a gate made of the embeddings, before the output projection.

    Its queries' projection has each head's queries and gate side by side; the gains are 1 + w.
    """
    config = modeling_qwen3_next.Qwen3NextConfig(
        hidden_size=6,
        num_attention_heads=2,
        num_key_value_heads=1,
        head_dim=4,
        rms_norm_eps=1e-6,
        attention_bias=False,
        rope_parameters={
            "rope_type": "default",
            "rope_theta": 10000.0,
            "partial_rotary_factor": 0.5,
        },
    )
    config._attn_implementation = "eager"
    module = with_weights(modeling_qwen3_next.Qwen3NextAttention(config, layer_idx=0), 1)
    X = some(3, 6)
    turns = rotary(modeling_qwen3_next.Qwen3NextRotaryEmbedding, config, X, [0, 1, 2])
    output, _ = module(X[None], turns, as_mask(torch.ones(3, 3).tril().bool()))
    problem = projected(module, X)
    both = module.q_proj.weight.T.reshape(6, 2, 2, 4)  # each head: its queries, its gate
    problem["W_Q"] = texts(both[:, :, 0].reshape(6, 8))
    problem["W_G"] = texts(both[:, :, 1].reshape(6, 8))
    gains = {f"gain_{name}": texts(1 + getattr(module, f"{name}_norm").weight) for name in "qk"}
    problem["attention"] = {
        "qk_norm": {"rms": {"epsilon": "1e-6", **gains}},
        "heads": "2",
        "kv_heads": "1",
        "mask": "causal",
        "positions": {"rope": {"pairing": "half", "dims": "2"}},
    }
    for stages in answers(problem, "qk_norm", "W_G"):
        agree(stages["output"], output[0], 10 * IN_FLOAT32)


# Scores.


def test_cosine_score() -> None:
    """torch's cosine_similarity, where no vector is 0 or almost."""
    Q, K = some(4, 5), some(6, 5, seed=1)
    for stages in answers(
        {"Q": texts(Q), "K": texts(K), "attention": {"score": "cosine"}}, "cosine"
    ):
        agree(stages["scores"], cosine_similarity(Q[:, None], K[None], dim=-1))


def test_general_score() -> None:
    """torch's bilinear form q W kᵀ."""
    Q, K, W = some(4, 2), some(5, 3), some(2, 3)
    right = bilinear(
        Q[:, None].expand(4, 5, 2).contiguous(), K[None].expand(4, 5, 3).contiguous(), W[None]
    )
    options = {"score": {"general": texts(W)}}
    for stages in answers({"Q": texts(Q), "K": texts(K), "attention": options}, "general"):
        agree(stages["scores"], right[..., 0])
        agree(stages["weights"], torch.softmax(right[..., 0], dim=-1))


def test_additive_score() -> None:
    """torch's linear layers and tanh, put together as Bahdanau et al. write it."""
    Q, K, W_1, W_2, v = some(4, 2), some(5, 3), some(2, 4), some(3, 4), some(4)
    right = torch.tanh((Q @ W_1)[:, None] + (K @ W_2)[None]) @ v
    given = {"W_1": texts(W_1), "W_2": texts(W_2), "v": texts(v)}
    options = {"score": {"additive": given}}
    for stages in answers({"Q": texts(Q), "K": texts(K), "attention": options}, "additive"):
        agree(stages["scores"], right)
        agree(stages["weights"], torch.softmax(right, dim=-1))


# Masks.


@pytest.mark.parametrize(("n", "m"), [(2, 5), (3, 3), (1, 4)])
def test_lower_right_causal_mask(n: int, m: int) -> None:
    """torch's causal_lower_right, of as many queries as keys or fewer."""
    Q, K, V = some(n, 3), some(m, 3, seed=1), some(m, 2, seed=2)
    right = scaled_dot_product_attention(
        Q[None, None], K[None, None], V[None, None], attn_mask=causal_lower_right(n, m)
    )
    problem = {"Q": texts(Q), "K": texts(K), "V": texts(V)}
    options = {"mask": {"causal": "lower-right"}}
    for stages in answers(problem | {"attention": options}, "lower-right"):
        agree(stages["output"], right[0, 0])


def test_padding_and_causal_mask() -> None:
    """torch's attention with a mask of truths, for queries that see a key."""
    Q, K, V = some(4, 3), some(4, 3, seed=1), some(4, 2, seed=2)
    padding = torch.tensor([True, True, False, True])
    seen = torch.ones(4, 4).tril().bool() & padding
    right = scaled_dot_product_attention(Q, K, V, attn_mask=seen)
    problem = {"Q": texts(Q), "K": texts(K), "V": texts(V)}
    options = {"mask": {"causal": "true", "padding": texts(padding)}}
    for stages in answers(problem | {"attention": options}, "padding"):
        agree(stages["output"], right)
    right = scaled_dot_product_attention(Q, K, V, attn_mask=padding[None].expand(4, 4))
    options = {"mask": texts(padding)}
    for stages in answers(problem | {"attention": options}, "a row of m"):
        agree(stages["output"], right)


def test_window_mask() -> None:
    """transformers' sliding window, laid over a causal mask; and as flash-attention counts it."""
    own = masking_utils.sliding_window_overlay(2)
    places = [[(i, j) for j in range(5)] for i in range(5)]
    right = [[bool(own(0, 0, i, j)) and j <= i for i, j in row] for row in places]
    for mask in ({"window": "2"}, {"window": ["1", "0"]}):
        problem = {"Q": [["0"]] * 5, "K": [["0"]] * 5, "attention": {"mask": mask}}
        for stages in answers(problem, "window to both sides"):
            agree(stages["masked_scores"].isfinite(), torch.tensor(right))


# Biases.


def test_bias_before_scaling() -> None:
    """Falcon's (Q Kᵀ + B)/√d, as torch's attention with B/√d; a key that is -inf is hidden."""
    Q, K, V, B = some(3, 4), some(5, 4, seed=1), some(5, 2, seed=2), some(3, 5)
    B[0, 1] = -math.inf
    right = scaled_dot_product_attention(Q, K, V, attn_mask=B / 2)
    options = {"bias": {"rows": texts(B), "before_scale": "true"}}
    problem = {"Q": texts(Q), "K": texts(K), "V": texts(V), "attention": options}
    for stages in answers(problem, "before_scale"):
        agree(stages["output"], right)


def test_attention_of_falcon() -> None:
    """Falcon's own module: its ALiBi, added before scaling, as rows that are given."""
    config = modeling_falcon.FalconConfig(
        hidden_size=4,
        num_attention_heads=2,
        alibi=True,
        multi_query=False,
        bias=False,
        attention_dropout=0.0,
        hidden_dropout=0.0,
    )
    config._attn_implementation = "eager"
    module = with_weights(modeling_falcon.FalconAttention(config, layer_idx=0), 1)
    X, n = some(4, 4), 4
    alibi = modeling_falcon.build_alibi_tensor(torch.ones(1, n).long(), 2, torch.float64)
    seen = torch.ones(n, n).tril().bool()
    output, _ = module(X[None], alibi, as_mask(seen))
    # Each head's queries, keys and values side by side.
    parts = module.query_key_value.weight.T.reshape(4, 2, 3, 2)
    problem = {f"W_{name}": texts(parts[:, :, k].reshape(4, 4)) for k, name in enumerate("QKV")}
    problem["W_O"] = matrix(module.dense)
    rows = texts(alibi.expand(2, n, n))
    options = {"heads": "2", "mask": "causal", "bias": {"rows": rows, "before_scale": "true"}}
    for stages in answers(problem | {"X": texts(X), "attention": options}, "before_scale"):
        agree(stages["output"], output[0], IN_FLOAT32)


@pytest.mark.parametrize("heads", [1, 2, 3, 6, 8])
def test_slopes_of_mpt(heads: int) -> None:
    """MPT's own slopes, given; its bias differs by a number in each row, which changes nothing."""
    n = 4
    bias = modeling_mpt.build_mpt_alibi_tensor(heads, n).double()
    slopes = bias[:, 0, 1] - bias[:, 0, 0]
    scores = some(heads, n, n)
    seen = torch.ones(n, n).tril().bool()
    right = torch.softmax((scores + bias).masked_fill(~seen, -math.inf), dim=-1)
    options = {"mask": "causal", "bias": {"slopes": texts(slopes)}}
    for stages in answers({"scores": texts(scores), "attention": options}, "slopes"):
        agree(stages["weights"], right)
