"""A list of rows that turns pages: no scrolling, no swiping. Up and Down, and how many more there are."""

from __future__ import annotations

from kiosk.screens import rows
from kiosk.screens.blocks import BOLD, Label, button, say
from kiosk.screens.elements import Element, Panel, Stand, Turn
from kiosk.screens.geometry import Box
from kiosk.screens.rows import Entry
from kiosk.screens.view import View


def pages_of(heights: list[int], gap: int, room: int) -> list[range]:
    """Which rows stand on which page: as many as there is room for, at least one."""
    pages: list[range] = []
    first, used = 0, 0
    for number, tall in enumerate(heights):
        needed = tall if number == first else used + gap + tall
        if number > first and needed > room:
            pages.append(range(first, number))
            first, needed = number, tall
        used = needed
    pages.append(range(first, len(heights)))
    return pages


def listing(view: View, entries: list[Entry], box: Box, *, pager_low: bool = True) -> list[Element]:
    """The rows of a box, with a pager below them when they do not all fit."""
    theme = view.theme
    gap = theme.gap
    tall = [rows.height(theme, each, box.width) for each in entries]
    if sum(tall) + gap * (len(tall) - 1) <= box.height or not entries:
        return _stack(view, entries, tall, box, range(len(entries)))
    pager = pager_height(view)
    room = box.without_bottom(pager + gap)
    entries = [rows.shorter(theme, each, box.width, room.height) for each in entries]
    tall = [rows.height(theme, each, box.width) for each in entries]
    pages = pages_of(tall, gap, room.height)
    here = min(view.turned, len(pages) - 1)
    if theme.large:  # one book a page, and the row takes all the room there is
        tall = [room.height if len(pages[here]) == 1 else each for each in tall]
    elements = _stack(view, entries, tall, room, pages[here])
    low = box.bottom_part(pager)
    if not pager_low:
        low = Box(box.x, elements[-1].box.bottom + gap if elements else box.y, box.width, pager)  # type: ignore[union-attr]
    return [*elements, *_pager(view, low, here, pages, len(entries))]


def pager_height(view: View) -> int:
    """Height of Up and Down."""
    return max(view.theme.target, view.theme.u(138) if view.theme.large else 0)


def _pager(view: View, box: Box, here: int, pages: list[range], total: int) -> list[Element]:
    theme, words, c = view.theme, view.words, view.colours
    one = len(pages[here]) == 1
    hidden = total - len(pages[here])
    text = (
        words("Book {number} / {total}", number=pages[here].start + 1, total=total) if one else words.more_books(hidden)
    )
    up_width, down_width = (theme.u(270), theme.u(300)) if theme.large else (theme.u(200), theme.u(200))
    if theme.compact:  # the count above says how many there are
        up_width = down_width = (box.width - theme.gap) // 2
    gap = theme.u(24) if theme.large else theme.gap
    down = box.right_part(down_width)
    up = Box(down.x - gap - up_width, box.y, up_width, box.height)
    left = Box(box.x + (0 if theme.large else theme.u(12)), box.y, up.x - box.x - theme.u(12), box.height)
    last = len(pages) - 1
    icon = theme.icon if theme.large else theme.small_icon
    told = (
        []
        if theme.compact
        else [say(text, left, theme.body, c.ink, c.paper, weight=BOLD, stand=Stand.MIDDLE, key="more")]
    )
    return [
        *told,
        button(
            theme, "page-up", up, "second", Label(words("Up"), "up", icon_size=icon, pad=theme.u(12)),
            Turn(here - 1) if here else None,
        ),
        button(
            theme, "page-down", down, "second", Label(words("Down"), "down", icon_size=icon, pad=theme.u(12)),
            Turn(here + 1) if here < last else None,
        ),
    ]  # fmt: skip


def _stack(view: View, entries: list[Entry], tall: list[int], box: Box, shown: range) -> list[Element]:
    """Rows one below the other; neighbouring calm ones on one sheet with lines between them."""
    theme, c = view.theme, view.colours
    gap, y = theme.gap, box.y
    placed: list[tuple[Entry, Box]] = []
    for number in shown:
        placed.append((entries[number], Box(box.x, y, box.width, tall[number])))
        y += tall[number] + gap
    elements: list[Element] = []
    calm = [place for item, place in placed if item.tone.calm]
    if calm:
        sheet = Box(box.x, calm[0].y, box.width, calm[-1].bottom - calm[0].y)
        line = theme.thin if theme.contrast else theme.hairline
        elements.append(Panel(sheet.inset(-line), c.leaf, c.edge, line, theme.radius, key="sheet"))
        for number, place in enumerate(calm[1:]):
            before = rows.cover_size(theme)[0] + theme.u(46)
            rule = Box(box.x + before, place.y - gap // 2 - 1, box.width - before - theme.u(18), theme.hairline)
            elements.append(Panel(rule, c.hair, key=f"sheet-line-{number}"))
    elements.extend(rows.row(view, item, place) for item, place in placed)
    return elements
