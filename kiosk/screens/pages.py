"""Which function draws which page."""

from __future__ import annotations

from collections.abc import Callable

from kiosk.screens.account import account
from kiosk.screens.borrow import borrow
from kiosk.screens.elements import Page
from kiosk.screens.finish import finish
from kiosk.screens.giving_back import giving_back
from kiosk.screens.keypad import number, pin
from kiosk.screens.menu import menu
from kiosk.screens.out_of_service import out_of_service
from kiosk.screens.view import View
from kiosk.screens.welcome import welcome
from kiosk.session.model import Screen

PAGES: dict[Screen, Callable[[View], Page]] = {
    Screen.WELCOME: welcome,
    Screen.NUMBER: number,
    Screen.PIN: pin,
    Screen.MENU: menu,
    Screen.BORROW: borrow,
    Screen.RETURN: giving_back,
    Screen.ACCOUNT: account,
    Screen.FINISH: finish,
    Screen.OUT_OF_SERVICE: out_of_service,
}
