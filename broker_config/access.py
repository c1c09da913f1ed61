"""Who may write and read which topic, made from the contract and from nothing else.

Every leaf is listed. A wildcard like ``pustaka/v1/+/{device}/#`` would let a device write its own ``ack``, and so
permit itself (or a clone of its card) to delete rows that the collector has not stored; or write its own
``command``. Rules are written per user rather than with mosquitto's ``pattern … %u``, because patterns hold for
every user: the collector would then also be a device named "collector".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from broker_config.errors import PlanError
from devices.contract import DEVICE_READS, DEVICE_WRITES, RETAINED, ROOT, ContractError, Leaf, check_id

COLLECTOR: Final = "collector"
ADMIN: Final = "admin"
WATCH: Final = "watch"
#: Accounts that are not devices.
SERVICES: Final = (COLLECTOR, ADMIN, WATCH)
#: Names no device may have: the accounts above, and the level a branch's bridge reports its state under.
RESERVED: Final = frozenset({*SERVICES, "bridge"})


@dataclass(frozen=True)
class Account:
    """A user of the broker: the topics it may publish to and subscribe to, as MQTT filters."""

    name: str
    writes: tuple[str, ...]
    reads: tuple[str, ...]


def check_device(name: str) -> str:
    """Return ``name`` if a device may have it.

    Raises:
        PlanError: not an id of the contract, or the name of a service.
    """
    try:
        check_id(name, "device")
    except ContractError as error:
        raise PlanError(str(error)) from None
    if name in RESERVED:
        raise PlanError(f"device {name!r}: this name belongs to the system; choose another")
    return name


def bridge_name(site: str) -> str:
    """The account of a branch's broker at headquarters; the dot keeps it apart from every device id."""
    return f"bridge.{site}"


def bridge_status(site: str) -> str:
    """The topic on which headquarters sees whether the branch's broker is connected (``1`` or ``0``)."""
    return f"{ROOT}/{site}/bridge/status"


def device(name: str, site: str = "+", *, home_assistant: bool = False) -> Account:
    """A device writes its own leaves and reads its own orders, at ``site`` or at any."""
    writes = [f"{ROOT}/{site}/{name}/{leaf}" for leaf in DEVICE_WRITES]
    reads = [f"{ROOT}/{site}/{name}/{leaf}" for leaf in DEVICE_READS]
    if home_assistant:
        writes.append(f"homeassistant/device/{name}/config")
        reads.append("homeassistant/status")
    return Account(name, tuple(writes), tuple(reads))


def collector() -> Account:
    """The collector reads everything of ours and writes acknowledgements, nothing else."""
    return Account(COLLECTOR, (f"{ROOT}/+/+/{Leaf.ACK}",), (f"{ROOT}/#",))


def admin() -> Account:
    """An admin gives orders, and may empty what a retired device left behind. Never ``ack``: that deletes rows."""
    left_behind = tuple(leaf for leaf in DEVICE_WRITES if Leaf(leaf.partition("/")[0]) in RETAINED)
    orders = (f"{Leaf.COMMAND}/+", f"{Leaf.CONFIG}")
    return Account(ADMIN, tuple(f"{ROOT}/+/+/{leaf}" for leaf in orders + left_behind), (f"{ROOT}/#", "$SYS/#"))


def watch() -> Account:
    """Reads every topic and writes none: for dashboards, and for tests that search all traffic."""
    return Account(WATCH, (), ("#", "$SYS/#"))


def bridge(site: str) -> Account:
    """A branch's broker at headquarters: what its devices write goes up, what they read comes down.

    :func:`bridge_status` is among the former: the bridge reports itself like a device of that name.
    """
    account = device("+", site)
    return Account(bridge_name(site), account.writes, account.reads)


def acl_text(accounts: list[Account]) -> str:
    """Mosquitto's access list. The same text serves ``acl_file`` (2.0) and the acl-file plugin (2.1)."""
    blocks = ["# Made by 'pustaka broker config'. Whatever is not listed here is refused.\n"]
    for account in accounts:
        lines = [f"user {account.name}"]
        lines += [f"topic write {topic}" for topic in account.writes]
        lines += [f"topic read {topic}" for topic in account.reads]
        blocks.append("\n".join(lines) + "\n")
    return "\n".join(blocks)
