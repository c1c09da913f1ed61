"""The library system goes and comes back while patrons stand there: nobody waits for it, everybody is told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from test_runner import Kiosk

from kiosk.circulation.desk import CirculationDesk
from kiosk.circulation.errors import SystemAway
from kiosk.circulation.journal import Journal
from kiosk.circulation.library.library import EmbeddedLibrary
from kiosk.circulation.library.sample import LAYAR_TERKEMBANG, SARI
from kiosk.circulation.port import Code, PatronRef
from kiosk.session.model import Button, CardSeen, LabelSeen, Mode, Overlay, Phase, Pressed, Screen, State
from kiosk.session.runner import Runner


class Unplugged:
    """The real library behind a cable that can be pulled."""

    def __init__(self, library: EmbeddedLibrary) -> None:
        self._library = library
        self.there = True

    def __getattr__(self, name: str) -> Any:
        call: Callable[..., Any] = getattr(self._library, name)

        def over_the_cable(*given: Any, **named: Any) -> Any:
            if not self.there:
                raise SystemAway("The library system cannot be reached.")
            return call(*given, **named)

        return over_the_cable


class FarKiosk(Kiosk):
    """A runner whose library is at the other end of a cable."""

    def __init__(self, folder: Path) -> None:
        from test_runner import Outside, sample

        (folder / "library.sqlite").write_bytes(sample())
        self.library = EmbeddedLibrary.open(folder / "library.sqlite")
        self.cable = Unplugged(self.library)
        self.journal = Journal.open(folder / "journal.sqlite", kiosk="k")
        self.outside = Outside()
        self.runner = Runner(CirculationDesk(self.cable, self.journal), self.journal, self.outside, State())
        self.runner.start()


@pytest.fixture
def kiosk(tmp_path: Path) -> Iterator[FarKiosk]:
    kiosk = FarKiosk(tmp_path)
    yield kiosk
    kiosk.close()


def test_a_pulled_cable_is_said_on_the_screen_and_to_the_desk_and_so_is_its_return(kiosk: FarKiosk) -> None:
    kiosk.do(CardSeen(PatronRef(SARI)))
    kiosk.until(lambda state: state.screen is Screen.MENU)
    kiosk.do(Pressed(Button.BORROW))
    kiosk.cable.there = False
    kiosk.do(LabelSeen(LAYAR_TERKEMBANG))
    state = kiosk.until(lambda state: not state.online and kiosk.row(LAYAR_TERKEMBANG).phase is Phase.REFUSED)
    assert state.row(Mode.BORROW, LAYAR_TERKEMBANG).refusal.code is Code.OFFLINE
    kiosk.cable.there = True
    kiosk.until(lambda state: state.online)
    assert kiosk.outside.systems == [True, False, True]
    kiosk.do(LabelSeen(LAYAR_TERKEMBANG))
    kiosk.until(lambda state: kiosk.row(LAYAR_TERKEMBANG).phase is Phase.BORROWED)


def test_a_card_shown_while_the_library_is_away_is_answered_at_once(kiosk: FarKiosk) -> None:
    kiosk.cable.there = False
    kiosk.do(CardSeen(PatronRef(SARI)))
    state = kiosk.until(lambda state: state.overlay is Overlay.EXPLAIN)
    assert state.refusal.code is Code.OFFLINE
    assert kiosk.outside.systems[-1] is False


def test_the_desk_is_asked_to_look_at_what_is_open_after_every_job(kiosk: FarKiosk) -> None:
    before = kiosk.outside.looks
    kiosk.do(CardSeen(PatronRef(SARI)))
    kiosk.until(lambda state: state.screen is Screen.MENU)
    assert kiosk.outside.looks > before
