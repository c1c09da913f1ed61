"""The collector's configuration: one TOML file, typed; the command line may say the same things."""

from __future__ import annotations

import re
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from collector.errors import SetupError
from collector.store.open import is_url
from devices.contract import ContractError, check_id
from devices.settings import load as load_settings

_SHARE = re.compile(r"[a-z0-9-]{0,32}")
LOOPBACK = ("127.0.0.1", "localhost", "::1")


class BrokerSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``[broker]``: where Mosquitto is. ``tls`` left out means: yes, unless the broker is on this machine.

    ``share`` names a group of collectors that share the load and one store; each needs a ``client_id`` of its own.
    """

    host: str = "127.0.0.1"
    port: int = 1883
    user: str = ""
    password_file: str = ""
    tls: bool | None = None
    ca_file: str = ""
    client_id: str = "pustaka-collector"
    share: str = ""

    @property
    def encrypted(self) -> bool:
        """Whether to speak TLS."""
        return self.host not in LOOPBACK if self.tls is None else self.tls


class WebSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``[web]``: where the page is served. Without a login it stays on this machine unless ``open`` is set."""

    host: str = "127.0.0.1"
    port: int = 8480
    open: bool = False


class ExpectedDevice(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``[[device]]``: a device that should connect; until it does it is listed as never seen."""

    site: str
    id: str
    name: str = ""


class CollectorSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The whole file. ``store`` is a file, which if relative starts at this one's folder, or postgresql://…"""

    store: str = "collector.sqlite"
    site_name: str = "Perpustakaan"
    zone: str = "Asia/Makassar"
    broker: BrokerSettings = BrokerSettings()
    web: WebSettings = WebSettings()
    device: tuple[ExpectedDevice, ...] = ()


def load(path: Path) -> CollectorSettings:
    """Read the file.

    Raises:
        devices.settings.SettingsError: see there.
    """
    settings = load_settings(path, CollectorSettings)
    if is_url(settings.store):
        return settings
    return msgspec.structs.replace(settings, store=str((path.parent / settings.store).resolve()))


def check(settings: CollectorSettings) -> None:
    """Refuse settings that cannot work, before anything is started.

    Raises:
        SetupError: naming the setting and what was expected.
    """
    zone(settings.zone)
    if not _SHARE.fullmatch(settings.broker.share):
        raise SetupError(f"share {settings.broker.share!r}: use up to 32 characters of a-z, 0-9 and '-'")
    if settings.broker.share and not is_url(settings.store):
        raise SetupError(
            "several collectors can share only a PostgreSQL store, and this one is a file. "
            "Name a database with --store postgresql://USER@HOST/DATABASE, or leave --share out."
        )
    if settings.web.host not in LOOPBACK and not settings.web.open:
        raise SetupError(
            f"the page would be open to anyone who can reach {settings.web.host}, and it has no login yet. "
            "Serve it on 127.0.0.1 behind a proxy that asks for a password, or say --open if that is what you want."
        )
    for expected in settings.device:
        try:
            check_id(expected.site, "device.site")
            check_id(expected.id, "device.id")
        except ContractError as error:
            raise SetupError(str(error)) from error


def zone(name: str) -> ZoneInfo:
    """A time zone by its IANA name.

    Raises:
        SetupError: no such zone.
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise SetupError(f"zone {name!r}: no such time zone; expected a name such as Asia/Makassar") from None
