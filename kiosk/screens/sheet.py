"""The sheet on which everything stands that lies over a page, and how dialogs are laid out on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from kiosk.screens.blocks import BOLD, Label, button, height, largest, say
from kiosk.screens.elements import Art, Element, Icon, Page, Panel, Stand
from kiosk.screens.geometry import Box
from kiosk.screens.view import View
from kiosk.session.model import Button, Pressed


def sheet(view: View, tall: int = 0) -> tuple[list[Element], Box]:
    """The opaque ground, the leaf with the woven band on top, and the room on it."""
    c, theme, page = view.colours, view.theme, view.page
    if theme.portrait:
        across = theme.p(48) if not theme.compact else theme.u(12)
        full = page.inset(across, theme.p(120) if not theme.compact else theme.u(16))
        box = full.middle(full.width, min(full.height, tall or theme.p(900)))
        if theme.low_reach or not theme.compact:
            box = Box(box.x, page.bottom - box.height - theme.p(72), box.width, box.height)
    else:
        across = theme.u(48) if not theme.large else theme.u(16)
        room = page.inset(across, theme.u(16 if theme.large else 24))
        box = room.middle(room.width, min(room.height, tall or theme.u(608)))
    woven = theme.u(22) if not theme.large else theme.u(14)
    elements: list[Element] = [Panel(page, c.deep, key="scrim"), Panel(box, c.leaf, key="sheet")]
    if theme.contrast:
        elements.append(Panel(box, "", c.edge, theme.edge, theme.radius, outside=c.deep, key="sheet-frame"))
    else:
        elements.append(Art(box.top_part(woven), "band", key="sheet-band"))
        elements.append(Panel(box, "", c.leaf, 0, theme.radius, outside=c.deep, key="sheet-frame"))
    pad = theme.u(44) if not theme.large and not theme.compact else theme.u(24)
    below = pad
    return elements, Box(
        box.x + pad, box.y + woven + theme.u(20), box.width - 2 * pad, box.height - woven - theme.u(20) - below
    )


def answers(
    view: View, low: Box, safe: Label, safe_act: Button, other: Label | None, other_act: Button
) -> list[Element]:
    """The safe answer, filled and left; the other one beside it, or below it where the panel is narrow."""
    theme, c = view.theme, view.colours
    if other is None:
        return [button(theme, "safe", low, "primary", safe, Pressed(safe_act))]
    if theme.compact:
        first, second = low.columns(theme.gap, 1.15, 1)
        safe, other = replace(safe, icon="", size=theme.body, pad=theme.u(4)), replace(other, icon="", pad=theme.u(4))
    elif theme.portrait:
        first, second = low.rows(theme.gap, 1, 1)
    else:
        first, second = low.columns(theme.u(24), 1.6, 1)
    return [
        button(theme, "safe", first, "primary", safe, Pressed(safe_act)),
        button(theme, "other", second, "quiet", other, Pressed(other_act), ground=c.leaf),
    ]


def answers_height(view: View, *, two: bool = True) -> int:
    theme = view.theme
    one = theme.u(176) if not theme.portrait else theme.p(150)
    if theme.compact:
        one = theme.target
    if theme.large:
        one = theme.u(170)
    return 2 * one + theme.gap if theme.portrait and two and not theme.compact else one


def dialog(
    view: View, title: str, sentence: str, safe: Label, other: Label | None, other_act: Button, icon: str = ""
) -> Page:
    """A title, one or two sentences, and at most two answers."""
    c, theme = view.colours, view.theme
    tall = theme.u(608) if not theme.large else theme.height
    if theme.portrait:
        tall = theme.p(900) if not theme.compact else theme.u(640)
    elements, room = sheet(view, tall)
    low = room.bottom_part(answers_height(view, two=other is not None))
    text = room.without_bottom(low.height + theme.u(20)).without_top(theme.u(20 if not theme.large else 0))
    if icon and not theme.large and not theme.compact:
        side = theme.u(110)
        box = Box(text.x, text.y, side, side)
        fill, sign = {"stop": (c.stop, c.onstop), "hand": (c.gold, c.ongold), "staff": (c.gold, c.ongold)}.get(
            icon, (c.edge, c.onedge)
        )
        elements.append(Panel(box, fill, radius=side // 2, key="dialog-disc"))
        elements.append(Icon(box.middle(theme.u(64), theme.u(64)), icon, sign, key="dialog-icon"))
        text = text.without_left(side + theme.u(36))
    size, leading = largest(title, BOLD, text.top_part(theme.u(170)), ((theme.title, 1.06), (theme.body, 1.1)))
    title_tall = height(title, size, BOLD, text.width, leading)
    below = text.without_top(title_tall + theme.u(18 if not theme.large else 8))
    small, small_leading = largest(sentence, 400, below, ((theme.lead, 1.14), (theme.body, 1.1), (theme.body, 1.04)))
    elements.extend(
        [
            say(
                title, text.top_part(title_tall), size, c.ink, c.leaf, weight=BOLD, leading=leading, key="dialog-title"
            ),
            say(
                sentence,
                below,
                small,
                c.ink,
                c.leaf,
                leading=small_leading,
                cut=True,
                lines=max(1, int(below.height // (small * small_leading))),
                key="dialog-words",
            ),
        ]
    )
    elements.extend(answers(view, low, safe, Button.STAY, other, other_act))
    return tuple(elements)


def lines(view: View, box: Box, said: Sequence[tuple[str, str, str]], key: str) -> list[Element]:
    """Short sentences below each other: text, icon and the icon's colour of each. As large as they all fit."""
    c, theme = view.colours, view.theme
    side = theme.icon if not theme.portrait or theme.compact else theme.p(64)
    gap = theme.u(30) if not theme.large else theme.u(18)
    room_wide = box.width - side - gap
    for size, leading in ((theme.lead, 1.14), (theme.body, 1.14), (theme.body, 1.06), (theme.body, 1.0)):
        heights = [max(side, height(text, size, 400, room_wide, leading)) for text, _, _ in said]
        spare = box.height - sum(heights)
        if spare >= 0:
            break
    between = max(0, min(theme.u(34), spare // max(1, len(said))))
    elements: list[Element] = []
    y = box.y
    for number, ((text, icon, colour), one) in enumerate(zip(said, heights, strict=True)):
        words = Box(box.x + side + gap, y, room_wide, one)
        mark = Box(box.x, y + (one - side) // 2, side, side)
        elements.append(Icon(mark, icon, colour, key=f"{key}-icon-{number}"))
        elements.append(say(text, words, size, c.ink, c.leaf, stand=Stand.MIDDLE, leading=leading,
                            key=f"{key}-{number}"))  # fmt: skip
        y += one + between
    return elements
