"""One codec a family of readers: bytes in, frames out; commands in, bytes out. No port, clock or thread."""

from typing import Final

#: Names for ``protocol`` under ``[reader]``.
FAMILIES: Final = ("m3",)
