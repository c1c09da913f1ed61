"""Shipped profiles load, give a reason for every value, and can be changed key by key with errors that help."""

from __future__ import annotations

import re
import tomllib
from itertools import pairwise

import pytest

from kiosk.circulation.errors import Sip2Error
from kiosk.circulation.sip2.profile import (
    HoldLists,
    LoanLists,
    PinRule,
    Profile,
    ProfileError,
    Verify,
    load_profile,
    shipped,
    shipped_text,
)

EXPECTED = ("alma", "evergreen", "folio", "generic", "koha", "polaris", "pustaka", "symphony")


def test_the_systems_we_name_have_a_profile() -> None:
    assert shipped() == EXPECTED


@pytest.mark.parametrize("name", EXPECTED)
def test_a_profile_loads_and_bears_its_name(name: str) -> None:
    assert load_profile(name).name == name


@pytest.mark.parametrize("name", EXPECTED)
def test_every_value_has_its_reason_above_it(name: str) -> None:
    lines = pairwise(shipped_text(name).splitlines())
    bare = [line for above, line in lines if re.match(r" *\w+ = | *\{ ", line) and not above.strip().startswith("#")]
    assert bare == []


@pytest.mark.parametrize("name", EXPECTED)
def test_no_reason_stands_for_nothing(name: str) -> None:
    """A comment of a dozen letters explains nothing."""
    comments = re.findall(r"^# (.*)\n(?=\w+ = )", shipped_text(name), re.MULTILINE)
    assert len(comments) == len(tomllib.loads(shipped_text(name)))
    assert min(map(len, comments)) > 12


def test_generic_names_every_key_with_the_programs_own_default() -> None:
    values = tomllib.loads(shipped_text("generic"))
    assert set(values) == set(Profile.__struct_fields__)
    assert load_profile("generic") == Profile()


@pytest.mark.parametrize("name", [name for name in EXPECTED if name != "pustaka"])
def test_no_foreign_system_is_told_not_to_refuse_before_it_was_tried(name: str) -> None:
    assert load_profile(name).no_block is False


def test_facts_that_differ_between_systems() -> None:
    assert load_profile("koha").hold_lists is HoldLists.READY
    assert load_profile("evergreen").hold_lists is HoldLists.ALL
    assert load_profile("evergreen").loan_lists is LoanLists.TITLES
    assert load_profile("alma").renew_with_checkout
    assert load_profile("koha").checkout_renews
    assert not load_profile("evergreen").checkout_renews


def test_our_own_server_answers_an_operation_once() -> None:
    ours = load_profile("pustaka")
    assert ours.operation_field == "ZU"
    assert ours.reason_field == "ZR"
    assert ours.verify is Verify.REQUIRE
    assert not ours.checkout_renews


def test_single_keys_can_be_changed() -> None:
    profile = load_profile("koha", {"pin": "required", "due_formats": ["%d/%m/%Y"], "bins": {"01": "trolley"}})
    assert profile.pin is PinRule.REQUIRED
    assert profile.due_formats == ("%d/%m/%Y",)
    assert profile.bins == {"01": "trolley"}
    assert profile.name == "koha"


@pytest.mark.parametrize(
    ("dialect", "said"),
    [
        (
            {"hold_list": "ready"},
            "circulation.sip2.dialect.hold_list: there is no such key; did you mean 'hold_lists'?",
        ),
        ({"zzz": 1}, "there is no such key. 'generic.toml' names them all."),
        ({"pin": "optinal"}, "expected one of none, optional, required; did you mean 'optional'?"),
        ({"pin": 3}, "expected one of none, optional, required."),
        ({"page_size": "20"}, "a whole number was expected: Expected int, got str."),
        ({"login": 1}, "true or false was expected"),
        ({"blocking_flags": [22]}, "the patron status has places 0 to 13."),
        ({"due_formats": ["%Y"]}, "does not name day, month and year"),
        ({"due_formats": ["%d/%m/%Y %Q"]}, "is no date pattern: 'Q' is a bad directive"),
        ({"encoding": "klingon"}, "Python knows no such encoding"),
        ({"refusals": [{"pattern": "(", "code": "held"}]}, "'(' is no regular expression"),
        ({"refusals": [{"pattern": "x", "code": "hold"}]}, "Invalid enum value 'hold'"),
        ({"bins": {"01": "lft"}}, "a table such as"),
        ({"quiet_seconds": -1.0}, "expected a number from 0 to 3600."),
        ({"currency": "rp"}, "expected three capital letters"),
        ({"operation_field": "Z"}, "expected two characters"),
        ({"reason_field": "zr"}, "expected two characters"),
        ({"zone": "UTC"}, 'expected "" for local time'),
        ({"send_terminator": "x"}, "(the specification's)"),
    ],
)
def test_what_cannot_be_used_is_named_with_what_was_expected(dialect: dict[str, object], said: str) -> None:
    with pytest.raises(ProfileError) as error:
        load_profile("koha", dialect, file="kiosk.toml")
    assert str(error.value).startswith("kiosk.toml: circulation.sip2.dialect.")
    assert said in str(error.value)


def test_an_unknown_profile_is_named_with_the_nearest() -> None:
    with pytest.raises(Sip2Error, match=r"kiosk.toml: circulation.sip2.profile: .*'Kohaa'; did you mean 'koha'\?"):
        load_profile("Kohaa", file="kiosk.toml")
