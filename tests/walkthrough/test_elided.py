"""Wide vectors and many keys on the pages of the newer mechanisms: what is left out is counted."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

import attncalc
from attncalc.checking import check
from attncalc.checking.alterations import from_vectors
from attncalc.checking.alterations_of_options import with_its_matrices_exchanged
from attncalc.walkthrough.checked import write_report
from tests.conftest import Attncalc

N, D = 20, 12


def matrix(rows: int, columns: int, seed: int) -> list[list[str]]:
    """Numbers without any regularity."""
    return [
        [f"{(37 * i * i + 11 * j + seed) % 41 - 20}e-1" for j in range(columns)]
        for i in range(1, rows + 1)
    ]


WIDE: dict[str, Any] = {"Q": matrix(N, D, 1), "K": matrix(N, D, 2), "V": matrix(N, D, 3)}
ADDED = {"W_1": matrix(D, D, 4), "W_2": matrix(D, D, 5), "v": matrix(1, D, 6)[0]}


@pytest.mark.parametrize(
    ("attention", "told"),
    [
        ({"score": {"additive": ADDED}}, "Additive scores"),
        ({"score": {"general": matrix(D, D, 7)}}, "General scores"),
        ({"qk_norm": "l2"}, "Normalized queries and keys"),
        ({"gate": matrix(N, D, 8)}, "Gate"),
    ],
    ids=["additive", "general", "qk_norm", "gate"],
)
def test_wide_pages(
    attention: dict[str, Any], told: str, attncalc: Attncalc, tmp_path: Any
) -> None:
    """Rows of a table that are left out are counted, and --full leaves none out."""
    import json

    file = tmp_path / "wide.yaml"
    file.write_text(json.dumps({**WIDE, "attention": attention}), encoding="utf-8")
    short = attncalc("explain", file)
    assert (short.code, short.err) == (0, "")
    section = short.out.partition(told)[2]
    assert "more" in section
    full = attncalc("explain", file, "--full")
    assert len(full.out) > len(short.out)


def test_a_vector_of_length_0_has_no_derivation() -> None:
    """0 divided by 0 is not written out, in a check either."""
    problem = {
        "Q": [["0", "0"]],
        "K": [["1", "2"]],
        "attention": {"qk_norm": "l2"},
        "claims": {"Q_normalized": [["3", "0"]]},
    }
    report = check(attncalc.explain(attncalc.load(problem)))
    assert report.first_wrong is not None
    assert write_report(report)


def test_problems_that_begin_at_vectors_keep_their_gate() -> None:
    """A gate that is made of embeddings is what it was, where these are left out."""
    problem = {"X": [["1", "2"], ["0", "1"]], "W_G": [["1", "0"], ["0.5", "2"]], "b_G": ["0", "1"]}
    trace = attncalc.explain(attncalc.load(problem))
    again = from_vectors(trace)
    assert again is not None
    assert again.X is None
    found, right = (each["output"].astype(float) for each in (attncalc.explain(again), trace))
    np.testing.assert_allclose(found, right, rtol=1e-15)


def test_matrices_of_two_shapes_are_not_exchanged() -> None:
    """Nothing else could have been meant."""
    added = {"W_1": [["1"], ["2"]], "W_2": [["1"]], "v": ["1"]}
    problem = {"Q": [["1", "2"]], "K": [["1"]], "attention": {"score": {"additive": added}}}
    assert with_its_matrices_exchanged(attncalc.explain(attncalc.load(problem))) is None


@pytest.mark.parametrize(("width", "shown", "ending"), [(8, 8, None), (9, 6, 3), (12, 6, 6)])
def test_what_is_left_out_of_a_score(width: int, shown: int, ending: int | None) -> None:
    """Terms that are left out are told as one number, exactly, beside those that are shown."""
    q, k = matrix(N, width, 1), matrix(N, width, 2)
    trace = attncalc.explain(attncalc.load({"Q": q, "K": k, "query": "#2"}))
    text = " ".join(attncalc.handout(trace).text(width=200).split())
    best = max(range(N), key=lambda key: trace["weights"][1][key])
    products = [Decimal(a) * Decimal(b) for a, b in zip(q[1], k[best], strict=True)]
    largest = sorted(products, key=abs, reverse=True)[:shown]
    said = f"Of the {width} terms of the score of “#{best + 1}”, the {shown} shown add up to"
    assert (said in text) == (ending is not None)
    if ending is not None:
        one, other = sum(largest), sum(products) - sum(largest)
        found = re.search(rf"and the other {ending} to the second: (\S+) (.) (\S+) = (\S+)", text)
        assert found is not None
        numbers = [Decimal(found[at].replace("−", "-").strip("()")) for at in (1, 3, 4)]
        numbers[1] *= -1 if found[2] in "-−" else 1
        assert numbers == [one, other, sum(products)]
