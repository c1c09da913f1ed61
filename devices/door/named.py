"""A choice of which each value has several spellings, for the command line."""

from __future__ import annotations

from collections.abc import Mapping

import click


class Named(click.ParamType[str]):
    """``spellings``: value -> its spellings, parted by spaces. Upper and lower case are one; help shows the values."""

    name = "choice"

    def __init__(self, spellings: Mapping[str, str]) -> None:
        self._values = {word: value for value, words in spellings.items() for word in words.split()}
        self._shown = list(spellings)

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The value for a spelling."""
        found = self._values.get(str(value).strip().lower())
        if found is None:
            self.fail(f"{value!r} is not one of {', '.join(self._shown)}.", param, ctx)
        return found

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:
        """The values, as of any choice."""
        return f"[{'|'.join(self._shown)}]"
