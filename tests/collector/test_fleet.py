"""How each device is, and why: never by its own word alone."""

from __future__ import annotations

import string
from zoneinfo import ZoneInfo

import pytest

from collector.fleet import Cause, Fleet, State, assess
from collector.sentences import SENTENCES
from collector.store.port import Desk, DeviceRecord, StandingAlert
from collector.tidy import tidy
from collector.words import Words
from devices.contract import Alert, Health, Info, Part, Status

NOW = 1_795_069_200_000  # Thursday 19 November 2026, 14.20 in Samarinda
MIN = 60_000
DESK = Desk(beat=NOW - 1000, listening_since=NOW - 600 * MIN)
INFO = Info(kind="door", name="Pintu", software="1", interval_s=60)
WORDS = {language: Words(language, ZoneInfo("Asia/Makassar")) for language in ("id", "en")}


def door(**known: object) -> DeviceRecord:
    usual: dict[str, object] = {
        "heard": NOW - 20_000,
        "status": Status.ONLINE,
        "status_since": NOW - 300 * MIN,
        "info": INFO,
    }
    return DeviceRecord("kota", "pintu-1", NOW - 900 * MIN, **{**usual, **known})  # type: ignore[arg-type]


def judged(device: DeviceRecord, *others: DeviceRecord, desk: Desk = DESK) -> tuple[State, tuple[Cause, ...]]:
    fleet = assess([device, *others], desk, NOW)
    (found,) = [a for a in fleet.devices if a.device is device]
    return found.state, tuple(why.cause for why in found.why)


@pytest.mark.parametrize(
    ("known", "state", "causes"),
    [
        ({}, State.OK, ()),
        ({"heard": NOW - 3 * MIN}, State.OK, ()),
        ({"heard": NOW - 3 * MIN - 1}, State.LOST, (Cause.SILENT,)),
        ({"heard": NOW - 14 * MIN, "info": None}, State.LOST, (Cause.SILENT,)),
        ({"heard": None}, State.LOST, (Cause.UNHEARD,)),
        ({"status": Status.OFFLINE}, State.LOST, (Cause.WILL,)),
        ({"status": Status.ASLEEP, "heard": NOW - 900 * MIN}, State.ASLEEP, (Cause.ASLEEP,)),
        ({"status": None, "heard": None, "info": None}, State.NEVER, (Cause.NEVER,)),
        ({"conflicts": 2}, State.DEGRADED, (Cause.COPY,)),
        ({"alerts": (StandingAlert("reader", Alert(what="x"), 1),)}, State.DEGRADED, (Cause.ALERT,)),
        ({"alerts": (StandingAlert("reader", Alert(what="x", severity="lost"), 1),)}, State.LOST, (Cause.ALERT,)),
        ({"health": Health(uptime_s=1, parts={"a": Part(state="OK"), "b": Part(state="off")})}, State.OK, ()),
        ({"health": Health(uptime_s=1, parts={"reader": Part(state="gone")})}, State.DEGRADED, (Cause.PART,)),
        ({"lost_rows": 40, "awaited_rows": 3}, State.OK, ()),
    ],
)  # fmt: skip
def test_state_and_cause(known: dict[str, object], state: State, causes: tuple[Cause, ...]) -> None:
    assert judged(door(**known)) == (state, causes)


@pytest.mark.parametrize(("told", "silent_after_s"), [(10, 30), (1, 15), (300, 900)])
def test_silence_is_three_of_the_devices_own_intervals(told: int, silent_after_s: int) -> None:
    info = Info(kind="door", name="x", software="1", interval_s=told)
    assert judged(door(info=info, heard=NOW - silent_after_s * 1000))[0] is State.OK
    assert judged(door(info=info, heard=NOW - silent_after_s * 1000 - 1))[0] is State.LOST


def test_a_desk_that_has_just_begun_to_listen_waits_before_it_judges() -> None:
    assert judged(door(heard=NOW - 500 * MIN), desk=Desk(NOW, NOW - MIN))[0] is State.OK
    assert judged(door(heard=None), desk=Desk(NOW, NOW - MIN))[0] is State.OK


def test_a_deaf_desk_judges_the_last_moment_it_could_hear() -> None:
    old = door(heard=NOW - 50 * MIN)
    for desk in (Desk(NOW - 50 * MIN, NOW - 99 * MIN), Desk(NOW, None)):
        fleet = assess([old], desk, NOW)
        assert (fleet.devices[0].state, fleet.deaf_since) == (State.OK, NOW - 50 * MIN)
    assert assess([old], DESK, NOW).deaf_since is None
    assert assess([], Desk(), NOW).deaf_since == NOW


def test_behind_a_bridge_that_is_down_nobody_is_blamed_for_silence() -> None:
    bridge = DeviceRecord("kota", "bridge", 0, None, Status.OFFLINE, NOW - 78 * MIN)
    assert judged(door(heard=NOW - 78 * MIN), bridge) == (State.LOST, (Cause.BRIDGE,))
    up = DeviceRecord("kota", "bridge", 0, NOW - 99 * MIN, Status.ONLINE, NOW - 99 * MIN)
    assert judged(up) == (State.OK, ())  # a bridge speaks only when it turns
    elsewhere = DeviceRecord("lain", "bridge", 0, None, Status.OFFLINE, 1)
    assert judged(door(), elsewhere) == (State.OK, ())


def test_most_urgent_first_then_oldest() -> None:
    def named(name: str, **known: object) -> DeviceRecord:
        base = door(**known)
        return DeviceRecord(base.site, name, base.first_seen, base.heard, base.status, base.status_since, base.info)

    fleet = assess(
        [
            named("ok"), named("new", status=Status.OFFLINE, status_since=NOW - MIN),
            named("asleep", status=Status.ASLEEP), named("old", status=Status.OFFLINE, status_since=NOW - 9 * MIN),
        ],
        DESK, NOW,
    )  # fmt: skip
    assert [a.device.device for a in fleet.devices] == ["old", "new", "asleep", "ok"]
    assert (fleet.count(State.LOST), fleet.count(State.OK)) == (2, 1)


def test_a_name_comes_from_the_device_then_the_list_then_the_id() -> None:
    def name(device: DeviceRecord) -> str:
        return assess([device], DESK, NOW).devices[0].name

    assert name(door()) == "Pintu"
    assert name(door(info=None, expected="Pintu timur")) == "Pintu timur"
    assert name(door(info=None)) == "pintu-1"


def _sentences(device: DeviceRecord, language: str) -> list[str]:
    fleet: Fleet = assess([device], DESK, NOW)
    return [WORDS[language].why(why, NOW) for why in fleet.devices[0].why]


def test_every_reason_is_a_sentence_in_both_languages() -> None:
    assert _sentences(door(status=Status.OFFLINE, status_since=NOW - 148 * MIN), "en") == [
        "Vanished 11.52: power, network, or a stopped app."
    ]
    assert _sentences(door(heard=NOW - 14 * MIN), "id") == [
        "Tidak terdengar selama 14 menit, padahal belum pamit: aplikasi macet atau jaringan putus."
    ]
    assert "not known" in _sentences(door(status=Status.OFFLINE, status_since=None), "en")[0]
    printer = Part(state="bad", why="Kertas habis.", since=NOW - 39 * MIN)
    broken = door(health=Health(uptime_s=1, parts={"x": printer}))
    assert _sentences(broken, "en") == ["Kertas habis. (since 13.41)"]


def test_both_catalogues_have_the_same_sentences_with_the_same_fields() -> None:
    def fields(text: str) -> set[str]:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name}

    indonesian, english = SENTENCES["id"], SENTENCES["en"]
    plural = {key for key in english if key.endswith(".1")} | {key for key in indonesian if key.endswith(".1")}
    assert set(indonesian) - plural == set(english) - plural
    for key in set(english) - plural:
        assert fields(english[key]) == fields(indonesian[key]), key
    for cause in Cause:
        for kind in ("why", "cause", "todo", "title"):
            assert f"{kind}.{cause.value}" in english
    for state in State:
        assert f"state.{state.value}" in english


@pytest.mark.parametrize(
    ("ms", "indonesian", "english"),
    [
        (8_000, "8 detik", "8 s"), (14 * MIN, "14 menit", "14 min"), (148 * MIN, "2 j 28 m", "2 h 28 min"),
        (180 * MIN, "3 jam", "3 h"), (3 * 1440 * MIN, "3 hari", "3 days"), (-5, "0 detik", "0 s"),
    ],
)  # fmt: skip
def test_ages(ms: int, indonesian: str, english: str) -> None:
    assert (WORDS["id"].age(ms), WORDS["en"].age(ms)) == (indonesian, english)


def test_moments_and_numbers() -> None:
    words = WORDS["en"]
    assert words.moment(NOW - 39 * MIN, NOW) == "13.41"
    assert words.moment(NOW - 1320 * MIN, NOW) == "Wed 16.20"
    assert words.moment(NOW - 14 * 1440 * MIN, NOW) == "5 Nov"
    assert words.moment(NOW - 400 * 1440 * MIN, NOW) == "15 Oct 2025"
    assert (WORDS["id"].number(8142), words.number(8142)) == ("8.142", "8,142")
    assert words.zone_name(NOW) == "WITA"


def test_text_of_a_device_can_neither_command_a_terminal_nor_turn_the_line_around() -> None:
    assert tidy("a\x1b[31m\u202eevil\n b\u0000") == "a [31m evil b"
    assert len(tidy("x" * 500)) == 60
    assert tidy("x" * 500).endswith("…")


@pytest.mark.parametrize(
    ("language", "said", "todo"),
    [
        ("id", "Alarm 3 buku tidak sesuai dengan catatan.", "Letakkan bukunya di alas anjungan."),
        ("en", "3 books have an alarm that does not fit their record.", "Lay them on the kiosk’s pad."),
    ],
)
def test_wrong_alarm_bits_are_told_in_the_desks_own_words(language: str, said: str, todo: str) -> None:
    kiosk = door(
        alerts=(StandingAlert("security", Alert(what="3 tags have the wrong alarm bit: pustaka journal …"), None),),
        health=Health(uptime_s=1, parts={"security": Part(state="wrong", why="3 tags have the wrong alarm bit: …")}),
    )
    (found,) = assess([kiosk], DESK, NOW).devices
    (why,) = found.why  # once, though the device says it twice
    words = WORDS[language]
    assert words.why(why, NOW) == said
    assert words.todo(why).startswith(todo)
    assert "pustaka journal security list" in words.todo(why)


def test_a_device_that_says_something_else_of_its_alarms_is_quoted() -> None:
    kiosk = door(alerts=(StandingAlert("security", Alert(what="the list cannot be read"), None),))
    (found,) = assess([kiosk], DESK, NOW).devices
    assert WORDS["en"].why(found.why[0], NOW) == "the list cannot be read"
    assert WORDS["en"].todo(found.why[0]) == ""
