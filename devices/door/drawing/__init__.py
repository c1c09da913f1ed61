"""Pictures of recordings: what the sensor saw, what was counted, and what was wrong, over time.

Each sort of recording is a *content* of its own file; :mod:`.picture` puts it under a title, above a time axis, with
the passages and faults. Contents take readings one by one into bins of one pixel, so that a day needs no more memory
than a minute; nothing in here needs numpy but :mod:`.grid`.
"""
