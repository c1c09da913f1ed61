"""Icons, drawings, the river and the band as pixels."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from kiosk.images import raster, river
from kiosk.images.picture import Picture, PictureError, render

DESIGN_ICONS = [
    "menu", "next", "up", "down", "back", "help", "exit", "borrow", "return", "renew", "account", "card", "keys",
    "scan", "pad", "onpad", "check", "stop", "hand", "printer", "mail", "leaf", "good", "soso", "bad", "clock",
    "staff", "delete", "sound", "offline", "trolley", "bin", "hold", "wrench", "calendar", "en", "id", "aa",
    "question", "plus",
]  # fmt: skip

PANELS = ((1076, 800), (1672, 1080), (1080, 1726), (720, 1094), (998, 800))


def pixels(picture: Picture) -> NDArray[np.uint8]:
    """The picture as rows × columns × RGBA."""
    assert len(picture.rgba) == picture.width * picture.height * 4
    return np.frombuffer(picture.rgba, np.uint8).reshape(picture.height, picture.width, 4)


@pytest.mark.parametrize("name", DESIGN_ICONS)
def test_every_icon_of_the_design_is_drawn_in_the_asked_colour_only(name: str) -> None:
    drawn = pixels(raster.icon(name, 56, "#F4B53F"))

    solid = drawn[drawn[..., 3] == 255]
    assert drawn.shape == (56, 56, 4)
    assert len(solid) > 50
    assert {tuple(each) for each in solid.tolist()} == {(0xF4, 0xB5, 0x3F, 255)}


@pytest.mark.parametrize("name", DESIGN_ICONS)
def test_an_icon_leaves_its_corner_free_and_is_not_cut_at_the_edge(name: str) -> None:
    alpha = pixels(raster.icon(name, 96, "#000000"))[..., 3]

    assert alpha[0, 0] == 0
    assert max(alpha[0].max(), alpha[-1].max(), alpha[:, 0].max(), alpha[:, -1].max()) < 128


def test_alpha_is_straight() -> None:
    drawn = pixels(raster.icon("help", 48, "#FFFFFF"))

    faint = drawn[(drawn[..., 3] > 0) & (drawn[..., 3] < 255)]
    assert len(faint) > 20
    assert faint[faint[:, 3] > 16][:, :3].min() >= 250


def test_icons_lists_what_can_be_drawn() -> None:
    assert set(DESIGN_ICONS) <= set(raster.icons())


@pytest.mark.parametrize("name", ["nothing", "../river", "", "Menu", "a/b"])
def test_an_unknown_name_is_a_sentence(name: str) -> None:
    with pytest.raises(PictureError, match="no drawing"):
        raster.icon(name, 48, "#FFFFFF")
    with pytest.raises(PictureError, match="no drawing"):
        raster.drawing(name or "-", 48, 48)


@pytest.mark.parametrize("colour", ["red", "#FFF", "#GGGGGG", '#000000"/>'])
def test_an_impossible_colour_is_a_sentence(colour: str) -> None:
    with pytest.raises(PictureError, match="must look like"):
        raster.icon("menu", 48, colour)


@pytest.mark.parametrize("size", [(0, 10), (10, 0), (-1, 5), (9000, 10)])
def test_an_impossible_size_is_a_sentence(size: tuple[int, int]) -> None:
    with pytest.raises(PictureError, match="1 to 8192"):
        raster.drawing("mark", *size)


def test_broken_drawings_are_a_sentence() -> None:
    with pytest.raises(PictureError, match="could not be rendered"):
        render("<svg")


@pytest.mark.parametrize("name", ["spot-borrow", "spot-return", "spot-renew", "spot-account", "mark"])
def test_a_drawing_keeps_its_proportions_and_stands_in_the_middle(name: str) -> None:
    alpha = pixels(raster.drawing(name, 300, 100))[..., 3]

    columns = np.flatnonzero(alpha.any(axis=0))
    assert columns.min() >= 100
    assert columns.max() < 200


def test_a_sliced_drawing_covers_the_width_of_the_box() -> None:
    drawn = pixels(raster.drawing("spot-account", 300, 100, slice=True))

    assert np.flatnonzero(drawn[..., 3].any(axis=0)).size > 250


@pytest.mark.parametrize("size", PANELS)
@pytest.mark.parametrize("name", sorted(river.NAMES))
def test_a_river_covers_every_panel(name: str, size: tuple[int, int]) -> None:
    drawn = pixels(raster.drawing(name, *size))

    assert drawn.shape == (size[1], size[0], 4)
    assert drawn[..., 3].min() == 255


@pytest.mark.parametrize("size", [*PANELS, (300, 200), (100, 400), (2000, 300)])
@pytest.mark.parametrize("name", sorted(river.NAMES))
def test_leaving_out_the_empty_sky_changes_nothing(name: str, size: tuple[int, int]) -> None:
    whole = pixels(render(river.svg(name, *size))).astype(int)

    apart = np.abs(pixels(raster.drawing(name, *size)) - whole)
    # A few smoothed pixels are rounded otherwise when the origin moves; a piece left out would differ by far more.
    assert apart.max() <= 24
    assert (apart.max(axis=2) > 0).mean() < 0.0002


@pytest.mark.parametrize("size", PANELS)
def test_sky_is_above_and_water_below(size: tuple[int, int]) -> None:
    drawn = pixels(raster.drawing("river-landscape", *size))

    assert drawn[0, 0, :3].tolist() == [0xF8, 0xF1, 0xE1]
    below = drawn[-40:, :, :3].reshape(-1, 3)
    assert (np.abs(below.astype(int) - [0x0E, 0x43, 0x45]).max(axis=1) < 32).mean() > 0.99


@pytest.mark.parametrize(
    ("name", "size", "x", "y", "radius"),
    [
        ("river-landscape", (1076, 800), 822, 292, 108),
        ("river-portrait", (1080, 1726), 776, 830, 172),
        ("river-lowreach", (1080, 1726), 640, 590, 130),
        ("river-night", (1076, 800), 800, 150, 62),
    ],
)
def test_the_sun_stands_where_the_design_has_it(
    name: str, size: tuple[int, int], x: float, y: float, radius: float
) -> None:
    sun = river.sun(name, *size)

    assert (sun.x, sun.y, sun.radius) == pytest.approx((x, y, radius))


@pytest.mark.parametrize("size", PANELS)
@pytest.mark.parametrize("name", ["river-landscape", "river-portrait"])
def test_the_waves_above_the_sun_stay_in_the_panel(name: str, size: tuple[int, int]) -> None:
    sun = river.sun(name, *size)

    assert sun.x + sun.arcs[-1] < size[0] + 60
    assert sun.y - sun.arcs[-1] > 0


def test_a_calm_river_differs_by_the_waves_alone() -> None:
    full = pixels(raster.drawing("river-landscape", 1076, 800)).astype(int)
    calm = pixels(raster.drawing("river-landscape-calm", 1076, 800)).astype(int)

    rows, columns = np.nonzero(np.abs(full - calm).max(axis=2))
    sun = river.sun("river-landscape", 1076, 800)
    distance = np.hypot(columns - sun.x, rows - sun.y)
    half = river.stroke("river-landscape", 1076, 800) / 2 + 2
    assert all(abs(distance[:, None] - np.array(sun.arcs)).min(axis=1) < half)


def test_the_same_box_gives_the_same_picture() -> None:
    assert river.svg("river-landscape", 800, 600) == river.svg("river-landscape", 800, 600)


def test_the_band_repeats_itself() -> None:
    # One repeat is 57.6 px, so that five of them are the first whole number of pixels.
    drawn = pixels(raster.band(576, 22)).astype(int)

    assert drawn.shape == (22, 576, 4)
    assert np.abs(drawn[:, :288] - drawn[:, 288:]).max() <= 1
    assert drawn[..., 3].min() == 255, "a seam lets the ground show through"


@pytest.mark.parametrize("size", [(20, 800), (1080, 22), (24, 1080), (1, 1)])
def test_the_band_has_any_length_in_both_directions(size: tuple[int, int]) -> None:
    drawn = pixels(raster.band(*size))

    assert drawn.shape == (size[1], size[0], 4)
    assert drawn[..., 3].min() == 255
