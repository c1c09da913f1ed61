"""Holds a page against the rules of the design: what a patron must be able to read, reach and tell apart.

The rules are in millimetres and ratios, so they hold for every panel, language and look. A test runs them over every
sample state; each finding is one sentence.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from kiosk.fonts import CAP_HEIGHT
from kiosk.screens import textures, typeset
from kiosk.screens.elements import Art, Cover, Element, Icon, Page, Part, Press, Words
from kiosk.screens.geometry import Box
from kiosk.screens.overlays import overlay
from kiosk.screens.pages import PAGES
from kiosk.screens.spine import spine
from kiosk.screens.view import View
from kiosk.session.model import Digit, Screen

TARGET_MM, KEY_MM, GAP_MM = 20.0, 27.8, 3.0
CAPITAL_MM, LARGE_CAPITAL_MM = 4.8, 7.3
TEXT_RATIO = 7.0
#: Pages on which nothing, or nothing yet, is the one way on.
_WITHOUT_PRIMARY = frozenset({Screen.WELCOME, Screen.OUT_OF_SERVICE, Screen.NUMBER, Screen.PIN})


@dataclass(frozen=True, slots=True)
class Drawn:
    """What is visible of one state."""

    spine: Page
    page: Page  # the overlay, when one is open

    @property
    def all(self) -> Page:
        """Both."""
        return self.spine + self.page


def drawn(view: View) -> Drawn:
    """The elements that are visible."""
    page = overlay(view) if view.state.overlay else PAGES[view.state.screen](view)
    return Drawn(spine(view), page)


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.2)."""
    linear = [
        part / 12.92 if (part := value / 255) <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for value in textures.rgb(colour)
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours (WCAG 2.2)."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def findings(view: View) -> list[str]:
    """Everything that is wrong with a state, one sentence each."""
    return inspect(view, drawn(view))


def inspect(view: View, seen: Drawn) -> list[str]:
    """Everything that is wrong with what is drawn."""
    presses = [each for each in seen.all if isinstance(each, Press) and each.act is not None]
    return [
        *_targets(view, presses),
        *_gaps(view, presses),
        *_primary(view, seen),
        *(finding for words, box in _texts(seen.all) for finding in _text(view, words, box)),
        *_collisions(seen.page),
    ]


def _mm(view: View, pixels: float) -> float:
    return pixels / view.theme.px_per_mm


def _targets(view: View, presses: list[Press]) -> Iterator[str]:
    whole = Box(0, 0, view.theme.width, view.theme.height)
    for press in presses:
        box = press.box
        least = KEY_MM if isinstance(press.act, Digit) and not view.theme.compact else TARGET_MM
        side = _mm(view, min(box.width, box.height) + 0.5)
        if side < least:
            yield f"{press.key} is {side:.1f} mm, less than {least} mm"
        if box.x < 0 or box.y < 0 or box.right > whole.right or box.bottom > whole.bottom:
            yield f"{press.key} leaves the panel"
        if view.theme.low_reach and box.y < view.theme.height * 0.6 - 1:
            yield f"{press.key} is out of low reach"


def _gaps(view: View, presses: list[Press]) -> Iterator[str]:
    for number, one in enumerate(presses):
        for other in presses[number + 1 :]:
            if one.spine and other.spine:
                continue
            if one.box.overlaps(other.box):
                yield f"{one.key} overlaps {other.key}"
            elif _mm(view, one.box.gap(other.box) + 0.5) < GAP_MM:
                yield f"{one.key} and {other.key} are {_mm(view, one.box.gap(other.box)):.1f} mm apart"


def _primary(view: View, seen: Drawn) -> Iterator[str]:
    count = sum(isinstance(each, Press) and each.primary for each in seen.page)
    if count > 1:
        yield f"{count} filled buttons on one page"
    if not count and (view.state.overlay or view.state.screen not in _WITHOUT_PRIMARY):
        yield "no filled button on the page"


# --- words --------------------------------------------------------------------------------------------------------


def _texts(page: Page) -> Iterator[tuple[Words, Box | None]]:
    """Every sentence, with the box of the press it stands on."""
    for element in page:
        if isinstance(element, Words):
            yield element, None
        elif isinstance(element, Press):
            for part in element.parts + element.pressed:
                if isinstance(part, Words):
                    yield part, element.box


def ink(words: Words) -> Box:
    """The box that the lines really take."""
    setting = typeset.set_words(words)
    wide = max(setting.widths, default=0)
    tall = setting.height(words.size, words.leading)
    x = words.box.x + round((words.box.width - wide) * words.align.value)
    y = words.box.y + round((words.box.height - tall) * words.stand.value)
    # From the capitals of the first line to a little below the last baseline.
    above = round(typeset.baseline(words.size, words.leading) - CAP_HEIGHT * words.size)
    return Box(x, y + above, wide, max(0, tall - 2 * above + round(0.1 * words.size)))


def _text(view: View, words: Words, press: Box | None) -> Iterator[str]:
    name = f"“{words.text[:40]}”"
    setting = typeset.set_words(words)
    if not words.text.strip():
        return
    if not setting.fits:
        yield f"{name} is wider than its box ({max(setting.widths)} > {words.box.width} px)"
    if not words.cut and not setting.whole:
        yield f"{name} has more lines than its box"
    box = ink(words)
    slack = round(0.16 * words.size)
    if box.y < words.box.y - slack or box.bottom > words.box.bottom + slack:
        yield f"{name} is higher than its box"
    around = press or Box(0, 0, view.theme.width, view.theme.height)
    if box.x < around.x or box.right > around.right + 1 or box.y < around.y or box.bottom > around.bottom:
        yield f"{name} leaves {'its button' if press else 'the panel'}"
    capital = _mm(view, (words.size + 0.5) * CAP_HEIGHT)
    enlarged = view.theme.large and words.size not in (view.theme.small, view.theme.key)
    least = LARGE_CAPITAL_MM if enlarged else CAPITAL_MM
    if capital < least:
        yield f"{name} has capitals of {capital:.2f} mm"
    for run in words.runs:
        if run.text.strip() and contrast(run.colour, words.back) < TEXT_RATIO:
            yield f"{name} has a contrast of {contrast(run.colour, words.back):.1f}"


def _collisions(page: Page) -> Iterator[str]:
    """Words over words, over a picture, or over a button that is not theirs."""
    for element in page:
        if isinstance(element, Press):
            yield from _collisions_of(element.parts, element.key)
    loose: list[Element] = [each for each in page if isinstance(each, Words | Press | Icon)]
    for number, one in enumerate(loose):
        for other in loose[number + 1 :]:
            if isinstance(one, Words) or isinstance(other, Words):
                yield from _collision(one, other)


def _collisions_of(parts: tuple[Part, ...], key: str) -> Iterator[str]:
    solid = [part for part in parts if isinstance(part, Words | Icon | Art | Cover)]
    for number, one in enumerate(solid):
        for other in solid[number + 1 :]:
            if isinstance(one, Words) or isinstance(other, Words):
                for finding in _collision(one, other):
                    yield f"on {key}: {finding}"


def _collision(one: Element, other: Element) -> Iterator[str]:
    first, second = _solid(one), _solid(other)
    if first.width and second.width and first.overlaps(second):
        yield f"{_name(one)} lies over {_name(other)}"


def _solid(element: Element) -> Box:
    if isinstance(element, Words):
        return ink(element) if element.text.strip() else Box(0, 0, 0, 0)
    if isinstance(element, Icon):
        return element.box.inset(round(element.box.width * 0.1))
    return element.box  # type: ignore[union-attr]


def _name(element: Element) -> str:
    return f"“{element.text[:30]}”" if isinstance(element, Words) else (element.key or type(element).__name__)
