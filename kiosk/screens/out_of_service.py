"""Out of service: what, that staff know and since when, what to do now, and a small code for staff."""

from __future__ import annotations

from kiosk.screens.blocks import BLACK, BOLD, height, largest, say
from kiosk.screens.elements import Align, Art, Element, Icon, Page, Panel, Stand
from kiosk.screens.geometry import Box
from kiosk.screens.view import View


def out_of_service(view: View) -> Page:
    """The one safe page to which every failure leads."""
    c, theme, words, page = view.colours, view.theme, view.words, view.page
    wide = not theme.portrait
    edge = theme.u(44) if wide else (theme.p(64) if not theme.compact else theme.u(24))
    plain = theme.contrast or theme.large or theme.compact
    ground: Element = Panel(page, c.night) if plain else Art(page, "river-night", key="river")
    sorry = words("Sorry, not available right now")
    told = words.told_staff(view.since, view.zone)
    text_wide = page.width - 2 * edge if theme.large or not wide else theme.u(760)
    head = Box(page.x + edge, page.y + theme.u(60 if not theme.large else 24), text_wide, theme.u(300))
    if not wide:
        head = Box(head.x, head.y + theme.p(20), head.width, theme.p(400))
    sizes: tuple[tuple[int, float], ...] = ((theme.display, 1.04), (theme.title, 1.06), (theme.body, 1.1))
    if theme.compact:
        sizes = ((theme.title, 1.04), (theme.body, 1.1))
        head = Box(page.x + edge, page.y + theme.u(20), text_wide, theme.u(300))
    if not wide and not theme.compact:
        sizes = ((theme.u(115), 1.04), *sizes)
    size, leading = largest(sorry, BLACK, head, sizes)
    head_box = _balanced(sorry, size, head, leading)
    tall = height(sorry, size, BLACK, head_box.width, leading)
    told_y = head.y + tall + theme.u(30 if not theme.large else 12)
    told_box = Box(
        head.x, told_y, min(text_wide, theme.u(560) if wide and not theme.large else text_wide), theme.u(200)
    )
    code_wide = theme.u(150)
    card = _card_box(view, edge, wide)
    return (
        ground,
        say(sorry, head_box, size, c.onriver, c.night, weight=BLACK, leading=leading, key="head"),
        say(told, told_box, theme.lead, c.onriver2, c.night, leading=1.14, key="told"),
        *_card(view, card),
        say(view.code, Box(page.right - edge - code_wide, _code_y(view, card), code_wide, round(theme.body * 1.1)),
            theme.body, c.onriver2, c.night, align=Align.RIGHT, lines=1, cut=True, key="code"),
    )  # fmt: skip


def _balanced(text: str, size: int, box: Box, leading: float) -> Box:
    """A narrower box with as many lines, so that the lines are of like length."""
    lines = height(text, size, BLACK, box.width, leading)
    width = box.width
    while width > box.width // 2 and height(text, size, BLACK, width - 20, leading) == lines:
        width -= 20
    return box.left_part(width)


def _card_box(view: View, edge: int, wide: bool) -> Box:
    theme, page = view.theme, view.page
    inner = page.inset(edge, theme.u(40) if wide else edge)
    body = view.words("Books can go into the book drop.")
    if theme.large or theme.compact:
        text_wide = inner.width - theme.u(72) - theme.big_icon - theme.u(32)
        size = theme.title if theme.large else theme.body
        tall = height(view.words("Please ask staff"), size, BOLD, text_wide, 1.06)
        tall += height(body, theme.body, 400, text_wide) + theme.u(50)
        line = round(theme.body * 1.1)
        return inner.bottom_part(tall + line).without_bottom(line)
    if not wide:
        return inner.bottom_part(theme.p(330))
    return inner.bottom_part(theme.u(240)).left_part(theme.u(712))


def _code_y(view: View, card: Box) -> int:
    theme, page = view.theme, view.page
    line = round(theme.body * 1.1)
    if theme.portrait:
        return card.y - line - theme.u(24) if not theme.compact else card.bottom + theme.u(6)
    return page.bottom - theme.u(40 if not theme.large else 24) - line


def _card(view: View, card: Box) -> list[Element]:
    c, theme, words = view.colours, view.theme, view.words
    side = theme.big_icon
    edge = c.edge if theme.contrast else ""
    inner = card.inset(theme.u(36 if not theme.compact else 20), theme.u(20))
    if theme.compact:
        side = theme.icon
    icon = Box(inner.x, inner.y + (inner.height - side) // 2, side, side)
    text = inner.without_left(side + theme.u(32 if not theme.compact else 20))
    please, body = words("Please ask staff"), words("Books can go into the book drop.")
    size, leading = largest(please, BOLD, Box(0, 0, text.width, theme.u(70)), ((theme.u(54), 1.1), (theme.body, 1.1)))
    if theme.large:
        size, leading = theme.title, 1.06
    first = height(please, size, BOLD, text.width, leading)
    second = height(body, theme.body, 400, text.width)
    top = text.y + (text.height - first - second - theme.u(10)) // 2
    return [
        Panel(card, c.leaf, edge, theme.edge if edge else 0, theme.radius, key="card"),
        Icon(icon, "staff", c.sign, key="staff"),
        say(please, Box(text.x, top, text.width, first), size, c.ink, c.leaf, weight=BOLD, leading=leading,
            key="please"),
        say(body, Box(text.x, top + first + theme.u(10), text.width, second), theme.body, c.ink, c.leaf,
            stand=Stand.TOP, key="drop"),
    ]  # fmt: skip
