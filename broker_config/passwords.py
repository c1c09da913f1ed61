"""Mosquitto's password file.

A line is ``name:$7$iterations$salt$hash``: PBKDF2 with HMAC-SHA-512, 12 bytes of salt, 64 bytes of hash, both in
Base64 (``libcommon/password_common.c`` of Mosquitto 2.1; 2.0 reads and writes the same). Hashing here keeps
passwords off command lines, where ``mosquitto_passwd -b`` would show them to everyone on the machine.
"""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Callable, Mapping

from broker_config.errors import PlanError

#: mosquitto_passwd's own default is 101. The broker has one thread and hashes at every connection, so a thousand
#: devices coming back at once must not hold it up; the generated passwords are 192 random bits, which need no more.
ITERATIONS = 1000

SALT_BYTES = 12


def hash_password(password: str, salt: bytes) -> str:
    """The ``$7$…`` form of a password.

    Raises:
        PlanError: an empty password, or a salt that mosquitto 2.0 would not read.
    """
    if not password:
        raise PlanError("an empty password is not allowed")
    if len(salt) != SALT_BYTES:
        raise PlanError(f"a salt of {len(salt)} bytes; mosquitto 2.0 reads {SALT_BYTES}")
    digest = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, ITERATIONS)
    return f"$7${ITERATIONS}${b64encode(salt).decode()}${b64encode(digest).decode()}"


def password_text(users: Mapping[str, str], random: Callable[[int], bytes]) -> str:
    """The password file of ``users`` (name to password); ``random`` gives bytes, such as ``os.urandom``."""
    return "".join(f"{name}:{hash_password(password, random(SALT_BYTES))}\n" for name, password in users.items())


def read_hashes(text: str) -> dict[str, str]:
    """Name to hash of an existing password file; lines that are not ``name:$…`` are left out."""
    pairs = (line.partition(":") for line in text.splitlines())
    return {name: hashed for name, _, hashed in pairs if name and hashed.startswith("$")}
