"""What a survey of the pad counts, and what the doctor makes of it."""

from __future__ import annotations

from devices.findings import Grade
from devices.rfid.doctor import judge
from devices.rfid.family import Lapse
from devices.rfid.survey import Survey

A, B, GHOST = "E004010031230A01", "E004010031230B02", "E0040100FFFFFFFF"


def surveyed(*rounds: tuple[str, ...] | Lapse, seconds: float = 2.0) -> Survey:
    made = Survey(seconds)
    for found in rounds:
        made.add(found)
    return made


def test_shares_are_of_the_rounds_that_gave_a_list() -> None:
    made = surveyed(*[(A, B)] * 6, *[(A,)] * 2, Lapse.GARBLED, Lapse.SILENT)
    assert (made.rounds_a_second, made.tags_a_second, made.damaged) == (5.0, 7.0, 0.2)
    assert made.tags == {A: 0.0, B: 0.25}
    assert made.ghosts == ()


def test_a_uid_heard_once_in_many_rounds_is_a_ghost_and_no_tag() -> None:
    made = surveyed(*[(A,)] * 29, (A, GHOST))
    assert made.tags == {A: 0.0}
    assert made.ghosts == (GHOST,)


def test_a_pad_that_hears_well_is_one_finding() -> None:
    (found,) = judge(surveyed(*[(A, B)] * 40))
    assert (found.grade, found.said) == (Grade.OK, "20.0 inventories a second, 2 tags lie there.")


def test_what_is_wrong_is_said_one_by_one_with_what_to_do() -> None:
    found = judge(surveyed(*[(A, B)] * 20, *[(A,)] * 10, (A, GHOST), *[Lapse.GARBLED] * 3))
    assert [one.said for one in found[1:]] == [
        "9% of its answers came damaged or not at all.",
        f"Tags that are hardly there: {GHOST}.",
        f"Tag {B} is missed in 35% of the rounds.",
    ]
    assert all(one.grade is Grade.WARN and one.todo for one in found[1:])


def test_a_slow_line_is_named_but_a_large_pile_is_not_a_slow_line() -> None:
    assert judge(surveyed(*[(A,)] * 6))[0].grade is Grade.WARN
    pile = tuple(f"E00401003123{number:04X}" for number in range(30))
    assert judge(surveyed(*[pile] * 6))[0].grade is Grade.OK


def test_a_reader_that_lists_nothing_is_bad() -> None:
    (found,) = judge(surveyed(*[Lapse.GARBLED] * 5))
    assert found.grade is Grade.BAD
