"""A file that is no problem may hold secrets: errors quote no more than a word of it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.conftest import Attncalc

FILES = {
    "environment": "API_KEY=correct-horse battery\nOTHER='staple of secrets'\n",
    "key.pem": "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADAN staple\n-----END PRIVATE KEY-----\n",
    "passwd": "root:x:0:0:root battery:/root:/bin/bash\nstaple:x:1:1::/:/bin/sh\n",
    "s.json": '{"user": "correct horse", "password": {"battery": "staple"}, "query": ["horse"]}',
    "s.yaml": "password: correct horse\nbattery staple: x\nquery: correct\ninputs: correct horse\n",
    "long.yaml": "Y29ycmVjdGhvcnNlYmF0dGVyeXN0YXBsZQ: x\n",
    "twice.yaml": "correct horse: 1\ncorrect horse: 2\nbattery: 3\n",
    "config.ini": "[default]\nsecret = correct horse battery staple\n",
    "anchors.yaml": "a: &correcthorsebattery x\nb: *correcthorsebattery\nc: !staple x\n",
    "hosts.yaml": "hosts: [correct, horse]\nattention: battery staple\ntitle: [x]\n",
    "users.csv": "user,password,key\ncorrect,horse,battery\n",
    "pairs.csv": "key,value\ncorrect,horse\nbattery,staple\n",
    "pairs.md": "| key | value |\n|---|---|\n| correct | horse |\n",
    "text": "correct horse battery staple\nas a note: which is none\n",
}
WORDS = ("correct", "horse", "battery", "staple", "secrets")


@pytest.mark.parametrize("name", FILES)
def test_no_problem(name: str, attncalc: Attncalc, tmp_path: Path) -> None:
    """Of all the words of a file, its errors show one at the most, and twelve letters of it."""
    path = tmp_path / name
    path.write_text(FILES[name])
    document = tmp_path / "d.md"
    document.write_text(f"```attncalc file={name}\n```\n")
    for result in (attncalc("explain", path), attncalc("check", path), attncalc("weave", document)):
        assert (result.code, result.out) == (2, "")
        shown = [word for word in WORDS if word in result.err.replace(str(path), "")]
        assert len(shown) < 2, result.err
        assert len(re.findall("“", result.err)) < 2, result.err
        assert "Y29ycmVjdGhvc" not in result.err


def test_no_claims(attncalc: Attncalc, tmp_path: Path) -> None:
    """The same of a sheet of claims that is none."""
    sheet = tmp_path / "sheet.yaml"
    sheet.write_text("correct horse: [battery, staple]\npassword: x\n")
    (tmp_path / "p.yaml").write_text("scores: [[1]]\n")
    result = attncalc("check", tmp_path / "p.yaml", "--claims", sheet)
    assert result.err == (
        f"{sheet}:1:16: claims.correct…: there is no stage “correct…”; expected one of "
        "scores, exponentials, sums, weights\n"
    )


@pytest.mark.parametrize(
    "text",
    [
        "Qs: [[1, 2]]\nKs: [[3, 4]]\n",
        "tokens: [a, b]\nqq: 1\nkk: 2\n",
        "scores: x\nqq: 1\n",
        "attention: {mask: [[1], [x]], foo: 1}\nbar: 2\n",
    ],
)
def test_meant(text: str, attncalc: Attncalc) -> None:
    """A problem with mistakes is told all of them, with what stands there."""
    result = attncalc("explain", "-", stdin=text)
    assert len(re.findall(r"“\w+”", result.err)) >= 2
