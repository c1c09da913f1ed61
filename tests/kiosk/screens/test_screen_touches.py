"""Real touches through the window: what is pressed, what is not, and what is sent."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kiosk.screens import samples
from kiosk.screens.root import GUARD_SECONDS
from kiosk.screens.samples import SAMPLES
from kiosk.session.model import Button, Digit, Overlay, Pressed, Touched


def centre(stage, what, key=""):
    target = stage.root.find(what, key)
    assert target is not None, f"nothing to press: {what} {key}"
    return target.to_window(*target.center)


def press(stage, what, key="") -> None:
    stage.tap(*centre(stage, what, key))


@pytest.mark.parametrize(
    ("sample", "button", "key"),
    [
        ("welcome", Button.RETURN_WITHOUT_CARD, ""),
        ("welcome", Button.TYPE_NUMBER, ""),
        ("welcome", Button.LANGUAGE, ""),
        ("welcome", Button.LETTERING, ""),
        ("welcome", Button.HELP, ""),
        ("number-typed", Button.NEXT, ""),
        ("number-typed", Button.DELETE, ""),
        ("number-typed", Button.EXIT, ""),
        ("pin", Button.CALL_STAFF, ""),
        ("pin-locked", Button.CALL_STAFF, ""),
        ("menu", Button.BORROW, ""),
        ("menu", Button.RETURN, ""),
        ("menu", Button.RENEW, ""),
        ("menu", Button.ACCOUNT, ""),
        ("menu", Button.EXIT, ""),
        ("borrow", Button.MENU, ""),
        ("borrow", Button.FINISH, ""),
        ("borrow", Button.ROW, "siti"),
        ("borrow", Button.ROW, "salah"),
        ("return", Button.FINISH, ""),
        ("return-everything", Button.FINISH, ""),
        ("account", Button.RENEW_ALL, ""),
        ("account", Button.RENEW_ITEM, "azab"),
        ("account", Button.RETURN, ""),
        ("account-renewed", Button.FINISH, ""),
        ("finish", Button.CLOSE, ""),
        ("finish", Button.RATE_GOOD, ""),
        ("finish", Button.RATE_SOSO, ""),
        ("finish", Button.RATE_BAD, ""),
        ("idle", Button.STAY, ""),
        ("idle", Button.CONFIRM, ""),
        ("leave", Button.STAY, ""),
        ("leave", Button.CONFIRM, ""),
        ("undo", Button.CONFIRM, ""),
        ("help-borrow", Button.CALL_STAFF, ""),
        ("lettering", Button.LARGE, ""),
        ("lettering", Button.CONTRAST, ""),
        ("lettering", Button.LEFT_HAND, ""),
        ("lettering", Button.QUIET, ""),
        ("menu-blocked-explained", Button.STAY, ""),
    ],
)
def test_a_button_sends_its_press_once(stage, sample, button, key) -> None:
    stage.show(SAMPLES[sample]())
    press(stage, button, key)
    assert [each for each in stage.sent if not isinstance(each, Touched)] == [Pressed(button, key)]


def test_digits_of_the_keypad_are_sent_one_by_one_even_when_equal(stage) -> None:
    stage.show(SAMPLES["number"]())
    for figure in "2002":
        press(stage, figure)
    assert stage.sent == [Digit(figure) for figure in "2002"]


def test_a_touch_beside_every_button_is_a_sign_of_life(stage) -> None:
    stage.show(SAMPLES["welcome"]())
    stage.tap(640, 500)
    assert stage.sent == [Touched()]


def test_sliding_off_cancels_and_sliding_back_presses(stage) -> None:
    stage.show(SAMPLES["menu"]())
    x, y = centre(stage, Button.BORROW)
    finger = stage.down(x, y)
    stage.move(finger, 230, 30)
    stage.up(finger)
    assert stage.sent == [Touched()]
    finger = stage.down(x, y)
    stage.move(finger, 230, 30)
    stage.move(finger, x, y)
    stage.up(finger)
    assert stage.sent == [Touched(), Pressed(Button.BORROW)]


def test_a_second_finger_presses_nothing(stage) -> None:
    stage.show(SAMPLES["menu"]())
    first = stage.down(*centre(stage, Button.BORROW))
    stage.tap(*centre(stage, Button.ACCOUNT))
    stage.up(first)
    assert stage.sent == [Pressed(Button.BORROW)]


def test_a_bouncing_panel_presses_once(stage) -> None:
    stage.show(SAMPLES["borrow"]())
    press(stage, Button.FINISH)
    press(stage, Button.FINISH)
    assert GUARD_SECONDS > 0.1
    assert stage.sent == [Pressed(Button.FINISH), Touched()]


def test_a_page_under_a_dialog_cannot_be_pressed(stage) -> None:
    stage.show(SAMPLES["borrow"]())
    point = centre(stage, Button.ROW, "siti")
    stage.show(SAMPLES["leave"]())
    assert stage.root.find(Button.ROW, "siti") is None
    stage.tap(*point)
    assert stage.sent == [Touched()]


def test_a_finger_that_went_down_on_the_last_page_presses_nothing_on_the_next(stage) -> None:
    stage.show(SAMPLES["menu"]())
    finger = stage.down(*centre(stage, Button.ACCOUNT))
    stage.show(SAMPLES["borrow"]())
    stage.up(finger)
    assert stage.sent == [Touched()]


def test_what_is_off_or_busy_cannot_be_pressed(stage) -> None:
    stage.show(SAMPLES["pin"]())
    assert stage.root.find(Button.NEXT) is None  # two digits are missing
    stage.show(SAMPLES["pin-asking"]())
    assert stage.root.find(Button.NEXT) is None
    assert stage.root.find("1") is None
    stage.show(SAMPLES["borrow-waiting"]())
    assert stage.root.find(Button.ROW, "gelap") is None


def test_a_pressed_button_looks_pressed_in_the_next_frame_and_not_for_long(stage) -> None:
    stage.show(SAMPLES["borrow"]())
    x, y = centre(stage, Button.FINISH)
    before = stage.pixels()
    finger = stage.down(x, y)
    stage.pump()
    during = stage.pixels()
    assert (before[640:770, 960:1250] != during[640:770, 960:1250]).any(axis=2).mean() > 0.5
    stage.up(finger)
    stage.pump_until(lambda: bool((stage.pixels()[628:778] == before[628:778]).all()))


def test_lists_turn_pages_and_come_back_for_something_new(stage) -> None:
    many = SAMPLES["borrow-many"]()
    stage.show(many)
    first = [text for text in stage.root.texts() if text in dict(samples.BOOKS.values()) or "Kembali" in text]
    assert stage.root.find("Naik") is None
    press(stage, "Turun")
    assert stage.sent == [Touched()]
    assert stage.root.find("Naik") is not None
    new = samples.row("gelap", many.rows[0].mode, many.rows[0].phase, 99, key="new")
    stage.show(replace(many, rows=(*many.rows, new)))
    assert stage.root.find("Naik") is None
    assert stage.root.find(Button.ROW, "new") is not None
    assert first


def test_every_page_of_a_list_shows_other_rows(stage) -> None:
    stage.show(SAMPLES["borrow-many"]())
    seen: list[str] = []
    while True:
        shown = [each.act.key for each in stage.root.presses() if getattr(each.act, "button", None) is Button.ROW]
        seen += shown
        if stage.root.find("Turun") is None:
            break
        press(stage, "Turun")
    assert len(seen) == len(set(seen)) == 12


def test_the_language_changes_everything_at_once_and_back(stage) -> None:
    state = SAMPLES["borrow"]()
    stage.show(state)
    indonesian = stage.root.texts()
    assert "Selesai" in indonesian
    assert "Kembali Rabu, 2 Desember" in indonesian
    stage.show(replace(state, language="en"))
    english = stage.root.texts()
    assert "Finish" in english
    assert "Due Wednesday 2 December" in english
    titles = {title for title, _ in samples.BOOKS.values()}
    same = {"Menu"} | titles
    assert not (set(indonesian) & set(english)) - same - {text for text in english if text.isdigit()}
    stage.show(state)
    assert stage.root.texts() == indonesian


def test_buttons_are_found_by_what_is_written_on_them(stage) -> None:
    stage.show(SAMPLES["menu"]())
    assert stage.root.find("Pinjam").center == stage.root.find(Button.BORROW).center
    assert stage.root.find("Kembalikan buku tanpa kartu") is None
    stage.show(SAMPLES["welcome"]())
    assert stage.root.find("Kembalikan buku tanpa kartu") is not None
    assert stage.root.find("") is None


def test_hostile_titles_are_shown_as_text_and_cut(stage) -> None:
    stage.show(SAMPLES["borrow-hostile"]())
    shown = stage.root.texts()
    assert any(text.startswith("[b]Judul[/b]") for text in shown)
    assert not any("\u202e" in text or "\u200b" in text for text in shown)
    assert max(len(text) for text in shown) <= 200


def test_nothing_of_the_last_page_is_left_under_an_open_dialog(stage) -> None:
    stage.show(SAMPLES["idle"]())
    assert "Halo, Sari" not in stage.root.texts()
    page = stage.pixels()[:, 204:]
    scrim = (page[:, :40] == (0x0A, 0x30, 0x32)).all(axis=2)
    assert scrim.all()
    assert SAMPLES["idle"]().overlay is Overlay.IDLE
