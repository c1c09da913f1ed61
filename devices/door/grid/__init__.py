"""People counted from a grid of distances or temperatures: 4×4 to 32×24 cells above or beside a doorway.

:mod:`devices.door.grid.recording` reads and counts a recording; :mod:`devices.door.grid.machine` counts live.
numpy is imported here and nowhere above, so nothing outside imports this package before it has a frame.
"""
