"""The security bits of a visit's books: asked for, read back, pulled away too early, put back, stuck.

A bit is asked for only after the system has said yes. A borrowed book whose tag was pulled away early is borrowed *and*
to be put back; the row of a returned book says so only when its bit was read back, though the figure counts it, since
the library system has it back. What keeps a bit from being right is told apart, because each asks something else of the
patron (:class:`Stuck`).
"""

from __future__ import annotations

from dataclasses import replace

from kiosk.session.model import Mode, PadTag, Phase, Row, Screen, Secure, Secured, Security, Sound, Stuck, Timer
from kiosk.session.turn import Turn

#: Nobody has asked for the bits of such a row.
_UNASKED = (Security.NONE, Security.KEPT)

LIST_OF = {Mode.BORROW: Screen.BORROW, Mode.RETURN: Screen.RETURN}


def gone(turn: Turn) -> Stuck:
    """Why a tag that is not there any more is not right: somebody took it, or the reader is gone."""
    return Stuck.LEFT if turn.state.reader_ready else Stuck.READER


def mend(turn: Turn, tag: PadTag) -> bool:
    """A tag that was pulled away too early is back: whatever page is open, see to its bit. False: it is not one.

    One that names another item by now is not: the yes was not for that.
    """
    for row in turn.state.rows:
        if tag.item_id not in ("", row.key):
            continue
        if tag.uid in row.uids and row.phase is Phase.PUT_BACK and tag.uid not in row.secured:
            if row.stuck is not Stuck.LOCKED:
                turn.put(replace(row, stuck=Stuck.WRITING), moved=False)
            turn.do(Secure(turn.state.visit, tag.uid, row.arm))
            return True
    return False


def _done_phase(row: Row) -> Phase:
    if row.mode is Mode.RETURN:
        return Phase.RETURNED
    return Phase.UNDONE if row.arm else Phase.BORROWED


def settle(turn: Turn, row: Row, *, secure: bool = True) -> None:
    """The system said yes: see to the bits of the row's tags; without tags it is done."""
    if not row.uids or not secure:
        _finished(turn, replace(row, security=Security.NONE if secure else Security.KEPT))
        return
    row = replace(row, security=Security.PENDING, secured=frozenset())
    present = [uid for uid in row.uids if turn.present(uid)]
    if row.mode is Mode.RETURN:
        turn.put(row, moved=False)  # stays waiting until the bit was read back
    else:
        turn.put(replace(row, phase=_done_phase(row)))
    for uid in present:
        turn.do(Secure(turn.state.visit, uid, row.arm))
    if len(present) < len(row.uids):
        to_put_back(turn, row, gone(turn))


def secured(turn: Turn, event: Secured) -> None:
    """A tag's bit was written and read back, or could not be."""
    for row in turn.state.rows:
        if event.uid not in row.uids or row.arm is not event.armed or row.security in _UNASKED:
            continue
        if not event.ok:
            if row.security is Security.PENDING and event.uid not in row.secured:
                to_put_back(turn, row, event.stuck)
            continue
        row = replace(row, secured=row.secured | {event.uid})
        if row.secured >= set(row.uids):
            settled = replace(row, security=Security.RIGHT)
            if row.phase is _done_phase(row) and row.phase is not Phase.UNDONE:
                turn.put(settled, moved=False)
            else:
                _finished(turn, settled)
        else:
            away = not all(turn.present(uid) for uid in set(row.uids) - row.secured)
            stuck = gone(turn) if away and row.stuck is Stuck.WRITING else row.stuck
            turn.put(replace(row, stuck=stuck), moved=False)  # this part is right, another one is not yet


def _finished(turn: Turn, row: Row) -> None:
    phase = _done_phase(row)
    moved = row.phase is not phase
    if phase is Phase.RETURNED or row.phase is Phase.PUT_BACK:
        turn.play(Sound.ATTENTION if row.held else Sound.OK)
    turn.put(replace(row, phase=phase), moved=moved)
    if phase is Phase.UNDONE:
        turn.start(Timer.NOTICE, turn.state.rules.notice, row.key)


def to_put_back(turn: Turn, row: Row, stuck: Stuck) -> None:
    """The row asks for its book, or says what else helps; its list comes to the front when that is new."""
    if row.phase is Phase.PUT_BACK:
        # A tag that is locked stays so, wherever it goes.
        if row.stuck not in (stuck, Stuck.LOCKED):
            turn.put(replace(row, stuck=stuck), moved=False)
        return
    turn.put(replace(row, phase=Phase.PUT_BACK, stuck=stuck))
    turn.play(Sound.ATTENTION)
    if turn.state.screen is not LIST_OF[row.mode]:
        turn.go(LIST_OF[row.mode])  # what is to be done must be on the glass
