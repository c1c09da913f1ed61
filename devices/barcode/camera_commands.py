"""``pustaka camera``: which cameras are there, what one gives, and a live view to mount it by."""

from __future__ import annotations

import functools
import sys
import threading
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec

from devices.barcode.code import BarcodeError
from devices.barcode.settings import CameraSettings, CodeSettings
from devices.settings import SettingsError, load

if TYPE_CHECKING:
    from devices.barcode.aim_live import Sight
    from devices.barcode.aim_page import AimPage
    from devices.barcode.sources import Notes

#: Without a terminal to redraw, a line this often (s); pictures are written as often.
_EVERY_S = 1.0


@click.group()
def camera() -> None:
    """List cameras, look through one, mount it."""


class _File(msgspec.Struct):
    """Any configuration with a ``[camera]``; the rest of it does not matter here."""

    camera: CameraSettings = CameraSettings()
    codes: CodeSettings = CodeSettings()


def _settings(config: Path | None, source: str | None) -> _File:
    try:
        file = load(config, _File) if config else _File()
    except SettingsError as error:
        raise click.UsageError(str(error)) from error
    if source:
        file = _File(msgspec.structs.replace(file.camera, source=source), file.codes)
    if not file.camera.source:
        raise click.UsageError("name a camera with --source, or a configuration with --config; see pustaka camera list")
    return file


_config = click.option(
    "--config", type=click.Path(path_type=Path), envvar="PUSTAKA_CONFIG", help="A kiosk's file; its [camera] is used."
)


def _writable(ctx: click.Context, param: click.Parameter, value: Path | None) -> Path | None:
    if value is not None and value.suffix.lower() not in (".png", ".jpg", ".jpeg"):
        raise click.BadParameter(f"{value}: write .png or .jpg", ctx, param)
    return value


_picture = functools.partial(click.option, "--picture", type=click.Path(path_type=Path), callback=_writable)
_source = click.option("--source", help="A device, address, file or folder; goes before the configuration's.")


@camera.command("list", epilog="Example: pustaka camera list --json    Exit status 1: there is none.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a camera.")
def list_(as_json: bool) -> None:
    """Cameras on this machine, with the names that stay when they are plugged in elsewhere."""
    from devices.barcode.cameras import cameras

    found = cameras()
    for one in found:
        if as_json:
            click.echo(msgspec.json.encode(one))
            continue
        click.echo(f'source = "{one.source}"\n  {one.name}, now {one.device or "on the ribbon cable"}')
        for form in one.formats:
            sizes = ", ".join(f"{size.width} x {size.height} at {size.fps:.0f}" for size in form.sizes)
            click.echo(f"  {form.name}: {sizes or 'no sizes told'}")
        if one.problem:
            click.echo(f"  {one.problem}")
    if not found:
        raise click.ClickException("no camera is plugged in; a network camera has an address instead, see the manual")


@camera.command(epilog="Example: pustaka camera aim --source /dev/v4l/by-id/usb-… --picture aim.png    Ctrl-C ends it.")
@_config
@_source
@click.option("--seconds", type=click.FloatRange(min=0, min_open=True), help="End after so long.")
@click.option("--count", type=click.IntRange(min=1), help="End after so many frames that were looked at.")
@_picture(help="Write the marked picture here each second.")
@click.option("--page", is_flag=True, help="Also show the marked picture in a browser; the address is printed.")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Port of that page on this machine; 0: any.")
@click.option("--lang", type=click.Choice(["en", "id"]), default="en", help="Language of the advice.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a frame that was looked at.")
def aim(
    config: Path | None,
    source: str | None,
    seconds: float | None,
    count: int | None,
    picture: Path | None,
    page: bool,
    port: int,
    lang: str,
    as_json: bool,
) -> None:
    """A live view for mounting a camera: rate, sharpness, pixels a bar, light, and what to do next.

    Hold a label where patrons will hold theirs, and do what it says until it says "good". Exit status 1: no picture.
    """
    from devices.barcode.aim_page import AimPage

    settings = _settings(config, source)
    shown: AimPage | None = None
    try:
        if page:
            shown = AimPage(port)
            click.echo(f"The picture is at {shown.url}", err=True)
        _aim(settings, _Until(seconds, count), _Outlets(picture, shown, lang, as_json))
    except OSError as error:
        raise click.ClickException(f"port {port} cannot be used: {error.strerror}; name another with --port") from error
    except BarcodeError as error:
        raise click.ClickException(str(error)) from error
    except KeyboardInterrupt:
        pass
    finally:
        if shown is not None:
            shown.close()


@dataclass(frozen=True)
class _Until:
    seconds: float | None
    count: int | None

    def over(self, began: float, now: float, done: int) -> bool:
        return (self.seconds is not None and now - began >= self.seconds) or done == self.count


@dataclass(frozen=True)
class _Outlets:
    picture: Path | None
    page: AimPage | None
    lang: str
    as_json: bool


def _aim(settings: _File, until: _Until, to: _Outlets) -> None:
    from devices.barcode.aim_live import annotated, encoded, save, sights
    from devices.barcode.sources import Notes

    notes, stop = Notes(), threading.Event()
    screen = _Screen(redraw=sys.stdout.isatty() and not to.as_json)
    began, written = time.monotonic(), float("-inf")
    for done, sight in enumerate(sights(settings.camera, settings.codes, notes, stop, time.monotonic), start=1):
        if to.as_json:
            click.echo(msgspec.json.encode(_as_data(sight)))
        else:
            screen.show(sight, notes, to.lang)
        over = until.over(began, sight.at, done)
        if to.page is not None:
            to.page.put(encoded(annotated(sight, _caption(sight)), ".jpg"))
        if to.picture is not None and (over or sight.at - written >= _EVERY_S):
            save(annotated(sight, _caption(sight)), to.picture)
            written = sight.at
        if over:
            return


@camera.command(epilog="Example: pustaka camera show --config /etc/pustaka/kiosk.toml --picture now.jpg")
@_config
@_source
@_picture(help="Write the marked picture here.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def show(config: Path | None, source: str | None, picture: Path | None, as_json: bool) -> None:
    """Open the camera, say what it gives and what is in its picture after two seconds."""
    from devices.barcode.aim_live import annotated, save, sights
    from devices.barcode.sources import Notes

    settings, notes, stop = _settings(config, source), Notes(), threading.Event()
    last: Sight | None = None
    first = None
    try:
        for last in sights(settings.camera, settings.codes, notes, stop, time.monotonic):
            first = last.at if first is None else first
            if last.at - first >= 2.0:
                break
        if last is None:
            raise BarcodeError(f"camera.source: {settings.camera.source} gave no picture")
        if picture is not None:
            save(annotated(last, _caption(last)), picture)
    except BarcodeError as error:
        raise click.ClickException(str(error)) from error
    if as_json:
        click.echo(msgspec.json.encode(_as_data(last) | {"format": notes.said, "refused": notes.refused}))
        return
    click.echo("\n".join(_lines(last, notes, "en")))
    for refused in notes.refused:
        click.echo(f"refused    {refused}")


class _Screen:
    """Lines in a terminal: drawn over themselves, or one each second where that cannot be."""

    def __init__(self, *, redraw: bool) -> None:
        self._redraw, self._drawn, self._last = redraw, 0, float("-inf")

    def show(self, sight: Sight, notes: Notes, lang: str) -> None:
        if self._redraw:
            lines = _lines(sight, notes, lang)
            up = f"\x1b[{self._drawn}A" if self._drawn else ""
            click.echo(up + "\n".join(f"\x1b[2K{line}" for line in lines))
            self._drawn = len(lines)
        elif sight.at - self._last >= _EVERY_S:
            self._last = sight.at
            click.echo(_in_short(sight, lang))


def _advice(sight: Sight, lang: str) -> str:
    from devices.barcode.aim import ADVICE_ID, Advice

    words = ADVICE_ID[sight.advice] if lang == "id" else sight.advice.value
    if sight.advice is Advice.GOOD and sight.measures.bar_px is not None:
        words += f": {sight.measures.bar_px:.1f} px {'tiap garis' if lang == 'id' else 'per bar'}"
    return words


def _in_short(sight: Sight, lang: str) -> str:
    measures = sight.measures
    bar = "-" if measures.bar_px is None else f"{measures.bar_px:.1f}"
    sharp = "-" if sight.sharpness is None else f"{sight.sharpness:.0%}"
    read = "" if measures.code is None else f", {measures.code.format} {measures.code.text}"
    rate = "-" if sight.fps is None else f"{sight.fps:.0f}"
    return f"{_advice(sight, lang)}   [{rate} fps, {bar} px/bar, sharp {sharp}{read}]"


def _caption(sight: Sight) -> str:
    """What stands below a picture; in English, since OpenCV draws plain letters only."""
    read = "" if sight.measures.code is None else f"   {sight.measures.code.format} {sight.measures.code.text}"
    return _advice(sight, "en") + read


def _lines(sight: Sight, notes: Notes, lang: str) -> list[str]:
    measures, light = sight.measures, sight.measures.light
    bar = "no stripes in view" if measures.bar_px is None else f"{measures.bar_px:.1f} px   (2.2 is enough, 2.8 good)"
    sharp = "-"
    if sight.sharpness is not None:
        filled = round(sight.sharpness * 20)
        sharp = f"{'█' * filled}{'░' * (20 - filled)} {sight.sharpness:.0%} of the best so far, "
        sharp += f"edges {measures.blur_px:.1f} px"
    read = "nothing" if measures.code is None else f"{measures.code.format} {measures.code.text}"
    return [
        f"camera     {notes.said or 'a format that was set'}; picture {measures.size[0]} x {measures.size[1]}",
        f"rate       {'-' if sight.fps is None else f'{sight.fps:.1f} frames a second'}",
        f"light      mean {light.mean:.0f}, paper {light.paper:.0f} of 255, {light.clipped:.0%} blown out",
        f"bars       {bar}",
        f"sharpness  {sharp}",
        f"read       {read}",
        f"-> {_advice(sight, lang)}",
    ]


def _as_data(sight: Sight) -> dict[str, Any]:
    measures = sight.measures
    return {
        "advice": sight.advice.name.lower(),
        "say": _advice(sight, "en"),
        "fps": None if sight.fps is None else round(sight.fps, 1),
        "size": measures.size,
        "light": {name: round(value, 3) for name, value in asdict(measures.light).items()},
        "bar_px": None if measures.bar_px is None else round(measures.bar_px, 2),
        "blur_px": None if measures.blur_px is None else round(measures.blur_px, 2),
        "sharpness": None if sight.sharpness is None else round(sight.sharpness, 3),
        "quad": measures.quad,
        "code": None if measures.code is None else {"format": measures.code.format, "text": measures.code.text},
    }
