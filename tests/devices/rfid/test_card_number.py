"""One card, many printed numbers: the forms that library systems know cards by."""

import pytest

from devices.rfid.card_number import EM4100, ISO14443, is_drawn, writer
from devices.rfid.cards import check
from devices.rfid.errors import SetupError
from devices.rfid.settings import CardSettings, ReaderSettings
from devices.rfid.tags.content import Model, Problem, TagContent, Usage, problem

CARD = bytes.fromhex("62E3086CED")
UID4, UID7 = bytes.fromhex("078CFC4F"), bytes.fromhex("04A1B2C3D4E5F6")


@pytest.mark.parametrize(
    ("form", "number"),
    [
        ("", "3808980205"),
        ("dec10", "3808980205"),
        ("8h10d", "3808980205"),
        ("hex10", "62E3086CED"),
        ("facility", "8,27885"),
    ],
)
def test_a_125_khz_card(form, number):
    """The sheet's card of an RDM6300, in the forms that are printed on such cards."""
    assert writer(CardSettings(form=form), EM4100)(CARD) == number


def test_leading_zeros_are_printed_and_so_are_written():
    assert writer(CardSettings(), EM4100)(bytes.fromhex("1900000417")) == "0000001047"


@pytest.mark.parametrize(
    ("form", "short", "long"),
    [
        ("", "078CFC4F", "04A1B2C3D4E5F6"),
        ("hex", "078CFC4F", "04A1B2C3D4E5F6"),
        ("hex-reversed", "4FFC8C07", "F6E5D4C3B2A104"),
        ("dec", "0126680143", "1303689068602870"),
        ("dec-reversed", "1341950983", "69495546249912580"),
    ],
)
def test_a_13_56_mhz_card(form, short, long):
    write = writer(CardSettings(form=form), ISO14443)
    assert (write(UID4), write(UID7)) == (short, long)


def test_the_prefix_stands_before_every_number():
    assert writer(CardSettings(form="hex10", prefix="P-"), EM4100)(CARD) == "P-62E3086CED"


@pytest.mark.parametrize(("protocol", "form"), [("em4100", "hex-reversed"), ("pn532", "facility")])
def test_a_form_that_these_cards_do_not_have_is_refused_by_name(protocol, form):
    with pytest.raises(SetupError, match=f"form '{form}': not known for these cards; known are"):
        check(ReaderSettings(port="x", protocol=protocol, card=CardSettings(form=form)))


def test_other_readers_have_no_form_to_check():
    check(ReaderSettings(port="x", protocol="m3", card=CardSettings(form="whatever")))


def test_a_drawn_uid_is_nobodys_number():
    assert is_drawn(bytes.fromhex("08123456"))
    assert not is_drawn(UID4)
    assert not is_drawn(bytes.fromhex("08A1B2C3D4E5F6"))  # seven bytes are never drawn
    nobody = TagContent(Model.CARD_NUMBER, usage=Usage.PATRON_CARD, crc_ok=True)
    assert problem(nobody) is Problem.DRAWN_NUMBER
    assert not nobody.is_card
    assert not nobody.is_item
