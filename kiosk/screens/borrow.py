"""Borrow: the list of what was seen, how many are borrowed, the camera and the pad, and Finish."""

from __future__ import annotations

from kiosk.locale.words import Sentence
from kiosk.screens import rows, typeset
from kiosk.screens.blocks import BLACK, BOLD, Label, banner, banner_height, button, height, say
from kiosk.screens.elements import Element, Flash, Page, Panel, Part, Run, Stand
from kiosk.screens.geometry import Box
from kiosk.screens.lists import listing
from kiosk.screens.tiles import advice, camera_tile, pad_tile
from kiosk.screens.view import View
from kiosk.session.model import Button, Mode, Notice, Phase, Pressed


def borrow(view: View) -> Page:
    """The borrow page."""
    c, theme, page = view.colours, view.theme, view.page
    elements: list[Element] = [Panel(page, c.paper)]
    if theme.portrait:
        edge, top, low = theme.p(56), theme.p(52), theme.p(48)
        if theme.compact:
            edge, top, low = theme.u(20), theme.u(16), theme.u(20)
    else:
        edge, top, low = (theme.u(28) if theme.large else theme.u(24)), theme.u(22), theme.u(22)
    inner = Box(page.x + edge, page.y + top, page.width - 2 * edge, page.height - top - low)
    if not theme.large:
        line, inner = top_line(view, inner)
        elements.extend(line)
    empty = not view.state.rows_of(Mode.BORROW)
    if theme.portrait:
        elements.extend(_portrait(view, inner, empty))
    elif theme.large:
        elements.extend(_large(view, inner, empty))
    elif empty:
        elements.extend(_empty(view, inner))
    else:
        elements.extend(_landscape(view, inner))
    return tuple(elements)


def top_line(view: View, inner: Box) -> tuple[list[Element], Box]:
    """The banner on top of a list, if something is the matter, and what is left of the page below it."""
    theme = view.theme
    found = matter(view)
    if found is None:
        return [], inner
    said, icon = found
    if theme.compact:
        said = Sentence(said.what)
    tall = banner_height(theme, inner.width, said.what, said.now)
    return list(banner(theme, inner.top_part(tall), icon, said.what, said.now)), inner.without_top(tall + theme.gap)


def matter(view: View) -> tuple[Sentence, str] | None:
    """What the banner has to say, and its icon: what has just happened, else what does not work now."""
    state, words = view.state, view.words
    if state.notice is not Notice.NONE:
        return words.notice(state.notice, state.refusal, view.today, view.zone), _NOTICE_ICONS[state.notice]
    if not state.online:
        return words.offline_banner(state.rules.offline), "offline"
    if not (state.camera_ready or state.reader_ready or state.scanner_ready):
        return words.devices_banner(camera=False, reader=False), "wrench"
    return None


_NOTICE_ICONS = {
    Notice.READING_CARD: "card",
    Notice.STILL_LOOKING: "clock",
    Notice.NO_MATCH: "card",
    Notice.REFUSED: "stop",
    Notice.NO_ANSWER: "clock",
    Notice.SALES_CODE: "scan",
    Notice.FOREIGN_CODE: "scan",
    Notice.CARD_NOT_BOOK: "card",
    Notice.BOOK_NOT_CARD: "borrow",
    Notice.STAFF_CALLED: "staff",
}


def finish_button(view: View, box: Box, *, pad: int = 0) -> Element:
    """The way on: the page's filled river."""
    theme = view.theme
    label = Label(view.words("Finish"), "next", "right", theme.action, theme.icon, pad=pad or theme.u(16))
    return button(theme, "finish", box, "primary", label, Pressed(Button.FINISH))


def _columns(view: View, inner: Box) -> tuple[Box, Box]:
    """The list and the column beside it, which stands at the hand."""
    theme = view.theme
    gap = theme.u(24)
    side = round((inner.width - gap) * 300 / 1004)
    if theme.mirrored:
        return inner.right_part(inner.width - gap - side), inner.left_part(side)
    return inner.left_part(inner.width - gap - side), inner.right_part(side)


def _landscape(view: View, inner: Box) -> list[Element]:
    theme = view.theme
    left, right = _columns(view, inner)
    gap = theme.gap
    count_tall = theme.u(198 if left.height > theme.u(700) else 120)
    finish_tall = theme.u(150)
    free = right.height - count_tall - finish_tall - 3 * gap
    tiles = Box(right.x, right.y + count_tall + gap, right.width, free + gap)
    first, second = tiles.rows(gap, 1, 1)
    return [
        *listing(view, [rows.entry(view, row) for row in view.state.rows_of(Mode.BORROW)], left),
        *count(view, right.top_part(count_tall)),
        *camera_tile(view, first),
        *pad_tile(view, second),
        finish_button(view, right.bottom_part(finish_tall)),
    ]


def count(view: View, box: Box) -> list[Element]:
    """How many of how many: the figure as large as it can be."""
    c, theme, state, words = view.colours, view.theme, view.state, view.words
    figure, seen = str(state.borrowed), state.seen
    gap = theme.u(16)
    # Widest first: digits grow, and the word beside them may be left out, but nothing shrinks below the body.
    sizes = [theme.u(size) for size in (176, 118, 92) if theme.u(size) <= box.height]
    options = [(size, text) for text in (words("of {n} borrowed", n=seen), words("of {n}", n=seen)) for size in sizes]
    for size, text in options:
        wide = typeset.width_of(figure, size, BLACK)
        room = box.width - wide - gap
        setting = typeset.set_runs((Run(text, BOLD, c.ink),), theme.body, max(room, 1), 2, False)
        if setting.fits and setting.whole:
            break
    taken = wide + gap + max(setting.widths)
    x = box.x + max(0, (box.width - taken) // 2)
    line = round(size * 0.98)
    number = Box(x, box.y + (box.height - line) // 2, wide + 2, line)
    label = Box(x + wide + gap, box.y, max(setting.widths) + 2, box.height)
    tall = max(4, theme.u(8))
    mark = Box(number.x, number.bottom - round(size * 0.1), wide, tall)
    elements: list[Element] = [
        say(figure, number, size, c.count, c.paper, weight=BLACK, leading=0.98, lines=1, key="count"),
        say(text, label, theme.body, c.ink, c.paper, weight=BOLD, stand=Stand.MIDDLE, leading=1.08, lines=2,
            key="count-words"),
    ]  # fmt: skip
    if state.borrowed:
        elements.append(Flash(mark, c.gold, key=f"count-flash-{state.borrowed}"))
    return elements


def _empty(view: View, inner: Box) -> list[Element]:
    """Nothing yet: two large tiles ask for the first book."""
    theme, c, words, state = view.theme, view.colours, view.words, view.state
    low = inner.bottom_part(theme.u(150))
    tiles = inner.without_bottom(low.height + theme.gap)
    first, second = tiles.columns(theme.gap, 1, 1)
    finish = low.left_part(theme.u(300)) if theme.mirrored else low.right_part(theme.u(300))
    beside = low.without_left(theme.u(324)) if theme.mirrored else low.without_right(theme.u(324))
    hint = words.menu_borrow_hint(state.patron) if state.patron else ""
    return [
        *pad_tile(view, first, prompt=words("Put the books on the pad")),
        *camera_tile(view, second, prompt=words("Show the label to the camera")),
        say(hint, beside, theme.lead, c.ink2, c.paper, stand=Stand.MIDDLE, key="hint"),
        finish_button(view, finish),
    ]


def _large(view: View, inner: Box, empty: bool) -> list[Element]:
    """Large letters: the count and Finish on top, one book a page, Up and Down below."""
    theme, c, state, words = view.theme, view.colours, view.state, view.words
    head = inner.top_part(theme.u(150))
    body = inner.without_top(theme.u(150) + theme.u(24))
    finish_wide = theme.u(393)
    finish = head.left_part(finish_wide) if theme.mirrored else head.right_part(finish_wide)
    beside = (
        head.without_left(finish_wide + theme.gap) if theme.mirrored else head.without_right(finish_wide + theme.gap)
    )
    figure = str(state.borrowed)
    size = theme.u(160)
    wide = typeset.width_of(figure, size, BLACK)
    number = Box(beside.x + theme.u(8), beside.y, wide + 2, beside.height)
    text = words("of {n}", n=state.seen)
    label = beside.without_left(wide + theme.u(36))
    elements: list[Element] = [finish_button(view, finish)]
    trouble = matter(view)
    if trouble is not None:  # in large letters there is room for the banner or for the count, not for both
        said, icon = trouble
        elements.extend(_short_banner(view, beside, said, icon))
    elif not empty:
        elements.append(say(figure, number, size, c.count, c.paper, weight=BLACK, leading=0.95, stand=Stand.MIDDLE,
                            lines=1, key="count"))  # fmt: skip
        elements.append(say(text, label, theme.body, c.ink, c.paper, weight=BOLD, stand=Stand.MIDDLE, lines=1,
                            key="count-words"))  # fmt: skip
    if empty:
        text = advice(view) or words("Put books on the pad or scan their labels")
        elements.append(say(text, body, theme.title, c.ink, c.paper, weight=BOLD, stand=Stand.MIDDLE, key="hint"))
        return elements
    entries = [rows.entry(view, row) for row in state.rows_of(Mode.BORROW)]
    return [*elements, *listing(view, entries, body)]


def _short_banner(view: View, box: Box, said: Sentence, icon: str) -> tuple[Part, ...]:
    """As much of a banner as the box holds: with its icon or without, what is the matter or else what to do."""
    theme = view.theme
    for text in (said.what, said.now):
        if banner_height(theme, box.width, text, "") - theme.u(20) <= box.height:
            return banner(theme, box, icon, text, "")
        if height(text, theme.body, BOLD, box.width - theme.u(36), 1.04) <= box.height:
            break
    return banner(theme, box, "", text, "")


def _portrait(view: View, inner: Box, empty: bool) -> list[Element]:
    theme, c, words, state = view.theme, view.colours, view.words, view.state
    low = inner.bottom_part(theme.p(140) if not theme.compact else max(theme.target, theme.u(120)))
    body = inner.without_bottom(low.height + (theme.p(40) if not theme.compact else theme.gap))
    elements: list[Element] = list(_portrait_actions(view, low))
    if theme.compact:
        head = body.top_part(theme.u(94))
        elements.extend(count(view, head))
        status = Box(head.x, head.bottom, head.width, round(theme.body * 1.2))
        text = words.on_pad(len(state.pad), ready=state.reader_ready)
        elements.append(say(text, status, theme.body, c.ink2, c.paper, lines=1, cut=True, key="status"))
        body = body.without_top(status.bottom - head.y + theme.u(8))
        if empty:
            hint = advice(view) or words("Put books on the pad or scan their labels")
            elements.append(say(hint, body, theme.title, c.ink, c.paper, weight=BOLD, key="hint"))
    else:
        head = body.top_part(theme.p(200))
        elements.extend(_portrait_head(view, head))
        tall = theme.p(290)
        if empty:
            tall = theme.p(940)
        if theme.low_reach:
            reach = round(theme.height * 0.6)  # controls lie below this line
            tall = max(tall, reach - head.bottom - theme.p(70))
        tiles = Box(head.x, head.bottom + theme.p(40), head.width, tall)
        first, second = tiles.columns(theme.p(28), 1, 1)
        prompts = (words("Show the label to the camera"), words("Put the books on the pad")) if empty else ("", "")
        elements.extend(camera_tile(view, first, prompt=prompts[0]))
        elements.extend(pad_tile(view, second, prompt=prompts[1]))
        body = body.without_top(tiles.bottom - head.y + theme.p(40))
    entries = [rows.entry(view, row) for row in state.rows_of(Mode.BORROW)]
    return [*elements, *listing(view, entries, body)]


def _portrait_actions(view: View, low: Box) -> list[Element]:
    """Finish, and giving back the newest book beside it when there is one."""
    theme, words = view.theme, view.words
    newest = max(
        (row for row in view.state.rows_of(Mode.BORROW) if row.phase is Phase.BORROWED and not row.lent_before),
        key=lambda row: row.changed,
        default=None,
    )
    if newest is None or theme.compact:
        return [finish_button(view, low)]
    left, right = low.columns(theme.p(28), 1, 1.1)
    if theme.mirrored:
        right, left = low.columns(theme.p(28), 1.1, 1)
    label = Label(words("Cancel one book"), "delete", icon_size=theme.p(44), left=True, pad=theme.p(18))
    act = Pressed(Button.ROW, newest.key)
    return [button(theme, "undo-newest", left, "quiet", label, act), finish_button(view, right)]


def _portrait_head(view: View, head: Box) -> list[Element]:
    theme, c, words, state = view.theme, view.colours, view.words, view.state
    figure, size = str(state.borrowed), theme.p(232)
    wide = typeset.width_of(figure, size, BLACK)
    number = Box(head.x + theme.p(6), head.y, wide + 2, head.height)
    text = words("of {n} borrowed", n=state.seen)
    label = Box(number.right + theme.p(26), head.y, theme.p(308), head.height)
    line = Box(label.right + theme.p(8), head.y, theme.thin, head.height)
    beside = Box(line.right + theme.p(40), head.y, head.right - line.right - theme.p(40), head.height)
    prompt = words("Put books on the pad or scan their labels")
    title_tall = round(theme.title * 1.06)
    total = title_tall + theme.p(8) + height(prompt, theme.body, 400, beside.width)
    if total > beside.height + theme.p(8):  # a figure of two digits takes the room
        prompt, total = "", title_tall
    top = beside.y + max(0, (beside.height - total) // 2)
    return [
        say(figure, number, size, c.count, c.paper, weight=BLACK, leading=0.86, stand=Stand.MIDDLE, lines=1,
            key="count"),
        say(text, label, theme.title if figure.isdigit() and len(figure) == 1 else theme.body, c.ink, c.paper,
            weight=BOLD, stand=Stand.MIDDLE, leading=1.06, lines=2, key="count-words"),
        Panel(line, c.hair, key="head-line"),
        say(words("Borrow"), Box(beside.x, top, beside.width, title_tall), theme.title, c.ink, c.paper, weight=BOLD,
            leading=1.06, lines=1, key="head"),
        say(prompt, Box(beside.x, top + title_tall + theme.p(8), beside.width, beside.bottom - top - title_tall),
            theme.body, c.ink2, c.paper, key="head-hint"),
    ]  # fmt: skip
