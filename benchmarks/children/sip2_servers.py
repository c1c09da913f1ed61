"""The SIP2 servers that are compared, each as a program: ``sip2_servers ours|memory|pysip2 FOLDER``.

It prints its port as JSON and serves until its input ends. ``ours`` answers from an embedded library, every operation
durable (WAL, ``synchronous=FULL``); ``memory`` is our server over dictionaries, as durable as ``pysip2``'s handlers.
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any, cast
from zoneinfo import ZoneInfo

from benchmarks.children.sip2_memory import MemoryLibrary, pysip2_server
from kiosk.circulation.clock import SystemClock
from kiosk.circulation.library.library import EmbeddedLibrary
from kiosk.circulation.library.staff import NewItem, NewMember, StaffRoom
from kiosk.circulation.port import Circulation
from kiosk.circulation.sip2.server import account_file, passwords
from kiosk.circulation.sip2.server.accounts import Account, AccountBook
from kiosk.circulation.sip2.server.answering import Answering
from kiosk.circulation.sip2.server.service import Service
from kiosk.circulation.sip2.server.settings import ServeSettings
from kiosk.circulation.sip2.server.turn import Terms

LOGIN, PASSWORD = "terminal", "terminal-password"
TERMINALS = 64


def library(folder: Path) -> EmbeddedLibrary:
    """One patron and one copy for each terminal: ``A00`` and ``B00`` onwards."""
    made = EmbeddedLibrary.open(folder / "library.sqlite", create=True)
    staff = StaffRoom(made)
    staff.set_up()
    for n in range(TERMINALS):
        staff.add_member(NewMember(f"A{n:02}", f"Patron {n}"))
        staff.add_item(NewItem(f"B{n:02}", f"Title {n}"))
    return made


def accounts(folder: Path) -> AccountBook:
    """One account for all, without a limit that would be what is measured."""
    file, hashed = folder / "accounts.toml", passwords.hash_password(PASSWORD)
    account = Account(login=LOGIN, password=hashed, rate=1e6, burst=1_000_000)
    values: dict[str, object] = {"login": LOGIN, "password": hashed, "rate": 1e6, "burst": 1_000_000}
    account_file.put(file, account, values, replace=True)
    return AccountBook(file)


async def serve_ours(system: Circulation, folder: Path) -> None:
    """Our server, until the input ends."""
    answering = Answering(system, Terms(ZoneInfo("Asia/Makassar"), "SMD", "Library"), SystemClock())
    service = Service(answering, accounts(folder), ServeSettings(port=0))
    ((_, port),) = await service.start()
    tell(port)
    await end_of_input()
    await service.stop()


async def serve_pysip2() -> None:
    """Its server with handlers that answer from dictionaries, until the input ends."""
    async with pysip2_server().start("127.0.0.1", 0) as port:
        tell(port)
        await end_of_input()


def tell(port: int) -> None:
    print(json.dumps({"port": port}), flush=True)


async def end_of_input() -> None:
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


def main(arguments: list[str]) -> None:
    which, folder = arguments[0], Path(arguments[1])
    folder.mkdir(parents=True, exist_ok=True)
    work: Any
    if which == "pysip2":
        work = serve_pysip2()
    else:
        system = library(folder) if which == "ours" else MemoryLibrary()
        work = serve_ours(cast(Circulation, system), folder)
    asyncio.run(work)


if __name__ == "__main__":
    main(sys.argv[1:])
