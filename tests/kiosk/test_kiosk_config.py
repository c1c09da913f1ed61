"""What the kiosk's file may say of its readers: everything that cannot work is refused, by section and key."""

from __future__ import annotations

from pathlib import Path

import pytest

from devices.settings import SettingsError
from kiosk.config import load


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[reader]\nprotocol = 'm4'\n", r"\[reader\] protocol 'm4': not known"),
        ("[reader]\nbaud = -5\n", r"\[reader\] baud is -5"),
        ("[reader]\nport = 'socket://pad'\n", r"\[reader\] port 'socket://pad': give it as socket://HOST:PORT"),
        ("[reader]\nport = 'socket://pad:x'\n", r"\[reader\] port 'socket://pad:x'"),
        ("[reader]\nsecurity = 'custom'\narmed = 7\n", r"\[reader\] disarmed is missing"),
        ("[reader.uhf]\nseen = 9\n", r"\[reader.uhf\] seen is 9"),
        (
            "[reader]\nprotocol = 'm100'\n[reader.uhf]\nregion = 'mars'\n",
            "region 'mars': not known; known are china",
        ),
        ("[reader]\nprotocol = 'a0'\n[reader.uhf]\nregion = 'europe'\n", "set it with its maker's program"),
        ("[reader.uhf]\npower_dbm = 400\n", "power_dbm is 400; give -10 to 33 dBm"),
        (
            "[card_reader.card]\nchecksum = 'crc'\n",
            r"\[card_reader.card\] checksum 'crc': not known; it is xor or sum8",
        ),
        ("[card_reader]\nprotocol = 'm4'\n", r"\[card_reader\] protocol 'm4': not known"),
        ("[card_reader]\nprotocol = 'pn532'\n[card_reader.card]\nform = 'x'\n", r"\[card_reader.card\] form 'x'"),
    ],
)
def test_a_reader_that_cannot_work_is_refused_by_section_and_key(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "kiosk.toml").write_text(text)
    with pytest.raises(SettingsError, match=said):
        load(tmp_path / "kiosk.toml")


@pytest.mark.parametrize("section", ["reader", "card_reader"])
def test_a_reader_s_table_is_looked_for_in_the_kiosk_s_folder(tmp_path: Path, section: str) -> None:
    (tmp_path / "kiosk.toml").write_text(f"data = 'here'\n[{section}]\ntag_map = 'tags.csv'\n")
    found = getattr(load(tmp_path / "kiosk.toml"), section)
    assert found.tag_map == str(tmp_path / "here" / "tags.csv")
