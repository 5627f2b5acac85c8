"""Files in one file, the same bytes on every machine and on every day."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from typing import Any

_FIRST_DAY = (1980, 1, 1, 0, 0, 0)
"""The first that a zip file can tell."""

_UNIX = 3
_READABLE = 0o644 << 16


def zipped(files: Mapping[str, str]) -> bytes:
    """A zip file, stored as it is: versions of a compressor differ in what they make."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_STORED) as archive:
        for name, text in files.items():
            archive.writestr(stored(name), text.encode())
    return content.getvalue()


def stored(name: str) -> zipfile.ZipInfo:
    """The entry of a file that is not packed."""
    entry = zipfile.ZipInfo(name, _FIRST_DAY)
    entry.create_system = _UNIX
    entry.external_attr = _READABLE
    return entry


class Gathered(io.RawIOBase):
    """What an archive writes, until it is taken and goes on its way."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, content: Any) -> int:
        """Keep some bytes."""
        self._pieces.append(bytes(content))
        return len(content)

    def taken(self) -> bytes:
        """All there is, which is kept no longer."""
        pieces, self._pieces = self._pieces, []
        return b"".join(pieces)
