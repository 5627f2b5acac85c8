"""A sheet as JSON, for whoever marks it or prints it elsewhere: attncalc.worksheet/1."""

from __future__ import annotations

import json
from typing import Any

from attncalc.exports.trace_json import escaped
from attncalc.sheet import Blank, Mistaken, Sheet
from attncalc.worksheet.loading import SCHEMA


def worksheet_json(sheet: Sheet) -> str:
    """One JSON object on one line. Numbers are texts, with the decimals that they have."""
    problem = dict(sheet.given)
    title = problem.pop("title", None)
    exported = {
        "schema": SCHEMA,
        "title": title,
        "code": sheet.code,
        "seed": sheet.seed,
        "variant": sheet.variant,
        "level": sheet.level,
        "decimals": sheet.decimals,
        "problem": problem,
        "blanks": [_blank(sheet, blank) for blank in sheet.blanks],
        "warnings": [str(warning) for warning in sheet.warnings],
    }
    return escaped(json.dumps(exported, ensure_ascii=False, allow_nan=False)) + "\n"


def _blank(sheet: Sheet, blank: Blank) -> dict[str, Any]:
    query, key = sheet.tokens_of(blank)
    told = {"id": blank.id, "stage": blank.stage, "index": [*blank.index]}
    named = {"query": query, "key": key}
    return {
        **told,
        **{name: token for name, token in named.items() if token is not None},
        "answer": blank.answer,
        "decimals": blank.decimals,
        "lower": float(blank.range.lower),
        "upper": float(blank.range.upper),
        "points": blank.points,
        "mistakes": [_mistaken(mistake) for mistake in blank.mistakes],
    }


def _mistaken(mistake: Mistaken) -> dict[str, Any]:
    return {
        "diagnosis": str(mistake.what),
        "answer": mistake.answer,
        "lower": float(mistake.range.lower),
        "upper": float(mistake.range.upper),
        "credit": float(mistake.credit),
    }
