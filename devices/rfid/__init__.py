"""RFID: readers on a serial line, and the tags that lie on them.

Theory of operation, from the wire up: a *protocol* (``protocols/``) turns commands into bytes and bytes into frames;
a *tag model* (``tags/``) turns a tag's memory into an item number; the *pad* (``pad.py``) turns inventory rounds into
"arrived" and "left"; the *reader* (``reader.py``) is the thread that owns the port and moves data between the three.
"""
