"""XML as text that is written as UTF-8."""

from __future__ import annotations

from xml.etree import ElementTree


def xml_text(root: ElementTree.Element) -> str:
    """A document, indented, with its declaration."""
    ElementTree.indent(root)
    written = ElementTree.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{written}\n'
