"""``python -m pustaka`` is the ``pustaka`` command."""

from pustaka.cli import main

main(prog_name="pustaka")
