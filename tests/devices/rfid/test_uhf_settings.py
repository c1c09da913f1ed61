"""``[reader.uhf]``: what cannot work is refused by name, before any port is opened."""

import re

import pytest

from devices.rfid.errors import SetupError
from devices.rfid.reader import PadReader
from devices.rfid.settings import ReaderSettings, UhfSettings


@pytest.mark.parametrize(
    ("uhf", "named"),
    [
        ({"epc": ("gs1",)}, "epc 'gs1': not known; known are dortmund, smartfreq"),
        ({"alarm": "bell"}, "alarm 'bell': not known; known are epc, afi, eas, none"),
        ({"seen": 4}, "seen is 4 of 3 rounds"),
        ({"seen": 0}, "seen is 0 of 3 rounds"),
    ],
)
def test_settings_that_cannot_work_are_refused(uhf, named):
    with pytest.raises(SetupError, match=re.escape(named)):
        PadReader(ReaderSettings(port="/dev/null", protocol="m100", uhf=UhfSettings(**uhf)), lambda event: None)


def test_an_alarm_in_the_pc_needs_values_for_it():
    settings = ReaderSettings(port="/dev/null", protocol="m100", security="eas", uhf=UhfSettings(alarm="afi"))
    with pytest.raises(SetupError, match="has no AFI"):
        PadReader(settings, lambda event: None)
