"""The loop of the station: what is typed, scanned and laid down goes to the machine, and what it asks for is done."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import replace

from devices.rfid.errors import EncodeError
from devices.rfid.port import PortLost
from devices.rfid.station import batch, image, machine
from devices.rfid.station.connection import Connection
from devices.rfid.station.desk import Desk
from devices.rfid.station.held import Held
from devices.rfid.station.image import Wish
from devices.rfid.station.inputs import Inputs
from devices.rfid.station.log import Log, Why
from devices.rfid.station.show import Show
from devices.rfid.station.steps import (
    Abandon,
    Action,
    Answered,
    Event,
    Finish,
    GiveBack,
    Look,
    Looked,
    News,
    ReaderGone,
    Result,
    Scanned,
    Sight,
    Skipped,
    Tell,
    UndoWanted,
    Write,
    Wrote,
)
from devices.rfid.station.words import Shown

_YES = frozenset({"y", "yes", "ya"})
_NO = frozenset({"n", "no", "tidak"})
#: The commonest library tag, to see at once whether a number fits any at all.
_USUAL = Held(memory="00" * 112, dsfid=0)
_USUAL_EPC = Held(memory="3000" + "00" * 12, block_size=2, epc=True)
_HELP = "Scan a barcode, then lay its tag on the pad. You may also type: undo, skip, parts N, quit."


class Work:
    """What both loops share: one reader, one desk, one end."""

    def __init__(
        self, connection: Connection, desk: Desk, inputs: Inputs, show: Show, clock: Callable[[], float]
    ) -> None:
        self.connection = connection
        self.desk = desk
        self.inputs = inputs
        self.show = show
        self._clock = clock

    def carry_out(self, action: Action, look: Callable[[Look], Sight], why: Why) -> Event | None:
        """Do what a machine asks for; what came of it."""
        self.desk.tagger = self.connection.tagger
        match action:
            case Look(uid):
                try:
                    sight = look(action)
                except PortLost as lost:
                    self.connection.lose(str(lost))
                    sight = Sight(left=True)
                if sight.left:
                    self.connection.forget(uid)
                return Looked(uid, sight)
            case Write(uid):
                return self._wrote(uid, self.desk.write(uid, why))
            case Finish(uid):
                return self._wrote(uid, self.desk.finish(uid))
            case GiveBack(uid):
                try:
                    return self._wrote(uid, self.desk.undo(uid))
                except PortLost as lost:
                    self.connection.lose(str(lost))
                    return Wrote(uid, Result(ok=False, left=True, why=str(lost)))
            case Abandon(uid):
                self.desk.turn(uid)
        return None

    def turn(self, end: float | None, feed: Callable[[Event], None]) -> list[str] | None:
        """One turn of the loop: what was typed or scanned meanwhile; ``None``: it is time to end."""
        left = float("inf") if end is None else end - self._clock()
        if self.inputs.interrupted() or left <= 0:
            return None
        texts = self.inputs.wait(min(self.connection.pause, left))
        if self.inputs.interrupted():
            return None
        there = self.connection.tagger is not None
        found = self.connection.round()
        if found is not None:
            feed(found)
        elif there and self.connection.tagger is None:
            feed(ReaderGone())
        return texts

    def _wrote(self, uid: str, result: Result) -> Wrote:
        if result.left:
            self.connection.forget(uid)
        return Wrote(uid, result)


class StationLoop:
    """Barcode, tag, barcode, tag. ``wish``: what the tags are to be like; ``parts``: how many tags an item has."""

    def __init__(self, work: Work, log: Log, wish: Wish, parts: int, rules: machine.Rules) -> None:
        self._work = work
        self._log = log
        self._wish = wish
        self._parts = parts
        self._rules = rules
        self._before = work.desk.half
        self._state = machine.State(half=self._before)
        self._counts: dict[News, int] = {}

    def run(self, end: float | None, *, undo: bool = False) -> bool:
        """Go on until somebody ends it; whether nothing was left undone. ``undo``: take back the last tag and end."""
        if undo and not self._undo():
            return False
        while (texts := self._work.turn(end, self._feed)) is not None:
            for text in texts:
                if text.lower() == "quit":
                    return self._over()
                self._hear(text)
            if undo and self._state.phase not in (machine.Phase.UNDO, machine.Phase.WRITE):
                break
            if self._work.inputs.ended and self._state.phase is machine.Phase.SCAN and not undo:
                break
        return self._over() and (not undo or bool(self._counts.get(News.UNDONE)))

    def _over(self) -> bool:
        done = self._counts.get(News.DONE, 0) + self._counts.get(News.FINISHED, 0)
        already, failed = self._counts.get(News.ALREADY, 0), self._counts.get(News.FAILED, 0)
        undone, half = self._counts.get(News.UNDONE, 0), len(self._state.half)
        would = self._counts.get(News.WOULD_WRITE, 0)
        text = f"would be written: {would}" if self._rules.dry else f"written: {done}"
        text = f"Tags {text}, right already: {already}, failed: {failed}"
        text += f", undone: {undone}" if undone else ""
        text += f", half written: {half} (lay them down again)" if half else ""
        text += f"; {self._state.item} has no tag yet" if self._state.item else ""
        count = would if self._rules.dry else done
        self._work.show.line(Shown("summary", f"{text}.", done=count, skipped=already, failed=failed, half=half))
        settled = self._state.phase is machine.Phase.SCAN and not self._state.half - self._before
        return self._work.connection.found and settled

    def _hear(self, text: str) -> None:
        word = text.lower()
        command, _, number = word.partition(" ")
        if word in _YES | _NO and self._state.phase is machine.Phase.ASK:
            self._feed(Answered(word in _YES))
        elif word == "undo":
            self._undo()
        elif word == "skip":
            self._feed(Skipped())
        elif command == "parts" and number.isdecimal():
            self._parts = max(1, min(int(number), 99))
            self._work.show.line(Shown("parts", f"Items have {self._parts} tags from now on.", parts=self._parts))
        elif word in ("help", "?", *_YES, *_NO):
            self._work.show.line(Shown("help", _HELP))
        else:
            self._feed(self._scanned(text))

    def _scanned(self, item: str) -> Scanned:
        refused = ""
        try:
            usual = _USUAL_EPC if self._wish.model in image.EPC_LAYOUTS else _USUAL
            image.for_item(replace(self._wish, backwards=False), usual, item, self._parts, self._parts)
        except EncodeError as error:
            refused = str(error)
        before = self._log.story.tagged(item, 1)
        when = f"{before.at}, tag {before.uid}" if before else ""
        return Scanned(item, when, refused, self._parts)

    def _undo(self) -> bool:
        row = self._log.story.undoable()
        if row is None:
            why = "Nothing to undo: the log has no tag that was written and not undone."
            self._work.show.line(Shown("refused", why, why=why), good=False)
            return False
        self._feed(UndoWanted(row.uid, row.item))
        return True

    def _feed(self, event: Event) -> None:
        queue = deque([event])
        while queue:
            self._state, actions = machine.step(self._state, queue.popleft(), self._rules)
            for action in actions:
                if isinstance(action, Tell):
                    self._counts[action.news] = self._counts.get(action.news, 0) + 1
                    self._work.show.tell(action)
                elif (follows := self._work.carry_out(action, self._look, Why.TAG)) is not None:
                    queue.append(follows)

    def _look(self, look: Look) -> Sight:
        return self._work.desk.look_for_item(look.uid, look.item, look.part, look.parts)


class BatchLoop:
    """Every tag that is laid down. ``verb`` for the summary: converted, undone."""

    def __init__(self, work: Work, rules: batch.Rules, verb: str) -> None:
        self._work = work
        self._rules = rules
        self._verb = f"would be {verb}" if rules.dry else verb
        self._before = work.desk.half
        self._state = batch.State(half=self._before)

    def run(self, end: float | None, enough: Callable[[batch.State], bool]) -> bool:
        """Go on until somebody ends it, or it is ``enough``; whether every tag came out right."""
        while not enough(self._state):
            texts = self._work.turn(end, self._feed)
            if texts is None or any(text.lower() in ("quit", "q") for text in texts):
                break
        state = self._state
        half = f", half written: {len(state.half)} (lay them down again)" if state.half else ""
        text = f"{len(state.done)} {self._verb}, {len(state.skipped)} skipped, {len(state.failed)} failed{half}."
        done, skipped, failed = len(state.done), len(state.skipped), len(state.failed)
        self._work.show.line(Shown("summary", text, done=done, skipped=skipped, failed=failed, half=len(state.half)))
        return self._work.connection.found and not state.failed and not state.half - self._before

    def _feed(self, event: Event) -> None:
        queue = deque([event])
        while queue:
            self._state, actions = batch.step(self._state, queue.popleft(), self._rules)
            for action in actions:
                if isinstance(action, Tell):
                    self._work.show.tell(action, self._count())
                elif (follows := self._work.carry_out(action, self._look, Why.CONVERT)) is not None:
                    queue.append(follows)

    def _count(self) -> str:
        state = self._state
        return f"{len(state.done)} {self._verb}, {len(state.skipped)} skipped, {len(state.failed)} failed"

    def _look(self, look: Look) -> Sight:
        return self._work.desk.look_to_convert(look.uid)
