"""``[circulation.offline]``: what may be done while the library system is away."""

from __future__ import annotations

import enum

import msgspec


class Policy(enum.StrEnum):
    """What patrons may do offline."""

    OFF = "off"
    RETURNS = "returns"
    BOTH = "both"


class OfflineSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The library's policy and its caps. ``extract`` is the signed file, ``public_key`` verifies it.

    Without ``card_key`` nobody in the extract can be recognised: it holds card numbers as keyed hashes only.
    """

    policy: Policy = Policy.OFF
    extract: str = "offline.extract"
    public_key: str = ""  # Ed25519, as hex, printed by 'pustaka offline keys'
    card_key: str = "offline-cards.key"  # the file with the key of the cards' hashes, from the same command
    extract_hours: int = 72  # an older extract is not used for lending
    items_per_patron: int = 10  # in one outage
    open_days: int = 7  # how old the oldest unreplayed operation may be
    open_operations: int = 5000
    unknown_items: bool = False  # lend what the extract does not know, marked for staff
    verifier_days: int = 30  # how long a PIN verifier from an online login is good for
    keep_verifiers: bool = False  # opt-in
    card_only: bool = False  # lend to a patron without a verifier, by card alone
    card_only_items: int = 2
    item_pattern: str = ""  # regular expression an unknown item's number must match
    item_check: str = ""  # mod10: and its last digit must be the Luhn check of the others
