"""Typing a membership number or a PIN on large keys, 1 on top. Digits of a PIN are never shown, not even briefly."""

from __future__ import annotations

from kiosk.screens.blocks import BOLD, Label, busy, button, height, largest, say
from kiosk.screens.elements import Element, Icon, Page, Panel, Press, Stand
from kiosk.screens.geometry import Box
from kiosk.screens.typeset import width_of
from kiosk.screens.view import View
from kiosk.session.model import Button, Digit, Notice, Pressed, Screen


def number(view: View) -> Page:
    """The membership number."""
    view_page = _Areas(view)
    theme, c, words, state = view.theme, view.colours, view.words, view.state
    left = view_page.words
    title = words("Type your member number")
    size, leading = largest(title, BOLD, left.top_part(theme.u(260)), ((theme.title, 1.06), (theme.body, 1.1)))
    if theme.compact:
        size, leading = theme.body, 1.1
    tall = height(title, size, BOLD, left.width, leading)
    field = Box(
        left.x,
        left.y + tall + theme.u(30 if not theme.compact else 16),
        left.width,
        round(theme.body * 1.1) + theme.u(52 if not theme.compact else 34),
    )
    typed = _tail(state.typed, theme.body, field.width - theme.u(36))
    elements: list[Element] = [
        Panel(view.page, c.paper),
        say(title, left.top_part(tall), size, c.ink, c.paper, weight=BOLD, leading=leading, key="title"),
        Panel(field, c.leaf, c.hair, theme.hairline, theme.radius, key="field"),
        say(typed, field.inset(theme.u(18), 0), theme.body, c.ink, c.leaf, weight=BOLD, stand=Stand.MIDDLE, lines=1,
            key="typed"),
    ]  # fmt: skip
    if not typed and not theme.large:
        example = words("Member number")
        elements[-1] = say(example, field.inset(theme.u(20), 0), theme.body, c.ink2, c.leaf, stand=Stand.MIDDLE,
                           lines=1, cut=True, key="typed")  # fmt: skip
    if state.notice is not Notice.NONE and (theme.large or theme.compact):
        # What has just happened is more than the title, and there is room for one of them.
        elements = [elements[0]]
        below = left.without_bottom(theme.u(12))
    else:
        below = Box(left.x, field.bottom + theme.u(28), left.width, left.bottom - field.bottom - theme.u(28))
    elements.append(_notice(view, below, ""))
    elements.extend(_keys(view, view_page.keys, ready=bool(typed)))
    return tuple(elements)


def pin(view: View) -> Page:
    """The PIN; without the keypad when too many were wrong."""
    areas = _Areas(view)
    theme, c, words, state = view.theme, view.colours, view.words, view.state
    if state.notice is Notice.REFUSED:
        return _locked(view)
    left = areas.words
    disc = theme.letter(48)
    line = max(disc, round(theme.body * 1.1))
    read = Box(left.x, left.y, left.width, line)
    mark = Box(read.x, read.y + (line - disc) // 2, disc, disc)
    inner = round(disc * 0.6)
    title = words("Enter your PIN")
    title_box = Box(left.x, read.bottom + theme.u(34), left.width, theme.u(200))
    bigger = theme.title if theme.large else theme.cap(8.6)
    if theme.compact:
        bigger = theme.body
    size, leading = largest(title, BOLD, title_box, ((bigger, 1.06), (theme.title, 1.06), (theme.body, 1.1)))
    tall = height(title, size, BOLD, left.width, leading)
    dots_y = title_box.y + tall + theme.u(44)
    elements: list[Element] = [Panel(view.page, c.paper)]
    if theme.large or theme.compact:
        # The title alone says that the card was read; what has just happened stands instead of it.
        title_box = title_box.moved(0, left.y - title_box.y)
        happened = state.notice is not Notice.NONE
        dots_y = left.y if happened else left.y + tall + theme.u(24 if theme.large else 12)
        if not happened:
            elements.append(say(title, title_box.top_part(tall), size, c.ink, c.paper, weight=BOLD, leading=leading,
                                key="title"))  # fmt: skip
    head: list[Element] = [
        Panel(mark, c.ok, radius=disc // 2, key="read-mark"),
        Icon(mark.middle(inner, inner), "check", c.onok, key="read-icon"),
        say(words("Card read"), read.without_left(disc + theme.u(18)), theme.body, c.ok, c.paper, weight=BOLD,
            stand=Stand.MIDDLE, lines=1, key="read"),
        say(title, title_box.top_part(tall), size, c.ink, c.paper, weight=BOLD, leading=leading, key="title"),
    ]  # fmt: skip
    if not (theme.large or theme.compact):
        elements.extend(head)
    elements.extend(_dots(view, left.x, dots_y, left.width))
    staff = areas.staff
    top = dots_y + theme.u(38 + (24 if not theme.compact else 4))
    below = Box(left.x, top, left.width, (staff.y if staff.x == left.x else left.bottom) - top - theme.u(12))
    count = words("{typed} of {length} digits", typed=len(state.pin_typed), length=state.rules.pin_length)
    elements.append(_notice(view, below, count))
    if theme.compact:
        pass
    elif state.notice is Notice.STAFF_CALLED and not theme.large:
        elements.append(_staff_told(view, staff))
    else:
        label = Label(words("Forgot your PIN? Call staff"), "staff", left=True, pad=theme.u(18), gap=theme.u(14))
        if theme.low_reach:
            label = Label(words("Forgot your PIN? Call staff"), "staff", "top")
        if theme.large:
            label = Label(words("Call staff"), pad=theme.u(12))
        elements.append(button(theme, "call-staff", staff, "quiet", label, Pressed(Button.CALL_STAFF)))
    full = len(state.pin_typed) == state.rules.pin_length
    elements.extend(_keys(view, areas.keys, ready=full))
    return tuple(elements)


def _tail(typed: str, size: int, room: int) -> str:
    """The digits that were typed; when they do not fit, the last ones, for those are being watched."""
    if width_of(typed, size, BOLD) <= room:
        return typed
    while width_of(f"…{typed}", size, BOLD) > room:
        typed = typed[1:]
    return f"…{typed}"


class _Areas:
    """Where the words, the keys and the button for staff are."""

    def __init__(self, view: View) -> None:
        theme, page = view.theme, view.page
        if theme.portrait:
            edge = theme.p(64) if not theme.compact else theme.u(20)
            inner = page.inset(edge, theme.p(64) if not theme.compact else theme.u(20))
            gap = theme.gap
            key = theme.mm(20.5) if theme.compact else max(theme.mm(28), theme.p(180))
            if theme.low_reach:
                key = theme.mm(28)
            tall = 4 * key + 3 * gap
            self.keys = inner.bottom_part(tall)
            if theme.low_reach:  # everything to press within the lower two fifths: staff beside the keys
                self.keys = self.keys.left_part(round(inner.width * 0.68))
                self.staff = inner.bottom_part(tall).without_left(self.keys.width + gap)
                self.words = inner.without_bottom(tall + theme.p(56))
                return
            staff_tall = theme.p(140)
            self.staff = Box(inner.x, self.keys.y - theme.p(56) - staff_tall, inner.width, staff_tall)
            if theme.compact:  # the button for staff is in the help
                self.staff = Box(inner.x, self.keys.y - theme.u(10), inner.width, 0)
            self.words = Box(inner.x, inner.y, inner.width, self.staff.y - inner.y)
            return
        inner = Box(page.x + theme.u(44), page.y + theme.u(44), page.width - theme.u(88), page.height - theme.u(84))
        gap = theme.u(20)
        key_w, key_h = max(theme.mm(28), theme.u(166)), (inner.height - 3 * gap) // 4
        key_h = max(min(key_h, theme.u(190)), theme.mm(27.9))
        wide, tall = 3 * key_w + 2 * gap, 4 * key_h + 3 * gap
        side_gap = theme.u(20)
        y = inner.y + (inner.height - tall) // 2
        x = inner.x if theme.mirrored else inner.right - wide
        self.keys = Box(x, y, wide, tall)
        words_x = self.keys.right + side_gap + theme.u(8) if theme.mirrored else inner.x
        words_w = inner.width - wide - side_gap
        self.words = Box(words_x, inner.y, words_w - (theme.u(8) if theme.mirrored else 0), inner.height)
        self.staff = self.words.bottom_part(theme.u(170)).moved(0, theme.u(2))


def _keys(view: View, box: Box, *, ready: bool) -> list[Press]:
    theme, words = view.theme, view.words
    gap = theme.gap if theme.portrait else theme.u(20)
    cells = [cell for row in box.rows(gap, 1, 1, 1, 1) for cell in row.columns(gap, 1, 1, 1)]
    asking = view.state.asking
    keys: list[Press] = []
    for figure, cell in zip("123456789", cells[:9], strict=True):
        keys.append(_digit(view, figure, cell, asking))
    # A large word and the icon above it need the height of a key; where there is none, the word alone.
    label = Label(words("Delete"), "delete", "top", theme.small, theme.small_icon, pad=theme.u(4), gap=theme.u(10))
    keys.append(button(theme, "delete", cells[9], "function", label, Pressed(Button.DELETE)))
    keys.append(_digit(view, "0", cells[10], asking))
    go = Label(words("Next"), "next", "top", theme.small, theme.small_icon, pad=theme.u(4), gap=theme.u(10))
    if asking:
        roomy = box.height // 4 > theme.u(150)
        go = Label(words("Please wait"), "clock", "top", theme.small, theme.small_icon, pad=theme.u(2), gap=theme.u(4))
        if not roomy:
            go = Label(words("Please wait"), size=theme.small, pad=theme.u(2))
        keys.append(busy(theme, "next", cells[11], go))
    else:
        keys.append(button(theme, "next", cells[11], "primary", go, Pressed(Button.NEXT) if ready else None))
    return keys


def _digit(view: View, figure: str, cell: Box, asking: bool) -> Press:
    theme = view.theme
    label = Label(figure, size=theme.key)
    if asking:
        return busy(theme, f"digit-{figure}", cell, label, "key")
    return button(theme, f"digit-{figure}", cell, "key", label, Digit(figure))


def _dots(view: View, x: int, y: int, room: int) -> list[Panel]:
    """A dot for each digit asked for, filled for each one typed."""
    theme, c, state = view.theme, view.colours, view.state
    length = state.rules.pin_length
    side, line = theme.u(38), max(2, theme.u(5))
    step = min(side + theme.u(20), (room - side) // max(1, length - 1))
    return [
        Panel(
            Box(x + number * step, y, side, side),
            c.ink if number < len(state.pin_typed) else c.paper,
            c.ink, line, side // 2, key=f"dot-{number}",
        )
        for number in range(length)
    ]  # fmt: skip


def _notice(view: View, box: Box, otherwise: str) -> Element:
    """What has just happened, in bold; else a plain line."""
    c, theme, state = view.colours, view.theme, view.state
    told_elsewhere = state.notice is Notice.STAFF_CALLED and not (theme.compact or theme.large)
    if (state.notice is Notice.NONE or told_elsewhere) and state.screen is Screen.PIN:
        return say(otherwise, box, theme.body, c.ink2, c.paper, key="line")
    said = view.words.notice(state.notice, state.refusal, view.today, view.zone)
    colour = c.stop if state.notice is Notice.NO_MATCH else c.ink
    return say(said.whole or otherwise, box, theme.body, colour, c.paper, weight=BOLD, leading=1.08, key="line")


def _staff_told(view: View, box: Box) -> Element:
    c, theme, words = view.colours, view.theme, view.words
    said = words.notice(Notice.STAFF_CALLED, None, view.today, view.zone)
    return say(said.whole, box, theme.body, c.ok, c.paper, weight=BOLD, stand=Stand.MIDDLE, key="staff-told")


def _locked(view: View) -> Page:
    """Too many wrong PINs: the keypad has gone, staff are the way on."""
    c, theme, words, state = view.colours, view.theme, view.words, view.state
    inner = view.page.inset(theme.u(44), theme.u(60))
    said = words.notice(state.notice, state.refusal, view.today, view.zone)
    side = theme.u(130 if not theme.compact else 80)
    text = Box(
        inner.x,
        inner.y + side + theme.u(40),
        inner.width,
        inner.height - side - theme.u(240 if not theme.compact else 200),
    )
    what_tall = height(said.what, theme.title, BOLD, inner.width, 1.06)
    label = Label(words("Call staff"), "staff", size=theme.action, icon_size=theme.icon)
    low = inner.bottom_part(theme.u(150))
    wide = low if theme.portrait else (low.left_part if theme.mirrored else low.right_part)(theme.u(560))
    return (
        Panel(view.page, c.paper),
        Icon(Box(inner.x, inner.y, side, side), "clock", c.stop, key="locked"),
        say(said.what, text.top_part(what_tall), theme.title, c.ink, c.paper, weight=BOLD, leading=1.06, key="title"),
        say(said.now, text.without_top(what_tall + theme.u(16)), theme.lead, c.ink, c.paper, leading=1.14, key="line"),
        button(theme, "call-staff", wide, "primary", label, Pressed(Button.CALL_STAFF)),
    )
