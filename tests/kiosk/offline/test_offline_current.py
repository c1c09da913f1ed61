"""The extract in use: picked up while the kiosk runs, never exchanged for a worse one."""

from __future__ import annotations

import os
import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from offline_support import MORNING, Maker

from kiosk.circulation.errors import OfflineError
from kiosk.circulation.offline import keys, seal
from kiosk.circulation.offline.current import CurrentExtract
from kiosk.circulation.offline.keys import CardKey, public_hex, write_card_key
from kiosk.circulation.offline.settings import OfflineSettings


class PowerCut(BaseException):
    """The plug was pulled."""


def number(current: CurrentExtract) -> int | None:
    extract = current.now
    return None if extract is None else extract.about.sequence


def again(current: CurrentExtract, maker: Maker) -> CurrentExtract:
    """The same kiosk after a restart."""
    return CurrentExtract(current.path, maker.private.public_key(), maker.cards)


def test_without_a_file_there_is_none_and_the_reason_is_said(current: CurrentExtract) -> None:
    assert current.now is None
    current.peek()
    assert "pustaka offline install" in current.problem


def test_a_file_that_appears_is_used_without_a_restart(current: CurrentExtract, maker: Maker) -> None:
    assert current.now is None
    again(current, maker).install(maker.make())
    assert number(current) == 1
    assert current.problem == ""


def test_a_newer_file_is_picked_up_and_the_answers_are_its(current: CurrentExtract, maker: Maker) -> None:
    current.install(maker.make())
    before = current.now
    again(current, maker).install(maker.make(made=MORNING + timedelta(hours=1)))
    assert number(current) == 2
    assert before is not None
    assert before.member("A0001") is not None  # one who still asks the old one is answered


def test_nothing_is_verified_again_while_the_file_stays(current: CurrentExtract, maker: Maker) -> None:
    current.install(maker.make())
    assert current.now is current.now


@pytest.mark.parametrize("harm", ["truncated", "flipped", "wrong key", "empty"])
def test_a_bad_file_is_refused_with_a_sentence_and_the_old_one_stays(
    current: CurrentExtract, maker: Maker, harm: str
) -> None:
    current.install(maker.make())
    bad = maker.make("bad.extract")
    content = bytearray(bad.read_bytes())
    if harm == "truncated":
        del content[-5000:]
    elif harm == "flipped":
        content[len(content) // 2] ^= 4
    elif harm == "empty":
        content.clear()
    else:
        other = Maker(maker.library, maker.folder, cards=maker.cards, sequence=50)
        content = bytearray(other.make("other.extract").read_bytes())
    bad.write_bytes(content)
    with pytest.raises(OfflineError, match=r"\.$"):
        current.install(bad)
    assert (number(current), current.problem) == (1, "")
    # Put there by hand, past the command: the running kiosk refuses it, too.
    bad.replace(current.path)
    assert number(current) == 1
    assert str(current.path) in current.problem
    # After a restart there is nothing good left to use.
    assert again(current, maker).now is None


def test_an_older_file_is_refused_also_after_a_restart(current: CurrentExtract, maker: Maker) -> None:
    old, new = maker.make("old.extract"), maker.make("new.extract")
    current.install(new)
    for kiosk in (current, again(current, maker)):
        with pytest.raises(OfflineError, match="older than one this kiosk has used"):
            kiosk.install(old)
    seal.put(old, current.path)
    assert number(current) == 2
    assert again(current, maker).now is None


def test_the_same_file_again_is_no_step_back(current: CurrentExtract, maker: Maker) -> None:
    extract = maker.make()
    current.install(extract)
    current.install(extract)
    assert number(current) == 1


def test_a_library_with_new_keys_starts_again(current: CurrentExtract, maker: Maker) -> None:
    current.install(maker.make(sequence=500))
    renewed = Maker(maker.library, maker.folder, cards=maker.cards)
    kiosk = CurrentExtract(current.path, renewed.private.public_key(), renewed.cards)
    kiosk.install(renewed.make(sequence=1))
    assert number(kiosk) == 1


def test_a_file_written_over_in_place_is_not_trusted(current: CurrentExtract, maker: Maker) -> None:
    current.install(maker.make())
    content = bytearray(current.path.read_bytes())
    content[5000] ^= 1
    with current.path.open("r+b") as file:
        file.write(content)
    os.utime(current.path, ns=(1, 1))
    assert current.now is None
    assert "damaged or changed" in current.problem


def test_a_file_taken_away_is_used_no_more(current: CurrentExtract, maker: Maker) -> None:
    current.install(maker.make())
    current.path.unlink()
    assert current.now is None


def test_a_lost_or_spoilt_memory_of_the_newest_fails_closed(current: CurrentExtract, maker: Maker) -> None:
    current.install(maker.make())
    beside = current.path.with_name("offline.extract.newest")
    beside.write_text("{")
    kiosk = again(current, maker)
    assert kiosk.now is None
    assert "Delete this file" in kiosk.problem
    beside.unlink()
    again_ = again(current, maker)
    assert number(again_) == 1


POINTS = ("extract: written", "extract: synced", "extract: renamed", "extract: in place")


@pytest.mark.parametrize("cut", POINTS)
def test_a_cut_at_any_step_leaves_the_old_file_or_the_new_one(current: CurrentExtract, maker: Maker, cut: str) -> None:
    current.install(maker.make())
    newer = maker.make(made=MORNING + timedelta(hours=1))

    def pull(point: str) -> None:
        if point == cut:
            raise PowerCut

    with pytest.raises(PowerCut):
        seal.put(newer, current.path, pull)
    kiosk = again(current, maker)
    assert number(kiosk) == (1 if POINTS.index(cut) < 2 else 2)
    assert kiosk.problem == ""


def test_putting_passes_every_point_once_in_order(maker: Maker, tmp_path: Path) -> None:
    passed: list[str] = []
    seal.put(maker.make(), tmp_path / "x", passed.append)
    assert passed == list(POINTS)


def test_no_half_file_is_left_lying_about(current: CurrentExtract, maker: Maker) -> None:
    current.install(maker.make())
    assert sorted(path.name for path in current.path.parent.iterdir()) == ["offline.extract", "offline.extract.newest"]


def test_a_full_or_missing_folder_is_said(maker: Maker, tmp_path: Path) -> None:
    with pytest.raises(OfflineError, match="cannot be put here"):
        seal.put(maker.make(), tmp_path / "nowhere" / "x.extract")


# from the settings


@pytest.fixture
def configured(maker: Maker, kiosk_data: Path) -> OfflineSettings:
    write_card_key(kiosk_data / "offline-cards.key", maker.cards)
    return OfflineSettings(public_key=public_hex(maker.private.public_key()))


def test_the_settings_name_file_and_keys(configured: OfflineSettings, kiosk_data: Path, maker: Maker) -> None:
    current = CurrentExtract.configured(configured, kiosk_data)
    current.install(maker.make())
    assert (kiosk_data / "offline.extract").exists()


@pytest.mark.parametrize(("key", "said"), [("", "is not set"), ("xyz", "64 hex digits"), ("00", "64 hex digits")])
def test_a_bad_public_key_is_named(kiosk_data: Path, key: str, said: str) -> None:
    with pytest.raises(OfflineError, match=f"circulation.offline.public_key {said}|{said}"):
        CurrentExtract.configured(OfflineSettings(public_key=key), kiosk_data)


def test_a_key_that_others_may_read_is_refused(configured: OfflineSettings, kiosk_data: Path) -> None:
    (kiosk_data / "offline-cards.key").chmod(0o640)
    with pytest.raises(OfflineError, match="chmod 600"):
        CurrentExtract.configured(configured, kiosk_data)


def test_key_files_come_back_as_they_went_and_are_never_written_over(tmp_path: Path) -> None:
    path = tmp_path / "cards.key"
    write_card_key(path, CardKey(b"k" * 32))
    assert keys.read_card_key(path) == CardKey(b"k" * 32)
    assert path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(OfflineError, match="never written over"):
        write_card_key(path, CardKey(b"x" * 32))
    signing = tmp_path / "signing.key"
    public = keys.make_signing(signing)
    assert public_hex(keys.read_signing(signing).public_key()) == public


@pytest.mark.parametrize("content", ["", "no key", "00ff", "é"])
def test_what_is_no_key_is_named(tmp_path: Path, content: str) -> None:
    path = tmp_path / "key"
    keys.write_private(path, content.encode())
    with pytest.raises(OfflineError, match="card key"):
        keys.read_card_key(path)
    with pytest.raises(OfflineError, match="no Ed25519 private key"):
        keys.read_signing(path)


def test_a_signing_key_of_another_kind_is_refused(tmp_path: Path) -> None:
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    text = X25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    keys.write_private(tmp_path / "key", text)
    with pytest.raises(OfflineError, match="no Ed25519 private key"):
        keys.read_signing(tmp_path / "key")


def test_a_missing_key_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(OfflineError, match="pustaka offline keys"):
        keys.read_card_key(tmp_path / "missing")
    with pytest.raises(OfflineError, match="cannot be written here"):
        keys.write_private(tmp_path / "no" / "folder", b"")
    with pytest.raises(OfflineError, match="cannot be read"):
        keys.read_private(tmp_path, "card key")


def test_an_extract_replaced_while_it_is_opened_is_not_mixed(
    maker: Maker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "x.extract"
    shutil.copy(maker.make(), path)
    verify = seal.verify

    def replace_meanwhile(file: object, name: Path, public: object) -> None:
        verify(file, name, public)  # type: ignore[arg-type]
        shutil.copy(path, tmp_path / "newer")
        (tmp_path / "newer").replace(path)

    monkeypatch.setattr(seal, "verify", replace_meanwhile)
    with pytest.raises(OfflineError, match="Try again"):
        CurrentExtract(path, maker.private.public_key(), maker.cards).accept(path)


def test_every_key_makes_its_own_name() -> None:
    one, other = (Ed25519PrivateKey.generate().public_key() for _ in range(2))
    assert seal.key_id(one) != seal.key_id(other)
    assert len(seal.key_id(one)) == 8
