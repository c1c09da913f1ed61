"""Who may come in: a terminal's login, password, address and checksum, and how long a wrong one has to wait.

Looking at a password takes tens of milliseconds on purpose, also for a login that does not exist; it is done on one
thread of its own, so guessing slows down nobody who is inside.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from kiosk.circulation.sip2.messages import Login
from kiosk.circulation.sip2.server import passwords
from kiosk.circulation.sip2.server.accounts import Account, AccountBook, Detection
from kiosk.circulation.sip2.server.limits import BackOff

log = logging.getLogger(__name__)

#: Wrong logins in a row from one address, whatever the login: there may be many terminals behind it.
_PATIENCE_WITH_ADDRESS = 50


class Door:
    """Used from one event loop; ``now`` gives seconds that never go back."""

    def __init__(self, accounts: AccountBook, now: Callable[[], float]) -> None:
        self._accounts, self._now = accounts, now
        self._logins, self._addresses = BackOff(), BackOff(free=_PATIENCE_WITH_ADDRESS)
        self._worker = ThreadPoolExecutor(1, "sip2-login")

    async def login(self, asked: Login, address: str, *, checked: bool) -> Account | None:
        """The account, if everything is right. Whoever is shut out is not even looked at."""
        pair = f"{address}\0{asked.login_user_id}"
        if self._logins.shut_out(pair, self._now()) or self._addresses.shut_out(address, self._now()):
            return None
        account = self._accounts.get(asked.login_user_id)
        stored = account.password if account is not None else passwords.NOBODYS
        right = await asyncio.get_running_loop().run_in_executor(
            self._worker, passwords.matches, asked.login_password, stored
        )
        if account is not None and right and self._fits(account, asked, address, checked=checked):
            self._logins.right(pair)
            self._addresses.right(address)
            return account
        self._logins.wrong(pair, self._now())
        self._addresses.wrong(address, self._now())
        return None

    def close(self) -> None:
        self._worker.shutdown(wait=False, cancel_futures=True)

    @staticmethod
    def _fits(account: Account, asked: Login, address: str, *, checked: bool) -> bool:
        if (asked.uid_algorithm, asked.pwd_algorithm) != ("0", "0"):
            log.warning("account %s: its login says that it is encrypted, which is not known here", account.login)
            return False
        if not account.welcomes(address):
            log.warning("account %s: a login from an address that is not among its networks", account.login)
            return False
        if not checked and account.error_detection is Detection.REQUIRED:
            log.warning("account %s: it wants checksums, and its login came without", account.login)
            return False
        return True
