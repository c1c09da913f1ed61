"""What happens to the books of a visit: seen, asked for, answered, secured, put back, undone.

One book is one :class:`Row`. Whatever the pad and the camera say about the same item lands in the same row, so that
a book that is shown twice, or shown and laid down, is borrowed once.

The order that keeps gate and ledger true: the system says yes (and the journal holds it) before anybody asks for a
security bit; ``bits.py`` sees to those.
"""

from __future__ import annotations

from dataclasses import replace

from kiosk.circulation.port import Borrowed, Code, Item, Refusal, Refused, Returned, Unknown
from kiosk.session import bits
from kiosk.session.model import (
    CardSeen,
    CheckedIn,
    CheckedOut,
    Checkin,
    Checkout,
    FindItem,
    ItemAnswered,
    LabelSeen,
    Mode,
    PadTag,
    Phase,
    Row,
    Secure,
    Security,
    Sound,
    Stuck,
    TagArrived,
    TagLeft,
    TagRead,
    Timer,
    TimerFired,
)
from kiosk.session.turn import Turn

OPEN = frozenset({Phase.WAITING, Phase.LATE})
#: Phases after which showing the book again asks again.
ASK_AGAIN = frozenset({Phase.REFUSED, Phase.UNSURE, Phase.UNDONE})
#: Rows that a press takes off the list.
DISMISSABLE = frozenset({Phase.REFUSED, Phase.UNSURE, Phase.UNREADABLE})


def unreadable_key(uid: str) -> str:
    """The key of a row for a tag that names no book."""
    return f"uid:{uid}"


# --- the pad ------------------------------------------------------------------------------------------------------


def tag_arrived(turn: Turn, event: TagArrived) -> None:
    """Remember that the tag lies there; what it is comes later."""
    turn.put_tag(PadTag(event.uid))


def tag_known(turn: Turn, event: TagRead) -> PadTag:
    """Remember what the tag says."""
    spent = bool((old := turn.tag(event.uid)) and old.spent)
    tag = PadTag(event.uid, event.item_id, event.part, event.parts, True, event.lendable, event.odd, spent)
    turn.put_tag(tag)
    return tag


def tag_left(turn: Turn, event: TagLeft) -> None:
    """Forget the tag, and see what that means for its rows."""
    turn.set(pad=tuple(tag for tag in turn.state.pad if tag.uid != event.uid))
    for row in turn.state.rows:
        if event.uid in row.uids:
            _row_lost_tag(turn, row, event.uid)


def card_on_pad(turn: Turn, event: CardSeen) -> None:
    """A card that lies on the pad is not one of the books there."""
    turn.set(pad=tuple(tag for tag in turn.state.pad if tag.uid != event.uid))


def among_books(turn: Turn, event: CardSeen) -> bool:
    """Whether the card lies on the pad with something else: nobody holds it out, so it changes nobody's visit."""
    return bool(event.uid and turn.state.pad)


def _row_lost_tag(turn: Turn, row: Row, uid: str) -> None:
    lying = any(turn.present(other) for other in row.uids)
    waiting_for_bit = row.security is Security.PENDING and uid not in row.secured
    if waiting_for_bit:
        bits.to_put_back(turn, row, bits.gone(turn))
    elif row.phase in (Phase.REFUSED, Phase.UNREADABLE, Phase.UNDONE):
        if not lying and not row.by_label:
            turn.drop(row.mode, row.key)
    elif row.phase is Phase.INCOMPLETE:
        row = _counted(turn, replace(row, uids=tuple(other for other in row.uids if other != uid)))
        if not (row.uids or row.by_label):
            turn.drop(row.mode, row.key)
        elif row.seen < row.parts:
            turn.put(replace(row, refusal=_incomplete(row)), moved=False)
        else:
            _gather(turn, row)  # it was the one part too many


# --- a book is seen -----------------------------------------------------------------------------------------------


def see_tag(turn: Turn, mode: Mode, tag: PadTag) -> None:
    """A tag whose content is known lies on the pad while this list is open."""
    if tag.spent or not tag.read:
        return
    if not tag.item_id:
        _see_unreadable(turn, mode, tag)
        return
    turn.drop(mode, unreadable_key(tag.uid))  # a later try has read it after all
    if mode is Mode.BORROW and not tag.lendable:
        refused = Refusal(Code.WRONG_USE)
        _refuse(turn, Row(tag.item_id, mode, Phase.REFUSED, 0, uids=(tag.uid,)), refused, None)
        turn.do(FindItem(turn.state.visit, tag.item_id))
        return
    _see(turn, mode, tag.item_id, tag)


def see_label(turn: Turn, mode: Mode, event: LabelSeen) -> None:
    """A book's own label was shown while this list is open."""
    _see(turn, mode, event.item_id, None)


def see_pad(turn: Turn, mode: Mode) -> None:
    """The list was opened: look at what lies on the pad already, but for what the other list has just dealt with."""
    for tag in turn.state.pad:
        if handled(turn, tag.uid, but=mode):
            turn.put_tag(replace(tag, spent=True))  # until it is lifted and laid down again
        else:
            see_tag(turn, mode, tag)


def handled(turn: Turn, uid: str, *, but: Mode | None = None) -> bool:
    """Whether a list (other than ``but``) has a row for this tag."""
    return any(uid in row.uids and row.mode is not but for row in turn.state.rows)


def _see_unreadable(turn: Turn, mode: Mode, tag: PadTag) -> None:
    known = turn.state.row(mode, unreadable_key(tag.uid))
    if known is None:
        turn.put(Row(unreadable_key(tag.uid), mode, Phase.UNREADABLE, 0, uids=(tag.uid,), odd=tag.odd))
        turn.play(Sound.ATTENTION)
    elif known.odd is not tag.odd:
        turn.put(replace(known, odd=tag.odd), moved=False)


def _see(turn: Turn, mode: Mode, item_id: str, tag: PadTag | None) -> None:
    row = turn.state.row(mode, item_id)
    if row is None:
        row = Row(item_id, mode, Phase.WAITING, 0, arm=mode is Mode.RETURN)
        row = _with_tag(row, tag) if tag is not None else replace(row, by_label=True)
        _gather(turn, row)
        return
    new_tag = tag is not None and tag.uid not in row.uids
    row = _with_tag(row, tag) if tag is not None else replace(row, by_label=True)
    if row.phase in ASK_AGAIN or row.phase is Phase.INCOMPLETE:
        _gather(turn, row)
    elif row.phase in (Phase.BORROWED, Phase.RETURNED, Phase.PUT_BACK):
        _seen_again(turn, row, tag, new_tag)
    else:
        turn.put(row, moved=False)


def _with_tag(row: Row, tag: PadTag) -> Row:
    uids = row.uids if tag.uid in row.uids else (*row.uids, tag.uid)
    return replace(row, uids=uids)


def _seen_again(turn: Turn, row: Row, tag: PadTag | None, new_tag: bool) -> None:
    if tag is None:
        # Shown once more: harmless, and it says so kindly.
        turn.put(replace(row, again=row.phase is not Phase.PUT_BACK or row.again))
    elif row.security is not Security.KEPT and (new_tag or tag.uid not in row.secured):
        if row.stuck is not Stuck.LOCKED:
            row = replace(row, stuck=Stuck.WRITING)
        turn.put(replace(row, security=Security.PENDING), moved=False)
        turn.do(Secure(turn.state.visit, tag.uid, row.arm))
    else:
        turn.put(replace(row, again=True))


def _gather(turn: Turn, row: Row) -> None:
    """Ask the library system, once every part of a set is there."""
    row = replace(
        _counted(turn, row), refusal=None, again=False, lent_before=False, secured=frozenset(), security=Security.NONE
    )
    if row.seen < row.parts:
        row = replace(row, phase=Phase.INCOMPLETE, refusal=_incomplete(row))
        turn.put(row)
        if not row.title:
            turn.do(FindItem(turn.state.visit, row.key))
        return
    turn.put(replace(row, phase=Phase.WAITING, arm=row.mode is Mode.RETURN))
    state = turn.state
    if row.mode is Mode.BORROW:
        assert state.ref is not None, "the borrow list is open only for a known patron"
        turn.do(Checkout(state.visit, state.ref, row.key, row.uids))
    else:
        turn.do(Checkin(state.visit, row.key, row.uids))
    turn.start(Timer.LATE, state.rules.late, row.key)


def _counted(turn: Turn, row: Row) -> Row:
    """How many of how many parts lie there: distinct numbers, of the largest total that any tag of the item names.

    Two tags with the same number are one part, and a tag that does not tell its number is none that is known.
    """
    tags = [tag for tag in turn.state.pad if tag.item_id == row.key and not tag.spent]
    parts = max((tag.parts for tag in tags), default=row.parts)
    numbers = {tag.part for tag in tags if 1 <= tag.part <= parts}
    return replace(row, parts=parts, seen=len(numbers) if parts > 1 else 1)


def _incomplete(row: Row) -> Refusal:
    return Refusal(Code.SET_INCOMPLETE, limit=row.parts, seen=row.seen)


def still_waiting(turn: Turn, event: TimerFired) -> None:
    """Five seconds without an answer: the row says that we are still looking."""
    for row in turn.state.rows:
        if row.key == event.key and row.phase is Phase.WAITING:
            turn.put(replace(row, phase=Phase.LATE), moved=False)


# --- the answers --------------------------------------------------------------------------------------------------


def item_known(turn: Turn, event: ItemAnswered) -> None:
    """The library system has told what an item is: its rows show its name."""
    for row in turn.state.rows:
        if row.key == event.item.id and not row.title:
            turn.put(_named(row, event.item), moved=False)


def checked_out(turn: Turn, event: CheckedOut) -> None:
    """The library system has answered a checkout."""
    row = turn.state.row(Mode.BORROW, event.item_id)
    if row is None or row.phase not in OPEN:
        return
    turn.stop(Timer.LATE, row.key)
    match event.outcome:
        case Borrowed() as yes:
            due = yes.due if yes.due_known else None
            row = replace(_named(row, yes.item), due=due, again=yes.again, estimated=yes.estimated, arm=False)
            row = replace(row, lent_before=yes.again)
            turn.play(Sound.OK)
            bits.settle(turn, row, secure=yes.disarm)
        case Refused(refusal, item):
            _refuse(turn, row, refusal, item)
        case Unknown():
            _unsure(turn, row)


def checked_in(turn: Turn, event: CheckedIn) -> None:
    """The library system has answered a checkin, or the undoing of a checkout."""
    undone = turn.state.row(Mode.BORROW, event.item_id)
    if undone is not None and undone.phase is Phase.UNDOING:
        _undo_answered(turn, undone, event)
        return
    row = turn.state.row(Mode.RETURN, event.item_id)
    if row is None or row.phase not in OPEN:
        return
    turn.stop(Timer.LATE, row.key)
    match event.outcome:
        case Returned() as yes:
            row = replace(_named(row, yes.item), bin=yes.bin, held=yes.held, fee=yes.fee, again=yes.again, arm=True)
            row = replace(row, estimated=yes.estimated)
            bits.settle(turn, row, secure=yes.arm)
        case Refused(refusal, item):
            _refuse(turn, row, refusal, item)
        case Unknown():
            _unsure(turn, row)


def _named(row: Row, item: Item) -> Row:
    return replace(row, title=item.title, author=item.author)


def _refuse(turn: Turn, row: Row, refusal: Refusal, item: Item | None) -> None:
    row = _named(row, item) if item is not None else row
    turn.put(replace(row, phase=Phase.REFUSED, refusal=refusal))
    turn.play(Sound.STOP)


def _unsure(turn: Turn, row: Row) -> None:
    turn.put(replace(row, phase=Phase.UNSURE))
    turn.play(Sound.ATTENTION)


# --- undo and dismiss ---------------------------------------------------------------------------------------------


def undo(turn: Turn, key: str) -> None:
    """Give back a book that was borrowed in this visit."""
    row = turn.state.row(Mode.BORROW, key)
    if row is None or row.phase not in (Phase.BORROWED, Phase.PUT_BACK):
        return
    kept = row.security if row.security is Security.KEPT else Security.NONE  # the loan may have to stand
    turn.put(replace(row, phase=Phase.UNDOING, security=kept, secured=frozenset(), arm=True))
    turn.do(Checkin(turn.state.visit, row.key, row.uids))


def _undo_answered(turn: Turn, row: Row, event: CheckedIn) -> None:
    if isinstance(event.outcome, Returned):
        turn.play(Sound.OK)
        bits.settle(turn, row, secure=event.outcome.arm)
    elif isinstance(event.outcome, Refused):
        # The loan stands as it was.
        turn.put(replace(row, phase=Phase.BORROWED, arm=False))
        turn.play(Sound.STOP)
    else:
        _unsure(turn, row)


def forget_undone(turn: Turn, key: str) -> None:
    """An undone row goes by itself."""
    row = turn.state.row(Mode.BORROW, key)
    if row is not None and row.phase is Phase.UNDONE:
        turn.drop(Mode.BORROW, key)


def dismiss(turn: Turn, mode: Mode, key: str) -> bool:
    """Take a refused row off the list; False when the row is not of that kind."""
    row = turn.state.row(mode, key)
    if row is None or row.phase not in DISMISSABLE:
        return False
    turn.drop(mode, key)
    return True


def unfinished(turn: Turn) -> bool:
    """Whether a book still needs something: an answer, its bit, or to be taken off the pad."""
    for row in turn.state.rows:
        if row.phase in OPEN or row.phase in (Phase.PUT_BACK, Phase.INCOMPLETE, Phase.UNDOING):
            return True
        if row.phase in DISMISSABLE and any(turn.present(uid) for uid in row.uids):
            return True
    return False
