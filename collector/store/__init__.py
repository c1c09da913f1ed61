"""Where records rest: the port, and SQLite behind it."""
