"""``pustaka gallery`` writes pictures, a page to see them on, and says what went wrong in a sentence."""

from __future__ import annotations

import json

from click.testing import CliRunner
from PIL import Image

from kiosk.commands.gallery import gallery


def test_pictures_of_one_page_in_both_languages(tmp_path) -> None:
    out = tmp_path / "pictures"
    result = CliRunner().invoke(gallery, ["--out", str(out), "--size", "1280x800", "--only", "out-of", "--json"])
    assert result.exit_code == 0, result.output
    names = json.loads(result.output)
    assert names == ["out-of-service-id-light-1280x800.png", "out-of-service-en-light-1280x800.png"]
    for name in names:
        with Image.open(out / name) as picture:
            assert picture.size == (1280, 800)
            assert picture.getpixel((20, 780)) == (0x0A, 0x30, 0x32)
    sheet = (out / "index.html").read_text()
    assert all(f'src="{name}"' in sheet for name in names)


def test_a_size_that_is_none_is_bad_usage(tmp_path) -> None:
    result = CliRunner().invoke(gallery, ["--out", str(tmp_path), "--size", "wide"])
    assert result.exit_code == 2
    assert "'wide' is not a panel" in result.output


def test_a_folder_that_cannot_be_made_is_said_so(tmp_path) -> None:
    (tmp_path / "file").write_text("")
    result = CliRunner().invoke(gallery, ["--out", str(tmp_path / "file" / "in"), "--size", "1280x800"])
    assert result.exit_code == 1
    assert "cannot be made" in result.output
