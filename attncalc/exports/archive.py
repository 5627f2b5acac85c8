"""Files in one file, the same bytes on every machine and on every day."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

_FIRST_DAY = (1980, 1, 1, 0, 0, 0)
"""The first that a zip file can tell."""

_UNIX = 3
_READABLE = 0o644 << 16


def zipped(files: Mapping[str, str]) -> bytes:
    """A zip file, stored as it is: versions of a compressor differ in what they make."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_STORED) as archive:
        for name, text in files.items():
            entry = zipfile.ZipInfo(name, _FIRST_DAY)
            entry.create_system = _UNIX
            entry.external_attr = _READABLE
            archive.writestr(entry, text.encode())
    return content.getvalue()
