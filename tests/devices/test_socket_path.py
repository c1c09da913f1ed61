"""A Unix socket can be made and found in a folder whose name is longer than a socket's address."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from devices.socket_path import LONGEST, short_path


@pytest.mark.parametrize("deep", [1, 60, 250])
def test_a_socket_is_found_where_it_was_made(tmp_path: Path, deep: int) -> None:
    folder = tmp_path / ("x" * deep)
    folder.mkdir()
    path = folder / "pilot.sock"
    with socket.socket(socket.AF_UNIX) as server, socket.socket(socket.AF_UNIX) as client:
        with short_path(path) as name:
            assert len(os.fsencode(name)) <= LONGEST
            server.bind(name)
        server.listen()
        with short_path(path) as name:
            client.connect(name)
    assert path.is_socket()


def test_no_descriptor_is_left_open(tmp_path: Path) -> None:
    folder = tmp_path / ("x" * 200)
    folder.mkdir()
    before = len(list(Path("/proc/self/fd").iterdir()))
    with short_path(folder / "pilot.sock"):
        pass
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_a_short_path_stays_as_it_is() -> None:
    with short_path(Path("/run/pustaka/pilot.sock")) as name:
        assert name == "/run/pustaka/pilot.sock"
