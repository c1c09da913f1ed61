"""A store that Mosquitto cannot read is set aside; a good one is left as it is."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner

from broker_config import store
from broker_config.commands import broker as command
from broker_config.private import PrivateBroker


def mend(data: Path) -> str:
    result = CliRunner().invoke(command, ["mend", str(data)])
    assert result.exit_code == 0, result.output
    return result.output


def test_garbage_is_set_aside_under_a_new_name_each_time(mosquitto: Path, tmp_path: Path) -> None:
    for number in (1, 2):
        (tmp_path / "mosquitto.db").write_bytes(b"garbage" * 1000)
        assert f"it is kept as mosquitto.db.damaged-{number}" in mend(tmp_path)
    assert not (tmp_path / "mosquitto.db").exists()
    assert (tmp_path / "mosquitto.db.damaged-1").read_bytes() == b"garbage" * 1000


def test_a_good_store_is_left_as_it_is(mosquitto: Path, tmp_path: Path) -> None:
    with PrivateBroker(tmp_path, {"watch": "w"}):
        pass
    data = tmp_path / "data"
    before = (data / "mosquitto.db").read_bytes()
    assert "is good" in mend(data)
    assert (data / "mosquitto.db").read_bytes() == before


def test_no_store_yet_is_good(tmp_path: Path) -> None:
    assert "there is none yet" in mend(tmp_path)
    assert store.set_aside(tmp_path) is None
