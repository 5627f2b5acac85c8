"""What a script finds in an HTML page: numbers for what belongs together, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from attncalc.document.document import Block, Document, OfQuery, Quantity, Section, Table
from attncalc.records import dataclass


@dataclass(frozen=True)
class Marks:
    """numbers: of the quantities that the page shows. A page without a script has no marks."""

    numbers: Mapping[Quantity, int]
    marked: bool = True

    def of(self, quantity: Quantity | None) -> str:
        """The attribute of a cell or row that shows a quantity."""
        number = None if quantity is None else self.numbers.get(quantity)
        return "" if number is None else f' data-of="{number}"'

    def made_of(self, quantities: Iterable[Quantity]) -> str:
        """The attribute of a number that comes from these quantities, as far as they are shown."""
        numbers = " ".join(
            str(self.numbers[quantity]) for quantity in quantities if quantity in self.numbers
        )
        return f' data-made-of="{numbers}"' if self.marked else ""

    def query(self, place: int | None) -> str:
        """The attribute of what is about one query."""
        return f' data-query="{place}"' if self.marked and place is not None else ""


UNMARKED = Marks({}, marked=False)


def marks_of(document: Document) -> Marks:
    """Numbers for all quantities that the document shows, in their order on the page."""
    sections = (document.title, *document.sections)
    shown = dict.fromkeys(quantity for section in sections for quantity in _shown(section))
    return Marks({quantity: number for number, quantity in enumerate(shown)})


def _shown(section: Section) -> Iterator[Quantity]:
    for block in every_block(section):
        if isinstance(block, Table):
            for row in block.rows:
                own = (row.quantity, *row.quantities)
                yield from (quantity for quantity in own if quantity is not None)


def every_block(section: Section) -> Iterator[Block]:
    """All blocks of a section, also those about queries that were not asked for."""
    for part in section.content:
        if isinstance(part, OfQuery):
            yield from part.blocks
        else:
            yield part
