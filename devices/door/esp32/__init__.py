"""A door on an ESP32: copied to the board, it runs under MicroPython; here, under CPython, its tests do.

So it is written in what both know: no dataclasses, enums, pathlib or typing, nothing of the rest of this project.
"""
