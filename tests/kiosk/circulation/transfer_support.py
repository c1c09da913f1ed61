"""Small helpers for the tests of import and export."""

from __future__ import annotations

import io
from pathlib import Path

from kiosk.circulation.library.library import EmbeddedLibrary
from kiosk.circulation.library.transfer.exporter import export
from kiosk.circulation.library.transfer.fields import KINDS
from kiosk.circulation.library.transfer.files import open_source
from kiosk.circulation.library.transfer.importer import Import, Imported, Wishes
from kiosk.circulation.library.transfer.staging import Problem


def bring_in(
    library: EmbeddedLibrary, kind: str, path: Path, wishes: Wishes | None = None, **how: str
) -> tuple[Imported, list[Problem]]:
    """Import a file; what came of it and what was wrong."""
    with Import(library, KINDS[kind], wishes or Wishes()) as job:
        source = open_source(path, KINDS[kind], **how)  # type: ignore[arg-type]
        try:
            done = job.run(source)
        finally:
            source.close()
        return done, job.problems()


def written(library: EmbeddedLibrary, kind: str, form: str = "csv", *, with_pins: bool = False) -> bytes:
    """The export as bytes."""
    target = io.BytesIO()
    export(library, KINDS[kind], target, form, with_pins=with_pins)
    return target.getvalue()


def everything(library: EmbeddedLibrary) -> list[bytes]:
    """All lists of the library."""
    return [written(library, kind, with_pins=True) for kind in KINDS]
