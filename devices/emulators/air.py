"""How long things take: on the air, by the standards' own frames, and on the line. Pure functions, all in one place.

HF is ISO 15693 (ISO/IEC 15693-3, clauses 7 to 9) as library pads use it: one subcarrier, high data rate, one code in
four, 26.48 kbit/s both ways. UHF is EPC Gen2 (ISO 18000-63) as the cheap modules run it (FM0, 80 kbit/s). Times are in
milliseconds where a name ends in ``_ms``, in seconds where it ends in ``_s``. The emulated readers take these times,
and benchmarks hold drivers against :func:`exchange_s`.
"""

from __future__ import annotations

import random
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from math import comb
from typing import Final

# --- ISO 15693 --------------------------------------------------------------------------------------------------------

#: A bit at 26.48 kbit/s: 512 cycles of 13.56 MHz.
BIT_MS: Final = 512 / 13_560
#: What frames a request (start 75.5, end 37.8 microseconds) and an answer (151 each).
_REQUEST_FRAME_MS: Final = 3 * BIT_MS
_ANSWER_FRAME_MS: Final = 8 * BIT_MS
#: A tag answers after t1; the reader waits t2 before it speaks again, and t3 before it ends a slot nobody answers in.
_T1_MS: Final = 4352 / 13_560
_T2_MS: Final = 4192 / 13_560
_T3_MS: Final = 4384 / 13_560 + 4 * BIT_MS
#: Flags, command, address and the checksum of an addressed request; flags and checksum of an answer.
_ADDRESSED: Final = 1 + 1 + 8 + 2
_ANSWERED: Final = 1 + 2

_SLOTS: Final = 16
#: An end-of-frame opens a slot; in a used one flags, DSFID, UID and checksum come.
_EMPTY_SLOT_MS: Final = BIT_MS + _T3_MS
_USED_SLOT_MS: Final = BIT_MS + _T1_MS + 12 * 8 * BIT_MS + _ANSWER_FRAME_MS + _T2_MS
#: Tags and mean milliseconds as simulated for the project's budget (``docs/readers.md``), collisions included.
_SIMULATED: Final = ((0, 9.8), (1, 14), (2, 19), (5, 40), (8, 64), (10, 81), (15, 131), (20, 184), (30, 285), (50, 466))
#: So many tags fill every slot, and evenly enough to be counted that way.
_MANY: Final = 200
#: Storing a value in a tag's EEPROM: the least and the most (NXP SL2S2002 and the like).
PROGRAMMING_MS: Final = (1.0, 20.0)


def _request_ms(count: int) -> float:
    return _REQUEST_FRAME_MS + count * 8 * BIT_MS


def _answer_ms(count: int) -> float:
    return _ANSWER_FRAME_MS + count * 8 * BIT_MS


def _exchange_ms(out: int, back: int) -> float:
    """A request of so many bytes, checksum included, and its answer."""
    return _request_ms(out) + _T1_MS + _answer_ms(back)


def inventory_ms(tags: int) -> float:
    """Find so many tags: 16 slots, and 16 more with a longer mask for every slot in which several answered.

    Up to 50 tags the simulated means, between them straight lines; beyond them :func:`inventory_mean_ms`, which
    agrees with the last of them.
    """
    if tags > _SIMULATED[-1][0]:
        return inventory_mean_ms(tags)
    at = max(1, bisect_left(_SIMULATED, (tags, 0.0)))
    (few, low), (many, high) = _SIMULATED[at - 1], _SIMULATED[at]
    return low + (high - low) * (tags - few) / (many - few)


def inventory_mean_ms(tags: int) -> float:
    """The mean for tags whose UIDs end at random: each of 16 slots is empty, used, or a collision to be split up."""
    return _walk_ms(tags, mask_bytes=0)


@cache
def _walk_ms(tags: int, mask_bytes: int) -> float:
    """One round and those it leads to. Deeper rounds carry one byte of mask more (two digits hex, one on average)."""
    if tags <= 1:
        used = tags
        return _request_ms(5 + mask_bytes) + used * _USED_SLOT_MS + (_SLOTS - used) * _EMPTY_SLOT_MS
    if tags > _MANY:
        share, odd = divmod(tags, _SLOTS)
        parts = odd * _walk_ms(share + 1, 1) + (_SLOTS - odd) * _walk_ms(share, 1)
        return _request_ms(5 + mask_bytes) + _SLOTS * _USED_SLOT_MS + parts
    chance = [comb(tags, k) * (1 / _SLOTS) ** k * (1 - 1 / _SLOTS) ** (tags - k) for k in range(tags + 1)]
    one_round = _request_ms(5 + mask_bytes) + _SLOTS * (chance[0] * _EMPTY_SLOT_MS + (1 - chance[0]) * _USED_SLOT_MS)
    rest = _SLOTS * sum(chance[k] * _walk_ms(k, 1) for k in range(2, tags))
    # All of them in one slot again: the same round once more, one mask further.
    again = _SLOTS * chance[tags]
    if mask_bytes:
        return (one_round + rest) / (1 - again)
    return one_round + rest + again * _walk_ms(tags, 1)


def silence_ms(out: int = _ADDRESSED) -> float:
    """A request that no tag answers."""
    return _request_ms(out) + _T3_MS


def read_ms(blocks: int, block: int = 4, *, security: bool = False) -> float:
    """Read several blocks of ``block`` bytes (command 23), with the lock byte of each where ``security`` is asked."""
    return _exchange_ms(_ADDRESSED + 2, _ANSWERED + blocks * (block + security)) + _T2_MS


def system_info_ms() -> float:
    """Get system information (2B): the only way to an AFI, DSFID and memory size."""
    return _exchange_ms(_ADDRESSED, _ANSWERED + 14) + _T2_MS


def write_byte_ms(programming_ms: float) -> float:
    """Write AFI (27) or DSFID (29)."""
    return _exchange_ms(_ADDRESSED + 1, _ANSWERED) + programming_ms


def write_block_ms(programming_ms: float, block: int = 4) -> float:
    """Write one block (21). Most chips know no command for several."""
    return _exchange_ms(_ADDRESSED + 1 + block, _ANSWERED) + programming_ms


def eas_ms(programming_ms: float = 0.0) -> float:
    """NXP's set or reset EAS (A2, A3), with the maker's byte."""
    return _exchange_ms(_ADDRESSED + 1, _ANSWERED) + programming_ms


def eas_alarm_ms() -> float:
    """NXP's EAS alarm (A5): a tag whose bit is set answers with 256 bits."""
    return _exchange_ms(_ADDRESSED + 1, _ANSWERED + 32) + _T2_MS


def quiet_ms() -> float:
    """Stay quiet (02), which no tag answers."""
    return _request_ms(_ADDRESSED) + _T3_MS


def programming_ms(chance: random.Random) -> float:
    """How long a tag takes to store a value this time: 1 to 20 ms."""
    return chance.uniform(*PROGRAMMING_MS)


# --- EPC Gen2 ---------------------------------------------------------------------------------------------------------

#: A slot in which a tag answers: query, RN16, acknowledge, PC+EPC+CRC at 80 kbit/s, and the pauses between. Modules
#: like the R200 give empty slots and collisions much the same time; at the best frame size one slot in e is a hit,
#: which makes about 100 tags a second.
GEN2_SLOT_MS: Final = 3.4
#: A word of 16 bits from or to a tag's memory, handle and checksum apart: 16 bits at 80 kbit/s.
_GEN2_WORD_MS: Final = 0.2
#: Storing a word: 2 to 5 ms with most chips, 20 at most by the standard.
GEN2_PROGRAMMING_MS: Final = (2.0, 5.0)


def gen2_round_ms(q: int) -> float:
    """One inventory round of ``2 ** q`` slots, whatever answers in them."""
    return (1 << q) * GEN2_SLOT_MS


def gen2_best_q(tags: int) -> int:
    """The Q whose round has about as many slots as there are tags, which wastes the fewest."""
    return max(0, min(15, (max(1, tags) - 1).bit_length()))


def gen2_heard(tags: int, q: int, chance: random.Random) -> list[tuple[int, float]]:
    """Which of so many tags one round finds (their numbers), and when in the round (ms): those alone in their slot."""
    slots: dict[int, list[int]] = {}
    for tag in range(tags):
        slots.setdefault(chance.randrange(1 << q), []).append(tag)
    return [(heard[0], (slot + 1) * GEN2_SLOT_MS) for slot, heard in sorted(slots.items()) if len(heard) == 1]


def gen2_inventory_ms(tags: int) -> float:
    """Find so many tags with the best Q in every round: about e slots for each."""
    return max(1, tags) * 2.718 * GEN2_SLOT_MS


def gen2_access_ms(words: int, programming_ms: float = 0.0) -> float:
    """Find one tag again, open it, and read or write so many words; ``programming_ms`` for each word written."""
    return 2 * GEN2_SLOT_MS + words * (_GEN2_WORD_MS + programming_ms)


def gen2_programming_ms(chance: random.Random) -> float:
    """How long a tag takes to store one word this time."""
    return chance.uniform(*GEN2_PROGRAMMING_MS)


# --- the line ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Turn:
    """A command and its answer: bytes to the reader, milliseconds on the air, bytes back, ``pause_ms`` after it."""

    bytes_out: int
    bytes_in: int
    air_ms: float = 0.0
    pause_ms: float = 0.0


def exchange_s(bytes_out: int, bytes_in: int, air_ms: float, byte_s: float, pause_ms: float = 0.0) -> float:
    """The least a command and its answer can take: out over the line, on the air, back over the line, and a pause.

    ``byte_s`` is the time of a byte: bits (10, or 11 with parity) over baud. No driver can be faster.
    """
    return (bytes_out + bytes_in) * byte_s + (air_ms + pause_ms) / 1000


def sequence_s(turns: Iterable[Turn], byte_s: float) -> float:
    """The least that so many exchanges one after another can take: the line-and-air limit."""
    return sum(exchange_s(turn.bytes_out, turn.bytes_in, turn.air_ms, byte_s, turn.pause_ms) for turn in turns)
