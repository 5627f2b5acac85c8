"""Small models of many architectures, with random numbers, and a tokenizer for all of them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

WORDS = (
    "[UNK]",
    "the",
    "cat",
    "sat",
    "on",
    "mat",
    "because",
    "it",
    "was",
    "tired",
    ".",
    "Ġand",
    "▁so",
)
TEXT = "the cat sat on the mat because it was tired ."

_COMMON = {
    "vocab_size": len(WORDS),
    "hidden_size": 32,
    "intermediate_size": 48,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "max_position_embeddings": 64,
    "pad_token_id": 0,
    "bos_token_id": None,
    "eos_token_id": None,
}
_GROUPED = {**_COMMON, "num_key_value_heads": 2}
_EXPERTS = {"num_local_experts": 2, "num_experts_per_tok": 1}

ARCHITECTURES: Mapping[str, Mapping[str, Any]] = {
    "bert": _COMMON,
    "roberta": _COMMON,
    "gpt2": {"vocab_size": len(WORDS), "n_embd": 32, "n_layer": 2, "n_head": 4, "n_positions": 64},
    "llama": {**_GROUPED, "rope_parameters": {"rope_type": "default", "rope_theta": 500000.0}},
    "mistral": {**_GROUPED, "sliding_window": 3},
    "qwen3": {**_GROUPED, "head_dim": 16},
    "gemma2": {
        **_GROUPED,
        "head_dim": 16,
        "query_pre_attn_scalar": 24,
        "sliding_window": 4,
        "attn_logit_softcapping": 2.0,
    },
    "gemma3_text": {
        **_GROUPED,
        "head_dim": 16,
        "query_pre_attn_scalar": 16,
        "sliding_window": 4,
        "layer_types": ["sliding_attention", "full_attention"],
    },
    "gpt_oss": {
        **_GROUPED,
        **_EXPERTS,
        "head_dim": 16,
        "sliding_window": 4,
        "layer_types": ["sliding_attention", "full_attention"],
        "rope_parameters": {"rope_type": "default", "rope_theta": 150000.0},
    },
    "olmo2": _GROUPED,
    "phi3": {**_GROUPED, "partial_rotary_factor": 0.5},
    "phi": {**_COMMON, "partial_rotary_factor": 0.5},
    "modernbert": {**_COMMON, "local_attention": 4, "global_attn_every_n_layers": 2},
    "gpt_neox": {**_COMMON, "rotary_pct": 0.25},
    "cohere": _GROUPED,
    "distilbert": {
        "vocab_size": len(WORDS),
        "dim": 32,
        "hidden_dim": 48,
        "n_layers": 2,
        "n_heads": 4,
        "max_position_embeddings": 64,
    },
    "t5": {
        "vocab_size": len(WORDS),
        "d_model": 32,
        "d_kv": 8,
        "d_ff": 48,
        "num_layers": 2,
        "num_heads": 4,
    },
    "opt": {
        "vocab_size": len(WORDS),
        "hidden_size": 32,
        "ffn_dim": 48,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "max_position_embeddings": 64,
        "word_embed_proj_dim": 32,
    },
}


def saved(folder: Path, kind: str, **settings: Any) -> Path:
    """A model of an architecture with random numbers, saved into a folder with its tokenizer."""
    import torch
    import transformers

    torch.manual_seed(11)
    config = transformers.AutoConfig.for_model(kind, **{**ARCHITECTURES.get(kind, {}), **settings})
    model = transformers.AutoModel.from_config(config)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(torch.randn_like(parameter) * 0.3)
    model.save_pretrained(folder)
    tokenizer(folder)
    return folder


def tokenizer(folder: Path) -> None:
    """A tokenizer of whole words."""
    import tokenizers
    import transformers

    words = tokenizers.models.WordLevel(
        {word: number for number, word in enumerate(WORDS)}, "[UNK]"
    )
    made = tokenizers.Tokenizer(words)
    made.pre_tokenizer = tokenizers.pre_tokenizers.WhitespaceSplit()
    fast = transformers.PreTrainedTokenizerFast(tokenizer_object=made, unk_token="[UNK]")
    fast.save_pretrained(folder)
