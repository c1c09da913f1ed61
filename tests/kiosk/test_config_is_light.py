"""Every command reads the kiosk's file; what only a device needs is loaded when that device is opened."""

from __future__ import annotations

import subprocess
import sys


def test_reading_the_kiosk_s_file_loads_no_driver() -> None:
    asked = "import sys, kiosk.config; print(*{'serial', 'cv2', 'kivy', 'paho'} & sys.modules.keys())"
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
