"""What each format says, and that all of them say the same."""

from __future__ import annotations

import csv
import io
import json
import struct
import sys
import zipfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import attncalc
from attncalc.numbers.arithmetic import Typed


def load(tmp_path: Path, name: str, text: str | bytes) -> attncalc.Problem:
    """The problem of a file with that name and text."""
    file = tmp_path / name
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    return attncalc.load(file)


def numbers(array: Any) -> list[list[str]]:
    """A matrix by what was typed."""
    return [[number.text for number in row] for row in array]


def test_yaml_scalars_are_text(tmp_path: Path) -> None:
    """What YAML would turn into booleans, nulls, times and floats stays what was typed."""
    problem = load(
        tmp_path,
        "tokens.yaml",
        "tokens: [no, on, null, 1e5, 3:20, =, ~, yes, '', 0x1F, 2026-01-01, the]\nQ: &no\n".replace(
            " &no", ""
        )
        + "".join("  - [0.60]\n" for _ in range(12))
        + "K: [[1.], [.5], [48%], [+1], [1e-3], [-0], [1], [1], [1], [1], [1], [00.10]]\n"
        "title: yes\n",
    )
    assert problem.tokens == (
        *("no", "on", "null", "1e5", "3:20", "=", "~", "yes", "", "0x1F", "2026-01-01", "the"),
    )
    assert problem.title == "yes"
    assert problem.K is not None
    assert numbers(problem.K)[:6] == [["1."], [".5"], ["48%"], ["+1"], ["1e-3"], ["-0"]]
    assert isinstance(problem.K[2][0], Typed)
    assert problem.K[2][0] == Decimal("0.48")


def test_layouts_agree(tmp_path: Path) -> None:
    """Matrices, rows, JSON, CSV, TSV, and published tables are one problem."""
    same = [
        load(tmp_path, "a.yaml", "tokens: [a, b]\nQ: [[1, 2], [3, 4]]\nK: [[5, 6], [7, 8.0]]\n"),
        load(
            tmp_path,
            "b.yaml",
            "tokens:\n- {token: a, q: [1, 2], k: [5, 6]}\n- {token: b, q: [3, 4], k: [7, 8.0]}\n",
        ),
        load(
            tmp_path,
            "c.json",
            '{"tokens": ["a", "b"], "Q": [[1, 2], ["3", 4]], "K": [[5, 6], [7, 8.0]], "V": null}',
        ),
        load(tmp_path, "d.csv", "token,q1,q2,k1,k2\na,1,2,5,6\nb,3,4,7,8.0\n"),
        load(tmp_path, "e.csv", "\ufeffToken;Q2;Q1;K 1;K_2\r\na;2;1;5;6\r\n\r\nb;4;3;7;8.0\r\n"),
        load(
            tmp_path,
            "f.tsv",
            'Word\tQuery (Q)\tKey (K)\n"a"\t[1, 2]\t[5, 6]\n"b"\t[3, 4]\t[7, 8.0]\n',
        ),
        load(tmp_path, "g.csv", "word,Query vector,Keys\na,[1, 2],(5 6)\nb,[3, 4],7 8.0\n"),
        load(tmp_path, "h.csv", 'Tokens,Queries,K\na,"[1, 2]","[5, 6]"\nb,"[3; 4]","[7,8.0]"\n'),
        load(
            tmp_path,
            "i.tsv",
            "token\tq1\tq2\tk1\tk2\na\t1\t2\t5\t6\nb\t3\t4\t7\t8.0\n".encode("utf-16"),
        ),
    ]
    for problem in same:
        assert problem.tokens == problem.key_tokens == ("a", "b")
        assert numbers(problem.Q) == [["1", "2"], ["3", "4"]]
        assert numbers(problem.K) == [["5", "6"], ["7", "8.0"]]
        assert problem.V is None


def test_one_column_vectors(tmp_path: Path) -> None:
    """A bracketless single number under a vector heading is a vector of one."""
    problem = load(tmp_path, "one.csv", "token,Query,Key\na,2,3\n")
    assert numbers(problem.Q) == [["2"]]


def test_key_only_and_query_only_rows(tmp_path: Path) -> None:
    """Empty q cells make a key-only token, empty k and v cells a query-only one."""
    problem = load(tmp_path, "cross.csv", "token,q1,k1,v1\nJe,1,,\nI,,2,3\nboth,4,5,6\n")
    assert problem.tokens == ("Je", "both")
    assert problem.key_tokens == ("I", "both")
    assert numbers(problem.V) == [["3"], ["6"]]
    assert not problem.self_attention


def test_columns_without_numbers(tmp_path: Path) -> None:
    """A column that is empty from top to bottom is as if it were not there."""
    assert load(tmp_path, "no-v.csv", "token,q1,k1,v1\na,1,2,\n").V is None


def test_other_tables_are_read_as_before(tmp_path: Path) -> None:
    """Cells may be long, and what the csv module takes of other tables stays as it was."""
    limit = csv.field_size_limit()
    for token in "a", "a" * (limit + 1):
        assert load(tmp_path, "t.csv", f"token,q1,k1\n{token},1,2\n").tokens == (token,)
        assert csv.field_size_limit() == limit


def test_embeddings_alone(tmp_path: Path) -> None:
    """x columns need no matrices: the embeddings are queries, keys and values themselves."""
    problem = load(tmp_path, "x.csv", "token,x1,x2\na,1,0\nb,0,1\n")
    trace = attncalc.explain(problem)
    assert trace["Q"].tolist() == trace["V"].tolist() == [[1, 0], [0, 1]]
    assert (problem.d_k, problem.d_v, problem.d_model) == (2, 2, 2)


def test_embeddings_as_values_of_given_scores(tmp_path: Path) -> None:
    """With given scores or weights, embeddings alone are the values."""
    problem = load(tmp_path, "v.yaml", "scores: [[0, 0]]\nX: [[1]]\nX_key: [[1], [3]]\n")
    trace = attncalc.explain(problem)
    assert "Q" not in trace
    assert trace["output"].tolist() == [[2]]
    assert problem.d_k is None


def test_unnamed_tokens(tmp_path: Path) -> None:
    """Without tokens, positions are the names; another number of keys is another side."""
    problem = load(tmp_path, "n.yaml", "Q: [[1]]\nK: [[1], [2]]\nV: [[1], [2]]\n")
    assert problem.tokens == ("#1",)
    assert problem.key_tokens == ("#1", "#2")
    assert load(tmp_path, "s.yaml", "scores: [[1, 2]]\n").key_tokens == ("#1", "#2")
    assert load(tmp_path, "q.yaml", "Q: [[1], [2]]\nK: [[1], [2]]\n").self_attention


def test_absent_values(tmp_path: Path) -> None:
    """An empty value, ~ and null leave a matrix or an option out."""
    text = "tokens: [a]\nQ: [[1]]\nK: [[1]]\nV: ~\nX:\nattention:\n  scale: null\n  bias: none\n"
    problem = load(tmp_path, "absent.yaml", text)
    options = problem.attention
    assert [problem.V, problem.X, options.bias, options.scale] == [None] * 4
    assert load(tmp_path, "att.yaml", "Q: [[1]]\nK: [[1]]\nattention: ~\n").d_k == 1


def test_options(tmp_path: Path) -> None:
    """Every option of a single head, in each of its forms."""
    text = (
        "Q: [[1], [2]]\nK: [[1], [2]]\n"
        "attention: {scale: 1 / sqrt(d_k), mask: [[1, 0], [1, 1]], bias: [[0, 1], [-inf, 2]],"
        " base: 3}\nquery: ['#2', '#1', '#2']\ninputs: rounded\n"
    )
    problem = load(tmp_path, "options.yaml", text)
    options = problem.attention
    assert options.scale == "1/sqrt(d_k)"
    assert options.base == 3
    assert isinstance(options.mask, np.ndarray)
    assert options.mask.tolist() == [[True, False], [True, True]]
    assert problem.queries == (1, 0)


def test_token_addresses(tmp_path: Path) -> None:
    """A name, its occurrence, a position; a token literally spelled so wins."""
    tokens = "tokens: [the, cat, the, '#1', the#9]\n"
    matrices = "Q: [[1],[1],[1],[1],[1]]\nK: [[1],[1],[1],[1],[1]]\n"
    for query, position in {
        "the": 0, "the#2": 2, "'#3'": 2, "'#1'": 3, "the#9": 4, "cat#1": 1
    }.items():  # fmt: skip
        problem = load(tmp_path, "t.yaml", f"{tokens}{matrices}query: {query}\n")
        assert problem.queries == (position,), query
    for query in ("the#3", "'#6'", "'#0'", "the#x", f"the#{'1' * 12}"):
        with pytest.raises(attncalc.InputErrors, match="no token"):
            load(tmp_path, "t.yaml", f"{tokens}{matrices}query: {query}\n")


def test_many_tokens_in_a_message(tmp_path: Path) -> None:
    """A long list of tokens is shortened in the middle."""
    rows = ", ".join(f"[{number}]" for number in range(40))
    names = ", ".join(f"t{number}" for number in range(40))
    with pytest.raises(attncalc.InputErrors, match="t11, …, t29"):
        load(tmp_path, "m.yaml", f"tokens: [{names}]\nQ: [{rows}]\nK: [{rows}]\nquery: x\n")


def test_stdin_format(monkeypatch: pytest.MonkeyPatch) -> None:
    """Standard input may be YAML, JSON or a table."""
    for text in (
        "tokens: [a]\nQ: [[1]]\nK: [[1]]\n",
        '{"tokens": ["a"], "Q": [[1]], "K": [[1]]}',
        "{tokens: [a], Q: [[1]], K: [[1]]}",
        "token,q1,k1\na,1,1\n",
        "# title: A table\nWord\tQuery\tKey\na\t[1]\t[1]\n",
    ):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
        assert attncalc.load("-").tokens == ("a",)


def test_surrogate_escapes(tmp_path: Path) -> None:
    """JSON's escapes for characters beyond the basic plane are one character."""
    text = '{"tokens": ["\\ud83d\\ude00"], "Q": [[1]], "K": [[1]], "title": "\\u00e9"}'
    problem = load(tmp_path, "emoji.json", text)
    assert (problem.tokens, problem.title) == (("😀",), "é")


def test_npz(tmp_path: Path) -> None:
    """Arrays by the names of the problem file, text arrays for tokens, options beside them."""
    file = tmp_path / "arrays.npz"
    np.savez(
        file,
        tokens=np.array(["a", "b"]),
        title=np.array("Two"),
        Q=np.array([[0.5], [1]], dtype=np.float32),
        K=np.array([[1], [2]]),
        mask=np.tri(2, dtype=bool),
        bias=np.array([[0, -np.inf], [0, 0]]),
        scale=np.array(0.25),
        base=np.array("e"),
    )
    problem = attncalc.load(file)
    assert problem.title == "Two"
    assert problem.Q is not None
    assert problem.Q.tolist() == [[Decimal("0.5")], [Decimal(1)]]
    assert problem.attention.scale == Decimal("0.25")
    assert attncalc.explain(problem)["weights"][0].tolist() == [1, 0]


def test_npz_with_a_cache(tmp_path: Path) -> None:
    """Options stand beside the arrays, a cache by its names behind a point."""
    one = np.ones((1, 2))
    file = tmp_path / "step.npz"
    arrays: dict[str, Any] = {
        **{"Q": one, "K": one, "V": one, "heads": np.array(2), "past.K": one, "past.V": 2 * one},
        "past.tokens": np.array(["before"]),
    }
    np.savez(file, **arrays)
    problem = attncalc.load(file)
    assert problem.key_tokens == ("before", "#1")
    assert attncalc.explain(problem)["V"].astype(float).tolist() == [[[2], [1]], [[2], [1]]]


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"Q": np.array([[np.nan, np.inf]])}, "Q: nan at [0, 0] and 1 more; expected finite"),
        ({"Q": np.array([[1j]])}, "Q: an array of complex128; expected numbers"),
        ({"Qs": np.ones((1, 1))}, "an unknown key “Qs”"),
        ({"Q": np.ones((1,) * 5)}, "Q: an array of 5 axes; expected at most 4: batch, heads"),
        ({"Q": np.array(1.0)}, "Q: “1.0”; expected rows of numbers"),
    ],
)
def test_bad_npz(arrays: dict[str, Any], message: str, tmp_path: Path) -> None:
    """What is wrong with an array is told by its name."""
    file = tmp_path / "arrays.npz"
    np.savez(file, **({"Q": np.ones((1, 1)), "K": np.ones((1, 1))} | arrays))
    with pytest.raises(attncalc.InputErrors) as failure:
        attncalc.load(file)
    assert f"{file}: {message}" in str(failure.value)


def test_inflating_npz(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A small file that unpacks to a large one is refused before it is unpacked."""
    monkeypatch.setattr("attncalc.readers.arrays.LARGEST_BYTES", 1024)
    file = tmp_path / "large.npz"
    np.savez_compressed(file, Q=np.zeros((100, 100)))
    with pytest.raises(attncalc.InputErrors, match=r"arrays that take 0\.0 GiB; expected at"):
        attncalc.load(file)


def test_no_npz(tmp_path: Path) -> None:
    """Other archives and other bytes are no .npz."""
    with pytest.raises(attncalc.InputErrors, match=r"this is not an \.npz archive: File is not a"):
        load(tmp_path, "bytes.npz", b"PK")
    file = tmp_path / "other.npz"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("Q.npy", b"\x93NUMPY\x01\x00")
    with pytest.raises(attncalc.InputErrors, match="Q: its header is damaged"):
        attncalc.load(file)


def safetensors(tensors: dict[str, tuple[str, list[int], bytes]]) -> bytes:
    """A .safetensors file by its specification."""
    header: dict[str, Any] = {}
    content = b""
    for name, (dtype, shape, data) in tensors.items():
        end = len(content) + len(data)
        header[name] = {"dtype": dtype, "shape": shape, "data_offsets": [len(content), end]}
        content += data
    head = json.dumps(header).encode()
    return struct.pack("<Q", len(head)) + head + content


def test_safetensors(tmp_path: Path) -> None:
    """Every number type arrives as the same numbers, bfloat16 too."""
    file = safetensors(
        {
            "Q": ("BF16", [1, 2], b"\xc0\x3f\x00\xbf"),  # 1.5 and -0.5
            "K": ("F32", [1, 2], np.array([2, 4], "<f4").tobytes()),
            "V": ("I64", [1, 1], np.array([3], "<i8").tobytes()),
        }
    )
    problem = load(tmp_path, "head.safetensors", file)
    assert problem.Q is not None
    assert problem.Q.tolist() == [[Decimal("1.5"), Decimal("-0.5")]]
    assert attncalc.explain(problem)["scores"].tolist() == [[1]]


def test_bad_safetensors(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Other bytes, other number types, and a missing package."""
    with pytest.raises(attncalc.InputErrors, match=r"this is not a \.safetensors file"):
        load(tmp_path, "bytes.safetensors", b"1234")
    strange = safetensors({"Q": ("F8_E4M3", [1, 1], b"1")})
    with pytest.raises(attncalc.InputErrors, match="Q: the number type F8_E4M3; expected one of"):
        load(tmp_path, "strange.safetensors", strange)
    monkeypatch.setitem(sys.modules, "safetensors", None)
    with pytest.raises(attncalc.InputErrors, match=r"hint: pip install safetensors"):
        load(tmp_path, "any.safetensors", b"")


def test_large_text_is_float64(tmp_path: Path) -> None:
    """A problem beyond hand size is read into doubles, careful cells and all."""
    rows = ",".join(f"[{number}, 1e-3]" for number in range(200))
    problem = load(tmp_path, "large.yaml", f"Q: [{rows}]\nK: [{rows}]\nV: [{rows}]\n")
    assert problem.Q is not None
    assert problem.Q.dtype == np.float64
    percent = load(tmp_path, "percent.yaml", f"Q: [{rows[:-6]} 48%]]\nK: [{rows}]\n")
    assert percent.Q is not None
    assert percent.Q[199].tolist() == [199.0, 0.48]
    with pytest.raises(attncalc.InputErrors, match=r"Q: 1\.000e\+999 is beyond what float64"):
        load(tmp_path, "beyond.yaml", f"Q: [{rows[:-6]} 1e999]]\nK: [{rows}]\n")
    with pytest.raises(attncalc.InputErrors, match="Q: “1-1”; expected a number"):
        load(tmp_path, "odd.yaml", f"Q: [{rows[:-6]} 1-1]]\nK: [{rows}]\n")
    with pytest.raises(attncalc.InputErrors, match="Q: row 200 has 1 number; expected 2"):
        load(tmp_path, "ragged.yaml", f"Q: [{rows[:-7]}]]\nK: [{rows}]\n")


def test_rounded_inputs_need_decimals(tmp_path: Path) -> None:
    """Rounded inputs are read with their digits, unless there are far too many."""
    rows = ",".join(f"[{number}.5]" for number in range(60))
    text = "inputs: rounded\nQ: [{0}]\nK: [{0}]\n"
    problem = load(tmp_path, "rounded.yaml", text.format(rows))
    assert numbers(problem.Q)[:2] == [["0.5"], ["1.5"]]
    rows = ",".join(f"[{number}.5]" for number in range(600))
    message = "inputs: rounded, for a problem too large for decimals; expected exact"
    with pytest.raises(attncalc.InputErrors, match=message):
        load(tmp_path, "large.yaml", text.format(rows))


def test_large_arrays_are_float64(tmp_path: Path) -> None:
    """Large arrays stay doubles."""
    file = tmp_path / "large.npz"
    np.savez(file, Q=np.ones((100, 4)), K=np.ones((100, 4)))
    problem = attncalc.load(file)
    assert problem.Q is not None
    assert problem.Q.dtype == np.float64
