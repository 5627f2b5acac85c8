"""Files that are not read, by what they begin with or by their suffix, and what converts them.

Nothing of them is opened: a pickle would run whatever its author wrote.
"""

from __future__ import annotations

from pathlib import Path
from shlex import quote

from attncalc.records import dataclass

HEAD = 65_536
"""How many bytes tell what a file is."""

_TYPE = "copy its numbers into a spreadsheet and save that as CSV, or type them as in {samples}"
_SAMPLES = "attncalc samples animal"
_UNPACK = "unpack it, and give the file inside"
_TABLE = (
    'python -c "import sys, pandas; pandas.READ(sys.argv[1]).to_csv(sys.argv[2])" {file} {stem}.csv'
)
_ARRAYS = 'python -c "import sys, numpy, LIBRARY; numpy.savez(sys.argv[2], **ARRAYS)" {file} {stem}'
_TORCH = (
    'python -c "import sys, torch; from safetensors.torch import save_file; save_file('
    "{{n: a.detach().clone().contiguous() for n, a in (lambda t: t if isinstance(t, dict) "
    "else {{'Q': t}})(torch.load(sys.argv[1], map_location='cpu', weights_only=True)).items()}}, "
    'sys.argv[2])" {file} {stem}.safetensors'
)
"""bfloat16 stays what it is, which numpy has not."""


def _arrays(library: str, arrays: str) -> str:
    line = _ARRAYS.replace("LIBRARY", library).replace("ARRAYS", arrays)
    return line.replace("{", "{{").replace("}", "}}").replace("{{file}} {{stem}}", "{file} {stem}")


@dataclass(frozen=True)
class Foreign:
    """A kind of file. hint: what to do with {file}, to write {stem}.

    begins: what such files begin with, if that tells them; inside: what else is near the beginning.
    """

    name: str
    suffixes: tuple[str, ...]
    hint: str
    begins: tuple[bytes, ...] = ()
    inside: bytes = b""


_ZIP = b"PK\x03\x04"

KINDS = (
    Foreign(
        "an Excel workbook",
        (".xlsx", ".xlsm", ".xlsb", ".xls"),
        "in Excel: Save As, CSV UTF-8; semicolons and decimal commas are read",
        (_ZIP,),
        b"xl/",
    ),
    Foreign(
        "an OpenDocument spreadsheet",
        (".ods", ".fods"),
        "soffice --headless --convert-to csv {file}",
        (_ZIP,),
        b"opendocument.spreadsheet",
    ),
    Foreign(
        "a Numbers spreadsheet", (".numbers",), "in Numbers: File, Export To, CSV", (_ZIP,), b".iwa"
    ),
    Foreign(
        "a PyTorch file",
        (".pt", ".pth", ".ckpt", ".bin"),
        _TORCH,
        (_ZIP,),
        b"data.pkl",
    ),
    Foreign(
        "a document of a word processor",
        (".docx", ".doc", ".odt", ".rtf", ".pages", ".pptx", ".ppt", ".odp", ".epub"),
        _TYPE,
        (_ZIP, b"{\\rtf", b"\xd0\xcf\x11\xe0"),
        b"",
    ),
    Foreign("a PDF", (".pdf", ".ps", ".djvu"), _TYPE, (b"%PDF", b"%!PS")),
    Foreign(
        "a picture",
        (".png", ".jpg", ".jpeg", ".gif", ".webp", ".heic", ".tif", ".tiff", ".bmp", ".svg"),
        "type its numbers as in {samples}",
        (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"RIFF", b"II*\0", b"MM\0*"),
    ),
    Foreign(
        "a pickle, which runs code when it is opened",
        (".pkl", ".pickle", ".joblib"),
        "where its author is trusted: " + _arrays("pickle", "pickle.load(open(sys.argv[1], 'rb'))"),
        (b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05"),
    ),
    Foreign(
        "a MATLAB file",
        (".mat",),
        _arrays(
            "scipy.io",
            "{n: a for n, a in scipy.io.loadmat(sys.argv[1]).items() if n[0] != '_'}",
        ),
        (b"MATLAB",),
    ),
    Foreign(
        "an R file",
        (".rds", ".rdata", ".rda"),
        "in R: write.csv(A, '{stem}.csv')",
        (b"RDX", b"RDA"),
    ),
    Foreign(
        "an HDF5 file",
        (".h5", ".hdf5", ".hdf", ".keras"),
        _arrays("h5py", "{n: a[()] for n, a in h5py.File(sys.argv[1]).items()}"),
        (b"\x89HDF",),
    ),
    Foreign("a Parquet table", (".parquet",), _TABLE.replace("READ", "read_parquet"), (b"PAR1",)),
    Foreign(
        "a Feather table",
        (".feather", ".arrow", ".ipc"),
        _TABLE.replace("READ", "read_feather"),
        (b"ARROW1",),
    ),
    Foreign(
        "a model's file",
        (".gguf", ".onnx", ".tflite", ".pb"),
        "save what one layer works on: np.savez('head.npz', Q=Q, K=K, V=V)",
        (b"GGUF",),
    ),
    Foreign(
        "a Jupyter notebook",
        (".ipynb",),
        "in it: attncalc.explain(attncalc.load(dict(Q=Q, K=K, V=V)))",
    ),
    Foreign("a program", (".py", ".r", ".m", ".jl", ".js"), "type its numbers as in {samples}"),
    Foreign("a web page", (".html", ".htm", ".xml"), _TYPE, (b"<!DOCTYPE", b"<!doctype", b"<html")),
    Foreign("a database", (".db", ".sqlite", ".sqlite3"), "export its table as CSV", (b"SQLite",)),
    Foreign(
        "an archive",
        (".zip", ".gz", ".bz2", ".xz", ".zst", ".tar", ".tgz", ".7z", ".rar"),
        _UNPACK,
        (b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd", b"7z\xbc\xaf", b"Rar!"),
    ),
)


def recognized(head: bytes, path: Path) -> Foreign | None:
    """What a file is that begins so and has this name; None if it is none of these kinds."""
    suffix = path.suffix.lower()
    named = (kind for kind in KINDS if suffix in kind.suffixes)
    told = (kind for kind in KINDS if head.startswith(kind.begins) and kind.inside in head)
    return next(named, None) or next((kind for kind in told if kind.begins), None)


def hint(kind: Foreign, path: Path) -> str:
    """What to do with a file of this kind."""
    stem = quote(path.stem)
    return kind.hint.format(file=quote(str(path)), stem=stem, samples=_SAMPLES)
