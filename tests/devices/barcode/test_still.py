"""One picture: the ladder's order and economy, votes where two texts compete, and what is never told."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence

import cv2
import numpy as np
import pytest

import devices.barcode
from devices.barcode import decode, rungs
from devices.barcode.code import FORMATS, BarcodeError, Code, middle
from devices.barcode.still import every_rung
from devices.barcode.stripes import Gray
from devices.barcode.zbar import Zbar
from devices.emulators import scene, things
from devices.emulators.scene import Desk, Optics, Pose
from devices.emulators.things import Thing

LABEL, ISBN = things.slip("Code128", "B00417"), things.slip("EAN13", "9786020324784")
EVERYTHING = ("Code128", "EAN13", "QRCode", "PDF417")
COSTLY = [
    "outlines",
    "fit",
    "fit, outlines",
    "sweep",
    "negative",
    "contrast",
    "stacked",
    "enlarged",
    "flattened",
    "parted",
]


def paper(code: str, text: str, *, bar: int = 3, height: int = 90, pad: int = 60) -> Gray:
    """A code by itself, upright and sharp."""
    picture = np.asarray(things.code_picture(code, text, bar, height))
    return np.pad(picture, pad, constant_values=255).astype(np.uint8)


def photograph(thing: Thing, pose: Pose, optics: Optics = scene.TYPICAL, seed: int = 1) -> Gray:
    frame = scene.photograph([(thing, pose)], optics, rng=np.random.default_rng(seed), kind=Desk.GREY)
    return np.asarray(cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY), dtype=np.uint8)


def texts(codes: Sequence[Code]) -> list[tuple[str, str]]:
    return sorted((code.format, code.text) for code in codes)


class Second:
    """A second engine that writes down what it was asked, and answers what it is told to."""

    def __init__(self, *answers: list[Code]) -> None:
        self.asked: list[tuple[Gray, tuple[str, ...]]] = []
        self._answers = list(answers)

    def __call__(self, gray: Gray, formats: Sequence[str]) -> list[Code]:
        self.asked.append((gray, tuple(formats)))
        return self._answers.pop(0) if self._answers else []


# --- the ladder ---------------------------------------------------------------------------------------------------


def test_rungs_come_from_the_cheapest_to_the_dearest() -> None:
    names = [name for name, _ in every_rung(paper("Code128", "B00417"), EVERYTHING, second=Second())]
    assert names == ["quick", "strips", *COSTLY, "second", "second, softened"]


@pytest.mark.parametrize(
    ("formats", "without"),
    [
        (("Code128", "EAN13"), {"contrast", "stacked", "enlarged", "flattened", "parted"}),
        (("Code128", "QRCode"), {"stacked"}),
        (("QRCode",), {"outlines", "fit", "fit, outlines", "negative", "stacked"}),
        (("QRCode", "PDF417"), {"outlines", "fit", "fit, outlines", "negative"}),
    ],
)
def test_rungs_for_codes_that_nobody_wants_are_left_out(formats: tuple[str, ...], without: set[str]) -> None:
    names = [name for name, _ in every_rung(paper("Code128", "B00417"), formats)]
    assert names == [name for name in ("quick", "strips", *COSTLY) if name not in without]


def test_each_rung_gives_its_own_answer_whatever_the_others_say() -> None:
    frame = photograph(LABEL, Pose(turn=40))
    answers = {name: texts(look()) for name, look in every_rung(frame, ("Code128",), second=Second())}
    assert answers["quick"] == []  # no row crosses the whole code
    assert answers["strips"] == [("Code128", "B00417")]
    assert answers["second"] == []


def test_the_rungs_of_a_plain_label_agree() -> None:
    frame = photograph(ISBN, Pose(turn=3, near=1.3), Optics(blur=0.8, noise=2))
    answers = {name: texts(look()) for name, look in every_rung(frame, ("EAN13",))}
    for name in ("quick", "strips", "outlines", "sweep"):
        assert answers[name] == [("EAN13", "9786020324784")], name
    assert answers["negative"] == []


def test_the_second_engine_is_not_asked_when_something_was_read() -> None:
    second = Second()
    for frame in (paper("Code128", "B00417"), photograph(LABEL, Pose(turn=40)), paper("QRCode", "M0001", bar=6)):
        assert decode(frame, EVERYTHING, second=second)
    assert second.asked == []


def test_the_second_engine_is_asked_last_and_with_a_calmer_picture_when_it_says_nothing() -> None:
    noise = np.random.default_rng(1).integers(0, 255, (120, 160), dtype=np.uint8)
    answer = Code("Code128", "B00417", ((0, 0), (10, 0), (10, 10), (0, 10)))
    second = Second([], [answer])
    assert decode(noise, EVERYTHING, second=second) == [answer]
    assert [formats for _, formats in second.asked] == [EVERYTHING, EVERYTHING]
    assert np.array_equal(second.asked[0][0], noise)
    assert second.asked[1][0].std() < 0.7 * noise.std()
    second = Second([answer])
    decode(noise, EVERYTHING, second=second)
    assert len(second.asked) == 1


# --- one text a place ---------------------------------------------------------------------------------------------


# --- one text a place ---------------------------------------------------------------------------------------------


def crossed(length: int) -> Gray:
    """A large EAN at 45 degrees, and across its middle a small upright one: the only one that a row crosses."""
    large = paper("EAN13", "9786020324784", bar=4, height=260, pad=200)
    height, width = large.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), 45, 1.0)
    picture = np.asarray(cv2.warpAffine(large, matrix, (width, height), borderValue=(255.0,)), dtype=np.uint8)
    small = paper("EAN13", "4006381333931", bar=2, height=length, pad=0)
    y, x = (height - small.shape[0]) // 2, (width - small.shape[1]) // 2
    picture[y : y + small.shape[0], x : x + small.shape[1]] = small
    return picture


@pytest.mark.parametrize("height", [14, 24, 40])
def test_of_two_texts_at_one_place_the_upright_view_wins(height: int) -> None:
    frame = crossed(height)
    answers = {name: texts(look()) for name, look in every_rung(frame, ("EAN13",))}
    assert answers["quick"] == [("EAN13", "4006381333931")]
    assert answers["strips"] == [("EAN13", "9786020324784")]
    assert texts(decode(frame, ("EAN13",))) == [("EAN13", "9786020324784")]


def test_one_text_is_told_once_though_it_is_printed_twice() -> None:
    both = np.vstack((paper("EAN13", "9786020324784"), paper("EAN13", "9786020324784")))
    assert texts(decode(both, ("EAN13",))) == [("EAN13", "9786020324784")]


@pytest.mark.parametrize("turns", [0, 1, 2, 3])
@pytest.mark.parametrize(("code", "text"), [("EAN13", "9786020324784"), ("ITF", "12345678"), ("Code128", "B00417")])
def test_a_line_of_bars_too_thin_for_the_search_is_still_read(code: str, text: str, turns: int) -> None:
    thin = np.pad(paper(code, text, height=8, pad=0), ((1, 1), (40, 40)), constant_values=255)
    frame = np.ascontiguousarray(np.rot90(thin, turns))
    (found,) = decode(frame, (code,))
    assert (found.format, found.text) == (code, text)
    assert middle(found.quad) == pytest.approx((frame.shape[1] / 2, frame.shape[0] / 2), abs=8)


# --- what is read, and what is never told -------------------------------------------------------------------------


@pytest.mark.parametrize(("code", "text"), [
    ("Code128", "B00417"), ("Code39", "B00417"), ("Code39Ext", "b00417"), ("Codabar", "31117013206375"),
    ("ITF", "12345678901234"), ("EAN13", "9786020324784"), ("EAN8", "96385074"), ("UPCA", "036000291452"),
    ("UPCE", "01234565"), ("Code93", "B00417"), ("Telepen", "B00417"), ("TelepenNumeric", "00123456"),
    ("QRCode", "M0001"), ("DataMatrix", "M0001"), ("Aztec", "M0001"), ("PDF417", "M0001"),
])  # fmt: skip
def test_every_format_can_be_read(code: str, text: str) -> None:
    assert code in FORMATS
    frame = paper(code, f"A{text}B" if code == "Codabar" else text, bar=4, height=120)
    assert texts(decode(frame, (code,))) == [(code, text)]


def test_upc_e_is_told_as_it_is_printed_whichever_engine_reads_it() -> None:
    """Its last digit but one says which zeros are left out: each of the ways is here."""
    zbar = Zbar(limit_s=5.0, start_s=20.0)
    for text in ("09635504", "04579010", "02748928", "08347139", "08923840", "02824659", "03046784", "00244190"):
        frame = paper("UPCE", text, bar=4, height=120)
        assert texts(decode(frame, ("UPCE", "EAN13", "UPCA"))) == [("UPCE", text)]
        assert texts(zbar(frame, ("UPCE",))) == [("UPCE", text)]
    zbar.close()


def test_numeric_telepen_is_not_taken_for_letters_nor_letters_for_numbers() -> None:
    for code, text in (("Telepen", "B00417"), ("TelepenNumeric", "00123456")):
        assert texts(decode(paper(code, text), ("Telepen", "TelepenNumeric")))[0] in {(code, text)}


@pytest.mark.parametrize("text", ["12", "1234"])
def test_itf_of_fewer_than_six_digits_is_never_told(text: str) -> None:
    frame = paper("ITF", text, bar=5)
    assert decode(frame, ("ITF",)) == []
    assert all(look() == [] for _, look in every_rung(frame, ("ITF", "Code128")))


def test_itf_of_six_digits_is_told() -> None:
    assert texts(decode(paper("ITF", "123456"), ("ITF",))) == [("ITF", "123456")]


@pytest.mark.parametrize("text", ["B62521", "B62010", "B19026", "000012", "C0FFEE"])
@pytest.mark.parametrize("formats", [("Code39",), ("Code39", "Code39Ext"), tuple(FORMATS)])
def test_six_characters_of_code_39_never_come_back_as_a_pharmacists_number(text: str, formats: tuple[str, ...]) -> None:
    frame = paper("Code39", text)
    answers = [look() for _, look in every_rung(frame, formats)][:2]
    assert {code.text for answer in (decode(frame, formats), *answers) for code in answer} == {text}


def test_a_look_for_what_nobody_wants_finds_nothing() -> None:
    frame = np.vstack(
        (
            paper("EAN13", "9786020324784"),
            np.pad(paper("QRCode", "M0001", bar=6), ((0, 0), (0, 165)), constant_values=255),
        )
    )
    assert texts(rungs.scan(frame, ("EAN13", "QRCode"))) == [("EAN13", "9786020324784"), ("QRCode", "M0001")]
    for look in (rungs.squares, rungs.enlarged, rungs.flattened, rungs.parted):
        assert look(frame, ("EAN13", "Code128")) == []
    for look in (rungs.strips, rungs.fitted):
        assert look(frame, ("QRCode",)) == []
    assert rungs.fitted(frame, ("Code128",)) == []


def test_upc_is_told_as_it_is_printed_or_as_an_ean_by_what_is_wanted() -> None:
    frame = paper("UPCA", "036000291452")
    assert texts(decode(frame, ("EAN13", "UPCA"))) == [("UPCA", "036000291452")]
    assert texts(decode(frame, ("EAN13",))) == [("EAN13", "0036000291452")]
    assert texts(decode(frame, ("UPCA",))) == [("UPCA", "036000291452")]


@pytest.mark.parametrize("turn", [0, 50])
@pytest.mark.parametrize("thing", [LABEL, things.slip("QRCode", "M0001", bar=8)])
def test_a_picture_of_twelve_megapixels_is_read_in_its_own_pixels(thing: Thing, turn: int) -> None:
    frame = cv2.resize(photograph(thing, Pose(20, 10, turn)), (4608, 2592), interpolation=cv2.INTER_CUBIC)
    (code,) = decode(np.asarray(frame, dtype=np.uint8))
    x, y = middle(code.quad)
    scale = 4608 / scene.FIELD_MM
    assert abs(x - (2304 + 20 * scale)) < 5 * scale
    assert abs(y - (1296 + 10 * scale)) < 5 * scale


@pytest.mark.parametrize("thing", [things.slip("PDF417", "M00417"), things.phone("M00417", "PDF417")])
def test_stacked_bars_are_read_at_nearly_every_angle(thing: Thing) -> None:
    """ZXing reads them within a few degrees of upright; the striped regions say by how much to turn."""
    formats = ("Code128", "QRCode", "PDF417")
    read = [texts(decode(photograph(thing, Pose(turn=turn, near=1.2)), formats)) for turn in range(-85, 95, 22)]
    assert set(map(tuple, read)) <= {(), (("PDF417", "M00417"),)}
    assert sum(map(bool, read)) >= 7


@pytest.mark.parametrize("turn", [4, 40, 200])
def test_a_retail_code_too_blurred_for_any_engine_is_read_by_fitting(turn: int) -> None:
    frame = photograph(ISBN, Pose(turn=turn, near=1.6), Optics(blur=5.0, noise=1.5))
    answers = {name: texts(look()) for name, look in every_rung(frame, ("EAN13",))}
    assert {name for name, codes in answers.items() if codes} <= {"fit", "fit, outlines"}
    (code,) = decode(frame, ("EAN13", "Code128"))
    assert (code.format, code.text) == ("EAN13", "9786020324784")
    corners = scene.corners(ISBN, Pose(turn=turn, near=1.6), 1280, 720)
    assert all(cv2.pointPolygonTest(corners, (float(x), float(y)), measureDist=True) > -8 for x, y in code.quad)


def test_formats_that_do_not_exist_are_refused_before_any_look() -> None:
    for call in (lambda: decode(paper("ITF", "123456"), ("Plessey",)), lambda: decode(paper("ITF", "123456"), ())):
        with pytest.raises(BarcodeError, match="formats: "):
            call()
    with pytest.raises(BarcodeError, match="'Plessey' cannot be searched"):
        next(every_rung(paper("ITF", "123456"), ("Plessey",)))


# --- the package's names ------------------------------------------------------------------------------------------


def test_the_package_hands_out_its_three_names_and_no_other() -> None:
    from devices.barcode import stepper, still

    assert devices.barcode.decode is still.decode
    assert devices.barcode.Stepper is stepper.Stepper
    assert devices.barcode.Code is Code
    with pytest.raises(AttributeError, match=r"module 'devices\.barcode' has no attribute 'encode'"):
        devices.barcode.encode  # noqa: B018


def test_importing_the_package_loads_neither_opencv_nor_zxing_until_a_name_is_used() -> None:
    script = (
        "import sys, devices.barcode\n"
        "heavy = {'cv2', 'zxingcpp', 'numpy'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
        "devices.barcode.Code\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
        "devices.barcode.decode\n"
        "assert heavy <= set(sys.modules)\n"
    )
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
