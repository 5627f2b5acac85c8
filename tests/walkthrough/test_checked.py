"""The page of a check: each number's derivation, long tables, many problems."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

import attncalc
from attncalc.document.document import Table
from attncalc.document.expressions import Number
from attncalc.document.numerals import decimals_of
from attncalc.errors import InputError
from attncalc.names import NAMES
from attncalc.outcomes import Checked, Outcome, Unreadable
from attncalc.readers.numbers import BFLOAT16
from attncalc.renderers.terminal.page import TerminalRenderer
from attncalc.report import Diagnosis, Report
from attncalc.selection import Selection
from attncalc.walkthrough import entries
from attncalc.walkthrough.checked import write_report, write_summary

FULL: dict[str, Any] = {
    "tokens": ["a", "b"],
    "X": [["1", "2"], ["0", "1"]],
    "W_Q": [["1", "0.5"], ["0", "1"]],
    "W_K": [["1", "0"], ["0", "1"]],
    "W_V": [["2", "0"], ["0", "1"]],
    "b_Q": ["0.5", "0"],
    "W_O": [["1"], ["2"]],
    "attention": {"bias": [["0", "0.25"], ["0", "0"]], "mask": "causal"},
}
GIVEN: dict[str, Any] = {
    "tokens": ["a"],
    "key_tokens": ["b", "c"],
    "Q": [["1", "2"]],
    "K": [["3", "-4"], ["0", "1"]],
    "V": [["1"], ["2"]],
    "attention": {"scale": "0.5", "base": "2"},
}

EVERYWHERE = frozenset({(0, 0), (0, 1)})


def page_of(fields: dict[str, Any], claims: dict[str, Any], *, full: bool = False) -> str:
    """The page of the check of these claims."""
    return TerminalRenderer(120).render(
        write_report(report_of(fields, claims), Selection(full=full))
    )


def report_of(fields: dict[str, Any], claims: dict[str, Any]) -> Report:
    """What the check of these claims finds."""
    return attncalc.check(attncalc.explain(attncalc.load({**fields, "claims": claims})))


@pytest.mark.parametrize(
    ("fields", "stage", "index", "derivation"),
    [
        (FULL, "X", (0, 1), "x_a,2 = 2"),
        (FULL, "Q", (0, 0), "q_a,1 = 1×1 + 2×0 + 0.5 = 1.5"),
        (FULL, "K", (1, 1), "k_b,2 = 0×0 + 1×1 = 1"),
        (FULL, "scores", (1, 0), "s_b,a = 0.5×1 + 1.0×2 = 2.5"),
        (FULL, "scaled_scores", (1, 0), "z_b,a = 2.5 / √2 ≈ 1.7678"),
        (FULL, "masked_scores", (1, 0), "m_b,a ≈ 1.7678 + 0 + 0 ≈ 1.7678"),
        (FULL, "exponentials", (1, 0), "e_b,a ≈ e^1.7678 ≈ 5.8578"),
        (FULL, "sums", (1,), "Σ_b ≈ 5.8578 + 2.0281 ≈ 7.8859"),
        (
            FULL,
            "weights",
            (1, 0),
            "α_b,a ≈ e^1.7678 / (e^1.7678 + e^0.7071) ≈ 5.8578 / 7.8859 ≈ 0.7428",
        ),
        (FULL, "weights", (0, 0), "α_a,a ≈ e^4.5962 / e^4.5962 ≈ 99.1064 / 99.1064 = 1"),
        (FULL, "weights", (0, 1), "α_a,b = e^(-∞) / e^4.5962 = 0 / 99.1064 = 0"),
        (FULL, "weighted_values", (1, 0, 1), "αv_b,a,2 ≈ 0.7428×2 ≈ 1.4856"),
        (FULL, "head_outputs", (0, 0), "o_a,1 = 1×2 + 0×0 = 2"),
        (FULL, "output", (0, 0), "o_a,1 = 2×1 + 2×2 = 6"),
        (
            {"tokens": ["a"], "scores": [["1"]], "attention": {"bias": [["2"]]}},
            "masked_scores",
            (0, 0),
            "m_a,a = 1 + 2 = 3",
        ),
        (
            {"tokens": ["a"], "scores": [["1"]], "attention": {"mask": [["1"]]}},
            "masked_scores",
            (0, 0),
            "m_a,a = 1 + 0 = 1",
        ),
        (GIVEN, "scaled_scores", (0, 0), "z_a,b = (-5)×0.5 = -2.5"),
        (GIVEN, "exponentials", (0, 1), "e_a,c = 2^1 = 2"),
        ({"tokens": ["a"], "weights": [["1"]], "V": [["2"]]}, "weights", (0, 0), "α_a,a = 1"),
        ({"tokens": ["a"], "X": [["2"]]}, "V", (0, 0), "v_a,1 = 2"),
        (
            {"tokens": ["a"], "scores": [["1"]], "attention": {"mask": [["0"]]}},
            "weights",
            (0, 0),
            "α_a,a = 0",
        ),
    ],
)
def test_derivation(
    fields: dict[str, Any], stage: str, index: tuple[int, ...], derivation: str
) -> None:
    """The first wrong number is derived, whatever stage it is of."""
    shape = attncalc.explain(attncalc.load(fields))[stage].shape
    claim: Any = "99"
    for size, place in zip(reversed(shape), reversed(index), strict=True):
        row: list[Any] = [None] * size
        row[place] = claim
        claim = row
    page = page_of(fields, {stage: claim})
    assert "1 number: ✗ 1 wrong" in page
    assert derivation in " ".join(page.split())


def test_long_tables() -> None:
    """A long table leaves out what is correct, unless everything is asked for."""
    zeros = [["0"] * 7 for _ in range(7)]
    right = {"scores": zeros}
    fields = {"scores": zeros}
    left_out = "Numbers that are correct are only counted. To leave nothing out: --full."
    page = page_of(fields, right)
    assert left_out in page
    assert "#7 for" not in page
    page = page_of(fields, right, full=True)
    assert left_out not in page
    assert "#7 for #7" in page
    wrong = [["0"] * 7 for _ in range(7)]
    wrong[3][3] = "5"
    page = page_of(fields, {"scores": wrong})
    assert "… 48 more correct" in page
    assert "5          0   ✗ wrong" in page
    wrong[0][:] = wrong[6][:] = ["5"] * 7
    page = page_of(fields, {"scores": wrong})
    assert "… 34 more correct" in page
    assert page.count("0   ✗ wrong\n") == 12
    assert page.count("out of reach of any rounding") == 1
    assert "… 3 more wrong" in page
    assert page_of(fields, {"scores": wrong}, full=True).count("0   ✗ wrong\n") == 15
    page = page_of(fields, {"scores": [["5"] * 7 for _ in range(7)]})
    assert left_out in page
    assert "… 37 more wrong" in page


def test_nothing_claimed() -> None:
    """A problem without claims has nothing to be wrong."""
    assert "0 numbers: nothing claimed" in page_of(GIVEN, {})


def test_slips() -> None:
    """A slip is told from a digit that was cut off."""
    fields = {"scores": [["0.378", "0"]], "attention": {"scale": "0.1"}}
    page = page_of(fields, {"scaled_scores": [["0.037", None]]})
    assert "cut off instead of rounded" in page
    page = page_of({**fields, "scores": [["0.372", "0"]]}, {"scaled_scores": [["0.038", None]]})
    assert "less than one unit off in its last digit" in page


def test_slips_from_printed_numbers() -> None:
    """What is nearly what a wrong number gives is not said to be near the right one."""
    fields = {"scores": [["1", "0"]], "attention": {"scale": "0.1"}}
    page = page_of(fields, {"scores": [["9.00", None]], "scaled_scores": [["0.91", None]]})
    assert "2 numbers: ≈ 1 slip, ✗ 1 wrong" in page
    assert "less than one unit off what follows from" in page
    assert page.count("last digit") == 1  # where it is said what a slip is


def test_notes_and_source() -> None:
    """What the file says of itself stands under the title."""
    page = page_of({**GIVEN, "source": "a book", "notes": "a note"}, {})
    assert "Source: a book" in page
    assert "a note" in page


def test_summary() -> None:
    """Many problems, a line each by the name of its file, also of one that could not be read."""
    missing = Unreadable("no.yaml", "no.yaml", (InputError("no.yaml", "there is no such file"),))
    outcomes: list[Outcome] = [
        Checked(file, file, report_of(GIVEN, {"scores": scores}))
        for file, scores in (("a.yaml", [["-5", None]]), ("b.yaml", [["5", "2"]]))
    ]
    page = TerminalRenderer(80).render(write_summary([outcomes[0], missing, outcomes[1], missing]))
    assert "2 problems checked, 1 with a wrong number; 2 files could not be read" in page
    rows = [" ".join(line.split()) for line in page.splitlines()[4:]]
    assert rows == [
        "a.yaml 1 number: ✓ 1 correct; 1 not answered",
        "no.yaml could not be read",
        "b.yaml 2 numbers: ✓ 1 correct, ✗ 1 wrong",
        "no.yaml could not be read",
    ]
    page = TerminalRenderer(80).render(write_summary(outcomes[:1]))
    assert "1 problem checked, 0 with a wrong number\n" in page
    page = TerminalRenderer(80).render(write_summary([missing]))
    assert "0 problems checked, 0 with a wrong number; 1 file could not be read\n" in page


def test_named_among_others() -> None:
    """Among others a page says which file it is about, and what is left out in it."""
    report = report_of(GIVEN, {"scores": [["-5", None]], "output": None})
    page = TerminalRenderer(80).render(write_report(report, name="a.yaml"))
    assert "1 number in a.yaml: ✓ 1 correct; 2 not answered\n" in page
    assert "1 number: ✓ 1 correct\n" in TerminalRenderer(80).render(write_report(report))


def test_diagnosis_first() -> None:
    """What explains the wrong numbers stands before source, notes and tables."""
    fields = {"scores": [["0", "2"]], "attention": {"scale": "0.5"}, "source": "a book"}
    page = page_of(fields, {"scaled_scores": [["0", "2"]]})
    mistake = "One mistake would explain all claims on scaled scores: the scores"
    assert "2 numbers: ✓ 1 correct, ✗ 1 wrong\n\n 1   Where it goes wrong\n" in page
    derived = page.index("z_#1,#2 = ")
    assert page.index(mistake) < derived < page.index("Stage by stage") < page.index("Source")


def test_one_explanation_of_several_stages() -> None:
    """One mistake is told once, of all stages that it went through; another part of it apart."""
    taken = "the weights stand for them"
    diagnoses = (
        *(Diagnosis(stage, taken, EVERYWHERE) for stage in ("Q", "K", "scaled_scores")),
        Diagnosis("scores", taken, EVERYWHERE, "for “a”"),
    )
    report = replace(report_of({"scores": [["0"]]}, {}), diagnoses=diagnoses)
    page = " ".join(TerminalRenderer(120).render(write_report(report)).split())
    assert f"would explain all claims on Q, K and scaled scores: {taken}." in page
    assert f"would explain all claims on scores for “a”: {taken}." in page
    assert page.count(taken) == 2


def test_many_explanations() -> None:
    """Explanations of one row each do not push the tables off the page either."""
    diagnoses = tuple(
        Diagnosis("weights", "the mask is shifted", frozenset({(row, 0)}), f"for “{row}”")
        for row in range(9)
    )
    report = replace(report_of({"scores": [["0"]] * 9}, {}), diagnoses=diagnoses)
    page = TerminalRenderer(120).render(write_report(report))
    assert page.count("One mistake would explain") == 6
    assert "3 more explanations are left out. To leave nothing out: --full." in page
    page = TerminalRenderer(120).render(write_report(replace(report, diagnoses=diagnoses[:7])))
    assert "1 more explanation is left out." in page
    page = TerminalRenderer(120).render(write_report(report, Selection(full=True)))
    assert page.count("One mistake would explain") == 9


def test_many_warnings() -> None:
    """Notes on claims do not push the tables off the page, unless everything is asked for."""
    problem = attncalc.load({"scores": [["0", "0"]] * 9})
    warnings = tuple(f"warning {number}" for number in range(8))
    report = replace(attncalc.check(attncalc.explain(problem)), warnings=warnings)
    page = TerminalRenderer(80).render(write_report(report))
    assert page.count("Note: warning") == 6
    assert "2 more notes are left out. To leave nothing out: --full." in page
    page = TerminalRenderer(80).render(write_report(replace(report, warnings=warnings[:7])))
    assert "1 more note is left out." in page
    assert (
        TerminalRenderer(80).render(write_report(report, Selection(full=True))).count("Note: ") == 8
    )


def test_claims_of_arrays() -> None:
    """In Python, claims may be arrays."""
    report = attncalc.check(
        attncalc.explain(attncalc.load({**GIVEN, "claims": {"scores": np.array([[-5, 1]])}}))
    )
    assert [finding.verdict.value for finding in report.findings] == ["correct", "wrong"]


@pytest.mark.parametrize(
    ("fields", "claims", "warning"),
    [
        (
            {"tokens": ["a", "b"], "scores": [["1", "2"], ["0", "0"]]},
            {"weights": [["0.5", "0.7"], [None, None]]},
            "the claimed weights of “a” add up to 1.2, which rounding does not explain",
        ),
        (
            {"tokens": ["a", "b"], "scores": [["1", "2"], ["0", "0"]]},
            {"weights": [[None, None], ["0.4", "0.6"]]},
            "“a” and “b” have equal scores for “b”, and their claimed weights differ",
        ),
        (
            {"tokens": ["a", "b"], "scores": [["1", "2"], ["0", "0"]],
             "attention": {"mask": "causal"}},
            {"weights": [["0.9", "0.1"], [None, None]]},
            "“b” is masked for “a”, and its claimed weight is not 0",
        ),
        (
            {"scores": [["0", "0"]], "V": [["1"], ["2"]]},
            {"output": [["2.1"]]},
            "component 1 of the claimed output of “#1”, 2.1, lies outside the values",
        ),
    ],
)  # fmt: skip
def test_implausible(fields: dict[str, Any], claims: dict[str, Any], warning: str) -> None:
    """What can be seen without the inputs is warned of."""
    problem = attncalc.load({**fields, "claims": claims})
    assert warning in attncalc.check(attncalc.explain(problem)).warnings


@pytest.mark.parametrize(
    ("fields", "claims"),
    [
        ({"scores": [["1", "2"]]}, {"weights": [["0.3", "0.7"]]}),
        ({"scores": [["1", "2"]], "V": [["1"], ["2"]]}, {"output": [["1.7"]]}),
        ({"weights": [["0.5", "0.6"]], "V": [["1"], ["2"]]}, {"output": [["9"]]}),
        ({"scores": [["1"]], "V": [["1"]], "attention": {"mask": [["0"]]}},
         {"weights": [["0"]], "output": [["0"]]}),
        ({"scores": [["1", "1"]], "attention": {"mask": [["1", "0"]]}},
         {"weights": [["1", "0"]]}),
    ],
)  # fmt: skip
def test_plausible(fields: dict[str, Any], claims: dict[str, Any]) -> None:
    """Right numbers, given weights and masked rows are not warned of."""
    trace = attncalc.explain(attncalc.load({**fields, "claims": claims}))
    assert attncalc.check(trace).warnings == trace.warnings


@pytest.mark.parametrize(
    ("diagnosis", "sentence"),
    [
        (
            Diagnosis("weights", "the scores are not scaled", EVERYWHERE),
            "One mistake would explain all claims on attention weights: the scores are not scaled.",
        ),
        (
            Diagnosis("weights", "the scores are not scaled", EVERYWHERE, "for “a”"),
            "One mistake would explain all claims on attention weights for “a”: the scores are not "
            "scaled.",
        ),
        (
            Diagnosis("weights", "the mask is shifted", EVERYWHERE, convention=True),
            "Another convention would explain all claims on attention weights: the mask is "
            "shifted.",
        ),
        (
            Diagnosis("weights", "the mask is shifted", EVERYWHERE, "for “a”", convention=True),
            "Another convention would explain all claims on attention weights for “a”: the mask is "
            "shifted.",
        ),
    ],
)
def test_diagnoses(diagnosis: Diagnosis, sentence: str) -> None:
    """A mistake is called one, a convention is not; a part of a stage is named."""
    problem = attncalc.load({"scores": [["0", "0"]], "claims": {"weights": [["0.6", "0.4"]]}})
    report = replace(attncalc.check(attncalc.explain(problem)), diagnoses=(diagnosis,))
    page = TerminalRenderer(120).render(write_report(report))
    assert sentence in " ".join(page.split())


def test_rows_of_every_verdict_are_folded() -> None:
    """A long table shows the first rows of each verdict and says how many more there are."""
    fields = {"scores": [["0.378", "0"]] * 60, "attention": {"scale": "0.1"}}
    printed = ["0.037"] * 20 + ["0.038"] * 20 + ["7"] * 20
    page = page_of(fields, {"scaled_scores": [[number, None] for number in printed]})
    assert page.count("8   ✗ wrong\n") == page.count("   ≈ slip    cut off") == 12
    lines = [line.split("  ")[1].strip() for line in page.splitlines() if "more" in line]
    assert lines == ["… 8 more wrong", "… 8 more slips", "… 20 more correct"]


@pytest.mark.parametrize("length", [10, 56, 57, 200])
def test_names_of_files_are_whole(length: int) -> None:
    """A file's name is not cut; if it is long, it goes on below."""
    name = "".join(chr(ord("a") + place % 26) for place in range(length - 5)) + ".yaml"
    report = report_of(GIVEN, {"scores": [["-5", None]]})
    lines = TerminalRenderer(80).render(write_summary([Checked(name, name, report)])).splitlines()
    assert max(map(len, lines)) <= 80
    spelt = "".join(line.split("  ")[0] for line in lines[4:] if not line.startswith(" "))
    assert spelt == name
    assert (name in "\n".join(lines)) == (length <= 56)


def test_reasons() -> None:
    """Why a number is judged so stands beside its verdict, also of one that is correct."""
    report = report_of(GIVEN, {"scores": [["-5", "7"]]})
    reasoned = tuple(replace(finding, reason="stands for −∞") for finding in report.findings)
    page = TerminalRenderer(80).render(write_report(replace(report, findings=reasoned)))
    assert page.count("✓ correct   stands for −∞") == page.count("✗ wrong     stands for −∞") == 1


def test_claims_with_exponents() -> None:
    """A claim in E-notation is shown as it was typed, and makes no column of hundreds of digits."""
    claims = {"weights": [["1e-300", "0.73"], ["1E+340", "0.5"]]}
    text = page_of({"scores": [["1", "2"], ["3", "4"]]}, claims)
    assert "1e-300" in text
    assert "1E+340" in text
    assert max(len(word) for word in text.split() if "─" not in word) < 40
    small = {"scaled_scores": [["1.5e-300", "2.4"]]}
    options = {"scale": "1.234"}
    text = page_of({"scores": [["1e-300", "2"]], "attention": options}, small)
    assert "1.2340e-300" in text


@pytest.mark.parametrize("kind", ["float16", "float32", "float64", "bfloat16"])
def test_numbers_of_a_type(kind: str) -> None:
    """They are written as their type tells them apart; beside them, two digits more at most."""
    random = np.random.default_rng(7)
    scores = random.integers(-9, 9, size=(5, 5)) * 0.5
    weights = np.exp(scores * 1.01) / np.exp(scores * 1.01).sum(axis=-1, keepdims=True)
    weights[0, :3] = 0, 1, 2e-5
    if kind == "bfloat16":
        few = weights.astype(np.float32).view(np.uint32) & np.uint32(0xFFFF0000)
        given = few.view(np.float32).astype(BFLOAT16)
    else:
        given = weights.astype(kind)
    report = report_of({"scores": scores.astype(str).tolist()}, {"weights": given})
    (table,) = (
        block
        for section in write_report(report, Selection(full=True)).sections
        for block in section.blocks
        if section.stages == ("weights",) and isinstance(block, Table)
    )
    digits = {"float16": 5, "float32": 9, "float64": 17, "bfloat16": 4}[kind]
    for finding, row in zip(report.findings, table.rows[-25:], strict=True):
        number, text = given[finding.claim.index], finding.claim.text
        assert finding.claim.value == Decimal(str(float(number)))  # the number itself is judged
        written, computed = (
            part.digits
            for cell in row.cells[1:3]
            for part in (cell if isinstance(cell, tuple) else ())
            if isinstance(part, Number)
        )
        assert written == text
        assert len(Decimal(text).as_tuple().digits) <= digits
        assert (
            bfloat16_of(float(text)) == number
            if kind == "bfloat16"
            else given.dtype.type(text) == number
        )
        exact = report.trace["weights"][finding.claim.index]
        shown = Decimal(computed)
        assert len(shown.as_tuple().digits) <= digits + 2
        assert abs(shown - exact) <= Decimal(1).scaleb(-decimals_of(shown)) / 2
        assert abs(shown - exact) <= exact.scaleb(2 - digits)


def bfloat16_of(number: float) -> float:
    """The nearest number whose significand has 8 binary digits."""
    mantissa, exponent = math.frexp(number)
    return math.ldexp(round(math.ldexp(mantissa, 8)), exponent - 8)


def test_numbers_of_a_type_that_are_none() -> None:
    """NaN in the place of a number, and -inf."""
    given = np.array([[np.nan, 0.5], [0.25, 1e-30]], dtype=np.float32)
    assert "nan" in page_of({"scores": [["1", "2"], ["0", "0"]]}, {"weights": given})
    hidden = np.array([[-np.inf, 0.5]]).astype(np.float32).astype(BFLOAT16)
    text = page_of({"scores": [["1", "2"]]}, {"scores": hidden})
    assert "-∞ is claimed" in text
    assert "0.5" in text


def test_doubles_beside_numbers_of_a_type() -> None:
    """A problem that is computed in float64 has no digits beyond the 17 of a double."""
    scores = np.arange(45.0 * 45).reshape(45, 45) / 1013
    weights = np.exp(scores) / np.exp(scores).sum(axis=-1, keepdims=True)
    report = report_of({"scores": scores.astype(str).tolist()}, {"weights": weights})
    assert not isinstance(report.findings[0].computed, Decimal)
    page = TerminalRenderer(120).render(write_report(report, Selection(full=True)))
    assert max(len(number) for number in re.findall(r"0[.]0[0-9]+", page)) <= 21


HEADS: dict[str, Any] = {
    "tokens": ["Token 1", "Token 2"],
    "Q": [["1", "0", "0", "1"], ["0", "1", "1", "0"]],
    "K": [["1", "0", "0", "1"], ["0", "1", "1", "0"]],
    "V": [["1", "0", "0", "1"], ["0", "1", "1", "0"]],
    "attention": {"heads": "2"},
}
GROUPED = {
    **HEADS,
    "K": [["1", "0"], ["0", "1"]],
    "V": [["1", "0"], ["0", "1"]],
    "attention": {"heads": "2", "kv_heads": "1"},
}
LAST: list[Any] = [None, ["9"]]
"""A claim of the second of two, whose first entry is wrong."""


@pytest.mark.parametrize(
    ("fields", "claims", "called", "symbol"),
    [
        (HEADS, {"Q": [None, LAST]}, "the query of “Token 2”, head 2, entry 1", "q_Token 2,1"),
        (HEADS, {"K": [None, LAST]}, "the key of “Token 2”, head 2, entry 1", "k_Token 2,1"),
        (
            GROUPED,
            {"V": [LAST]},
            "the value of “Token 2”, key-value head 1, entry 1",
            "v_Token 2,1",
        ),
        (
            HEADS,
            {"weights": [None, LAST]},
            "the attention weight of “Token 2” for “Token 1”, head 2",
            "α_Token 2,Token 1",
        ),
        (
            HEADS,
            {"weighted_values": [[[["9", None], None], None], None]},
            "the weighted value of “Token 1” for “Token 1”, head 1, entry 1",
            "αv_Token 1,Token 1,1",
        ),
        (HEADS, {"sums": [None, [None, "9"]]}, "the row sum of “Token 2”, head 2", "Σ_Token 2"),
        (HEADS, {"output": LAST}, "the output of “Token 2”, entry 1", "o_Token 2,1"),
    ],
)
def test_numbers_are_called_by_name(
    fields: dict[str, Any], claims: dict[str, Any], called: str, symbol: str
) -> None:
    """The query of Token 2, head 2, entry 1; the symbol does without the head."""
    (stage,) = claims
    shape = attncalc.explain(attncalc.load(fields))[stage].shape
    page = " ".join(page_of(fields, {stage: _filled(claims[stage], shape)}).split())
    assert f"The first number that is wrong is {called}: 9 is claimed" in page
    assert f" {symbol} " in page


def _filled(claim: Any, shape: tuple[int, ...]) -> Any:
    """A claim with nothing claimed of the rest of each vector."""
    if claim is None or not shape or not isinstance(claim, list):
        return claim
    whole = [*claim, *[None] * (shape[0] - len(claim))]
    return [_filled(each, shape[1:]) for each in whole]


def test_every_stage_has_a_name_for_one_of_its_numbers() -> None:
    assert list(entries._CALLED) == list(NAMES)


def test_exponents_make_no_decimals_of_others() -> None:
    """A tiny claim is no reason for hundreds of digits in its column; nor is a huge one."""
    fields = {"scores": [["1", "2"], ["3", "4"]], "V": [["1e300", "2"], ["3", "4"]]}
    claims = {
        "weights": [["1e-300", "0.73"], ["1E+340", "1.2e-5"]],
        "output": [["2.7e299", "1e300"], ["1e-20", "3.9"]],
    }
    page = page_of(fields, claims, full=True)
    rows = [" ".join(line.split()) for line in page.splitlines()]
    assert "a for a 1e-300 0.2689 ✗ wrong" in [row.replace("#1", "a") for row in rows]
    assert "#2, entry 1 1e-20 2.6894e299 ✗ wrong" in rows
    assert max(len(word) for word in page.split() if "─" not in word) < 45


def test_what_is_correct_for_a_reason_is_told_a_few_times() -> None:
    """What stands for −∞ is said of three numbers, and of the others that they are correct."""
    masked = {
        "scores": [["1", "2", "3", "4", "5", "6"]],
        "attention": {"mask": [["1"] + ["0"] * 5]},
    }
    page = page_of(masked, {"masked_scores": [["1", *["-1e9"] * 5]]})
    assert page.count("stands for −∞") == 3
    assert "… 3 more correct" in page
    assert page_of(masked, {"masked_scores": [["1", *["-1e9"] * 5]]}, full=True).count("−∞") == 5
