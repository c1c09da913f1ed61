"""Patrons as the emulated system tells them: messages 24, 26 and 64."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kiosk.circulation.sip2.emulator.dialect import Holds, Lists, PinAnswer
from kiosk.circulation.sip2.emulator.holdings import WORDS, Copy, Member
from kiosk.circulation.sip2.emulator.line import Asked, Said

if TYPE_CHECKING:
    from kiosk.circulation.sip2.emulator.ils import EmulatedIls

Fields = tuple[tuple[str, str], ...]
#: Place in the summary -> the list's field.
_LISTS = ("AS", "AT", "AU", "AV", "BU", "CD")


def patron_status(ils: EmulatedIls, asked: Asked, member: Member | None, code: str, stamp: str) -> Said:
    """24 and 26."""
    head = f"{code}{_flags(ils, member)}{asked.fixed.get('language', '000')}{stamp}"
    return Said(head, _who(ils, asked, member))


def patron_information(ils: EmulatedIls, asked: Asked, member: Member | None, stamp: str) -> Said:
    """64, with the lists that were asked for."""
    told = member if _gets_data(ils, asked, member) else None
    lists = {name: _list(ils, told, name) for name in _LISTS}
    counted = ("AS", "AT", "AU", "AV", "BU", "CD")
    counts = "".join(f"{len(lists[name]):04}" if ils.dialect.counts else "    " for name in counted)
    head = f"64{_flags(ils, member)}{asked.fixed['language']}{stamp}{counts}"
    fields = _who(ils, asked, member)
    if told is not None:
        fields += (("BZ", "0010"), ("CB", f"{told.limit:04}"), ("BE", "someone@example.org"))
        fields += (("BH", "IDR"), ("BV", f"{told.fines}.00"))
        fields += _asked_for(ils, asked, lists)
    return Said(head, fields)


def _flags(ils: EmulatedIls, member: Member | None) -> str:
    if member is None:
        return "YYYY" + " " * 10
    flags = [" "] * 14
    flags[2] = "Y"  # recalls: denied to everybody, as on many systems
    if member.blocked:
        flags[0] = flags[1] = flags[3] = "Y"
    if member.card_lost:
        flags[0] = flags[4] = "Y"
    if len(ils.holdings.loans_of(member.number)) >= member.limit:
        flags[5] = "Y"
    if member.fines > 0:
        flags[10] = "Y"
    return "".join(flags)


def _who(ils: EmulatedIls, asked: Asked, member: Member | None) -> Fields:
    fields: Fields = (("AO", asked.get("AO")), ("AA", asked.get("AA")))
    if member is None:
        wanted = ils.dialect.institution
        reason = "institution" if wanted and asked.get("AO") != wanted else "no-patron"
        return (*fields, ("AE", ""), ("BL", "N"), ("AF", ils.dialect.words.get(reason, WORDS[reason])))
    name = member.name if _gets_data(ils, asked, member) else ""
    fields = (*fields, ("AE", name), ("BL", "Y" if member.valid else "N"))
    answer = _pin(ils, asked, member)
    return fields if answer is None else (*fields, ("CQ", answer))


def _pin(ils: EmulatedIls, asked: Asked, member: Member) -> str | None:
    rule = ils.dialect.pin
    if rule is PinAnswer.HONEST:
        return None if "AD" not in asked.fields else "Y" if asked.get("AD") == member.pin else "N"
    fixed = {PinAnswer.OMITTED: None, PinAnswer.BLANK: "", PinAnswer.ALWAYS_Y: "Y", PinAnswer.ALWAYS_N: "N"}
    return fixed[rule]


def _gets_data(ils: EmulatedIls, asked: Asked, member: Member | None) -> bool:
    if member is None:
        return False
    return ils.dialect.wrong_pin_gives_data or "AD" not in asked.fields or asked.get("AD") == member.pin


def _list(ils: EmulatedIls, member: Member | None, name: str) -> list[str]:
    if member is None:
        return []
    holdings, today = ils.holdings, ils.local_now().date()
    waiting = holdings.holds_of(member.number, ready=False)
    copies: list[Copy] = []
    if name == "AS":
        copies = holdings.holds_of(member.number, ready=True)
        if ils.dialect.holds is Holds.ALL:
            copies = [*copies, *waiting]
    elif name == "CD":
        copies = waiting
    elif name in ("AU", "AT"):
        loans = holdings.loans_of(member.number)
        copies = [holdings.items[barcode] for barcode, loan in loans if name == "AU" or loan.due < today]
    elif name == "AV" and member.fines:
        return [f"Denda {member.fines}"]
    return [copy.title if ils.dialect.lists is Lists.TITLES else copy.barcode for copy in copies]


def _asked_for(ils: EmulatedIls, asked: Asked, lists: dict[str, list[str]]) -> Fields:
    wanted = [name for name, flag in zip(_LISTS, asked.fixed["summary"], strict=False) if flag == "Y"]
    if not ils.dialect.many_summaries:
        wanted = wanted[:1]
    if ils.dialect.lists is Lists.NONE:
        wanted = []
    return tuple((name, entry) for name in wanted for entry in _page(ils, asked, lists[name]))


def _page(ils: EmulatedIls, asked: Asked, entries: list[str]) -> list[str]:
    if not ils.dialect.paging:
        return entries
    first = _number(asked.get("BP"), 1)
    last = _number(asked.get("BQ"), len(entries))
    return entries[max(0, first - 1) : last]


def _number(text: str, otherwise: int) -> int:
    return int(text) if text.strip().isdigit() else otherwise
