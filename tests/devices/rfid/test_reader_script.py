"""Scripts of an emulated reader: what they mean, what is wrong with them, and when things are due."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devices.emulators import reader, reader_script
from devices.emulators.faults import Fault, FaultOrder
from devices.emulators.field import AFI_LOCK, Kind
from devices.emulators.reader_control import ComeBack, Define, HangUp, Put, SetFault, Take
from devices.emulators.reader_script import Playing, Script, ScriptError, Step, parse
from devices.rfid.tags.content import Usage
from devices.rfid.tags.recognise import recognise

A, B = "E004010031230A01", "E004010031230B02"
NAMES = f"tag A {A}\ntag B {B}\n"


@pytest.mark.parametrize(
    ("line", "orders"),
    [
        ("put A B", (Put(A), Put(B))),
        ("put e004010031230a01", (Put(A),)),
        ("take B", (Take(B),)),
        ("take all", (Take(),)),
        ("hang up", (HangUp(),)),
        ("come back", (ComeBack(),)),
        ("come back as pad2", (ComeBack("pad2"),)),
        ("fault afi_unchanged times 3", (SetFault(FaultOrder(name=Fault.AFI_UNCHANGED, times=3)),)),
        ("fault silence always", (SetFault(FaultOrder(name=Fault.SILENCE, times=None)),)),
        ("fault silence off", (SetFault(FaultOrder(name=Fault.SILENCE, times=0)),)),
        (
            "fault vanish_before command 09 tag A spared 2",
            (SetFault(FaultOrder(name=Fault.VANISH_BEFORE, command=9, uid=A, after=2)),),
        ),
        ("fault busy always odds 0.3", (SetFault(FaultOrder(name=Fault.BUSY, times=None, odds=0.3)),)),
        ("fault split at 4 ms 30", (SetFault(FaultOrder(name=Fault.SPLIT, at=4, ms=30)),)),
        ("fault stale_at_open hex 0102", (SetFault(FaultOrder(name=Fault.STALE_AT_OPEN, hex="0102")),)),
    ],
)
def test_what_a_line_means(line, orders):
    assert parse(f"{NAMES}at 1.5 {line}").steps == (Step(3, 1.5, 0, orders),)
    assert parse([*NAMES.splitlines(), f"after inventory 2 {line}  # said by hand"]).steps == (Step(3, 0, 2, orders),)


def test_a_tag_with_everything():
    (order,) = parse(f"tag A {A} item BK1 part 2 of 3 isil ID-SMR afi c2 card dead reach 0.25 locked no eas").first
    assert isinstance(order, Define)
    content = recognise(bytes.fromhex(order.tag.memory))
    assert (content.item_id, content.part, content.parts, content.isil) == ("BK1", 2, 3, "ID-SMR")
    assert content.usage == Usage.PATRON_CARD
    tag = order.tag
    assert (tag.uid, tag.afi, tag.dead, tag.reach, tag.locked, tag.eas_able) == (
        A, 0xC2, True, 0.25, (AFI_LOCK,), False,
    )  # fmt: skip


def test_a_blank_tag_and_one_that_is_only_named():
    script = parse(f"tag A {A} blank\ntag B {B}")
    (order,) = script.first
    assert isinstance(order, Define)
    assert set(bytes.fromhex(order.tag.memory)) == {0}


def test_tags_of_other_kinds():
    uhf, card = parse("tag U E280110520 epc 30751feb705c5904e3d50d70 rssi -64\ntag C 62E3086CED bare").first
    assert isinstance(uhf, Define)
    assert isinstance(card, Define)
    assert (uhf.tag.kind, uhf.tag.epc, uhf.tag.rssi) == (Kind.UHF, "30751FEB705C5904E3D50D70", -64)
    assert uhf.tag.pc >> 11 == 6
    assert (card.tag.kind, card.tag.uid) == (Kind.CARD, "62E3086CED")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("lay A", "line 3, 'lay': use tag, clock, at, after"),
        ("at soon put A", "'soon': seconds is a number, 0 or more"),
        ("at nan put A", "'nan': seconds is a number"),
        ("at -1 put A", "'-1': seconds is a number"),
        ("at 1", "'1': put or take or fault or hang or come must follow"),
        ("at 1 put", "'put': a tag must follow"),
        ("at 1 put C", "'C': no tag of that name; named are A, B"),
        ("at 1 put AB", "'AB': no tag of that name"),
        ("at 1 hang on", "'on': use up"),
        ("at 1 hang up now", "'now': one idea a line"),
        ("at 1 fault fire", "'fire': no such fault; there are drop_byte"),
        ("at 1 fault silence times", "'times': how often must follow"),
        ("at 1 fault silence times few", "'few': how often is a whole number"),
        ("at 1 fault silence twice", "'twice': use times, ms, command"),
        ("at 1 fault silence command 123", "'123': a command's code is two hex digits"),
        ("at 1 fault stale_at_open hex 1", "'1': what comes is given in hex"),
        ("after lunch put A", "'lunch': use inventory"),
        ("after inventory 0 put A", "'0': the number of an inventory is a whole number, 1 or more"),
        ("clock from noon", "'noon': use start, inventory"),
        ("tag", "'tag': a name for the tag must follow"),
        ("tag C xyz", "'xyz': a UID is hex digits"),
        ("tag C E004 blank", "'C': tag E004: a UID has 16 hex digits"),
        ("tag C E004010031230C03 item 0123456789012345678901", "'C': "),
        ("tag C E280 epc 3", "'3': an EPC is given in hex"),
        ("tag C E280 rssi loud", "'loud': how strongly it is heard is whole dBm"),
        ("tag C E004010031230C03 reach 2", "'C': tag E004010031230C03: reach is 2.0"),
    ],
)
def test_what_is_wrong_with_a_line(line, said):
    with pytest.raises(ScriptError) as error:
        parse(NAMES + line)
    assert said in str(error.value)
    assert "line 3" in str(error.value)


WORDS = """
    tag at after put take all fault hang up come back as clock from inventory off times item reach no eas card # 1 0.5
    silence C2 A E004010031230A01
"""


@settings(max_examples=50)
@given(st.lists(st.lists(st.sampled_from(WORDS.split()) | st.text(max_size=3), max_size=7).map(" ".join), max_size=6))
def test_no_text_breaks_the_parser(lines):
    try:
        parse(lines)
    except ScriptError as error:
        assert "line" in str(error)  # noqa: PT017 (any script may be right or wrong)


def test_things_happen_at_their_time_from_the_start():
    playing = Playing(parse(f"{NAMES}at 2 take A\nat 0 put A B\nat 1 take B"), start=100.0)
    assert playing.next() == 100.0
    assert playing.due(99.9, 0) == []
    assert playing.due(100.0, 0) == [Put(A), Put(B)]
    assert playing.next() == 101.0
    assert playing.due(105.0, 0) == [Take(B), Take(A)]
    assert playing.next() is None
    assert playing.due(200.0, 5) == []


def test_the_clock_may_wait_for_the_first_inventory():
    playing = Playing(parse(f"{NAMES}clock from inventory\nat 1 take A\nafter inventory 3 take B"), start=0.0)
    assert playing.next() is None
    assert playing.due(50.0, 0) == []
    assert playing.due(60.0, 1) == []
    assert playing.next() == 61.0
    assert playing.due(60.5, 3) == [Take(B)]
    assert playing.due(61.0, 3) == [Take(A)]


def test_the_examples_in_the_help_are_scripts():
    lines = [line.strip() for line in reader.EPILOG.splitlines() if line.startswith("  ")]
    assert len(parse(line.partition("    ")[0] for line in lines).steps) == 6
    assert reader_script.__doc__ is not None
    example = [line for line in reader_script.__doc__.splitlines() if line.startswith("    ")]
    assert parse(example).from_inventory


def test_an_empty_script():
    assert parse("\n# nothing\n") == Script()
