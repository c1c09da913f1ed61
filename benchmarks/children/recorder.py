"""``mqtt-logger`` with its defaults, in an environment of its own: ``recorder.py DATABASE PORT USER PASSWORD``.

Says "listening" when it is subscribed, and records until its input ends.
"""

import sys

from mqtt_logger import Recorder  # type: ignore[import-not-found]


def main(database: str, port: str, user: str, password: str) -> None:
    """Record."""
    recorder = Recorder(database, ["pustaka/v1/#"], "127.0.0.1", int(port), username=user, password=password)
    recorder._client.on_subscribe = lambda *_: print("listening", flush=True)
    recorder.start()
    sys.stdin.read()


main(*sys.argv[1:])
