"""A whole picture: title, panels of content with passages and faults, time axes, notes; as SVG or PNG."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final, Protocol

from devices.door.drawing.look import INK_2, LEFT, PAPER, SMALL, TEXT, TITLE, WIDTH, font_files
from devices.door.drawing.marks import (
    FAULT_PX,
    FINE_MS,
    ROW_PX,
    Band,
    directions,
    fault_bands,
    passage_lines,
    passage_rows,
    stacked,
)
from devices.door.drawing.panels import AXIS_PX, Panel, Scale, axis, label
from devices.door.drawing.svg import Drawing
from devices.door.events import Confidence, Fault
from devices.door.formats import Layout
from devices.door.outcome import Outcome
from devices.door.recordings import UTC_FROM
from devices.door.words import DIRECTIONS, SIDES, clock, name

_TOP: Final = 118
_GAP: Final = 26
_DAY_MS: Final = 86_400_000


class PictureError(Exception):
    """The picture cannot be made or written; the message names the file and what to do."""


class Content(Protocol):
    """What a sensor saw, drawn into a panel."""

    @property
    def height(self) -> int:
        """Pixels it needs in each panel."""
        ...

    @property
    def notes(self) -> list[str]:
        """What a reader must know to read the picture."""
        ...

    def draw(self, drawing: Drawing, panel: Panel) -> None:
        """Paint it."""
        ...


def bands(faults: Sequence[Fault], last: int) -> list[Band]:
    """Each fault from its beginning to its end, or to the recording's."""
    open_: dict[str, Band] = {}
    found: list[Band] = []
    for fault in faults:
        what = name(fault.kind) + (f" ({SIDES[fault.beam]})" if fault.beam else "")
        if not fault.over:
            open_[fault.kind] = Band(fault.t_ms, max(last, fault.t_ms), what)
        elif (begun := open_.pop(fault.kind, None)) is not None:
            found.append(Band(begun.begin, fault.t_ms, begun.label))
    return sorted([*found, *open_.values()], key=lambda band: band.begin)


def compose(outcome: Outcome, scale: Scale, content: Content, wrong: Sequence[Band], source: str) -> str:
    """The picture as SVG text."""
    drawing, body = Drawing(), Drawing()
    rows = directions(outcome.passages) if outcome.passages or not outcome.tallies else []
    y = _TOP
    for number in range(scale.panels):
        probe = Panel(scale, number, 0, content.height)
        lines = max((line + 1 for line, _ in stacked(wrong, probe)), default=0)
        panel = Panel(scale, number, y + lines * FAULT_PX, content.height)
        bottom = panel.top + content.height + len(rows) * ROW_PX
        axis(body, panel, bottom)
        passage_lines(body, panel, outcome.passages)
        content.draw(body, panel)
        if rows:
            passage_rows(body, panel, panel.top + content.height, outcome.passages)
        fault_bands(body, panel, y, wrong)
        y = bottom + AXIS_PX + _GAP
    notes = [*content.notes, *_passage_notes(outcome, scale), *_time_note(scale)]
    for note in notes:
        body.text(LEFT, y + 4, note, fill=INK_2, size=SMALL)
        y += 26
    height = y + 14
    title = headline(outcome)
    drawing.rect(0, 0, WIDTH, height, fill=PAPER)
    drawing.text(LEFT, 52, title, size=TITLE, weight=700)
    drawing.text(LEFT, 86, _subtitle(outcome, scale, source), size=TEXT, fill=INK_2)
    return drawing.joined(body).svg(WIDTH, height, title)


def headline(outcome: Outcome) -> str:
    """The picture's finding in words: the sums."""
    sums = outcome.sums
    said = [f"{sums['in']:,} in", f"{sums['out']:,} out"]
    if outcome.layout is Layout.TOTALS and not sums["out"]:
        del said[1]  # most such counters have one total only
    said += [f"{sums[key]:,} {DIRECTIONS[key]}" for key in ("turned_back", "ambiguous", "implausible") if sums[key]]
    return ", ".join(said)


def write(path: Path, svg: str) -> None:
    """Write ``.svg`` as it is, and anything else as PNG.

    Raises:
        PictureError: the file cannot be written, or the renderer is not installed.
    """
    data = svg.encode() if path.suffix.lower() == ".svg" else _png(svg)
    try:
        path.write_bytes(data)
    except OSError as error:
        raise PictureError(f"{path}: the picture cannot be written: {error.strerror or error}") from error


def _png(svg: str) -> bytes:
    try:
        import resvg_py
    except ModuleNotFoundError as error:
        raise PictureError(
            "A PNG needs the Python package 'resvg_py', which is not installed here; name a file that ends in .svg, "
            "or install it: pip install 'pustaka-mandiri[door]'"
        ) from error
    fonts = [str(file) for file in font_files()]
    return bytes(resvg_py.svg_to_bytes(svg_string=svg, skip_system_fonts=bool(fonts), font_files=fonts))


def _subtitle(outcome: Outcome, scale: Scale, source: str) -> str:
    said = [source, outcome.layout.value]
    if outcome.first_ms is not None and outcome.last_ms is not None:
        said.append(f"{clock(outcome.last_ms - outcome.first_ms)} long")
        if scale.first >= UTC_FROM:
            first, last = (label(ms, _DAY_MS, absolute=True) for ms in (scale.first, scale.last))
            said.append(first if first == last else f"{first} to {last}")
    said.append(f"{outcome.readings:,} readings")
    faults = sum(not fault.over for fault in outcome.faults)
    said.append(f"{faults} fault{'s' if faults != 1 else ''}" if faults else "no faults")
    return "  ·  ".join(said)


def _passage_notes(outcome: Outcome, scale: Scale) -> list[str]:
    said = []
    if scale.per_px > FINE_MS and outcome.passages:
        said.append("A number beside an arrow: so many passages, from the arrow on.")
    if any(passage.confidence is Confidence.AMBIGUOUS for passage in outcome.passages):
        said.append("?: it could not be told for certain; the likelier reading is counted.")
    return said


def _time_note(scale: Scale) -> list[str]:
    if scale.first >= UTC_FROM:
        return []
    return [f"Time counts from the first reading (t_ms {scale.first:,})."]
