"""What published examples got wrong is called by its name."""

from __future__ import annotations

from pathlib import Path

import pytest

import attncalc
from attncalc.checking import check

WILD = Path(__file__).parent / "wild"

NOT_PROJECTED = "W_Q, W_K and W_V stand for Q, K and V, without the embeddings"
LOWER_RIGHT = "the causal mask is aligned to the lower right (the last query sees the last key)"

DIAGNOSES: dict[str, dict[str, str]] = {
    "padding-mask-normalised-not-softmax": {
        "weights": "scores are divided by their sum, without powers"
    },
    "workbook-bug-A-fill-0": {"weights": "masked scores are set to 0 instead of -inf"},
    "workbook-bug-B-mask-after": {"weights": "the mask is applied after the softmax"},
    "workbook-15.4-wrong-d": {"weights": "the scores are divided by √12"},
    "pytorch-108108-causal-2x5": {"weights": LOWER_RIGHT},
    "window-off-by-one": {"weights": "the window is one key too wide"},
    "gqa-llama-order": {
        "scores": "query head i uses key-value head i modulo their number, and not its group's"
    },
    "japanese-school": dict.fromkeys("QKV", NOT_PROJECTED),
    "keras-bert-attention": {"output": "the mask is not applied"},
    # A misprint: no rule gives 2.405 for 1.3569, nor weights that add up to 1.001.
    "hacktricks-hello-shiny-sun": {},
}


@pytest.mark.parametrize("name", DIAGNOSES)
def test_diagnosis(name: str) -> None:
    """Each stage that goes wrong has its mistake; a convention is not called one."""
    report = check(attncalc.explain(attncalc.load(WILD / f"{name}.yaml")))
    assert report.first_wrong is not None
    assert {each.stage: each.sentence for each in report.diagnoses} == DIAGNOSES[name]
    for diagnosis in report.diagnoses:
        assert diagnosis.convention == (diagnosis.what == LOWER_RIGHT)
