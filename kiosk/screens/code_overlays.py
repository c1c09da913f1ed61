"""What lies over the page because of a code: card or book? How is the kiosk? Shall this visit end?"""

from __future__ import annotations

from dataclasses import replace

from kiosk.fonts.coverage import readable
from kiosk.screens.blocks import BOLD, Label, button, height, largest, say
from kiosk.screens.elements import Element, Page
from kiosk.screens.geometry import Box
from kiosk.screens.sheet import dialog, lines, sheet
from kiosk.screens.view import View
from kiosk.session.model import Button, Pressed, Screen

_LONGEST = 24


def which(view: View) -> Page:
    """A code that may be either: two answers of the same size, the likelier one filled."""
    c, theme, words, state = view.colours, view.theme, view.words, view.state
    tall = theme.u(608) if not theme.large else theme.height
    if theme.portrait:
        tall = theme.p(900) if not theme.compact else theme.u(640)
    elements, room = sheet(view, tall)
    low = room.bottom_part(theme.u(270))
    if theme.portrait:
        low = room.bottom_part(theme.p(300) if not theme.compact else 2 * theme.target + theme.gap)
    text = room.without_bottom(low.height + theme.u(20)).without_top(theme.u(20 if not theme.large else 0))
    title = words("Member card or book?")
    size, leading = largest(title, BOLD, text.top_part(theme.u(170)), ((theme.title, 1.06), (theme.body, 1.1)))
    title_tall = height(title, size, BOLD, text.width, leading)
    elements.append(say(title, text.top_part(title_tall), size, c.ink, c.leaf, weight=BOLD, leading=leading,
                        key="dialog-title"))  # fmt: skip
    code = readable(state.unclear[0].text) if state.unclear else ""
    if len(code) > _LONGEST:
        code = f"{code[: _LONGEST - 1]}…"
    sentence = words("The code {code} may be either.", code=code)
    below = text.without_top(title_tall + theme.u(18 if not theme.large else 8))
    small, small_leading = largest(sentence, 400, below, ((theme.lead, 1.14), (theme.body, 1.1), (theme.body, 1.04)))
    elements.append(say(sentence, below, small, c.ink, c.leaf, leading=small_leading, cut=True,
                        lines=max(1, int(below.height // (small * small_leading))), key="dialog-words"))  # fmt: skip
    elements.extend(_either(view, low))
    return tuple(elements)


def _either(view: View, low: Box) -> list[Element]:
    theme, words, c = view.theme, view.words, view.colours
    if theme.compact:
        first, second = low.rows(theme.gap, 1, 1)
        card = Label(words("Member card"), "card", icon_size=theme.icon)
        book = Label(words("Book"), "borrow", icon_size=theme.icon)
    else:
        first, second = low.columns(theme.gap, 1, 1)
        # The picture on top: both words have the same size, however long they are.
        card = Label(words("Member card"), "card", "top", icon_size=theme.big_icon)
        book = Label(words("Book"), "borrow", "top", icon_size=theme.big_icon)
    likely_card = view.state.screen in (Screen.WELCOME, Screen.FINISH)
    kinds = ("primary", "second") if likely_card else ("second", "primary")
    return [
        button(theme, "is-card", first, kinds[0], card, Pressed(Button.IS_CARD), ground=c.leaf),
        button(theme, "is-book", second, kinds[1], book, Pressed(Button.IS_BOOK), ground=c.leaf),
    ]


def staff(view: View) -> Page:
    """For staff: each part of the kiosk in words, and what was promised but is not settled."""
    c, theme, words = view.colours, view.theme, view.words
    if theme.portrait:
        tall = theme.p(1180) if not theme.compact else view.page.height
    else:
        tall = theme.u(752) if not theme.large else theme.height
    elements, room = sheet(view, tall)
    low = room.bottom_part(theme.u(130) if not theme.portrait else max(theme.target, theme.p(150)))
    text = room.without_bottom(low.height + theme.u(20))
    if not theme.large and not theme.compact:
        title = text.top_part(round(theme.title * 1.06))
        elements.append(say(words("For staff"), title, theme.title, c.ink, c.leaf, weight=BOLD, leading=1.06, lines=1,
                            key="dialog-title"))  # fmt: skip
        text = text.without_top(title.height + theme.u(14))
    said = [(line, "check" if well else "stop", c.ok if well else c.stop) for line, well in _told(view)]
    elements.extend(lines(view, text, said, "part"))
    close = Label(words("Close"), size=theme.action)
    elements.append(button(theme, "safe", low, "primary", close, Pressed(Button.STAY)))
    return tuple(elements)


def _told(view: View) -> tuple[tuple[str, bool], ...]:
    """In large letters and on a small panel there is no room for each thing that is well: one line says it.

    Nor for two lines about what staff must see to: one number stands for both.
    """
    standing = view.state.standing
    if not (view.theme.large or view.theme.compact):
        return view.words.standing(standing)
    if standing.conflicts:
        standing = replace(standing, conflicts=standing.conflicts + standing.wrong_bits, wrong_bits=0)
    told = view.words.standing(standing)
    amiss = tuple(line for line in told if not line[1])
    if len(amiss) == len(told):
        return amiss
    rest = view.words("Everything else is ready") if amiss else view.words("Everything is ready")
    return (*amiss, (rest, True))


def end_visit(view: View) -> Page:
    """A staff card during somebody's visit."""
    words, state = view.words, view.state
    sentence = words("A staff card was shown.")
    if state.borrowed:
        sentence = f"{sentence} {words('Books already borrowed stay borrowed.')}"
    safe = Label(words("Go on"), "next", "right", size=view.theme.action)
    return dialog(view, words("End this visit?"), sentence, safe, Label(words("Yes, end it"), "exit"), Button.END_VISIT,
                  "staff")  # fmt: skip
