"""Which alarm a site has: the AFI, the EAS bit, both or none; written and read back on an emulated pad."""

import pytest

from devices.emulators.faults import Fault
from devices.rfid.errors import SetupError
from devices.rfid.events import SecurityProblem
from devices.rfid.reader import PadReader
from devices.rfid.security_scheme import PRESETS, SecurityScheme, scheme
from devices.rfid.settings import ReaderSettings
from devices.rfid.tags import iso28560_3

A = "E004010031230A01"


@pytest.fixture
def secured(bench):
    """Put one tag on a pad whose site has this alarm, switch it, and see what is on the tag."""

    def switch(security, to_armed, **settings):
        bench.pad.define(A, iso28560_3.encode("BK1"), afi=0x55, eas=not to_armed)
        bench.pad.start()
        asked = ReaderSettings(port=bench.pad.port, security=security, **settings)
        bench.reader = PadReader(asked, bench.log.post, secure_tries=3)
        bench._readers.append(bench.reader)
        bench.reader.start()
        bench.back()
        bench.put(A)
        end = bench.secure(A, to_armed)
        tag = next(tag for tag in bench.pad.tags() if tag.uid == A)
        return end, tag.afi, tag.eas

    return switch


@pytest.mark.parametrize(
    ("security", "armed", "afi", "eas"),
    [
        ("iso", True, 0x07, False),
        ("iso", False, 0xC2, True),
        ("3m", True, 0xD7, False),
        ("3m", False, 0xDA, True),
        ("3m-swapped", True, 0xDA, False),
        ("eas", True, 0x55, True),
        ("eas", False, 0x55, False),
        ("iso+eas", True, 0x07, True),
        ("iso+eas", False, 0xC2, False),
        ("none", True, 0x55, False),
    ],
)
def test_a_site_s_alarm_is_switched_and_nothing_else(secured, security, armed, afi, eas):
    end, *found = secured(security, armed)
    assert end.ok
    assert found == [afi, eas]


def test_a_pair_of_its_own(secured):
    end, afi, _ = secured("custom", False, armed=0x07, disarmed=0x21)
    assert (end.ok, afi) == (True, 0x21)


def test_a_bit_that_reads_as_off_is_not_believed_of_a_tag_that_has_gone(bench, secured):
    """A tag whose EAS is off stays silent, and so does one that was taken away."""
    bench.pad.fault(Fault.VANISH, uid=A, times=0)
    assert secured("eas", True)[0].ok
    bench.pad.fault(Fault.WRITE_FAILS, times=None, command=0x0C)
    mark = bench.log.mark()
    bench.pad.take(A)
    bench.reader.secure(A, False)
    assert bench.left(A, mark)
    wrong = [event for event in bench.log.of(A, mark) if getattr(event, "ok", None)]
    assert wrong == []


def test_a_half_written_alarm_is_not_done(bench, secured):
    """AFI right, EAS not: the gates would disagree."""
    bench.pad.fault(Fault.WRITE_FAILS, times=None, command=0x0C)
    end, afi, eas = secured("iso+eas", True)
    assert (end.ok, end.why, afi, eas) == (False, SecurityProblem.NOT_WRITTEN, 0x07, False)


@pytest.mark.parametrize("name", list(PRESETS))
def test_presets_can_be_told_apart(name):
    found = scheme(ReaderSettings(security=name))
    assert found.eas or not found.writes or found.afi(True) != found.afi(False)


def test_a_custom_pair_with_eas():
    settings = ReaderSettings(security="custom+eas", armed=1, disarmed=2)
    assert scheme(settings) == SecurityScheme(1, 2, eas=True)


def test_a_preset_with_values_of_its_own_is_a_mistake():
    with pytest.raises(SetupError, match="disarmed is only used with"):
        scheme(ReaderSettings(disarmed=0x21))
