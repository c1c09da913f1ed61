"""Whether the Python packages for reading codes are there and load: for ``pustaka doctor``."""

from __future__ import annotations

import importlib
from importlib import metadata
from typing import Final

from devices.findings import Finding, Grade

#: Import name -> (name to install, what is lost without it).
PACKAGES: Final = {
    "zxingcpp": ("zxing-cpp", "no code can be read"),
    "cv2": ("opencv-python-headless", "no camera can be opened"),
    "numpy": ("numpy", "no picture can be handled"),
    "PIL": ("pillow", "no picture can be opened"),
}
_PART: Final = "packages"


def findings() -> list[Finding]:
    """Whether every Python package for reading codes is there and loads."""
    found = []
    for module, (name, lost) in PACKAGES.items():
        try:
            importlib.import_module(module)
        except ModuleNotFoundError:
            todo = f"pip install -c constraints.txt {name}, in the environment that pustaka runs in"
            found.append(Finding(_PART, Grade.BAD, f"{name} is not installed: {lost}", todo))
        except (ImportError, ValueError) as error:  # a C library is missing, or it was built for another numpy
            todo = f"pip install --force-reinstall -c constraints.txt {name}"
            found.append(Finding(_PART, Grade.BAD, f"{name} is installed and does not load ({error}): {lost}", todo))
        else:
            found.append(Finding(_PART, Grade.OK, f"{name} {_version(name)}"))
    return found


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:  # a distribution's package under another name
        return "(version not told)"
