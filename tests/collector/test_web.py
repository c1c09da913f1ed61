"""The desk's pages: true, escaped, complete without JavaScript, and under a strict policy."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from ledger_rows import count, payload
from seeded_desk import MINUTE, NOW, OPENING, desk, health, info, seed, tell
from starlette.testclient import TestClient

from collector.changes import Changes
from collector.store.sqlite import SqliteStore
from collector.web import app as web
from collector.web.app import build
from collector.web.chart import hours, small, step
from collector.web.metrics import Pulse
from collector.writer import Tally

ENGLISH = {"accept-language": "en"}


@pytest.fixture(scope="module")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("desk") / "desk.sqlite"
    seed(path)
    return path


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    path = tmp_path / "desk.sqlite"
    store = SqliteStore(path)
    store.beat(NOW, OPENING)
    store.close()
    return path


def text(html: str) -> str:
    """What a person reads."""
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def get(path: Path, address: str = "/", **headers: str) -> str:
    answer = TestClient(build(desk(path))).get(address, headers={**ENGLISH, **headers})
    assert answer.status_code == 200, answer.text
    return answer.text


def test_the_first_line_answers_in_words(seeded: Path) -> None:
    page = text(get(seeded))
    assert "180 visits by 14.20. 97 went out, 6 turned back at the door." in page
    assert "Last Thursday by 14.15: 203." in page
    assert "Thursday 19 November 2026" in page


def test_every_sum_is_the_sum_of_its_rows(seeded: Path) -> None:
    page = text(get(seeded))
    assert "Pintu utama 152 83 3" in page
    assert "Pintu ruang anak 28 14 3" in page
    assert "Sum 180 97 6" in page
    assert "Anjungan lantai 1 94 71 5 3" in page


def test_what_needs_a_person_comes_most_urgent_first(seeded: Path) -> None:
    page = text(get(seeded))
    order = [page.index(what) for what in ("no connection", "no heartbeat", "lantai 1: Printer", "never connected")]
    assert order == sorted(order)
    assert "2 lost" in page


def test_indonesian_comes_first_and_english_is_one_press_away(seeded: Path) -> None:
    client = TestClient(build(desk(seeded)))
    assert '<html lang="id"' in client.get("/", headers={"accept-language": "fr"}).text
    assert "kunjungan hingga 14.20." in text(client.get("/").text)
    assert '<html lang="en"' in client.get("/?lang=en").text  # follows the redirect, cookie kept
    assert '<html lang="en"' in client.get("/devices").text
    assert '<html lang="en"' in client.get("/?lang=xx").text


def test_dark_is_remembered_and_nothing_is_chosen_at_first(seeded: Path) -> None:
    client = TestClient(build(desk(seeded)))
    assert "data-theme" not in client.get("/").text
    assert 'data-theme="dark"' in client.get("/devices?theme=dark").text
    assert 'data-theme="light"' in client.get("/?theme=light").text


def test_no_data_is_not_zero_and_zero_is_not_no_data(empty: Path) -> None:
    assert "That does not mean zero." in text(get(empty))
    store = SqliteStore(empty)
    tell(store, "kota", "pintu-1", "records", payload(count(1, 0, at=NOW - 5 * MINUTE)), NOW)
    store.close()
    page = text(get(empty))
    assert "No visits yet today." in page
    assert "1 door has sent records today" in page
    assert "there are no data of last Thursday" not in page  # no figure, no comparison


def test_a_well_fleet_says_that_nothing_needs_you(empty: Path) -> None:
    assert "No devices yet." in text(get(empty))
    assert "No devices yet." in text(get(empty, "/devices"))
    store = SqliteStore(empty)
    for device in ("a", "b"):
        tell(store, "kota", device, "info", info("X", "door"), NOW)
        tell(store, "kota", device, "status", "online", NOW)
    store.close()
    page = get(empty)
    assert "Nothing needs you. All 2 devices are well; checked at 14.20." in text(page)
    assert "st-lost" not in page
    assert 'class="n"' not in page  # no counters when there is nothing to count


def test_a_desk_without_a_broker_says_since_when(seeded: Path) -> None:
    later = replace(desk(seeded), clock=lambda: NOW + 30 * MINUTE)
    page = TestClient(build(later)).get("/", headers=ENGLISH).text
    assert "has not heard the devices since 14.19" in text(page)


def test_a_store_that_takes_nothing_is_on_every_page_and_in_healthz(seeded: Path) -> None:
    surroundings = desk(seeded, tally=Tally(problem="the disk is full."))
    client = TestClient(build(surroundings))
    assert "The devices keep them until this is mended: the disk is full." in text(
        client.get("/", headers=ENGLISH).text
    )
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()) == (503, {"ok": False, "problems": ["the disk is full."]})


def test_devices_can_be_filtered_by_state(seeded: Path) -> None:
    page = get(seeded, "/devices?state=asleep")
    assert "Perpustakaan keliling 2" in page
    assert "Pintu utama" not in page
    assert "No device is in this state." in text(get(seeded, "/devices?state=maint"))


def test_a_lost_devices_backlog_is_a_lower_bound_and_untold_values_say_so(seeded: Path) -> None:
    page = get(seeded, "/devices")
    assert "≥ 3" in page
    assert "The device has not told" in page


HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{7*7}}\u202e\x1b[31m" + "panjang " * 40


class Elements(HTMLParser):
    """Collects what a browser would obey."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def test_whatever_a_device_calls_itself_is_shown_and_never_obeyed(empty: Path) -> None:
    store = SqliteStore(empty)
    tell(store, "kota", "pintu-1", "info", {"kind": HOSTILE, "name": HOSTILE, "software": HOSTILE}, NOW)
    tell(store, "kota", "pintu-1", "status", "online", NOW)
    tell(store, "kota", "pintu-1", "health", health(parts={HOSTILE: {"state": HOSTILE, "why": HOSTILE}}), NOW)
    tell(store, "kota", "pintu-1", "alert/x", {"what": HOSTILE, "severity": HOSTILE}, NOW)
    tell(store, "kota", "pintu-1", "records", payload(count(1, 3, at=NOW - MINUTE)), NOW)
    store.close()
    for address in ("/", "/devices"):
        page = get(empty, address)
        assert "&lt;script&gt;" in page
        assert "\u202e" not in page
        assert "\x1b" not in page
        _obeys_only_us(page)


def _obeys_only_us(page: str) -> None:
    elements = Elements()
    elements.feed(page)
    for tag, attributes in elements.tags:
        assert "style" not in attributes
        assert tag not in ("style", "img", "iframe", "object", "form")
        assert not any(name.startswith("on") for name in attributes)
        if tag == "script":
            assert attributes.get("src") == "/static/desk.js"
        for name in ("href", "src"):
            target = attributes.get(name) or "/"
            assert target[0] in "/?#", target
            assert not target.startswith("//")


def test_no_inline_code_and_no_foreign_address(seeded: Path) -> None:
    for address in ("/", "/devices"):
        _obeys_only_us(get(seeded, address))
    static = Path(web.__file__).parent / "static"
    for file in (*static.glob("*.css"), *static.glob("*.js")):
        assert not re.search(r"https?://|url\(\s*['\"]?//", file.read_text()), file


def test_every_answer_has_the_strict_policy(seeded: Path) -> None:
    client = TestClient(build(desk(seeded)))
    for address in ("/", "/devices", "/healthz", "/metrics", "/static/desk.css", "/nothing"):
        policy = client.get(address).headers["content-security-policy"]
        assert policy.startswith("default-src 'self';")
        assert "unsafe" not in policy


def test_the_fonts_and_their_licence_are_in_the_package(seeded: Path) -> None:
    client = TestClient(build(desk(seeded)))
    for name in ("atkinson-next.woff2", "atkinson-mono.woff2", "OFL-atkinson-next.txt", "OFL-atkinson-mono.txt"):
        assert client.get(f"/static/fonts/{name}").status_code == 200


def test_a_page_that_is_not_there_and_a_store_that_went_away(seeded: Path, tmp_path: Path) -> None:
    answer = TestClient(build(desk(seeded))).get("/nothing", headers=ENGLISH)
    assert (answer.status_code, "There is no such page." in answer.text) == (404, True)
    answer = TestClient(build(desk(tmp_path / "gone.sqlite"))).get("/", headers=ENGLISH)
    assert (answer.status_code, "The data cannot be read" in answer.text) == (503, True)


def test_metrics_are_exposition_text_with_ids_only(seeded: Path) -> None:
    page = TestClient(build(desk(seeded))).get("/metrics").text
    assert 'pustaka_devices{state="lost"} 2' in page
    assert 'pustaka_device_backlog_rows{site="kota",device="pintu-anak"} 3' in page
    assert "Pintu" not in page
    for line in page.splitlines():
        assert re.fullmatch(r'# (HELP|TYPE) .+|pustaka_\w+(\{(\w+="[a-z0-9-]+",?)+\})? [0-9.e+-]+', line), line


def test_health_names_each_problem(seeded: Path) -> None:
    surroundings = replace(desk(seeded), pulse=lambda: Pulse(False, "the broker is gone", 0, Tally()))
    assert len(TestClient(build(surroundings)).get("/healthz").json()["problems"]) == 2


def test_one_change_or_a_thousand_is_one_event_and_closing_ends_the_stream(
    seeded: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web, "COALESCE_S", 0.01)
    monkeypatch.setattr(web, "TICK_S", 0.05)
    surroundings = desk(seeded)
    pages = web._Pages(surroundings)

    async def listen() -> list[str]:
        heard: list[str] = []
        stream = pages._stream()
        heard.append(await anext(stream))
        for _ in range(1000):
            surroundings.changes.happened()
        heard.append(await anext(stream))
        heard.append(await anext(stream))
        surroundings.changes.close()
        heard += [event async for event in stream]
        return heard

    heard = asyncio.run(asyncio.wait_for(listen(), 5))
    assert [event.splitlines()[0] for event in heard[:3]] == ["retry: 2000", "event: change", "event: tick"]
    assert len(heard) <= 4
    assert surroundings.changes.listeners == 0


def test_a_bell_for_a_page_whose_loop_is_gone_is_harmless() -> None:
    changes = Changes()

    async def join() -> None:
        changes.join()

    asyncio.run(join())
    changes.happened()


def test_an_hour_without_data_has_no_bar_and_zero_has_its_own_mark() -> None:
    chart = hours({9: (0, 0), 10: (40, 3)}, 8, 12, 11.5, ["0", "40"], "alt")
    assert [bar.value for bar in chart.bars] == [None, 0, 40, None]
    assert [bar.missing for bar in chart.bars] == [True, False, False, False]
    assert chart.bars[2].height > 0 == chart.bars[1].height
    assert chart.now == pytest.approx(chart.bars[3].middle, abs=1)


@pytest.mark.parametrize("highest", [0, 1, 4, 5, 17, 80, 81, 999, 12345])
def test_four_hairlines_reach_the_highest_bar(highest: int) -> None:
    assert step(highest) * 4 >= highest
    chart = hours({8: (highest, 0)}, 8, 17, None, [str(highest)], "")
    assert chart.bars[0].y >= 0
    assert 3 <= len(chart.lines) <= 4


def test_small_bars_stay_in_their_box() -> None:
    bars = small({8: 5, 16: 10, 20: 3, 9: 0}, 8, 17, 10)
    assert len(bars) == 2
    assert all(bar.x >= 0 and bar.x + bar.width <= 150 and bar.y >= 0 for bar in bars)
