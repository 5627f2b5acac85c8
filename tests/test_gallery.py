"""The gallery: published worked examples, and what the check says of each."""

from __future__ import annotations

from pathlib import Path

import pytest

import attncalc
from attncalc.checking import check
from attncalc.report import Report, Verdict
from tests.conftest import SAMPLES

GALLERY = SAMPLES / "gallery"

# file: (correct, follows, slip, wrong)
SUMMARIES: dict[str, tuple[int, int, int, int]] = {
    "ainiketan-grouped-query": (37, 0, 0, 5),
    "alammar-gpt2-masked-scores": (23, 0, 0, 9),
    "alammar-illustrated-transformer": (6, 0, 0, 0),
    "bentrevett-softmax-one": (6, 0, 0, 0),
    "course-exercise-exponentials": (40, 23, 0, 0),
    "course-padding-divided": (28, 0, 0, 4),
    "cran-attention-computeweights": (0, 0, 0, 16),
    "d2l-dot-product-valid-lens-6": (14, 0, 0, 0),
    "deep-ml-131-window-2": (6, 0, 0, 0),
    "deep-ml-94-multihead": (4, 0, 0, 0),
    "deeplearningai-c5w4-masked": (18, 0, 0, 0),
    "flash-attention-note": (29, 3, 6, 2),
    "godoy-pytorch-step-by-step-scaled": (6, 0, 0, 0),
    "hacktricks-shiny": (2, 1, 0, 3),
    "hausgebrauch-two-heads": (30, 0, 0, 0),
    "japanese-sentence-projections": (12, 0, 0, 12),
    "karpathy-averaging-trick": (15, 0, 0, 0),
    "keras-attention-dot": (8, 0, 0, 0),
    "keras-bert-first-layer": (0, 0, 0, 5),
    "keras-hub-alibi-14-heads": (42, 0, 0, 0),
    "keras-hub-rotary-half": (12, 0, 0, 0),
    "leetgpu-115-rope-kv-cache": (14, 0, 0, 0),
    "leetgpu-55-alibi-ex1": (6, 0, 0, 2),
    "leetgpu-80-gqa": (48, 0, 0, 0),
    "levanter-sliding-window": (10, 0, 0, 0),
    "machinelearningmastery-attention-from-scratch": (44, 0, 0, 0),
    "onnx-attention-softcap-4d": (32, 0, 0, 0),
    "onnx-attention-softcap-after-mask": (0, 32, 0, 24),
    "onnxruntime-attention-past-state": (36, 0, 0, 0),
    "onnxruntime-attention-relative-position-bias": (8, 0, 0, 0),
    "onnxruntime-rotary-interleaved": (19, 4, 1, 0),
    "postech-cross-attention": (12, 0, 0, 0),
    "raimi-karim-code-exact": (18, 0, 0, 0),
    "raimi-karim-illustrated-self-attention": (48, 5, 1, 0),
    "raschka-causal-attention": (57, 0, 0, 0),
    "raschka-multihead-attention": (12, 0, 0, 0),
    "raschka-scaled-dot-product": (26, 0, 0, 0),
    "raschka-simple-self-attention": (90, 0, 0, 0),
    "ratsgo-nlpbook-self-attention": (47, 0, 0, 7),
    "rukenx-02-causal": (24, 0, 0, 0),
    "speeq-sinusoidal-positions": (19, 0, 1, 0),
    "statquest-printed-weights": (51, 0, 0, 0),
    "statquest-self-attention": (51, 0, 0, 0),
    "tensorflow-transformer-tutorial-2": (6, 0, 0, 0),
    "the-cat-sat-causal": (96, 0, 0, 0),
    "tomyeh-ai-by-hand-multihead": (462, 0, 0, 0),
    "tomyeh-ai-by-hand-self-attention": (112, 0, 0, 0),
    "workbook-future-set-to-0": (3, 0, 0, 6),
    "workbook-mask-after-softmax": (6, 0, 0, 3),
    "workbook-other-width": (4, 0, 0, 5),
}

# file: (stage, index, diagnosis) of the first wrong number
FIRST_WRONG: dict[str, tuple[str, tuple[int, ...], str | None]] = {
    "ainiketan-grouped-query": ("Q", (2, 2, 1), None),
    "alammar-gpt2-masked-scores": (
        "weights",
        (1, 0),
        "the scores are divided by the number of keys",
    ),
    "cran-attention-computeweights": (
        "weights",
        (0, 0),
        "the scores are divided by the root of the number of keys",
    ),
    "course-padding-divided": (
        "weights",
        (0, 0),
        "scores are divided by their sum, without powers",
    ),
    "flash-attention-note": ("weights", (0, 2), None),
    "hacktricks-shiny": ("scores", (0, 1), None),
    "japanese-sentence-projections": (
        "Q",
        (0, 0),
        "W_Q, W_K and W_V stand for Q, K and V, without the embeddings",
    ),
    "keras-bert-first-layer": ("output", (2, 0), "the mask is not applied"),
    "leetgpu-55-alibi-ex1": ("output", (0, 2), None),
    "onnx-attention-softcap-after-mask": (
        "masked_scores",
        (0, 0),
        "the soft-cap is applied after bias and mask",
    ),
    "ratsgo-nlpbook-self-attention": ("output", (0, 0), None),
    "workbook-future-set-to-0": (
        "weights",
        (0, 0),
        "masked scores are set to 0 instead of -inf",
    ),
    "workbook-mask-after-softmax": (
        "weights",
        (0, 0),
        "the mask is applied after the softmax",
    ),
    "workbook-other-width": ("weights", (1, 0), "the scores are divided by √12"),
}

WARNED = {
    "course-padding-divided": "is masked: its weights are 0",
    "flash-attention-note": "add up to 0.9997",
    "hacktricks-shiny": "add up to 1.00100",
    "workbook-future-set-to-0": "is masked for",
    "workbook-mask-after-softmax": "which rounding does not explain",
}
"""What else is said of an example, in each of its warnings."""


def report_on(path: Path) -> Report:
    """The check of a problem file."""
    return check(attncalc.explain(attncalc.load(path)))


def test_gallery_is_whole() -> None:
    """Every file of the gallery has its pins here, and every pin its file."""
    assert [path.stem for path in sorted(GALLERY.iterdir())] == sorted(SUMMARIES)
    assert {name for name, summary in SUMMARIES.items() if summary[-1]} == set(FIRST_WRONG)


@pytest.mark.no_cover
@pytest.mark.parametrize("name", SUMMARIES)
def test_summary(name: str) -> None:
    """As many numbers have each verdict as were counted by hand."""
    summary = report_on(GALLERY / f"{name}.yaml").summary
    assert tuple(summary[verdict] for verdict in Verdict) == SUMMARIES[name]


@pytest.mark.parametrize("name", SUMMARIES)
def test_first_wrong(name: str) -> None:
    """The first wrong number is where the source goes wrong, and its mistake is named if known."""
    report = report_on(GALLERY / f"{name}.yaml")
    if (wrong := report.first_wrong) is None:
        assert name not in FIRST_WRONG
        assert not report.diagnoses
    else:
        stage, index = wrong.claim.stage, wrong.claim.index
        diagnosis = report.diagnosis_of(wrong)
        assert (stage, index, diagnosis and diagnosis.sentence) == FIRST_WRONG[name]


@pytest.mark.no_cover
@pytest.mark.parametrize("name", SUMMARIES)
def test_warnings(name: str) -> None:
    """Nothing else is held against a published example than what can be seen in its numbers."""
    warnings = report_on(GALLERY / f"{name}.yaml").warnings
    assert bool(warnings) == (name in WARNED)
    assert all(WARNED[name] in warning for warning in warnings)


@pytest.mark.parametrize("name", SUMMARIES)
def test_head(name: str) -> None:
    """Each file names its schema, and says in a short line what it shows."""
    lines = (GALLERY / f"{name}.yaml").read_text(encoding="utf-8").splitlines()
    assert lines[0] == "# yaml-language-server: $schema=../../attncalc/schemas/input.schema.json"
    shows = lines[2].removeprefix("# What it shows: ")
    assert shows != lines[2]
    assert len(shows) <= 60
