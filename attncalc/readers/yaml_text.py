"""YAML: one problem, or several separated by ---."""

from __future__ import annotations

from dataclasses import replace

from attncalc.errors import FieldPath, InputError, InputErrors
from attncalc.readers import events
from attncalc.readers.interface import Place, RawProblem


def read(text: str, file: str) -> list[RawProblem]:
    """Every problem of a YAML text.

    Raises InputErrors where the text is not YAML; lesser faults travel with the first problem.
    """
    roots, errors = events.documents(text, file)
    problems: list[RawProblem] = []
    for number, root in enumerate(roots):

        def locate(path: FieldPath, of_key: bool, number: int = number) -> Place:
            return events.locate(text, number, path, of_key)

        if isinstance(root, dict):
            problems.append(RawProblem(file, root, locate))
        elif root in ("", "~", "null"):
            continue  # nothing but comments, or a stray --- at the end
        else:
            line, column = locate((), False)
            found = "a list" if isinstance(root, list) else "a single value"
            message = f"{found}; expected a mapping with tokens, Q, K, V …"
            errors.append(InputError(file, message, line=line, column=column))
    if errors and not problems:
        raise InputErrors(tuple(errors))
    return [replace(problems[0], errors=errors), *problems[1:]] if problems else []
