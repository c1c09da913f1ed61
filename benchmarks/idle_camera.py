"""What does a kiosk cost that nobody stands at? CPU of one core while its camera looks at an empty desk.

A camera in a process of its own sends 10 frames of 1280 x 720 a second as MJPEG over HTTP: an empty wooden desk with
the sensor's noise, the bands of a lamp on the mains, and light that drifts by a tenth up and down. The kiosk's own
camera reader watches it with all its threads: taking the stream apart, thumbnails, glances, the second engine's
process. Beside it is the loop that is written first by everybody: OpenCV's capture, each frame turned grey, each
decoded by an engine as it is out of the box. Both are awake for all frames. CPU is that of a frame taken, times ten,
after the scene has been still for a while. After each run a label is laid on the desk: who then does not read it is
wrong, however cheap.
"""

from __future__ import annotations

import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

from benchmarks.paired import Report, Side, compare_all, median
from benchmarks.result import Benchmark, Outcome, Plan, Table

FPS, SIZE = 10, (1280, 720)
#: The light's and the noise's pattern repeats after this many frames.
CYCLE: Final = 100
SECONDS, PAIRS = 12, 3
#: Glances have become seldom by then (s).
SETTLED = 11
#: The bound of the project (share of one core).
BOUND = 0.03
LABEL = "B00417"


@dataclass(frozen=True)
class Watched:
    """One run: seconds, CPU seconds of all processes, frames taken, and whether the label was read afterwards."""

    seconds: float
    cpu: float
    frames: int
    read: bool


class Camera:
    """The camera's process."""

    def __init__(self, cycle: int) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.idle_camera", str(cycle)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[1],
        )  # fmt: skip
        assert self._process.stdout is not None
        self.url = self._process.stdout.readline().strip()

    def lay(self, label: bool) -> None:
        """Lay the label on the desk, or take it away; done when this returns."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write("label\n" if label else "empty\n")
        self._process.stdin.flush()
        self._process.stdout.readline()

    def close(self) -> None:
        """End it."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()


class Kiosk:
    """Our camera reader, as a kiosk starts it."""

    def __init__(self, camera: Camera, seconds: float, settled: float) -> None:
        self._camera, self._seconds, self._settled = camera, seconds, settled
        self._reader: Any = None
        self._events: queue.SimpleQueue[Any] = queue.SimpleQueue()

    def side(self) -> Side:
        """As one side of a comparison."""
        return Side("Pustaka Mandiri", self._run, _blind, self._before, _told)

    def _before(self) -> None:
        from devices.barcode.camera import CameraReader
        from devices.barcode.events import CameraChanged
        from devices.barcode.settings import CameraSettings, CodeSettings

        self._camera.lay(label=False)
        self._reader = CameraReader(CameraSettings(source=self._camera.url), CodeSettings(), self._events.put)
        self._reader.start()
        changed = self._events.get(timeout=20)
        if not (isinstance(changed, CameraChanged) and changed.ready):
            raise RuntimeError(f"the camera does not start: {changed}")
        time.sleep(self._settled)

    def _run(self) -> Watched:
        from devices.barcode.events import CodeRead

        first, cpu, began = self._number(), _cpu(), time.perf_counter()
        time.sleep(self._seconds)
        seconds, cpu = time.perf_counter() - began, _cpu() - cpu
        frames = self._number() - first
        self._camera.lay(label=True)
        texts = []
        try:
            while LABEL not in texts:
                event = self._events.get(timeout=5)
                texts += [event.text] if isinstance(event, CodeRead) else []
        except queue.Empty:
            pass
        self._reader.stop()
        return Watched(seconds, cpu, frames, LABEL in texts)

    def _number(self) -> int:
        preview = self._reader.preview()
        return 0 if preview is None else int(preview.number)


class Loop:
    """OpenCV's capture and an engine on every frame."""

    def __init__(self, name: str, decode: Callable[[Any], Sequence[str]], camera: Camera, seconds: float) -> None:
        self._name, self._decode, self._camera, self._seconds = name, decode, camera, seconds

    def side(self) -> Side:
        """As one side of a comparison."""
        return Side(
            self._name, self._run, _wrong, lambda: self._camera.lay(label=False), _told, slowed=lambda by: self._run(by)
        )

    def _run(self, slower: float = 0.0) -> Watched:
        import cv2

        capture = cv2.VideoCapture(self._camera.url, cv2.CAP_FFMPEG)
        self._texts(capture)
        cpu, began, frames = _cpu(), time.perf_counter(), 0
        while time.perf_counter() - began < self._seconds:
            self._texts(capture)
            frames += 1
        seconds, cpu = time.perf_counter() - began, _cpu() - cpu
        self._camera.lay(label=True)
        read = any(LABEL in self._texts(capture) for _ in range(5 * FPS))
        capture.release()
        return Watched(seconds, cpu * (1 + slower), frames, read)

    def _texts(self, capture: Any) -> Sequence[str]:
        import cv2

        done, frame = capture.read()
        return self._decode(cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY)) if done else ()


def _zxing(gray: Any) -> Sequence[str]:
    import zxingcpp

    return [barcode.text for barcode in zxingcpp.read_barcodes(gray)]


def _zbar(gray: Any) -> Sequence[str]:
    from pyzbar import pyzbar

    return [found.data.decode("utf-8", "replace") for found in pyzbar.decode(gray)]


def _told(found: Watched) -> dict[str, float]:
    """Share of a core at :data:`FPS`: of each frame that was taken, so that a loop that is too slow for all of them
    does not look cheap."""
    return {"cpu": found.cpu / max(found.frames, 1) * FPS, "frames": found.frames / found.seconds}


def _wrong(found: Watched) -> str:
    return "" if found.read else f"{LABEL} lay on the desk afterwards and was not read"


def _blind(found: Watched) -> str:
    """Ours may not be cheap by taking fewer frames than are sent; a peer that is too slow for them is only slow."""
    if found.frames < 0.9 * FPS * found.seconds:
        return f"only {found.frames} frames were taken in {found.seconds:.0f} s"
    return _wrong(found)


def _cpu() -> float:
    """CPU seconds of this process and of the processes it has started, the camera's left out."""
    ticks = os.sysconf("SC_CLK_TCK")
    used = time.process_time()
    for task in Path("/proc/self/task").iterdir():
        for child in (task / "children").read_text().split():
            if "benchmarks.idle_camera" not in Path(f"/proc/{child}/cmdline").read_text():
                fields = Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()
                used += (int(fields[11]) + int(fields[12])) / ticks
    return used


def run(plan: Plan) -> Outcome:
    """Ours beside each engine on every frame."""
    seconds, pairs = plan.choose(SECONDS, 2), plan.choose(PAIRS, 2)
    camera = Camera(plan.choose(CYCLE, 10))
    try:
        ours = Kiosk(camera, seconds, plan.choose(SETTLED, 1)).side()
        peers = [
            Loop(name, decode, camera, seconds).side()
            for name, decode in (("zxing-cpp on every frame", _zxing), ("pyzbar on every frame", _zbar))
        ]
        reports = {
            f"CPU beside {peer.name}": compare_all(peer, ours, metrics=("cpu",), pairs=pairs, warmup=plan.choose(1, 0))[
                0
            ]
            for peer in peers
        }
    finally:
        camera.close()
    bounded = {name: report if plan.quick else _within(report) for name, report in reports.items()}
    first = next(iter(reports.values()))
    rows = [_row("Pustaka Mandiri", first, 1)] + [_row(report.peer, report, 0) for report in reports.values()]
    return Outcome(
        "idle_camera", bounded, Table(("who watches", "of one core at 10 frames/s", "frames/s taken"), tuple(rows))
    )


def _row(name: str, report: Report, side: int) -> tuple[str, ...]:
    return name, f"{median(report, side, 'cpu'):.1%}", f"{median(report, side, 'frames'):.1f}"


def _within(report: Report) -> Report:
    used = median(report, 1, "cpu")
    return report if used <= BOUND else report.voided(f"{used:.1%} of a core, more than {BOUND:.0%}")


def serve(cycle: int, orders: IO[str], answers: IO[str]) -> None:
    """The camera: sends its address, then obeys until its input ends."""
    import cv2
    import numpy as np

    from devices.emulators import scene
    from devices.emulators.camera import CameraEmulator
    from devices.emulators.things import book_label

    rng = np.random.default_rng(8)
    pictures = {"empty": scene.desk(scene.Desk.WOOD, *SIZE, rng)}
    pictures["label"] = scene.place(pictures["empty"], book_label(LABEL), scene.Pose(turn=4))
    rows = np.arange(SIZE[1])

    def light(number: int) -> Any:
        drift = 1 + 0.1 * np.sin(2 * np.pi * number / cycle)
        # 100 Hz seen at 10 frames a second by a rolling shutter: bands that wander.
        return drift * (1 + 0.05 * np.sin(2 * np.pi * (rows / 330 + 0.37 * number)))

    def frame(name: str, number: int) -> bytes:
        lit = np.clip(pictures[name] * light(number)[:, None, None], 0, 255).astype(np.uint8)
        return cv2.imencode(".jpg", scene.expose(lit, scene.TYPICAL, rng), (cv2.IMWRITE_JPEG_QUALITY, 88))[1].tobytes()

    frames = {"empty": [frame("empty", n) for n in range(cycle)], "label": [frame("label", n) for n in range(10)]}

    lying = ["empty"]

    class Lamp(CameraEmulator):
        def jpeg(self, number: int = 0) -> bytes:
            shown = frames[lying[0]]
            return shown[number % len(shown)]

    with Lamp(fps=FPS) as camera:
        print(camera.url, file=answers, flush=True)
        for order in orders:
            lying[0] = order.strip()
            print("done", file=answers, flush=True)


IDLE_CAMERA = Benchmark("idle_camera", "What does an idle kiosk's camera cost, in CPU of one core?", run)

if __name__ == "__main__":
    threading.current_thread().name = "camera"
    serve(int(sys.argv[1]), sys.stdin, sys.stdout)
