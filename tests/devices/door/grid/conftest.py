"""The scenes and the simple tracker are the benchmark's, which is started from the project's folder."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[4]))
