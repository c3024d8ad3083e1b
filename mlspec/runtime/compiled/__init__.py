"""Fitted scikit-learn pipelines as plain arithmetic on numbers: the same bits, without pandas, validation or threads.

`engine.py` says which way a model answers, and why; `proof.py` compares the ways. Nothing here is trusted before it is proven: what
is not known by its exact class, or answers one probe otherwise, is answered by scikit-learn, and told.
"""
