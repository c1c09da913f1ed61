"""What the session tests share."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from session_support import Visit

from kiosk.session.model import Button


@pytest.fixture
def visit() -> Visit:
    return Visit()


@pytest.fixture
def borrowing(visit: Visit) -> Visit:
    """Sari, logged in, with the borrow list open."""
    visit.log_in()
    visit.press(Button.BORROW)
    visit.asked.clear()
    return visit


@pytest.fixture
def returning(visit: Visit) -> Visit:
    """Nobody, with the return list open."""
    visit.press(Button.RETURN_WITHOUT_CARD)
    visit.asked.clear()
    return visit
