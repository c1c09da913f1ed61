"""What a patron is called on a screen that others can see: the first name, and nothing more."""

from __future__ import annotations

_HONORIFICS = frozenset({"h.", "hj.", "dr.", "drs.", "dra.", "ir.", "prof.", "ust.", "kh."})


def first_name(name: str) -> str:
    """The first word of a name that is not a title: *Hj. Siti Aminah* is *Siti*. Many names have one word only.

    *Aminah, Siti* is written family name first: *Siti*; but *Siti Aminah, S.Pd.* ends in a degree.
    """
    before, _, behind = name.partition(",")
    given = _words(behind)
    if given and not _is_degree(given[0]):
        return given[0]
    return next(iter(_words(before)), name.strip())


def _words(part: str) -> list[str]:
    return [word for word in part.split() if word.lower() not in _HONORIFICS]


def _is_degree(word: str) -> bool:
    """*S.Pd.*, *M.Si*, *SE*: with a full stop inside, or a few capitals."""
    bare = word.strip(",")
    return "." in bare or (bare.isupper() and len(bare) <= 3)
