"""A real browser, without a window: what it makes of a page, and what a reader can do with it."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

_NAMES = ("chromium", "chromium-browser", "google-chrome")
_AXE = Path(__file__).parent / "axe/node_modules/axe-core/axe.min.js"


@dataclass(frozen=True)
class Visit:
    """dom: the page as the browser has it. complaints: what it wrote to the console."""

    dom: str
    complaints: tuple[str, ...]


def visit(page: Path) -> Visit:
    """Open a page; its profile and other files go beside it."""
    done = subprocess.run(
        [
            _chromium(),
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--enable-logging=stderr",
            f"--user-data-dir={page.parent / 'profile'}",
            "--dump-dom",
            page.as_uri(),
        ],
        capture_output=True,
        timeout=120,
        check=True,
        encoding="utf-8",
    )
    complaints = (line for line in done.stderr.splitlines() if ":CONSOLE" in line)
    return Visit(done.stdout, tuple(complaints))


@contextmanager
def browser() -> Iterator[Browser]:
    """A browser with hands: pages are opened in contexts of it, clicked and typed at."""
    command = _chromium()
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        _untested("Playwright is missing (pip install -e '.[dev]')")
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-dev-shm-usage"]
        opened = playwright.chromium.launch(executable_path=command, args=arguments)
        yield opened
        opened.close()


def barriers(page: Page) -> list[str]:
    """What axe-core finds that keeps people from using the page: serious or critical, with where.

    The page's policy lets nothing in, so it has to be opened in a context that bypasses it.
    """
    if not _AXE.is_file():
        _untested("axe-core is missing (make consumers)")
    page.add_script_tag(path=_AXE)
    found = page.evaluate("axe.run({resultTypes: ['violations']})")
    assert found["passes"]
    return [
        f"{violation['id']}: {node['html']}"
        for violation in found["violations"]
        if violation["impact"] in ("serious", "critical")
        for node in violation["nodes"]
    ]


def _chromium() -> str:
    command = next(filter(None, map(shutil.which, _NAMES)), None)
    return command or _untested("Chromium is missing (apt-get install chromium)")


def _untested(why: str) -> NoReturn:
    """Skip loudly; where CI runs, that is a failure."""
    message = f"NOT TESTED in a browser: {why}"
    if os.environ.get("CI") == "true":
        pytest.fail(message)
    pytest.skip(message)
