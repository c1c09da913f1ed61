"""What may lie over the page: dialogs, help, and the panel of letters. The page below is covered, the spine stays."""

from __future__ import annotations

from kiosk.screens import typeset
from kiosk.screens.blocks import BLACK, BOLD, Label, button, height, largest, say
from kiosk.screens.code_overlays import end_visit, staff, which
from kiosk.screens.elements import Align, Element, Page, Ring, Stand
from kiosk.screens.geometry import Box
from kiosk.screens.sheet import answers, answers_height, dialog, lines, sheet
from kiosk.screens.theme import LARGE_SCALE
from kiosk.screens.view import View
from kiosk.session.model import Button, Mode, Overlay, Pressed, Screen


def overlay(view: View) -> Page:
    """What lies over the page now; nothing most of the time."""
    match view.state.overlay:
        case None:
            return ()
        case Overlay.IDLE:
            return _idle(view)
        case Overlay.HELP:
            return _help(view)
        case Overlay.LETTERING:
            return _lettering(view)
        case Overlay.LEAVE:
            return _leave(view)
        case Overlay.UNDO:
            return _undo(view)
        case Overlay.EXPLAIN:
            return _explain(view)
        case Overlay.WHICH:
            return which(view)
        case Overlay.STAFF:
            return staff(view)
        case Overlay.END_VISIT:
            return end_visit(view)


# --- dialogs ------------------------------------------------------------------------------------------------------


def _idle(view: View) -> Page:
    """Still there? The ring, the seconds, and what happens at zero."""
    c, theme, words, state = view.colours, view.theme, view.words, view.state
    elements, room = sheet(view, 0 if not theme.large else theme.height)
    low = room.bottom_part(answers_height(view))
    side = theme.u(230) if not theme.large and not theme.compact else theme.u(150)
    text_room = room.without_bottom(low.height + theme.u(16))
    ring = Box(text_room.x + theme.u(8), text_room.y + theme.u(30 if not theme.large else 6), side, side)
    part = state.seconds / max(1, state.rules.idle_warning)
    number_size = theme.u(88) if not theme.large and not theme.compact else theme.body
    elements.append(Ring(ring, min(1.0, part), theme.u(20), c.sign, c.hair, key="ring"))
    elements.append(say(str(state.seconds), ring, number_size, c.ink, c.leaf, weight=BOLD, align=Align.MIDDLE,
                        stand=Stand.MIDDLE, lines=1, key="ring-number"))  # fmt: skip
    title = words("Still there?")
    sentence = words("In {n} seconds you are logged out and the screen is cleared.", n=state.seconds)
    text = text_room.without_left(side + theme.u(52)).without_top(theme.u(30 if not theme.large else 0))
    if theme.portrait:
        text = text_room.without_left(side + theme.p(52)).without_top(theme.p(30))
    biggest = ((theme.u(88), 1.0), (theme.title, 1.0), (theme.body, 1.0))
    size, leading = largest(title, BLACK, text.top_part(theme.u(100)), biggest if not theme.large else biggest[1:])
    tall = height(title, size, BLACK, text.width, leading)
    below = text.without_top(tall + theme.u(24 if not theme.large else 8))
    small, small_leading = largest(sentence, 400, below, ((theme.lead, 1.14), (theme.body, 1.1), (theme.body, 1.02)))
    elements.append(
        say(title, text.top_part(tall), size, c.ink, c.leaf, weight=BLACK, leading=leading, key="dialog-title")
    )
    elements.append(say(sentence, below, small, c.ink, c.leaf, leading=small_leading, key="dialog-words"))
    yes = Label(words("Yes, continue"), "next", "right", theme.cap(7.2) if not theme.large else theme.body, theme.icon)
    if theme.compact:
        yes = Label(words("Yes, continue"), "next", "right", theme.action, theme.small_icon)
    out = Label(words("Log out") if state.patron else words("Close"), "exit")
    elements.extend(answers(view, low, yes, Button.STAY, out, Button.CONFIRM))
    return tuple(elements)


def _leave(view: View) -> Page:
    words, state, theme = view.words, view.state, view.theme
    title = words("Leave now?") if state.leaving else words("Finish now?")
    sentence = words("A book still needs you.")
    if state.borrowed and state.leaving:
        sentence = f"{sentence} {words('Books already borrowed stay borrowed.')}"
    safe = Label(words("Back to the books"), "back", size=theme.action if not theme.portrait else theme.body)
    go = words("Yes, leave") if state.leaving else words("Yes, finish")
    return dialog(view, title, sentence, safe, Label(go), Button.CONFIRM, "hand")


def _undo(view: View) -> Page:
    words, state = view.words, view.state
    row = state.row(Mode.BORROW, state.chosen)
    title = words.title(row.title[:200] if row else "")
    if len(title) > 60:
        title = f"{title[:59].rstrip()}…"
    sentence = words("You will not borrow “{title}”.", title=title)
    safe = Label(words("Keep it"), "check", size=view.theme.action)
    return dialog(view, words("Cancel this book?"), sentence, safe, Label(words("Yes, cancel it")), Button.CONFIRM,
                   "delete")  # fmt: skip


def _explain(view: View) -> Page:
    words, refusal = view.words, view.state.refusal
    sentence = words.refusal(refusal, view.today, view.zone).whole if refusal else ""
    safe = Label(words("Close"), size=view.theme.action)
    staff = Label(words("Call staff"), "staff")
    return dialog(view, words("Not possible yet"), sentence, safe, staff, Button.CALL_STAFF, "stop")


# --- help ---------------------------------------------------------------------------------------------------------

_HELP_ICONS = {
    Screen.WELCOME: ("card", "keys", "return"),
    Screen.NUMBER: ("card", "next"),
    Screen.PIN: ("account", "staff"),
    Screen.MENU: ("check", "menu"),
    Screen.BORROW: ("onpad", "scan", "next"),
    Screen.RETURN: ("onpad", "bin", "next"),
    Screen.ACCOUNT: ("clock", "renew"),
    Screen.FINISH: ("scan", "clock"),
    Screen.OUT_OF_SERVICE: ("staff", "bin"),
}


def _help(view: View) -> Page:
    """Short sentences, each with its picture; staff are one press away."""
    c, theme, words = view.colours, view.theme, view.words
    if theme.portrait:
        tall = theme.p(1180) if not theme.compact else view.page.height
    else:
        tall = theme.u(720) if not theme.large else theme.height
    elements, room = sheet(view, tall)
    more = _compact_doors(view, room) if theme.compact else []
    low = room.bottom_part(answers_height(view))
    text = room.without_bottom(low.height + theme.u(24))
    if more:
        text = text.without_bottom(theme.target + theme.gap)
    if not theme.large and not theme.compact:
        title = text.top_part(round(theme.title * 1.06))
        elements.append(say(words("Help"), title, theme.title, c.ink, c.leaf, weight=BOLD, leading=1.06, lines=1,
                            key="dialog-title"))  # fmt: skip
        text = text.without_top(title.height + theme.u(18))
    icons = _HELP_ICONS[view.state.screen]
    said = zip(words.help_lines(view.state.screen), icons, strict=True)
    elements.extend(lines(view, text, [(line, icon, c.sign) for line, icon in said], "help"))
    elements.extend(more)
    safe = Label(words("Close"), size=theme.action)
    elements.extend(answers(view, low, safe, Button.STAY, Label(words("Call staff"), "staff"), Button.CALL_STAFF))
    return tuple(elements)


def _compact_doors(view: View, room: Box) -> list[Element]:
    """On a narrow panel Menu and Huruf live here, because the spine has no room for them."""
    theme, words, c = view.theme, view.words, view.colours
    low = room.without_bottom(answers_height(view) + theme.gap).bottom_part(theme.target)
    letters = Label(words("Text"), "aa")
    if view.state.patron is None or view.state.screen is Screen.MENU:
        return [button(theme, "door-text", low, "quiet", letters, Pressed(Button.LETTERING), ground=c.leaf)]
    first, second = low.columns(theme.gap, 1, 1)
    menu = Label(words("Menu"), "menu")
    return [
        button(theme, "door-menu", first, "quiet", menu, Pressed(Button.MENU), ground=c.leaf),
        button(theme, "door-text", second, "quiet", letters, Pressed(Button.LETTERING), ground=c.leaf),
    ]


# --- letters ------------------------------------------------------------------------------------------------------


def switches(view: View) -> list[tuple[Button, str, str, bool]]:
    """What can be changed on this panel: button, icon, word, whether it is on. Only what really does something."""
    words, chosen, theme = view.words, view.state.preferences, view.theme
    offered: list[tuple[Button, str, str, bool]] = []
    if theme.scale < LARGE_SCALE and not theme.portrait:
        offered.append((Button.LARGE, "aa", words("Large text"), chosen.large))
    offered.append((Button.CONTRAST, "contrast", words("High contrast"), chosen.contrast))
    if theme.portrait and not theme.compact:
        offered.append((Button.LOW_REACH, "down", words("Low reach"), chosen.low_reach))
    if not theme.portrait:
        offered.append((Button.LEFT_HAND, "back", words("Left hand"), chosen.left_hand))
    offered.append((Button.QUIET, "sound", words("Quiet"), chosen.quiet))
    return offered


def _lettering(view: View) -> Page:
    """Switches that show at once, on the panel itself."""
    c, theme, words = view.colours, view.theme, view.words
    offered = switches(view)
    if theme.portrait:
        tall = theme.p(1100) if not theme.compact else view.page.height
        if theme.low_reach:
            tall = theme.p(640)
    else:
        tall = theme.u(700) if not theme.large else theme.height
    elements, room = sheet(view, tall)
    low = room.bottom_part(theme.u(130) if not theme.large else theme.u(124))
    top = room.without_bottom(low.height + theme.gap)
    if not theme.large and not theme.compact:
        title = top.top_part(round(theme.title * 1.06))
        text = words("Text and display")
        elements.append(say(text, title, theme.title, c.ink, c.leaf, weight=BOLD, leading=1.06, lines=1,
                            key="dialog-title"))  # fmt: skip
        top = top.without_top(title.height + theme.u(20))
    across = 1 if theme.portrait and not theme.low_reach else 2
    down = -(-len(offered) // across)
    cells = [cell for line in top.rows(theme.gap, *([1] * down)) for cell in line.columns(theme.gap, *([1] * across))]
    for (act, icon, word, on), cell in zip(offered, cells, strict=False):
        mark = "check" if on else icon
        state_word = words("On") if on else words("Off")
        fits = typeset.width_of(word, theme.body, BOLD) < cell.width - theme.small_icon - theme.u(60)
        label = Label(word, mark, under=state_word, left=True, pad=theme.u(22), icon_size=theme.icon)
        if theme.large or not fits:
            label = Label(word, mark, left=True, pad=theme.u(16), icon_size=theme.icon, gap=theme.u(12))
        kind = "chosen" if on else "quiet"
        elements.append(button(theme, f"switch-{act.value}", cell, kind, label, Pressed(act), ground=c.leaf))
    close = Label(words("Close"), size=theme.action)
    elements.append(button(theme, "safe", low, "primary", close, Pressed(Button.STAY)))
    return tuple(elements)
