"""The JSON of sheets, by its schema."""

from __future__ import annotations

import json

import jsonschema
import pytest

from attncalc.exports.worksheet_json import worksheet_json
from tests import schemas
from tests.conftest import ROOT
from tests.worksheet.hostile_sheet import hostile_sheet
from tests.worksheet.students import sheet

SCHEMAS = ROOT / "attncalc/schemas"
SHEET = json.loads((SCHEMAS / "worksheet.schema.json").read_text(encoding="utf-8"))
PROBLEM = json.loads((SCHEMAS / "input.schema.json").read_text(encoding="utf-8"))


def test_words_may_be_any() -> None:
    schemas.validate(json.loads(worksheet_json(hostile_sheet())), SHEET)


@pytest.mark.parametrize(
    ("field", "value"),
    [("seed", "7"), ("code", "7"), ("blanks", []), ("decimals", -1), ("schema", "attncalc/1")],
)
def test_what_is_no_sheet_is_not_valid(field: str, value: object) -> None:
    loaded = json.loads(worksheet_json(sheet("causal.yaml")))
    with pytest.raises(jsonschema.ValidationError):
        schemas.validate({**loaded, field: value}, SHEET)
