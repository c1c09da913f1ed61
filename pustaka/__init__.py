"""The one command, ``pustaka``, and the demo that runs every part on one machine.

This package knows all the others and none of them knows it.
"""

__version__ = "0.1.0"
