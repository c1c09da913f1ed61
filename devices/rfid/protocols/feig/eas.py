"""The alarm bit of NXP tags (EAS), which FEIG OBID readers reach in two ways.

*Custom commands*, B1 with the maker's code 04: set A2, reset A3, alarm A5 (H60301-3e "ID ISC.MR/PR/PRH101", 8 and
8.3; H90692-16e "ID ISC.LR200", 7.2.4; the vendor's class library sends the same). The alarm command is answered with
status 00 by a tag whose bit is set, and with 01 (no tag) otherwise: that is in the manual, 8.3.4.

*Transparent*, BF: the command as it goes over the air, for the CPR family, whose firmware no longer knows B1
(H20800-16e, list of changes) but has BF (8.1). What the tag is sent and answers is NXP's (ICODE SLIX data sheet): a set
bit gives 256 bits, a bit that is off nothing. The response's length is counted in bytes, checksum included; that
follows from the manual of the MR101 (8.6), which says that four bytes come back in case of an error.

Neither way has been tried on a reader by us. The password and lock commands of the same chips are not here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final

from devices.rfid.protocols.feig.answers import Done, Eas, Failure
from devices.rfid.protocols.feig.errors import Status, TagError
from devices.rfid.protocols.fields import Fields, uid_field

_NXP: Final = 0x04
_SET, _RESET, _ALARM = 0xA2, 0xA3, 0xA5
_ADDRESSED: Final = 0x01
_CUSTOM: Final = 0xB1
_TRANSPARENT: Final = 0xBF

#: ISO 15693 request flags: addressed, one answer, high data rate.
_FLAGS: Final = 0x22
_READ, _WRITE = 1, 2
#: When the tag's answer is looked for, in 590 ns (320.9 microseconds); readers that do not need it ignore it.
_DELAY: Final = b"\x02\x1f"
_CRC: Final = 2
_SEQUENCE: Final = 32
_ERROR_FLAG: Final = 0x01


@dataclass(frozen=True, slots=True)
class EasAlarm:
    """Command B1 04 A5: is the bit set?"""

    uid: str
    code: ClassVar[int] = _CUSTOM
    takes: ClassVar[frozenset[Status]] = frozenset({Status.OK, Status.NO_TRANSPONDER})

    def fields(self) -> bytes:
        return bytes([_NXP, _ALARM, _ADDRESSED]) + uid_field(self.uid)

    def answer(self, status: Status, fields: Fields, address: int) -> Eas:
        fields.end()
        return Eas(status is Status.OK)


@dataclass(frozen=True, slots=True)
class SetEas:
    """Command B1 04 A2 or A3: set or reset the bit. Its "done" is not proof: read back."""

    uid: str
    armed: bool
    code: ClassVar[int] = _CUSTOM
    takes: ClassVar[frozenset[Status]] = frozenset({Status.OK})

    def fields(self) -> bytes:
        return bytes([_NXP, _SET if self.armed else _RESET, _ADDRESSED]) + uid_field(self.uid)

    def answer(self, status: Status, fields: Fields, address: int) -> Done:
        fields.end()
        return Done()


def _air(mode: int, answer: int, command: int, uid: str) -> bytes:
    request = bytes([_FLAGS, command, _NXP]) + uid_field(uid)[::-1]
    return bytes([mode]) + (answer + _CRC).to_bytes(2, "big") + _DELAY + request


@dataclass(frozen=True, slots=True)
class AirEasAlarm:
    """Command BF with NXP's A5: the same question for readers without B1."""

    uid: str
    code: ClassVar[int] = _TRANSPARENT
    takes: ClassVar[frozenset[Status]] = frozenset({Status.OK, Status.NO_TRANSPONDER})

    def fields(self) -> bytes:
        return _air(_READ, 1 + _SEQUENCE, _ALARM, self.uid)

    def answer(self, status: Status, fields: Fields, address: int) -> Eas | Failure | None:
        if status is Status.NO_TRANSPONDER:
            fields.end()
            return Eas(False)
        if fields.byte() & _ERROR_FLAG:
            return Failure(Status.ISO15693, TagError.of(fields.byte()))
        fields.take(_SEQUENCE + _CRC)
        fields.end()
        return Eas(True)


@dataclass(frozen=True, slots=True)
class AirSetEas:
    """Command BF with NXP's A2 or A3."""

    uid: str
    armed: bool
    code: ClassVar[int] = _TRANSPARENT
    takes: ClassVar[frozenset[Status]] = frozenset({Status.OK})

    def fields(self) -> bytes:
        return _air(_WRITE, 1, _SET if self.armed else _RESET, self.uid)

    def answer(self, status: Status, fields: Fields, address: int) -> Done | Failure | None:
        if fields.byte() & _ERROR_FLAG:
            return Failure(Status.ISO15693, TagError.of(fields.byte()))
        fields.take(_CRC)
        fields.end()
        return Done()
