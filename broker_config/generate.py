"""Writing a plan to disk: configuration, access list, password hashes, and each user's password in a file of its own.

Made again, users keep their passwords, new ones get one, and whoever is no longer named is locked out. So adding a
door and retiring a stolen kiosk are the same command.
"""

from __future__ import annotations

from base64 import urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from broker_config import access, passwords
from broker_config.errors import BrokerError
from broker_config.files import make_folder, write_private
from broker_config.plan import Plan, accounts, check
from broker_config.render import conf_text

#: 192 random bits, which no one guesses and everyone can copy.
PASSWORD_BYTES = 24


@dataclass(frozen=True)
class Written:
    """What :func:`write` did. ``issued`` users have a new password in ``credentials``; ``kept`` still have theirs."""

    files: tuple[Path, ...]
    credentials: Path
    issued: tuple[str, ...]
    kept: tuple[str, ...]
    removed: tuple[str, ...]


def write(plan: Plan, *, force: bool, random: Callable[[int], bytes]) -> Written:
    """Write all files of ``plan``. ``random`` gives bytes, such as ``os.urandom``.

    Raises:
        PlanError: the plan contradicts itself.
        BrokerError: files are there and ``force`` is not given, or the folder cannot be written.
    """
    check(plan)
    there = [path for path in (plan.config, plan.passwords, plan.acl) if path.exists()]
    if there and not force:
        raise BrokerError(
            f"{there[0]} is there already. With --force it is replaced; users that stay keep their passwords."
        )
    credentials = plan.folder / "credentials"
    make_folder(plan.folder)
    make_folder(credentials)
    if plan.data.is_relative_to(plan.folder):
        make_folder(plan.data)

    everyone = accounts(plan)
    known = _known(plan.passwords)
    names = [account.name for account in everyone]
    kept = {name: known[name] for name in names if name in known}
    issued = {name: urlsafe_b64encode(random(PASSWORD_BYTES)).decode() for name in names if name not in kept}

    # Passwords before their hashes: a power cut in between leaves a file to be written again, not a lost password.
    for name, password in issued.items():
        write_private(credentials / name, password)
    hashes = "".join(f"{name}:{hashed}\n" for name, hashed in kept.items())
    write_private(plan.passwords, hashes + passwords.password_text(issued, random))
    write_private(plan.acl, access.acl_text(everyone))
    write_private(plan.config, conf_text(plan))
    removed = tuple(name for name in known if name not in names)
    for name in removed:
        (credentials / name).unlink(missing_ok=True)
    return Written((plan.config, plan.acl, plan.passwords), credentials, tuple(issued), tuple(kept), removed)


def _known(path: Path) -> dict[str, str]:
    try:
        return passwords.read_hashes(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise BrokerError(f"{path}: cannot be read: {error}. Remove it to give everyone new passwords.") from error
