"""JSON held against its schema; each schema is itself checked once."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from jsonschema.protocols import Validator
from jsonschema.validators import validator_for


def validate(loaded: Any, schema: Mapping[str, Any]) -> None:
    """Raises jsonschema.ValidationError for what does not fit."""
    _validator(json.dumps(schema)).validate(loaded)


@cache
def _validator(schema: str) -> Validator:
    loaded = json.loads(schema)
    made: Any = validator_for(loaded)
    made.check_schema(loaded)
    validator: Validator = made(loaded)
    return validator
