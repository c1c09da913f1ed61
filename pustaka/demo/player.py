"""Carries a journey out: each step's action on the stage, and what it must lead to on the kiosk's screen."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from devices.emulators import things
from devices.emulators.faults import Fault
from pustaka.demo.checks import Checks
from pustaka.demo.errors import DemoError
from pustaka.demo.journey import Journey, Step, titles
from pustaka.demo.pilot import PATIENCE_S
from pustaka.demo.stage import Stage

#: The sales code that "an ISBN" is: the Dewan Bahasa's old book-trade prefix, with a right check digit.
SAMPLE_ISBN = "9789794073933"


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a step."""

    step: Step
    ok: bool
    said: str
    seconds: float


class Player:
    """Plays a journey on a stage. Pictures go to ``out``."""

    def __init__(self, stage: Stage, out: Path, tell: Callable[[Result], None]) -> None:
        self._stage = stage
        self._out = out
        self._tell = tell
        self._pictures = 0
        self._checks = Checks(stage)

    def play(self, journey: Journey) -> list[Result]:
        """Carry out the steps in order, then the final checks. Stops at the first step that does not come true."""
        results = []
        for step in (*(s for s in journey.steps if not s.final), *(s for s in journey.steps if s.final)):
            result = self._carry_out(step)
            results.append(result)
            self._tell(result)
            if not result.ok and not step.final:
                break
        return results

    def _carry_out(self, step: Step) -> Result:
        begun = time.monotonic()
        actor = self._checks if step.final else self
        action: Callable[..., str] = getattr(actor, step.action)
        try:
            said = action(**step.arguments)
        except DemoError as error:
            return Result(step, False, str(error), time.monotonic() - begun)
        return Result(step, True, said, time.monotonic() - begun)

    # --- the camera -----------------------------------------------------------------------------------------------

    def show_card(self, name: str) -> str:
        """Hold a membership card under the camera."""
        person = self._stage.catalogue.person(name)
        self._stage.camera.show(things.membership_card(person.number))
        return "Code 128, as printed"

    def show_label(self, book: str) -> str:
        """Hold a book's label under the camera."""
        copy = self._stage.catalogue.labelled_copy(book)
        self._stage.camera.show(things.book_label(copy["number"]))
        return f"label {copy['number']}"

    def show_isbn(self) -> str:
        """Hold the wrong barcode under the camera."""
        self._stage.camera.show(things.isbn_label(SAMPLE_ISBN))
        return f"EAN-13 {SAMPLE_ISBN}"

    def show_nothing(self) -> str:
        """Take away what was shown."""
        self._stage.camera.clear()
        return ""

    # --- the scanner ----------------------------------------------------------------------------------------------

    def scan_card(self, name: str) -> str:
        """Scan a membership card."""
        number = self._stage.catalogue.person(name).number
        self._stage.scanner.scan(number)
        return "over USB-COM"

    def scan_label(self, book: str) -> str:
        """Scan a book's label."""
        number = self._stage.catalogue.labelled_copy(book)["number"]
        self._stage.scanner.scan(number)
        return f"label {number}"

    # --- the pad --------------------------------------------------------------------------------------------------

    def lay(self, books: str) -> str:
        """Lay books on the pad, one after the other as a hand does."""
        laid = 0
        for title in titles(books):
            for uid in self._stage.catalogue.uids(title):
                self._stage.reader.put(uid)
                laid += 1
        return f"{laid} tags"

    def take(self, books: str) -> str:
        """Take books off the pad, and wait until the kiosk knows."""
        uids = {uid for title in titles(books) for uid in self._stage.catalogue.uids(title)}
        for uid in uids:
            self._stage.reader.take(uid)
        self._stage.pilot.until(lambda state: not uids & set(state["pad"]), "the pad to lose the tags")
        return f"{len(uids)} tags"

    def take_all(self) -> str:
        """Empty the pad, and wait until the kiosk knows."""
        self._stage.reader.take_all()
        self._stage.pilot.until(lambda state: not state["pad"], "the pad to be empty")
        return ""

    def stubborn_tags(self) -> str:
        """From now on no tag takes a new value."""
        self._stage.reader.fault(Fault.WRITE_FAILS, times=None)
        return "every write is reported as failed"

    def willing_tags(self) -> str:
        """Tags take their values again."""
        self._stage.reader.fault(Fault.WRITE_FAILS, times=0)
        return ""

    # --- the screen -----------------------------------------------------------------------------------------------

    def press(self, text: str) -> str:
        """Press what says these words."""
        self._stage.pilot.press(text=text)
        return ""

    def press_button(self, button: str) -> str:
        """Press a button by its name, whatever it says."""
        self._stage.pilot.press(button=button)
        return ""

    def press_row(self, book: str) -> str:
        """Press a book's row."""
        row = self._row(self._stage.pilot.state(), book)
        if row is None:
            raise DemoError(f"there is no row of {book} on the screen")
        self._stage.pilot.press(button="row", key=row["key"])
        return ""

    def type_digits(self, digits: str) -> str:
        """Type on the keypad."""
        for digit in digits:
            self._stage.pilot.press(text=digit)
        return f"{len(digits)} digits"

    def expect_page(self, page: str) -> str:
        """Wait for a page."""
        self._stage.pilot.until(lambda state: state["page"] == page and not state["overlay"], f"the page {page}")
        return ""

    def expect_words(self, text: str) -> str:
        """Wait for words anywhere on the screen."""

        def there(state: dict[str, Any]) -> bool:
            return any(text in " ".join(words.split()) for words in state["texts"])

        self._stage.pilot.until(there, f"the words {text!r}")
        return ""

    def expect_phase(self, books: str, phase: str) -> str:
        """Wait until books stand like that, their security bits included."""

        def holds(state: dict[str, Any]) -> bool:
            rows = [self._row(state, title) for title in titles(books)]
            return all(row is not None and row["phase"] == phase and row["security"] != "pending" for row in rows)

        state = self._stage.pilot.until(holds, f"{books} to be {phase}")
        dues = {row["due"] for title in titles(books) if (row := self._row(state, title)) and row["due"]}
        return ("due " + ", ".join(sorted(dues))) if dues else ""

    def expect_bit(self, state: str, books: str) -> str:
        """Wait until the tags themselves hold that."""
        deadline = time.monotonic() + PATIENCE_S
        while True:
            try:
                return self._checks.final_bits(state, books)
            except DemoError:
                if time.monotonic() > deadline:
                    raise
            time.sleep(0.1)

    def expect_refused(self, book: str, code: str) -> str:
        """Wait until a book is refused for a reason."""
        wanted = code.strip().replace(" ", "-")

        def holds(state: dict[str, Any]) -> bool:
            row = self._row(state, book)
            return row is not None and row["phase"] == "refused" and row["refusal"] == wanted

        self._stage.pilot.until(holds, f"{book} to be refused because {code}")
        return ""

    def expect_ready(self, device: str, state: str) -> str:
        """Wait until the kiosk has, or has lost, a device."""
        wanted = state == "ready"
        self._stage.pilot.until(lambda seen: seen[f"{device}_ready"] is wanted, f"the {device} to be {state}")
        return ""

    def expect_line(self, state: str) -> str:
        """Wait until the kiosk shows that its library system is there, or away."""
        wanted = state == "online"
        self._stage.pilot.until(lambda seen: seen["online"] is wanted, f"the kiosk to be {state}")
        return ""

    def picture(self, name: str) -> str:
        """Save what the kiosk shows now."""
        self._pictures += 1
        path = self._out / f"{self._pictures:02d}-{name}.png"
        self._stage.pilot.ask(do="picture", path=str(path))
        if not path.is_file():
            raise DemoError(f"the picture {path} was not written")
        return path.name

    def _row(self, state: dict[str, Any], title: str) -> dict[str, Any] | None:
        keys = {copy["number"] for copy in self._stage.catalogue.copies(title)}
        mode = "return" if state["page"] == "return" else "borrow"
        return next((row for row in state["rows"] if row["key"] in keys and row["mode"] == mode), None)

    # --- the door, and trouble ------------------------------------------------------------------------------------

    def walk(self, into: str, out: str, back: str) -> str:
        """Send people through the door while the rest goes on."""
        self._stage.crowd(int(into), int(out), int(back))
        return "on their way"

    def door_quiet(self) -> str:
        """Wait until the last of them has gone through."""
        if not self._stage.door_emulator.wait_idle(180):
            raise DemoError("there are still people in the door after three minutes")
        return ""

    def kill(self, part: str) -> str:
        """Pull a plug."""
        self._stage.kill(part)
        return ""

    def bring_back(self, part: str) -> str:
        """Plug it in again."""
        self._stage.bring_back(part)
        return ""
