"""Who this kiosk is to the library system: the account, its passwords, and where it stands."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from kiosk.circulation.errors import Sip2Error
from kiosk.circulation.sip2.settings import Sip2Settings


@dataclass(frozen=True, slots=True)
class Terminal:
    """Passwords do not show in a ``repr``. ``terminal_password`` is ``None`` where the profile sends no AC."""

    login: str = ""  # CN
    password: str = field(default="", repr=False)  # CO
    location: str = ""  # CP
    institution: str = ""  # AO
    place: str = ""  # AP
    terminal_password: str | None = field(default="", repr=False)  # AC

    @classmethod
    def of(cls, settings: Sip2Settings, *, sends_password: bool = True) -> Terminal:
        """Reads the files of passwords.

        Raises:
            Sip2Error: one of them cannot be read.
        """
        ac = _secret(settings.terminal_password_file, "terminal_password_file")
        return cls(
            login=settings.login,
            password=_secret(settings.password_file, "password_file"),
            location=settings.location,
            institution=settings.institution,
            place=settings.place or settings.location or settings.institution,
            terminal_password=ac if sends_password else None,
        )

    @property
    def required_password(self) -> str:
        """AC where the layout wants it in any case: empty rather than absent."""
        return self.terminal_password or ""


def _secret(path: str, key: str) -> str:
    """The file's first line; empty without a file."""
    if not path:
        return ""
    try:
        lines = Path(path).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is no text"
        raise Sip2Error(
            f"The password in '{path}' cannot be read: {why}. circulation.sip2.{key} must name a text file that "
            "holds it in its first line and that this kiosk may read."
        ) from error
    return lines[0].strip() if lines else ""
