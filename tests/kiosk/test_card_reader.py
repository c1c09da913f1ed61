"""A second reader for patrons' cards: what it says reaches the session as a card, and never touches the pad's books."""

from __future__ import annotations

import queue
from pathlib import Path

import pytest

from devices.emulators.field import Kind, TagState
from devices.emulators.reader_client import ReaderEmulator
from devices.rfid.events import Event, ReaderChanged, ReaderState, TagArrived, TagLeft, TagRead
from devices.rfid.reader import PadReader
from devices.rfid.settings import CardSettings, ReaderSettings
from devices.rfid.tags.content import Model, Problem, TagContent, Usage
from devices.settings import SettingsError
from kiosk.circulation.port import PatronRef
from kiosk.config import load
from kiosk.session import model
from kiosk.session.effects import FindPatron
from kiosk.session.machine import step
from kiosk.translate import from_card_reader

CARD = "62E3086CED"


def card(number: str) -> TagContent:
    return TagContent(Model.CARD_NUMBER, number, usage=Usage.PATRON_CARD, crc_ok=True)


BOOK = TagContent(Model.ISO_28560_3, "B00417", usage=Usage.CIRCULATING, crc_ok=True)


@pytest.mark.parametrize(
    ("told", "understood"),
    [
        (TagRead(CARD, card("3808980205")), model.CardSeen(PatronRef("3808980205"))),
        (TagRead("08123456", card(""), Problem.DRAWN_NUMBER), model.ForeignCodeSeen()),
        (TagRead("E0", BOOK), None),
        (TagRead("E0", None, Problem.UNREADABLE), None),
        (TagArrived(CARD), None),
        (TagLeft(CARD), None),
        (ReaderChanged(ReaderState.READY), None),
    ],
)
def test_what_a_card_reader_tells(told: Event, understood: model.Event | None) -> None:
    assert from_card_reader(told) == understood


def test_a_card_on_an_emulated_reader_is_looked_up(tmp_path: Path) -> None:
    emulator = ReaderEmulator(tmp_path, protocol="em4100")
    emulator.define_tag(TagState(uid=CARD, kind=Kind.CARD))
    inbox: queue.SimpleQueue[model.Event] = queue.SimpleQueue()
    left: queue.SimpleQueue[TagLeft] = queue.SimpleQueue()

    def post(event: Event) -> None:
        if isinstance(event, TagLeft):
            left.put(event)
        translated = from_card_reader(event)
        if translated is not None:
            inbox.put(translated)

    emulator.start()
    settings = ReaderSettings(port=emulator.port, protocol="em4100", card=CardSettings(prefix="A"))
    reader = PadReader(settings, post)
    reader.start()
    try:
        emulator.put(CARD)
        seen = inbox.get(timeout=15)
        assert seen == model.CardSeen(PatronRef("A3808980205"))
        state, effects = step(model.State(), seen)
        assert [effect.ref for effect in effects if isinstance(effect, FindPatron)] == [PatronRef("A3808980205")]
        emulator.take(CARD)
        assert left.get(timeout=15) == TagLeft(CARD)
        assert inbox.empty()  # nothing is told of a card that goes
        assert not state.pad
    finally:
        reader.stop()
        emulator.stop()


def written(folder: Path, text: str) -> Path:
    path = folder / "kiosk.toml"
    path.write_text(text)
    return path


def test_its_section(tmp_path: Path) -> None:
    text = '[card_reader]\nport = "/dev/ttyUSB1"\nprotocol = "pn532"\n[card_reader.card]\nform = "hex-reversed"\n'
    settings = load(written(tmp_path, text))
    assert settings.card_reader.card.form == "hex-reversed"
    assert load(written(tmp_path, "")).card_reader.port == ""


def test_a_form_that_its_cards_do_not_have_is_refused_by_name(tmp_path: Path) -> None:
    text = '[card_reader]\nport = "/dev/ttyUSB1"\nprotocol = "em4100"\n[card_reader.card]\nform = "hexx"\n'
    with pytest.raises(SettingsError, match=r"kiosk\.toml: \[card_reader.card\] form 'hexx': not known"):
        load(written(tmp_path, text))
