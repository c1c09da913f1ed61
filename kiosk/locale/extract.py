"""Finds every message in the sources, so that a test can hold the catalogues against them.

Messages are the literal first argument of ``words("…")``, ``tr("…")``, ``_("…")``, ``message("…")``, also behind a dot
(``app.words("…")``), and the two literals of ``words.plural(n, "…", "…")``, in Python and in kv files.
"""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polib

_WORDLESS = frozenset({"circulation", "commands"})
_CALLS: Final = frozenset({"words", "tr", "_", "message"})
_NAMES: Final = r"(?<![\w])(?:words|tr|_|message)"
_KV_CALL: Final = re.compile(rf"{_NAMES}(\.plural)?\(")


@dataclass(frozen=True, slots=True)
class Message:
    """A message as it stands in a source. ``given`` are the fields of its call; ``None`` when they cannot be seen."""

    msgid: str
    plural: str
    where: str
    given: frozenset[str] | None


def fields(sentence: str) -> frozenset[str]:
    """The named fields of a sentence."""
    return frozenset(name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None)


def messages(folder: Path) -> list[Message]:
    """Every message of the ``.py`` and ``.kv`` files below ``folder``; circulation has codes, and no words."""
    found: list[Message] = []
    for path in sorted(folder.rglob("*.py")):
        if path.relative_to(folder).parts[0] in _WORDLESS:
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"), str(path))
        found.extend(_in_tree(tree, path.relative_to(folder).as_posix(), 0))
    for path in sorted(folder.rglob("*.kv")):
        found.extend(_in_kv(path.read_text(encoding="utf-8"), path.relative_to(folder).as_posix()))
    return found


def _in_tree(tree: ast.AST, name: str, offset: int) -> Iterator[Message]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and (texts := _texts(node)):
            where = f"{name}:{node.lineno + offset}"
            open_end = any(keyword.arg is None for keyword in node.keywords) or _called(node) == "message"
            given = None if open_end else frozenset(each.arg for each in node.keywords if each.arg)
            if len(texts) == 2 and given is not None:
                given |= {"n"}
            yield Message(texts[0], texts[1] if len(texts) == 2 else "", where, given)


def _texts(call: ast.Call) -> list[str]:
    """The message of a call, or its two forms, when they are literals."""
    wanted = call.args[1:3] if _is_plural(call) else call.args[:1] if _called(call) in _CALLS else []
    texts = [each.value for each in wanted if isinstance(each, ast.Constant) and isinstance(each.value, str)]
    return texts if len(texts) == len(wanted) else []


def _called(call: ast.Call) -> str:
    function = call.func
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def _is_plural(call: ast.Call) -> bool:
    return _called(call) == "plural" and len(call.args) == 3


def _in_kv(text: str, name: str) -> Iterator[Message]:
    """Calls in kv rules: the part from the name to its closing bracket is Python."""
    for number, line in enumerate(text.splitlines(), 1):
        for match in _KV_CALL.finditer(line):
            try:
                call = ast.parse(line[match.start() : _closing(line, match.end())], mode="eval")
            except SyntaxError:
                continue
            yield from _in_tree(call, name, number - 1)


def _closing(line: str, start: int) -> int:
    """Where the bracket that opened before ``start`` closes; brackets inside quotes do not count."""
    depth, quote = 1, ""
    for at in range(start, len(line)):
        character = line[at]
        if quote:
            quote = "" if character == quote and line[at - 1] != "\\" else quote
        elif character in "'\"":
            quote = character
        elif character in "()":
            depth += 1 if character == "(" else -1
            if depth == 0:
                return at + 1
    return len(line)


def catalogue_texts(language: str) -> list[str]:
    """Every sentence of one catalogue, as it is translated."""
    file = polib.pofile(str(Path(__file__).parent / f"{language}.po"), encoding="utf-8")
    return [text for entry in file for text in (list(entry.msgstr_plural.values()) or [entry.msgstr])]
