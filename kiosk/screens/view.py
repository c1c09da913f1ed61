"""What a page is drawn from: the state of the visit, the look, the words, and the time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from functools import lru_cache

from kiosk.locale.words import Words
from kiosk.screens.geometry import Box
from kiosk.screens.theme import Palette, Theme
from kiosk.session.model import State


@dataclass(frozen=True, slots=True)
class Frame:
    """The three parts of the panel that are the same on every page."""

    spine: Box
    band: Box
    page: Box
    slots: tuple[Box, ...]


@dataclass(frozen=True, slots=True)
class View:
    """Everything a page may look at.

    ``turned``: which page of a long list is open, from 0. ``since``: when this page was opened.
    """

    state: State
    theme: Theme
    words: Words
    now: datetime
    library: str
    opens: str
    closes: str
    code: str
    since: datetime
    turned: int = 0

    @property
    def today(self) -> date:
        """The library's calendar day."""
        return self.now.date()

    @property
    def zone(self) -> tzinfo:
        """The library's time zone."""
        zone = self.now.tzinfo
        assert zone is not None, "the kiosk's time must carry its zone"
        return zone

    @property
    def frame(self) -> Frame:
        """Spine, band and page on this panel."""
        return frame(self.theme)

    @property
    def page(self) -> Box:
        """Where the page is."""
        return self.frame.page

    @property
    def colours(self) -> Palette:
        """The look's colours."""
        return self.theme.colours


@lru_cache(maxsize=16)
def frame(theme: Theme) -> Frame:
    """Spine, band and page. The spine stands left, right for a left hand, and lies at the bottom of a tall panel."""
    whole = Box(0, 0, theme.width, theme.height)
    if theme.portrait:
        thick = theme.u(122.5 if theme.compact else 167.3)
        woven = theme.u(10 if theme.compact else 21.4)
        if theme.contrast:
            woven = theme.edge
        spine = whole.bottom_part(thick)
        band = Box(0, spine.y - woven, theme.width, woven)
        page = whole.without_bottom(thick + woven)
        slots = spine.columns(0, *([1] * (3 if theme.compact else 5)))
        return Frame(spine, band, page, tuple(slots))
    thick = theme.u(262) if theme.large else max(theme.u(184), round(theme.width * 0.1167))
    woven = max(theme.u(20), round(theme.width / 80))
    if theme.contrast:
        woven, thick = theme.edge, thick - theme.edge
    if theme.mirrored:
        spine = whole.right_part(thick)
        band = Box(spine.x - woven, 0, woven, theme.height)
        page = whole.without_right(thick + woven)
    else:
        spine = whole.left_part(thick)
        band = Box(spine.right, 0, woven, theme.height)
        page = whole.without_left(thick + woven)
    return Frame(spine, band, page, tuple(spine.rows(0, 1, 1, 1, 1, 1)))
