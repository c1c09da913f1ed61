"""What can go wrong with a broker; every message is a sentence for the person who has to mend it."""

from __future__ import annotations


class BrokerError(RuntimeError):
    """The broker cannot be set up or run; the message says why and what to do."""


class BrokerMissing(BrokerError):
    """A program that is needed is not installed; the message holds the command that installs it."""


class PortTaken(BrokerError):
    """Another program already listens on the port."""


class PlanError(BrokerError, ValueError):
    """What was asked for contradicts itself or breaks a rule; the message names the value."""
