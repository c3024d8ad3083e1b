"""A compiled model as two files of its folder, so that a server can answer, and prove its answers, without scikit-learn.

`form.py` is what they hold, `describe.py` makes it of a compiled model at training, `scorers.py` and `trees.py` answer from it.
`outline.py` is the proof: digests of scikit-learn's own answers, which are made at training and compared when the model is loaded. What
is not described here, or answers one probe otherwise on this machine, is loaded with scikit-learn and proven as `choose.py` does it.
"""
