"""The shapes in which several sentences belong together."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sentence:
    """``what`` says what, why and until when; ``now`` what to do now. Either may be empty; both are whole sentences."""

    what: str
    now: str = ""

    @property
    def whole(self) -> str:
        """Both, as one text."""
        return " ".join(part for part in (self.what, self.now) if part)


@dataclass(frozen=True, slots=True)
class RowText:
    """What stands under a title in a list: plain ``lines``, then ``now`` (no full stop), which stands out."""

    lines: tuple[str, ...] = ()
    now: str = ""


@dataclass(frozen=True, slots=True)
class LoanText:
    """A loan in the account. ``line`` is ``left`` and ``date`` in one; ``more`` is what follows from being overdue."""

    line: str
    left: str
    date: str
    more: str = ""


@dataclass(frozen=True, slots=True)
class Sign:
    """The sign panel of one bin: a small ``lead`` over the large ``place``; ``sentence`` says both in one."""

    lead: str
    place: str
    sentence: str


def label(sentence: str) -> str:
    """A sentence as a label: a single one loses its full stop."""
    return sentence[:-1] if sentence.endswith(".") and ". " not in sentence else sentence
