"""The short codes by their names."""

from __future__ import annotations

import pytest

from kiosk.circulation.probing import CopyStatus
from kiosk.circulation.sip2.values import (
    LANGUAGES,
    UNKNOWN_LANGUAGE,
    CirculationStatus,
    MessageCode,
    circulation_status,
    copy_status,
    supported_messages,
    supports,
)


@pytest.mark.parametrize(
    ("code", "place"),
    [("23", 0), ("11", 1), ("09", 2), ("01", 3), ("99", 4), ("97", 5), ("93", 6), ("63", 7), ("35", 8), ("37", 9),
     ("17", 10), ("19", 11), ("25", 12), ("15", 13), ("29", 14), ("65", 15), ("24", None), ("96", None), ("10", None)],
)  # fmt: skip
def test_each_request_has_its_place_in_bx(code: str, place: int | None) -> None:
    # 3M SIP 2.00, "supported messages"
    assert MessageCode(code).place == place


def test_bx_says_yes_no_or_nothing() -> None:
    assert supports("YYYNYYYYYYNNNNYY", MessageCode.CHECKOUT) is True
    assert supports("YYYNYYYYYYNNNNYY", MessageCode.BLOCK_PATRON) is False
    assert supports("YYY", MessageCode.RENEW) is None
    assert supports("", MessageCode.CHECKOUT) is None
    assert supports("Y?y", MessageCode.CHECKOUT) is None
    assert supports("Y?y", MessageCode.CHECKIN) is True
    assert supports("Y" * 16, MessageCode.CHECKOUT_RESPONSE) is None


def test_bx_is_written_in_order() -> None:
    written = supported_messages({MessageCode.PATRON_STATUS, MessageCode.RENEW_ALL, MessageCode.LOGIN})
    assert written == "YNNNNNYNNNNNNNNY"
    assert supported_messages(set()) == "N" * 16


@pytest.mark.parametrize("status", CopyStatus)
def test_every_status_of_a_copy_has_its_code(status: CopyStatus) -> None:
    assert copy_status(circulation_status(status)) is status


def test_codes_of_the_circulation_status() -> None:
    # 3M SIP 2.00, "circulation status"
    assert [circulation_status(status).value for status in CopyStatus] == [f"{n:02d}" for n in range(1, 14)]
    assert copy_status("08") is CopyStatus.HOLD_SHELF
    assert copy_status("77") is CopyStatus.OTHER
    assert CirculationStatus.AVAILABLE == "03"


def test_languages_are_the_standards_list_without_gaps() -> None:
    assert sorted([UNKNOWN_LANGUAGE, *LANGUAGES.values()]) == [f"{n:03d}" for n in range(28)]
