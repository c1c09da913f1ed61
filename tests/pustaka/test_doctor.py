"""``pustaka doctor``, as somebody runs it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from click.testing import CliRunner

from pustaka.cli import main
from pustaka.doctor import PARTS


def doctor(*arguments: str) -> tuple[int, str, str]:
    done = CliRunner().invoke(main, ["doctor", *arguments])
    return done.exit_code, done.stdout, done.stderr


def test_without_a_configuration_nothing_is_bad_and_the_camera_is_missed() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pustaka", "doctor"], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "OK    packages: zxing-cpp" in done.stdout
    assert "WARN  camera: No camera is set\n      -> " in done.stdout
    assert "\x1b" not in done.stdout  # no colours where nobody sees them


def test_one_bad_part_is_exit_status_1_and_the_others_are_still_looked_at(tmp_path: Path) -> None:
    config = tmp_path / "kiosk.toml"
    config.write_text('[camera]\nsource = "/dev/v4l/by-id/usb-gone"\n')
    code, out, _ = doctor("--config", str(config), "--json", "--part", "camera", "--part", "packages")
    assert code == 1
    found = [json.loads(line) for line in out.splitlines()]
    assert [finding["grade"] for finding in found] == ["bad", "ok", "ok", "ok", "ok"]
    assert set(found[0]) == {"part", "grade", "said", "todo"}
    assert "/dev/v4l/by-id/usb-gone is not there" in found[0]["said"]


def test_a_configuration_that_cannot_be_used_is_bad_usage(tmp_path: Path) -> None:
    (tmp_path / "kiosk.toml").write_text('[camera]\npixel_format = "H264"\n')
    code, _, err = doctor("--config", str(tmp_path / "kiosk.toml"))
    assert code == 2
    assert "camera.pixel_format" in err


def test_an_unknown_part_is_refused_with_the_known_ones() -> None:
    code, _, err = doctor("--part", "roof")
    assert code == 2
    assert all(part in err for part in PARTS)


def test_scanners_of_the_configuration_are_looked_at(tmp_path: Path) -> None:
    config = tmp_path / "kiosk.toml"
    config.write_text('[[scanners]]\nname = "tangan"\nkind = "serial"\nport = "/dev/serial/by-id/gone"\n')
    code, out, _ = doctor("--config", str(config), "--part", "scanners")
    assert code == 1
    assert out.startswith("BAD   tangan: /dev/serial/by-id/gone: no such device")
