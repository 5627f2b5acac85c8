"""attncalc graph, as a user asks for it."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from attncalc.names import STAGES, Axis
from attncalc.readers import load_all
from attncalc.steps.engine import explain
from attncalc.steps.stages import axes_of
from tests.conftest import SAMPLES, Attncalc

ANIMAL = SAMPLES / "animal.yaml"
BEGINNINGS = {
    ("attention", "mermaid"): "flowchart TB\n",
    ("attention", "dot"): "digraph attention {",
    ("attention", "svg"): "<?xml ",
    ("pipeline", "mermaid"): "flowchart TB\n",
    ("pipeline", "dot"): "digraph flow {",
    ("pipeline", "svg"): "<?xml ",
    ("sequence", "mermaid"): "sequenceDiagram\n",
    ("computation", "svg"): "<?xml ",
}
OF_PAIRS = [name for name in STAGES if axes_of(name, heads=False) == (Axis.QUERY, Axis.KEY)]
SUFFIXES = {"mermaid": ".mmd", "dot": ".dot", "svg": ".svg"}


@pytest.mark.installed
@pytest.mark.parametrize(("kind", "form"), BEGINNINGS)
def test_kinds_and_formats(kind: str, form: str, attncalc: Attncalc, tmp_path: Path) -> None:
    """A kind is drawn in a format chosen by its name, or by the suffix of the file."""
    result = attncalc("graph", ANIMAL, "--kind", kind, "--format", form)
    assert (result.code, result.err) == (0, "")
    assert result.out.startswith(BEGINNINGS[kind, form])
    file = tmp_path / f"animal{SUFFIXES[form]}"
    done = attncalc("graph", ANIMAL, "--kind", kind, "--output", file)
    assert (done.code, done.out, done.err) == (0, "", "")
    assert file.read_text() == result.out


def test_attention(attncalc: Attncalc) -> None:
    """Edges are chosen by query, head, stage, threshold and rank; Mermaid is the default."""
    assert attncalc("graph", ANIMAL, "--top", "2").out.count("attention (") == 2
    assert attncalc("graph", ANIMAL, "--threshold", "0.15").out.count("attention (") == 2
    assert attncalc("graph", ANIMAL, "--all-queries", "--top", "8").out.count("attention (") == 64
    assert "attention (1.22)" in attncalc("graph", ANIMAL, "--stage", "scores").out
    heads = attncalc("graph", SAMPLES / "llama.yaml", "--head", "2", "-q", "sat", "-f", "dot")
    assert 'label="0.1743"' in heads.out
    cross = attncalc("graph", SAMPLES / "cross-attention.yaml", "--format", "dot")
    assert "subgraph cluster_keys" in cross.out


@pytest.mark.parametrize("stage", OF_PAIRS)
def test_stages(stage: str, attncalc: Attncalc) -> None:
    """Whatever has a number for each pair of a query and a key can be drawn: all that is seen."""
    for sample in sorted(SAMPLES.glob("*.yaml")):
        (trace, *_) = map(explain, load_all(sample))
        if stage in trace:
            break
    result = attncalc("graph", sample, "--stage", stage, "--all-queries", "-p", "3", "-f", "dot")
    assert (result.code, result.err) == (0, "")
    own = trace.of_head(0) if trace.has_heads else trace
    seen = own["weights"] != 0
    written = sorted(float(text) for text in re.findall(r'-> .*label="([^"]+)"', result.out))
    assert written == pytest.approx(sorted(own[stage][seen].astype(float)), abs=6e-4)


def test_svg(attncalc: Attncalc) -> None:
    """An SVG has the tokens, and the numbers of the edges that are left."""
    result = attncalc("graph", ANIMAL, "--format", "svg", "--top", "2", "--query", "tired")
    root = ElementTree.fromstring(result.out)
    texts = [each.text for each in root.iter("{http://www.w3.org/2000/svg}text")]
    assert texts[-2:] == ["0.1766", "0.2531"]
    assert "animal" in texts


@pytest.mark.parametrize(
    ("options", "count", "said"),
    [
        ([], 16, True),
        (["--top", "3"], 24, False),
        (["--top", "8"], 64, False),
        (["--threshold", "0"], 64, False),
    ],
)
@pytest.mark.parametrize("chosen", ["mermaid", "dot"])
def test_crowds(
    chosen: str, options: list[str], count: int, said: bool, attncalc: Attncalc
) -> None:
    """Of many queries the strongest edges are drawn, which is said, unless others are asked for."""
    result = attncalc("graph", ANIMAL, "--all-queries", "-f", chosen, *options)
    edges = re.findall(r"n\d+ -> n\d+|^    [qn]\d+ [-=.]+> ?\|", result.out, re.MULTILINE)
    assert len(edges) == count
    assert ("of each query, the 2 strongest edges" in result.out) == said


def test_crowds_in_svg(attncalc: Attncalc) -> None:
    """An SVG has every edge, the number of the strongest of each query, and says so."""
    result = attncalc("graph", ANIMAL, "--all-queries", "-f", "svg")
    assert result.out.count('class="line') == 64
    assert result.out.count('class="head') == 8
    assert result.out.count("stroke-opacity") == 56
    assert "Number and arrow: the greatest of each query." in result.out
    few = attncalc("graph", ANIMAL, "--all-queries", "-f", "svg", "--top", "2")
    assert few.out.count('class="head') == 16
    assert "Number and arrow" not in few.out


def test_pipeline_of_all_heads(attncalc: Attncalc) -> None:
    """A pipeline shows the shapes of the problem, of all heads together."""
    result = attncalc("graph", SAMPLES / "multi-head.yaml", "-k", "pipeline")
    assert 'b0["queries Q<br/>2 heads of 3 × 2"]' in result.out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["causal.yaml", "--head", "2"], "--head: head 2, but the problem has no heads"),
        (["llama.yaml", "--head", "5"], "--head: head 5; expected 1 to 4"),
        (
            ["tennis.yaml", "--stage", "scores"],
            "--stage: this problem has no scores; expected one of weights",
        ),
        (
            ["cat.yaml", "--threshold", "nan"],
            "--threshold: nan is below nothing; expected a number",
        ),
        (
            ["cat.yaml", "--kind", "pipeline", "--threshold", "0.1"],
            "--threshold: belongs to --kind attention; --kind pipeline draws all queries and heads",
        ),
        (
            ["cat.yaml", "--kind", "sequence", "--query", "Cat"],
            "--query: belongs to --kind attention and computation; --kind sequence draws "
            "all queries and heads",
        ),
        (
            ["cat.yaml", "--kind", "computation", "--all-queries"],
            "--all-queries: belongs to --kind attention; --kind computation draws one query",
        ),
        (
            ["cat.yaml", "--kind", "computation", "--format", "dot"],
            "--format: a computation is drawn in svg only, not in dot",
        ),
        (
            ["cat.yaml", "--kind", "computation", "--output", "x.mmd"],
            "--output: a computation is drawn in svg only, not in mermaid",
        ),
        (
            ["cat.yaml", "--kind", "sequence", "--format", "svg"],
            "--format: a sequence is drawn in mermaid only, not in svg",
        ),
        (
            ["cat.yaml", "--kind", "sequence", "--output", "x.dot"],
            "--output: a sequence is drawn in mermaid only, not in dot",
        ),
    ],
)
def test_bad_arguments(arguments: list[str], message: str, attncalc: Attncalc) -> None:
    """What cannot be drawn is refused."""
    result = attncalc("graph", SAMPLES / arguments[0], *arguments[1:])
    assert (result.code, result.out) == (2, "")
    assert message in result.err


@pytest.mark.parametrize(
    "option",
    [
        ["--all-queries"],
        ["--head", "1"],
        ["--stage", "weights"],
        ["--top", "2"],
        ["--precision", "4"],
        ["--rounding", "half-up"],
    ],
)
def test_options_of_attention(option: list[str], attncalc: Attncalc) -> None:
    """No other kind takes an option that chooses edges or writes numbers, not even its default."""
    result = attncalc("graph", ANIMAL, "--kind", "pipeline", *option)
    assert (result.code, result.out) == (2, "")
    assert f"{option[0]}: belongs to --kind attention" in result.err


def test_computation(attncalc: Attncalc) -> None:
    """One query of one head, in SVG, with as many decimals as are asked for."""
    options = ["--kind", "computation", "--query", "she", "--head", "2", "--precision", "2"]
    result = attncalc("graph", SAMPLES / "multi-head.yaml", *options)
    root = ElementTree.fromstring(result.out)
    texts = [each.text for each in root.iter("{http://www.w3.org/2000/svg}text")]
    assert "head 2, query she" in texts
    assert "≈ 0.45" in texts or "≈ 0.58" in texts


GERMAN = {
    ("attention", "mermaid"): "Hohe Attention (0,2287)",
    ("attention", "dot"): '"0,2287"',
    ("attention", "svg"): "it achtet auf The 0,0800 (niedrig)",
    ("pipeline", "mermaid"): "Anfragen Q",
    ("pipeline", "dot"): "Anfragen Q",
    ("pipeline", "svg"): "Anfragen Q 8 × 3 zu Scores Q Kᵀ 8 × 8",
    ("sequence", "mermaid"): "participant p0 as Anfrage",
    ("computation", "svg"): "≈ 0,2287",
}
ENGLISH = re.compile(
    r"(?:low|moderate|high) attention|quer(?:y|ies)\b|\bkeys?\b| attends| to ", re.IGNORECASE
)


@pytest.mark.parametrize(("kind", "form"), BEGINNINGS)
def test_languages(kind: str, form: str, attncalc: Attncalc) -> None:
    """Every drawing speaks the language that is asked for, with its decimal mark or another."""
    arguments = ["graph", ANIMAL, "--kind", kind, "--format", form]
    german = attncalc(*arguments, "--lang", "de").out
    assert GERMAN[kind, form] in german
    said = re.sub(r"<style>.*?</style>|^ +subgraph .*|^ +class .*", "", german, flags=re.DOTALL)
    assert ENGLISH.findall(said) == []
    point = GERMAN[kind, form].replace(",", ".")
    assert point in attncalc(*arguments, "--lang", "de", "--decimal", "point").out


def test_several_problems(attncalc: Attncalc) -> None:
    """A drawing is of one problem."""
    two = "weights: [[1]]\n---\nweights: [[1]]\n"
    result = attncalc("graph", "-", stdin=two)
    assert (result.code, result.err) == (2, "-: 2 problems; expected 1 to draw\n")
