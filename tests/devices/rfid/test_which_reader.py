"""Every command finds the reader in the same way: by a kiosk's file, and what is said in front of it."""

import json

import click
import pytest
from click.testing import CliRunner

from devices.rfid.reader_commands import reader
from devices.rfid.settings import ReaderSettings
from devices.rfid.tag_commands import tag
from devices.rfid.which_reader import which_reader

UID = "E004010031230A01"


@pytest.fixture
def asked(tmp_path):
    """What a command is given, by its arguments and the kiosk's file."""

    def ask(*arguments, file=None):
        given = []
        if file is not None:
            (tmp_path / "kiosk.toml").write_text(file)
            arguments = ("--config", str(tmp_path / "kiosk.toml"), *arguments)
        command = click.command()(which_reader(lambda settings: given.append(settings)))
        result = CliRunner().invoke(command, arguments)
        return given[0] if given else result

    return ask


def test_options_go_before_the_file(asked):
    file = '[reader]\nport = "/dev/a"\nprotocol = "feig"\nbaud = 9600\n'
    assert asked(file=file) == ReaderSettings(port="/dev/a", protocol="feig", baud=9600)
    assert asked("--port", "/dev/b", file=file) == ReaderSettings(port="/dev/b", protocol="feig", baud=9600)
    assert asked("--port", "/dev/b", "--protocol", "a0") == ReaderSettings(port="/dev/b", protocol="a0")


@pytest.mark.parametrize(
    ("data", "where"), [("", "tags.csv"), ('data = "var"\n', "var/tags.csv"), ('data = "/srv"\n', "/srv/tags.csv")]
)
def test_the_table_of_tags_is_looked_for_in_the_kiosks_folder(asked, tmp_path, data, where):
    file = data + '[reader]\nport = "/dev/a"\ntag_map = "tags.csv"\n'
    assert asked(file=file).tag_map == str(tmp_path.resolve() / where)


def test_an_absolute_table_stays_where_it_is(asked):
    assert asked(file='[reader]\nport = "/dev/a"\ntag_map = "/srv/t.csv"\n').tag_map == "/srv/t.csv"


@pytest.mark.parametrize("file", ["", '[reader]\nprotocol = "feig"\n', '[reader]\nprt = "x"\n', "no toml"])
def test_no_reader_is_bad_usage(asked, file):
    result = asked(file=file)
    assert result.exit_code == 2
    assert "no reader is named" in result.output or "kiosk.toml" in result.output


@pytest.mark.parametrize(
    ("group", "arguments"),
    [
        (reader, ("watch",)),
        (reader, ("info",)),
        (tag, ("station",)),
        (tag, ("convert", "--to", "iso28560-3")),
        (tag, ("undo", __file__)),
    ],
)
def test_every_command_says_so(group, arguments):
    result = CliRunner().invoke(group, arguments)
    assert (result.exit_code, "no reader is named" in result.output) == (2, True)


def test_watch_names_tags_by_the_kiosks_table(bench, tmp_path):
    bench.pad.define(UID)  # blank
    bench.pad.put(UID)
    bench.pad.start()
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "tags.csv").write_text(f"uid,item\n{UID},BK1\n")
    config = tmp_path / "kiosk.toml"
    config.write_text(f'data = "var"\n[reader]\nport = "{bench.pad.port}"\ntag_map = "tags.csv"\n')
    result = CliRunner().invoke(reader, ["watch", "--config", str(config), "--seconds", "2", "--json"])
    read = [event for line in result.stdout.splitlines() if (event := json.loads(line))["event"] == "read"]
    assert [event["content"]["item_id"] for event in read] == ["BK1"]
