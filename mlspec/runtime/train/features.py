"""Which columns the model takes, and as what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from mlspec.diagnostics import did_you_mean, problem
from mlspec.metrics.labels import labels_of
from mlspec.metrics.tasks import TASKS
from mlspec.runtime.forecast.columns import ADDED
from mlspec.runtime.signature import Feature, Kind, Signature, libraries
from mlspec.runtime.target import label_sets

if TYPE_CHECKING:
    import pandas as pd


def signature_of(params: Mapping[str, Any], rows: pd.DataFrame) -> Signature:
    """Return the signature that the section and the rows' types call for. Raises MLS0653."""
    names = _names(params, rows)
    _check_values(names, rows)
    if not names and not _looks_back(params):
        raise problem("MLS0653", "no column is left to be a feature", help="exclude less, or include columns by name")
    apart = _apart(params, names, [str(c) for c in rows.columns])
    features = tuple(Feature(name, _kind(name, params, rows), _type(name, params, rows)) for name in (*names, *apart))
    forecast = {"time": params["timeColumn"], "apart": apart, **params["forecast"]} if "forecast" in params else None
    made_by = libraries((params.get("estimator") or {}).get("class", ""))
    target = None if TASKS[params["task"]].is_cluster else params.get("target")  # what clusters are compared with, they do not answer
    return Signature(params["task"], target, features, _classes(params, rows), made_by, _levels(params), forecast=forecast)


def _apart(params: Mapping[str, Any], names: Sequence[str], columns: list[str]) -> list[str]:
    """Of a forecast: columns that tell where a row stands, and that the model does not learn from. Raises MLS0653."""
    if "forecast" not in params:
        return []
    where = [*params["forecast"].get("series", ()), params["timeColumn"]]
    for name in where:
        _need(name, columns)
    return [name for name in where if name not in names]


def _names(params: Mapping[str, Any], rows: pd.DataFrame) -> list[str]:
    chosen, columns = params["features"], [str(c) for c in rows.columns]
    never = {params.get("target"), params.get("weights")}
    if "include" in chosen:
        for name in chosen["include"]:
            _need(name, columns)
        return [name for name in chosen["include"] if name not in never]
    never |= {
        *chosen.get("exclude", ()),
        *params.get("key", ()),
        params.get("timeColumn"),
        params.get("query"),
        *(ADDED if "forecast" in params else ()),
    }
    return [name for name in columns if name not in never and _type(name, params, rows) not in ("date", "timestamp")]


def _looks_back(params: Mapping[str, Any]) -> bool:
    """Whether values of the target before a row are features."""
    own = params.get("forecast", {})
    return bool(own.get("lags") or own.get("rollingMeans"))


def _check_values(names: Sequence[str], rows: pd.DataFrame) -> None:
    """Raise MLS0653 for lists, objects and bytes: as categories they would be the text that Python shows of them, and no request's."""
    for name in names:
        known = rows[name].dropna() if rows[name].dtype == object else ()
        first = next(iter(known), None)
        if isinstance(first, (list, tuple, dict, bytes)) or hasattr(first, "tolist"):
            what = "bytes" if isinstance(first, bytes) else "an object" if isinstance(first, dict) else "a list"
            message = f"the feature `{name}` holds {what} in each row, which is no value of a feature"
            raise problem("MLS0653", message, help="`derive` a value from it in a `clean` step, such as `len(tags)`, or exclude it")


def _need(name: str, columns: list[str]) -> None:
    if name not in columns:
        raise problem("MLS0653", f"the feature `{name}` is not among the rows' columns", help=did_you_mean(name, columns))


def _kind(name: str, params: Mapping[str, Any], rows: pd.DataFrame) -> Kind:
    kinds: tuple[Kind, ...] = ("numeric", "categorical", "text")
    named = next((kind for kind in kinds if name in params["features"].get(kind, ())), None)
    if named == "numeric" and _type(name, params, rows) == "string":
        raise problem(
            "MLS0653", f"the feature `{name}` is text, and listed as numeric", help="cast it in a `clean` step, or list it as categorical"
        )
    return named or ("categorical" if _type(name, params, rows) == "string" else "numeric")


def _type(name: str, params: Mapping[str, Any], rows: pd.DataFrame) -> str:
    """The declared type; where none is declared, what the rows hold."""
    declared: str | None = params.get("types", {}).get(name)
    return declared or type_of(rows[name])


def type_of(column: pd.Series[Any]) -> str:
    """The language's word for a column's type: integer, number, boolean, string, date or timestamp."""
    import pandas as pd

    if isinstance(column.dtype, pd.ArrowDtype):
        return "date"  # the only one that `read_frame` keeps: without any value, nothing else tells it
    if pd.api.types.is_bool_dtype(column):
        return "boolean"
    if pd.api.types.is_integer_dtype(column):
        return "integer"
    if pd.api.types.is_numeric_dtype(column):
        return "number"
    if pd.api.types.is_datetime64_any_dtype(column):
        return "timestamp"
    return _object_type(column.dropna())


def _object_type(values: pd.Series[Any]) -> str:
    import datetime as dt

    first = values.iloc[0] if len(values) else ""
    if isinstance(first, bool):
        return "boolean"
    return "date" if isinstance(first, dt.date) else "string"


def _levels(params: Mapping[str, Any]) -> tuple[float, ...] | None:
    return tuple(map(float, params["quantiles"])) if TASKS[params["task"]].is_quantiles else None


def _classes(params: Mapping[str, Any], rows: pd.DataFrame) -> tuple[Any, ...] | None:
    from mlspec.runtime.predict import as_labels

    task = TASKS[params["task"]]
    if task.is_labels:
        return labels_of(label_sets(rows[params["target"]], params))
    if not task.has_classes or task.is_cluster:
        return None  # clusters are known when they are found
    return tuple(sorted(set(as_labels(rows[params["target"]].to_numpy()).tolist()), key=lambda v: (str(type(v)), v)))
