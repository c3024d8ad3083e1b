"""Rows that are made of other rows, by one SELECT or by a function of the user's: how feature sets, and sources of sources, are made."""
