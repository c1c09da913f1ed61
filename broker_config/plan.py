"""What a broker is to be, before it becomes a file: role, listeners, users, bridge, limits."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from pathlib import Path

from broker_config import access
from broker_config.errors import PlanError
from devices.contract import ContractError, check_id


class Role(enum.StrEnum):
    """Where the broker stands."""

    DEMO = "demo"
    BRANCH = "branch"
    HEADQUARTERS = "headquarters"


class Dialect(enum.StrEnum):
    """Mosquitto's configuration language: 2.1 moves passwords and access lists into plugins."""

    V20 = "2.0"
    V21 = "2.1"


@dataclass(frozen=True)
class Tls:
    """A listener's certificate (chain) and private key, PEM files that the broker's user can read."""

    certificate: Path
    key: Path


@dataclass(frozen=True)
class Listener:
    """A port to listen on. ``address`` empty means every interface; that needs ``tls`` or a closed network."""

    port: int
    address: str = "127.0.0.1"
    tls: Tls | None = None


@dataclass(frozen=True)
class Bridge:
    """How a branch's broker reaches headquarters. ``ca`` is a CA file, else the system's own; ``tls`` off for tests."""

    host: str
    password: str = field(repr=False)
    port: int = 8883
    ca: Path | None = None
    tls: bool = True


@dataclass(frozen=True)
class Plan:
    """A broker's whole configuration. ``folder`` holds its files, ``data`` what it keeps over a restart.

    ``site`` limits devices to that site (``""``: any). ``branches`` are sites whose bridges may connect (headquarters
    only). ``run_as`` is the user mosquitto becomes when started as root; ``""`` leaves mosquitto's own default.
    """

    role: Role
    dialect: Dialect
    folder: Path
    data: Path
    listeners: tuple[Listener, ...]
    devices: tuple[str, ...] = ()
    services: tuple[str, ...] = access.SERVICES
    site: str = ""
    branches: tuple[str, ...] = ()
    bridge: Bridge | None = None
    autosave_s: int = 30
    autosave_on_changes: bool = False
    run_as: str = ""
    plugins: Path = Path("/usr/lib")
    home_assistant: bool = False

    @property
    def config(self) -> Path:
        """The file to start mosquitto with."""
        return self.folder / "mosquitto.conf"

    @property
    def passwords(self) -> Path:
        """Names and hashes."""
        return self.folder / "passwords"

    @property
    def acl(self) -> Path:
        """Who may do what."""
        return self.folder / "acl"


def check(plan: Plan) -> Plan:
    """Return ``plan`` if it makes sense.

    Raises:
        PlanError: it does not; the message names the value.
    """
    for name in plan.devices:
        access.check_device(name)
    for site in (*plan.branches, *([plan.site] if plan.site else [])):
        try:
            check_id(site, "site")
        except ContractError as error:
            raise PlanError(str(error)) from None
    for what, names in (("device", plan.devices), ("branch", plan.branches)):
        for name in names:
            if names.count(name) > 1:
                raise PlanError(f"{what} {name!r} is named twice; two of one name would push each other off the broker")
    for service in plan.services:
        if service not in access.SERVICES:
            raise PlanError(f"service {service!r}: one of {', '.join(access.SERVICES)} was expected")
    if plan.bridge and not plan.site:
        raise PlanError("a bridge to headquarters needs the site's id, which is part of every topic it carries")
    if plan.branches and plan.role is not Role.HEADQUARTERS:
        raise PlanError("only headquarters has branches")
    for path in (plan.folder, plan.data):
        if not path.is_absolute() or "\n" in str(path):
            raise PlanError(f"folder {str(path)!r}: an absolute path on one line is needed")
    return plan


def accounts(plan: Plan) -> list[access.Account]:
    """Everyone who may connect, in the order of the files."""
    makers = {access.COLLECTOR: access.collector, access.ADMIN: access.admin, access.WATCH: access.watch}
    site = plan.site or "+"
    return [
        *(makers[service]() for service in plan.services),
        *(access.bridge(branch) for branch in plan.branches),
        *(access.device(name, site, home_assistant=plan.home_assistant) for name in plan.devices),
    ]
