"""The collector's connection to the broker.

MQTT 5 with a session that outlives us (7 days), so that the broker queues while we are away, and automatic
acknowledgement, because nothing depends on the broker: rows stay in the device until our own ``ack``. Callbacks only
enqueue, and none lets an exception out, since that would end the client's thread while everything seems fine.

**Groups.** Collectors with the same ``share`` get each message once among them. What the broker kept (status, health,
acknowledgements) does not belong to a group's subscription, so each member also asks for it plainly when it connects,
and at once takes that subscription back: the kept messages are on their way by then. Mosquitto 2.0.11 hands them to the
group as well; hearing a statement twice changes nothing. A group does not subscribe to ``ack``: it
would hear its own. Two members may publish their marks of one ledger in the wrong order; the lower one comes last then
and lets the device forget nothing too early, and the next rows put it right.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from collector.errors import SetupError
from collector.ingest import Message
from collector.settings import BrokerSettings
from collector.store.port import Mark
from devices.contract import ROOT, Ack, ContractError, Leaf, encode, topic

SESSION_S = 7 * 24 * 3600
#: In a group: what a member that is gone has not acknowledged goes to the others after so long.
SHARED_SESSION_S = 20
#: What a group shares, and what the broker keeps for each of its members.
SHARED = ("records", "status", "info", "health", "totals", "alert/+")
KEPT = ("status", "info", "health", "totals", "alert/+", "ack")
#: Messages the broker may have under way to us.
WINDOW = 1000

_ACK = f"/{Leaf.ACK}"

log = logging.getLogger(__name__)


class Broker:
    """A paho client that hands messages on and publishes marks."""

    def __init__(
        self,
        settings: BrokerSettings,
        offer: Callable[[Message], None],
        turned: Callable[[], None],
        clock: Callable[[], int],
    ) -> None:
        """``offer`` takes each message and may block; ``turned`` is told when the connection comes or goes.

        Raises:
            SetupError: the password or certificate file cannot be read.
        """
        self.listening_since: int | None = None
        self.problem = "not connected yet"
        self._where = f"{settings.host}:{settings.port}"
        self._settings = settings
        self._offer = offer
        self._turned = turned
        self._clock = clock
        self._client = self._make()

    def _make(self) -> Client:
        settings = self._settings
        client = Client(CallbackAPIVersion.VERSION2, settings.client_id, protocol=MQTTProtocolVersion.MQTTv5)
        if settings.user:
            client.username_pw_set(settings.user, _password(settings.password_file))
        if settings.encrypted:
            try:
                client.tls_set(ca_certs=settings.ca_file or None)
            except OSError as error:
                raise SetupError(f"{settings.ca_file}: the certificate cannot be read: {error}") from error
        client.reconnect_delay_set(1, 30)
        client.max_inflight_messages_set(200)
        client.on_connect = self._on_connect
        client.on_disconnect = self._on_disconnect
        client.on_message = self._on_message
        return client

    def start(self) -> None:
        """Connect in the background, and again whenever the connection is lost."""
        properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        properties.SessionExpiryInterval = SHARED_SESSION_S if self._settings.share else SESSION_S
        properties.ReceiveMaximum = WINDOW
        self._client.connect_async(
            self._settings.host, self._settings.port, keepalive=30, clean_start=False, properties=properties
        )
        self._client.loop_start()

    def stop(self) -> None:
        """Disconnect; the broker keeps the session. A member of a group leaves it, so that the others get its share."""
        leaving: Properties | None = None
        if self._settings.share:
            leaving = Properties(PacketTypes.DISCONNECT)  # type: ignore[no-untyped-call]
            leaving.SessionExpiryInterval = 0
        self._client.disconnect(properties=leaving)
        self._client.loop_stop()

    def publish(self, mark: Mark) -> None:
        """Tell a device what is committed. While there is no broker it is not told, and sends those rows again."""
        if not self._client.is_connected() or mark.boot is None:
            return
        ledger = mark.ledger
        ack = encode(Ack(epoch=ledger.epoch, seq=mark.seq, boot=mark.boot))
        self._client.publish(topic(ledger.site, ledger.device, Leaf.ACK), ack, qos=1, retain=True)

    def _on_connect(
        self, client: Client, _data: object, _flags: ConnectFlags, reason: ReasonCode, _properties: Properties | None
    ) -> None:
        if reason.is_failure:
            self.problem = f"the broker at {self._where} refuses us: {reason}. Check --user and --password-file."
            log.error(self.problem)
            return
        self._subscribe(client)
        self.listening_since = self._clock()
        self.problem = ""
        log.info("listening at %s", self._where)
        self._turned()

    def _subscribe(self, client: Client) -> None:
        """Each time anew, even into a kept session: what devices said of themselves is what we want to hear first."""
        share = self._settings.share
        if not share:
            client.subscribe(f"{ROOT}/#", options=SubscribeOptions(qos=1, noLocal=True))
            return
        kept = [f"{ROOT}/+/+/{leaf}" for leaf in KEPT]
        client.subscribe([(each, SubscribeOptions(qos=1, noLocal=True)) for each in kept])
        client.unsubscribe(kept)
        # A group may not ask to be spared its own messages (MQTT 5, 3.8.3.1), and it has none on these topics.
        client.subscribe([(f"$share/{share}/{ROOT}/+/+/{leaf}", SubscribeOptions(qos=1)) for leaf in SHARED])

    def _on_disconnect(
        self,
        _client: Client,
        _data: object,
        _flags: DisconnectFlags,
        reason: ReasonCode,
        _properties: Properties | None,
    ) -> None:
        self.listening_since = None
        if not self.problem and reason.is_failure:
            self.problem = f"the broker at {self._where} is gone ({reason}); trying again"
            log.warning(self.problem)
        self._turned()

    def _on_message(self, _client: Client, _data: Any, message: MQTTMessage) -> None:
        if self._settings.share and not message.retain and message.topic.endswith(_ACK):
            return  # told by another member between our asking for what is kept and taking that back
        try:
            self._offer(Message(message.topic, bytes(message.payload), message.retain, self._clock()))
        except (ContractError, UnicodeDecodeError, ValueError):
            log.exception("a message with an unreadable topic was dropped")


def _password(path: str) -> str | None:
    if not path:
        return None
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SetupError(f"{path}: the password cannot be read: {error}") from error
