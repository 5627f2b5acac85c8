"""German."""

SENTENCES: dict[str, str] = {}
