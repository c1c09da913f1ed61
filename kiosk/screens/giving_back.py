"""Return: a sign for each place where books go, the newest book on top of its sign."""

from __future__ import annotations

from dataclasses import dataclass

from kiosk.circulation.port import Bin
from kiosk.locale.texts import label
from kiosk.screens import rows, typeset
from kiosk.screens.blocks import BLACK, BOLD, Label, button, height, largest, say
from kiosk.screens.borrow import finish_button, matter, top_line
from kiosk.screens.elements import Cover, Element, Icon, Page, Panel, Part, Press, Run, Stand, Turn, Words
from kiosk.screens.geometry import Box
from kiosk.screens.tiles import advice, camera_tile, pad_tile
from kiosk.screens.view import View
from kiosk.session.model import Mode, Phase, Row, Stuck

_WAITING = frozenset({Phase.WAITING, Phase.LATE, Phase.UNDOING})
_TO_STAFF = frozenset({Phase.REFUSED, Phase.UNREADABLE, Phase.UNSURE})
#: What is asked for stands on the sign.
_ASKING = frozenset({Phase.PUT_BACK, Phase.INCOMPLETE, Phase.UNREADABLE})
_BINS = {Bin.LEFT: "left", Bin.RIGHT: "right", Bin.TROLLEY: "trolley", Bin.STAFF: "staff"}
#: Places from left to right, as they stand around the kiosk; most urgent first where they have no side.
_ORDER = ("pad", "left", "waiting", "trolley", "right", "staff")


@dataclass(frozen=True, slots=True)
class Place:
    """A sign panel and the books that go there, newest first."""

    name: str
    rows: tuple[Row, ...]


def place_of(row: Row) -> str:
    """Which sign a row stands under."""
    if row.phase in _WAITING:
        return "waiting"
    if row.phase is Phase.PUT_BACK and row.stuck is Stuck.LOCKED:
        return "staff"
    if row.phase in (Phase.PUT_BACK, Phase.INCOMPLETE):
        return "pad"
    if row.phase in _TO_STAFF:
        return "staff"
    return _BINS[row.bin or Bin.LEFT]


def places(returned: tuple[Row, ...]) -> list[Place]:
    """The signs that are needed, newest first."""
    newest = sorted(returned, key=lambda row: -row.changed)
    names = list(dict.fromkeys(place_of(row) for row in newest))
    return [Place(name, tuple(row for row in newest if place_of(row) == name)) for name in names]


def giving_back(view: View) -> Page:
    """The return page."""
    c, theme, page, state = view.colours, view.theme, view.page, view.state
    edge = theme.p(56) if theme.portrait and not theme.compact else theme.u(24 if not theme.compact else 20)
    inner = page.inset(edge, theme.p(48) if theme.portrait else theme.u(22))
    elements: list[Element] = [Panel(page, c.paper)]
    if not theme.compact:
        line, inner = top_line(view, inner)
        elements.extend(line)
    found = places(state.rows_of(Mode.RETURN))
    low = inner.bottom_part(theme.u(142))
    if theme.compact:
        more = round(theme.body * 1.2) + (theme.target + theme.gap if len(found) > 1 else 0)
        low = inner.bottom_part(theme.target + more)
    body = inner.without_bottom(low.height + theme.u(22))
    if not found:
        return (*elements, *_empty(view, body), *_foot(view, low, []))
    at_once = 1 if theme.large or theme.compact else 2
    if theme.portrait and not theme.compact:
        at_once = 3
    pages = [found[first : first + at_once] for first in range(0, len(found), at_once)]
    here = min(view.turned, len(pages) - 1)
    shown = sorted(pages[here], key=lambda place: _ORDER.index(place.name))
    if theme.portrait and theme.low_reach and shown[-1].name == "staff":
        boxes = _staff_low(view, body, len(shown) - 1)
    elif theme.portrait:
        boxes = body.rows(theme.gap, *([1] * len(shown)))
    elif len(shown) == 2:
        narrow_right = shown[1].name == "staff"
        boxes = body.columns(theme.u(22), 526, 480) if narrow_right else body.columns(theme.u(22), 1, 1)
    else:
        boxes = [body]
    for place, box in zip(shown, boxes, strict=True):
        elements.extend(_sign(view, place, box))
    turner = [Turn(here - 1) if here else None, Turn(here + 1) if here + 1 < len(pages) else None]
    return (*elements, *_foot(view, low, turner if len(pages) > 1 else []))


def _staff_low(view: View, body: Box, others: int) -> list[Box]:
    """The books that can be pressed away stand where a hand reaches them from a chair."""
    theme = view.theme
    low = body.without_top(round(theme.height * 0.6) - body.y)
    upper = body.without_bottom(low.height + theme.gap)
    return [*(upper.rows(theme.gap, *([1] * others)) if others else []), low]


def _empty(view: View, body: Box) -> list[Element]:
    theme, words = view.theme, view.words
    if theme.large or theme.compact:
        text = advice(view) or words("Put books on the pad or scan their labels")
        return [say(text, body, theme.title, view.colours.ink, view.colours.paper, weight=BOLD, stand=Stand.MIDDLE)]
    first, second = body.columns(theme.gap, 1, 1) if not theme.portrait else body.rows(theme.gap, 1, 1)
    return [
        *pad_tile(view, first, prompt=words("Put the books on the pad")),
        *camera_tile(view, second, prompt=words("Show the label to the camera")),
    ]


def _foot(view: View, low: Box, turner: list[Turn | None]) -> list[Element]:
    """How many, what else, the way on; Up and Down when there are more signs than fit."""
    theme, c, words, state = view.theme, view.colours, view.words, view.state
    if theme.compact:
        return _compact_foot(view, low, turner)
    wide = theme.u(340) if theme.large else theme.u(300)
    finish = low.left_part(wide) if theme.mirrored else low.right_part(wide)
    beside = low.without_left(wide + theme.u(28)) if theme.mirrored else low.without_right(wide + theme.u(28))
    elements: list[Element] = [finish_button(view, finish)]
    if turner:
        tall = theme.target
        row = beside.middle(beside.width, tall)
        each = (beside.width - theme.gap) // 2 if theme.large else theme.u(200)
        up, down = row.right_part(2 * each + theme.gap).columns(theme.gap, 1, 1)
        for key, text, icon, cell, turn in (
            ("page-up", words("Up"), "up", up, turner[0]),
            ("page-down", words("Down"), "down", down, turner[1]),
        ):
            label = Label(text, icon, icon_size=theme.small_icon, pad=theme.u(12))
            elements.append(button(theme, key, cell, "second", label, turn))
        if theme.large or theme.compact:
            return elements
        beside = beside.without_right(2 * each + 2 * theme.gap)
    if not state.returned:
        text = words("Just put the books down")
        return [*elements, say(text, beside, theme.body, c.ink2, c.paper, stand=Stand.MIDDLE, key="more")]
    figure, size = str(state.returned), theme.u(150)
    digits = typeset.width_of(figure, size, BLACK)
    number = Box(beside.x, beside.y, digits + 2, low.height)
    elements.append(
        say(figure, number, size, c.ink, c.paper, weight=BLACK, leading=0.95, stand=Stand.MIDDLE, lines=1, key="count")
    )
    side = beside.without_left(digits + theme.u(28))
    if turner:
        return elements
    unit, more = words.returned_unit(state.returned), words("More? Just put them down.")
    runs: tuple[Run, ...] = (Run(f"{unit}\n", BOLD, c.ink), Run(more, 400, c.ink2))
    if theme.large or theme.compact:
        runs = (Run(unit, BOLD, c.ink),)
    elements.append(Words(side, runs, theme.body, c.paper, stand=Stand.MIDDLE, key="more"))
    return elements


def _compact_foot(view: View, low: Box, turner: list[Turn | None]) -> list[Element]:
    """One below the other: how many, Up and Down, the way on."""
    theme, c, words, state = view.theme, view.colours, view.words, view.state
    text = words.returned(state.returned) if state.returned else words("Just put the books down")
    trouble = matter(view)
    if trouble is not None:
        text = trouble[0].what
    line = low.top_part(round(theme.body * 1.1))
    elements: list[Element] = [
        say(text, line, theme.body, c.ink, c.paper, weight=BOLD, lines=1, cut=True, key="count"),
        finish_button(view, low.bottom_part(theme.target)),
    ]
    if turner:
        row = low.without_bottom(theme.target + theme.gap).bottom_part(theme.target)
        up, down = row.columns(theme.gap, 1, 1)
        elements.append(button(theme, "page-up", up, "second", Label(words("Up"), "up"), turner[0]))
        elements.append(button(theme, "page-down", down, "second", Label(words("Down"), "down"), turner[1]))
    return elements


@dataclass(frozen=True, slots=True)
class _Face:
    """A sign panel's look."""

    fill: str
    edge: str
    sign: str
    rule: str
    icon: str
    lead: str
    title: str


def _face(view: View, place: Place) -> _Face:
    c, words = view.colours, view.words
    held = any(row.held for row in place.rows)
    match place.name:
        case "left" | "right":
            said = words.bin(Bin.LEFT if place.name == "left" else Bin.RIGHT)
            icon = "back" if place.name == "left" else "next"
            return _Face(c.oktint, c.ok, c.ok, "#8DB59C", icon, said.lead, said.place)
        case "trolley":
            said = words.bin(Bin.TROLLEY)
            return _Face(c.goldtint, c.goldedge, c.ink, "#C99A35", "trolley", said.lead, said.place)
        case "staff" if _only_labels(place):
            return _Face(c.goldtint, c.goldedge, c.ink, "#C99A35", "scan", "", _asked(view, place))
        case "staff":
            said = words.bin(Bin.STAFF, held=held)
            return _Face(c.goldtint, c.goldedge, c.ink, "#C99A35", "staff", said.lead, said.place)
        case "pad":
            icon = "clock" if place.rows[0].stuck is Stuck.WRITING else "hand"
            return _Face(c.goldtint, c.goldedge, c.ink, "#C99A35", icon, "", _asked(view, place))
        case _:
            return _Face(c.leaf, c.hair, c.sign, c.hair, "clock", "", words("Please wait …"))


def _only_labels(place: Place) -> bool:
    """Whether all that these books need is that their labels are shown."""
    return all(row.phase is Phase.UNREADABLE for row in place.rows)


def _asked(view: View, place: Place) -> str:
    """What a sign says that asks for something: what the newest of its books needs."""
    return view.words.row(place.rows[0], view.today, view.zone).now or view.words("Put it back on the pad")


def _said(view: View, place: Place) -> str:
    """What to do, as the sign says it; a book need not say the same again."""
    if place.name == "staff" and not _only_labels(place):
        return label(view.words.bin(Bin.STAFF, held=True).sentence)
    return _asked(view, place)


def _sign(view: View, place: Place, box: Box) -> list[Element]:
    theme, face = view.theme, _face(view, place)
    rule = view.colours.hair if theme.contrast else face.rule
    pad = theme.u(32)
    inner = box.inset(pad, theme.u(34 if not theme.large else 14) if not theme.portrait else theme.p(26))
    elements: list[Element] = [Panel(box, face.fill, face.edge, theme.signline, theme.radius, key=f"sign-{place.name}")]
    side, between = theme.u(112), theme.u(28)
    widest = max(typeset.width_of(face.title, theme.title, BLACK), typeset.width_of(face.lead, theme.lead, 400))
    if widest > inner.width - side - between:
        side, between = theme.u(92), theme.u(24)
    head_tall = theme.u(150) if not theme.portrait else theme.p(130)
    if theme.large or theme.compact:
        head_tall = round(theme.lead * 1.1 + theme.title * 1.06)
    icon = Box(inner.x, inner.y + (head_tall - side) // 2, side, side)
    elements.append(Icon(icon, face.icon, face.sign, key=f"sign-icon-{place.name}"))
    words = Box(icon.right + between, inner.y, inner.right - icon.right - between, head_tall)
    elements.extend(_heading(view, face, words, place.name))
    top = inner.y + head_tall + theme.u(30 if not theme.large else 14)
    elements.append(Panel(Box(inner.x, top, inner.width, theme.hairline), rule, key=f"sign-line-{place.name}"))
    below = theme.u(22 if not theme.large else 12)
    rest = Box(inner.x, top + below, inner.width, inner.bottom - top - below)
    elements.extend(_books(view, place, rest, face))
    return elements


def _heading(view: View, face: _Face, box: Box, name: str) -> list[Element]:
    theme, c = view.theme, view.colours
    lead_tall = round(theme.lead * 1.1) if face.lead else 0
    room = box.without_top(lead_tall)
    one_line = room.top_part(round(theme.title * 1.1)) if face.lead else room
    sizes = tuple((size, 1.02) for size in (theme.title, theme.action, theme.lead, theme.body))
    size, _ = largest(face.title, BLACK, one_line, sizes)
    title_tall = height(face.title, size, BLACK, box.width, 1.02)
    top = box.y + (box.height - title_tall - lead_tall) // 2
    elements: list[Element] = []
    if face.lead:
        lead = Box(box.x, top, box.width, lead_tall)
        elements.append(say(face.lead, lead, theme.lead, c.ink, face.fill, lines=1, key=f"sign-lead-{name}"))
    title = Box(box.x, top + lead_tall, box.width, title_tall)
    elements.append(say(face.title, title, size, c.ink, face.fill, weight=BLACK, leading=1.02, key=f"sign-name-{name}"))
    return elements


def _books(view: View, place: Place, rest: Box, face: _Face) -> list[Element]:
    """As many books as there is room for, newest on top; then how many more."""
    theme, c, words = view.theme, view.colours, view.words
    advice = _advice(view, place, rest.width)
    advice_tall = advice[1] + theme.u(22) if advice else 0
    gap = theme.gap
    more_tall = round(theme.body * 1.1) + theme.u(8)
    room = rest.height - (more_tall + gap if len(place.rows) > 1 else 0)
    minis = [(row, *_mini_height(view, row, rest.width, room, place)) for row in place.rows]
    shown, used = 0, 0
    for number, (_, tall, _) in enumerate(minis):
        needed = used + tall + (gap if number else 0)
        hidden = len(minis) - number - 1
        if number and needed + (more_tall if hidden else 0) + advice_tall > rest.height:
            break
        shown, used = number + 1, needed
    elements: list[Element] = []
    y = rest.y
    for row, tall, lines in minis[:shown]:
        elements.append(_mini(view, row, Box(rest.x, y, rest.width, tall), lines, face))
        y += tall + gap
    if shown < len(minis):
        text = words.more_books(len(minis) - shown)
        box = Box(rest.x, y, rest.width, more_tall)
        elements.append(say(text, box, theme.body, c.ink, face.fill, weight=BOLD, lines=1, key=f"more-{place.name}"))
        y += more_tall
    if advice and y + advice_tall - gap <= rest.bottom + theme.u(14):
        runs, tall = advice
        box = Box(rest.x, y + theme.u(4), rest.width, tall)
        elements.append(Words(box, runs, theme.body, face.fill, key=f"advice-{place.name}"))
    return elements


def _advice(view: View, place: Place, width: int) -> tuple[tuple[Run, ...], int] | None:
    """Why a held book must not go into the bin."""
    c, theme, words = view.colours, view.theme, view.words
    if not any(row.held for row in place.rows):
        return None
    why, rule = words("Someone else is waiting for this book."), words("Do not put it in the bin.")
    runs = (Run(why, 400, c.ink), Run(f" {rule}", BOLD, c.ink))
    return runs, typeset.height_of(runs, theme.body, width)


def _mini_height(
    view: View, row: Row, width: int, tallest: int, place: Place
) -> tuple[int, tuple[tuple[Run, ...], ...]]:
    """How tall a book is on its sign, and what it says there: less, from the end, where there is no room for all."""
    theme = view.theme
    wide, tall = rows.cover_size(theme)
    lines = rows.entry(view, row).lines
    if place.name == "waiting" and row.phase is Phase.WAITING:
        lines = ()  # the sign says it
    elif row.phase in _ASKING and lines and lines[-1][0].text == _said(view, place):
        lines = lines[:-1]  # the sign says what to do
    elif all(each.held for each in place.rows) and not row.fee:
        lines = ()  # the advice below says it
    room = width - wide - theme.u(20) - (theme.u(10) if row.phase in _TO_STAFF else 0)  # those stand on a plate
    counts = [len(typeset.set_runs(runs, theme.body, room, 9, False).lines) for runs in lines]
    while len(counts) > 1 and round((1 + sum(counts)) * theme.body * 1.09) > tallest:
        counts.pop()  # the last line says what to do, and so does the sign
    return max(theme.u(118), tall, round((1 + sum(counts)) * theme.body * 1.09)), lines[: len(counts)]


def _mini(view: View, row: Row, box: Box, lines: tuple[tuple[Run, ...], ...], face: _Face) -> Press:
    """A book on a sign. Only one that staff must see can be pressed away."""
    c, theme = view.colours, view.theme
    item = rows.entry(view, row)
    pressable = row.phase in _TO_STAFF
    edge = theme.thin
    plate: tuple[Part, ...] = (Panel(box, c.leaf, c.edge, edge, theme.radius),) if pressable else ()
    back = c.leaf if pressable else face.fill
    sunk = (Panel(box, c.leafpressed, c.second, theme.edge, theme.radius),)
    return Press(
        item.key,
        box,
        item.act if pressable else None,
        (*plate, *_mini_parts(view, item, box, lines, back, "", pressable)),
        (*sunk, *_mini_parts(view, item, box, lines, c.leafpressed, c.onleafpressed, pressable)),
        lively=True,
    )


def _mini_parts(
    view: View, item: rows.Entry, box: Box, lines: tuple[tuple[Run, ...], ...], back: str, only: str, inset: bool
) -> tuple[Part, ...]:
    c, theme = view.colours, view.theme
    wide, tall = rows.cover_size(theme)
    x = box.x + (theme.u(10) if inset else 0)
    cover = Box(x, box.y + (box.height - tall) // 2, wide, tall)
    if not inset:
        cover = Box(x, box.y + theme.u(10) if box.height > tall + theme.u(20) else cover.y, wide, tall)
    parts: list[Part] = [Cover(cover, item.title, item.author, c.onriver if theme.contrast else "")]
    words = Box(cover.right + theme.u(20), box.y, box.right - cover.right - theme.u(20), box.height)
    counts = [1] + [len(typeset.set_runs(runs, theme.body, words.width, 9, False).lines) for runs in lines]
    line = theme.body * 1.09
    y = words.y + (words.height - sum(counts) * line) / 2
    for number, (runs, count) in enumerate(zip(((Run(item.title, BOLD, c.ink),), *lines), counts, strict=True)):
        coloured = tuple(Run(run.text, run.weight, only or c.ink) for run in runs)
        part = Box(words.x, round(y), words.width, round(count * line))
        parts.append(Words(part, coloured, theme.body, back, leading=1.09, lines=count, cut=number == 0))
        y += count * line
    return tuple(parts)
