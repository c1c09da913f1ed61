"""The bench: a table-top in the browser, with pretend things on it and real programs behind them.

``things`` is what lies on the table, ``actions`` what hands can do with it, ``story`` puts what the system answers into
lines, ``watch`` looks and listens, ``view`` says it all in a language, and ``server`` is the page.
"""
