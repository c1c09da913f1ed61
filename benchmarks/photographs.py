"""``python -m benchmarks.photographs FOLDER``: public photographs of codes, read by the stock engines and by ours.

Every side sees each picture in turn, so whatever slows the machine slows all. CPU is that of this process, OpenCV held
to one thread, reading the file and making it grey left out. Pictures of linear codes are right when the text that
stands beside them was read. A text that was not asked for is wrong, unless both stock engines read it in that picture,
or it is the truth of another picture of the same series: some show two codes. BoofCV's collection names no texts, so
there a QR code counts when any was read.

This is run by hand: the collections (see :mod:`benchmarks.corpora`) are not part of the project.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import cv2

from benchmarks import corpora, machine
from benchmarks.corpora import BOOFCV, LINEAR, NOTHING, QR, Picture
from benchmarks.live import zbar, zxing
from benchmarks.result import Table, markdown, plain
from devices.barcode.code import LIBRARY_FORMATS, BarcodeError
from devices.barcode.still import decode, every_rung
from devices.barcode.stripes import Gray
from devices.barcode.zbar import Zbar

PYZBAR, ZXING, OURS = "pyzbar, defaults", "zxing-cpp, defaults", "pustaka, all rungs"
LIBRARY, WITH_ZBAR = "zxing-cpp, 7 formats", "pustaka and its second engine"

Look = Callable[[Gray], Sequence[str]]


@dataclass
class Answers:
    """What one side said: texts and CPU seconds by picture, and pictures on which it raised an error."""

    texts: dict[str, frozenset[str]] = field(default_factory=dict)
    cpu: dict[str, float] = field(default_factory=dict)
    raised: list[str] = field(default_factory=list)


def sides(second: Zbar) -> dict[str, Look]:
    """Every side by its name."""
    one, two, three = zbar(), zxing(), zxing(LIBRARY_FORMATS)
    return {
        PYZBAR: lambda gray: one(gray, False),
        ZXING: lambda gray: two(gray, False),
        LIBRARY: lambda gray: three(gray, False),
        OURS: lambda gray: [code.text for code in decode(gray)],
        WITH_ZBAR: lambda gray: [code.text for code in decode(gray, second=second)],
    }


def watch(shown: Sequence[Picture], looks: dict[str, Look]) -> dict[str, Answers]:
    """Every picture to every side."""
    answers = {name: Answers() for name in looks}
    for picture in shown:
        for name, look in looks.items():
            began = time.process_time()
            try:
                texts = look(picture.gray)
            except ValueError:  # pyzbar does, on what ZBar calls an unknown orientation
                texts = []
                answers[name].raised.append(picture.name)
            answers[name].cpu[picture.name] = time.process_time() - began
            answers[name].texts[picture.name] = frozenset(corpora.told(picture.kind, text) for text in texts)
    return answers


def wrong(picture: Picture, said: frozenset[str], answers: dict[str, Answers], series: dict[str, set[str]]) -> set[str]:
    """The texts of ``said`` that are not in the picture, as far as one can know."""
    both = answers[PYZBAR].texts[picture.name] & answers[ZXING].texts[picture.name]
    return set(said - both - series[picture.group])


def right(picture: Picture, said: frozenset[str]) -> bool:
    """Whether the picture was read."""
    return bool(said) if picture.kind == BOOFCV else picture.text in said


# --- tables -------------------------------------------------------------------------------------------------------


def linear_table(shown: Sequence[Picture], answers: dict[str, Answers]) -> Table:
    """Linear codes: right by kind, all, pictures with a wrong text (those with no code included), CPU."""
    series: dict[str, set[str]] = {}
    for picture in shown:
        series.setdefault(picture.group, set()).add(picture.text)
    counts = Counter(picture.kind for picture in shown)
    bars = [picture for picture in shown if picture.kind in LINEAR]
    none = [picture for picture in shown if picture.kind == NOTHING]
    rows = []
    for name, said in answers.items():
        hits = Counter(picture.kind for picture in bars if right(picture, said.texts[picture.name]))
        errors = [one for one in bars + none if wrong(one, said.texts[one.name], answers, series)]
        rows.append((
            name, *(str(hits[kind]) for kind in LINEAR), f"{hits.total()} ({hits.total() / max(len(bars), 1):.1%})",
            str(len(errors)), f"{_mean(said, bars):.1f} ms", f"{_mean(said, none):.1f} ms",
        ))  # fmt: skip
    head = ("side", *(f"{kind} ({counts[kind]})" for kind in LINEAR), f"all ({len(bars)})", "wrong", "CPU", "no code")
    return Table(head, tuple(rows))


def matrix_table(shown: Sequence[Picture], answers: dict[str, Answers]) -> Table:
    """QR codes of both collections."""
    kinds = [[one for one in shown if one.kind == kind] for kind in (QR, BOOFCV)]
    rows = []
    for name, said in answers.items():
        cells = [name]
        for of_kind in kinds:
            hits = sum(right(picture, said.texts[picture.name]) for picture in of_kind)
            cells += [f"{hits} ({hits / max(len(of_kind), 1):.1%})", f"{_mean(said, of_kind):.1f} ms"]
        rows.append(tuple(cells))
    return Table(("side", f"zxing ({len(kinds[0])})", "CPU", f"BoofCV ({len(kinds[1])})", "CPU"), tuple(rows))


def _mean(said: Answers, of: Sequence[Picture]) -> float:
    return sum(said.cpu[picture.name] for picture in of) * 1000 / max(len(of), 1)


def rung_table(shown: Sequence[Picture]) -> Table:
    """Linear pictures up the ladder: how many each rung is asked, reads first, and takes."""
    asked, first, spent = Counter[str](), Counter[str](), dict[str, float]()
    for picture in (one for one in shown if one.kind in LINEAR):
        for name, rung in every_rung(picture.gray):
            began = time.process_time()
            texts = {corpora.told(picture.kind, code.text) for code in rung()}
            spent[name] = spent.get(name, 0.0) + time.process_time() - began
            asked[name] += 1
            first[name] += picture.text in texts
            if texts:
                break
    rows = [
        (name, str(count), str(first[name]), f"{spent[name] * 1000 / count:.1f} ms") for name, count in asked.items()
    ]
    return Table(("rung", "asked", "read", "CPU each time"), tuple(rows))


def main(arguments: list[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.photographs",
        description="Public photographs of codes, read by the stock engines and by ours.",
        epilog="Example: python -m benchmarks.photographs ~/corpora --markdown",
    )
    parser.add_argument("folder", type=Path, help="Where the collections are cloned, side by side.")
    parser.add_argument("--markdown", action="store_true", help="Print the tables in Markdown.")
    parser.add_argument("--out", type=Path, default=Path("bench-out"), help="Folder for raw answers (%(default)s).")
    given = parser.parse_args(arguments)
    cv2.setNumThreads(1)
    try:
        shown = list(corpora.pictures(given.folder))
    except (BarcodeError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    second = Zbar()
    try:
        answers = watch(shown, sides(second))
    finally:
        second.close()
    render = markdown if given.markdown else plain
    for table in (linear_table(shown, answers), matrix_table(shown, answers), rung_table(shown)):
        print(render(table), end="\n\n")
    for name, said in answers.items():
        if said.raised:
            print(f"{name} raised an error on {len(said.raised)}: {', '.join(said.raised)}")
    given.out.mkdir(parents=True, exist_ok=True)
    print("\n".join(f"{name}: {value}" for name, value in machine.facts(given.out).items()))
    _keep(shown, answers, given.out / "photographs.json")
    return 0


def _keep(shown: Sequence[Picture], answers: dict[str, Answers], path: Path) -> None:
    kept = [
        {
            "picture": one.name,
            "kind": one.kind,
            "truth": one.text,
            "sides": {name: [sorted(said.texts[one.name]), said.cpu[one.name]] for name, said in answers.items()},
        }
        for one in shown
    ]
    path.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"raw answers: {path}")


if __name__ == "__main__":
    sys.exit(main())
