"""A REST server that speaks the Open Inference Protocol v2. Read `serve.py` first.

`python -m mlspec.deploy.server --config FILE` serves one verified model; `mlspec reconcile` writes the file and starts it.
"""
