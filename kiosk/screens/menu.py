"""The menu: four choices, the likely one filled."""

from __future__ import annotations

from dataclasses import dataclass

from kiosk.screens import typeset
from kiosk.screens.blocks import BLACK, BOLD, Look, chip, height, largest, looks, panel, say
from kiosk.screens.elements import Align, Art, Element, Icon, Page, Panel, Part, Press, Stand
from kiosk.screens.geometry import Box
from kiosk.screens.view import View
from kiosk.session.model import Button, Notice, Pressed


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the four."""

    button: Button
    icon: str
    title: str
    hint: str
    primary: bool = False
    chip: str = ""


def menu(view: View) -> Page:
    """Greeting and choices."""
    if view.state.patron is None:
        return (Panel(view.page, view.colours.paper),)
    if view.theme.portrait:
        return _portrait(view)
    return _landscape(view)


def choices(view: View) -> tuple[Choice, ...]:
    """What can be done."""
    words, patron = view.words, view.state.patron
    assert patron is not None
    later = words("Possible again when online")
    online = view.state.online
    renew_hint = words.menu_renew_hint(patron) if online else later
    account_hint = words.menu_account_hint(patron) if online else later
    chip = words.menu_renew_chip(patron) if online else ""
    return (
        Choice(Button.BORROW, "borrow", words("Borrow"), words.menu_borrow_hint(patron), primary=True),
        Choice(Button.RETURN, "return", words("Return"), words.menu_return_hint()),
        Choice(Button.RENEW, "renew", words("Renew"), renew_hint, chip=chip),
        Choice(Button.ACCOUNT, "account", words("My account"), account_hint),
    )


def _question(view: View) -> tuple[str, str]:
    """What stands beside the greeting, and its colour: the question, or what has just happened."""
    c, state = view.colours, view.state
    if state.notice is Notice.NONE and not state.online:
        return view.words.offline_banner(state.rules.offline).whole, c.ink
    if state.notice is Notice.NONE:
        return view.words("What would you like to do?"), c.ink2
    return view.words.notice(state.notice, state.refusal, view.today, view.zone).whole, c.ink


def _landscape(view: View) -> Page:
    c, theme, page = view.colours, view.theme, view.page
    assert view.state.patron is not None
    edge = theme.u(44)
    greeting = view.words.greeting(view.state.patron)
    question, colour = _question(view)
    head = Box(page.x + edge, page.y + theme.u(36), page.width - 2 * edge, theme.u(96))
    wide = typeset.width_of(greeting, theme.display, BLACK)
    beside = head.without_left(wide + theme.u(24))
    size, leading = largest(question, 400, beside, ((theme.lead, 1.14), (theme.body, 1.0)))
    fits = beside.width > theme.u(220) and height(question, size, 400, beside.width, leading) <= theme.u(104)
    if theme.large and view.state.notice is not Notice.NONE:
        greeting = ""  # there is room for one line, and what has just happened is more than a greeting
    elements: list[Element] = [
        Panel(page, c.paper),
        say(greeting, head, theme.display, c.ink, c.paper, weight=BLACK, leading=1.0, lines=1, cut=True, key="hello"),
    ]
    if theme.large and not greeting:
        size, leading = largest(question, BOLD, head, ((theme.title, 1.04), (theme.body, 1.0)))
        tall = head.moved(0, theme.u(-24)).top_part(theme.u(130))
        elements.append(say(question, tall, size, colour, c.paper, weight=BOLD, stand=Stand.MIDDLE, leading=leading,
                            key="ask"))  # fmt: skip
    if fits and not theme.large:
        one_line = height(question, size, 400, beside.width, leading) <= round(size * leading) + 1
        box = beside.moved(0, theme.u(32)).top_part(round(size * leading)) if one_line else beside
        elements.append(
            say(question, box, size, colour, c.paper, align=Align.RIGHT, stand=Stand.MIDDLE, leading=leading, key="ask")
        )
    grid = page.inset(edge, theme.u(36)).bottom_part(theme.u(606))
    if page.height / theme.unit > 880:
        grid = page.inset(edge, theme.u(44)).bottom_part(page.height - theme.u(218))
    gap = theme.u(22)
    cells = [cell for row in grid.rows(gap, 1, 1) for cell in row.columns(gap, 1, 1)]
    if theme.mirrored:
        cells = [cells[1], cells[0], cells[3], cells[2]]
    elements.extend(_card(view, choice, cell) for choice, cell in zip(choices(view), cells, strict=True))
    return tuple(elements)


def _portrait(view: View) -> Page:
    c, theme, page = view.colours, view.theme, view.page
    assert view.state.patron is not None
    edge = theme.u(43)
    gap = theme.u(23)
    elements: list[Element] = [Panel(page, c.paper)]
    tall = theme.u(237) if not theme.compact else theme.u(150)
    if theme.compact:
        edge = theme.u(20)
        gap = theme.gap
        grid = page.inset(edge, theme.u(20)).bottom_part(4 * tall + 3 * gap)
    else:
        grid = page.inset(edge, theme.u(39)).bottom_part(2 * tall + gap)
    ground = c.paper
    if not theme.contrast:
        elements.append(Art(page, "river-lowreach", key="river"))
        elements.append(Panel(page.without_top(grid.y - theme.p(74) - page.y), c.paper, key="bank"))
    hello = Box(page.x + theme.u(62), page.y + theme.u(70), page.width - theme.u(124), theme.u(160))
    greeting = view.words.greeting(view.state.patron)
    if theme.compact:
        hello = Box(page.x + edge, page.y, page.width - 2 * edge, grid.y - page.y)
        question, colour = _question(view)
        text = greeting if view.state.notice is Notice.NONE else question
        return (
            *elements,
            say(text, hello, theme.title if text is greeting else theme.body, c.ink, c.paper, weight=BOLD,
                stand=Stand.MIDDLE, leading=1.04, lines=1 if text is greeting else 2, cut=True, key="hello"),
            *(_card(view, each, cell) for each, cell in zip(choices(view), grid.rows(gap, 1, 1, 1, 1), strict=True)),
        )  # fmt: skip
    size, leading = largest(greeting, BLACK, hello.top_part(theme.u(150)), ((theme.u(128), 1.0), (theme.display, 1.0)))
    elements.append(say(greeting, hello, size, c.ink, ground, weight=BLACK, leading=leading, lines=1, cut=True,
                        key="hello"))  # fmt: skip
    question, colour = _question(view)
    ask = Box(hello.x, hello.y + round(size * leading) + theme.u(24), hello.width, theme.u(140))
    elements.append(say(question, ask, theme.lead, colour, ground, leading=1.14, key="ask"))
    cells = [cell for row in grid.rows(gap, 1, 1) for cell in row.columns(gap, 1, 1)]
    elements.extend(_card(view, choice, cell) for choice, cell in zip(choices(view), cells, strict=True))
    return tuple(elements)


def _card(view: View, choice: Choice, box: Box) -> Press:
    plain, sunk = looks(view.theme, "primary" if choice.primary else "card")
    return Press(
        f"choice-{choice.button.value}",
        box,
        Pressed(choice.button),
        _card_parts(view, choice, box, plain),
        _card_parts(view, choice, box, sunk),
        primary=choice.primary,
    )


def _card_parts(view: View, choice: Choice, box: Box, look: Look) -> tuple[Part, ...]:
    theme = view.theme
    parts: list[Part] = [panel(theme, box, look)]
    if theme.compact:
        side = theme.u(104)
        corner = Box(box.right - theme.u(16) - side, box.y + (box.height - side) // 2, side, side)
        if theme.contrast:
            picture: Part = Icon(corner.inset(theme.u(14)), choice.icon, look.sign)
        else:
            picture = Art(corner, f"spot-{choice.icon}")
        words = box.without_right(side + theme.u(8))
        return (*parts, picture, *_large_parts(view, choice, words, look))
    if theme.large:
        return (*parts, *_large_parts(view, choice, box, look))
    tall = box.height / theme.unit > 250
    inside = box.inset(theme.u(30), theme.u(22))
    hint = height(choice.hint, theme.body, 400, inside.width)
    title = round(theme.title * 1.06)
    side = theme.u(128 if tall else 82)
    top = box.y + theme.u(20 if tall else 14)
    words_top = inside.bottom - hint - title - theme.u(2)
    wide = typeset.width_of(choice.title, theme.title, BOLD)
    if inside.x + wide > box.right - theme.u(24) - side:  # the picture makes room for the words
        side = min(side, words_top - top)
    if side >= theme.u(60):
        corner = Box(box.right - theme.u(24 if tall else 20) - side, top, side, side)
        if theme.contrast:
            parts.append(Icon(corner.inset(theme.u(14)), choice.icon, look.sign))
        else:
            parts.append(Art(corner, f"spot-{choice.icon}"))
    if choice.chip:
        x, y = box.x + theme.u(28), box.y + theme.u(26)
        parts.extend(chip(theme, x, y, choice.chip, *_chip_colours(view, choice)))
    first = Box(inside.x, words_top, inside.width, title)
    size = theme.title
    if typeset.width_of(choice.title, size, BOLD) > first.width:
        size = theme.body
    parts.append(say(choice.title, first, size, look.text, look.back, weight=BOLD, leading=1.06, lines=1))
    under = Box(inside.x, first.bottom + theme.u(2), inside.width, hint)
    parts.append(say(choice.hint, under, theme.body, look.text, look.back))
    return tuple(parts)


def _large_parts(view: View, choice: Choice, box: Box, look: Look) -> list[Part]:
    """In large letters there is no room for a picture, and what is due stands instead of the hint."""
    theme = view.theme
    inside = box.inset(theme.u(26), theme.u(24))
    size = theme.title if typeset.width_of(choice.title, theme.title, BOLD) <= inside.width else theme.body
    if theme.compact:
        size = theme.body
        line = round(size * 1.1)
        inside = box.inset(theme.u(16), max(0, (box.height - 2 * line - theme.u(8)) // 2))
    title = inside.top_part(round(size * 1.06))
    parts: list[Part] = [say(choice.title, title, size, look.text, look.back, weight=BOLD, leading=1.06, lines=1)]
    below = inside.without_top(title.height + theme.u(14 if theme.large else 4))
    if choice.chip:
        parts.extend(chip(theme, below.x, below.y, choice.chip, *_chip_colours(view, choice)))
    elif height(choice.hint, theme.body, 400, below.width) <= below.height:
        parts.append(say(choice.hint, below, theme.body, look.text, look.back))
    return parts


def _chip_colours(view: View, choice: Choice) -> tuple[str, str]:
    c = view.colours
    overdue = choice.chip == view.words("{n} overdue", n=_overdue(view))
    return (c.stop, c.onstop) if overdue else (c.gold, c.ongold)


def _overdue(view: View) -> int:
    patron = view.state.patron
    return sum(loan.days_left < 0 for loan in patron.loans) if patron else 0
