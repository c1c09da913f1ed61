"""The store in PostgreSQL, when one file is not enough: several collectors write, anyone reads.

psycopg is imported by the modules in here and nowhere else; :mod:`collector.store.open` imports them when a store's
name asks for it.
"""
