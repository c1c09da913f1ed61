"""What can go wrong when the caller asks for something impossible. A bad tag or a dead reader is an event instead."""

from __future__ import annotations


class RfidError(Exception):
    """The family of errors of :mod:`devices.rfid`; the message is a sentence for people."""


class EncodeError(RfidError, ValueError):
    """A value does not fit on the tag or in the command; the message names the value and the limit."""


class SetupError(RfidError, ValueError):
    """The reader's settings cannot be used; the message names the setting."""
