"""Makes ``tag_strategies`` importable: items and tags that hypothesis draws."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
