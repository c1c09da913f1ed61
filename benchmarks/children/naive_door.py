"""What is written first by everybody: read the sensor's lines, count a passage when both beams are clear, publish it.

``python -m benchmarks.children.naive_door PORT HOST:PORT``. Nothing is kept; a broker that is away loses it.
"""

from __future__ import annotations

import sys

import paho.mqtt.client as mqtt
import serial
from paho.mqtt.enums import CallbackAPIVersion


def main(port: str, broker: str) -> None:
    """Count for ever."""
    host, _, number = broker.partition(":")
    client = mqtt.Client(CallbackAPIVersion.VERSION2)
    client.connect_async(host, int(number))
    client.loop_start()
    broken = {"A": False, "B": False}
    first, into, out = "", 0, 0
    with serial.Serial(port, 115_200, timeout=1) as line:
        while True:
            fields = line.readline().decode("ascii", "replace").strip().split(",")
            if len(fields) < 3 or fields[1] not in broken:
                continue
            if not any(broken.values()):
                first = fields[1]
            broken[fields[1]] = fields[2] == "1"
            if first and not any(broken.values()):
                into, out = into + (first == "A"), out + (first == "B")
                client.publish("door/count", f"{into} {out}")


if __name__ == "__main__":
    main(*sys.argv[1:])
