"""Our SIP2 server: any ``Circulation`` for kiosks, gates and sorters of other makers, over TCP or TLS.

``session`` (one terminal's protocol, no I/O) → ``line`` (one connection) → ``answering`` (what the library system says,
as messages). ``accounts`` says who may ask what, ``limits`` how often, ``service`` holds it together.
"""
