"""A classifier whose probabilities are calibrated, or whose answer has a threshold. Part of what a model's pickle names: it stays here."""

from __future__ import annotations

from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]


class Given:
    """Stands for a fitted classifier where scores are handed on in place of features; what calibrates them asks for nothing else."""

    _estimator_type = "classifier"

    def __init__(self, classes: Array) -> None:
        self.classes_ = classes

    def __sklearn_tags__(self) -> Any:
        from sklearn.utils import ClassifierTags, Tags, TargetTags

        return Tags(estimator_type="classifier", target_tags=TargetTags(required=True), classifier_tags=ClassifierTags())

    def fit(self, scores: Array, target: Array) -> Given:
        """Learn nothing."""
        del scores, target
        return self

    def predict(self, scores: Array) -> Array:
        """Asked by nobody; what is no classifier without it."""
        raise NotImplementedError

    def decision_function(self, scores: Array) -> Array:
        """The scores themselves: (n,) of two classes, (n, classes) of more."""
        return scores[:, 0] if scores.shape[1] == 1 else scores


class Decided:
    """`pipeline`: fitted, from features to scores. `calibrator`: from scores to probabilities, or None. `threshold`: from which probability
    of the second class on it is the answer; None for the likeliest class. `facts`: how both were chosen, as JSON.
    """

    def __init__(self, pipeline: Any, calibrator: Any, threshold: float | None, facts: dict[str, Any]) -> None:
        self.pipeline, self.calibrator, self.threshold, self.facts = pipeline, calibrator, threshold, facts
        self.classes_ = np.asarray(pipeline.classes_)

    def predict_proba(self, features: Any) -> Array:
        """Return (n, classes) doubles."""
        return self.shares(self.pipeline, features)

    def predict(self, features: Any) -> Array:
        """Return (n,) classes."""
        return self.labels(self.predict_proba(features))

    def shares(self, scoring: Any, features: Any) -> Array:
        """The probabilities by what scores `features`: the pipeline, or its last step where these are what that takes."""
        if self.calibrator is None:
            return np.asarray(scoring.predict_proba(features), dtype=np.float64)
        return np.asarray(self.calibrator.predict_proba(scores_of(scoring, features)), dtype=np.float64)

    def labels(self, shares: Array) -> Array:
        """The answers that go with probabilities in the order of `classes_`: of equally likely classes the first."""
        place = np.argmax(shares, axis=1) if self.threshold is None else (shares[:, 1] >= self.threshold).astype(np.intp)
        found: Array = self.classes_[place]
        return found


def scores_of(scoring: Any, features: Any) -> Array:
    """What is calibrated: (n, 1) of two classes, (n, classes) of more; `decision_function` where there is one, as scikit-learn does."""
    if hasattr(scoring, "decision_function"):
        found = np.asarray(scoring.decision_function(features), dtype=np.float64)
    else:
        found = np.asarray(scoring.predict_proba(features), dtype=np.float64)
        found = found[:, 1] if found.shape[1] == 2 else found
    return found.reshape(len(found), -1)


def calibrator_of(method: str, scores: Array, target: Array, classes: Array) -> Any:
    """scikit-learn's calibration of one model that has not seen these rows, each row once."""
    from sklearn.calibration import CalibratedClassifierCV
    from sklearn.frozen import FrozenEstimator

    every = np.arange(len(target))
    made = CalibratedClassifierCV(FrozenEstimator(Given(classes)), method=method, cv=[(every, every)], ensemble=False)
    return made.fit(scores, target)


class Last:
    """A `Decided` that is asked what its estimator is: about the matrix that the preprocessing makes."""

    def __init__(self, decided: Decided) -> None:
        self.decided, self.estimator = decided, decided.pipeline.steps[-1][1]
        self.classes_ = decided.classes_

    def predict_proba(self, matrix: Any) -> Array:
        """Return (n, classes) doubles."""
        return self.decided.shares(self.estimator, matrix)

    def predict(self, matrix: Any) -> Array:
        """Return (n,) classes."""
        return self.decided.labels(self.predict_proba(matrix))
