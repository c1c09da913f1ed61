"""Hand and counter scanners: what they send, who may believe it, and the wires they hang on.

A scanner decodes by itself and checks what it decoded, so a text that comes through counts at once. What is left to
doubt is whether it came from a scanner at all, whole, and once:

* :mod:`~devices.scanner.framer` cuts a stream of bytes into texts, with a cap on each;
* :mod:`~devices.scanner.key_events` and :mod:`~devices.scanner.keyboard` turn a keyboard wedge's key events into the
  same stream;
* :mod:`~devices.scanner.pace` tells a scanner from fingers where keys come through a window;
* :mod:`~devices.scanner.judge` says what a text is, by the library's rules, and that only once;
* :mod:`~devices.scanner.scanner` is the thread that owns a wire; :mod:`~devices.scanner.lines` opens them;
* :mod:`~devices.scanner.scanners` holds all that a kiosk has.

Importing the package loads nothing; only opening a serial scanner loads pyserial.
"""
