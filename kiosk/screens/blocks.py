"""Building blocks of pages: sentences, buttons, banners, chips. Each is a function to elements."""

from __future__ import annotations

from dataclasses import dataclass, replace

from kiosk.screens import typeset
from kiosk.screens.elements import Align, Icon, Panel, Part, Press, Run, Stand, Turn, Words
from kiosk.screens.geometry import Box
from kiosk.screens.theme import Theme
from kiosk.session.model import Digit, Pressed

REGULAR, MEDIUM, BOLD, BLACK = 400, 600, 700, 800


def say(
    text: str,
    box: Box,
    size: int,
    colour: str,
    back: str,
    *,
    weight: int = REGULAR,
    align: Align = Align.LEFT,
    stand: Stand = Stand.TOP,
    leading: float = 1.1,
    lines: int = 9,
    cut: bool = False,
    key: str = "",
) -> Words:
    """A sentence in one weight and colour."""
    return Words(box, (Run(text, weight, colour),), size, back, align, stand, leading, lines, cut, key)


def height(text: str, size: int, weight: int, width: int, leading: float = 1.1) -> int:
    """Height that a sentence needs at this width."""
    return typeset.height_of((Run(text, weight, "#000000"),), size, width, leading)


def largest(text: str, weight: int, box: Box, sizes: tuple[tuple[int, float], ...]) -> tuple[int, float]:
    """The first of (size, leading) at which a sentence fits its box whole; the last if none does."""
    for size, leading in sizes:
        setting = typeset.set_runs((Run(text, weight, "#000000"),), size, box.width, 99, False)
        if setting.fits and setting.height(size, leading) <= box.height:
            return size, leading
    return sizes[-1]


# --- buttons ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Look:
    """A button's colours. ``back`` is what its words stand on."""

    fill: str
    edge: str
    line: int
    text: str
    sign: str
    back: str
    dashed: bool = False


def looks(theme: Theme, kind: str, ground: str = "") -> tuple[Look, Look]:
    """The ordinary and the pressed look of a kind of button on ``ground`` (the paper if not named)."""
    c = theme.colours
    ground = ground or c.paper
    sunk = Look(c.pressed, c.pressededge, theme.signline, c.onpressed, c.pressededge, c.pressed)
    if theme.contrast:
        sunk = replace(sunk, sign=c.onpressed)
    tinted = Look(c.leafpressed, c.second, theme.edge, c.onleafpressed, c.onleafpressed, c.leafpressed)
    match kind:
        case "primary":
            return Look(c.river, "", 0, c.onfill, c.signfill, c.river), sunk
        case "second":
            return Look(c.leaf, c.second, theme.edge, c.ink, c.ink, c.leaf), tinted
        case "quiet":
            return Look(ground, c.edge, theme.edge, c.ink, c.ink, ground), replace(tinted, edge=c.edge)
        case "leaf":  # on the river
            edge = c.onriver2 if theme.contrast else ""
            return Look(c.leaf, edge, theme.edge if edge else 0, c.ink, c.sign, c.leaf), tinted
        case "ghost":  # on the river
            return Look(c.water, c.onriver2, theme.edge, c.onriver, c.onriver, c.water), sunk
        case "key" | "card":
            return Look(c.leaf, c.edge, theme.thin, c.ink, c.sign, c.leaf), replace(tinted, edge=c.edge)
        case "function":  # of the keypad
            return Look(ground, c.edge, theme.thin, c.ink, c.ink, ground), replace(tinted, edge=c.edge)
        case "chosen":
            return Look(c.oktint, c.ok, theme.edge, c.ok, c.ok, c.oktint), tinted
        case _:  # off
            off = Look(c.offfill, c.edge, theme.edge, c.offink, c.offink, c.offfill, dashed=True)
            return off, off


@dataclass(frozen=True, slots=True)
class Label:
    """What stands on a button: words, an icon, and how they are arranged. ``under`` is a second, lighter line."""

    text: str
    icon: str = ""
    side: str = "left"  # left, right, top
    size: int = 0
    icon_size: int = 0
    under: str = ""
    under_size: int = 0
    left: bool = False  # words and icon at the left instead of the middle
    weight: int = BOLD
    pad: int = 0
    gap: int = 0


def button(
    theme: Theme, key: str, box: Box, kind: str, label: Label, act: Pressed | Digit | Turn | None, *, ground: str = ""
) -> Press:
    """A button. Without an ``act`` it is off, whatever its kind."""
    plain, sunk = looks(theme, kind if act is not None else "off", ground)
    parts, pressed = _button_parts(theme, box, label, plain), _button_parts(theme, box, label, sunk)
    return Press(key, box, act, parts, pressed, primary=kind == "primary" and act is not None)


def busy(theme: Theme, key: str, box: Box, label: Label, kind: str = "primary") -> Press:
    """A button that is at work: as wide and as filled as before, and not pressable until the answer is there."""
    look, _ = looks(theme, kind)
    parts = _button_parts(theme, box, label, look)
    return Press(key, box, None, parts, parts, primary=kind == "primary")


def panel(theme: Theme, box: Box, look: Look) -> Panel:
    """The plate of a button or card."""
    return Panel(box, look.fill, look.edge, look.line, theme.radius, look.dashed)


def _button_parts(theme: Theme, box: Box, label: Label, look: Look) -> tuple[Part, ...]:
    size = label.size or theme.body
    pad = label.pad or theme.u(20)
    inner = box.inset(pad, max(look.line, theme.u(4)))
    plate = panel(theme, box, look)
    side = label.icon_size or theme.small_icon
    if label.side == "top" and label.icon:
        return (plate, *_stacked(theme, inner, label, look, size, side))
    gap = label.gap or theme.u(15)
    room = inner.without_left(side + gap) if label.icon else inner
    runs = _runs(label, look)
    setting = typeset.set_runs(runs[0], size, room.width, 9, False)
    if len(setting.lines) > 1 and size > theme.body:  # rather one line of running text than two of large
        size = theme.body
        setting = typeset.set_runs(runs[0], size, room.width, 9, False)
    widest = max(setting.widths, default=0)
    tall = setting.height(size, 1.08)
    under = None
    if label.under:
        under = typeset.set_runs(runs[1], label.under_size or size, room.width, 9, False)
        widest = max(widest, *under.widths)
        tall += under.height(label.under_size or size, 1.1)
    taken = widest + (side + gap if label.icon else 0)
    start = inner.x if label.left else inner.x + (inner.width - taken) // 2
    words_x = start + (side + gap if label.icon and label.side == "left" else 0)
    icon_x = start + widest + gap if label.side == "right" else start
    top = box.y + (box.height - tall) // 2
    words = Box(words_x, top, min(widest + 2, inner.right - words_x), tall)
    parts: list[Part] = [plate]
    if label.icon:
        parts.append(Icon(Box(icon_x, box.y + (box.height - side) // 2, side, side), label.icon, look.sign))
    first = words.top_part(setting.height(size, 1.08))
    align = Align.LEFT if label.left or label.icon else Align.MIDDLE
    parts.append(Words(first, runs[0], size, look.back, align, leading=1.08))
    if under is not None:
        parts.append(Words(words.without_top(first.height), runs[1], label.under_size or size, look.back))
    return tuple(parts)


def _runs(label: Label, look: Look) -> tuple[tuple[Run, ...], tuple[Run, ...]]:
    return (Run(label.text, label.weight, look.text),), (Run(label.under, REGULAR, look.text),)


def _stacked(theme: Theme, inner: Box, label: Label, look: Look, size: int, side: int) -> list[Part]:
    gap = label.gap or theme.u(8)
    runs = _runs(label, look)[0]
    tall = typeset.height_of(runs, size, inner.width)
    top = inner.y + (inner.height - side - gap - tall) // 2
    icon = Box(inner.x + (inner.width - side) // 2, top, side, side)
    words = Box(inner.x, top + side + gap, inner.width, tall)
    return [Icon(icon, label.icon, look.sign), Words(words, runs, size, look.back, Align.MIDDLE)]


# --- other pieces -------------------------------------------------------------------------------------------------


def chip(theme: Theme, x: int, y: int, text: str, fill: str, colour: str) -> tuple[Part, ...]:
    """A short fact in a rounded sign; never pressable."""
    width = typeset.width_of(text, theme.body, BOLD) + 2 * theme.u(22)
    tall = round(theme.body * 1.1) + theme.u(14)
    box = Box(x, y, width, tall)
    words = say(text, box, theme.body, colour, fill, weight=BOLD, align=Align.MIDDLE, stand=Stand.MIDDLE)
    return Panel(box, fill, radius=tall // 2), words


def banner(theme: Theme, box: Box, icon: str, what: str, now: str) -> tuple[Part, ...]:
    """The line on top of a page: what is the matter in bold, what still works after it; without an icon if need be."""
    c = theme.colours
    side = theme.icon
    edge = c.onbanner if theme.contrast else ""
    runs = (Run(what, BOLD, c.onbanner), Run(f" {now}" if now else "", REGULAR, c.onbanner))
    words = Box(box.x + theme.u(24) + side + theme.u(20), box.y, box.width - side - theme.u(60), box.height)
    plate = Panel(box, c.banner, edge, theme.edge if edge else 0, theme.radius, key="banner")
    if not icon:
        inner = box.inset(theme.u(18), 0)
        return plate, Words(inner, runs, theme.body, c.banner, stand=Stand.MIDDLE, leading=1.04, key="banner-words")
    return (
        plate,
        Icon(Box(box.x + theme.u(24), box.y + (box.height - side) // 2, side, side), icon, c.gold, key="banner-icon"),
        Words(words, runs, theme.body, c.banner, stand=Stand.MIDDLE, leading=1.08, key="banner-words"),
    )


def banner_height(theme: Theme, width: int, what: str, now: str) -> int:
    """Height of a banner at this width: one line if it can, more if it must."""
    runs = (Run(what, BOLD, ""), Run(f" {now}" if now else "", REGULAR, ""))
    tall = typeset.height_of(runs, theme.body, width - theme.icon - theme.u(60), 1.08)
    return max(theme.u(84), tall + theme.u(24))
