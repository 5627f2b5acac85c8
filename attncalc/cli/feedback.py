"""A page for each student, in a folder."""

import dataclasses
import os
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from attncalc.cli import output
from attncalc.cli.marked import Done
from attncalc.errors import InputError
from attncalc.handouts import Layout, rendered
from attncalc.language import Speech
from attncalc.worksheet.feedback import write_feedback
from attncalc.worksheet.marking import Marker, Marks

_LONGEST = 80
"""Characters of a file's name."""


@dataclasses.dataclass
class Feedback:
    """Writes the pages. folder: made if there is none."""

    folder: str
    kind: Literal["html", "pdf"]
    marker: Marker
    speech: Speech
    _taken: dict[str, int] = dataclasses.field(default_factory=dict)

    def beside(self, blocks: Iterator[Done]) -> Iterator[Done]:
        """The same blocks, whose students' pages are written on the way."""
        try:
            os.makedirs(self.folder, exist_ok=True)
        except OSError as error:
            message = f"cannot be made: {error.strerror}"
            raise InputError(self.folder, message) from error
        return self._beside(blocks)

    def _beside(self, blocks: Iterator[Done]) -> Iterator[Done]:
        for block in blocks:
            assert block.marks is not None  # they are kept for this
            for number in range(len(block.marks)):
                self._write(block.marks, number)
            yield block

    def _write(self, marks: Marks, number: int) -> None:
        document = write_feedback(marks, number, self.marker)
        content = rendered(self.kind, [document], Layout()).content
        file = str(Path(self.folder) / f"{self._called(marks.students[number])}.{self.kind}")
        output.write_pieces(
            [content.encode() if isinstance(content, str) else content], file, "--feedback"
        )

    def _called(self, student: str) -> str:
        """A name for a file: what is no letter or digit is a hyphen, and none is there twice."""
        plain = unicodedata.normalize("NFC", student)
        kept = "".join(each if each.isalnum() or each in "._" else "-" for each in plain)
        name = kept[:_LONGEST].strip("-._") or "student"
        count = self._taken[name.casefold()] = self._taken.get(name.casefold(), 0) + 1
        return name if count == 1 else self._called(f"{name}-{count}")
