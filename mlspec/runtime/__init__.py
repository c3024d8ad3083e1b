"""The code that a DVC stage runs (`python -m mlspec.runtime STAGE`), and verified loading of the models it wrote.

Each stage reads its section of params.yaml, its inputs and nothing else. Imports only `mlspec.metrics` and `mlspec.diagnostics`.
"""
