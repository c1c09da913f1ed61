"""The small parts: setting text, turning pages, sounds, places of returned books, boxes."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from kiosk.circulation.port import Bin
from kiosk.locale.words import Words
from kiosk.screens import samples, typeset
from kiosk.screens.elements import Run
from kiosk.screens.geometry import Box
from kiosk.screens.giving_back import places
from kiosk.screens.lists import pages_of
from kiosk.screens.sound import TOGETHER_SECONDS, Sounds
from kiosk.screens.theme import can_enlarge
from kiosk.session.model import Mode, Phase, Sound

WORDS = st.text(alphabet="abc 1IM.,…é", max_size=80)


def lines_of(setting: typeset.Setting) -> list[str]:
    return ["".join(piece.text for piece in line) for line in setting.lines]


@given(WORDS, st.integers(20, 400))
def test_wrapping_loses_no_letter_and_keeps_to_the_width(text: str, width: int) -> None:
    setting = typeset.set_runs((Run(text, 400, "#000000"),), 20, width, 10_000, False)
    assert "".join(lines_of(setting)).replace(" ", "") == text.replace(" ", "")
    longest = max((typeset.width_of(word, 20, 400) for word in text.split()), default=0)
    if longest * 2 <= width:  # "26 November" and "… …" are one word
        assert setting.fits


@given(WORDS, st.integers(40, 400), st.integers(1, 3))
def test_cut_text_always_fits(text: str, width: int, most: int) -> None:
    setting = typeset.set_runs((Run(text, 700, "#000000"),), 20, width, most, True)
    assert setting.fits
    assert len(setting.lines) <= max(most, 1)


def test_a_line_is_cut_where_the_room_ends_not_at_a_word() -> None:
    title = Run("Habis Gelap Terbitlah Terang Benderang", 700, "#000000")
    (line,) = lines_of(typeset.set_runs((title,), 43, 500, 1, True))
    assert line.startswith("Habis Gelap Ter")
    assert line.endswith("…")
    assert typeset.width_of(line, 43, 700) > 440


def test_a_day_stays_with_its_month_and_dots_with_their_word() -> None:
    wide = typeset.width_of("Dipesan sampai 26", 43, 400) + 5
    said = Run("Dipesan sampai 26 November.", 400, "#000000")
    assert lines_of(typeset.set_runs((said,), 43, wide, 9, False)) == ["Dipesan sampai", "26 November."]
    waiting = Run("Membaca kartu …", 400, "#000000")
    wide = typeset.width_of("Membaca kartu", 43, 400) + 5
    assert lines_of(typeset.set_runs((waiting,), 43, wide, 9, False)) == ["Membaca", "kartu …"]


def test_runs_of_two_weights_stand_on_one_line() -> None:
    runs = (Run("Sedang luring.", 700, "#FFFFFF"), Run(" Pinjam tetap bisa.", 400, "#FFFFFF"))
    (line,) = typeset.set_runs(runs, 43, 900, 2, False).lines
    assert [(piece.text, piece.weight) for piece in line] == [("Sedang luring.", 700), (" Pinjam tetap bisa.", 400)]
    assert line[1].x == line[0].width


@given(st.lists(st.integers(10, 300), min_size=1, max_size=30), st.integers(0, 30), st.integers(50, 700))
def test_pages_hold_every_row_once_in_order_and_no_page_overflows(heights: list[int], gap: int, room: int) -> None:
    pages = pages_of(heights, gap, room)
    assert [row for page in pages for row in page] == list(range(len(heights)))
    for page in pages:
        taken = sum(heights[row] for row in page) + gap * (len(page) - 1)
        assert taken <= room or len(page) == 1


@given(st.integers(1, 5), st.integers(10, 900), st.integers(0, 20))
def test_columns_fill_the_box_without_overlap(count: int, width: int, gap: int) -> None:
    box = Box(7, 9, width + gap * count, 50)
    columns = box.columns(gap, *([1.0] * count))
    assert columns[0].x == box.x
    assert columns[-1].right == box.right
    assert all(one.right + gap == other.x for one, other in itertools.pairwise(columns))


def test_returned_books_stand_under_the_sign_of_their_place() -> None:
    state = samples.SAMPLES["return-everything"]()
    found = places(state.rows_of(Mode.RETURN))
    assert found[0].name == "waiting"  # the newest first
    assert {place.name: [row.key for row in place.rows] for place in found} == {
        "waiting": ["sengsara"],
        "right": ["gelap"],
        "left": ["azab", "salah", "hikayat"],
        "trolley": ["tenun"],
        "staff": ["layar", "siti"],
    }
    early = samples.row("layar", Mode.RETURN, Phase.PUT_BACK, 1, bin=Bin.LEFT)
    assert [place.name for place in places((early,))] == ["pad"]


def test_large_letters_are_offered_only_where_they_make_a_difference(panels) -> None:
    assert {name for name, settings in panels.items() if can_enlarge(settings)} == {"1280x800", "1920x1080"}


def test_the_account_never_says_more_than_the_words_know(view_of) -> None:
    from kiosk.screens.check import drawn
    from kiosk.screens.elements import Press
    from kiosk.screens.elements import Words as Sentence

    view = view_of("account-empty")
    texts = [each.text for each in drawn(view).all if isinstance(each, Sentence)]
    assert Words("id")("Nothing on loan yet") in texts
    assert not [each for each in drawn(view).page if isinstance(each, Press) and each.key.startswith("loan")]


class Heard:
    """Something that can be played."""

    def __init__(self, sound: Sound, log: list[str]) -> None:
        self.sound, self.log, self.volume = sound, log, 1.0

    def play(self) -> None:
        self.log.append(f"{self.sound.value} {self.volume}")

    def stop(self) -> None:
        self.log.append(f"stop {self.sound.value}")


def test_a_pile_gives_one_sound_the_most_urgent() -> None:
    log: list[str] = []
    now = [100.0]
    sounds = Sounds(load=lambda sound: Heard(sound, log), clock=lambda: now[0])
    for sound in (Sound.OK, Sound.OK, Sound.STOP, Sound.ATTENTION, Sound.STOP):
        sounds.play(sound)
        now[0] += 0.05
    assert log == ["ok 1.0", "stop ok", "stop 1.0"]
    now[0] += TOGETHER_SECONDS
    sounds.quiet = True
    sounds.play(Sound.OK)
    assert log[3:] == ["ok 0.25"]


def test_no_sound_device_or_a_silent_library_is_no_error() -> None:
    loaded: list[Sound] = []

    def nothing(sound: Sound) -> None:
        loaded.append(sound)

    Sounds(load=nothing).play(Sound.OK)
    assert loaded == [Sound.OK]
    Sounds(enabled=False, load=nothing).play(Sound.STOP)
    assert loaded == [Sound.OK]


def test_the_real_sounds_load_and_play() -> None:
    sounds = Sounds()
    sounds.play(Sound.ATTENTION)
    assert sounds._loaded[Sound.ATTENTION] is not None
    sounds._loaded[Sound.ATTENTION].stop()
