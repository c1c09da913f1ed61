"""The MQTT language of Pustaka Mandiri: topics, records, versions.

Everything that crosses the broker is named here and nowhere else; this is the one package that the devices and
the collector share. It imports no client, opens no socket and asks no clock.

Two rules hold everything together:

* **The ledger row is the truth.** A device numbers its rows 1, 2, 3 … within an *epoch* (a random id made with the
  ledger file). ``(device, epoch, seq)`` names a row for ever; sending it twice changes nothing.
* **The collector's ``ack`` is the only permission to forget.** A device deletes rows up to the acknowledged
  number and not one more.

Inside version 1 keys never change their meaning and unknown keys are ignored. A breaking change is a new root,
``pustaka/v2/``, published beside this one for a release.

Times are integers: milliseconds of UTC since 1970 (``t0``, ``t1``, or ``None`` when the device cannot know), and
milliseconds of the boot clock (``bt0``, ``bt1``), which runs on through suspend and never jumps.
"""

from __future__ import annotations

from devices.contract.messages import (
    INTERVAL_S,
    PROTOCOL,
    Ack,
    Alert,
    Command,
    Health,
    Info,
    Part,
    Reply,
    Status,
    Totals,
)
from devices.contract.reading import (
    UNREADABLE,
    BatchItem,
    body,
    decode,
    decode_known,
    decode_row,
    decode_rows,
    encode,
)
from devices.contract.rows import (
    BLIND,
    LIMIT,
    Anchor,
    AnchorRow,
    AnyRow,
    Clock,
    Count,
    CountRow,
    Epoch,
    HeartbeatRow,
    Kind,
    KnownRow,
    Row,
    Stamped,
    Transaction,
    TransactionRow,
    Whole,
)
from devices.contract.topics import (
    BATCH,
    DEVICE_READS,
    DEVICE_WRITES,
    MAX_PAYLOAD,
    RETAINED,
    ROOT,
    ContractError,
    Leaf,
    Topic,
    check_id,
    parse_topic,
    topic,
)

__all__ = [
    "BATCH",
    "BLIND",
    "DEVICE_READS",
    "DEVICE_WRITES",
    "INTERVAL_S",
    "LIMIT",
    "MAX_PAYLOAD",
    "PROTOCOL",
    "RETAINED",
    "ROOT",
    "UNREADABLE",
    "Ack",
    "Alert",
    "Anchor",
    "AnchorRow",
    "AnyRow",
    "BatchItem",
    "Clock",
    "Command",
    "ContractError",
    "Count",
    "CountRow",
    "Epoch",
    "Health",
    "HeartbeatRow",
    "Info",
    "Kind",
    "KnownRow",
    "Leaf",
    "Part",
    "Reply",
    "Row",
    "Stamped",
    "Status",
    "Topic",
    "Totals",
    "Transaction",
    "TransactionRow",
    "Whole",
    "body",
    "check_id",
    "decode",
    "decode_known",
    "decode_row",
    "decode_rows",
    "encode",
    "parse_topic",
    "topic",
]
