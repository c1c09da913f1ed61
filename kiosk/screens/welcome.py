"""Welcome: what to do with the card, in the largest letters; the river below; returning without a card."""

from __future__ import annotations

from kiosk.images import river
from kiosk.screens import typeset
from kiosk.screens.blocks import BLACK, BOLD, MEDIUM, Label, button, largest, say
from kiosk.screens.elements import Align, Arcs, Art, Element, Icon, Page, Panel, Stand
from kiosk.screens.geometry import Box
from kiosk.screens.view import View
from kiosk.session.model import Button, Notice, Pressed


def welcome(view: View) -> Page:
    """The page on which every visit begins."""
    page = view.page
    return (*_picture(view, page), *_head(view, page), _headline(view, page), *_buttons(view, page))


def _picture(view: View, page: Box) -> list[Element]:
    c, theme = view.colours, view.theme
    if theme.contrast or theme.large:
        return [Panel(page, c.paper), *_sign_of_the_card(view, page)]
    if theme.compact:
        return _compact_picture(view, page)
    name = "river-portrait" if theme.portrait else "river-landscape"
    sun = river.sun(name, page.width, page.height)
    centre = (page.x + sun.x, page.y + sun.y)
    line = river.stroke(name, page.width, page.height)
    moving = not theme.calm and view.state.overlay is None
    return [
        Art(page, f"{name}-calm", key="river"),
        Arcs(centre, sun.arcs, line, c.gold, moving),
    ]


def _compact_picture(view: View, page: Box) -> list[Element]:
    """A narrow panel: the wide river between the headline and the buttons, and water below it."""
    art = Box(page.x, page.y + theme_top(view), page.width, theme_top(view) + view.theme.u(120))
    sun = river.sun("river-landscape", art.width, art.height)
    line = river.stroke("river-landscape", art.width, art.height)
    moving = not view.theme.calm and view.state.overlay is None
    return [
        Panel(page, view.colours.paper),
        Art(art, "river-landscape-calm", key="river"),
        Panel(page.without_top(art.bottom - page.y), view.colours.water, key="water"),
        Arcs((art.x + sun.x, art.y + sun.y), sun.arcs, line, view.colours.gold, moving),
    ]


def theme_top(view: View) -> int:
    """Where the picture of a narrow panel begins: below the headline."""
    return view.theme.u(240)


def _sign_of_the_card(view: View, page: Box) -> list[Element]:
    """Without the river, the card alone says it; there is no room for it beside large letters."""
    c, theme = view.colours, view.theme
    if theme.large:
        return []
    side = theme.u(300 if theme.portrait else 250)
    if theme.compact:
        return []
    if theme.portrait:
        box = Box(page.right - side - theme.u(90), page.y + round(page.height * 0.42), side, side)
    else:
        box = Box(page.right - side - theme.u(90), page.y + theme.u(200), side, side)
    return [Icon(box, "card", c.gold, key="card")]


def _head(view: View, page: Box) -> list[Element]:
    c, theme = view.colours, view.theme
    edge = theme.u(62 if theme.portrait else 44)
    top = theme.u(58 if theme.portrait else 34)
    if theme.compact:
        edge = top = theme.u(20)
    line = round(theme.body * 1.1)
    row = Box(page.x + edge, page.y + top, page.width - 2 * edge, line)
    clock = view.words.time(view.now)
    taken = typeset.width_of(clock, theme.body, MEDIUM) + theme.u(24)
    elements: list[Element] = [
        say(
            view.words.title(view.library[:200]), row.without_right(taken), theme.body, c.ink, c.paper,
            weight=BOLD, lines=1, cut=True, key="library",
        ),
        say(clock, row, theme.body, c.ink, c.paper, weight=MEDIUM, align=Align.RIGHT, lines=1, key="clock"),
    ]  # fmt: skip
    hours = row.moved(0, line + theme.u(2))
    if not view.state.online:
        said = view.words.offline_banner(view.state.rules.offline)
        room = hours.width if theme.portrait or theme.large else theme.u(600)  # then begin the arcs of the sun
        text = said.whole if typeset.width_of(said.whole, theme.body, BOLD) <= room else said.what
        elements.append(say(text, hours, theme.body, c.ink, c.paper, weight=BOLD, lines=1, key="hours"))
        return elements
    if typeset.width_of(_hours(view), theme.body, 400) > hours.width:
        return elements
    elements.append(say(_hours(view), hours, theme.body, c.ink2, c.paper, lines=1, key="hours"))
    return elements


def _hours(view: View) -> str:
    """Today's hours; outside of them, when the library opens again."""
    words, now = view.words, view.words.clock(view.now.strftime("%H.%M"))
    opens, closes = words.clock(view.opens), words.clock(view.closes)
    if now < opens:
        return words("Open again today at {time}", time=opens)
    if now >= closes:
        return words("Open again tomorrow at {time}", time=opens)
    return words.hours(view.opens, view.closes)


def headline_text(view: View) -> str:
    """The act, or what has just happened to the card."""
    state = view.state
    if state.notice is Notice.NONE:
        return view.words("Tap or scan your card")
    return view.words.notice(state.notice, state.refusal, view.today, view.zone).whole


def _headline(view: View, page: Box) -> Element:
    c, theme = view.colours, view.theme
    text = headline_text(view)
    if theme.portrait:
        wide = page.width - theme.u(124)
        box = Box(page.x + theme.u(62), page.y + theme.u(185), wide, theme.u(380))
        biggest = theme.u(115) if not theme.compact else theme.display
        if theme.compact:
            line = round(theme.body * 1.1)
            top = page.y + theme.u(20) + 2 * line + theme.u(8)
            box = Box(page.x + theme.u(20), top, page.width - theme.u(40), page.y + theme_top(view) + theme.u(20) - top)
            if theme.contrast:
                box = box.top_part(box.height + theme.u(120))
            biggest = theme.title
        if text == view.words("Tap or scan your card") and not theme.compact:
            box = box.left_part(theme.u(720))
    else:
        wide = page.width - theme.u(88) if theme.large else theme.u(600)
        buttons = theme.u(40) + button_height(view)
        top = theme.u(174) if not theme.large else theme.u(34) + 3 * round(theme.body * 1.1)
        bottom = page.height - buttons - theme.u(40) if theme.large else theme.u(482)
        box = Box(page.x + theme.u(44), page.y + top, wide, bottom - top)
        biggest = theme.display
    sizes = ((biggest, 1.0), (theme.display, 1.0), (theme.title, 1.06), (theme.lead, 1.14), (theme.body, 1.1))
    size, leading = largest(text, BLACK, box, sizes)
    weight = BLACK if size >= theme.title else BOLD
    stand = Stand.MIDDLE if theme.large else Stand.TOP
    return say(text, box, size, c.ink, c.paper, weight=weight, leading=leading, stand=stand, key="headline")


def button_height(view: View) -> int:
    """Height of the two buttons."""
    theme = view.theme
    return theme.u(236) if theme.large else theme.u(132)


def _buttons(view: View, page: Box) -> list[Element]:
    theme, words = view.theme, view.words
    give_back, number = Pressed(Button.RETURN_WITHOUT_CARD), Pressed(Button.TYPE_NUMBER)
    water = "" if not (theme.contrast or theme.large) else view.colours.paper
    kinds = ("leaf", "ghost") if not water else ("second", "second")
    if theme.portrait:
        edge, gap = theme.u(62), theme.u(27)
        first_tall, second_tall, pad, between = theme.u(171), theme.u(124.5), theme.u(43), theme.u(31)
        if theme.compact:
            edge, gap, pad, between = theme.u(20), theme.gap, theme.u(18), theme.u(16)
            first_tall = second_tall = theme.target
        low = page.inset(edge, edge)
        second = low.bottom_part(second_tall)
        first = Box(second.x, second.y - gap - first_tall, second.width, first_tall)
        big = Label(
            words("Return books"), "return", size=theme.title if not theme.compact else theme.body,
            icon_size=theme.big_icon if not theme.compact else theme.icon, under=words("without a card"),
            under_size=theme.lead if not theme.compact else theme.body, left=True, pad=pad, gap=between,
        )  # fmt: skip
        small = Label(words("Type your member number"), "keys", left=True, icon_size=theme.icon, pad=pad,
                      gap=between)  # fmt: skip
        return [
            button(theme, "without-card", first, kinds[0], big, give_back),
            button(theme, "type-number", second, kinds[1], small, number),
        ]
    low = page.inset(theme.u(44), theme.u(40)).bottom_part(button_height(view))
    left, right = low.columns(theme.u(24), 512, 452) if not theme.mirrored else low.columns(theme.u(24), 452, 512)
    if theme.mirrored:
        left, right = right, left
    icons = ("return", "keys") if not theme.large else ("", "")
    return [
        button(
            theme, "without-card", left, kinds[0],
            Label(words("Return books"), icons[0], icon_size=theme.icon, under=words("without a card"), left=True,
                  pad=theme.u(24)), give_back,
        ),
        button(
            theme, "type-number", right, kinds[1],
            Label(words("Type your member number"), icons[1], icon_size=theme.icon, left=True, pad=theme.u(24)), number,
        ),
    ]  # fmt: skip
