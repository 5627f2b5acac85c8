"""A problem as the bytes of a file: YAML in several hands, JSON, tables, prints."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from random import Random

from benchmarks.fuzz.values import Record, Tree

_BARE = re.compile(r"[A-Za-z0-9_.%+/√∞−-][A-Za-z0-9_.%+/()√∞ −-]*(?<! )")
_JSON_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_PRINTS = ("tensor({})", "array({})", "np.array({}, dtype=float32)", "torch.tensor({})")


def yaml_text(chance: Random, tree: Record) -> str:
    """The problem as YAML: rows on one line, or everything in blocks, or a library's print."""
    raw = chance.random() < 0.03
    blocks = chance.random() < 0.2
    if chance.random() < 0.1:
        tree = _as_rows(tree)
    lines: list[str] = []
    for name, value in tree.items():
        key = name if raw else _scalar(name)
        if isinstance(value, list) and chance.random() < 0.03:
            lines.append(f"{key}: {_printed(chance, value)}")
        elif isinstance(value, list | dict) and value and blocks:
            lines += [f"{key}:", *_block(value, "  ")]
        elif isinstance(value, dict) and value and not raw:
            lines.append(f"{key}:")
            lines += [f"  {_scalar(inner)}: {_flow(part, raw)}" for inner, part in value.items()]
        else:
            lines.append(f"{key}: {_flow(value, raw)}")
    if lines and chance.random() < 0.02:
        lines.append(chance.choice(lines))  # a key given twice
    return "\n".join(lines) + "\n"


def flow_text(tree: Tree) -> str:
    """On one line, as an option of the command line has it."""
    return _flow(tree, raw=False)


def json_text(chance: Random, tree: Record) -> str:
    """The problem as JSON; what is no number of JSON's is text, or now and then is not."""
    lenient = chance.random() < 0.1
    lower = chance.random() < 0.05
    given = {name.lower() if lower else name: value for name, value in tree.items()}
    return _json(given, lenient) + "\n"


def table_text(chance: Random, tree: Record) -> str:
    """The problem's matrices as a table: a token a row, in somebody's spreadsheet or notes."""
    rows = _table(chance, tree)
    comma = chance.random() < 0.1
    if comma:
        rows = [[cell.replace(".", ",") for cell in row] for row in rows]
    if chance.random() < 0.1:
        rows = [[str(number - 1) if number else "", *row] for number, row in enumerate(rows)]
    if chance.random() < 0.12:
        lines = ["| " + " | ".join(row) + " |" for row in rows]
        lines.insert(1, "|" + "---|" * len(rows[0]))
        return "\n".join(lines) + "\n"
    separator = ";" if comma else chance.choice(",,,;\t ")
    quoted = [[_quoted(cell, separator) for cell in row] for row in rows]
    ahead = chance.choice(("", "", "", "", "sep=;\n", "# title: a\n", "\n", "# x\n\n"))
    end = chance.choice(("\n", "\n", "\r\n"))
    return ahead + end.join(separator.join(row) for row in quoted) + end


def numbers_text(value: Tree) -> str:
    """A matrix as numpy.savetxt writes it."""
    rows = value if isinstance(value, list) else [value]
    lines = (" ".join(_leaves(row)) for row in rows)
    return "\n".join(lines) + "\n"


def _leaves(tree: Tree) -> list[str]:
    if isinstance(tree, str):
        return [tree]
    children = list(tree.values()) if isinstance(tree, dict) else tree
    return [leaf for child in children for leaf in _leaves(child)]


def _table(chance: Random, tree: Record) -> list[list[str]]:
    matrices = {name: tree[name] for name in ("Q", "K", "V", "X") if name in tree}
    tokens = tree.get("tokens")
    names = _leaves(tokens) if tokens else []
    height = max((len(value) for value in matrices.values()), default=1)
    together = chance.random() < 0.3
    rows: list[list[str]] = [[] for _ in range(height + 1)]
    if names or chance.random() < 0.5:
        for number, row in enumerate(rows):
            row.append((names[number - 1] if number <= len(names) else "") if number else "token")
    for name, value in matrices.items():
        parts = [_leaves(row) for row in value] if isinstance(value, list) else []
        width = max(map(len, parts), default=1)
        if together:
            rows[0].append(name)
        else:
            rows[0] += [f"{name.lower()}{column + 1}" for column in range(width)]
        for number, row in enumerate(rows[1:]):
            part = parts[number] if number < len(parts) else []
            if together:
                row.append(f"[{', '.join(part)}]" if part else "")
            else:
                row += [*part, *([""] * (width - len(part)))]
    return rows


def _quoted(cell: str, separator: str) -> str:
    if any(mark in cell for mark in (separator, '"', "\n", "\r")):
        return '"' + cell.replace('"', '""') + '"'
    return cell


def _as_rows(tree: Record) -> Record:
    """Tokens as rows: {token: it, q: […], k: […], v: […]}."""
    names = [name for name in ("Q", "K", "V", "X") if isinstance(tree.get(name), list)]
    tokens = tree.get("tokens")
    if not names or not isinstance(tokens, list):
        return tree
    rows: list[Tree] = []
    for number, token in enumerate(tokens):
        row: dict[str, Tree] = {"token": token}
        for name in names:
            matrix = tree[name]
            if isinstance(matrix, list) and number < len(matrix):
                row[name.lower()] = matrix[number]
        rows.append(row)
    return {"tokens": rows} | {
        name: value for name, value in tree.items() if name not in ("tokens", *names)
    }


def _printed(chance: Random, value: Tree) -> str:
    """As a library prints an array, or as a paper's source has it."""
    ways: tuple[Callable[[], str], ...] = (
        lambda: chance.choice(_PRINTS).format(_flow(value, raw=True)),
        lambda: _flow(value, raw=True).replace(",", ""),
        lambda: _flow(value, raw=True).replace("], ", "]\n    "),
        lambda: _flow(value, raw=True).replace("], [", "; ").replace(",", "").replace("[[", "["),
        lambda: f"\\begin{{bmatrix}} {' & '.join(_leaves(value))} \\\\ 1 \\end{{bmatrix}}",
    )
    return chance.choice(ways)()


def _scalar(text: str) -> str:
    return text if _BARE.fullmatch(text) else json.dumps(text)


def _flow(tree: Tree, raw: bool) -> str:
    if isinstance(tree, str):
        return tree if raw else _scalar(tree)
    if isinstance(tree, dict):
        pairs = (
            f"{key if raw else _scalar(key)}: {_flow(value, raw)}" for key, value in tree.items()
        )
        return "{" + ", ".join(pairs) + "}"
    return "[" + ", ".join(_flow(child, raw) for child in tree) + "]"


def _block(tree: Tree, indent: str) -> list[str]:
    lines: list[str] = []
    if isinstance(tree, str) or not tree:
        return [indent + _flow(tree, raw=False)]
    if len(indent) > 40:
        return [indent + _flow(tree, raw=False)]
    children = tree.items() if isinstance(tree, dict) else [("-", child) for child in tree]
    for key, child in children:
        head = f"{_scalar(key)}:" if isinstance(tree, dict) else "-"
        if isinstance(child, str) or not child:
            lines.append(f"{indent}{head} {_flow(child, raw=False)}")
        else:
            lines += [indent + head, *_block(child, indent + "  ")]
    return lines


def _json(tree: Tree, lenient: bool) -> str:
    if isinstance(tree, str):
        plain = _JSON_NUMBER.fullmatch(tree) or (lenient and tree in ("NaN", "Infinity", "null"))
        return tree if plain else json.dumps(tree)
    if isinstance(tree, dict):
        pairs = (f"{json.dumps(key)}: {_json(value, lenient)}" for key, value in tree.items())
        return "{" + ", ".join(pairs) + "}"
    return "[" + ", ".join(_json(child, lenient) for child in tree) + "]"
