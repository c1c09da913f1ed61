"""Commands from the desk: which are obeyed, by whom, once each.

A command is dropped unread when it arrives retained (a broker would repeat it to every newcomer for ever) or after its
expiry. MQTT may deliver one twice: the second time the first answer is sent again and nothing is done.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from devices.contract import Command, ContractError, Reply, decode

log = logging.getLogger(__name__)

_REMEMBERED: Final = 64


@dataclass(frozen=True)
class Answer:
    """What a handler says: done or not, a code for programs, a sentence for people (no personal data)."""

    ok: bool = True
    code: str = ""
    message: str = ""


Handler = Callable[[Command], Answer]


def readable(payload: bytes, retained: bool, utc: int | None) -> Command | None:
    """The command in ``payload``, or ``None`` when it must not be obeyed.

    A device that does not know the time trusts the broker's own message expiry instead of ``expires``.

    Raises:
        ContractError: not a command of version 1.
    """
    if retained:
        return None
    command = decode(payload, Command)
    return None if utc is not None and command.expires <= utc else command


class Orders:
    """Runs handlers one after another on a thread of its own, so that a slow one holds up nothing else.

    ``reply(verb, reply)`` is called on that thread.
    """

    def __init__(self, reply: Callable[[str, Reply], None]) -> None:
        self._reply = reply
        self._handlers: dict[str, Handler] = {"ping": lambda command: Answer(message="pong")}
        self._inbox: queue.SimpleQueue[tuple[str, Command] | None] = queue.SimpleQueue()
        self._done: OrderedDict[tuple[str, str], Reply] = OrderedDict()
        self._thread: threading.Thread | None = None

    def on(self, verb: str, handler: Handler) -> None:
        """Let ``handler`` carry out ``verb``."""
        self._handlers[verb] = handler

    def receive(self, verb: str, payload: bytes, retained: bool, utc: int | None) -> None:
        """A message on ``command/{verb}`` arrived."""
        try:
            command = readable(payload, retained, utc)
        except ContractError as error:
            log.warning("command %s is unreadable and was dropped: %s", verb, error)
            return
        if command is None:
            log.warning("command %s was dropped: it is %s", verb, "retained" if retained else "too old")
            return
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="link-orders", daemon=True)
            self._thread.start()
        self._inbox.put((verb, command))

    def stop(self) -> None:
        """Take no more orders; the one being carried out is not waited for."""
        self._inbox.put(None)

    def _run(self) -> None:
        while (order := self._inbox.get()) is not None:
            verb, command = order
            key = (verb, command.id)
            if key not in self._done:
                self._done[key] = self._carry_out(verb, command)
                while len(self._done) > _REMEMBERED:
                    self._done.popitem(last=False)
            self._reply(verb, self._done[key])

    def _carry_out(self, verb: str, command: Command) -> Reply:
        began = time.monotonic()
        handler = self._handlers.get(verb)
        if handler is None:
            answer = Answer(False, "unknown-verb", f"This device knows no command {verb!r}.")
        else:
            try:
                answer = handler(command)
            except Exception:  # a broken handler must not end the thread; the desk is told
                log.exception("command %s failed", verb)
                answer = Answer(False, "failed", "The device could not do it; its log says why.")
        took = int((time.monotonic() - began) * 1000)
        return Reply(id=command.id, ok=answer.ok, code=answer.code, message=answer.message, took_ms=took)
