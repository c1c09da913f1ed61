"""Whatever happens in whatever order: what must always hold of a session."""

from __future__ import annotations

from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.circulation.port import Borrowed, Code, Item, Loan, Patron, PatronRef, Refusal, Refused, Returned, Unknown
from kiosk.session.machine import step
from kiosk.session.model import (
    Advice,
    Button,
    CardSeen,
    CheckedIn,
    CheckedOut,
    Checkin,
    Checkout,
    CodeUnread,
    Digit,
    EndVisit,
    Event,
    Failed,
    FindPatron,
    ForeignCodeSeen,
    LabelSeen,
    Meaning,
    Overlay,
    PatronAnswered,
    Pressed,
    Screen,
    Secure,
    Secured,
    StaffSeen,
    State,
    TagArrived,
    TagLeft,
    TagRead,
    Timer,
    TimerFired,
    Touched,
    Unclear,
    UnclearSeen,
)

ITEMS = ("B00001", "B00002", "B00003")
UIDS = {f"E00401000000000{n}": item for n, item in enumerate(ITEMS)}
CARDS = (PatronRef("A0001"), PatronRef("A0002"))
DUE = date(2026, 12, 2)

#: Numbers that a member and a book share: one is the first member's and the first book's, one is only like them.
UNCLEAR = (Unclear("1", CARDS[0], ITEMS[0]), Unclear("2", CARDS[1], ITEMS[1]))

_uid = st.sampled_from(sorted(UIDS))
_item = st.sampled_from(ITEMS)
_outside = st.one_of(
    st.builds(Pressed, st.sampled_from(Button), st.sampled_from(("", *ITEMS))),
    st.builds(Digit, st.sampled_from("0123456789")),
    st.just(Touched()),
    st.builds(CardSeen, st.sampled_from(CARDS), st.sampled_from(("", "E004010000000001", "E004010000000009"))),
    st.builds(LabelSeen, _item),
    st.builds(UnclearSeen, st.sampled_from(UNCLEAR)),
    st.just(ForeignCodeSeen()),
    st.builds(CodeUnread, st.sampled_from(Advice)),
    st.just(StaffSeen()),
    st.builds(TagArrived, _uid),
    _uid.map(lambda uid: TagRead(uid, UIDS[uid])),
    _uid.map(lambda uid: TagRead(uid)),
    st.builds(TagLeft, _uid),
    st.builds(Failed, st.just("test")),
)
#: What the outside does next: something by itself, or answer the oldest, or the newest, open question.
_moves = st.lists(st.one_of(_outside, st.tuples(st.sampled_from(("old", "new")), st.integers(0, 5))), max_size=60)


def answers(effect: object, choice: int) -> Event | None:
    match effect:
        case FindPatron(visit, ref, pin):
            mine = Loan(Item(ITEMS[0], "One"), DUE, 3)
            result = (
                Patron(ref, "X", loans=(mine,)),
                Patron(ref, "X"),
                Refusal(Code.PIN_REQUIRED) if pin is None else Refusal(Code.NO_MATCH),
                Unknown(),
            )[choice % 4]
            return PatronAnswered(visit, result)
        case Checkout(visit, _, item_id):
            item = Item(item_id, "T")
            return CheckedOut(
                visit,
                item_id,
                (Borrowed(item, DUE), Borrowed(item, DUE), Refused(Refusal(Code.HELD)), Unknown())[choice % 4],
            )
        case Checkin(visit, item_id):
            item = Item(item_id, "T")
            return CheckedIn(
                visit, item_id, (Returned(item), Returned(item), Refused(Refusal(Code.OTHER)), Unknown())[choice % 4]
            )
        case Secure(visit, uid, armed):
            return Secured(visit, uid, armed, choice % 3 != 0)
    return None


@settings(max_examples=400, deadline=None)
@given(_moves)
def test_what_always_holds(moves: list[object]) -> None:
    state = State()
    open_questions: list[object] = []
    said_yes: set[tuple[int, str, bool]] = set()  # (visit, item, armed): the system has said yes to this
    for move in moves:
        if isinstance(move, tuple):
            which, choice = move
            if not open_questions:
                continue
            event = answers(open_questions.pop(0 if which == "old" else -1), choice)
            assert event is not None
        else:
            event = move  # type: ignore[assignment]
        if isinstance(event, CheckedOut) and isinstance(event.outcome, Borrowed):
            said_yes.add((event.visit, event.item_id, False))
        if isinstance(event, CheckedIn) and isinstance(event.outcome, Returned):
            said_yes.add((event.visit, event.item_id, True))
        before = state
        state, effects = step(state, event)

        for effect in effects:
            if isinstance(effect, Secure):
                # Never a write before the yes, and never in another visit.
                assert (effect.visit, UIDS[effect.uid], effect.armed) in said_yes
            if isinstance(effect, Checkout):
                assert before.ref is not None
                assert effect.ref == before.ref == state.ref
            if isinstance(effect, EndVisit):
                assert state.visit == before.visit + 1
        open_questions += [effect for effect in effects if answers(effect, 0) is not None]

        keys = [(row.mode, row.key) for row in state.rows]
        assert len(keys) == len(set(keys)), "one book, one row"
        if isinstance(event, UnclearSeen):
            meaning = dict(before.meanings).get(event.code.text)
            asked = state.overlay is Overlay.WHICH and event.code in state.unclear
            for effect in effects:
                if isinstance(effect, FindPatron) and effect.ref == event.code.ref and before.ref != effect.ref:
                    assert meaning is Meaning.CARD or before.screen in (Screen.NUMBER, Screen.PIN)
                if isinstance(effect, Checkout):
                    assert not asked
                    assert meaning is Meaning.BOOK or before.screen is Screen.BORROW
                    assert meaning is Meaning.BOOK or event.code.ref != before.ref, "never one's own card"
                if isinstance(effect, EndVisit):
                    assert meaning is Meaning.CARD, "nobody is logged out by a guess"
        if isinstance(event, StaffSeen):
            assert before.screen in (Screen.WELCOME, Screen.OUT_OF_SERVICE) or state.visit == before.visit
        if state.screen in (Screen.WELCOME, Screen.OUT_OF_SERVICE):
            assert state.patron is None
            assert state.rows == ()
            assert state.pin.text == state.pin_typed == ""
        if state.screen is Screen.BORROW:
            assert state.patron is not None
        if state.visit != before.visit:
            assert len(state.meanings) <= 1, "what was answered is forgotten, but for the answer that began the visit"
            assert state.unclear == ()
            assert state.typed == ""
            assert state.rating is None


@settings(max_examples=100, deadline=None)
@given(_moves)
def test_an_abandoned_session_always_comes_home(moves: list[object]) -> None:
    state = State()
    for move in moves:
        if not isinstance(move, tuple):
            state, _ = step(state, move)  # type: ignore[arg-type]
    for _ in range(60):  # nobody answers, only time passes
        for timer in (Timer.IDLE, Timer.SECOND, Timer.SLOW, Timer.RECOVER):
            state, _ = step(state, TimerFired(state.visit, timer, "patron"))
    assert state.screen is Screen.WELCOME
    assert state.ref is None
