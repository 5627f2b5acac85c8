"""Pages in Python: every one that the command line writes."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

import attncalc
from attncalc import shipped
from attncalc.steps.engine import StageError
from tests.conftest import SAMPLES, Attncalc

ANIMAL = SAMPLES / "animal.yaml"


def trace_of(sample: str) -> attncalc.Trace:
    """A shipped sample, worked through."""
    return attncalc.explain(attncalc.load(shipped.samples()[sample]))


@pytest.mark.parametrize(
    ("options", "page"),
    [
        (["--format", "text"], lambda handout: handout.text()),
        (["--format", "md"], lambda handout: handout.markdown()),
        (["--format", "md", "--fragment"], lambda handout: handout.markdown(fragment=True)),
        (["--format", "tex"], lambda handout: handout.latex()),
        (["--format", "tex", "--fragment"], lambda handout: handout.latex(fragment=True)),
        (["--format", "html"], lambda handout: handout.html()),
        (["--format", "html", "--fragment"], lambda handout: handout.html(fragment=True)),
    ],
)
def test_the_same_as_the_command_line(options: list[str], page, attncalc: Attncalc) -> None:  # type: ignore[no-untyped-def]
    """What Python is given is what explain writes."""
    handout = trace_handout()
    assert page(handout) == attncalc("explain", ANIMAL, *options).out


def trace_handout() -> attncalc.Handout:
    """The handout of the sample animal."""
    return attncalc.handout(trace_of("animal"))


def test_choices(attncalc: Attncalc) -> None:
    """Queries, heads, stages, view, precision and rounding are chosen as at the command line."""
    import attncalc as library

    llama = shipped.samples()["llama"]
    ours = library.handout(
        trace_of("llama"),
        queries=["sat", "#1", "sat"],
        heads=[1, 3],
        stages=["scores", "weights"],
        precision=2,
        rounding="half-even",
        full=True,
    )
    words = "--query sat --query #1 --head 2 --head 4 --stages scores,weights --precision 2"
    theirs = attncalc("explain", llama, *words.split(), "--rounding", "half-even", "--full")
    assert ours.text() == theirs.out
    every = library.handout(trace_of("animal"), queries=[], view="lookup")
    assert every.text() == attncalc("explain", ANIMAL, "--all-queries", "--view", "lookup").out
    assert max(map(len, every.text(60).splitlines())) <= 60
    assert library.handout(trace_of("animal"), queries="was").text().count("“was”")


def test_colour() -> None:
    """A text is coloured only if it is asked for."""
    handout = trace_handout()
    assert "\x1b" not in handout.text()
    assert "\x1b[" in handout.text(color=True)


def test_paper() -> None:
    """Typst source and PDF are for A4, or for letter paper."""
    handout = trace_handout()
    assert '"us-letter"' in handout.typst("us-letter")
    assert handout.pdf() == handout.pdf("a4") != handout.pdf("us-letter")
    assert handout.pdf().startswith(b"%PDF-")


def test_pictures() -> None:
    """A page may be one picture."""
    handout = attncalc.handout(trace_of("cat"), stages=["weights"])
    assert handout.svg().startswith(b"<svg")
    assert handout.png().startswith(b"\x89PNG")


def test_missing_glyphs() -> None:
    """Characters that no font has are warned of."""
    problem = attncalc.load({"tokens": ["\U00012345"], "weights": [[1]]})
    with pytest.warns(UserWarning, match="no installed font has \U00012345") as warned:
        attncalc.handout(attncalc.explain(problem)).pdf()
    assert warned[0].filename == __file__


def test_without_typst(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the package that sets PDFs, the error says what to install."""
    monkeypatch.setitem(sys.modules, "typst", None)
    missing = "need the package typst, which is not installed; try: pip install typst"
    with pytest.raises(attncalc.AttncalcError, match=missing):
        trace_handout().pdf()


@pytest.mark.parametrize(
    ("choice", "error", "said"),
    [
        ({"queries": "its"}, attncalc.InputError, "queries: no token “its”; expected one of The, "),
        ({"queries": ["it", ""]}, attncalc.InputError, "queries: no token “”; expected one of"),
        (
            {"heads": [0]},
            attncalc.InputError,
            "heads: head 0, but the problem has no heads; expected none",
        ),
        ({"stages": ["X"]}, StageError, "this problem has no stage “X”; expected one of Q"),
        (
            {"stages": ["scores"], "view": "lookup"},
            attncalc.InputError,
            "view: lookup shows no single stages; expected one of both",
        ),
        (
            {"view": "serch"},
            attncalc.InputError,
            "view: “serch”; expected one of steps, lookup",
        ),
        (
            {"rounding": "half_up"},
            attncalc.InputError,
            "rounding: “half_up”; expected one of half-up, half-even\n"
            "  hint: did you mean half-up?",
        ),
        ({"precision": 31}, attncalc.InputError, "precision: 31; expected 0 to 30"),
        ({"precision": -1}, attncalc.InputError, "precision: -1; expected 0 to 30"),
    ],
)
def test_faults(choice: dict[str, object], error: type[Exception], said: str) -> None:
    """What there is not is refused, with what there is."""
    with pytest.raises(error) as failure:
        attncalc.handout(trace_of("animal"), **choice)  # type: ignore[arg-type]
    assert str(failure.value).startswith(said)


def test_faults_of_heads() -> None:
    """Heads are counted from 0 in Python; a view of one is no whole page."""
    trace = trace_of("multi-head")
    with pytest.raises(attncalc.InputError, match="heads: head 2; expected 0 to 1"):
        attncalc.handout(trace, heads=[2])
    with pytest.raises(attncalc.AttncalcError, match=r"expected the whole trace, and heads=\[1\]"):
        attncalc.handout(trace.of_head(1))


def test_faults_of_pages() -> None:
    """A paper that there is not, and a text of next to no width, are refused."""
    page = trace_handout()
    for setting in (page.typst, page.pdf):
        with pytest.raises(attncalc.InputError, match="paper: “letter”; expected one of a4, us-"):
            setting("letter")
    with pytest.raises(attncalc.InputError, match="width: 39 columns; expected 40 or more"):
        page.text(39)


def test_no_trace() -> None:
    """A problem that has not been worked through has no page yet."""
    problem = attncalc.load(ANIMAL)
    with pytest.raises(TypeError, match="a Problem; expected a Trace, as attncalc"):
        attncalc.handout(problem)  # type: ignore[arg-type]


def test_one_stage() -> None:
    """One stage need not stand in a list."""
    problem = attncalc.load(ANIMAL)
    one, several = (attncalc.explain(problem, stages) for stages in ("weights", ["weights"]))
    pages = attncalc.handout(one, stages="weights"), attncalc.handout(several, stages=["weights"])
    assert pages[0].text() == pages[1].text()
    with pytest.raises(StageError, match="there is no stage “weight”"):
        attncalc.explain(problem, "weight")


def test_name() -> None:
    """In a plain interpreter a handout has a name."""
    title = attncalc.load({"title": "a\x1b[31m", "weights": [[1]]})
    assert repr(attncalc.handout(attncalc.explain(title))) == "<Handout “a␛[31m”>"


def test_importing_is_light(tmp_path: Path) -> None:
    """Each format imports its own renderer."""
    import subprocess

    code = (
        "import sys, attncalc\n"
        f"handout = attncalc.handout(attncalc.explain(attncalc.load({str(ANIMAL)!r})))\n"
        "handout.markdown()\n"
        "loaded = {name.partition('renderers.')[2] for name in sys.modules}\n"
        "pages = {'terminal.page', 'html.page', 'latex.page', 'typst.page'}\n"
        "assert 'markdown' in loaded and not loaded & pages\n"
        "assert not {'rich', 'typer', 'markdown_it'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=tmp_path)
