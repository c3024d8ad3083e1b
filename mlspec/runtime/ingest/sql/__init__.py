"""Rows from a database. `reader.py` is the story; `guard.py` alone is read when specs are checked."""
