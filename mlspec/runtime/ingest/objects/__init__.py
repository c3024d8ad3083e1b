"""Rows from objects of a bucket. `reader.py` is the story."""
