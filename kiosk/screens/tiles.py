"""What the patron does beside the screen, shown on it: the camera's picture, and the pile on the pad."""

from __future__ import annotations

from kiosk.screens.blocks import BOLD, MEDIUM, height, say
from kiosk.screens.elements import Align, Element, Icon, Live, Panel, Stand
from kiosk.screens.geometry import Box
from kiosk.screens.view import View
from kiosk.session.model import Advice, Phase, Stuck

_SLABS = ("#0F5557", "#B4492E", "#D9962E", "#841A33", "#2E3E54")
_LEAVES = "#F4EBD6"
_SHIFTS = (-6, 5, -2, 7)
MOST_SLABS = 8


def camera_tile(view: View, box: Box, *, prompt: str = "") -> list[Element]:
    """The live picture, or what to use instead. ``prompt`` asks for the first label; advice takes its place."""
    c, theme, words = view.colours, view.theme, view.words
    ready, helped = view.state.camera_ready, advice(view)
    if ready:
        text, colour = helped or prompt or words("Camera ready"), c.ink
        if view.state.just_read and not prompt:
            text, colour = words("Code read"), c.count
    else:
        text = words("Use the pad instead") if view.state.reader_ready else _scanner_or(view, words("Camera not ready"))
        colour = c.stop
    line = theme.thin if theme.contrast else theme.hairline
    low = _label_height(view, text, box, bool(prompt), bold=bool(prompt or helped))
    picture = box.without_bottom(low)
    ground = c.goldtint if helped else c.leaf
    elements: list[Element] = [Panel(box, ground, key="camera-plate")]
    if ready:
        elements.append(Live(picture, c.gold, "#0A3032"))
    else:
        side = min(theme.big_icon, picture.height - theme.u(16))
        elements.append(Icon(picture.middle(side, side), "scan", c.stop, key="camera-off"))
    edge = c.edge if theme.contrast else c.hair
    elements.append(Panel(box, "", edge, line, theme.radius, outside=c.paper, key="camera-frame"))
    label = box.bottom_part(low)
    elements.append(_label(view, text, label, colour, "camera-words", bool(prompt or helped), ground))
    return elements


def advice(view: View) -> str:
    """How to hold a code that the camera sees and cannot read; empty when there is none."""
    if not view.state.camera_ready or view.state.advice is None:
        return ""
    return view.words("A little closer") if view.state.advice is Advice.CLOSER else view.words("Hold it still")


def pad_tile(view: View, box: Box, *, prompt: str = "") -> list[Element]:
    """The pile from the side: a slab for each tag, a dashed one for a book that must come back."""
    c, theme, words = view.colours, view.theme, view.words
    state = view.state
    ready = state.reader_ready
    text = prompt if prompt and ready else words.on_pad(len(state.pad), ready=ready)
    if not ready:
        text = words("Use the camera instead") if state.camera_ready else _scanner_or(view, text)
    line = theme.thin if theme.contrast else theme.hairline
    edge = c.edge if theme.contrast else c.hair
    low = _label_height(view, text, box, bool(prompt))
    picture = box.without_bottom(low)
    elements: list[Element] = [Panel(box, c.leaf, edge, line, theme.radius, key="pad-plate")]
    if ready:
        away = any(row.phase is Phase.PUT_BACK and row.stuck is Stuck.LEFT for row in state.rows)
        missing = bool(prompt) or away
        elements.extend(_pile(view, picture, min(len(state.pad), MOST_SLABS), missing))
    else:
        side = min(theme.big_icon, picture.height - theme.u(16))
        elements.append(Icon(picture.middle(side, side), "pad", c.stop, key="pad-off"))
    colour = c.ink if ready else c.stop
    elements.append(_label(view, text, box.bottom_part(low), colour, "pad-words", bool(prompt)))
    return elements


def _scanner_or(view: View, text: str) -> str:
    """Where neither camera nor pad works: the scanner, if there is one."""
    return view.words("Use the scanner instead") if view.state.scanner_ready else text


def _label_height(view: View, text: str, box: Box, big: bool, *, bold: bool = False) -> int:
    theme = view.theme
    needed = height(text, theme.body, BOLD if big or bold else MEDIUM, box.width - theme.u(20)) + theme.u(8)
    if big:
        return max(needed + theme.u(40), theme.u(120))
    return max(needed, theme.p(51) if theme.portrait else theme.u(56))


def _label(view: View, text: str, box: Box, colour: str, key: str, bold: bool, ground: str = "") -> Element:
    theme, ground = view.theme, ground or view.colours.leaf
    inner = box.inset(theme.u(10), 0)
    weight = BOLD if bold else MEDIUM
    return say(text, inner, theme.body, colour, ground, weight=weight, align=Align.MIDDLE, stand=Stand.MIDDLE, key=key)


def _pile(view: View, box: Box, slabs: int, missing: bool) -> list[Element]:
    c, theme = view.colours, view.theme
    middle = Box(box.x, box.y + theme.u(6), box.width, box.height - theme.u(6))
    h, w = min(middle.height, round(middle.width * 0.62)), min(middle.width, round(middle.height * 2.6))
    x0, y0 = middle.x + (middle.width - w) // 2, middle.y + (middle.height - h) // 2
    thick = min(h * 0.135, h * 0.68 / max(1, slabs + (1.8 if missing else 0)))
    wide, y = round(w * 0.62), y0 + h * 0.80
    left = x0 + (w - wide) // 2
    elements: list[Element] = []
    for number in range(slabs):
        y -= thick
        x = left + theme.u(_SHIFTS[number % 4])
        slab = Box(x, round(y), wide, max(3, round(thick - theme.u(3))))
        elements.append(Panel(slab, _SLABS[number % 5], radius=theme.u(3), key=f"slab-{number}"))
        leaves = Box(x + round(wide * 0.84), slab.y + theme.u(4), round(wide * 0.16), slab.height - theme.u(8))
        if leaves.height > 2:
            elements.append(Panel(leaves, _LEAVES, key=f"leaves-{number}"))
    if missing:
        y -= thick + h * 0.13
        gap = Box(left, round(y), wide, max(theme.u(10), round(thick - theme.u(3))))
        line = max(2, theme.u(3))
        elements.append(Panel(gap, c.goldtint, c.ink, line, theme.u(3), dashed=True, key="slab-missing"))
        side = max(theme.u(16), round(h * 0.15))
        arrow = Box(left + (wide - side) // 2, gap.bottom - theme.u(1), side, side)
        elements.append(Icon(arrow, "drop", c.ink, key="slab-arrow"))
    base = Box(x0 + round(w * 0.10), round(y0 + h * 0.82), round(w * 0.8), max(4, round(h * 0.07)))
    elements.append(Panel(base, c.sign, radius=base.height // 2, key="pad-base"))
    return elements
