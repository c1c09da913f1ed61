"""The account: what is due first stands first, and what a block means stands in the row that causes it."""

from __future__ import annotations

from kiosk.circulation.port import Loan, Refused, Renewed, RenewOutcome
from kiosk.screens import rows, typeset
from kiosk.screens.blocks import BLACK, BOLD, Label, busy, button, height, say
from kiosk.screens.borrow import top_line
from kiosk.screens.elements import Align, Art, Cover, Element, Page, Panel, Run, Stand
from kiosk.screens.geometry import Box
from kiosk.screens.lists import listing
from kiosk.screens.rows import Entry
from kiosk.screens.view import View
from kiosk.session.model import Button, Pressed


def account(view: View) -> Page:
    """The account page."""
    c, theme, page, patron = view.colours, view.theme, view.page, view.state.patron
    elements: list[Element] = [Panel(page, c.paper)]
    if patron is None:
        return tuple(elements)
    edge = theme.p(56) if theme.portrait and not theme.compact else theme.u(24 if not theme.compact else 20)
    inner = page.inset(edge, theme.p(48) if theme.portrait else theme.u(22))
    line, inner = top_line(view, inner)
    elements.extend(line)
    if not theme.portrait and not line:
        inner = inner.without_top(-theme.u(4))
    head = inner.top_part(theme.u(90) if not theme.large else round(theme.title * 1.2))
    low = inner.bottom_part(theme.u(150))
    body = Box(inner.x, head.bottom + theme.u(8), inner.width, low.y - head.bottom - theme.u(36))
    if theme.large and patron.loans:  # the list needs the room; it says itself that this is the account
        body = Box(inner.x, inner.y, inner.width, low.y - inner.y - theme.gap)
    else:
        elements.extend(_head(view, head))
    elements.extend(_actions(view, low))
    side = _aside(view)
    if not patron.loans:
        return (*elements, *_nothing(view, body, side))
    if side and not theme.portrait and not theme.large:
        gap = theme.u(20)
        wide = round((body.width - gap) * 668 / 1008)
        left, right = body.left_part(wide), body.right_part(body.width - gap - wide)
        if theme.mirrored:
            right, left = body.left_part(body.width - gap - wide), body.right_part(wide)
        elements.extend(_aside_card(view, right, side))
        body = left
    elif side and theme.portrait and not theme.compact:
        if theme.low_reach:
            elements.extend(_aside_card(view, body.top_part(theme.p(300)), side))
        else:
            card = body.bottom_part(theme.p(300))
            elements.extend(_aside_card(view, card, side))
            body = body.without_bottom(card.height + theme.gap)
    if theme.low_reach:
        body = body.bottom_part(body.bottom - round(theme.height * 0.6))
    elements.extend(listing(view, _entries(view), body, pager_low=True))
    return tuple(elements)


def _head(view: View, head: Box) -> list[Element]:
    theme, c, words, patron = view.theme, view.colours, view.words, view.state.patron
    assert patron is not None
    title = words("My account")
    box = head.inset(theme.u(4), 0)
    taken = typeset.width_of(title, theme.title, BOLD) + theme.u(30)
    beside = box.without_left(taken)
    text = words.loans_of_limit(patron)
    elements: list[Element] = [
        say(title, box, theme.title, c.ink, c.paper, weight=BOLD, stand=Stand.MIDDLE, leading=1.06, lines=1, key="head")
    ]
    if typeset.width_of(text, theme.body, 400) <= beside.width:
        elements.append(
            say(text, beside, theme.body, c.ink2, c.paper, align=Align.RIGHT, stand=Stand.MIDDLE, lines=1, key="of")
        )
    return elements


def _actions(view: View, low: Box) -> list[Element]:
    """What can be done here: renew all and give back; after a renewal, finish with a receipt."""
    theme, words, state = view.theme, view.words, view.state
    patron = state.patron
    assert patron is not None
    left, right = low.columns(theme.u(20), 1.2, 1)
    if theme.mirrored:
        right, left = low.columns(theme.u(20), 1, 1.2)
    icon = theme.icon if not theme.compact else theme.small_icon
    signs = ("return", "clock", "renew") if not theme.large else ("", "", "")
    if theme.compact:
        return [_compact_action(view, low)]
    back = Label(words("Return"), signs[0], icon_size=icon)
    if not patron.loans:
        label = Label(words("Return"), "return", size=theme.body, icon_size=icon)
        box = low if theme.compact else (low.left_part if theme.mirrored else low.right_part)(theme.u(458))
        return [button(theme, "return", box, "primary", label, Pressed(Button.RETURN))]
    if state.renewals and not state.renewing:
        label = Label(words("Finish"), "next", "right", theme.action, icon)
        return [
            button(theme, "finish", left, "primary", label, Pressed(Button.FINISH)),
            button(theme, "return", right, "second", back, Pressed(Button.RETURN)),
        ]
    if state.renewing:
        wait = busy(theme, "renew-all", left, Label(words("Please wait"), signs[1], icon_size=icon))
        return [wait, button(theme, "return", right, "second", back, Pressed(Button.RETURN))]
    label = Label(words("Renew all"), signs[2], icon_size=icon)
    return [
        button(theme, "renew-all", left, "primary", label, Pressed(Button.RENEW_ALL)),
        button(theme, "return", right, "second", back, Pressed(Button.RETURN)),
    ]


def _compact_action(view: View, low: Box) -> Element:
    """A narrow panel has room for the likely one alone."""
    theme, words, state = view.theme, view.words, view.state
    if not (state.patron and state.patron.loans):
        return button(theme, "return", low, "primary", Label(words("Return"), "return"), Pressed(Button.RETURN))
    if state.renewing:
        return busy(theme, "renew-all", low, Label(words("Please wait"), "clock"))
    if state.renewals:
        label = Label(words("Finish"), "next", "right", theme.action, theme.small_icon)
        return button(theme, "finish", low, "primary", label, Pressed(Button.FINISH))
    return button(theme, "renew-all", low, "primary", Label(words("Renew all"), "renew"), Pressed(Button.RENEW_ALL))


# --- loans --------------------------------------------------------------------------------------------------------


def _entries(view: View) -> list[Entry]:
    patron = view.state.patron
    assert patron is not None
    outcomes = dict(view.state.renewals)
    loans = sorted(patron.loans, key=lambda loan: (loan.days_left, loan.item.title))
    return [_entry(view, loan, outcomes.get(loan.item.id)) for loan in loans]


def _entry(view: View, loan: Loan, outcome: RenewOutcome | None) -> Entry:
    c, words, state = view.colours, view.words, view.state
    patron = state.patron
    assert patron is not None
    text = words.loan(loan, view.today, patron.blocked)
    act = Pressed(Button.RENEW_ITEM, loan.item.id)
    if loan.item.id in state.renewing:
        look, act_or_none = rows.tone(view, "wait", "clock"), None
        lines: list[tuple[Run, ...]] = [(Run(words("Renewing …"), 400, c.ink2),)]
    elif isinstance(outcome, Renewed):
        look, act_or_none = rows.tone(view, "ok", "check"), None
        lines = [(Run(words.renewal(outcome, view.today, view.zone).whole, BOLD, c.ok),)]
    elif outcome is not None:
        said = words.renewal(outcome, view.today, view.zone)
        kind, icon = ("stop", "stop") if isinstance(outcome, Refused) else ("put", "clock")
        look, act_or_none = rows.tone(view, kind, icon), act
        lines = [(Run(said.what, 400, c.ink),), (Run(said.now.removesuffix("."), BOLD, look.now),)]
    elif loan.days_left < 0:
        look, act_or_none = rows.tone(view, "stop", "clock"), act
        lines = [(Run(text.left, BOLD, c.stop),)]
        if text.more:
            lines.append((Run(text.more, 400, c.ink),))
    elif loan.days_left <= 1:
        look, act_or_none = rows.tone(view, "put", "clock"), act
        lines = [(Run(text.line, BOLD, c.ink),)]
    else:
        look, act_or_none = rows.tone(view, "none", ""), act
        left, _, rest = text.line.partition(text.left)
        lines = [(Run(left + text.left + rest[:1], BOLD, c.ok), Run(rest[1:], 400, c.ink))]
    title = words.title(loan.item.title[:200])
    first = outcome is None
    return Entry(f"loan-{loan.item.id}", title, loan.item.author[:200], look, tuple(lines), act_or_none, first)


# --- holds and fines ----------------------------------------------------------------------------------------------


def _aside(view: View) -> tuple[str, ...]:
    """What stands beside the loans: a hold that is ready, else a fine, else nothing."""
    patron = view.state.patron
    assert patron is not None
    if any(hold.can_be_fetched for hold in patron.holds):
        return ("hold",)
    return ("fine",) if patron.fees > 0 else ()


def _aside_card(view: View, box: Box, side: tuple[str, ...]) -> list[Element]:
    theme, c, words, patron = view.theme, view.colours, view.words, view.state.patron
    assert patron is not None
    edge = c.edge if theme.contrast else c.hair
    inner = box.inset(theme.u(26), theme.u(24))
    elements: list[Element] = [Panel(box, c.leaf, edge, theme.hairline, theme.radius, key="aside")]
    line = round(theme.body * 1.1)
    if side == ("fine",):
        elements = []
        money = words("Fine {amount}", amount=words.money(patron.fees))
        where = words("Pay at the desk at any time.")
        tall = height(money, theme.body, BOLD, inner.width)
        box = box.top_part(tall + height(where, theme.body, 400, inner.width) + theme.u(62))
        return [
            Panel(box, c.leaf, edge, theme.hairline, theme.radius, key="aside"),
            say(money, inner.top_part(tall), theme.body, c.stop, c.leaf, weight=BOLD, key="fine"),
            say(where, inner.without_top(tall + theme.u(14)), theme.body, c.ink, c.leaf,
                key="fine-where"),
        ]  # fmt: skip
    hold = next(hold for hold in patron.holds if hold.can_be_fetched)
    said = words.hold(hold, view.today)
    ready_tall = height(said.lines[0], theme.body, BOLD, inner.width)
    elements.append(say(said.lines[0], inner.top_part(ready_tall), theme.body, c.ok, c.leaf, weight=BOLD, key="hold"))
    title = words.title(hold.title[:200])
    until = said.lines[1] if len(said.lines) > 1 else ""
    if theme.portrait:
        wide, tall = theme.p(120), theme.p(168)
        cover = Box(inner.x, inner.bottom - tall, wide, tall)
        elements.append(_hold_cover(view, cover, title))
        text = Box(cover.right + theme.p(28), cover.y, inner.right - cover.right - theme.p(28), tall)
        most = 2
        title_tall = min(height(title, theme.body, BOLD, text.width), most * line)
        elements.append(say(title, text.top_part(title_tall), theme.body, c.ink, c.leaf, weight=BOLD, lines=most,
                            cut=True, key="hold-title"))  # fmt: skip
        below = text.without_top(title_tall + theme.p(6))
        elements.append(say(until, below, theme.body, c.ink, c.leaf, key="hold-until"))
        return elements
    until_tall = height(until, theme.body, 400, inner.width)
    top = inner.y + ready_tall + theme.u(12)
    cover_tall = theme.u(134 if ready_tall <= line else 96)
    if inner.bottom - top - until_tall - line < cover_tall + theme.u(38):  # a banner takes the cover's room
        tall = min(height(title, theme.body, BOLD, inner.width), 2 * line)
        words_box = Box(inner.x, top, inner.width, tall)
        below = Box(inner.x, words_box.bottom + theme.u(10), inner.width, inner.bottom - words_box.bottom - theme.u(10))
        return [
            *elements,
            say(title, words_box, theme.body, c.ink, c.leaf, weight=BOLD, lines=2, cut=True, key="hold-title"),
            say(until, below, theme.body, c.ink, c.leaf, key="hold-until"),
        ]
    room = inner.bottom - top - until_tall - cover_tall - theme.u(14 + 16 + 8)
    most = max(1, min(3, room // line))
    title_tall = min(height(title, theme.body, BOLD, inner.width), most * line)
    elements.append(say(title, Box(inner.x, top, inner.width, title_tall), theme.body, c.ink, c.leaf, weight=BOLD,
                        lines=most, cut=True, key="hold-title"))  # fmt: skip
    cover = Box(inner.x, top + title_tall + theme.u(14), round(cover_tall * 0.716), cover_tall)
    elements.append(_hold_cover(view, cover, title))
    if not until:
        return elements
    rule = Box(inner.x, cover.bottom + theme.u(16), inner.width, theme.hairline)
    elements.append(Panel(rule, c.hair, key="hold-line"))
    below = Box(inner.x, rule.bottom + theme.u(6), inner.width, inner.bottom - rule.bottom - theme.u(6))
    elements.append(say(until, below, theme.body, c.ink, c.leaf, key="hold-until"))
    return elements


def _hold_cover(view: View, box: Box, title: str) -> Cover:
    return Cover(box, title, "", view.colours.onriver if view.theme.contrast else "", key="hold-cover")


def _nothing(view: View, body: Box, side: tuple[str, ...]) -> list[Element]:
    """Nothing on loan: a shelf and a friendly line."""
    theme, c, words = view.theme, view.colours, view.words
    if side and not theme.large and not theme.compact:
        if theme.portrait:
            card, body = body.bottom_part(theme.p(300)), body.without_bottom(theme.p(300) + theme.gap)
        elif theme.mirrored:
            card, body = body.left_part(theme.u(344)), body.without_left(theme.u(364))
        else:
            card, body = body.right_part(theme.u(344)), body.without_right(theme.u(364))
        aside = _aside_card(view, card, side)
    else:
        aside = []
    line = round(theme.title * 1.06)
    picture = min(theme.u(240), body.height - line - theme.u(40))
    top = body.y + (body.height - picture - theme.u(24) - line) // 2
    art = Box(body.x + (body.width - picture) // 2, top, picture, picture)
    text = Box(body.x, art.bottom + theme.u(24), body.width, line * 2)
    return [
        *aside,
        Art(art, "spot-borrow", key="shelf"),
        say(words("Nothing on loan yet"), text, theme.title, c.ink, c.paper, weight=BLACK, align=Align.MIDDLE,
            leading=1.06, key="nothing"),
    ]  # fmt: skip
