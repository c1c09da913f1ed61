"""Free ports of loopback, of the kind a broker can come back to."""

from __future__ import annotations

import errno
import random
import socket
from pathlib import Path

from broker_config.errors import BrokerError, PortTaken
from broker_config.ready import taken

LOOPBACK = "127.0.0.1"


def free_port() -> int:
    """A port of loopback that is free now, below those the kernel hands to outgoing connections.

    A client that reconnects to a stopped broker on a port of that range can be given the very same port as its own
    and is then joined to itself; the broker could not come back.

    Raises:
        PortTaken: none was found.
    """
    low = _first_outgoing()
    for _ in range(200):
        port = random.randrange(min(10_240, low - 1), low)
        try:
            check_free(port)
        except PortTaken:
            continue
        return port
    raise PortTaken("No free port was found on this machine in 200 tries. End some programs and try again.")


def check_free(port: int) -> None:
    """Return if the port can be listened on.

    Raises:
        PortTaken: somebody listens there.
        BrokerError: it may not be used, such as a port below 1024.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as trial:
        # As mosquitto does; otherwise connections that ended a moment ago would look like a listener.
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((LOOPBACK, port))
            trial.listen(1)
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise taken(port) from None
            raise BrokerError(f"port {port} cannot be used: {error.strerror}. Choose another one.") from error


def _first_outgoing() -> int:
    try:
        low = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    except (OSError, ValueError, IndexError):
        return 32_768
    return low if low > 2048 else 32_768
