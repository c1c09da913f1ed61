"""The look as one object: colours, sizes and the shape of the panel. Changing the look is using another object.

Sizes are millimetres turned to pixels by the panel's ``px_per_mm``; letters are given by the height of a capital.
Two factors stand beside the millimetre: ``unit``, one pixel of the drawings (1280×800 at 5.88 px/mm) on this panel,
for distances; and ``letter``, the same for letters and icons, which large text makes bigger.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from kiosk.config import ScreenSettings
from kiosk.fonts import CAP_HEIGHT
from kiosk.session.model import Preferences

Colour = str
"""``#RRGGBB``."""

DRAWN_PX_PER_MM = 5.88
NARROW = 760
"""A tall panel of fewer pixels of the drawings than this across has room for one column of large things only."""
TALL_UNIT = 4.03 * 1.5 / DRAWN_PX_PER_MM
LARGE_SCALE = 1.5
"""k of large text: a capital of 7.3 mm, 0.7° at 600 mm (EN 301 549 5.1.4)."""


@dataclass(frozen=True, slots=True)
class Palette:
    """Every colour by what it is for. ``on…`` is the text on it, ``sign…`` the icon on it."""

    paper: Colour
    leaf: Colour
    ink: Colour
    ink2: Colour
    river: Colour  # filled, pressable
    onfill: Colour
    signfill: Colour
    second: Colour  # edge of the second button
    sign: Colour  # icons on leaf
    pressed: Colour
    pressededge: Colour
    onpressed: Colour
    leafpressed: Colour
    onleafpressed: Colour
    deep: Colour
    spinerule: Colour
    onriver: Colour
    onriver2: Colour
    water: Colour  # what buttons on the river are filled with
    gold: Colour
    goldtint: Colour
    goldedge: Colour
    ongold: Colour
    ok: Colour
    oktint: Colour
    onok: Colour
    count: Colour
    stop: Colour
    stoptint: Colour
    onstop: Colour
    edge: Colour
    onedge: Colour
    hair: Colour
    offfill: Colour
    offink: Colour
    banner: Colour
    onbanner: Colour
    night: Colour


LIGHT = Palette(
    paper="#F8F1E1", leaf="#FFFDF6", ink="#14282A", ink2="#3B4A49", river="#0E4345", onfill="#FFFDF6",
    signfill="#F4B53F", second="#0E4345", sign="#0E4345", pressed="#06272A", pressededge="#F4B53F",
    onpressed="#FFFDF6", leafpressed="#FFEBBF", onleafpressed="#14282A", deep="#0A3032", spinerule="#2A5557",
    onriver="#FFFDF6", onriver2="#CFE0D8", water="#0E4345", gold="#F4B53F", goldtint="#FFEBBF", goldedge="#9A6A0A",
    ongold="#14282A", ok="#0B5340", oktint="#DCEBDF", onok="#FFFFFF", count="#0B5340", stop="#841A33",
    stoptint="#FAE3DE", onstop="#FFFFFF", edge="#7D745F", onedge="#FFFFFF", hair="#E2D7BF", offfill="#E4DCCB",
    offink="#3F3F38", banner="#14282A", onbanner="#FFFFFF", night="#0B3335",
)  # fmt: skip

CONTRAST = Palette(
    paper="#000000", leaf="#000000", ink="#FFFFFF", ink2="#FFFFFF", river="#FFE14D", onfill="#000000",
    signfill="#000000", second="#FFFFFF", sign="#FFFFFF", pressed="#FFFFFF", pressededge="#FFFFFF",
    onpressed="#000000", leafpressed="#FFFFFF", onleafpressed="#000000", deep="#000000", spinerule="#FFFFFF",
    onriver="#FFFFFF", onriver2="#FFFFFF", water="#000000", gold="#FFE14D", goldtint="#000000", goldedge="#FFE14D",
    ongold="#000000", ok="#7CF0B8", oktint="#000000", onok="#000000", count="#FFE14D", stop="#FFB3BC",
    stoptint="#000000", onstop="#000000", edge="#FFFFFF", onedge="#000000", hair="#8A8A8A", offfill="#000000",
    offink="#FFFFFF", banner="#000000", onbanner="#FFFFFF", night="#000000",
)  # fmt: skip

#: (front, back) colours by name that meet as text and need 7:1, and as shapes and need 3:1.
TEXT_PAIRS = (
    ("ink", "paper"), ("ink", "leaf"), ("ink2", "paper"), ("ink2", "leaf"), ("ink", "goldtint"), ("ink", "stoptint"),
    ("ink", "oktint"), ("ongold", "gold"), ("onfill", "river"), ("onpressed", "pressed"), ("onriver", "deep"),
    ("onleafpressed", "leafpressed"), ("onriver2", "night"), ("onriver", "night"), ("onriver", "water"),
    ("ok", "paper"), ("ok", "leaf"), ("ok", "oktint"), ("stop", "leaf"), ("stop", "stoptint"), ("onok", "ok"),
    ("onstop", "stop"), ("onbanner", "banner"), ("offink", "offfill"), ("count", "paper"), ("gold", "deep"),
)  # fmt: skip
SHAPE_PAIRS = (
    ("river", "paper"), ("river", "leaf"), ("second", "paper"), ("second", "leaf"), ("sign", "leaf"),
    ("edge", "paper"), ("edge", "leaf"), ("onedge", "edge"), ("ok", "paper"), ("ok", "oktint"), ("stop", "paper"),
    ("stop", "stoptint"), ("goldedge", "paper"), ("goldedge", "goldtint"), ("signfill", "river"), ("gold", "deep"),
    ("gold", "banner"), ("onriver2", "water"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Theme:
    """A panel in one look. All pages are laid out from it."""

    width: int
    height: int
    px_per_mm: float
    scale: float  # k of the panel
    letter_scale: float  # k of letters and icons
    large: bool
    contrast: bool
    mirrored: bool
    low_reach: bool
    calm: bool
    colours: Palette

    @property
    def portrait(self) -> bool:
        """Whether the spine lies at the bottom."""
        return self.height > self.width

    @property
    def compact(self) -> bool:
        """A narrow portrait panel: three slots in the spine, one status line instead of tiles."""
        return self.portrait and self.width / self.unit < NARROW

    @property
    def unit(self) -> float:
        """Pixels of this panel for one pixel of the drawings."""
        return self.px_per_mm * self.scale / DRAWN_PX_PER_MM

    def mm(self, millimetres: float) -> int:
        """Pixels for a length that follows the hand: targets, gaps between them."""
        return round(millimetres * self.px_per_mm)

    def u(self, pixels: float) -> int:
        """Pixels for a length of the drawings."""
        return round(pixels * self.unit)

    def p(self, pixels: float) -> int:
        """Pixels for a length of the tall drawings (1080×1920)."""
        return round(pixels * self.unit / TALL_UNIT)

    def letter(self, pixels: float) -> int:
        """Pixels for a length of the drawings that grows with the letters: icons, covers, badges."""
        return round(pixels * self.px_per_mm * self.letter_scale / DRAWN_PX_PER_MM)

    def cap(self, millimetres: float) -> int:
        """Font size for a capital of this height at k = 1."""
        return round(millimetres * self.px_per_mm * self.letter_scale / CAP_HEIGHT)

    # The roles of the type table.

    @property
    def body(self) -> int:
        """Font size of running text, labels and most buttons."""
        return self.cap(4.88)

    @property
    def small(self) -> int:
        """Font size of words on keys: keys have one size, so large text leaves it as it is."""
        return round(self.body * self.scale / self.letter_scale)

    @property
    def lead(self) -> int:
        """Font size of the sentence under a headline."""
        return self.body if self.large else self.cap(5.8)

    @property
    def action(self) -> int:
        """Font size of Finish and Close."""
        return self.body if self.large else self.cap(6.6)

    @property
    def title(self) -> int:
        """Font size of a title."""
        return round(self.body * 1.15) if self.large else self.cap(7.6)

    @property
    def key(self) -> int:
        """Font size of the keypad's digits."""
        return round(self.cap(9.0) * self.scale / self.letter_scale)

    @property
    def display(self) -> int:
        """Font size of a headline."""
        return round(self.body * 1.15) if self.large else self.cap(10.5)

    @property
    def gap(self) -> int:
        """Between targets; never under 3 mm."""
        return max(self.u(18), self.mm(3.06))

    @property
    def target(self) -> int:
        """Smallest side of anything pressable."""
        return self.mm(20.5)

    @property
    def radius(self) -> int:
        """Of buttons, rows and cards."""
        return self.mm(3.0)

    @property
    def icon(self) -> int:
        """Side of an icon beside running text."""
        return self.u(53)

    @property
    def small_icon(self) -> int:
        """Side of an icon in a small button."""
        return self.u(39)

    @property
    def big_icon(self) -> int:
        """Side of an icon on a card or face."""
        return self.u(88)

    @property
    def edge(self) -> int:
        """Line of a button or row outline: 0.7 mm."""
        return max(2, self.u(4))

    @property
    def thin(self) -> int:
        """Line of an edge that means "press here": 0.5 mm."""
        return max(2, self.u(3))

    @property
    def hairline(self) -> int:
        """Line that only decorates."""
        return max(1, self.u(2))

    @property
    def signline(self) -> int:
        """Line of a sign panel: 1 mm."""
        return max(2, self.u(6))


@lru_cache(maxsize=32)
def theme(settings: ScreenSettings, preferences: Preferences) -> Theme:
    """The look of this panel with what the patron has chosen."""
    portrait = settings.height > settings.width
    large = preferences.large and can_enlarge(settings)
    narrow = settings.width * DRAWN_PX_PER_MM < NARROW * settings.px_per_mm * settings.scale
    return Theme(
        width=settings.width,
        height=settings.height,
        px_per_mm=settings.px_per_mm,
        scale=settings.scale,
        letter_scale=LARGE_SCALE if large else settings.scale,
        large=large,
        contrast=preferences.contrast,
        mirrored=preferences.left_hand,
        low_reach=preferences.low_reach and portrait and not narrow,
        calm=settings.calm,
        colours=CONTRAST if preferences.contrast else LIGHT,
    )


def can_enlarge(settings: ScreenSettings) -> bool:
    """Whether larger letters than the panel's own are possible: its k is below that of large text, and it is wide."""
    return settings.scale < LARGE_SCALE and settings.width > settings.height
