"""The whole system, played by journeys: every process real, every wire real, plugs pulled on the way."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

JOURNEYS = sorted((Path(__file__).parents[1] / "journeys").glob("*.txt"))


@pytest.mark.timeout(300)
@pytest.mark.parametrize("journey", JOURNEYS, ids=lambda path: path.stem)
def test_the_journey_comes_true(journey: Path, tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY")}
    done = subprocess.run(
        [sys.executable, "-m", "pustaka", "demo", "--headless", "--script", journey, "--out", tmp_path, "--json"],
        capture_output=True,
        text=True,
        env=environment,
        timeout=280,
        check=False,
    )
    logs = "\n".join(f"{log.name}: {log.read_text()[-600:]}" for log in tmp_path.glob("*.log"))
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}\n{logs}"
    result = json.loads(done.stdout)
    assert result["ok"]
    assert [step for step in result["steps"] if step["step"].startswith("finally")]
    for picture in tmp_path.glob("*.png"):
        colours = Image.open(picture).convert("RGB").getcolors(1 << 24)
        assert colours is not None
        assert len(colours) > 100, f"{picture.name} is empty"
