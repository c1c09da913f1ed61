"""The fixed labels of the pages, by the page where they stand; what depends on a value is in ``Words``."""

from __future__ import annotations

from typing import Final

from kiosk.locale.catalogue import message

SPINE: Final = (
    message("Menu"),
    message("Text"),
    message("Help"),
    message("Log out"),
    message("Cancel"),
)
WELCOME: Final = (
    message("Tap or scan your card"),
    message("Return books"),
    message("without a card"),
    message("Type your member number"),
    message("The card reader is on the right"),
    message("The card reader is on the left"),
    message("The card reader is below"),
)
WELCOME_CLOSED: Final = (message("Open again today at {time}"), message("Open again tomorrow at {time}"))
NUMBER: Final = (message("Member number"), message("Delete"), message("Next"))
PIN: Final = (
    message("Card read"),
    message("Enter your PIN"),
    message("{typed} of {length} digits"),
    message("Forgot your PIN? Call staff"),
    message("Call staff"),
)
MENU: Final = (
    message("What would you like to do?"),
    message("Borrow"),
    message("Return"),
    message("Renew"),
    message("My account"),
)
LISTS: Final = (
    message("of {n} borrowed"),
    message("of {n}"),
    message("{borrowed} of {seen} borrowed"),
    message("borrowed"),
    message("Put books on the pad or scan their labels"),
    message("Show the label to the camera"),
    message("Camera ready"),
    message("Camera not ready"),
    message("Seen"),
    message("A little closer"),
    message("Use the pad instead"),
    message("Use the camera instead"),
    message("Cancel one book"),
    message("Finish"),
    message("Please wait"),
    message("Up"),
    message("Down"),
    message("Book {number} / {total}"),
    message("{title} borrowed"),
    message("{title} returned"),
    message("{title} renewed"),
    message("Someone else is waiting for this book."),
    message("Do not put it in the bin."),
    message("More? Just put them down."),
)
ACCOUNT: Final = (
    message("Shelf"),
    message("Renew all"),
    message("Renewing …"),
    message("Possible again when online"),
    message("My holds"),
)
FINISH: Final = (
    message("Thank you"),
    message("How was the service today?"),
    message("Thank you for your answer"),
    message("Receipt on your phone"),
    message("No paper"),
    message("Print"),
    message("Email"),
    message("Close"),
    message("Nothing was borrowed"),
)
IDLE: Final = (
    message("Still there?"),
    message("In {n} seconds you are logged out and the screen is cleared."),
    message("Yes, continue"),
)
LEAVE: Final = (
    message("Leave now?"),
    message("Finish now?"),
    message("A book still needs you."),
    message("Books already borrowed stay borrowed."),
    message("Back to the books"),
    message("Yes, leave"),
    message("Yes, finish"),
)
UNDO: Final = (
    message("Cancel this book?"),
    message("You will not borrow “{title}”."),
    message("Keep it"),
    message("Yes, cancel it"),
)
EXPLAIN: Final = (message("Not possible yet"),)
LETTERING: Final = (
    message("Text and display"),
    message("Large text"),
    message("High contrast"),
    message("Low reach"),
    message("Left hand"),
    message("Read aloud"),
    message("Quiet"),
    message("On"),
    message("Off"),
)
OUT_OF_SERVICE: Final = (
    message("Sorry, not available right now"),
    message("Please ask staff"),
    message("It will start again by itself."),
)
TRAINING: Final = (message("Training mode."), message("Nothing is recorded."))

LABELS: Final[dict[str, tuple[str, ...]]] = {
    "spine": SPINE,
    "welcome": WELCOME + WELCOME_CLOSED,
    "number": NUMBER,
    "pin": PIN,
    "menu": MENU,
    "lists": LISTS,
    "account": ACCOUNT,
    "finish": FINISH,
    "idle": IDLE,
    "leave": LEAVE,
    "undo": UNDO,
    "explain": EXPLAIN,
    "lettering": LETTERING,
    "out of service": OUT_OF_SERVICE,
    "training": TRAINING,
}
