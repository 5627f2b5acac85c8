"""YAML: one problem, or several separated by ---."""

from __future__ import annotations

from dataclasses import replace

from attncalc.errors import InputError, InputErrors
from attncalc.readers import events, prints
from attncalc.readers.interface import Node, RawProblem


def documents(text: str, file: str) -> tuple[str, list[Node], list[InputError]]:
    """The text as it is read, its documents, and what is wrong with their structure.

    A print of numpy has no commas, which is not YAML at all, and one of torch is a word with
    brackets in it: where it is a list instead, every number has a place.
    Raises InputErrors where the text is not YAML either way.
    """
    if prints.has_calls(text):
        mended = prints.repaired(text)
        try:
            return mended, *events.documents(mended, file)
        except InputErrors:
            pass  # then it is told of the text itself
    try:
        return text, *events.documents(text, file)
    except InputErrors as wrong:
        mended = prints.repaired(text)
        try:
            return mended, *events.documents(mended, file)
        except InputErrors:
            raise wrong from None


def read(text: str, file: str) -> list[RawProblem]:
    """Every problem of a YAML text.

    Raises InputErrors where the text is not YAML; lesser faults travel with the first problem.
    """
    text, roots, errors = documents(text, file)
    problems: list[RawProblem] = []
    for number, root in enumerate(roots):
        locate = events.Places(text, number)
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
