"""What a model takes and answers: signature.json."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

Kind = Literal["numeric", "categorical", "text"]
Label = str | int | bool


@dataclass(frozen=True, slots=True)
class Feature:
    """One input column. `type`: integer, number, boolean, string, date or timestamp (the last two become seconds since 1970, UTC)."""

    name: str
    kind: Kind
    type: str


@dataclass(frozen=True, slots=True)
class Signature:
    """`features` in the order the model takes them; `classes` in the order of its probabilities, None for numbers.

    `levels`: of quantiles, rising.
    """

    task: str
    target: str | None
    features: tuple[Feature, ...]
    classes: tuple[Label, ...] | None
    libraries: Mapping[str, str]
    levels: tuple[float, ...] | None = None
    artifact: Mapping[str, Any] | None = None
    """What the model is, where it is no pickled object: `{"kind": "onnx"}`, or `{"kind": "program", "argv": [...], ...}`."""
    forecast: Mapping[str, Any] | None = None
    """Of forecasts: `time` and `series` name columns, `apart` those that tell where a row stands and are nothing to learn from; `origins`:
    the first instant that each fit answers, rising, in seconds since 1970 UTC; `season` in steps, and what a step is."""

    @property
    def names(self) -> list[str]:
        return [f.name for f in self.features]

    @property
    def predictors(self) -> list[str]:
        """The columns that answers are made from; of a forecast some only tell where a row stands."""
        apart = self.forecast["apart"] if self.forecast else ()
        return [name for name in self.names if name not in apart]

    @property
    def predicted(self) -> str:
        """The target, of tasks that have one: what answers are of. Empty of clusters."""
        return self.target or ""

    @property
    def history(self) -> Feature | None:
        """The column that may come beside the features: what is known of the target since the origin; None where nobody looks back."""
        looks_back = self.forecast is not None and (self.forecast.get("lags") or self.forecast.get("rollingMeans"))
        return Feature(self.predicted, "numeric", "number") if looks_back else None

    @property
    def taken(self) -> tuple[Feature, ...]:
        """What a request may hold: the features, and what may come beside them."""
        return self.features if self.history is None else (*self.features, self.history)

    def to_json(self) -> dict[str, Any]:
        """The form that signature.json holds."""
        found = {
            "task": self.task,
            "target": self.target,
            "features": [asdict(f) for f in self.features],
            "classes": list(self.classes) if self.classes is not None else None,
            "libraries": dict(self.libraries),
            **({"levels": list(self.levels)} if self.levels is not None else {}),
        }
        if self.forecast is not None:
            found["forecast"] = dict(self.forecast)
        return found if self.artifact is None else found | {"artifact": dict(self.artifact)}

    def of(self, artifact: Mapping[str, Any], libraries: Mapping[str, str] | None = None) -> Signature:
        """The same, of a model that is no pickled object."""
        return replace(self, artifact=artifact, libraries=self.libraries if libraries is None else libraries)

    @classmethod
    def from_json(cls, form: Mapping[str, Any]) -> Signature:
        """Read what `to_json` wrote. Raises KeyError or TypeError for anything else."""
        classes, levels = form["classes"], form.get("levels")
        features = tuple(Feature(f["name"], f["kind"], f["type"]) for f in form["features"])
        return cls(
            form["task"],
            form["target"],
            features,
            None if classes is None else tuple(classes),
            form["libraries"],
            levels if levels is None else tuple(levels),
            form.get("artifact"),
            form.get("forecast"),
        )


BOOSTED: Mapping[str, tuple[str, ...]] = {"catboost": ("catboost",), "lightgbm": ("lightgbm",), "xgboost": ("xgboost", "xgboost-cpu")}
"""Packages whose classes a model may be of, by name, and the distributions that bring each."""


def libraries(path: str = "") -> dict[str, str]:
    """The versions a pickled model depends on; `path`: of its estimator's class."""
    import sklearn

    found = {"python": ".".join(platform.python_version_tuple()[:2]), "scikit-learn": sklearn.__version__}
    root = path.partition(".")[0]
    return found | ({root: _version(root)} if root in BOOSTED else {})


def _version(package: str) -> str:
    from importlib import metadata

    for name in BOOSTED[package]:
        try:
            return metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return "none"


def foreign_libraries(artifact: Mapping[str, Any]) -> dict[str, str]:
    """The versions that a model which is no pickled object depends on, as far as they are known."""
    from importlib import metadata

    return {"onnxruntime": metadata.version("onnxruntime")} if artifact["kind"] == "onnx" else {}


def others(signature: Signature) -> list[str]:
    """Libraries that are here in another version than the model was made with: `scikit-learn 1.7.0 (here 1.9.1)`."""
    made = signature.libraries
    here = libraries() if signature.artifact is None else foreign_libraries(signature.artifact)
    here |= {name: _version(name) for name in made if name in BOOSTED}
    return [f"{name} {version} (here {here.get(name, 'none')})" for name, version in made.items() if here.get(name) != version]
