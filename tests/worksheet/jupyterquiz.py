"""jupyterquiz's way with a numeric question, written after its own numeric.js."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any


@dataclass
class Question:
    text: str
    answers: list[dict[str, Any]]

    def check(self, response: str) -> tuple[bool, str]:
        """Whether it is right, and what is said: the first range that it is in decides."""
        number = _typed(response)
        otherwise = "Incorrect. Try again."
        for answer in self.answers:
            if "range" in answer:
                lower, upper = answer["range"]
                if lower <= number < upper:
                    return answer["correct"], answer["feedback"]
            elif answer["type"] == "default":
                otherwise = answer["feedback"]
        return False, otherwise


def _typed(response: str) -> float:
    if "/" in response:
        above, below = response.split("/")
        return float(above) / float(below)
    return float(response)


def imported(text: str) -> list[Question]:
    """The questions of a file. Raises AssertionError for one that could not be shown."""
    questions = []
    for entry in json.loads(text):
        assert set(entry) == {"question", "type", "answers"}
        assert entry["type"] == "numeric"
        assert not any("$" in each for each in _said(entry))  # no formula, to its jaxify
        questions.append(Question(entry["question"], entry["answers"]))
    return questions


def _said(entry: dict[str, Any]) -> list[str]:
    return [entry["question"], *(answer["feedback"] for answer in entry["answers"])]
