"""The kiosk, its journal and its library, with scans at set moments: ``python -m … CONFIG``."""

from __future__ import annotations

import sys
from pathlib import Path

from benchmarks.children.scanning import Scanner, wait_until
from kiosk.circulation.port import PatronRef
from kiosk.config import load
from kiosk.screens.environment import prepare
from kiosk.session.model import Button, CardSeen, Device, DeviceChanged, LabelSeen, Mode, Phase, Pressed, Screen

#: From this opacity on a row that fades in counts as seen.
VISIBLE = 0.5


class Kiosk:
    """The real app, seen from a scanner."""

    def __init__(self, config: Path) -> None:
        settings = load(config)
        prepare(settings.screen, headless=True)
        from kiosk.app import KioskApp
        from kiosk.services import Services

        self._app = KioskApp(settings, Services(settings), None)

    def open(self, member: str) -> None:
        runner = self._app.runner
        self._wait_for(Screen.WELCOME)
        runner.post(DeviceChanged(Device.READER, True))
        runner.post(CardSeen(PatronRef(member)))
        self._wait_for(Screen.MENU)
        runner.post(Pressed(Button.BORROW))
        self._wait_for(Screen.BORROW)

    def scan(self, item: str) -> None:
        self._app.runner.post(LabelSeen(item))

    def shows(self, item: str) -> tuple[bool, bool]:
        root = self._app.kiosk_root
        row = self._app.runner.state.row(Mode.BORROW, item)
        if root is None or row is None:
            return False, False
        # What is on the glass, not what the state says: the row's own node in the page, and how far it has faded in.
        node = root._page._nodes.get(f"row-{Mode.BORROW.value}-{item}")
        there = node is not None and node.canvas.opacity >= VISIBLE
        return there, there and row.phase is Phase.BORROWED

    def close(self) -> None:
        runner = self._app.runner
        runner.post(Pressed(Button.FINISH))
        self._wait_for(Screen.FINISH)
        runner.post(Pressed(Button.CLOSE))
        self._wait_for(Screen.WELCOME)

    def run(self) -> None:
        """Open the window and obey the orders."""
        from kivy.clock import Clock

        from benchmarks.children import frames

        scanner = Scanner(self, {"renderer": frames.renderer()})
        frames.after_each(scanner.shown)
        Clock.schedule_once(lambda _: scanner.start(), 0.5)
        self._app.run()

    def _wait_for(self, screen: Screen) -> None:
        def there() -> bool:
            root = self._app.kiosk_root
            return self._app.runner.state.screen is screen and root is not None and not root.motion.moving

        wait_until(there, f"the page {screen.value}")


if __name__ == "__main__":
    Kiosk(Path(sys.argv[1])).run()
