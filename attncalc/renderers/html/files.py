"""Scripts and styles that stand beside this module, and what lets a page run its own script."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib.resources import files


@cache
def html_file(name: str) -> str:
    """The text of a file of this room."""
    return files("attncalc.renderers.html").joinpath(name).read_text(encoding="utf-8")


def policy(script: str) -> str:
    """What a page may load and run: its own style, this script, and nothing else."""
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'; "
        "base-uri 'none'; form-action 'none'"
    )
