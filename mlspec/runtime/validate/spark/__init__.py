"""Rules measured on a Spark that is there already: the counts and the bad rows come from it, all else is done here.

`trees.py` has DuckDB read the SQL of a check, and tell its types and constants; `rows.py` says the same of a row in Spark's words, or
refuses (`unlike.py`); `regex.py` does so for regular expressions; `figures.py` finds the aggregates in a measure, and lets DuckDB do what
is left of the arithmetic; `upload.py` brings the columns that are asked about; `session.py` is the connection and its limits; `judge.py` is
the engine that `validate` asks.
"""
