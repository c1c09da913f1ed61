"""A book on a list: cover, badge, title, and its state in words.

The row's tint, its badge's icon and its words all say the same, so that it can be read in grey.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from kiosk.screens import typeset
from kiosk.screens.blocks import BOLD, REGULAR
from kiosk.screens.elements import Cover, Icon, Panel, Part, Press, Run, Words
from kiosk.screens.geometry import Box
from kiosk.screens.theme import Theme
from kiosk.screens.view import View
from kiosk.session.model import Button, Mode, Phase, Pressed, Row, Stuck

_LEADING = 1.09
_TITLE_LENGTH = 200


@dataclass(frozen=True, slots=True)
class Tone:
    """How a row is meant: its plate, and the badge on its cover (no icon: no badge)."""

    fill: str
    edge: str
    badge: str
    onbadge: str
    icon: str
    now: str  # colour of what to do now
    calm: bool = False  # stands on the common sheet


@dataclass(frozen=True, slots=True)
class Entry:
    """One row to be drawn, whatever list it is on. ``first``: its first line matters most, else the last one."""

    key: str
    title: str
    author: str
    tone: Tone
    lines: tuple[tuple[Run, ...], ...]
    act: Pressed | None
    first: bool = False


def shorter(theme: Theme, item: Entry, width: int, room: int) -> Entry:
    """The row saying less, when all it says is taller than the room; what matters most stays."""
    while height(theme, item, width) > room and len(item.lines) > 1:
        item = replace(item, lines=item.lines[:-1] if item.first else item.lines[1:])
    return item


def tone(view: View, kind: str, icon: str) -> Tone:
    """A tone by name: stop, put, ok, wait, none."""
    c = view.colours
    match kind:
        case "stop":
            return Tone(c.stoptint, c.stop, c.stop, c.onstop, icon, c.stop)
        case "put":
            return Tone(c.goldtint, c.goldedge, c.gold, c.ongold, icon, c.ink)
        case "ok":
            return Tone(c.leaf, "", c.ok, c.onok, icon, c.ink, calm=True)
        case _:
            return Tone(c.leaf, "", c.edge, c.onedge, icon, c.ink, calm=True)


_TONES = {
    Phase.WAITING: ("wait", "clock"),
    Phase.LATE: ("wait", "clock"),
    Phase.UNDOING: ("wait", "clock"),
    Phase.INCOMPLETE: ("put", "hand"),
    Phase.PUT_BACK: ("put", "hand"),
    Phase.BORROWED: ("ok", "check"),
    Phase.RETURNED: ("ok", "check"),
    Phase.REFUSED: ("stop", "stop"),
    Phase.UNSURE: ("put", "staff"),
    Phase.UNREADABLE: ("put", "scan"),
    Phase.UNDONE: ("wait", "delete"),
}
_STUCK = {Stuck.WRITING: ("put", "clock"), Stuck.LOCKED: ("put", "staff")}
_DISMISSABLE = frozenset({Phase.REFUSED, Phase.UNSURE, Phase.UNREADABLE})


def entry(view: View, row: Row) -> Entry:
    """A row of this visit."""
    c = view.colours
    kind = _STUCK.get(row.stuck) if row.phase is Phase.PUT_BACK else None
    look = tone(view, *(kind or _TONES[row.phase]))
    text = view.words.row(row, view.today, view.zone)
    quiet = c.ink2 if look.calm else c.ink
    lines = [(Run(line, REGULAR, quiet),) for line in text.lines]
    if text.now and not (row.mode is Mode.RETURN and row.phase is Phase.RETURNED):  # there the sign says it
        lines.append((Run(text.now, BOLD, look.now),))
    undo = row.mode is Mode.BORROW and not row.lent_before
    undo = undo and row.phase in (Phase.BORROWED, Phase.PUT_BACK)
    act = Pressed(Button.ROW, row.key) if undo or row.phase in _DISMISSABLE else None
    title = view.words.title(row.title[:_TITLE_LENGTH])
    return Entry(f"row-{row.mode.value}-{row.key}", title, row.author[:_TITLE_LENGTH], look, tuple(lines), act)


# --- sizes --------------------------------------------------------------------------------------------------------


def cover_size(theme: Theme) -> tuple[int, int]:
    """Width and height of a cover on a list."""
    if theme.portrait:
        return theme.p(84), theme.p(116)
    return theme.letter(72), theme.letter(98)


def _margins(theme: Theme) -> tuple[int, int, int]:
    """Before the cover, between cover and words, behind the words."""
    if theme.large:
        return theme.u(36), theme.u(38), theme.u(18)
    return theme.u(12), theme.u(26), theme.u(18)


def words_width(theme: Theme, width: int) -> int:
    """Room for words on a row of this width."""
    before, between, behind = _margins(theme)
    return width - before - cover_size(theme)[0] - between - behind


def least_height(theme: Theme) -> int:
    """Height of a row with two lines."""
    return max(theme.p(128) if theme.portrait else theme.u(118), theme.target - 3, cover_size(theme)[1] + theme.u(12))


def height(theme: Theme, item: Entry, width: int) -> int:
    """Height of a row: its title on one line, its words on as many as they need."""
    room = words_width(theme, width)
    lines = 1 + sum(len(typeset.set_runs(runs, theme.body, room, 9, False).lines) for runs in item.lines)
    return max(least_height(theme), round(lines * theme.body * _LEADING) + theme.u(23))


# --- drawing ------------------------------------------------------------------------------------------------------


def row(view: View, item: Entry, box: Box) -> Press:
    """A row in its place. A calm one has no plate of its own: it stands on a sheet."""
    c, theme, look = view.colours, view.theme, item.tone
    inside = _contents(view, item, box, look.fill, "")
    line = theme.signline if theme.contrast else theme.edge
    plate: tuple[Part, ...] = () if look.calm else (Panel(box, look.fill, look.edge, line, theme.radius),)
    sunk = Panel(box, c.leafpressed, c.second, theme.edge, theme.radius)
    pressed = (sunk, *_contents(view, item, box, c.leafpressed, c.onleafpressed))
    return Press(item.key, box, item.act, (*plate, *inside), pressed, lively=True)


def _contents(view: View, item: Entry, box: Box, back: str, only: str) -> tuple[Part, ...]:
    """Cover, badge and words. ``only``: every word in this colour (while pressed)."""
    c, theme = view.colours, view.theme
    wide, tall = cover_size(theme)
    before, between, _ = _margins(theme)
    cover = Box(box.x + before, box.y + (box.height - tall) // 2, wide, tall)
    edge = c.onriver if theme.contrast else ""
    parts: list[Part] = [Cover(cover, item.title, item.author, edge)]
    if item.tone.icon:
        parts.extend(badge(theme, cover, item.tone, back))
    words = Box(cover.right + between, box.y, words_width(theme, box.width), box.height)
    lines = [1] + [len(typeset.set_runs(runs, theme.body, words.width, 9, False).lines) for runs in item.lines]
    line = theme.body * _LEADING
    y = words.y + (words.height - sum(lines) * line) / 2
    runs_of = ((Run(item.title, BOLD, c.ink),), *item.lines)
    for number, (runs, count) in enumerate(zip(runs_of, lines, strict=True)):
        part = Box(words.x, round(y), words.width, round(count * line))
        coloured = tuple(Run(run.text, run.weight, only) for run in runs) if only else runs
        parts.append(Words(part, coloured, theme.body, back, leading=_LEADING, lines=count, cut=number == 0))
        y += count * line
    return tuple(parts)


def badge(theme: Theme, cover: Box, look: Tone, back: str) -> tuple[Part, ...]:
    """The mark on the cover's lower right corner."""
    side = theme.p(49) if theme.portrait else theme.letter(48)
    right, below = (theme.p(12), theme.p(8)) if theme.portrait else (theme.letter(12), theme.letter(8))
    box = Box(cover.right + right - side, cover.bottom + below - side, side, side)
    return (Panel(box, look.badge, back, theme.edge, side // 2), *disc_icon(box, look.icon, look.onbadge))


def disc_icon(box: Box, icon: str, colour: str) -> tuple[Part, ...]:
    """An icon in a round badge."""
    side = round(box.width * 0.6)
    return (Icon(box.middle(side, side), icon, colour),)
