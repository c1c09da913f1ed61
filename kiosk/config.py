"""The kiosk's configuration: one TOML file, typed; every error names the key and what was expected."""

from __future__ import annotations

from pathlib import Path

import msgspec

from devices.barcode.accept import Rules
from devices.barcode.code import BarcodeError
from devices.barcode.settings import CameraSettings, CodeSettings
from devices.link.settings import LinkSettings
from devices.rfid.errors import SetupError
from devices.rfid.settings import ReaderSettings
from devices.rfid.settings_check import check as check_reader
from devices.scanner.errors import ScannerSettingsError
from devices.scanner.settings import ScannerSettings
from devices.scanner.settings import check as check_scanners
from devices.settings import SettingsError
from devices.settings import load as load_settings
from kiosk.circulation.offline.settings import OfflineSettings
from kiosk.circulation.sip2.settings import Sip2Settings


class SiteSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``[site]``: the library and its calendar."""

    name: str = "Perpustakaan Kota Samarinda"
    zone: str = "Asia/Makassar"
    opens: str = "08.00"
    closes: str = "17.00"


class ScreenSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``[screen]``: the panel. Sizes on it are millimetres times ``px_per_mm``; ``scale`` is k of the type table."""

    width: int = 1280
    height: int = 800
    px_per_mm: float = 5.88
    scale: float = 1.0
    fullscreen: bool = False
    languages: tuple[str, ...] = ("id", "en")
    calm: bool = False
    sound: bool = True


class TimeSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``[times]``, in seconds."""

    idle: int = 45
    idle_warning: int = 20
    finish: int = 8
    late: float = 5.0
    slow: float = 15.0


class CirculationSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``[circulation]``: ``system`` is ``library`` (the embedded one, ``path`` its database) or ``sip2``.

    ``number_prefix`` stands before every membership number, so that people type digits only. ``pin_length`` is how many
    digits a PIN has.
    """

    system: str = "library"
    path: str = "library.sqlite"
    number_prefix: str = ""
    pin_length: int = 4
    forget_days: int = 30  # after which the journal forgets the patron of a settled operation
    sip2: Sip2Settings = Sip2Settings()
    offline: OfflineSettings = OfflineSettings()


class KioskSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The whole file. ``data`` is the folder of the journal and ledger; relative paths start there.

    ``[card_reader]`` is a reader for patrons' cards beside the pad for books, with settings as ``[reader]`` has them
    (empty port: none). Its ``protocol`` is ``em4100`` (125 kHz) or ``pn532`` (13.56 MHz, by the card's UID), with
    ``[card_reader.card]`` for how numbers are written; or that of any pad, for cards that hold ISO 28560 as books do.
    """

    name: str = "Anjungan"
    code: str = "K-01"  # the only code a patron may see, on the out-of-service screen
    data: str = "."
    site: SiteSettings = SiteSettings()
    screen: ScreenSettings = ScreenSettings()
    times: TimeSettings = TimeSettings()
    circulation: CirculationSettings = CirculationSettings()
    codes: CodeSettings = CodeSettings()
    camera: CameraSettings = CameraSettings()
    reader: ReaderSettings = ReaderSettings()
    card_reader: ReaderSettings = ReaderSettings()
    scanners: tuple[ScannerSettings, ...] = ()
    link: LinkSettings = LinkSettings()

    def in_data(self, name: str) -> Path:
        """``name`` as a path below the data folder, unless it is absolute."""
        return Path(self.data) / name


def load(path: Path) -> KioskSettings:
    """Read the kiosk's file; its ``data`` folder is taken relative to the file.

    Raises:
        devices.settings.SettingsError: see there.
    """
    settings = load_settings(path, KioskSettings)
    try:
        Rules(settings.codes)
        check_scanners(settings.scanners)
        check_reader(settings.reader)
        check_reader(settings.card_reader, "card_reader")
    except (BarcodeError, ScannerSettingsError, SetupError) as error:
        raise SettingsError(f"{path}: {error}") from error
    data = (path.parent / settings.data).resolve()
    reader, card_reader = settings.reader.in_folder(data), settings.card_reader.in_folder(data)
    return msgspec.structs.replace(settings, data=str(data), reader=reader, card_reader=card_reader)
