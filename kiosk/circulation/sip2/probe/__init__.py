"""Finding out how a SIP2 server speaks: ask it, look at the answers, and say which profile fits.

Theory of operation. ``gather.py`` asks, in an order that harms nothing, and writes down what came back as
:class:`~evidence.Exchange`, one for each :class:`~evidence.Step`. The detectives (``line.py``, ``session.py``,
``patrons.py``, ``items.py``, ``trial.py``) are functions from that evidence to one :class:`~finding.Finding` each: no
socket, no clock. ``verdict.py`` compares the findings with the shipped profiles; ``writing.py`` puts the result into
the configuration.
"""
