"""Make the fonts of this folder: ``python collector/reports/fonts/add_signs.py SOURCE.ttf WEIGHT``.

Two glyphs are added to a copy of Atkinson Hyperlegible Next: ``≈`` is its ``~`` twice, ``≥`` its ``>`` above its
hyphen made as wide. The family is renamed, so that nobody takes it for the original.
"""

from __future__ import annotations

import sys
from pathlib import Path

from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.pens.transformPen import TransformPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont

Matrix = tuple[float, float, float, float, float, float]


def _draw(font: TTFont, parts: list[tuple[str, Matrix]]) -> object:
    glyphs, pen = font.getGlyphSet(), TTGlyphPen(None)
    for name, matrix in parts:
        recorded = DecomposingRecordingPen(glyphs)
        glyphs[name].draw(recorded)
        recorded.replay(TransformPen(pen, matrix))
    return pen.glyph()


def _bounds(font: TTFont, name: str) -> tuple[int, int, int, int]:
    glyph = font["glyf"][name]
    return glyph.xMin, glyph.yMin, glyph.xMax, glyph.yMax


def add(font: TTFont) -> None:
    """Add both signs."""
    names = font.getBestCmap()
    tilde, greater, hyphen = names[ord("~")], names[ord(">")], names[ord("-")]
    _, low, _, high = _bounds(font, tilde)
    apart = round((high - low) * 0.62)
    left, _, right, _ = _bounds(font, greater)
    h_left, h_low, h_right, h_high = _bounds(font, hyphen)
    wider = (right - left) / (h_right - h_left)
    signs: dict[int, tuple[str, str, list[tuple[str, Matrix]]]] = {
        0x2248: ("approxequal", tilde, [(tilde, (1, 0, 0, 1, 0, apart)), (tilde, (1, 0, 0, 1, 0, -apart))]),
        0x2265: (
            "greaterequal",
            greater,
            [
                (greater, (1, 0, 0, 1, 0, 60)),
                (hyphen, (wider, 0, 0, 1, left - h_left * wider, -h_low - (h_high - h_low))),
            ],
        ),
    }
    for code, (name, like, parts) in signs.items():
        font.setGlyphOrder([*font.getGlyphOrder(), name])
        font["glyf"][name] = _draw(font, parts)
        font["hmtx"][name] = font["hmtx"][like]
        for table in font["cmap"].tables:
            if table.isUnicode():
                table.cmap[code] = name


def main(source: Path, weight: str) -> None:
    """Write ``AtkinsonReport-WEIGHT.ttf`` beside this file."""
    font = TTFont(source)
    add(font)
    for record in font["name"].names:
        if record.nameID in (1, 3, 4, 6, 16):
            text = f"Atkinson Report {weight}" if record.nameID != 6 else f"AtkinsonReport-{weight}"
            record.string = "Atkinson Report" if record.nameID in (1, 16) else text
    font.save(Path(__file__).parent / f"AtkinsonReport-{weight}.ttf")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
