"""attncalc diff, as a user calls it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import jsonschema
import numpy as np
import pytest

import attncalc as package
from attncalc.testing import assert_same_attention
from tests.conftest import SAMPLES, Attncalc
from tests.parting.plain import dump, single
from tests.parting.planted import SPECS

GOLDEN = Path(__file__).parent / "golden"

PAGES: dict[str, tuple[str, tuple[str, ...]]] = {
    "scale-and-sink": ("sink", ("unscaled", "no sink")),
    "nan": ("blind", ("nan rows",)),
    "pairs": ("rope", ("other pairs",)),
    "same": ("plain", ()),
}

SENTENCE = (
    "A and B part at the scaled scores: A follows from its own earlier stages, B does not. In B, "
    "the scores are not scaled."
)


@pytest.fixture
def dumps(tmp_path: Path) -> tuple[Path, Path]:
    """A right dump, and one whose scores are not scaled."""
    return _saved(tmp_path, "causal", ("unscaled",))


def _saved(folder: Path, spec: str, wrong: tuple[str, ...]) -> tuple[Path, Path]:
    one, other = folder / "right.npz", folder / "other.npz"
    np.savez(one, **dump(SPECS[spec], (), single))
    np.savez(other, **dump(SPECS[spec], wrong, single))
    return one, other


@pytest.mark.parametrize("width", [60, 80])
@pytest.mark.parametrize("name", PAGES)
def test_page(
    name: str,
    width: int,
    attncalc: Attncalc,
    golden: Callable[[Path, str], None],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What is found, in two widths; no line is wider than the terminal."""
    monkeypatch.setenv("COLUMNS", str(width))
    result = attncalc("diff", *_saved(tmp_path, *PAGES[name]))
    assert (result.code, result.err) == (int(name != "same"), "")
    assert max(map(len, result.out.splitlines())) <= width
    golden(GOLDEN / f"diff-{name}-{width}.txt", result.out)


def test_json(attncalc: Attncalc, dumps: tuple[Path, Path]) -> None:
    """The object key by key, valid by its schema."""
    result = attncalc("diff", *dumps, "--json")
    assert (result.code, result.err) == (1, "")
    found = json.loads(result.out)
    jsonschema.validate(found, json.loads(attncalc("schema", "diff").out))
    assert found["schema"] == "attncalc.diff/1"
    assert found["sentence"] == SENTENCE
    statuses = {stage["name"]: stage["status"] for stage in found["stages"]}
    assert statuses == {
        **dict.fromkeys(("Q", "K", "V", "scores"), "equal"),
        **dict.fromkeys(("scaled_scores", "masked_scores", "weights"), "differs"),
        **dict.fromkeys(("head_outputs", "concatenated", "output"), "differs"),
    }
    first = found["first_difference"]
    assert first["stage"] == "scaled_scores"
    assert first["index"] == [0, 0, 0]
    assert first["b"] == pytest.approx(first["a"] * np.sqrt(8), rel=1e-6)
    unit = 2.0 ** (np.floor(np.log2(abs(first["b"]))) - 23)
    assert first["ulps"] == pytest.approx(abs(first["a"] - first["b"]) / unit)
    assert found["follows"] == {"a": True, "b": False}
    assert found["cause"] == "in B, the scores are not scaled"
    assert found["causes"] == [
        {
            "side": "b",
            "stage": "scaled_scores",
            "cause": "the scores are not scaled",
            "convention": False,
        }
    ]
    right, other = (dict(np.load(path)) for path in dumps)
    for stage in found["stages"]:
        a, b = (np.asarray(each[stage["name"]], np.float64) for each in (right, other))
        with np.errstate(invalid="ignore"):
            apart = np.abs(a - b)[a != b]
        assert stage["max_abs"] == pytest.approx(apart.max(initial=0.0))
        assert stage["of"] == a.size
        assert stage["shape"] == {"a": list(a.shape), "b": list(b.shape)}


def test_json_of_the_same(attncalc: Attncalc, dumps: tuple[Path, Path]) -> None:
    """Nothing differs: no first difference, no cause; null stands for what there is not."""
    result = attncalc("diff", dumps[0], dumps[0], "--json")
    found = json.loads(result.out)
    assert result.code == 0
    jsonschema.validate(found, json.loads(attncalc("schema", "diff").out))
    for key in ("first_difference", "follows", "cause"):
        assert found[key] is None
    blind = _saved(dumps[0].parent, "blind", ("nan rows",))
    masked = json.loads(attncalc("diff", *blind, "--json").out)
    jsonschema.validate(masked, json.loads(attncalc("schema", "diff").out))
    assert masked["first_difference"]["b"] is None
    assert masked["first_difference"]["ulps"] is None


def test_junit(attncalc: Attncalc, dumps: tuple[Path, Path], tmp_path: Path) -> None:
    """A test case a stage; the first failure has the whole sentence."""
    right = dict(np.load(dumps[0]))
    del right["scores"]
    np.savez(dumps[0], **right)
    result = attncalc("diff", *dumps, "-o", tmp_path / "diff.xml")
    assert (result.code, result.out) == (1, "")
    suite = ElementTree.parse(tmp_path / "diff.xml").getroot()[0]
    assert (suite.attrib["tests"], suite.attrib["failures"]) == ("10", "6")
    assert suite.attrib["skipped"] == "1"
    cases = {case.attrib["name"]: list(case) for case in suite}
    assert cases["scores"][0].attrib["message"] == "only in B"
    assert cases["scaled_scores"][0].attrib == {"type": "differs", "message": SENTENCE}
    assert cases["output"][0].attrib["message"].startswith("output: ")
    assert "numbers differ, by up to" in cases["output"][0].attrib["message"]
    assert cases["masked_scores"][0].text == (
        "masked_scores: 84 of 144 numbers differ, by up to 5.11"
    )


def test_junit_of_shapes(attncalc: Attncalc, dumps: tuple[Path, Path], tmp_path: Path) -> None:
    """A stage of another shape fails, with both shapes and no count of numbers."""
    right = dict(np.load(dumps[0]))
    right["output"] = right["output"][:, :3]
    np.savez(dumps[1], **right)
    result = attncalc("diff", *dumps, "-o", tmp_path / "diff.xml")
    assert (result.code, result.out) == (1, "")
    suite = ElementTree.parse(tmp_path / "diff.xml").getroot()[0]
    assert suite.attrib["failures"] == "1"
    (failure,) = suite.iter("failure")
    assert failure.attrib["type"] == "shape"
    assert failure.text == "output: 6×20 against 6×3"


def test_standard_input(attncalc: Attncalc) -> None:
    """A side that is read from standard input is called so."""
    scaling = SAMPLES / "scaling.yaml"
    result = attncalc("diff", "-", scaling, stdin=scaling.read_bytes())
    assert (result.code, result.err) == (0, "")
    assert "A: standard input, computed · B: scaling.yaml, computed" in result.out


@pytest.mark.parametrize("kind", ["md", "html", "tex", "typ", "qmd"])
def test_every_page_format(kind: str, attncalc: Attncalc, dumps: tuple[Path, Path]) -> None:
    """Each has the sentence."""
    result = attncalc("diff", *dumps, "--format", kind)
    assert (result.code, result.err) == (1, "")
    assert "not scaled" in result.out


def test_german(attncalc: Attncalc, dumps: tuple[Path, Path]) -> None:
    """The page in German; JSON stays English."""
    result = attncalc("diff", *dumps, "--lang", "de")
    assert "In B: die Scores sind nicht skaliert." in result.out.replace("\n", " ")
    assert "in B, the scores" in attncalc("diff", *dumps, "--lang", "de", "--json").out


def test_problem_file(attncalc: Attncalc, tmp_path: Path) -> None:
    """A problem file's stages are computed, and follow; the other side is measured by them."""
    scaling = str(SAMPLES / "scaling.yaml")
    ported = tmp_path / "ported.npz"
    assert attncalc("explain", scaling, "-o", ported).code == 0
    same = attncalc("diff", scaling, ported)
    assert same.code == 0
    assert attncalc("explain", scaling, "--scale", "none", "-o", ported).code == 0
    found = json.loads(attncalc("diff", ported, scaling, "--json").out)
    assert found["follows"] == {"a": False, "b": True}
    assert found["cause"] == "in A, the scores are not scaled"
    missing = [stage["name"] for stage in found["stages"] if stage["status"] == "missing"]
    assert missing == ["scaled_scores"]


def test_missing_alone_is_no_difference(attncalc: Attncalc, dumps: tuple[Path, Path]) -> None:
    """It is told."""
    right = dict(np.load(dumps[0]))
    for name in ("scores", "weights"):
        del right[name]
    np.savez(dumps[1], **right)
    result = attncalc("diff", *dumps)
    assert result.code == 0
    assert "Only in A: scores and attention weights." in result.out


def test_tolerance(attncalc: Attncalc, dumps: tuple[Path, Path]) -> None:
    """Numbers may differ by so much, whatever rounding explains."""
    right = dict(np.load(dumps[0]))
    right["output"] = right["output"] + np.float32(1e-3)
    np.savez(dumps[1], **right)
    assert attncalc("diff", *dumps).code == 1
    assert attncalc("diff", *dumps, "--tolerance", "0.01").code == 0
    granted = attncalc("diff", *dumps, "--tolerance", "0.01").out
    assert "A and B agree: 10 stages, within rounding or the tolerance of 0.01." in granted
    result = attncalc("diff", *dumps, "--tolerance", "-1")
    assert (result.code, result.out) == (2, "")


def test_bad_input(attncalc: Attncalc, dumps: tuple[Path, Path], tmp_path: Path) -> None:
    """What cannot be compared is told whole, with exit code 2 and nothing else."""
    right = str(dumps[0])
    cut = tmp_path / "cut.npz"
    cut.write_bytes(dumps[0].read_bytes()[:-100])
    foreign = tmp_path / "foreign.npz"
    np.savez(foreign, alpha=np.ones((2, 2)))
    several = tmp_path / "several.yaml"
    one = "tokens: [a]\nQ: [[1]]\nK: [[1]]\nV: [[1]]\n"
    several.write_text(f"{one}---\n{one}")
    for arguments, message in (
        ([right], "attncalc diff: 1 file; expected 2\n"),
        ([right, right, right], "attncalc diff: 3 files; expected 2\n"),
        (["-", "-"], "attncalc diff: standard input is given twice; expected it once\n"),
        ([right, str(several)], f"{several}: 2 problems; expected 1\n"),
        ([right, str(cut)], f"{cut}: this is not an .npz archive: File is not a zip file\n"),
    ):
        result = attncalc("diff", *arguments)
        assert (result.code, result.out, result.err) == (2, "", message)
    result = attncalc("diff", right, foreign)
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith(f"{foreign}: no stage among alpha; expected some of X, X_key,")
    missing = attncalc("diff", right, tmp_path / "none.npz")
    assert (missing.code, missing.out) == (2, "")
    assert "there is no such file" in missing.err


def test_python(dumps: tuple[Path, Path]) -> None:
    """attncalc.diff takes files, mappings, problems and traces, and shows itself."""
    found = package.diff(*dumps)
    assert found.sentence == SENTENCE
    assert repr(found) == f"<Difference: {SENTENCE}>"
    assert "not scaled" in found.handout().text()
    right, other = (dict(np.load(path)) for path in dumps)
    again = package.diff(right, other)
    assert [each.status for each in again.stages] == [each.status for each in found.stages]
    assert again.cause == found.cause
    problem = package.load(SAMPLES / "scaling.yaml")
    assert not package.diff(problem, package.explain(problem)).differs
    varied = package.diff(problem, {"tokens": list("abcde"), "X": np.eye(5)})
    assert varied.differs


def test_assertion(dumps: tuple[Path, Path]) -> None:
    """Its message is the sentence."""
    assert_same_attention(dumps[0], dumps[0])
    with pytest.raises(AssertionError) as raised:
        assert_same_attention(*dumps, atol=1e-3)
    assert str(raised.value) == SENTENCE
    with pytest.raises(package.AttncalcError, match="atol=-1; expected"):
        assert_same_attention(*dumps, atol=-1)
