"""attncalc explain, as a user calls it."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests import schemas
from tests.conftest import COMMAND, ROOT, SAMPLES, Attncalc

GOLDEN = Path(__file__).parent / "golden"
OUTPUT_SCHEMA = json.loads((ROOT / "attncalc/schemas/output.schema.json").read_text())

WALKTHROUGHS: dict[str, list[str]] = {
    "animal": ["animal.yaml"],
    "animal-scaled": ["animal.yaml", "--scale", "1/sqrt(d_k)", "--precision", "2"],
    "animal-weighted-sum": ["animal-weighted-sum.yaml"],
    "apple": ["apple.yaml"],
    "apple-causal": ["apple.yaml", "--mask", "causal", "--bias", "none"],
    "alibi": ["alibi.yaml"],
    "base": ["base.yaml"],
    "cat": ["cat.yaml"],
    "cat-base-3": ["cat.yaml", "--base", "3", "--scale", "10"],
    "causal": ["causal.yaml"],
    "cross-attention": ["cross-attention.yaml"],
    "grouped-query": ["grouped-query.yaml", "--all-heads"],
    "learned-positions": ["learned-positions.yaml"],
    "llama": ["llama.yaml"],
    "llama-head-3": ["llama.yaml", "--head", "3", "--query", "sat"],
    "llama-step": ["llama-step.yaml"],
    "multi-head": ["multi-head.yaml"],
    "padding": ["padding.yaml", "--all-queries", "--head", "2"],
    "projections": ["projections.yaml"],
    "projections-masked": [
        "projections.yaml",
        *("--scale", "0.5", "--mask", "[[1,1,1],[1,1,0],[0,0,0]]"),
        *("--bias", "[[0,-inf,1],[0.5,0,-1],[1,1,1]]", "--all-queries"),
    ],
    "slopes": ["slopes.yaml"],
    "relative-positions": ["relative-positions.yaml"],
    "bias-before-scaling": ["bias-before-scaling.yaml"],
    "bias-before-scaling-capped": [
        "bias-before-scaling.yaml",
        "--softcap",
        "2",
        "--mask",
        "causal",
    ],
    "rope": ["rope.yaml"],
    "rope-half": ["rope.yaml", "--positions", "{rope: {pairing: half, dims: 2}}"],
    "sink": ["sink.yaml"],
    "softcap": ["softcap.yaml"],
    "scaling": ["scaling.yaml"],
    "tennis": ["tennis.yaml"],
    "tennis-alone": ["tennis-alone.yaml"],
    "window": ["window.yaml"],
    "window-both-sides": ["window-both-sides.yaml"],
    "first-keys": ["first-keys.yaml"],
    "lower-right": ["lower-right.yaml"],
    "causal-padding": ["causal-padding.yaml"],
    "qk-norm": ["qk-norm.yaml"],
    "rms-norm": ["rms-norm.yaml"],
    "gate": ["gate.yaml"],
    "backward": ["backward.yaml", "--backward"],
    "gradient-check": ["backward.yaml", "--backward", "--gradient-check"],
    "backward-heads": ["backward-heads.yaml", "--backward"],
    "backward-flash": [
        *("backward.yaml", "--backward", "--gradients", "flash", "--detail", "lesson"),
        *("--softcap", "2", "--positions", "rope", "--qk-norm", "rms", "--base", "2"),
    ],
    "position-ids": ["position-ids.yaml"],
    "general-score": ["general-score.yaml"],
    "additive-score": ["additive-score.yaml"],
    "cosine-score": ["cosine-score.yaml"],
    "sinusoidal": ["sinusoidal.yaml"],
    "embedding": ["embedding.yaml"],
    "overview": ["overview.yaml", "--all-heads"],
    "bidirectional": ["bidirectional.yaml"],
    "long-range": ["long-range.yaml"],
    "quadratic": ["quadratic.yaml", "--stages", "scores,cost"],
    "question-answering": ["question-answering.yaml"],
    "sentiment": ["sentiment.yaml"],
    "summary": ["summary.yaml"],
    "generation": ["generation.yaml"],
    "caption": ["caption.yaml"],
    "lookup-animal": ["animal.yaml", "--view", "lookup"],
    "lookup-llama": ["llama.yaml", "--view", "lookup", "--head", "3", "--all-queries"],
    "lookup-sink": ["sink.yaml", "--view", "lookup", "--mask", "causal"],
    "lookup-padding": ["padding.yaml", "--view", "lookup", "--all-queries"],
}


@pytest.mark.parametrize("width", [80, 160])
@pytest.mark.parametrize("name", WALKTHROUGHS)
def test_walkthrough(
    name: str,
    width: int,
    attncalc: Attncalc,
    golden: Callable[[Path, str], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The page of each sample, in two widths; no line is wider than the terminal."""
    monkeypatch.setenv("COLUMNS", str(width))
    file, *options = WALKTHROUGHS[name]
    result = attncalc("explain", SAMPLES / file, *options)
    assert (result.code, result.err) == (0, "")
    assert max(map(len, result.out.splitlines())) <= width
    golden(GOLDEN / f"{name}-{width}.txt", result.out)


def explained(attncalc: Attncalc, *arguments: str | Path) -> dict[str, Any]:
    """The JSON of one problem, valid by the schema."""
    result = attncalc("explain", *arguments, "--json")
    assert (result.code, result.err) == (0, "")
    loaded: dict[str, Any] = json.loads(result.out)
    schemas.validate(loaded, OUTPUT_SCHEMA)
    return loaded


@pytest.mark.no_cover
@pytest.mark.own
@pytest.mark.parametrize(
    "sample", sorted(str(path.relative_to(SAMPLES)) for path in SAMPLES.rglob("*.*"))
)
def test_json_of_samples(sample: str, attncalc: Attncalc) -> None:
    """Every sample's JSON is valid by the shipped schema."""
    explained(attncalc, SAMPLES / sample)


@pytest.mark.installed
def test_json_shape(attncalc: Attncalc) -> None:
    """The contract's example, key by key and in its order."""
    found = explained(attncalc, SAMPLES / "animal.yaml", "--scale", "1/sqrt(d_k)")
    assert list(found) == [
        *("schema", "title", "tokens", "key_tokens", "dims", "scale", "stages", "warnings")
    ]
    assert found["schema"] == "attncalc/1"
    assert found["scale"] == float(Decimal(1) / Decimal(3).sqrt())
    assert found["dims"] == {
        "n": 8, "m": 8, "d_model": None, "d_k": 3, "d_v": 3, "heads": None, "kv_heads": None
    }  # fmt: skip
    assert list(found["stages"]) == ["Q", "K", "V", "scores", "scaled_scores", "weights", "output"]
    assert found["stages"]["Q"][5] == [0.6, 0.5, 0.4]


def test_json_null_and_scale(attncalc: Attncalc) -> None:
    """A masked score is null, an unscaled problem has scale 1, given weights have none."""
    causal = explained(attncalc, SAMPLES / "causal.yaml", "--scale", "none")
    assert causal["stages"]["masked_scores"][0] == [1.0, None, None]
    assert causal["scale"] == 1.0
    assert "scaled_scores" not in causal["stages"]
    assert explained(attncalc, SAMPLES / "tennis.yaml")["scale"] is None
    assert explained(attncalc, SAMPLES / "cat.yaml", "--scale", "0.25")["scale"] == 0.25


def test_json_stages(attncalc: Attncalc) -> None:
    """--stages chooses what is printed; three stages are printed only so."""
    wanted = "sums,exponentials,weighted_values,weights"
    stages = explained(attncalc, SAMPLES / "projections.yaml", "--stages", wanted)["stages"]
    assert list(stages) == ["exponentials", "sums", "weights", "weighted_values"]
    assert len(stages["weighted_values"][2][1]) == 3
    assert stages["exponentials"][0][0] / stages["sums"][0] == pytest.approx(
        stages["weights"][0][0]
    )


def test_json_claimed_stages(attncalc: Attncalc) -> None:
    """A stage that is claimed is printed without being asked for."""
    problem = "tokens: [a]\nQ: [[0]]\nK: [[1]]\nclaims: {exponentials: [[1]], sums: {a: 1}}\n"
    result = attncalc("explain", "-", "--json", stdin=problem)
    assert list(json.loads(result.out)["stages"]) == [
        *("Q", "K", "scores", "scaled_scores", "exponentials", "sums", "weights")
    ]


def test_json_lines(attncalc: Attncalc) -> None:
    """Several documents in, one object a line out."""
    one = "tokens: [a]\nQ: [[1]]\nK: [[1]]\n"
    result = attncalc("explain", "-", "--json", stdin=f"{one}---\ntitle: two\n{one}---\n")
    assert [json.loads(line)["title"] for line in result.out.splitlines()] == [None, "two"]


def test_json_beyond_doubles(attncalc: Attncalc) -> None:
    """A number that no double holds is null, with a warning; -0 is 0."""
    problem = "tokens: [a]\nQ: [[1e300, -0.0]]\nK: [[1e300, 0]]\nattention: {scale: none}\n"
    result = attncalc("explain", "-", "--json", stdin=problem)
    found = json.loads(result.out)
    assert found["stages"]["scores"] == [[None]]
    assert found["stages"]["weights"] == [[1.0]]
    assert "-0" not in result.out
    assert found["warnings"] == ["scores has numbers beyond the range of a double: null"]


@pytest.mark.installed
def test_csv_twin(attncalc: Attncalc) -> None:
    """The table gives, digit for digit and word for word, what the YAML gives."""
    options = ("--scale", "none", "--query", "it")
    for json_or_text in ([], ["--json"]):
        table = attncalc("explain", SAMPLES / "animal.csv", *options, *json_or_text)
        assert table == attncalc("explain", SAMPLES / "animal.yaml", *json_or_text)


@pytest.mark.installed
def test_stages_of_the_page(attncalc: Attncalc) -> None:
    """--stages limits the page to the sections that derive them, counted as they are shown."""
    result = attncalc("explain", SAMPLES / "animal.yaml", "--stages", "output")
    assert "\nWeighted sum" in result.out
    assert "Scores" not in result.out


def test_queries(attncalc: Attncalc) -> None:
    """--query replaces the file's, may be repeated, and knows occurrences and positions."""
    result = attncalc("explain", SAMPLES / "animal.yaml", "-q", "#1", "-q", "tired", "-q", "The")
    assert "written out for the queries “The” and “tired”" in result.out.replace("\n", " ")
    everyone = attncalc("explain", SAMPLES / "animal.yaml", "--all-queries")
    assert "written out for every query" in everyone.out.replace("\n", " ")
    assert everyone.out.count("How well does each key match") == 8


def test_rounding_mode(attncalc: Attncalc) -> None:
    """A digit halfway goes away from zero, or to even on request; the page says so."""
    halfway = "tokens: [a]\nweights: [[1]]\nV: [[-1.0000000000005]]\n"
    up = attncalc("explain", "-", "-p", "12", stdin=halfway)
    even = attncalc("explain", "-", "-p", "12", "--rounding", "half-even", stdin=halfway)
    assert "o_a ≈ [-1.000000000001]" in " ".join(up.out.split())
    assert "o_a ≈ [-1.000000000000]" in " ".join(even.out.split())
    assert "to 12 decimals; = is exact" in up.out
    assert "to 12 decimals; = is exact, ≈ is rounded. Halves are rounded to even." in " ".join(
        even.out.split()
    )


@pytest.mark.parametrize(
    ("variables", "option", "colored"),
    [
        ({}, "auto", False),
        ({"FORCE_COLOR": "1"}, "auto", True),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, "auto", False),
        ({"NO_COLOR": "1"}, "always", True),
        ({"FORCE_COLOR": "1"}, "never", False),
    ],
)
def test_color(
    variables: dict[str, str],
    option: str,
    colored: bool,
    attncalc: Attncalc,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Escape codes appear where colour is wanted and nowhere else; the text is the same."""
    monkeypatch.setenv("TERM", "xterm-256color")
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    result = attncalc("explain", SAMPLES / "animal.yaml", "--color", option)
    assert ("\x1b[" in result.out) is colored


@pytest.mark.installed
def test_output_file(attncalc: Attncalc, tmp_path: Path) -> None:
    """The suffix decides the format; an old file is replaced and keeps its permissions."""
    page, data = tmp_path / "page.txt", tmp_path / "data.json"
    data.write_text("old")
    data.chmod(0o640)
    assert attncalc("explain", SAMPLES / "cat.yaml", "--output", page).out == ""
    assert attncalc("explain", SAMPLES / "cat.yaml", "--output", data).out == ""
    assert page.read_text() == attncalc("explain", SAMPLES / "cat.yaml").out
    assert json.loads(data.read_text())["schema"] == "attncalc/1"
    assert data.stat().st_mode & 0o777 == 0o640
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data.json", "page.txt"]
    assert attncalc("explain", SAMPLES / "cat.yaml", "-f", "json", "-o", "-").out.startswith("{")


def test_output_to_device(attncalc: Attncalc) -> None:
    """A device is written to, not replaced."""
    result = attncalc("explain", SAMPLES / "cat.yaml", "-f", "text", "-o", "/dev/null")
    assert (result.code, result.out, result.err) == (0, "", "")
    assert Path("/dev/null").is_char_device()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["-o", "page.docx"], "the suffix “.docx” names no format; use one of .txt, .json"),
        (["-o", "page"], "a file without a suffix; use one of .txt, .json"),
        (["-o", "no/such/page.txt"], "there is no directory no/such"),
        (["-o", "/tmp", "-f", "text"], "/tmp is a directory"),
        (["--json", "--format", "text"], "--json and --format text are both given"),
        (["--precision", "31"], "31 is not in the range 0<=x<=30"),
        (["--colour", "never"], "No such option"),
    ],
)
def test_usage(arguments: list[str], message: str, attncalc: Attncalc) -> None:
    """Wrong usage is told on stderr, with exit code 2."""
    result = attncalc("explain", SAMPLES / "cat.yaml", *arguments)
    assert (result.code, result.out) == (2, "")
    assert message in " ".join(result.err.split())


def test_failed_write_leaves_the_old_file(
    attncalc: Attncalc, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file is written whole or not at all."""

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    page = tmp_path / "page.txt"
    page.write_text("old")
    monkeypatch.setattr("os.replace", fail)
    result = attncalc("explain", SAMPLES / "cat.yaml", "-o", page)
    if result.code:  # the installed command is another process, out of the test's reach
        assert result.err == f"{page}: cannot be written: No space left on device\n"
        assert page.read_text() == "old"
        assert list(tmp_path.iterdir()) == [page]


def test_protected_file(
    attncalc: Attncalc, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that may not be written to is not replaced, though its folder would allow it."""
    if COMMAND:
        pytest.skip("the installed command is another process")

    def refuse(*_: object) -> None:  # as the system does for everybody but root
        raise PermissionError(13, "Permission denied")

    page = tmp_path / "page.txt"
    page.write_text("old")
    monkeypatch.setattr("pathlib.Path.open", refuse)
    result = attncalc("explain", "-", "-o", page, stdin="weights: [[1]]")
    monkeypatch.undo()
    assert (result.code, result.err) == (2, f"{page}: cannot be written: Permission denied\n")
    assert page.read_text() == "old"


def test_head_that_is_not_there(attncalc: Attncalc) -> None:
    """A head beyond the last is refused with how many there are."""
    result = attncalc("explain", SAMPLES / "llama.yaml", "--head", "5")
    assert (result.code, result.out) == (2, "")
    assert result.err == "--head: head 5; expected 1 to 4\n"


def test_lookup_of_stages(attncalc: Attncalc) -> None:
    """The view as a lookup has no single stages to choose from."""
    arguments = ("--view", "lookup", "--stages", "weights")
    result = attncalc("explain", SAMPLES / "animal.yaml", *arguments)
    assert (result.code, result.out) == (2, "")
    assert "--view lookup shows no single stages; leave one of both out" in result.err


@pytest.mark.installed
@pytest.mark.parametrize("sample", ["llama", "llama-step", "sink", "padding"])
def test_json_of_heads(sample: str, attncalc: Attncalc) -> None:
    """Stages have an axis for heads where there are any, and dims say how many."""
    found = explained(attncalc, SAMPLES / f"{sample}.yaml")
    heads = found["dims"]["heads"]
    weights = found["stages"]["weights"]
    n, m = found["dims"]["n"], found["dims"]["m"]
    assert len(found["key_tokens"]) == m
    for matrix in weights if heads else [weights]:
        assert (len(matrix), len(matrix[0])) == (n, m)
    assert heads is None or len(weights) == heads
    assert heads is None or len(found["stages"]["K"]) == found["dims"]["kv_heads"]


def test_backward_without_a_gradient(attncalc: Attncalc) -> None:
    """What is missing is said, with the shape that it must have, and nothing is printed."""
    result = attncalc("explain", SAMPLES / "gate.yaml", "--backward")
    assert (result.code, result.out) == (2, "")
    assert "--backward: d_output is missing; expected the gradient of the output" in result.err
    lookup = attncalc("explain", SAMPLES / "backward.yaml", "--backward", "--view", "lookup")
    assert (lookup.code, lookup.out) == (2, "")
    assert "--view lookup shows no gradients; leave one of both out" in lookup.err


def test_gradients_as_data(attncalc: Attncalc) -> None:
    """They are stages like others, shaped as what they are of; --stages shows some of them."""
    result = attncalc("explain", SAMPLES / "backward.yaml", "--json")
    found = json.loads(result.out)
    schemas.validate(found, OUTPUT_SCHEMA)
    gradients = [name for name in found["stages"] if name.startswith("d_")]
    assert gradients == [
        *("d_output", "d_V", "d_weights", "d_masked_scores", "d_scaled_scores", "d_scores"),
        *("d_Q", "d_K", "d_X", "d_W_Q", "d_W_K", "d_W_V"),
    ]
    some = attncalc("explain", SAMPLES / "backward.yaml", "--json", "--stages", "d_Q,d_W_V")
    assert {*json.loads(some.out)["stages"]} == {"d_Q", "d_W_V"}
    table = attncalc("explain", SAMPLES / "backward.yaml", "-f", "csv", "--stages", "d_W_V")
    assert (table.code, table.err) == (0, "")
