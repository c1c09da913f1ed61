"""Messages to bytes and back, without sequence number and checksum (those are ``frame.py``'s)."""

from __future__ import annotations

from kiosk.circulation.sip2.layout import Message


def encode(message: Message, encoding: str = "utf-8") -> bytes:
    """The message's bytes, without AY, AZ and the terminator.

    Raises:
        UnsafeValue: a value would become another field or message, is too long, or the encoding lacks a character.
    """
    raise NotImplementedError


def decode(body: bytes, encoding: str = "utf-8") -> Message:
    """The message in a frame's body.

    Raises:
        MalformedMessage: no message of SIP 2.00. Nothing else is raised, whatever the bytes.
    """
    raise NotImplementedError
