"""Status bytes of the Chafon UHFReader families.

Sources: the status tables of the UHFReader18 and UHFReader288 manuals as published drivers list them
(wabson/chafon-rfid, xynogen/uhfreader18).
"""

from __future__ import annotations

from devices.rfid.protocols.status_code import StatusCode


class Status(StatusCode):
    """The byte behind the command code of an answer."""

    OK = 0x00, "Done."
    ROUND_DONE = 0x01, "The inventory is complete."
    ROUND_TIMED_OUT = 0x02, "The inventory ended because its time was up; there may be more tags."
    MORE_FRAMES = 0x03, "More tags follow in another frame."
    MEMORY_FULL = 0x04, "The reader cannot hold more tags; the others were left out."
    WRONG_PASSWORD = 0x05, "The tag's access password is another one."
    KILL_FAILED = 0x09, "The kill password is another one."
    KILL_PASSWORD_ZERO = 0x0A, "A tag whose kill password is zero cannot be killed."
    NOT_SUPPORTED_BY_TAG = 0x0B, "The tag does not support this command."
    PASSWORD_ZERO = 0x0C, "This command needs a tag whose access password is not zero."
    PROTECTED_ALREADY = 0x0D, "The tag is protected already."
    NOT_PROTECTED = 0x0E, "The tag is not protected; there is nothing to undo."
    LOCKED_BYTES = 0x10, "Some of the bytes are locked and were not written."
    CANNOT_LOCK = 0x11, "This cannot be locked."
    LOCKED_ALREADY = 0x12, "This is locked already."
    NOT_SAVED = 0x13, "The reader uses the setting, but could not store it."
    CANNOT_ADJUST = 0x14, "The reader cannot change this setting."
    FIRST_ROUND_DONE = 0x15, "The inventory of the older tag kind is complete."
    FIRST_ROUND_TIMED_OUT = 0x16, "The inventory of the older tag kind ended because its time was up."
    FIRST_ROUND_MORE = 0x17, "More tags of the older kind follow in another frame."
    FIRST_ROUND_FULL = 0x18, "The reader cannot hold more tags of the older kind."
    NOT_SUPPORTED = 0x19, "The reader cannot do this, or needs an access password that is not zero."
    CUSTOM_COMMAND_FAILED = 0x1A, "The tag's own command failed."
    STATISTICS = 0x26, "The inventory's statistics."
    ANTENNA = 0xF8, "The antenna is missing or damaged: check its cable."
    FAILED = 0xF9, "The reader could not carry out the command."
    POOR_LINK = 0xFA, "The tag was heard, but too weakly to work with: move it closer."
    NO_TAG = 0xFB, "No tag answered."
    TAG_ERROR = 0xFC, "The tag itself refused."
    BAD_LENGTH = 0xFD, "The command had the wrong length."
    BAD_COMMAND = 0xFE, "The reader does not know this command, or it came damaged."
    BAD_PARAMETER = 0xFF, "A parameter of the command was wrong."
    UNKNOWN = -1, "The reader reports a status it has no name for."
