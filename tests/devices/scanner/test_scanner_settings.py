"""Each wrong setting is one sentence that names the key."""

from __future__ import annotations

from typing import Any

import pytest

from devices.scanner.errors import ScannerSettingsError
from devices.scanner.settings import ScannerKind, ScannerSettings, check, ends


def one(**settings: Any) -> ScannerSettings:
    return ScannerSettings(**{"port": "/dev/serial/by-id/usb-x", **settings})


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"name": ""}, r"scanners\.name is '': give it a name"),
        ({"name": "camera"}, "another part of the kiosk"),
        ({"port": ""}, "name its device, for example /dev/serial/by-id/"),
        ({"port": "", "kind": ScannerKind.WEDGE}, "name its device, for example /dev/input/by-id/.*-event-kbd"),
        ({"kind": ScannerKind.WINDOW}, "a window has none; leave it out"),
        ({"baud": 0}, r"scanners\.baud is 0"),
        ({"terminator": "CRFL"}, r"scanners\.terminator is 'CRFL': choose from any, CR, LF, CRLF, TAB"),
        ({"terminator": "ETX", "kind": ScannerKind.WEDGE}, "no keyboard sends that"),
        ({"layout": "dvorak"}, r"scanners\.layout is 'dvorak': choose from us, id, de, fr"),
        ({"longest": 0}, r"scanners\.longest is 0: use 1 to 512"),
        ({"encoding": "utf-16"}, r"scanners\.encoding is 'utf-16'"),
        ({"encoding": "klingon"}, r"scanners\.encoding is 'klingon'"),
        ({"encoding": "rot13"}, r"scanners\.encoding is 'rot13'"),
        ({"prefix": "ä", "encoding": "ascii"}, r"scanners\.prefix is 'ä': it cannot be written in ascii"),
        ({"suffix": ";\r"}, r"scanners\.suffix is ';\\r': leave line ends"),
        ({"prefix": "~" * 17}, "at most 16"),
    ],
)
def test_a_wrong_value_is_named(settings: dict[str, Any], said: str) -> None:
    with pytest.raises(ScannerSettingsError, match=said):
        check([one(**settings)])


def test_two_scanners_have_two_names_and_two_devices() -> None:
    with pytest.raises(ScannerSettingsError, match="two called 'scanner'"):
        check([one(), one(port="/dev/other")])
    with pytest.raises(ScannerSettingsError, match="two scanners are at /dev/serial"):
        check([one(), one(name="second")])
    check([one(), one(name="second", port="/dev/other"), ScannerSettings(name="third", kind=ScannerKind.WINDOW)])


def test_what_a_keyboard_can_end_a_text_with() -> None:
    assert ends(one(terminator="CRLF")) == (b"\r\n",)
    assert ends(one(kind=ScannerKind.WEDGE, terminator="CRLF")) == (b"\n",)
    assert ends(one(kind=ScannerKind.WEDGE)) == (b"\n", b"\t")
