"""Coverage-guided fuzzing of what reads RFID lines and tags: ``python tests/faults/fuzz_rfid.py --seconds 60``.

libFuzzer (through atheris) changes bytes until it has reached every branch that it can. The first byte chooses: one
of the readers' protocols, or a tag's memory. For a line it is asserted that frames do not depend on how the stream is
cut, that no byte is lost or made up, that every frame can be said and judged against every command, and that nothing
raises. For a tag: that it is judged and shown whatever is on it, that reading on ends, that what may be misread is no
item, and that an item that can be written again reads the same.

Prints runs and crashes; exit status 1 when bytes broke one of these, 2 when fuzzing could not begin. ``--control``
fuzzes a reader with a known fault, which has to be found.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from dataclasses import MISSING, fields
from typing import Any

from rig.fuzzing import Fuzzer

UID = "E004010031230A01"
#: Public frames and tags, each behind the byte that chooses its reader (see ``_choose``).
LINES = {
    "m3": ["D60007FE00000500C97B", "D500090400110A0500027250", "D6000D02E00401003123AA260008ADAF"],
    "feig": ["07FFB001001C56", "0600B0015C63", "020009FFB001001843"],
    "m100": ["BB02220011C93400", "BB01FF000115167E", "BB02220011C9340030751FEB705C5904E3D50D703A76EF7E"],
    "chafon": ["13000103010C0000000000000000000003133F39", "04FF211995", "0700010101001E4B"],
    "a0": ["A004018901D1", "A0130189043000E200301666130121155074EF45BF", "A00A018B00001900000001B0"],
    "em4100": ["02363245333038364345443038 03"],
    "pn532": ["0000FF05FBD41401140102 00", "0000FF00FF00", "0000FF01FF7F8100"],
}
TAGS = [
    "11010131303030303030303536000000000000" + "98A4" + "444B373138353030" + "00" * 5,
    "9100051CBE991A140201D0140204B34607441CB6E2E335D6830207ACC09EBAA06F6B0000",
    "04110001" + b"0123456789".ljust(16, b"\0").hex() + "00100001" + "00000000",
    "19E9F871" + "0000000001352A3A" + "000000" + "01",
]
WORDS = [r"\xd6", r"\xd5", r"\xbb", r"\x7e", r"\xaa", r"\xdd", r"\xa0", r"\x02", r"\x03", r"\x00\x00\xff", r"\xe0\x04",
         r"\xb0", r"\x94", r"\xff"]  # fmt: skip
_TAG = 0xFF


def target(control: bool) -> Callable[[bytes], None]:
    """What is run with each input; it raises when something is wrong. ``control``: with a fault built in."""
    from devices.rfid.framing import Noise
    from devices.rfid.protocols import PROTOCOLS, describer
    from devices.rfid.tags import recognise as models
    from devices.rfid.tags.content import Problem, problem
    from devices.rfid.tags.epc import recognise_epc
    from devices.rfid.wording import content as shown

    lines = [(describer(name), *_judge(name)) for name in PROTOCOLS]

    def frames(new_parser: Callable[[], Any], stream: bytes, size: int) -> list[Any]:
        parser = new_parser()
        found = [each for at in range(0, len(stream), size) for each in parser.receive(stream[at : at + size])]
        return [each for each in [*found, *parser.give_up()] if not isinstance(each, Noise)]

    def line(which: int, stream: bytes) -> None:
        words, parse, commands = lines[which % len(lines)]
        found = frames(words.new_parser, stream, max(1, len(stream)))
        assert found == frames(words.new_parser, stream, 1) == frames(words.new_parser, stream, 7), "cut otherwise"
        parser = words.new_parser()
        whole = parser.receive(stream) + parser.give_up()
        raw = b"".join(each.raw for each in whole)
        assert raw == stream, "bytes were lost or made up"
        for each in whole:
            said = words.say(each)
            assert said.way in ("host", "reader", "noise"), "a way there is not"
            if not isinstance(each, Noise):
                for command in commands:
                    parse(command, each)
        if control and found and b"\xe0\x04" in found[0].raw and not stream.startswith(found[0].raw):
            raise IndexError("the control's fault")

    def tag(memory: bytes) -> None:
        content = models.recognise(memory)
        shown(content)
        assert content.crc_ok or not content.item_id, "what may be misread has a name"
        assert (problem(content) is Problem.NONE) == (content.is_item or content.is_card), "named and refused at once"
        read = memory[:32]
        for _ in range(70):
            more = models.more_blocks(read)
            assert 0 <= more <= 64, "more blocks than a tag has"
            if not more or len(read) >= len(memory):
                break
            read = memory[: len(read) + 4 * more]
        else:
            raise AssertionError("reading on has no end")
        shown(recognise_epc(int.from_bytes(memory[:2], "big"), memory[2:]))

    def one(data: bytes) -> None:
        if data[:1] == bytes([_TAG]):
            tag(data[1:])
        elif data:
            line(data[0], data[1:])

    return one


def _judge(protocol: str) -> tuple[Callable[[Any, Any], Any], list[Any]]:
    """The function that judges a frame, and one of each command. A reader that only talks has none."""
    import importlib
    import importlib.util

    name = f"devices.rfid.protocols.{protocol}.commands"
    if importlib.util.find_spec(name) is None:
        return lambda command, frame: None, []
    module = importlib.import_module(name)
    return module.parse, list(_samples(vars(module).values()))


def _samples(classes: Iterable[Any]) -> Iterable[Any]:
    """A command of every kind, its required fields filled in by their types."""
    filled = {"str": UID, "int": 1, "bytes": bytes(4), "bool": True}
    for made in classes:
        if not (isinstance(made, type) and hasattr(made, "answer") and hasattr(made, "__dataclass_fields__")):
            continue
        needed = [each for each in fields(made) if each.default is MISSING and each.default_factory is MISSING]
        if all(str(each.type) in filled for each in needed):
            yield made(**{each.name: filled[str(each.type)] for each in needed})


def seeds() -> list[bytes]:
    from devices.rfid.protocols import PROTOCOLS

    found = [bytes([_TAG]) + bytes.fromhex(tag) for tag in TAGS]
    for which, name in enumerate(PROTOCOLS):
        found += [bytes([which]) + bytes.fromhex(line) for line in LINES.get(name, [])]
    return found


FUZZER = Fuzzer("rfid", __file__, "devices.rfid", target, seeds, WORDS)

if __name__ == "__main__":
    sys.exit(FUZZER.main())
