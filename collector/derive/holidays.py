"""The public holidays of Indonesia, as PyPI's ``holidays`` lists them: proposed to the library, never applied by
itself. Dates of the moon's calendar are predictions until the government's decree; their names say so.
"""

from __future__ import annotations

from collector.derive.calendar import Kind, Special
from collector.errors import EditError

#: Years for which the list is sensible to ask for.
FIRST_YEAR, LAST_YEAR = 1990, 2100
SOURCE = "PyPI holidays"


def indonesia(year: int, *, language: str = "id") -> tuple[Special, ...]:
    """The year's public holidays, closed, by day. ``language``: ``id`` or ``en_US``.

    Raises:
        EditError: a year outside the list, or the package is not installed.
    """
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise EditError(f"year {year}: holidays are known from {FIRST_YEAR} to {LAST_YEAR}.")
    try:
        from holidays import country_holidays
    except ModuleNotFoundError:
        raise EditError(
            "holidays: the Python package 'holidays' is not installed. Run: pip install 'pustaka-mandiri[collector]'"
        ) from None
    found = country_holidays("ID", years=year, language=language)
    return tuple(Special(day, Kind.HOLIDAY, name, SOURCE) for day, name in sorted(found.items()))
