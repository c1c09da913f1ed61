"""Files in and files out: members, items, loans, holds and fees as CSV, JSON or MARC.

Theory. A *source* (CSV, JSON, MARC) yields rows of text, *fields* turn text into values, rows that pass are *staged* in
a temporary table beside the library, and everything that needs the library (duplicates, references) is asked there by
SQL in the same transaction that then writes: all or nothing, and the kiosks wait for the writing only, not for the
reading. Memory does not grow with the file.
"""
