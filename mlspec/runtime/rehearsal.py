"""What stages do for the first time in every process, done once in the process that they are forked from.

A first time costs a stage up to 60 ms: patterns are compiled, plug-ins looked for, pages of memory touched. Nothing of it starts a
thread, or remains in what a stage computes; neither random numbers nor the clock are asked.
"""

from __future__ import annotations

CONNECTIONS = (2, 1)
"""Databases, and those for SQL of the user's: as many as the stage that opens most."""
_YAML = "a: [1, 2.5, x, true]\nb: {c: 1e-3, d: 'e'}\n"


def rehearse() -> None:
    """Read a YAML text, fit and ask a small pipeline, open databases ahead."""
    from mlspec.runtime import tables

    _read()
    _fit()
    tables.set_aside(*CONNECTIONS)


def _read() -> None:
    from ruamel.yaml import YAML

    YAML(typ="safe").load(_YAML)


def _fit() -> None:
    import numpy as np
    import pandas as pd
    from sklearn.compose import ColumnTransformer
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import Ridge
    from sklearn.pipeline import Pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    frame = pd.DataFrame({"a": [1.0, 2.0, np.nan, 4.0], "b": ["x", "y", "x", "z"]})
    numbers = Pipeline([("impute", SimpleImputer()), ("scale", StandardScaler())])
    columns = ColumnTransformer([("numbers", numbers, ["a"]), ("words", OneHotEncoder(handle_unknown="ignore"), ["b"])])
    Pipeline([("columns", columns), ("estimator", Ridge())]).fit(frame, np.arange(4.0)).predict(frame)
