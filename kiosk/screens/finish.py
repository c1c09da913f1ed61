"""Finish: thanks, when the books come back, the receipt for the phone, one question, and a page that closes itself."""

from __future__ import annotations

from collections import Counter
from datetime import date
from functools import lru_cache

from kiosk.circulation.port import Renewed
from kiosk.locale.words import Words as Language
from kiosk.receipts import qr
from kiosk.receipts.model import Receipt, receipt
from kiosk.receipts.text import text as receipt_text
from kiosk.screens.blocks import BLACK, BOLD, MEDIUM, Label, Look, button, height, largest, looks, panel, say
from kiosk.screens.elements import Align, Code, Cover, Element, Icon, Page, Panel, Part, Press, Ring, Run, Stand, Words
from kiosk.screens.geometry import Box
from kiosk.screens.typeset import height_of, width_of
from kiosk.screens.view import View
from kiosk.session.model import Button, Mode, Notice, Phase, Pressed, Rating, Row

_FACES = (
    (Rating.GOOD, Button.RATE_GOOD, "good"),
    (Rating.SOSO, Button.RATE_SOSO, "soso"),
    (Rating.BAD, Button.RATE_BAD, "bad"),
)
#: At least this much of a module, for the camera of a cheap phone.
MODULE_MM = 0.6
MOST_COVERS = 4


def finish(view: View) -> Page:
    """The finish page."""
    page = (Panel(view.page, view.colours.paper),)
    if view.theme.portrait:
        return (*page, *_portrait(view))
    return (*page, *(_large(view) if view.theme.large else _landscape(view)))


# --- what was done ------------------------------------------------------------------------------------------------


def taken(view: View) -> list[Row]:
    """The books that go home, in the order they were borrowed."""
    rows = view.state.rows_of(Mode.BORROW)
    return sorted((row for row in rows if row.phase in (Phase.BORROWED, Phase.PUT_BACK)), key=lambda row: row.changed)


def covers(view: View) -> list[tuple[str, str]]:
    """Title and author of what stands on the shelf."""
    state, words = view.state, view.words
    shown = [(row.title, row.author) for row in reversed(taken(view))]
    if not shown:
        back = [row for row in state.rows_of(Mode.RETURN) if row.phase is Phase.RETURNED]
        shown = [(row.title, row.author) for row in back]
    if not shown:
        shown = [(done.item.title, done.item.author) for _, done in state.renewals if isinstance(done, Renewed)]
    return [(words.title(title[:200]), author[:200]) for title, author in shown[:MOST_COVERS]]


def due_dates(view: View) -> list[date]:
    """When everything of this visit comes back."""
    renewed = [done.due for _, done in view.state.renewals if isinstance(done, Renewed) and done.due_known]
    return [row.due for row in taken(view) if row.due] + renewed


def _news(view: View, box: Box, small: int, large: tuple[tuple[int, float], ...], weight: int) -> list[Element]:
    """What to remember: one date in large letters, or a list of dates, or how many were returned."""
    c, theme, words, state = view.colours, view.theme, view.words, view.state
    dues = due_dates(view)
    if not dues:
        text = words.borrowed(state.borrowed) if state.borrowed else words.returned(state.returned)
        size, leading = largest(text, weight, box.top_part(round(large[0][0] * 1.2)), large)
        return [say(text, box, size, c.ok, c.paper, weight=weight, leading=leading, key="news")]
    if len(set(dues)) == 1:
        first = words.books_due_by(len(dues), estimated=_estimated(view))
        head, _, rest = first.partition(", ")
        runs = (Run(f"{head},", BOLD, c.ink), Run(f" {rest}", 400, c.ink)) if rest else (Run(first, BOLD, c.ink),)
        line = height_of(runs, small, box.width)
        below = box.without_top(line + theme.u(4))
        text = words.headline_date(dues[0], view.today)
        size, leading = largest(text, weight, below, large)
        return [
            Words(box.top_part(line), runs, small, c.paper, key="news"),
            say(text, below, size, c.ok, c.paper, weight=weight, leading=leading, key="news-date"),
        ]
    lines = words.due_list(dues, view.today)
    if _estimated(view):
        lines = (words("Estimated dates:"), *lines)
    if sum(height(text, theme.body, BOLD, box.width) for text in lines) > box.height:
        lines = _shorter_list(view, dues)
    y = box.y
    elements: list[Element] = []
    for number, text in enumerate(lines):
        tall = height(text, theme.body, BOLD, box.width)
        if y + tall > box.bottom + theme.u(4):
            break  # the receipt has them all
        place = Box(box.x, y, box.width, tall)
        elements.append(say(text, place, theme.body, c.ok, c.paper, weight=BOLD, key=f"news-{number}"))
        y += tall
    return elements


def _estimated(view: View) -> bool:
    """Whether a date of this visit is by offline rules."""
    return any(row.estimated for row in taken(view))


def _shorter_list(view: View, dues: list[date]) -> tuple[str, ...]:
    """The list of dates without their weekdays, for where the long one does not fit."""
    words = view.words
    return tuple(
        words.plural(n, "{date}: {n} book", "{date}: {n} books", date=words.day_month(due, view.today))
        for due, n in sorted(Counter(dues).items())
    )


def _shelf(view: View, x: int, y: int, width: int, wide: int, tall: int, gap: int) -> list[Element]:
    c, theme = view.colours, view.theme
    edge = c.onriver if theme.contrast else ""
    elements: list[Element] = [
        Cover(Box(x + number * (wide + gap), y, wide, tall), title, author, edge, key=f"cover-{number}")
        for number, (title, author) in enumerate(covers(view))
    ]
    board = Box(x, y + tall, width, theme.u(12))
    return [*elements, Panel(board, c.sign, radius=theme.u(4), key="shelf")]


# --- the receipt --------------------------------------------------------------------------------------------------


@lru_cache(maxsize=4)
def _modules(slip: Receipt, language: str, side_mm: float) -> tuple[tuple[bool, ...], ...]:
    text = receipt_text(slip, Language(language), qr.room(side_mm, MODULE_MM))
    plain = qr.matrix(text)
    quiet = qr.QUIET
    width = len(plain) + 2 * quiet
    blank = (False,) * width
    body = tuple((*(False,) * quiet, *row, *(False,) * quiet) for row in plain)
    return (*(blank,) * quiet, *body, *(blank,) * quiet)


def code(view: View, box: Box) -> list[Element]:
    """The receipt as a code; nothing when there is nothing to put on it."""
    slip = receipt(view.state.rows, view.library, view.since)
    if slip.empty:
        return []
    modules = _modules(slip, view.state.language, box.width / view.theme.px_per_mm)
    return [Code(box, modules, key="receipt")]


# --- faces and the way out ----------------------------------------------------------------------------------------


def _faces(view: View, box: Box) -> list[Element]:
    theme = view.theme
    cells = box.columns(theme.gap if not theme.portrait else theme.p(24), 1, 1, 1)
    presses: list[Element] = []
    for (rating, act, icon), cell in zip(_FACES, cells, strict=True):
        kind = "chosen" if view.state.rating is rating else "card"
        plain, sunk = looks(theme, kind)
        word = view.words.rating(rating)
        parts, pressed = _face_parts(view, cell, icon, word, plain), _face_parts(view, cell, icon, word, sunk)
        presses.append(Press(f"rate-{rating.value}", cell, Pressed(act), parts, pressed))
    return presses


def _face_parts(view: View, box: Box, icon: str, word: str, look: Look) -> tuple[Part, ...]:
    theme = view.theme
    side = theme.u(88) if not theme.large else theme.u(76)
    line = round(theme.body * 1.1)
    gap = theme.u(16) if not theme.portrait else theme.p(6)
    top = box.y + (box.height - side - gap - line) // 2
    face = Box(box.x + (box.width - side) // 2, top, side, side)
    words = Box(box.x, face.bottom + gap, box.width, line)
    return (
        panel(theme, box, look),
        Icon(face, icon, look.sign),
        say(word, words, theme.body, look.text, look.back, weight=MEDIUM, align=Align.MIDDLE, lines=1),
    )


def _question(view: View) -> str:
    words, state = view.words, view.state
    if state.notice is not Notice.NONE:
        return words.notice(state.notice, state.refusal, view.today, view.zone).what
    return words("Thank you for your answer") if view.state.rating else words("How was the service today?")


def _thanks(view: View) -> str:
    """The headline where there is no question: thanks, or what has just happened."""
    return view.words("Thank you") if view.state.notice is Notice.NONE else _question(view)


def _close(view: View, box: Box, size: int, side: int, line: int, *, spread: bool) -> Press:
    """Close, with the seconds that are left when nobody touches anything."""
    plain, sunk = looks(view.theme, "primary")
    return Press(
        "close", box, Pressed(Button.CLOSE), _close_parts(view, box, size, side, line, plain, spread),
        _close_parts(view, box, size, side, line, sunk, spread), primary=True,
    )  # fmt: skip


def _close_parts(view: View, box: Box, size: int, side: int, line: int, look: Look, spread: bool) -> tuple[Part, ...]:
    c, theme, state = view.colours, view.theme, view.state
    label = Label(view.words("Close"), size=size)
    if not state.seconds:
        return button(theme, "", box, "primary", label, Pressed(Button.CLOSE)).parts if look.fill == c.river else (
            panel(theme, box, look),
            say(label.text, box, size, look.text, look.back, weight=BOLD, align=Align.MIDDLE, stand=Stand.MIDDLE),
        )  # fmt: skip
    wide = width_of(label.text, size, BOLD)
    pad, gap = theme.u(24), theme.u(30)
    if spread:
        x, ring_x = box.x + pad, box.right - pad - side
    else:
        x = box.x + (box.width - wide - gap - side) // 2
        ring_x = x + wide + gap
    words = Box(x, box.y, wide + 2, box.height)
    ring = Box(ring_x, box.y + (box.height - side) // 2, side, side)
    track = "#2A5557" if not theme.contrast else c.hair
    colour = look.sign
    part = min(1.0, state.seconds / max(1, state.rules.finish))
    return (
        panel(theme, box, look),
        say(label.text, words, size, look.text, look.back, weight=BOLD, stand=Stand.MIDDLE, lines=1),
        Ring(ring, part, line, colour, track),
        say(str(state.seconds), ring, theme.body, look.text, look.back, weight=BOLD, align=Align.MIDDLE,
            stand=Stand.MIDDLE, lines=1),
    )  # fmt: skip


# --- arrangements -------------------------------------------------------------------------------------------------


def _landscape(view: View) -> list[Element]:
    c, theme, words, page = view.colours, view.theme, view.words, view.page
    card_wide = theme.u(404)
    inner = page.inset(theme.u(24), theme.u(22))
    if theme.mirrored:
        card, left = inner.left_part(card_wide), inner.without_left(card_wide + theme.u(24))
    else:
        card, left = inner.right_part(card_wide), inner.without_right(card_wide + theme.u(24)).without_left(theme.u(12))
    spare = (page.height - theme.u(800)) // 3
    shelf_y = page.y + theme.u(156) + spare // 2
    news_y = shelf_y + theme.u(212) + spare // 2
    ask_y = news_y + theme.u(150) + spare
    faces = Box(left.x, page.bottom - theme.u(24) - theme.u(190), theme.u(576), theme.u(190))
    thanks = Box(left.x, page.y + theme.u(34), left.width, theme.u(100))
    return [
        say(words("Thank you"), thanks, theme.display, c.ink, c.paper, weight=BLACK, leading=1.0, lines=1, key="head"),
        *_shelf(view, left.x, shelf_y, theme.u(576), theme.u(128), theme.u(176), theme.u(18)),
        *_news(view, Box(left.x, news_y, left.width, theme.u(142)), theme.body, ((theme.title, 1.06),
               (theme.lead, 1.1), (theme.body, 1.1)), BOLD),
        say(_question(view), Box(left.x, ask_y, left.width, faces.y - ask_y), theme.body, c.ink2, c.paper, key="ask"),
        *_faces(view, faces),
        *_card(view, card),
    ]  # fmt: skip


def _card(view: View, card: Box) -> list[Element]:
    """The receipt's card, with Close at its foot."""
    c, theme, words = view.colours, view.theme, view.words
    edge = c.edge if theme.contrast else c.hair
    inner = card.inset(theme.u(20))
    close = inner.bottom_part(theme.u(186))
    room = inner.without_bottom(close.height + theme.gap)
    elements: list[Element] = [Panel(card, c.leaf, edge, theme.hairline, theme.radius, key="card")]
    text = words("Receipt on your phone")
    tall = height(text, theme.body, BOLD, room.width)
    side = min(room.width, room.height - tall - theme.u(26))
    total = side + theme.u(26) + tall
    top = room.y + (room.height - total) // 2
    receipt_code = code(view, Box(room.x + (room.width - side) // 2, top, side, side))
    if receipt_code:
        label = Box(room.x, top + side + theme.u(26), room.width, tall)
        elements.extend(receipt_code)
        elements.append(
            say(text, label, theme.body, c.ink, c.leaf, weight=BOLD, align=Align.MIDDLE, key="receipt-words")
        )
    else:
        icon = room.middle(theme.u(200), theme.u(200))
        elements.append(Icon(icon, "check", c.ok, key="done"))
    elements.append(_close(view, close, theme.title, theme.u(116), theme.u(12), spread=True))
    return elements


def _large(view: View) -> list[Element]:
    """Large letters: thanks and date on the left, the code on the right; no shelf, no question."""
    c, theme, words, page = view.colours, view.theme, view.words, view.page
    inner = page.inset(theme.u(28), theme.u(24))
    close = inner.bottom_part(theme.u(170))
    top = inner.without_bottom(close.height + theme.u(24))
    side = min(theme.u(370), top.height)
    if theme.mirrored:
        left, right = top.without_left(side + theme.u(28)), top.left_part(side)
    else:
        left, right = top.without_right(side + theme.u(28)), top.right_part(side)
    thanks = left.top_part(height(_thanks(view), theme.display, BLACK, left.width, 1.0) + theme.u(8))
    news = left.without_top(thanks.height + theme.u(30))
    elements: list[Element] = [
        say(_thanks(view), thanks, theme.display, c.ink, c.paper, weight=BLACK, leading=1.0, key="head"),
        *_news(view, news, theme.body, ((theme.title, 1.06), (theme.body, 1.1)), BOLD),
    ]
    receipt_code = code(view, Box(right.x, right.y, side, side))
    elements.extend(receipt_code)
    if receipt_code:
        label = Box(right.x, right.y + side + theme.u(14), side, top.bottom - right.y - side - theme.u(14))
        elements.append(say(words("Receipt on your phone"), label, theme.body, c.ink, c.paper, weight=BOLD, leading=1.0,
                            align=Align.MIDDLE, key="receipt-words"))  # fmt: skip
    elements.append(_close(view, close, theme.title, theme.u(124), theme.u(12), spread=False))
    return elements


def _portrait(view: View) -> list[Element]:
    c, theme, words, page = view.colours, view.theme, view.words, view.page
    if theme.compact:
        return _compact(view)
    inner = Box(page.x + theme.p(64), page.y + theme.p(64), page.width - theme.p(128), page.height - theme.p(64 + 44))
    y = page.y
    thanks = Box(inner.x, inner.y, inner.width, theme.p(130))
    news = Box(inner.x, y + theme.p(566), inner.width, theme.p(184))
    card = Box(inner.x, y + theme.p(776), inner.width, theme.p(412))
    ask = Box(inner.x, y + theme.p(1226), inner.width, theme.p(60))
    faces = Box(inner.x, y + theme.p(1296), inner.width, theme.p(186))
    close = inner.bottom_part(theme.p(166))
    edge = c.edge if theme.contrast else c.hair
    side = theme.p(344)
    receipt_code = code(view, Box(card.x + theme.p(34), card.y + theme.p(34), side, side))
    beside = Box(card.x + theme.p(34) + side + theme.p(40), card.y, card.width - side - theme.p(108), card.height)
    elements: list[Element] = [
        say(words("Thank you"), thanks, theme.p(124), c.ink, c.paper, weight=BLACK, leading=1.0, lines=1, key="head"),
        *_shelf(view, inner.x, y + theme.p(226), inner.width, theme.p(218), theme.p(296), theme.p(18)),
        *_news(view, news, theme.lead, ((theme.p(96), 1.0), (theme.title, 1.06), (theme.body, 1.1)), BLACK),
        Panel(card, c.leaf, edge, theme.hairline, theme.radius, key="card"),
        say(_question(view), ask, theme.body, c.ink2, c.paper, key="ask"),
        *_faces(view, faces),
        _close(view, close, theme.cap(7.0), theme.p(116), theme.p(11), spread=False),
    ]
    if receipt_code:
        elements.extend(receipt_code)
        elements.append(say(words("Receipt on your phone"), beside, theme.lead, c.ink, c.leaf, weight=BOLD,
                            stand=Stand.MIDDLE, key="receipt-words"))  # fmt: skip
    else:
        elements.append(Icon(card.middle(theme.p(180), theme.p(180)), "check", c.ok, key="done"))
    return elements


def _compact(view: View) -> list[Element]:
    c, theme, words, page = view.colours, view.theme, view.words, view.page
    inner = page.inset(theme.u(20), theme.u(24))
    close = inner.bottom_part(theme.u(120))
    size = theme.title if view.state.notice is Notice.NONE else theme.body
    thanks = inner.top_part(height(_thanks(view), size, BLACK, inner.width, 1.0) + theme.u(8))
    news = Box(inner.x, thanks.bottom + theme.u(12), inner.width, theme.u(150))
    faces = Box(inner.x, close.y - theme.gap - theme.u(150), inner.width, theme.u(150))
    room = Box(inner.x, news.bottom + theme.u(8), inner.width, faces.y - news.bottom - theme.u(24))
    side = min(room.height, room.width // 2)
    elements: list[Element] = [
        say(_thanks(view), thanks, size, c.ink, c.paper, weight=BLACK, leading=1.0, key="head"),
        *_news(view, news, theme.body, ((theme.title, 1.06), (theme.body, 1.1)), BOLD),
        *_faces(view, faces),
        _close(view, close, theme.action, theme.u(84), theme.u(9), spread=False),
    ]
    receipt_code = code(view, Box(room.x, room.y, side, side))
    if receipt_code:
        label = room.without_left(side + theme.u(18))
        elements.extend(receipt_code)
        elements.append(say(words("Receipt on your phone"), label, theme.body, c.ink, c.paper, weight=BOLD,
                            stand=Stand.MIDDLE, key="receipt-words"))  # fmt: skip
    return elements
