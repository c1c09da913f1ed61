"""One connection to the broker, from its opening to its loss; a new one is made for each try.

Making a new client each time keeps no message of an old connection alive (the ledger sends again what counts), and a
network thread that dies, for whatever reason, always ends in :class:`Lost`. What happens is posted, never called
back into the owner's code, so nothing of the owner runs on the network thread.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from devices.contract import Leaf, Status, topic
from devices.link.errors import LinkError
from devices.link.settings import LinkSettings

log = logging.getLogger(__name__)

KEEPALIVE_S: Final = 30
#: The broker keeps our subscriptions this long, so that a command sent during a short drop still arrives.
SESSION_S: Final = 60


@dataclass(frozen=True)
class Up:
    """The broker accepted us."""

    source: Connection


@dataclass(frozen=True)
class Lost:
    """The connection is gone, or never came up; ``why`` is for the log."""

    source: Connection
    why: str


@dataclass(frozen=True)
class Published:
    """The broker answered message ``mid``; ``refused`` says why it did not take it."""

    source: Connection
    mid: int
    refused: str = ""


@dataclass(frozen=True)
class Arrived:
    """A message for us."""

    source: Connection
    topic: str
    payload: bytes
    retained: bool


Event = Up | Lost | Published | Arrived


class Connection:
    """A paho client with a life of one connection.

    Raises:
        LinkError: the password file or the CA file cannot be read.
    """

    def __init__(self, settings: LinkSettings, post: Callable[[Event], None]) -> None:
        self._settings = settings
        self._post = post
        self._why = "closed"
        self._client = _client(settings)
        self._client.on_connect = self._on_connect
        self._client.on_disconnect = self._on_disconnect
        self._client.on_publish = self._on_publish
        self._client.on_subscribe = self._on_subscribe
        self._client.on_message = self._on_message
        # Says that somebody else drives the socket: otherwise paho would write to it from the publishing thread too.
        self._client.on_socket_register_write = lambda *_: None
        self._thread = threading.Thread(target=self._run, name="link-network", daemon=True)

    def open(self) -> None:
        """Begin to connect; ends in :class:`Up` or :class:`Lost`."""
        self._thread.start()

    def publish(self, where: str, payload: bytes, *, qos: int = 1, retain: bool = False) -> int | None:
        """Hand a message over; its number, or ``None`` if the connection is already gone."""
        told = self._client.publish(where, payload, qos=qos, retain=retain)
        return told.mid if told.rc is MQTTErrorCode.MQTT_ERR_SUCCESS else None

    def close(self, timeout_s: float) -> None:
        """Say goodbye to the broker; it will not publish the last will."""
        self._client.disconnect()
        self._thread.join(timeout_s)

    # -- on the network thread

    def _run(self) -> None:
        try:
            properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
            properties.SessionExpiryInterval = SESSION_S
            self._client.connect(
                self._settings.host, self._settings.port, KEEPALIVE_S, clean_start=False, properties=properties
            )
            while self._client.loop(timeout=1.0) == MQTTErrorCode.MQTT_ERR_SUCCESS:
                pass
        except OSError as error:
            self._why = f"{self._settings.host}:{self._settings.port}: {error}"
        except Exception as error:  # the thread's end must be known whatever ended it
            log.exception("the network thread failed")
            self._why = f"internal: {type(error).__name__}"
        finally:
            self._post(Lost(self, self._why))

    def _on_connect(
        self, client: mqtt.Client, data: Any, flags: mqtt.ConnectFlags, reason: ReasonCode, props: Any
    ) -> None:
        del data, flags, props
        try:
            if reason.is_failure:
                self._why = f"the broker refused us: {reason}"
                return
            site, device = self._settings.site, self._settings.device
            client.subscribe([(topic(site, device, Leaf.ACK), 1), (topic(site, device, Leaf.COMMAND, "+"), 1)])
            self._post(Up(self))
        except Exception:  # paho would swallow or die of it; logged, and the loop ends by time-out
            log.exception("on connect")

    def _on_disconnect(self, client: mqtt.Client, data: Any, flags: Any, reason: ReasonCode, props: Any) -> None:
        del client, data, flags, props
        if self._why == "closed":
            self._why = str(reason)

    def _on_publish(self, client: mqtt.Client, data: Any, mid: int, reason: ReasonCode, props: Any) -> None:
        del client, data, props
        try:
            self._post(Published(self, mid, str(reason) if reason.is_failure else ""))
        except Exception:  # see _on_connect
            log.exception("on publish")

    def _on_subscribe(self, client: mqtt.Client, data: Any, mid: int, reasons: list[ReasonCode], props: Any) -> None:
        del client, data, mid, props
        if any(reason.is_failure for reason in reasons):
            log.error("the broker lets %s read neither ack nor command; check its access list", self._settings.device)

    def _on_message(self, client: mqtt.Client, data: Any, message: mqtt.MQTTMessage) -> None:
        del client, data
        try:
            self._post(Arrived(self, message.topic, bytes(message.payload), message.retain))
        except Exception:  # see _on_connect
            log.exception("on message")


def _client(settings: LinkSettings) -> mqtt.Client:
    client = mqtt.Client(
        CallbackAPIVersion.VERSION2, client_id=settings.device, protocol=mqtt.MQTTv5, reconnect_on_failure=False
    )
    client.connect_timeout = 10.0
    client.username_pw_set(settings.device, _password(settings))
    if settings.tls:
        try:
            client.tls_set(ca_certs=settings.ca_file or None)
        except OSError as error:
            raise LinkError(f"link.ca_file {settings.ca_file}: cannot be used: {error}") from error
    client.will_set(topic(settings.site, settings.device, Leaf.STATUS), Status.OFFLINE.encode(), qos=1, retain=True)
    return client


def _password(settings: LinkSettings) -> str | None:
    if not settings.password_file:
        return None
    try:
        return Path(settings.password_file).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise LinkError(f"link.password_file {settings.password_file}: cannot be read: {error}") from error
