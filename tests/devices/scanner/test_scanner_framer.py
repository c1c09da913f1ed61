"""Bytes to texts: terminators, affixes, identifiers, caps; and nothing that any bytes can do to it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devices.scanner.framer import GAP_S, Framer, Text
from devices.scanner.limit import AT_ONCE, PER_SECOND, Limiter
from devices.scanner.settings import TERMINATORS, ScannerSettings

AIMED = ScannerSettings(port="/dev/x", prefix="\x02", terminator="CRLF", aim=True, longest=8)


def read(data: bytes, **settings: object) -> list[str]:
    return [text.text for text in Framer(ScannerSettings(port="/dev/x", **settings)).receive(0.0, data)]  # type: ignore[arg-type]


class TestTerminators:
    @pytest.mark.parametrize("end", [b"\r", b"\n", b"\r\n", b"\t"])
    def test_any_of_the_usual_ones_ends_a_text(self, end: bytes) -> None:
        assert read(b"A0001" + end + b"B00417" + end) == ["A0001", "B00417"]

    @pytest.mark.parametrize(("name", "ends"), TERMINATORS.items())
    def test_a_named_one_ends_it(self, name: str, ends: tuple[bytes, ...]) -> None:
        assert read(b"A0001" + ends[0] + b"B00417" + ends[0], terminator=name) == ["A0001", "B00417"]

    def test_only_the_named_one_does(self) -> None:
        assert read(b"A0001\tB\r", terminator="TAB") == ["A0001"]

    def test_more_than_the_named_one_leaves_nothing_behind(self) -> None:
        assert read(b"A0001\r\nB00417\r\n", terminator="CR") == ["A0001", "B00417"]

    def test_a_text_without_an_end_is_none_yet(self) -> None:
        framer = Framer(ScannerSettings(port="/dev/x"))
        assert framer.receive(0.0, b"A00") == []
        assert framer.receive(0.1, b"01\r") == [Text("A0001")]

    def test_half_a_text_is_not_put_before_the_next(self) -> None:
        framer = Framer(ScannerSettings(port="/dev/x"))
        framer.receive(0.0, b"A00")
        assert framer.receive(GAP_S + 0.1, b"B00417\r") == [Text("B00417")]
        assert framer.tally.cut == 1


class TestWhatIsAround:
    def test_prefix_and_suffix_are_taken_off(self) -> None:
        assert read(b"~A0001;\r", prefix="~", suffix=";") == ["A0001"]

    def test_without_them_it_is_somebody_elses(self) -> None:
        framer = Framer(ScannerSettings(port="/dev/x", prefix="~", suffix=";"))
        assert framer.receive(0.0, b"A0001\r~A0001\rA0001;\r~\r") == []
        assert framer.tally.stray == 4

    def test_one_character_is_not_prefix_and_suffix_at_once(self) -> None:
        assert read(b"~\r", prefix="~", suffix="~") == []

    @pytest.mark.parametrize(
        ("sent", "text"),
        [
            (b"]C0A0001", Text("A0001", "Code128")),
            (b"]A1B00417", Text("B00417", "Code39")),
            (b"]E09786020324784", Text("9786020324784", "EAN13")),
            (b"]E3978602032478412345", Text("9786020324784", "EAN13")),
            (b"]E496385074", Text("96385074", "EAN8")),
            (b"]E0012345678905", Text("012345678905", "UPCA")),
            (b"]E112", Text("12", "]E1")),
            (b"]F0A123456B", Text("A123456B", "Codabar")),
            (b"]Q1A0001", Text("A0001", "QRCode")),
            (b"]d2A0001", Text("A0001", "DataMatrix")),
            (b"]P012345", Text("12345", "]P0")),
            (b"A0001", Text("A0001", "")),
        ],
    )
    def test_the_aim_identifier_tells_the_format(self, sent: bytes, text: Text) -> None:
        assert Framer(ScannerSettings(port="/dev/x", aim=True)).receive(0.0, sent + b"\r") == [text]

    def test_the_identifier_stands_behind_the_prefix(self) -> None:
        assert Framer(AIMED).receive(0.0, b"\x02]C0A0001\r\n") == [Text("A0001", "Code128")]

    def test_letters_in_the_scanners_encoding(self) -> None:
        assert read("Ä1é\r".encode("latin-1"), encoding="latin-1") == ["Ä1é"]
        assert read("Ä1é\r".encode()) == ["Ä1é"]


class TestDropped:
    def test_bytes_that_are_no_text(self) -> None:
        framer = Framer(ScannerSettings(port="/dev/x"))
        assert framer.receive(0.0, b"\xff\xfe\rA0\x1b[2J1\rA0001\r") == [Text("A0001")]
        assert framer.tally.garbled == 2

    @pytest.mark.parametrize("terminator", ["any", "CRLF"])
    def test_a_text_over_the_cap_goes_and_the_next_one_counts(self, terminator: str) -> None:
        framer = Framer(ScannerSettings(port="/dev/x", terminator=terminator))
        assert framer.receive(0.0, b"9" * 65 + b"\r\n" + b"9" * 64 + b"\r\n") == [Text("9" * 64)]
        assert framer.tally.long == 1

    @pytest.mark.parametrize("terminator", ["any", "CRLF"])
    def test_a_megabyte_without_an_end_is_never_kept(self, terminator: str) -> None:
        framer = Framer(ScannerSettings(port="/dev/x", terminator=terminator))
        for _ in range(256):
            assert framer.receive(0.0, b"\r" * 2048 * (terminator == "CRLF") + b"7" * 4096) == []
            assert framer.held <= framer.limit
        assert framer.receive(0.1, b"7\r\nA0001\r\n") == [Text("A0001")]
        assert framer.tally.long == 1

    def test_a_pause_ends_a_text_over_the_cap(self) -> None:
        framer = Framer(ScannerSettings(port="/dev/x"))
        framer.receive(0.0, b"7" * 5000)
        assert framer.receive(1.0, b"A0001\r") == [Text("A0001")]

    def test_a_spoilt_text_goes_to_its_end(self) -> None:
        framer = Framer(ScannerSettings(port="/dev/x"))
        framer.receive(0.0, b"A0")
        framer.spoil(0.0)
        assert framer.receive(0.0, b"001\rB00417\r") == [Text("B00417")]
        assert (framer.tally.spoilt, framer.tally.read, framer.tally.dropped) == (1, 1, 1)

    def test_what_spoils_after_a_silence_spoils_what_follows(self) -> None:
        framer = Framer(ScannerSettings(port="/dev/x"))
        framer.spoil(100.0)
        assert framer.receive(100.1, b"A0001\r") == []


ALPHABET = st.sampled_from([b"\r", b"\n", b"\t", b"\x02", b"]C0", b"A0001", b"\xc3\xa9", b"\xc3", b"\x1b", b"9" * 40])
STREAMS = st.one_of(st.binary(max_size=300), st.lists(ALPHABET, max_size=40).map(b"".join))
SETTINGS = st.sampled_from(
    [AIMED, *(ScannerSettings(port="/dev/x", terminator=name, longest=12) for name in ("any", "CR", "CRLF", "TAB"))]
)


@settings(deadline=None)
@given(STREAMS, SETTINGS, st.lists(st.integers(1, 40), min_size=1))
def test_any_split_gives_the_same_texts_and_the_same_count(
    data: bytes, settings: ScannerSettings, sizes: list[int]
) -> None:
    whole, pieces = Framer(settings), Framer(settings)
    texts, at, turn = [], 0, 0
    while at < len(data):
        size = sizes[turn % len(sizes)]
        texts += pieces.receive(0.0, data[at : at + size])
        assert pieces.held <= pieces.limit
        at, turn = at + size, turn + 1
    assert texts == whole.receive(0.0, data)
    assert pieces.tally == whole.tally
    assert all(0 < len(text.text) <= settings.longest and text.text.isprintable() for text in texts)


class TestLimit:
    def test_a_quick_hand_is_never_refused(self) -> None:
        limiter = Limiter()
        assert all(limiter.allows(scan / 8) for scan in range(1000))

    def test_ten_thousand_scans_a_second_are_a_few(self) -> None:
        limiter = Limiter()
        allowed = sum(limiter.allows(scan / 10_000) for scan in range(10_000))
        assert allowed <= AT_ONCE + PER_SECOND

    def test_the_first_scan_after_a_flood_counts(self) -> None:
        limiter = Limiter()
        for scan in range(20_000):
            limiter.allows(scan / 10_000)
        assert limiter.allows(2.0 + 1 / PER_SECOND)
