"""How estimators are told what rows and classes count for. Light: the compiler reads it."""

from __future__ import annotations

OWN = "class_weight"
"""The parameter by which scikit-learn's classifiers weigh classes themselves."""
OTHERS = "take a class whose `fit` takes it (linear models, trees, forests and boosting do), or remove the weights"


def no_weights(name: str) -> str:
    """What is told of a class that can't weigh rows."""
    return f"`{name}` can't weigh rows: its `fit` takes no `sample_weight`"
