"""Versions of the language: `convert` brings a document from any to any other, and says where each part of it stood.

`part.py` is the data, `steps.py` and `forms.py` the moves both ways, `registry.py` the versions and the way between two of them;
each older version has a package with one module a kind, which says what changed.
"""
