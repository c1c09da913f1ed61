"""The verdict goes into the configuration with its reasons; whatever else stands there stays as it is."""

from __future__ import annotations

import os
import stat
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from kiosk.circulation.sip2.probe.finding import Confidence, Finding, unknown
from kiosk.circulation.sip2.probe.verdict import against, nearest
from kiosk.circulation.sip2.probe.writing import WritingError, proposed, take_back, taken_back, write
from kiosk.circulation.sip2.profile import load_profile

DAY = date(2026, 11, 23)
FOUND = [
    Finding("resend", True, "97 repeats the last answer."),
    Finding("hold_lists", "ready", "CD is not in AS."),
    Finding("pin", "required", "CQ = Y with the right PIN only."),
    Finding("due_formats", ("%d/%m/%Y",), "Due dates look like '07/12/2026'."),
    unknown("encoding", "Only ASCII was seen."),
    Finding("server.clock", 3, "They agree."),
]
KIOSK = """\
# Our kiosk at the entrance
name = "Anjungan"   # as people call it

[circulation]
system = "sip2"     # Koha at the town hall

[circulation.sip2]
host = "ils.example.org"
profile = "generic"  # Rina: ask them
tls = "off"

[circulation.sip2.dialect]
page_size = 10       # small screen
resend = false
hold_lists = "ready" # by hand

[link]
host = "broker.local"
"""


@pytest.fixture
def kiosk(tmp_path: Path) -> Path:
    path = tmp_path / "kiosk.toml"
    path.write_text(KIOSK, encoding="utf-8")
    return path


def written(path: Path, found: list[Finding] = FOUND, profile: str = "koha") -> str:
    return proposed(path, against(found, profile), found, DAY).after


def sip2(text: str) -> dict[str, Any]:
    found: dict[str, Any] = tomllib.loads(text)["circulation"]["sip2"]
    return found


def test_profile_and_dialect_are_written_with_reason_and_day(kiosk: Path) -> None:
    after = written(kiosk)
    assert sip2(after)["profile"] == "koha"
    assert sip2(after)["dialect"] == {
        "page_size": 10,
        "resend": True,
        "hold_lists": "ready",
        "pin": "required",
        "due_formats": ["%d/%m/%Y"],
    }
    assert "# probed 2026-11-23: CQ = Y with the right PIN only." in after


def test_what_was_written_can_be_loaded(kiosk: Path) -> None:
    table = sip2(written(kiosk))
    assert load_profile(table["profile"], table["dialect"]).due_formats == ("%d/%m/%Y",)


def test_everything_else_stays_to_the_letter(kiosk: Path) -> None:
    after = written(kiosk).splitlines()
    touched = {"profile", "resend", "pin", "due_formats"}
    kept = [line for line in KIOSK.splitlines() if line.split(" = ")[0] not in touched]
    assert [line for line in after if line.split(" = ")[0] not in touched] == kept


def test_somebody_elses_comment_stays_in_front(kiosk: Path) -> None:
    assert 'profile = "koha" # Rina: ask them; probed 2026-11-23' in written(kiosk)


def test_probing_again_replaces_our_own_comment(kiosk: Path) -> None:
    kiosk.write_text(written(kiosk), encoding="utf-8")
    again = [Finding("resend", False, "97 brought nothing.")]
    after = written(kiosk, again, "generic")
    assert "resend = false # probed 2026-11-23: 97 brought nothing.\n" in after
    assert after.count("Rina: ask them") == 1


def test_a_value_set_by_hand_stays_unless_the_server_showed_another(kiosk: Path) -> None:
    after = written(kiosk, [Finding("hold_lists", "ready", "x."), Finding("page_size", 20, "x."), *FOUND[:1]])
    assert 'hold_lists = "ready" # by hand' in after
    assert "page_size = 10       # small screen" in after
    assert sip2(after)["dialect"]["resend"] is True


def test_a_hand_set_value_that_the_profile_would_have_right_is_put_right_too(kiosk: Path) -> None:
    kiosk.write_text(KIOSK.replace('hold_lists = "ready" # by hand', 'hold_lists = "all" # by hand'), encoding="utf-8")
    assert sip2(written(kiosk))["dialect"]["hold_lists"] == "ready"


def test_what_is_not_known_is_not_written(kiosk: Path) -> None:
    assert "encoding" not in sip2(written(kiosk))["dialect"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        'name = "x"\n',
        '[circulation.sip2]\nhost = "h"',
        '[circulation.sip2]\r\nhost = "h"\r\n',
        '[circulation.sip2.dialect]\nresend = false\n[circulation.sip2]\nhost = "h"\n',
        '[circulation]\nsystem = "sip2"\n[camera]\nsource = "x"\n[circulation.sip2]\nhost = "h"\n[link]\nhost = "b"\n',
        'circulation.sip2.host = "h"\n',
        '[circulation.sip2]\nhost = "h"\n[circulation.offline]\n[circulation.sip2.dialect]\nlogin = true\n',
    ],
)
def test_every_way_of_writing_the_tables_is_served(tmp_path: Path, text: str) -> None:
    path = tmp_path / "kiosk.toml"
    path.write_bytes(text.encode())
    after = written(path)
    assert (sip2(after)["profile"], sip2(after)["dialect"]["pin"]) == ("koha", "required")
    before = tomllib.loads(text)
    assert {key: value for key, value in tomllib.loads(after).items() if key != "circulation"} == {
        key: value for key, value in before.items() if key != "circulation"
    }


@pytest.mark.parametrize("text", ['[circulation]\nsip2 = { host = "h" }\n', "not = = toml\n"])
def test_what_a_program_cannot_change_is_left_alone_with_a_sentence(tmp_path: Path, text: str) -> None:
    path = tmp_path / "kiosk.toml"
    path.write_text(text)
    with pytest.raises(WritingError):
        written(path)
    assert path.read_text() == text


def test_the_file_is_replaced_and_can_be_taken_back(kiosk: Path) -> None:
    kiosk.chmod(0o640)
    change = proposed(kiosk, against(FOUND, "koha"), FOUND, DAY)
    assert '+pin = "required"' in change.diff()
    backup = write(change)
    assert kiosk.read_text() == change.after
    assert (backup.name, backup.read_text()) == ("kiosk.toml.before-probe", KIOSK)
    assert {stat.S_IMODE(path.stat().st_mode) for path in (kiosk, backup)} == {0o640}

    take_back(taken_back(kiosk))
    assert kiosk.read_text() == KIOSK
    assert [path.name for path in kiosk.parent.iterdir()] == ["kiosk.toml"]


def test_a_link_to_the_file_stays_a_link(kiosk: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.toml"
    link.symlink_to(kiosk)
    write(proposed(link, against(FOUND, "koha"), FOUND, DAY))
    assert link.is_symlink()
    assert sip2(kiosk.read_text())["profile"] == "koha"


def test_a_file_that_changed_in_the_meantime_is_not_written_over(kiosk: Path) -> None:
    change = proposed(kiosk, against(FOUND, "koha"), FOUND, DAY)
    kiosk.write_text(KIOSK + "# new\n")
    with pytest.raises(WritingError, match="changed by somebody else"):
        write(change)
    assert kiosk.read_text().endswith("# new\n")


def test_there_is_nothing_to_take_back_before_anything_was_written(kiosk: Path) -> None:
    with pytest.raises(WritingError, match="nothing to take back"):
        taken_back(kiosk)


def test_a_missing_file_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(WritingError, match="cannot be read: No such file"):
        written(tmp_path / "none.toml")


def test_a_full_or_closed_folder_leaves_the_old_file(kiosk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    change = proposed(kiosk, against(FOUND, "koha"), FOUND, DAY)

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(WritingError, match="No space left on device"):
        write(change)
    assert kiosk.read_text() == KIOSK
    assert [path.name for path in kiosk.parent.iterdir()] == ["kiosk.toml"]


def test_certain_findings_weigh_more_than_likely_ones() -> None:
    found = [
        Finding("hold_lists", "all", "x."),
        Finding("loan_lists", "titles", "x.", Confidence.LIKELY),
        Finding("encoding", "utf-8", "x."),
    ]
    assert nearest(found, "generic").profile == "evergreen"


def test_without_findings_the_configured_profile_stays() -> None:
    assert nearest([], "polaris").profile == "polaris"
    assert nearest([], "generic").profile == "generic"
