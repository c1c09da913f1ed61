"""The routes: the page, and that nothing but the page may act."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC
from pathlib import Path

import msgspec
import pytest
from starlette.testclient import TestClient

from pustaka.demo.bench.pages import Parts, build
from pustaka.demo.bench.table import Table
from pustaka.demo.bench.things import TABLE
from pustaka.demo.bench.watch import KioskEye, Watch
from pustaka.demo.pilot import PilotClient

URL = "http://127.0.0.1:8123"


@pytest.fixture
def heard() -> list[tuple[str, bytes]]:
    return []


@pytest.fixture
def watch(rig, table: Table, heard, tmp_path: Path) -> Watch:
    eye = KioskEye(PilotClient(tmp_path / "nobody.sock"), tmp_path / "kiosk.png")
    return Watch(table, rig.reader, eye, lambda: heard, clock=lambda: 5.0)


@pytest.fixture
def client(rig, table: Table, watch: Watch, tmp_path: Path) -> Iterator[TestClient]:
    eye = KioskEye(PilotClient(tmp_path / "nobody.sock"), tmp_path / "kiosk.png")
    parts = Parts(table, watch, eye, rig.camera.url, UTC, URL, "http://127.0.0.1:8124/")
    with TestClient(build(parts), base_url=URL) as client:
        client.headers["accept-language"] = "en"
        yield client


def do(client: TestClient, content: bytes = b'{"do":"clear"}', **headers: str):
    sent = {"origin": URL, "content-type": "application/json", **headers}
    return client.post("/do", content=content, headers={name.replace("_", "-"): value for name, value in sent.items()})


class TestPage:
    def test_every_thing_is_a_button(self, client: TestClient):
        html = client.get("/").text
        assert re.findall(r'<button type="button" class="thing" data-thing="(\w+)"', html) == [t.key for t in TABLE]
        assert html.count('href="#art-') == html.count('<symbol id="art-') == len(TABLE)
        assert "PIN 2580" in html, "written under Ani's card"

    def test_nothing_in_it_is_inline_or_from_elsewhere(self, client: TestClient):
        answer = client.get("/")
        assert "style=" not in answer.text
        assert "<style" not in answer.text
        assert re.findall(r"<script(?! src=\"/static/)", answer.text) == []
        assert re.findall(r" on[a-z]+=", answer.text) == []
        urls = set(re.findall(r'(?:src|href)="(?!/|#|\?)([^"]*)"', answer.text))
        assert urls == {"http://127.0.0.1:8124/"}
        assert "default-src 'self'" in answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"

    def test_what_it_loads_is_there(self, client: TestClient):
        html = client.get("/").text
        for path in re.findall(r'(?:src|href)="(/[^"]+)"', html):
            assert client.get(path).status_code == 200, path
        css = client.get("/desk/tokens.css").text
        for font in re.findall(r'url\("([^"]+)"\)', css):
            assert client.get(f"/desk/{font}").status_code == 200

    def test_either_language_is_remembered(self, client: TestClient):
        assert '<html lang="en"' in client.get("/").text
        answer = client.get("/?lang=id", follow_redirects=False)
        assert (answer.status_code, answer.headers["location"]) == (303, "/")
        html = client.get("/").text
        assert '<html lang="id"' in html
        assert "Meja peraga" in html

    def test_indonesian_is_also_called_in(self, client: TestClient):
        assert '<html lang="id"' in client.get("/", headers={"accept-language": "fr, in-ID;q=0.5"}).text
        assert '<html lang="en"' in client.get("/", headers={"accept-language": "fr"}).text

    def test_a_theme_is_remembered_and_a_strange_one_is_not(self, client: TestClient):
        client.get("/?theme=dark")
        assert 'data-theme="dark"' in client.get("/").text
        client.cookies.set("theme", '"><b>')
        assert "data-theme" not in client.get("/").text

    def test_another_page_is_not_here(self, client: TestClient):
        answer = client.get("/elsewhere")
        assert answer.status_code == 404
        assert URL in answer.text
        assert client.get("/do").status_code == 405


class TestActing:
    def test_a_laid_book_lies(self, rig, client: TestClient):
        assert do(client, b'{"do":"lay","thing":"layar"}').status_code == 204
        assert rig.on_pad() == {"layar"}

    def test_an_unknown_thing_is_404_with_a_sentence(self, client: TestClient):
        answer = do(client, b'{"do":"lay","thing":"piano"}')
        assert answer.status_code == 404
        assert answer.json()["problem"].startswith("There is no thing called piano on the bench; there are sari, ani")

    def test_in_the_language_of_the_page(self, client: TestClient):
        answer = do(client, b'{"do":"show","thing":"piano"}', accept_language="id")
        assert answer.json()["problem"].startswith("Tidak ada benda bernama piano")

    def test_what_is_not_possible_now_is_409(self, client: TestClient):
        answer = do(client, b'{"do":"pull-away","thing":"sari"}')
        assert (answer.status_code, "no tag" in answer.json()["problem"]) == (409, True)

    @pytest.mark.parametrize(
        "content",
        [b"", b"{", b"[]", b'{"do":"dance"}', b'{"do":"lay"}', b'{"do":"walk","way":"up"}', b"\xff",
         b'{"do":"cable","name":"printer","plugged":false}', b'{"do":"trouble","name":"late","on":"yes"}'],
    )  # fmt: skip
    def test_what_is_no_action_is_400_with_a_sentence(self, client: TestClient, content):
        answer = do(client, content)
        assert answer.status_code == 400
        assert answer.json()["problem"].startswith("That is not something the bench can do: ")

    @pytest.mark.parametrize("origin", ["http://evil.example", "http://127.0.0.1:9999", "null", ""])
    def test_another_origin_may_not_act(self, rig, client: TestClient, origin):
        answer = do(client, b'{"do":"lay","thing":"layar"}', origin=origin)
        assert answer.status_code == 403
        assert URL in answer.json()["problem"]
        assert rig.on_pad() == set()

    def test_nor_may_a_form(self, rig, client: TestClient):
        answer = do(client, b'{"do":"lay","thing":"layar"}', content_type="text/plain")
        assert answer.status_code == 415
        assert rig.on_pad() == set()

    def test_localhost_is_the_same_place(self, client: TestClient):
        local = URL.replace("127.0.0.1", "localhost")
        assert do(client, origin=local, host=local.removeprefix("http://")).status_code == 204

    def test_a_name_made_to_lead_here_is_refused(self, client: TestClient):
        for path in ("/", "/events", "/kiosk.png", "/camera.mjpg"):
            answer = client.get(path, headers={"host": "evil.example"})
            assert answer.status_code == 421
            assert "content-security-policy" in answer.headers

    def test_a_part_that_does_not_come_back_is_503_with_its_words(self, rig, client: TestClient):
        def broken(part: str) -> None:
            raise OSError("no room for it")

        rig.bring_back = broken
        assert do(client, b'{"do":"cable","name":"desk","plugged":false}').status_code == 204
        answer = do(client, b'{"do":"cable","name":"desk","plugged":true}')
        assert answer.status_code == 503
        assert answer.json() == {"problem": "It did not work: no room for it"}


class TestWatching:
    def test_a_kiosk_that_does_not_answer_has_no_picture(self, client: TestClient):
        answer = client.get("/kiosk.png")
        assert answer.status_code == 409
        assert answer.json()["problem"].startswith("The kiosk shows no picture: the kiosk does not answer")

    def test_with_nobody_there_it_only_listens(self, watch: Watch, table: Table, heard):
        heard.append(("pustaka/v1/kota/pintu-1/status", b"online"))
        watch.look()
        assert [told.line.key for told in watch.told()] == ["status.online"]
        assert watch.world.tags == ()

    def test_each_message_is_told_once_and_numbered(self, watch: Watch, heard):
        for status in (b"online", b"offline"):
            heard.append(("pustaka/v1/kota/pintu-1/status", status))
            watch.look()
        assert [(told.number, told.at) for told in watch.told()] == [(1, 5.0), (2, 5.0)]
        assert [told.number for told in watch.told(after=1)] == [2]

    def test_with_somebody_there_tags_are_watched(self, rig, watch: Watch):
        import asyncio

        async def visit() -> None:
            watch.changes.join()
            watch.look()
            rig.reader.put(rig.tag("layar").uid)
            watch.look()

        asyncio.run(visit())
        assert [told.line.key for told in watch.told()] == ["tag.came"]
        assert {tag.uid for tag in watch.world.tags if tag.on_pad} == {rig.tag("layar").uid}
        assert watch.world.kiosk is None

    def test_a_page_can_be_encoded_whole(self, watch: Watch):
        from pustaka.demo.bench import view

        watch.look()
        assert msgspec.json.decode(msgspec.json.encode(view.state(watch.world, "id", 9.0)))["all_in"] is True
