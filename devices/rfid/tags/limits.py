"""What all data models ask of an item number and of part and number of parts."""

from __future__ import annotations

from devices.rfid.errors import EncodeError
from devices.rfid.tags.content import Note


def read_parts(part: int, parts: int, notes: list[Note]) -> tuple[int, int]:
    """Part and number of parts. Software disagrees on their order; a part beyond the last one betrays an exchange."""
    if parts == 0 and part <= 1:
        notes.append(Note.PARTS_MISSING)
        return 1, 1
    if part > parts:
        notes.append(Note.PARTS_SWAPPED)
        return parts, part
    return part, parts


def check_item(item_id: str) -> None:
    """Refuse an item number that would read back differently.

    Raises:
        EncodeError: it is empty, begins or ends with a space, or holds characters nobody can see.
    """
    if not item_id or item_id.strip() != item_id or not item_id.isprintable():
        raise EncodeError(f"item number {item_id!r}: use printable characters, with no space before or behind")


def check_parts(part: int, parts: int, most: int) -> None:
    """Refuse what no tag can hold.

    Raises:
        EncodeError: a part that is not among ``parts``, or more than ``most`` of them.
    """
    if not 1 <= part <= parts <= most:
        raise EncodeError(f"part {part} of {parts}: parts count from 1 to the number of parts, {most} at most")
