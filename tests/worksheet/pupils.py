"""Classes of students who work a sheet in plain numpy, each in their own way.

Each number is an array with an entry a student. Whoever is honest rounds every step to the decimals
that are asked for, half up or half to even, or keeps more of them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from attncalc.sheet import Sheet

Floats = NDArray[np.float64]

_EXACT = 14
"""Decimals of those who never clear their pocket calculator."""


@dataclass
class Pupils:
    """A class. mistake: what all of them do; None for nothing.

    slips: of each student, the blank in which a number is off, and by how much; they go on with it.
    """

    sheet: Sheet
    count: int
    seed: int
    mistake: str | None = None
    slips: tuple[NDArray[np.int64], Floats] | None = None
    answers: dict[str, Floats] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.draw = np.random.default_rng(self.seed)
        finest = [self.sheet.decimals] * 3 + [self.sheet.decimals + 1, _EXACT]
        self.decimals = self.draw.choice(finest, self.count)
        self.half_up = self.draw.random(self.count) < 0.5
        self.ids = {blank.id: at for at, blank in enumerate(self.sheet.blanks)}
        self._work()

    def kept(self, number: Floats, decimals: NDArray[np.int64] | int | None = None) -> Floats:
        """As it is written down; now and then with more digits."""
        if decimals is None:
            decimals = self.decimals + self.draw.choice([0, 0, 0, 2], self.count)
        unit = 10.0 ** np.minimum(decimals, _EXACT)
        scaled = np.round(np.abs(number) * unit, 6)  # what is half is half, not a bit below it
        rounded = np.where(self.half_up, np.floor(scaled + 0.5), np.round(scaled))
        return np.sign(number) * rounded / unit

    def stated(self, name: str, number: Floats) -> Floats:
        """A number that may be asked for: what they go on with."""
        kept = self.kept(number)
        at = self.ids.get(name)
        if at is None:
            return kept
        if self.slips is not None:
            which, by = self.slips
            kept = np.where(which == at, self.kept(number + by), kept)
            number = np.where(which == at, number + by, number)
        typed = max(self.sheet.decimals, self.sheet.blanks[at].decimals)
        self.answers[name] = self.kept(number, np.maximum(typed, np.minimum(self.decimals, 9)))
        return kept

    def typed(self) -> tuple[Floats, Floats]:
        """The answers, and the units of their last places. (count, blanks)"""
        values = np.stack([self.answers[name] for name in self.ids], axis=1)
        finest = np.array([max(self.sheet.decimals, b.decimals) for b in self.sheet.blanks])
        units = 10.0 ** -np.maximum(finest, np.minimum(self.decimals, 9)[:, None])
        return values, units

    def _work(self) -> None:
        trace = self.sheet.trace
        heads = range(trace["weights"].shape[0]) if trace.has_heads else [None]
        outputs = []
        for head in heads:
            if head is not None and head != self.sheet.head:
                outputs.append(self._as_shown(head))
            else:
                outputs.append(self._head(head))
        if trace.problem.W_O is not None or len(outputs) > 1:
            self._join(outputs)

    def _as_shown(self, head: int) -> list[Floats]:
        """The output of a head that nobody is asked about, as the sheet shows it."""
        shown = self.sheet.trace["head_outputs"][head, self.sheet.query]
        return [self.kept(np.full(self.count, float(x))) for x in shown]

    def _head(self, head: int | None) -> list[Floats]:
        trace, i = self.sheet.trace, self.sheet.query
        own = trace if head is None else trace.of_head(head)
        problem, mistake = trace.problem, self.mistake
        place = "_".join(str(at + 1) for at in ([] if head is None else [head]) + [i])
        seen = self._seen(own, i)
        if "scores" not in own:
            weights = [np.full(self.count, float(own["weights"][i, j])) for j in seen]
            return self._mixed(own, place, seen, weights)
        keys = range(own["weights"].shape[1])
        scores = []
        for j in keys:
            score = np.sum(self._terms(own, i, j), axis=0)
            scores.append(self.stated(f"scores_{place}_{j + 1}", score))
        if "scaled_scores" in own and "biased_scores" not in own:
            scores = [
                self.stated(f"scaled_scores_{place}_{j + 1}", self._scaled(score, own))
                for j, score in zip(keys, scores, strict=True)
            ]
        if "capped_scores" in own:
            cap = float(str(problem.attention.softcap))
            scores = [
                self.stated(
                    f"capped_scores_{place}_{j + 1}",
                    cap * self.kept(np.tanh(self.kept(score / cap))),
                )
                for j, score in zip(keys, scores, strict=True)
            ]
        scores = [scores[j] for j in seen]
        if own.bias is not None:
            before = own[own.stages["masked_scores"].made_of[0]]
            scores = [
                self.stated(
                    f"masked_scores_{place}_{j + 1}",
                    score + float(own["masked_scores"][i, j] - before[i, j]),
                )
                for j, score in zip(seen, scores, strict=True)
            ]
        own_base = np.e if problem.attention.base == "e" else float(problem.attention.base)
        bases = {"the softmax is to base 2": 2.0, "the softmax is to base 10": 10.0}
        base = bases.get(mistake or "", own_base)
        powers = [
            self.stated(f"exponentials_{place}_{j + 1}", base**score)
            for j, score in zip(seen, scores, strict=True)
        ]
        total = self.stated(f"sums_{place}", np.sum(powers, axis=0))
        if problem.attention.sink is not None:
            sink = float(np.ravel(problem.attention.sink)[head or 0])
            total = self.kept(total + self.kept(np.full(self.count, np.exp(sink))))
        weights = [
            self.stated(f"weights_{place}_{j + 1}", self._weight(power, total))
            for j, power in zip(seen, powers, strict=True)
        ]
        for j in set(range(own["weights"].shape[1])) - {*seen}:  # what is hidden has no share
            for name in (f"exponentials_{place}_{j + 1}", f"weights_{place}_{j + 1}"):
                self.stated(name, np.zeros(self.count))
        return self._mixed(own, place, seen, weights)

    def _mixed(self, own: Any, place: str, seen: list[int], weights: list[Floats]) -> list[Floats]:
        """What the values of those that are seen add up to."""
        shape = len(own["weights"][0]), 0
        values = own["V"].astype(float) if "V" in own else np.zeros(shape)
        attended = "head_outputs" if "head_outputs" in own else "output"
        outputs = []
        for c in range(values.shape[1]):
            shares = (
                np.ones_like if self.mistake == "the values are added up without weights" else None
            )
            parts = [
                self.kept((shares(weight) if shares else weight) * values[j, c])
                for j, weight in zip(seen, weights, strict=True)
            ]
            outputs.append(self.stated(f"{attended}_{place}_{c + 1}", np.sum(parts, axis=0)))
        return outputs

    def _terms(self, own: Any, i: int, j: int) -> list[Floats]:
        """What a score is the sum of; itself, where it is given, or no product of vectors."""
        names = [name for name in ("Q_rotated", "Q_normalized", "Q") if name in own]
        if not names or "score" in own.problem.attention.further:
            return [np.full(self.count, float(own["scores"][i, j]))]
        q, k = (own[names[0].replace("Q", letter)].astype(float) for letter in "QK")
        if self.mistake == "query and key are swapped":
            i, j = j, i
        factors = [[self.kept(np.full(self.count, x)) for x in vector] for vector in (q[i], k[j])]
        return [a * b for a, b in zip(*factors, strict=True)]

    def _scaled(self, score: Floats, own: Any) -> Floats:
        divisor = float(own.by_products["divisor"].values)
        match self.mistake:
            case "the scores are not scaled":
                return score
            case "the scores are divided by d_k":
                return score / divisor**2
            case "the scores are multiplied by √d_k":
                return score * self.kept(np.full(self.count, divisor))
            case "the scores are scaled twice":
                return self.kept(score / divisor) / divisor
        if self.seed % 2:
            return score / self.kept(np.full(self.count, divisor))
        return score * self.kept(np.full(self.count, 1 / divisor))

    def _weight(self, power: Floats, total: Floats) -> Floats:
        if self.mistake == "powers are not divided by their sum":
            return power
        return power / total

    def _seen(self, own: Any, i: int) -> list[int]:
        return [j for j, weight in enumerate(own["weights"][i]) if weight]

    def _join(self, outputs: list[list[Floats]]) -> None:
        problem, i = self.sheet.trace.problem, self.sheet.query
        side_by_side = [number for head in outputs for number in head]
        if problem.W_O is None:
            columns = side_by_side
        else:
            W = problem.W_O.astype(float)
            columns = [
                np.sum(
                    [self.kept(x * w) for x, w in zip(side_by_side, W[:, c], strict=True)], axis=0
                )
                for c in range(W.shape[1])
            ]
            if problem.b_O is not None:
                columns = [x + float(b) for x, b in zip(columns, problem.b_O, strict=True)]
        for c, number in enumerate(columns):
            self.stated(f"output_{i + 1}_{c + 1}", number)
