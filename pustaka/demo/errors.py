"""What can go wrong with a demo, in sentences."""


class DemoError(RuntimeError):
    """The demo cannot run or a step did not come true; the message says what and what to do."""


class JourneyError(ValueError):
    """A journey file cannot be understood; the message names the file, the line and what is possible there."""
