"""A real browser, without a window: what it makes of a page."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

_NAMES = ("chromium", "chromium-browser", "google-chrome")


@dataclass(frozen=True)
class Visit:
    """dom: the page as the browser has it. complaints: what it wrote to the console."""

    dom: str
    complaints: tuple[str, ...]


def visit(page: Path) -> Visit:
    """Open a page; its profile and other files go beside it."""
    command = next(filter(None, map(shutil.which, _NAMES)), None)
    if command is None:
        message = "NOT TESTED in a browser: Chromium is missing (apt-get install chromium)"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    done = subprocess.run(
        [
            command,
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
