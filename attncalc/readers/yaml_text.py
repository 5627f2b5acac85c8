"""YAML: one problem, or several separated by ---."""

from __future__ import annotations

from attncalc.errors import FieldPath, InputError
from attncalc.readers import events
from attncalc.readers.interface import Place, RawProblem, nowhere


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
        elif root in ("", "~", "null") and len(roots) > 1:
            continue  # a stray --- at the end
        else:
            line, column = locate((), False)
            found = "a list" if isinstance(root, list) else "a single value"
            message = f"{found}; expected a mapping with tokens, Q, K, V …"
            errors.append(InputError(file, message, line=line, column=column))
    if errors:
        first = problems[0] if problems else RawProblem(file, {}, nowhere)
        problems = [RawProblem(file, first.fields, first.locate, errors), *problems[1:]]
    return problems
