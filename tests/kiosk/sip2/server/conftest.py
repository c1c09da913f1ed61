"""The server on the sample library: answers alone, and a whole server on a free port of this machine."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # sip2_serving, also used by tests/peers

from sip2_serving import QUICK, MovableClock, Serve, Serving, account, make_sample, running

from kiosk.circulation.library.library import EmbeddedLibrary
from kiosk.circulation.port import Circulation
from kiosk.circulation.sip2.server.accounts import Account
from kiosk.circulation.sip2.server.settings import ServeSettings


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture(scope="session")
def sip2_sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sip2-sample") / "library.sqlite"
    make_sample(path)
    return path


@pytest.fixture
def library(sip2_sample: Path, tmp_path: Path, clock: MovableClock) -> Iterator[EmbeddedLibrary]:
    path = tmp_path / "library.sqlite"
    path.write_bytes(sip2_sample.read_bytes())
    library = EmbeddedLibrary.open(path, clock=clock)
    yield library
    library.close()


@pytest.fixture
def serve(library: EmbeddedLibrary, tmp_path: Path) -> Iterator[Serve]:
    """Starts a server on the sample; keywords are those of ``ServeSettings`` and of ``running``."""
    with ExitStack() as stack:

        def start(*accounts: Account, system: Circulation | None = None, **values: object) -> Serving:
            names = ServeSettings.__dataclass_fields__
            settings = replace(QUICK, **{k: v for k, v in values.items() if k in names})  # type: ignore[arg-type]
            rest = {k: v for k, v in values.items() if k not in names}
            return stack.enter_context(running(system or library, tmp_path, accounts or (account(),), settings, **rest))

        yield start


@pytest.fixture
def make_account() -> Callable[..., Account]:
    return account
