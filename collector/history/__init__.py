"""Visits from before: files of other systems, read with care, told honestly, taken in as a batch that can be undone."""
