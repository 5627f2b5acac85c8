"""Colours, and how well one is read on another."""

from __future__ import annotations

from typing import TypeAlias

from attncalc.records import dataclass

Rgb: TypeAlias = tuple[int, int, int]

BLACK: Rgb = (0, 0, 0)
WHITE: Rgb = (255, 255, 255)

INK, MUTED, PAPER = "#1c1c1c", "#5a5a5a", "#ffffff"
LINES, STRONG, TINT, FOCUS = "#3c9189", "#00605a", "#ecf4f3", "#9a4f00"
"""Of drawings that are files of their own: lines, those that stand out, what boxes hold, and what
it is all about."""


@dataclass(frozen=True)
class Ramp:
    """The colours behind numbers: coldest behind nothing at all, hottest behind the most."""

    coldest: Rgb
    hottest: Rgb

    def at(self, share: float) -> Rgb:
        """The colour of a shade, from 0 to 1."""
        return between(self.coldest, self.hottest, min(max(share, 0.0), 1.0))


ON_LIGHT = Ramp((245, 249, 249), (0, 112, 104))
"""On paper and on light screens, the darker the more."""

ON_DARK = Ramp((28, 34, 36), (92, 214, 199))
"""On dark screens, the same hue, the brighter the more."""

RIGHT: Rgb = (0, 92, 158)
WRONG: Rgb = (166, 62, 0)
"""Of what is judged, on light ground: a blue and an orange that nobody takes for each other."""


def rgb(hexadecimal: str) -> Rgb:
    """The colour that is written so: #00605a."""
    red, green, blue = bytes.fromhex(hexadecimal.removeprefix("#"))
    return red, green, blue


def hexadecimal(color: Rgb) -> str:
    """A colour as it is written: #00605a."""
    return f"#{bytes(color).hex()}"


def between(cold: Rgb, hot: Rgb, share: float) -> Rgb:
    """The colour that lies so far, from 0 to 1, on the way from one to the other."""
    red, green, blue = (
        round(low + (high - low) * share) for low, high in zip(cold, hot, strict=True)
    )
    return red, green, blue


def ink_on(fill: Rgb) -> Rgb:
    """Black or white, whichever is read better on it."""
    return WHITE if contrast(fill, WHITE) > contrast(fill, BLACK) else BLACK


def part_shade(share: float) -> float:
    """The shade of a part of something, by its place among the parts, from 0 to 1."""
    return 0.1 + 0.6 * share


def contrast(one: Rgb, other: Rgb) -> float:
    """Contrast ratio, 1 to 21 (WCAG 2.2)."""
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def _luminance(color: Rgb) -> float:
    """Relative luminance, 0 to 1 (WCAG 2.2)."""
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (channel / 255 for channel in color)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
