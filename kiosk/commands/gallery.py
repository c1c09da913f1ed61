"""``pustaka gallery``: a picture of every screen, in every language, size and look, and one page to see them all."""

from __future__ import annotations

import html
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Final

import click

THEMES: Final = ("light", "contrast", "large", "left-hand", "low-reach")
_SIZES: Final = {"1280x800": (5.88, 1.0), "1920x1080": (5.56, 1.25), "1080x1920": (4.03, 1.5), "720x1280": (8.26, 1.0)}
"""The panels of the design: pixels per millimetre, and k."""

_INSIDE: Final = "PUSTAKA_GALLERY_JOB"


@click.command()
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), default=Path("gallery"), show_default=True,
              help="Folder for the pictures; index.html shows them all.")  # fmt: skip
@click.option("--size", "sizes", multiple=True, metavar="WxH", help="A panel, for example 1280x800; may be repeated.")
@click.option("--language", "languages", multiple=True, type=click.Choice(["id", "en"]), help="May be repeated.")
@click.option("--theme", "themes", multiple=True, type=click.Choice(THEMES), help="May be repeated.")
@click.option("--only", default="", metavar="TEXT", help="Only screens whose name begins so.")
@click.option("--json", "as_json", is_flag=True, help="Print the names of the pictures as JSON.")
def gallery(
    out: Path, sizes: tuple[str, ...], languages: tuple[str, ...], themes: tuple[str, ...], only: str, as_json: bool
) -> None:
    """Write a picture of every screen in every language.

    \b
    Example:
      pustaka gallery --out gallery --size 1280x800 --size 1080x1920 --theme light
    """
    wanted = sizes or ("1280x800", "1080x1920")
    for size in wanted:
        if not re.fullmatch(r"[1-9]\d{2,3}x[1-9]\d{2,3}", size):
            raise click.BadParameter(f"{size!r} is not a panel; write for example 1280x800", param_hint="--size")
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise click.ClickException(f"The folder {out} cannot be made: {error.strerror}. Choose another one.") from error
    names: list[str] = []
    for size in wanted:  # a window keeps its size for life, so each size is drawn by a process of its own
        job = {
            "out": str(out.resolve()),
            "size": size,
            "languages": languages or ("id", "en"),
            "themes": themes or ("light",),
            "only": only,
        }
        environment = {**os.environ, _INSIDE: json.dumps(job)}
        done = subprocess.run(
            [sys.executable, "-m", "kiosk.commands.gallery"],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise click.ClickException(f"The pictures of {size} could not be drawn:\n{done.stderr.strip()[-2000:]}")
        names.extend(json.loads(done.stdout.splitlines()[-1]))
    (out / "index.html").write_text(_contact_sheet(names), encoding="utf-8")
    click.echo(json.dumps(names) if as_json else f"{len(names)} pictures; open {out / 'index.html'}")


def _contact_sheet(names: list[str]) -> str:
    figures = "\n".join(
        f'<figure><a href="{html.escape(name)}"><img loading="lazy" src="{html.escape(name)}" alt=""></a>'
        f"<figcaption>{html.escape(name.removesuffix('.png'))}</figcaption></figure>"
        for name in names
    )
    return f"""<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Pustaka Mandiri: every screen</title>
<style>
body{{font:16px/1.4 sans-serif;margin:2rem;background:#eee;color:#111}}
main{{display:grid;grid-template-columns:repeat(auto-fill,minmax(22rem,1fr));gap:1.5rem}}
figure{{margin:0}} img{{width:100%;border:1px solid #999}} figcaption{{margin-top:.3rem}}
</style>
<h1>Every screen: {len(names)} pictures</h1>
<main>
{figures}
</main></html>
"""


def _draw(job: dict[str, str | list[str]]) -> list[str]:
    """Draw every picture of one size; names of the files."""
    from dataclasses import replace

    from kiosk.config import ScreenSettings
    from kiosk.screens.environment import prepare

    width, height = (int(each) for each in str(job["size"]).split("x"))
    density, scale = _SIZES.get(str(job["size"]), (5.88, 1.0))
    settings = ScreenSettings(width=width, height=height, px_per_mm=density, scale=scale, calm=True)
    prepare(settings, headless=True)

    from kiosk.screens.samples import SAMPLES, camera_preview
    from kiosk.screens.stage import Stage
    from kiosk.session.model import Preferences

    looks = {
        "light": Preferences(),
        "contrast": Preferences(contrast=True),
        "large": Preferences(large=True),
        "left-hand": Preferences(left_hand=True),
        "low-reach": Preferences(low_reach=True),
    }
    stage = Stage(settings, preview=camera_preview)
    names = []
    for look in job["themes"]:
        for language in job["languages"]:
            for name, make in SAMPLES.items():
                if not name.startswith(str(job["only"])):
                    continue
                stage.show(replace(make(), language=language, preferences=looks[look]))
                file = f"{name}-{language}-{look}-{job['size']}.png"
                stage.picture(Path(str(job["out"])) / file)
                names.append(file)
    return names


if __name__ == "__main__":
    sys.stdout.write(json.dumps(_draw(json.loads(os.environ[_INSIDE]))) + "\n")
