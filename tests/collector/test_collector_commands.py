"""``pustaka collector``, ``devices`` and ``report`` from outside."""

from __future__ import annotations

import csv
import io
import json
import socket
import sqlite3
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from seeded_desk import seed

from pustaka.cli import main


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("desk") / "desk.sqlite"
    seed(path)
    return path


def run(*arguments: str, **environment: str) -> Result:
    return CliRunner().invoke(main, arguments, env=environment)


def test_visits_as_json_add_up(store: Path) -> None:
    found = json.loads(
        run(
            "report", "visits", "--from", "2026-11-19", "--by", "hour", "--format", "json", "--store", str(store)
        ).output
    )
    assert {door["device"]: (door["in"], door["out"], door["turned_back"]) for door in found["doors"]} == {
        "pintu-utama": (152, 83, 3), "pintu-anak": (28, 14, 3),
    }  # fmt: skip
    assert (found["total"]["in"], sum(b["in"] for b in found["buckets"])) == (180, 180)
    assert found["buckets"][0]["start"] == "2026-11-19T08:00:00+08:00"


def test_visits_of_a_week_by_day_as_csv(store: Path) -> None:
    done = run(
        "report", "visits", "--from", "2026-11-12", "--to", "2026-11-19", "--format", "csv", PUSTAKA_STORE=str(store)
    )
    rows = list(csv.DictReader(io.StringIO(done.output)))
    assert [(row["from"], row["door"], row["in"]) for row in rows] == [
        ("2026-11-12", "pintu-utama", "288"), ("2026-11-19", "pintu-anak", "28"), ("2026-11-19", "pintu-utama", "152"),
    ]  # fmt: skip


def test_a_day_without_data_is_not_called_zero(store: Path) -> None:
    assert "That is not zero" in run("report", "visits", "--from", "2025-01-01", "--store", str(store)).output
    assert "no kiosk has sent any" in run("report", "loans", "--from", "2025-01-01", "--store", str(store)).output


def test_loans_in_three_formats(store: Path) -> None:
    arguments = ("report", "loans", "--from", "2026-11-19", "--store", str(store), "--format")
    found = json.loads(run(*arguments, "json").output)
    assert found["total"]["operations"]["checkout"] == {"done": 94, "refused": 3}
    assert found["total"]["refusals"] == {"limit": 3}
    assert "2026-11-19,kota,anjungan-1,checkout,done,94" in run(*arguments, "csv").output
    assert run(*arguments, "table").output.splitlines()[-1].split() == ["total", "renew", "done", "5"]


def test_tables_line_up(store: Path) -> None:
    lines = run("report", "visits", "--from", "2026-11-19", "--store", str(store)).output.splitlines()
    assert lines[0].split() == ["from", "site", "door", "in", "out", "turned", "back"]
    assert lines[-1].split() == ["total", "180", "97", "6"]


def test_devices_as_of_the_last_moment_the_desk_ran(store: Path) -> None:
    found = json.loads(run("devices", "list", "--json", "--store", str(store)).output)
    assert found["deaf_since"] is not None  # the seeded desk is long gone
    assert {d["device"]: d["state"] for d in found["devices"]}["anjungan-keliling"] == "asleep"
    text = run("devices", "list", "--store", str(store)).output
    assert "no connection to the broker" in text
    assert "Perpustakaan keliling 2" in text


def test_one_device(store: Path) -> None:
    text = run("devices", "show", "anjungan-1", "--store", str(store)).output
    assert "Printer. Kertas habis" in text
    found = json.loads(run("devices", "show", "anjungan-1", "--site", "kota", "--json", "--store", str(store)).output)
    assert found["health"]["parts"]["printer"]["state"] == "empty"
    gone = run("devices", "show", "nobody", "--store", str(store))
    assert (gone.exit_code, "no such device" in gone.output) == (1, True)


def test_a_store_that_is_missing_foreign_or_locked_is_one_sentence(tmp_path: Path, store: Path) -> None:
    foreign = tmp_path / "foreign.sqlite"
    with sqlite3.connect(foreign) as connection:
        connection.execute("CREATE TABLE x (y)")
    for path, sentence in (
        (tmp_path / "none.sqlite", "no such store"),
        (foreign, "not a store"),
        (tmp_path, "Error: "),
    ):
        done = run("report", "visits", "--store", str(path))
        assert (done.exit_code, sentence in done.output, done.output.count("\n")) == (1, True, 1), done.output


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("report", "visits", "--zone", "Mars/Base"), "no such time zone"),
        (("report", "visits", "--from", "2026-11-02", "--to", "2026-11-01"), "is before"),
        (("report", "visits", "--from", "yesterday"), "does not match"),
        (("collector", "--broker", "x:y"), "expected host:port"),
        (("collector", "--web", "0.0.0.0:0"), "no login yet"),
        (("collector", "--zone", "Nowhere"), "no such time zone"),
        (("collector", "--config", "/nonexistent/collector.toml"), "no such file"),
    ],
)
def test_bad_usage_is_one_sentence_and_exit_status_2(arguments: tuple[str, ...], sentence: str, tmp_path: Path) -> None:
    done = run(*arguments, PUSTAKA_STORE=str(tmp_path / "x.sqlite"))
    assert (done.exit_code, sentence in done.output) == (2, True), done.output


def test_a_port_that_is_taken_and_files_that_cannot_be_read(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        where = f"127.0.0.1:{taken.getsockname()[1]}"
        done = run("collector", "--web", where, "--store", str(tmp_path / "x.sqlite"))
        assert (done.exit_code, "cannot be served" in done.output) == (2, True)
    done = run(
        "collector",
        "--web",
        "none",
        "--user",
        "c",
        "--password-file",
        str(tmp_path / "p"),
        "--store",
        str(tmp_path / "x.sqlite"),
    )
    assert (done.exit_code, "password cannot be read" in done.output) == (2, True)


def test_the_configuration_file_names_its_errors(tmp_path: Path) -> None:
    file = tmp_path / "collector.toml"
    for text, sentence in (
        ("[web]\nprot = 1", "web.prot: no such setting"),
        ("[broker]\nport = 'x'", "broker.port: expected int"),
        ("[[device]]\nsite = 'Kota'\nid = 'x'", "device.site"),
        ("[web]\nhost = '0.0.0.0'", "no login yet"),
    ):
        file.write_text(text)
        done = run("collector", "--config", str(file))
        assert (done.exit_code, sentence in done.output) == (2, True), done.output


def test_help_has_an_example() -> None:
    for command in (("collector",), ("devices", "list"), ("report", "visits"), ("report", "loans")):
        assert "Example:" in run(*command, "--help").output
