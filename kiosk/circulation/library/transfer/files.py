"""Which kind of file a path is, and the source that reads it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from kiosk.circulation.library.transfer.csv_source import CsvSource
from kiosk.circulation.library.transfer.fields import Kind
from kiosk.circulation.library.transfer.json_source import JsonSource
from kiosk.circulation.library.transfer.source import ImportRefused, Source

_MARC = frozenset({".mrc", ".marc", ".marc21", ".xml", ".marcxml"})
_JSON = frozenset({".json", ".jsonl", ".ndjson"})


def open_source(
    path: Path,
    kind: Kind,
    *,
    encoding: str = "auto",
    delimiter: str = "auto",
    columns: Sequence[str] = (),
    item_field: str = "",
) -> Source:
    """The file's source by the end of its name; what is neither MARC nor JSON is CSV.

    Raises:
        ImportRefused: it cannot be read, or is a catalogue where people are asked for.
    """
    ending = path.suffix.lower()
    if ending in _MARC:
        if kind.name != "items":
            raise ImportRefused(f"{path.name}: a MARC file holds items, no {kind.name}.")
        from kiosk.circulation.library.transfer.marc_source import MarcSource  # pymarc takes its time

        return MarcSource(path, encoding=encoding, item_field=item_field)
    if item_field:
        raise ImportRefused("--item-field is for MARC files (.mrc, .xml).")
    if ending in _JSON:
        return JsonSource(path)
    return CsvSource(path, encoding=encoding, delimiter=delimiter, columns=columns)
