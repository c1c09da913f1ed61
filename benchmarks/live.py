"""Live video: 30 presentations of 12 frames (``streams.py``), read by the stock engines and by the kiosk's own eyes.

A presentation counts as read by the first frame that gave its text. Of the engines any frame's answer counts; of the
kiosk both are shown: what its stepper saw, and what was *accepted*, after rules and confirmation, which is all that a
patron ever meets. A wrong text is one that was not shown; the stepper's rules would take any text of its kinds.

CPU time is that of this process and of its children, OpenCV held to one thread. The pairs compare presentation by
presentation, each frame to each side; a wrong text that the kiosk accepted makes its side void.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import cv2
import zxingcpp
from pyzbar import pyzbar

from benchmarks import streams
from benchmarks.paired import Meters, Report, Side, compare_all
from benchmarks.result import Benchmark, Outcome, Plan, Table, quantile
from benchmarks.streams import FRAMES, SEED, Presentation
from devices.barcode.accept import Rules
from devices.barcode.code import LIBRARY_FORMATS, normal
from devices.barcode.events import CodeRead
from devices.barcode.settings import CameraSettings, CodeSettings, KindRule
from devices.barcode.stepper import live_stepper
from devices.barcode.stripes import Gray
from devices.barcode.viewer import Viewer

#: A library that prints all of these, so that a wrong text has every chance to be accepted.
CODES: Final = CodeSettings(
    patron=KindRule(r"M\d{4}", ("Code128", "QRCode")),
    item=(
        KindRule(r"B\d{5}|[0-9]{12,14}", ("Code128", "Code39", "Codabar", "EAN13", "UPCA")),
        KindRule(formats=("ITF",), length="12, 14"),
    ),
)
#: Between two presentations nothing is shown for so long (s).
PAUSE_S: Final = 3.0
_BY: Final = (1, 3, 6, 12)
_ZBAR_NAMES: Final = {"CODE128": "Code128", "CODE39": "Code39", "CODABAR": "Codabar", "I25": "ITF", "UPCA": "UPCA"}


@dataclass
class Seen:
    """What one side gave for one presentation: frame numbers from 1 of each text, and CPU seconds of each frame."""

    shown: Presentation
    texts: dict[str, list[int]] = field(default_factory=dict)
    cpu: list[float] = field(default_factory=list)

    @property
    def read_by(self) -> int:
        """The first frame that gave the right text; past all frames when none did."""
        return min(self.texts.get(self.shown.text, [FRAMES + 1]))

    def wrong(self, least: int = 1) -> list[str]:
        """Texts that were not shown, given in ``least`` frames or more."""
        return sorted(text for text, at in self.texts.items() if text not in self.shown.every_text and len(at) >= least)


#: Gives the texts of one frame; told when a new presentation begins.
Look = Callable[[Gray, bool], Sequence[str]]


def watch(look: Look, shown: Presentation) -> Seen:
    """Show all frames of one presentation to one side."""
    seen = Seen(shown)
    for number, frame in enumerate(shown.frames, 1):
        began = cpu_seconds()
        texts = look(frame, number == 1)
        seen.cpu.append(cpu_seconds() - began)
        for text in set(texts):
            seen.texts.setdefault(text, []).append(number)
    return seen


def cpu_seconds() -> float:
    """CPU time of this process and of its living children, to the nanosecond where Linux tells it."""
    return time.process_time() + sum(map(_spent, _children()))


def _children() -> list[str]:
    told = (path.read_text() for path in Path("/proc/self/task").glob("*/children"))
    return [pid for line in told for pid in line.split()]


def _spent(pid: str) -> float:
    try:
        tasks = [path.read_text() for path in Path(f"/proc/{pid}/task").glob("*/schedstat")]
    except OSError:  # it ended just now
        return 0.0
    return sum(int(task.split()[0]) for task in tasks) / 1e9


# --- the sides ----------------------------------------------------------------------------------------------------


def zbar() -> Look:
    """pyzbar as its page shows it: every symbol."""

    def look(frame: Gray, _first: bool) -> list[str]:
        found = [
            (_ZBAR_NAMES.get(one.type, one.type), one.data.decode(errors="replace")) for one in pyzbar.decode(frame)
        ]
        return [normal(name, text, LIBRARY_FORMATS)[1] for name, text in found]

    return look


def zxing(formats: Sequence[str] = ()) -> Look:
    """zxing-cpp, every format or only some."""
    wanted = [zxingcpp.BarcodeFormat[name] for name in formats]
    options: dict[str, Any] = {"formats": zxingcpp.BarcodeFormats(wanted)} if wanted else {}

    def look(frame: Gray, _first: bool) -> list[str]:
        found = zxingcpp.read_barcodes(frame, text_mode=zxingcpp.TextMode.Plain, **options)
        return [normal(one.format.name, one.text, LIBRARY_FORMATS)[1] for one in found if one.text]

    return look


def stepper() -> Look:
    """The kiosk's engine, every text it sees."""
    engine, rules = live_stepper(CameraSettings(), CODES, clock=cpu_seconds), Rules(CODES)

    def look(frame: Gray, first: bool) -> list[str]:
        if first:
            engine.restart()
        return [code.text for code in engine.read(frame, rules.usable)]

    return look


def viewer() -> Look:
    """The kiosk's eyes: gate, engine, rules, confirmation; the texts that it tells a session."""
    eyes = Viewer(Rules(CODES), live_stepper(CameraSettings(), CODES, clock=cpu_seconds))
    now = 0.0

    def look(frame: Gray, first: bool) -> list[str]:
        nonlocal now
        now += PAUSE_S if first else 1 / streams.FPS
        return [event.text for event in eyes.frame(now, frame) if isinstance(event, CodeRead)]

    return look


ACCEPTED: Final = "pustaka, accepted after confirmation"
SIDES: Final[dict[str, Callable[[], Look]]] = {
    "pyzbar": zbar,
    "zxing-cpp": zxing,
    "zxing-cpp, 7 formats": lambda: zxing(LIBRARY_FORMATS),
    "pustaka, every text seen": stepper,
    ACCEPTED: viewer,
}


# --- the benchmark ------------------------------------------------------------------------------------------------


def run(plan: Plan) -> Outcome:
    """Every side sees every presentation once; then the pairs, on CPU time."""
    cv2.setNumThreads(1)
    shown = streams.frames(SEED, plan.choose(30, 4))
    seen = {
        name: [watch(look, one) for one in shown] for name, look in ((name, make()) for name, make in SIDES.items())
    }
    pairs, warmup = plan.choose(30, 2), plan.choose(2, 0)
    reports: dict[str, Report] = {}
    for peer in ("zxing-cpp", "zxing-cpp, 7 formats"):
        turn = _Turn(shown)
        [report] = compare_all(
            turn.side(peer),
            turn.side(ACCEPTED),
            metrics=("cpu",),
            pairs=pairs,
            warmup=warmup,
            meters=Meters(cpu=cpu_seconds),
        )
        wrong = [text for one in seen[ACCEPTED] for text in one.wrong()]
        reports[f"CPU time: {FRAMES} frames, beside {peer}"] = (
            report.voided(f"accepted and never shown: {', '.join(wrong)}") if wrong else report
        )
    rows = tuple(row(name, watched) for name, watched in seen.items())
    raw = {f"CPU seconds a frame, {name}": [cpu for one in all_ for cpu in one.cpu] for name, all_ in seen.items()}
    facts = {"seed": str(SEED), "shown": told(Counter(one.format for one in shown))} | missed(seen)
    return Outcome("live", reports, Table(HEAD, rows), facts, raw)


class _Turn:
    """Hands both sides of a pair the same presentation: every second run moves on to the next."""

    def __init__(self, shown: list[Presentation]) -> None:
        self._shown, self._runs = shown, 0

    def side(self, name: str) -> Side:
        look = SIDES[name]()

        def check(seen: Seen) -> str:
            return f"accepted and never shown: {', '.join(seen.wrong())}" if name == ACCEPTED and seen.wrong() else ""

        return Side(name, lambda: watch(look, self._next()), check)

    def _next(self) -> Presentation:
        self._runs += 1
        return self._shown[(self._runs - 1) // 2 % len(self._shown)]


HEAD: Final = ("side", "upright by frame 1/3/6/12", "any angle by frame 1/3/6/12", "wrong texts, once/again",
               "CPU a frame", "p95")  # fmt: skip


def row(name: str, seen: list[Seen]) -> tuple[str, ...]:
    """One side's line of the table."""
    upright = [one.read_by for one in seen if one.shown.upright]
    turned = [one.read_by for one in seen if not one.shown.upright]
    cpu = [seconds for one in seen for seconds in one.cpu]
    return (
        name,
        _read(upright),
        _read(turned),
        f"{sum(len(one.wrong()) for one in seen)}/{sum(len(one.wrong(2)) for one in seen)}",
        f"{sum(cpu) / len(cpu) * 1000:.1f} ms",
        f"{quantile(cpu, 0.95) * 1000:.1f} ms",
    )


def _read(frames: list[int]) -> str:
    return "/".join(str(sum(frame <= by for frame in frames)) for by in _BY) + f" of {len(frames)}"


def missed(seen: dict[str, list[Seen]]) -> dict[str, str]:
    """What the kiosk did not accept within the frames, by name."""
    names = [one.shown.name for one in seen[ACCEPTED] if one.read_by > FRAMES]
    return {"not accepted": "; ".join(names) or "none"}


def told(counts: Counter[str]) -> str:
    """Counts in words."""
    return ", ".join(f"{name} {count}" for name, count in counts.most_common())


LIVE = Benchmark(
    "live", "How many codes shown to a live camera are read, how soon, at what cost, beside ZXing and ZBar?", run
)
