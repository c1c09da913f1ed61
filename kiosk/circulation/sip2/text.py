"""Texts of a library system, made fit for a screen, a printer or a log; and our texts, made fit for a SIP2 field."""
