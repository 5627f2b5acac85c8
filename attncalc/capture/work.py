"""From a model and texts to files: each is worked out once more before anything is written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

from attncalc.capture import files
from attncalc.capture.agreement import Difference, differences
from attncalc.capture.fields import ways
from attncalc.capture.layers import Layer
from attncalc.errors import AttncalcError, InputError
from attncalc.numbers.arithmetic import Array
from attncalc.readers import read
from attncalc.readers.fields import build
from attncalc.records import dataclass
from attncalc.steps.engine import explain


class Reader(Protocol):
    """A model that reads texts. kind: of its numbers, as float32."""

    name: str
    kind: str

    def tokens(self, text: str) -> list[str]:
        """The tokens of a text. Raises InputError for too many."""
        ...

    def layers(self, text: str) -> list[Layer]:
        """What each layer's attention does with a text. Raises InputError where none tells."""
        ...


class Parted(AttncalcError):
    """What is worked out again is not what the model has, beyond rounding."""


@dataclass(frozen=True, eq=False)
class Captured:
    """A file that is to be written, and what it holds. furthest: from the model's numbers."""

    file: str
    content: bytes
    layer: Layer
    tokens: int
    furthest: Difference

    @property
    def told(self) -> str:
        """What is in the file, and how near to the model, in a line."""
        layer, h, apart = self.layer, len(self.layer.Q), self.furthest
        heads = f"{h} heads" if h > 1 else "1 head"
        return (
            f"{self.file}: layer {layer.number} of {layer.of} ({layer.module}), {heads}, "
            f"{self.tokens} tokens; {apart.stage} within {apart.size:.1e} of the model's"
        )


def captured(
    model: Reader, texts: Sequence[str], layer: int | None, head: int | None, name: str
) -> list[Captured]:
    """A file for each text and layer.

    layer, head: from 1; all of them otherwise. name: of the files, with {layer} and {text} where
    there are several. Raises InputError for what there is not; Parted where the numbers cannot be
    given again.
    """
    tokens = [model.tokens(text) for text in texts]
    found: list[Captured] = []
    for number, (text, names) in enumerate(zip(texts, tokens, strict=True), 1):
        layers = model.layers(text)
        chosen = layers if layer is None else [_chosen(layers, layer, "--layer", "layers")]
        files.refuse_name(name, len(chosen), len(texts))
        for each in chosen:
            if head is not None:
                _chosen(each.Q, head, "--head", f"heads of layer {each.number}")
            part = each if head is None else each.of_head(head - 1)
            title = f"{Path(model.name).name}, layer {each.number} of {each.of}"
            title += "" if head is None else f", head {head} of {len(each.Q)}"
            file = files.named(name, each.number, number)
            found.append(_captured(part, names, {"title": title, "source": model.name}, file))
    return found


def _chosen(several: Sequence[Layer] | Array, number: int, option: str, what: str) -> Layer:
    """One of several, from 1. Raises InputError for one that there is not."""
    if not 1 <= number <= len(several):
        found = f"{number}, of {len(several)} {what}; expected 1 to {len(several)}"
        raise InputError(option, found)
    chosen: Layer = several[number - 1]
    return chosen


def _captured(layer: Layer, tokens: Sequence[str], texts: Mapping[str, str], file: str) -> Captured:
    """The way of writing it that goes back furthest, of those that give the numbers again."""
    parted: Difference | None = None
    for fields in ways(layer, tokens, {**texts, "notes": f"{layer.module}, in {layer.kind}."}):
        content = files.packed(fields, layer.kind)
        found = [*_differences(content, fields, layer.kind)]
        parted = next((each for each in found if not each.is_rounding), None)
        if parted is None:
            furthest = max(found, key=lambda each: each.size / each.floor)
            return Captured(file, content, layer, len(tokens), furthest)
    assert parted is not None  # there is one way at least
    raise Parted(_told(parted, layer, tokens, file))


def _differences(content: bytes, fields: Mapping[str, Array], kind: str) -> Iterator[Difference]:
    """How far the numbers of a file, as it will be read, are from the model's."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "head.npz"
        file.write_bytes(content)
        (raw,) = read(file)
        problem = build(raw, {}, None, False)  # without claims: here they are compared all at once
        yield from differences(explain(problem), fields, kind)


def _told(parted: Difference, layer: Layer, tokens: Sequence[str], file: str) -> str:
    """At which stage, by how much, and where."""
    *heads, row, entry = parted.index
    places = [f"head {heads[0] + 1}"] if heads else []
    places.append(f"token {row + 1}, “{tokens[row]}”")
    of_pairs = parted.stage == "weights"
    places.append(f"key {entry + 1}, “{tokens[entry]}”" if of_pairs else f"entry {entry + 1}")
    return (
        f"{file}: layer {layer.number} ({layer.module}) is not written: worked out again, "
        f"{parted.stage} part by {parted.size:.1e} at {', '.join(places)}: {parted.ours:.6g}, and "
        f"the model has {parted.models:.6g}; rounding of {layer.kind} explains {parted.floor:.1e}"
    )
