"""Journeys: a visit to the library as a plain text that a librarian can read, and a computer can carry out.

One step a line; empty lines and lines that begin with ``#`` are for people. ``Title:`` names the journey;
``System: sip2`` puts the library at the other end of a line. The steps are the sentences of :data:`GRAMMAR`; books
are named by their titles, people by their first names.

Steps that begin with *finally* are not carried out but checked when all others are done.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from pustaka.demo.errors import JourneyError

_BOOKS = r"(?P<books>.+?)"

#: Where the library's file is: in the kiosk, or at the other end of a SIP2 line.
SYSTEMS = ("library", "sip2")

#: name of the action -> the sentence; named groups become its arguments.
GRAMMAR: tuple[tuple[str, str], ...] = (
    ("show_card", r"show the card of (?P<name>\w+) to the camera"),
    ("show_label", r"show the label of (?P<book>.+) to the camera"),
    ("show_isbn", r"show an ISBN to the camera"),
    ("show_nothing", r"show nothing to the camera"),
    ("scan_card", r"scan the card of (?P<name>\w+) with the scanner"),
    ("scan_label", r"scan the label of (?P<book>.+) with the scanner"),
    ("lay", rf"lay {_BOOKS} on the pad"),
    ("take_all", r"take everything off the pad"),
    ("take", rf"take {_BOOKS} off the pad"),
    ("stubborn_tags", r"let no tag be written"),
    ("willing_tags", r"let tags be written again"),
    ("press", r'press "(?P<text>.+)"'),
    ("press_button", r"press the (?P<button>[a-z-]+) button"),
    ("press_row", r"press the row of (?P<book>.+)"),
    ("type_digits", r"type (?P<digits>\d+)"),
    ("expect_ready", r"expect the (?P<device>camera|reader|scanner) to be (?P<state>ready|lost)"),
    ("expect_line", r"expect the kiosk to be (?P<state>online|offline)"),
    ("expect_page", r"expect the page (?P<page>[a-z-]+)"),
    ("expect_words", r'expect the words "(?P<text>.+)"'),
    ("expect_refused", r"expect (?P<book>.+) refused because (?P<code>[a-z -]+)"),
    ("expect_bit", rf"expect the security bit to be (?P<state>on|off) in {_BOOKS}"),
    ("expect_phase", rf"expect {_BOOKS} to be (?P<phase>[a-z-]+)"),
    ("picture", r"take a picture called (?P<name>[a-z0-9-]+)"),
    ("walk", r"meanwhile (?P<into>\d+) people walk in, (?P<out>\d+) walk out and (?P<back>\d+) turns? back"),
    ("door_quiet", r"wait until nobody is in the door"),
    ("kill", r"kill the (?P<part>broker|collector|reader|door|kiosk|camera|scanner|library)"),
    ("bring_back", r"bring the (?P<part>broker|collector|reader|door|kiosk|camera|scanner|library) back"),
    ("final_loans", rf"finally (?P<name>\w+) has exactly {_BOOKS} on loan"),
    ("final_bits", rf"finally the security bit is (?P<state>on|off) in {_BOOKS}"),
    ("final_door", r"finally the door counted (?P<into>\d+) in, (?P<out>\d+) out and (?P<back>\d+) turned back"),
    ("final_desk", r"finally the desk knows (?P<out>\d+) checkouts?, (?P<back>\d+) returns? and (?P<no>\d+) refusals?"),
    ("final_away", r"finally the desk was told that the library system was away, and that it came back"),
    ("final_alarms", r"finally the desk was told that alarms were not right, and that they were put right"),
    ("final_journal", r"finally the journal verifies"),
    ("final_private", r"finally no personal data has crossed the broker"),
)
_COMPILED: tuple[tuple[str, re.Pattern[str]], ...] = tuple((name, re.compile(text)) for name, text in GRAMMAR)


@dataclass(frozen=True, slots=True)
class Step:
    """One line: what it says, and what that means."""

    line: int
    text: str
    action: str
    arguments: dict[str, str]

    @property
    def final(self) -> bool:
        """Checked when all other steps are done."""
        return self.action.startswith("final_")


@dataclass(frozen=True, slots=True)
class Journey:
    """A whole file."""

    title: str
    steps: tuple[Step, ...]
    system: str = "library"


def titles(text: str) -> list[str]:
    """``"A, B and C"`` as its titles."""
    return [part.strip() for part in re.split(r",\s*|\s+and\s+", text) if part.strip()]


def parse(text: str, name: str = "journey") -> Journey:
    """Read a journey.

    Raises:
        JourneyError: a line is not a step; the message names it.
    """
    title, system = name, "library"
    steps = []
    for number, raw in enumerate(text.splitlines(), start=1):
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        if line.startswith("Title:"):
            title = line.removeprefix("Title:").strip()
            continue
        if line.startswith("System:"):
            system = _system(number, line, name)
            continue
        steps.append(_step(number, line, name))
    if not steps:
        raise JourneyError(f"{name}: there is no step in it")
    return Journey(title, tuple(steps), system)


def _system(number: int, line: str, name: str) -> str:
    system = line.removeprefix("System:").strip()
    if system not in SYSTEMS:
        raise JourneyError(f"{name}, line {number}: the system is {' or '.join(SYSTEMS)}, not {system!r}")
    return system


def _step(number: int, line: str, name: str) -> Step:
    for action, pattern in _COMPILED:
        match = pattern.fullmatch(line)
        if match:
            return Step(number, line, action, match.groupdict())
    verb = line.split()[0]
    close = [_readable(pattern.pattern) for _, pattern in _COMPILED if pattern.pattern.startswith(verb)]
    known = close or sorted({_readable(pattern.pattern) for _, pattern in _COMPILED})
    raise JourneyError(f"{name}, line {number}: {line!r} is not a step. Possible: " + "; ".join(known))


def _readable(pattern: str) -> str:
    return re.sub(r"\(\?P<(\w+)>[^)]*\)", lambda match: match.group(1).upper(), pattern).replace("s?", "s")


def load(path: Path) -> Journey:
    """Read a journey file.

    Raises:
        JourneyError: it cannot be read, or a line is not a step.
    """
    try:
        return parse(path.read_text(encoding="utf-8"), path.name)
    except (OSError, UnicodeDecodeError) as error:
        raise JourneyError(f"{path}: cannot be read: {error}") from error
