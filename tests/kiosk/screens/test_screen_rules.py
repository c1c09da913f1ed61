"""Every sample state, in every language, look and size, keeps the rules of the design."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from kiosk.screens import samples
from kiosk.screens.blocks import say
from kiosk.screens.check import Drawn, contrast, drawn, findings, inspect
from kiosk.screens.elements import Press, Words
from kiosk.screens.geometry import Box
from kiosk.screens.pages import PAGES
from kiosk.screens.theme import CONTRAST, LIGHT, SHAPE_PAIRS, TEXT_PAIRS
from kiosk.session.model import Notice, Screen

LOOKS = {
    "light": {},
    "contrast": {"contrast": True},
    "large": {"large": True},
    "left-hand": {"left_hand": True},
    "low-reach": {"low_reach": True},
    "contrast-large": {"contrast": True, "large": True},
}
DRAWN = json.loads((Path(__file__).parent / "drawn_boxes.json").read_text())
PICTURES = {
    "kiosk-01-welcome": ("welcome", "id", {}),
    "kiosk-01-welcome-portrait": ("welcome", "id", {}),
    "kiosk-02-pin": ("pin", "id", {}),
    "kiosk-03-menu": ("menu", "id", {}),
    "kiosk-03-menu-lowreach-portrait": ("menu", "id", {"low_reach": True}),
    "kiosk-04-borrow": ("borrow", "id", {}),
    "kiosk-04-borrow-contrast": ("borrow", "id", {"contrast": True}),
    "kiosk-04-borrow-english": ("borrow", "en", {}),
    "kiosk-04-borrow-large": ("borrow", "id", {"large": True}),
    "kiosk-04-borrow-portrait": ("borrow", "id", {}),
    "kiosk-05-return": ("return", "id", {}),
    "kiosk-06-account": ("account", "id", {}),
    "kiosk-07-finish": ("finish", "id", {}),
    "kiosk-07-finish-portrait": ("finish", "id", {}),
    "kiosk-08-idle": ("idle", "id", {}),
    "kiosk-09-offline": ("borrow-offline", "id", {}),
    "kiosk-10-out-of-service": ("out-of-service", "id", {}),
}


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("panel", ["1280x800", "1920x1080", "1080x1920", "720x1280"])
@pytest.mark.parametrize("language", ["id", "en"])
def test_every_state_can_be_read_reached_and_told_apart(view_of, panel, look, language) -> None:
    wrong = {
        name: found for name in samples.SAMPLES if (found := findings(view_of(name, panel, language, **LOOKS[look])))
    }
    assert wrong == {}


@pytest.mark.parametrize("panel", ["1280x800", "1920x1080", "1080x1920", "720x1280"])
def test_the_spine_has_the_same_boxes_on_every_page(view_of, panel) -> None:
    boxes: dict[str, set[object]] = {}
    for name in samples.SAMPLES:
        for press in drawn(view_of(name, panel)).spine:
            if isinstance(press, Press):
                boxes.setdefault(press.key, set()).add(press.box)
    assert set(boxes) >= {"spine-language", "spine-help", "spine-exit"}
    assert all(len(places) == 1 for places in boxes.values())


@pytest.mark.parametrize("picture", sorted(PICTURES))
def test_controls_stand_where_the_design_drew_them(view_of, picture) -> None:
    name, language, look = PICTURES[picture]
    panel = "1080x1920" if "portrait" in picture else "1280x800"
    boxes = [
        (press.box.x, press.box.y, press.box.width, press.box.height)
        for press in drawn(view_of(name, panel, language, **look)).all
        if isinstance(press, Press)
    ]
    far = [
        each["name"]
        for each in DRAWN[picture]
        if min(max(abs(a - b) for a, b in zip(box, each["px"], strict=True)) for box in boxes) > 7
    ]
    assert far == []


@pytest.mark.parametrize("palette", [LIGHT, CONTRAST], ids=["light", "contrast"])
def test_all_colours_that_meet_keep_their_contrast(palette) -> None:
    weak = [
        (front, back)
        for pairs, least in ((TEXT_PAIRS, 7.0), (SHAPE_PAIRS, 3.0))
        for front, back in pairs
        if contrast(getattr(palette, front), getattr(palette, back)) < least
    ]
    assert weak == []


def test_filled_river_is_only_what_can_be_pressed(view_of) -> None:
    for name in samples.SAMPLES:
        view = view_of(name)
        river = view.colours.river
        for element in drawn(view).page:
            fill = getattr(element, "fill", "")
            signs = getattr(element, "key", "") in ("shelf", "pad-base", "water")
            assert fill != river or signs, f"{name}: {element}"


@pytest.mark.parametrize("look", ["light", "contrast", "large"])
@pytest.mark.parametrize("panel", ["1280x800", "1080x1920"])
@pytest.mark.parametrize("sample", ["borrow-empty-closer", "return-empty-still"])
def test_advice_on_an_unread_code_is_shown_until_a_code_is_read(view_of, sample, panel, look) -> None:
    state = samples.SAMPLES[sample]()

    def said(state) -> set[str]:
        page = drawn(view_of(state, panel, **LOOKS[look])).page
        return {each.text.replace("\n", " ") for each in page if isinstance(each, Words)}

    advice = "Dekatkan sedikit" if "closer" in sample else "Tahan sebentar"
    assert advice in said(state)
    assert advice not in said(replace(state, advice=None))
    assert advice not in said(replace(state, camera_ready=False))


def test_pages_know_every_screen() -> None:
    assert set(PAGES) == set(Screen)


def test_the_checker_sees_what_is_wrong(view_of) -> None:
    view = view_of("menu")
    seen = drawn(view)

    def after(*more, without: str = "") -> str:
        page = tuple(each for each in seen.page if each.key != without)
        return "; ".join(inspect(view, Drawn(seen.spine, (*page, *more))))

    card = next(each for each in seen.page if each.key == "choice-account")
    ink, paper = view.colours.ink, view.colours.paper
    corner = Box(240, 140, 200, 60)
    assert after() == ""
    assert "mm, less than" in after(replace(card, key="small", box=Box(260, 300, 100, 200)))
    assert "leaves the panel" in after(replace(card, key="outside", box=Box(1200, 200, 200, 200)))
    assert "overlaps" in after(replace(card, key="over"))
    assert "mm apart" in after(replace(card, key="near", box=card.box.moved(0, 296)))
    assert "no filled button" in after(without="choice-borrow")
    assert "2 filled buttons" in after(replace(card, key="second", primary=True))
    assert "capitals of" in after(say("kecil", corner, 24, ink, paper))
    assert "contrast of" in after(say("pucat", corner, 43, "#C0B090", paper))
    assert "wider than its box" in after(say("Pertanggungjawaban", corner, 43, ink, paper))
    assert "higher than its box" in after(say("satu dua tiga empat lima", corner, 43, ink, paper))
    assert "more lines" in after(say("satu dua tiga empat lima", corner, 43, ink, paper, lines=1))
    assert "lies over" in after(say("di atas", card.box, 43, ink, paper))


def test_contrast_is_that_of_wcag() -> None:
    assert contrast("#FFFFFF", "#FFFFFF") == 1.0
    assert round(contrast("#000000", "#FFFFFF"), 2) == 21.0
    assert round(contrast("#14282A", "#F8F1E1"), 2) == 13.65


@pytest.mark.parametrize("panel", ["1280x800", "1080x1920", "720x1280"])
@pytest.mark.parametrize("look", ["light", "large"])
@pytest.mark.parametrize("sample", ["welcome", "number", "pin", "menu", "borrow", "return", "account", "finish"])
def test_every_page_says_that_staff_were_called(view_of, sample, look, panel) -> None:
    state = replace(samples.SAMPLES[sample](), notice=Notice.STAFF_CALLED)
    view = view_of(state, panel, **LOOKS[look])
    said = view.words.notice(Notice.STAFF_CALLED, None, view.today, view.zone)
    texts = [each.text for each in drawn(view).page if isinstance(each, Words)]
    assert any(said.what in text or text.strip() == said.now for text in texts)
    assert findings(view) == []
