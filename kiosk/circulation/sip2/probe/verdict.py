"""Which shipped profile fits what was found, and what has to be changed in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from kiosk.circulation.sip2.probe.finding import Confidence, Finding
from kiosk.circulation.sip2.profile import Profile, load_profile, shipped

_WEIGHT = {Confidence.CERTAIN: 2, Confidence.LIKELY: 1, Confidence.UNKNOWN: 0}
#: Keys in which a profile says more of the system than of one installation's choices.
_TELLING = frozenset({"hold_lists", "checkout_renews", "renew_with_checkout", "loan_lists", "no_block"})
_TELLING_WEIGHT = 3
#: Keys that every installation sets as it likes, so that they say nothing of the system.
_CHOICES = frozenset({"pin", "encoding", "currency", "verify", "resend", "page_size"})
OURS = "pustaka"


@dataclass(frozen=True, slots=True)
class Verdict:
    """``changes`` are findings in which the server differs from the profile; ``agree`` counts those in which not."""

    profile: str
    changes: tuple[Finding, ...]
    agree: int


def nearest(found: Sequence[Finding], configured: str) -> Verdict:
    """The shipped profile that contradicts the findings least. The configured one wins a draw, then ``generic``.

    Our own server is never guessed: what it can do beyond others is not to be expected of anybody else.
    """
    names = [name for name in shipped() if name != OURS or name == configured]
    ranked = sorted(names, key=lambda name: (_cost(found, name), name != configured, name != "generic"))
    return against(found, ranked[0])


def against(found: Sequence[Finding], profile: str) -> Verdict:
    """The findings beside one profile."""
    values = load_profile(profile)
    changes = tuple(finding for finding in found if finding.setting and not _agrees(finding, values))
    return Verdict(profile, changes, sum(finding.setting for finding in found) - len(changes))


def _cost(found: Sequence[Finding], name: str) -> int:
    """How much a profile says otherwise. One that leaves something open is wrong by a little."""
    profile = load_profile(name)
    return sum(
        _WEIGHT[finding.confidence] * _importance(finding.key, as_written(getattr(profile, finding.key)))
        for finding in found
        if finding.setting and not _agrees(finding, profile)
    )


def _importance(key: str, claimed: object) -> int:
    if key in _CHOICES:
        return 0
    return _TELLING_WEIGHT if key in _TELLING and claimed != "unknown" else 1


def _agrees(finding: Finding, profile: Profile) -> bool:
    if profile.name == OURS and finding.confidence is Confidence.LIKELY:
        return True  # of our own server we know better than by the look of it
    if finding.key == "page_size":  # how many at once is a choice, whether at all is a fact
        return bool(finding.value) == bool(profile.page_size)
    return as_written(finding.value) == as_written(getattr(profile, finding.key))


def as_written(value: object) -> object:
    """A profile's value as it stands in TOML."""
    plain: object = msgspec.to_builtins(value)
    return list(plain) if isinstance(plain, tuple) else plain
