"""What a hand on the bench cannot do, in a sentence of either language."""

from __future__ import annotations

from pustaka.demo.bench.words import say
from pustaka.demo.errors import DemoError


class BenchError(DemoError):
    """An action that cannot be carried out. ``str()`` is the English sentence; :meth:`sentence` has both languages."""

    status = 409

    def __init__(self, key: str, **fields: str) -> None:
        super().__init__(say("en", key, **fields))
        self._key = key
        self._fields = fields

    def sentence(self, language: str) -> str:
        """What is wrong and what to do."""
        return say(language, self._key, **self._fields)


class UnknownError(BenchError):
    """There is no such thing, cable or trouble on the bench."""

    status = 404
