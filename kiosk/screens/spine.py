"""The spine: Menu · English · Huruf · Bantuan · Keluar. Always there, always in this order, always in this place."""

from __future__ import annotations

from kiosk.screens.blocks import MEDIUM, say
from kiosk.screens.elements import Align, Art, Element, Icon, Page, Panel, Part, Press
from kiosk.screens.geometry import Box
from kiosk.screens.view import View
from kiosk.session.model import Button, Pressed, Screen

#: Pages on which the first slot leads back to the menu, and those on which the last one ends the visit.
_WITH_MENU = frozenset({Screen.BORROW, Screen.RETURN, Screen.ACCOUNT, Screen.FINISH})
_WITH_CANCEL = frozenset({Screen.NUMBER, Screen.PIN})


def spine(view: View) -> Page:
    """The spine of this state."""
    c, frame, theme = view.colours, view.frame, view.theme
    elements: list[Element] = [Panel(frame.spine, c.deep, key="spine")]
    if theme.contrast:
        elements.append(Panel(frame.band, c.onriver, key="band"))
    else:
        elements.append(Art(frame.band, "band", key="band"))
    slots = frame.slots
    if theme.compact:
        contents = [_language(view, slots[0]), _help(view, slots[1]), _exit(view, slots[2])]
    else:
        contents = [
            _first(view, slots[0]),
            _language(view, slots[1]),
            _slot(view, Button.LETTERING, slots[2], "aa", view.words("Text")),
            _help(view, slots[3]),
            _exit(view, slots[4]),
        ]
    for number, content in enumerate(contents):
        if number and content:
            elements.append(_rule(view, slots[number], number))
        elements.extend(content)
    return tuple(elements)


def _first(view: View, slot: Box) -> list[Element]:
    if view.state.screen in _WITH_MENU and view.state.patron is not None:
        return _slot(view, Button.MENU, slot, "menu", view.words("Menu"))
    side = view.theme.u(108)
    return [Art(slot.middle(side, side), "mark", key="mark")]


def _language(view: View, slot: Box) -> list[Element]:
    known = view.state.rules.languages
    if len(known) < 2 or view.state.language not in known:
        return []
    other = known[(known.index(view.state.language) + 1) % len(known)]
    return _slot(view, Button.LANGUAGE, slot, other, view.words.language_name(other))


def _help(view: View, slot: Box) -> list[Element]:
    return _slot(view, Button.HELP, slot, "help", view.words("Help"))


def _exit(view: View, slot: Box) -> list[Element]:
    if view.state.screen in _WITH_CANCEL:
        return _slot(view, Button.EXIT, slot, "exit", view.words("Cancel"))
    if view.state.patron is not None and view.state.screen is not Screen.OUT_OF_SERVICE:
        return _slot(view, Button.EXIT, slot, "exit", view.words("Log out"))
    return []


def _rule(view: View, slot: Box, number: int) -> Panel:
    theme, line = view.theme, view.theme.hairline
    if theme.portrait:
        edge = theme.u(29)
        box = Box(slot.x, slot.y + edge, line, slot.height - 2 * edge)
    else:
        edge = theme.u(24)
        box = Box(slot.x + edge, slot.y, slot.width - 2 * edge, line)
    return Panel(box, view.colours.spinerule, key=f"rule-{number}")


def _slot(view: View, button: Button, slot: Box, icon: str, word: str) -> list[Element]:
    c = view.colours
    plain = _parts(view, slot, icon, word, c.gold, c.onriver, c.deep)
    plate = Panel(slot.inset(view.theme.u(6)), c.pressed, c.pressededge, view.theme.signline, view.theme.radius)
    sign = c.onpressed if view.theme.contrast else c.gold
    sunk = (plate, *_parts(view, slot, icon, word, sign, c.onpressed, c.pressed))
    return [Press(f"spine-{button.value}", slot, Pressed(button), plain, sunk, spine=True)]


def _parts(view: View, slot: Box, icon: str, word: str, sign: str, colour: str, back: str) -> tuple[Part, ...]:
    theme = view.theme
    side = theme.icon
    line = round(theme.body * (1.0 if theme.large else 1.1))
    gap = 0 if theme.large else theme.u(6)
    top = slot.y + (slot.height - side - gap - line) // 2
    words = Box(slot.x, top + side + gap, slot.width, line)
    leading = 1.0 if theme.large else 1.1
    return (
        Icon(Box(slot.x + (slot.width - side) // 2, top, side, side), icon, sign),
        say(word, words, theme.body, colour, back, weight=MEDIUM, align=Align.MIDDLE, leading=leading, lines=1),
    )
