"""What the settings of a reader ask for, checked before its port is opened; every error names section and key."""

from __future__ import annotations

from devices.rfid import cards, uhf_settings
from devices.rfid.errors import SetupError
from devices.rfid.family import entry
from devices.rfid.security_scheme import scheme
from devices.rfid.settings import ReaderSettings
from devices.rfid.tcp_line import TCP, place


def check(settings: ReaderSettings, section: str = "reader") -> None:
    """Refuse what cannot work; ``section`` is where the settings stand.

    Raises:
        SetupError: no such protocol, speed, alarm, layout or form of numbers, or a port on the network without a place.
    """
    try:
        entry(settings)
        scheme(settings)
        uhf_settings.check(settings)
        cards.check(settings)
        if settings.baud < 0:
            raise SetupError(f"[reader] baud is {settings.baud}; leave it out, or give the reader's speed")
        if settings.port.startswith(TCP):
            place(settings.port)
    except SetupError as error:
        said = str(error).replace("[card]", "[reader.card]").replace("[reader", f"[{section}")
        raise SetupError(said) from error
    except ValueError as error:
        raise SetupError(f"[{section}] port {settings.port!r}: {error}") from error
