"""``pustaka scan``: codes in the terminal, from emulated scanners and a camera."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import cv2
import numpy as np
import pytest
from click.testing import CliRunner, Result

from devices.emulators import scene, things
from devices.emulators.camera import CameraEmulator
from devices.emulators.scanner import ScannerEmulator
from pustaka.cli import main


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["scan", *arguments])


@contextmanager
def scanning(emulator: ScannerEmulator, *texts: str) -> Iterator[None]:
    """Scan these in turn, again and again: what comes before the port is open is lost."""
    over = threading.Event()

    def scan() -> None:
        while not over.wait(0.02):
            for text in texts:
                emulator.scan(text)

    thread = threading.Thread(target=scan)
    thread.start()
    yield
    over.set()
    thread.join()


def test_codes_are_shown_with_what_they_are(serial: ScannerEmulator) -> None:
    with scanning(serial, "A0001", "B00417", "9786020324784", "https://example.org"):
        done = run("--port", serial.port, "--baud", "115200", "--count", "4")
    assert done.exit_code == 0, done.output
    kinds = {line.split()[3]: line.split()[4] for line in done.stdout.splitlines()}
    assert kinds == {"A0001": "patron", "B00417": "item", "9786020324784": "ISBN", "https://example.org": "unknown"}
    assert f"serial: ready: {serial.port}" in done.stderr


def test_as_json_with_the_rules_and_scanners_of_a_kiosk(serial: ScannerEmulator, tmp_path: Path) -> None:
    config = tmp_path / "kiosk.toml"
    config.write_text(
        f'name = "x"\n[codes.item]\npattern = "SMR\\\\d+"\nstrip = "SMR"\n'
        f'[[scanners]]\nname = "desk"\nport = "{serial.port}"\nbaud = 115200\naim = true\n'
        '[[scanners]]\nname = "keys"\nkind = "window"\n'
    )
    with scanning(serial, "]C0SMR417"):
        done = run("--config", str(config), "--count", "1", "--json")
    assert done.exit_code == 0, done.output
    code = json.loads(done.stdout)
    assert code.pop("time")[10] == "T"
    assert code == {"source": "desk", "format": "Code128", "text": "417", "kind": "item"}
    assert "keys: only the kiosk has a window" in done.stderr


def test_a_camera_beside_a_scanner(serial: ScannerEmulator) -> None:
    with CameraEmulator(seed=3) as camera:
        camera.show(things.membership_card("A0001"))
        done = run("--port", serial.port, "--camera", camera.url, "--count", "1", "--json")
    assert done.exit_code == 0, done.output
    code = json.loads(done.stdout)
    assert (code["source"], code["format"], code["text"], code["kind"]) == ("camera", "Code128", "A0001", "patron")
    assert "serial: ready" in done.stderr


def test_a_code_too_small_to_read_is_told_but_is_no_code(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    desk, label = scene.desk(scene.Desk.WOOD, 1280, 720, rng), things.book_label("B00417")
    film = cv2.VideoWriter(str(tmp_path / "film.avi"), cv2.VideoWriter.fourcc(*"MJPG"), 10, (1280, 720))
    for number in range(24):
        held = scene.jitter(scene.Pose(turn=7, near=0.36), rng)
        film.write(scene.expose(scene.place(desk, label, held) if number > 3 else desk, scene.TYPICAL, rng))
    film.release()
    done = run("--camera", str(tmp_path / "film.avi"), "--seconds", "4", "--json")
    assert done.exit_code == 0, done.output
    assert done.stdout == ""
    assert "camera: a code cannot be read: hold it a little closer" in done.stderr


def test_the_time_is_over_before_there_were_enough(serial: ScannerEmulator) -> None:
    done = run("--port", serial.port, "--count", "1", "--seconds", "0.3")
    assert done.exit_code == 1
    assert "only 0 of 1 codes were read" in done.stderr
    assert run("--port", serial.port, "--seconds", "0.3").exit_code == 0


def test_what_was_dropped_is_told(serial: ScannerEmulator) -> None:
    with scanning(serial, "7" * 65, "A0001"):
        done = run("--port", serial.port, "--baud", "115200", "--seconds", "1.0")
    assert done.exit_code == 0, done.output
    assert "serial: dropped: " in done.stderr
    assert " long" in done.stderr


@pytest.mark.parametrize(
    ("option", "said"),
    [
        ("--port", "no such device. Plug the scanner in"),
        ("--wedge", "no such device. Plug the scanner in"),
        ("--camera", "camera: not there"),
    ],
)
def test_a_device_that_is_not_there_is_status_1_and_a_sentence(option: str, said: str, tmp_path: Path) -> None:
    done = run(option, str(tmp_path / "none"))
    assert done.exit_code == 1
    assert said in done.stderr
    assert "no scanner or camera is there" in done.stderr


@pytest.mark.parametrize(
    ("write", "said"),
    [
        ('[[scanners]]\nport = "/dev/x"\nbaud = "fast"\n', "scanners[0].baud: expected `int`"),
        ('[[scanners]]\nport = "/dev/x"\nkind = "radio"\n', "scanners[0].kind: invalid enum value 'radio'"),
        ('[[scanners]]\nport = "/dev/x"\nspeed = 1\n', "scanners[0].speed: no such setting"),
        ('[[scanners]]\nport = "/dev/x"\nterminator = "CRFL"\n', "scanners.terminator is 'CRFL'"),
        ('[codes.patron]\npattern = "("\n[[scanners]]\nport = "/dev/x"\n', "codes.patron"),
        ("", "Name what to read"),
    ],
)
def test_a_wrong_configuration_is_status_2_and_names_the_key(write: str, said: str, tmp_path: Path) -> None:
    config = tmp_path / "kiosk.toml"
    config.write_text(write)
    done = run("--config", str(config))
    assert done.exit_code == 2
    assert said.replace("`", "") in done.stderr


def test_starting_it_loads_no_driver() -> None:
    import subprocess
    import sys

    code = "import sys, devices.scanner.commands; print(*sorted({name.split('.')[0] for name in sys.modules}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert not {"serial", "cv2", "numpy", "kivy", "zxingcpp"} & set(done.stdout.split())
