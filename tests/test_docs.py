"""The documentation does what it says."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

import attncalc
from attncalc.names import STAGES
from attncalc.options import OPTIONS
from attncalc.readers import load_text, options
from attncalc.readers.fields import KEYS
from attncalc.readers.rows import VECTORS_OF_A_ROW
from tests import schemas
from tests.conftest import ROOT, SAMPLES, Attncalc, Result

DOCS = ROOT / "docs"
README = ROOT / "README.md"
PAGES = [README, *sorted(DOCS.glob("*.md"))]

SCHEMA = ROOT / "attncalc/schemas/input.schema.json"

SETTING_UP = ("make demo", "make test", "pipx install '.[pdf]'")
"""What CI itself is: make test runs this test, and make demo is its first half. What pipx would
install is what is tested."""


def commands(markdown: str) -> list[tuple[str, str]]:
    """Every `$ command` of the console blocks, with what is printed below it."""
    found: list[tuple[str, str]] = []
    for block in re.findall(r"```console\n(.*?)```", markdown, re.DOTALL):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, printed = part.partition("\n")
            if "<<'END'" in command:
                text, _, printed = printed.partition("END\n")
                command = f"{command}\n{text}END"
            found.append((command, printed))
    return found


def run(command: str, attncalc: Attncalc) -> Result:
    """A command as a reader's shell runs it; in this process where it takes no shell."""
    name, *arguments = shlex.split(command, comments=False)
    if name == "attncalc" and not re.search(r"[|<>]", command):
        return attncalc(*arguments)
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = os.environ | {"PATH": path}
    done = subprocess.run(["bash", "-c", command], env=environment, capture_output=True, text=True)
    return Result(done.returncode, done.stdout, done.stderr)


@pytest.mark.no_cover
@pytest.mark.parametrize("page", [path for path in PAGES if commands(path.read_text())])
def test_commands(
    page: Path,
    tmp_path: Path,
    request: pytest.FixtureRequest,
    attncalc: Attncalc,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Every command of a page runs, in its order, and prints what stands below it.

    They run in a folder of their own, as a reader's would. --update writes what is printed anew.
    """
    monkeypatch.chdir(tmp_path)
    text = page.read_text(encoding="utf-8")
    for command, printed in commands(text):
        if command in SETTING_UP:
            continue
        if "jq" in command and shutil.which("jq") is None:
            command, printed = command.rpartition(" | ")[0], ""
        done = run(command, attncalc)
        accuses = command.startswith(("attncalc check", "attncalc diff"))
        expected = 2 if "querry" in command else int(accuses)
        assert done.code == expected, command
        if printed and request.config.getoption("--update"):
            text = text.replace(f"{command}\n{printed}", f"{command}\n{done.out}{done.err}")
            page.write_text(text, encoding="utf-8")
        elif printed:
            assert done.out + done.err == printed, command


@pytest.mark.parametrize("page", [path for path in PAGES if "```python" in path.read_text()])
def test_python(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page's Python runs, on the page's own problem or on the tour's."""
    monkeypatch.chdir(tmp_path)
    given = r"\$ cat > mine.yaml <<'END'\n(.*?)END\n"
    (problem,) = re.findall(given, (DOCS / "tutorial.md").read_text(), re.DOTALL)
    Path("mine.yaml").write_text(problem, encoding="utf-8")
    for code in re.findall(r"```python\n(.*?)```", page.read_text(), re.DOTALL):
        exec(code, {})


def rows_of_course() -> list[tuple[str, list[str], str]]:
    """The rows of the course's table: topic, samples, command."""
    page = (DOCS / "teaching.md").read_text()
    table = page.partition("| course topic |")[2].partition("\n\n")[0].splitlines()[2:]
    cells = [[cell.strip() for cell in row.strip("|").split(" | ")] for row in table]
    return [
        (topic, re.findall(r"`([^`]+)`", samples), command.strip("`"))
        for topic, samples, command in (row for row in cells if not row[0].startswith("**"))
    ]


@pytest.mark.no_cover
@pytest.mark.parametrize(("topic", "samples", "command"), rows_of_course())
def test_course(
    topic: str,
    samples: list[str],
    command: str,
    tmp_path: Path,
    attncalc: Attncalc,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Every topic has a sample and a command, which runs beside the sample's file."""
    assert topic
    assert samples
    for sample in samples:
        assert f"{sample}.yaml" in command
        shutil.copy(SAMPLES / f"{sample}.yaml", tmp_path)
    monkeypatch.chdir(tmp_path)
    done = run(command, attncalc)
    assert done.code == (1 if command.startswith("attncalc check") else 0), done.err
    assert done.out
    assert done.err == ""


def test_every_sample_is_taught() -> None:
    """The page on teaching names every sample of ours, and no other."""
    named = set(re.findall(r"`([a-z-]+)`", (DOCS / "teaching.md").read_text()))
    assert named == {path.stem for path in SAMPLES.glob("*.yaml")}


EXAMPLES = re.findall(r"```yaml\n(.*?)```", (DOCS / "input-format.md").read_text(), re.DOTALL)


@pytest.mark.parametrize("example", EXAMPLES)
def test_examples_of_the_problem_file(example: str) -> None:
    """Each reads and is worked through; those that are YAML by themselves fit the schema."""
    (problem,) = load_text(example, "example")
    assert attncalc.explain(problem)["weights"].size
    if "\\begin" not in example:  # and no numpy without commas
        loaded = yaml.load(example, Loader=yaml.BaseLoader)
        flags = json.loads(json.dumps(loaded).replace('"true"', "true").replace('"false"', "false"))
        schemas.validate(flags, json.loads(SCHEMA.read_text()))


def test_every_key_has_an_example() -> None:
    """Nothing can be written into a problem file that its page does not show."""
    written = set(re.findall(r"(\w+):(?: |$)", "\n".join(EXAMPLES), re.MULTILINE))
    rows = {"token", *VECTORS_OF_A_ROW}
    settings = {"sinusoidal", "rope", "base", "pairing", "dims", "window"}
    for option in OPTIONS.values():
        for form in option.forms:
            settings |= {name for name in (form.word, *form.settings) if name and form.value}
    assert {*KEYS, *options.KEYS, *rows, *settings} <= written


@pytest.mark.parametrize("page", PAGES)
def test_links(page: Path) -> None:
    """Links inside the documentation lead somewhere, from the page's own folder."""
    for target in re.findall(r"\]\(([^)#]+)\)", page.read_text().replace("\n", " ")):
        if not target.startswith("http"):
            assert (page.parent / target).exists(), target


def test_generated(tmp_path: Path) -> None:
    """What is generated is what `make docs` would write now."""
    subprocess.run([sys.executable, "docs/generate.py", str(tmp_path)], cwd=ROOT, check=True)
    found = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.*")}
    for path in found:
        if (tmp_path / path).read_bytes() != (ROOT / path).read_bytes():
            pytest.fail(f"{path} is not what `make docs` writes")
    assert {"docs/commands.md", "docs/explain.svg"} <= found


def test_stages_are_documented() -> None:
    """The stages of the JSON page are the engine's, in its order."""
    page = (DOCS / "output-format.md").read_text()
    rows = re.findall(r"^\| (`[^|]*`) \|", page, re.MULTILINE)
    listed = [name for row in rows for name in re.findall(r"`(\w+)`", row)]
    assert listed == list(STAGES)


@pytest.mark.parametrize("sample", sorted(SAMPLES.rglob("*.*")))
def test_samples_say_where_they_are_from(sample: Path) -> None:
    """Every sample names its source and what it shows, and tells editors its schema."""
    problem = attncalc.load(sample)
    assert problem.title
    assert problem.source
    text = sample.read_text()
    assert "# What it shows: " in text
    if sample.suffix == ".yaml":
        schema = sample.parent / text.split("\n")[0].removeprefix(
            "# yaml-language-server: $schema="
        )
        assert schema.resolve() == ROOT / "attncalc/schemas/input.schema.json"
