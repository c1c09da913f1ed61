"""Which column of a file is which field."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kiosk.circulation.library.transfer.fields import Field, Kind, Value
from kiosk.circulation.library.transfer.source import ImportRefused
from kiosk.circulation.library.transfer.values import BadValue


@dataclass(frozen=True, slots=True)
class Columns:
    """``used``: index of a column, its name, and the field it fills. ``given``: fields with one value for all rows."""

    used: tuple[tuple[int, str, Field], ...]
    unused: tuple[str, ...]
    given: Mapping[str, Value]

    @property
    def names(self) -> frozenset[str]:
        """Of all fields that the file or the user says something about."""
        return frozenset(field.name for _, _, field in self.used) | self.given.keys()


def bare(header: str) -> str:
    """A header as headers are compared: *No. Anggota* is ``noanggota``."""
    return re.sub(r"[\W_]+", "", header.casefold())


def map_columns(
    kind: Kind,
    columns: Sequence[str],
    named: Mapping[str, str] | None = None,
    given: Mapping[str, str] | None = None,
    *,
    update: bool = False,
) -> Columns:
    """Columns to fields: those in ``named`` (column to field, ``-`` for none) first, then by known headers.

    Raises:
        ImportRefused: a name in ``named`` or ``given`` does not exist, two columns claim one field, or a field that
            new rows need has no column.
    """
    found: dict[int, Field] = {}
    ignored: set[int] = set()
    for column, field_name in (named or {}).items():
        index = _column(columns, column)
        if field_name == "-":
            ignored.add(index)
            continue
        field = _field(kind, field_name)
        if field in found.values():
            raise ImportRefused(f"Two columns cannot both be '{field.name}'. Map one of them only.")
        found[index] = field
    fixed = {name: _given(_field(kind, name), text) for name, text in (given or {}).items()}
    taken = {field.name for field in found.values()} | fixed.keys()
    headers = [bare(column) for column in columns]
    for field in kind.fields:
        if field.name in taken:
            continue
        for known in (bare(field.name), *field.headers.split()):
            index = next((at for at, name in enumerate(headers) if name == known), -1)
            if index >= 0 and index not in found and index not in ignored:
                found[index] = field
                break
    used = tuple((index, columns[index], field) for index, field in sorted(found.items()))
    mapping = Columns(used, tuple(name for at, name in enumerate(columns) if at not in found), fixed)
    _complete(kind, mapping, columns, update=update)
    return mapping


def _complete(kind: Kind, mapping: Columns, columns: Sequence[str], *, update: bool) -> None:
    needed = [field.name for field in kind.fields if field.needed and (not update or field.name == kind.key)]
    missing = [name for name in needed if name not in mapping.names]
    if missing:
        raise ImportRefused(
            f"No column was recognised as {_list(missing)}. The file has {_list(columns)}. "
            f'Say which it is, for example --map "{columns[0] if columns else "No"}={missing[0]}".'
        )


def _column(columns: Sequence[str], name: str) -> int:
    exact = [at for at, column in enumerate(columns) if column == name]
    close = exact or [at for at, column in enumerate(columns) if bare(column) == bare(name)]
    if not close:
        raise ImportRefused(f"There is no column '{name}' in the file. It has {_list(columns)}.")
    return close[0]


def _field(kind: Kind, name: str) -> Field:
    field = kind.field(name)
    if field is None:
        raise ImportRefused(f"There is no field '{name}'. {kind.name.capitalize()} have {_list(kind_fields(kind))}.")
    return field


def _given(field: Field, text: str) -> Value:
    try:
        return field.parse(text.strip()) if text.strip() else field.default
    except BadValue as error:
        raise ImportRefused(f"'{text}' does not fit '{field.name}': expected {error}.") from error


def kind_fields(kind: Kind) -> list[str]:
    return [field.name for field in kind.fields]


def _list(names: Sequence[str]) -> str:
    return ", ".join(f"'{name}'" for name in names) or "no columns"
