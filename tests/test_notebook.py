"""Real notebooks, executed by a real kernel."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT
from tests.renderers.chromium import visit
from tests.renderers.hostile import HOSTILE

TUTORIAL = ROOT / "docs" / "notebook.ipynb"
LARGEST = 300_000
"""Characters of the stored notebook: GitHub shows files of this size."""

Output = Mapping[str, Any]


def executed(notebook: Path, folder: Path) -> dict[str, Any]:
    """The notebook with its outputs; the kernel is of this interpreter, its folders are empty."""
    missing = [name for name in ("ipykernel", "nbclient") if not importlib.util.find_spec(name)]
    if missing:
        message = (
            f"NOT TESTED in a notebook: {', '.join(missing)} missing (pip install -e '.[dev]')"
        )
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    homes = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")
    environment = {
        **os.environ,
        **{home: str(folder / home.lower()) for home in homes},
        "JUPYTER_PLATFORM_DIRS": "1",
        "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]),
    }
    for name in ("COLUMNS", "FORCE_COLOR", "NO_COLOR"):
        environment.pop(name, None)
    target = folder / "executed.ipynb"
    done = subprocess.run(
        [sys.executable, "-m", "tests.executed", notebook, target],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(target.read_text(encoding="utf-8"))
    return found


def notebook_of(folder: Path, *cells: str) -> Path:
    """A notebook of code cells."""
    path = folder / "notebook.ipynb"
    written = {
        "cells": [
            {
                "cell_type": "code",
                "id": f"cell-{number}",
                "metadata": {},
                "execution_count": None,
                "outputs": [],
                "source": source,
            }
            for number, source in enumerate(cells)
        ],
        "metadata": {},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    path.write_text(json.dumps(written), encoding="utf-8")
    return path


def outputs(notebook: Mapping[str, Any]) -> list[list[Output]]:
    """The outputs of each code cell."""
    return [cell["outputs"] for cell in notebook["cells"] if cell["cell_type"] == "code"]


def text_of(output: Output, kind: str) -> str:
    """One representation of an output."""
    return "".join(output["data"][kind])


def test_a_page_in_a_notebook(tmp_path: Path) -> None:
    """The last expression of a cell shows itself, once; in a list it has a name."""
    first = (
        "import attncalc\n"
        "trace = attncalc.explain(attncalc.load({'tokens': ['a', 'b'], 'weights': [[1, 0]] * 2}))\n"
        "trace"
    )
    notebook = notebook_of(tmp_path, first, "[trace]", "attncalc.handout(trace).text()[:9]")
    (page,), (listed,), (text,) = outputs(executed(notebook, tmp_path))
    assert page["output_type"] == "execute_result"
    assert list(page["data"]) == ["text/html", "text/markdown", "text/plain"]
    assert text_of(page, "text/html").startswith('<div class="attncalc')
    assert text_of(page, "text/markdown").startswith("# Attention, step by step\n")
    assert text_of(page, "text/plain").startswith("Attention, step by step\n2 tokens · ")
    assert text_of(listed, "text/plain") == "[<Trace: weights>]"
    assert text_of(text, "text/plain") == "'Attention'"


def test_hostile_tokens_in_a_notebook(tmp_path: Path) -> None:
    """What tokens are made of is shown as text by a browser, and nothing of it runs."""
    tokens = list(HOSTILE)
    problem = {"tokens": ["q"], "key_tokens": tokens, "scores": [[0.5] * len(tokens)]}
    (tmp_path / "hostile.json").write_text(json.dumps(problem))
    file = str(tmp_path / "hostile.json")
    cell = f"import attncalc\nattncalc.explain(attncalc.load({file!r}))"
    ((output,),) = outputs(executed(notebook_of(tmp_path, cell), tmp_path))
    html = text_of(output, "text/html")
    assert "<script" not in html
    page = tmp_path / "page.html"
    page.write_text(f"<!DOCTYPE html><title>quiet</title><body>{html}<p id=end>end</p>", "utf-8")
    seen = visit(page)
    assert seen.complaints == ()
    assert "<title>quiet</title>" in seen.dom
    assert "<h1>x</h1>" not in seen.dom
    assert '<p id="end">end</p>' in seen.dom


def normalised(notebook: Mapping[str, Any]) -> list[Any]:
    """What a notebook says: its cells and outputs, without what a version of Jupyter adds."""
    return [
        (
            cell["cell_type"],
            "".join(cell["source"]),
            [
                {kind: "".join(text) for kind, text in output.get("data", {}).items()}
                or "".join(output["text"])
                for output in cell.get("outputs", [])
            ],
        )
        for cell in notebook["cells"]
    ]


def test_tutorial(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """The notebook in the docs is stored with the outputs that it has; --update stores them."""
    found = executed(TUTORIAL, tmp_path)
    if request.config.getoption("--update"):
        found["metadata"]["language_info"] = {"name": "python"}
        TUTORIAL.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", "utf-8")
    stored = TUTORIAL.read_text(encoding="utf-8")
    assert normalised(json.loads(stored)) == normalised(found)
    kinds = [output["output_type"] for cell in outputs(found) for output in cell]
    assert set(kinds) == {"execute_result", "stream"}
    assert all(outputs(found))
    assert len(stored) < LARGEST
