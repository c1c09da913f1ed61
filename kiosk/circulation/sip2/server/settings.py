"""How the server listens, and what bounds a slow, broken or hostile terminal. Seconds are seconds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ServeSettings:
    """Defaults for a library with up to a few hundred terminals."""

    host: str = "127.0.0.1"
    port: int = 6001
    lines: int = 512  # connections at once
    lines_per_address: int = 128  # of which from one address: a branch behind one router has one
    new_lines_rate: float = 10.0  # new connections a second from one address, in the long run
    new_lines_burst: int = 160
    login_seconds: float = 10.0  # from connecting to a right login, TLS included
    frame_seconds: float = 10.0  # from a frame's first byte to its last
    idle_seconds: float = 900.0  # terminals ask 99 every few minutes to keep the line
    write_seconds: float = 10.0  # for the terminal to take an answer
    answer_seconds: float = 5.0  # for the library system to give one
    stop_seconds: float = 8.0  # for answers in flight when the service ends
    wrong_logins: int = 3  # on one connection, before it is closed
    workers: int = 4  # threads that wait for the library system
    refresh_seconds: float = 5.0  # how often the accounts are looked at
