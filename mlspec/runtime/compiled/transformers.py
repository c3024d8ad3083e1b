"""Fitted imputers, scalers and encoders of one part of a ColumnTransformer -> columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from mlspec.runtime.compiled.columns import ADD, DIVIDE, MULTIPLY, SUBTRACT, Category, Column, Number, Step
from mlspec.runtime.compiled.refused import NotCompiledError, exactly, need


def columns_of(part: str, fitted: Any, sources: Sequence[int], place: int) -> list[Column]:
    """The columns of a part that takes the features `sources`; the first goes to `place`. Raises NotCompiledError."""
    chain = _chain(fitted)
    fills = [_NOTHING] * len(sources)
    if chain and _is_imputer(chain[0]):
        fills = _fills(chain.pop(0), len(sources))
    if chain and _is_encoder(chain[-1]):
        need(len(chain) == 1, f"`{part}` has more than an imputer before its encoder")
        return _categories(chain[0], fills, sources, place)
    scalers = [_scaling(step, len(sources)) for step in chain]
    numbers: list[Any] = [float("nan") if f is _NOTHING else f for f in fills]
    need(all(isinstance(f, float) for f in numbers), f"`{part}` fills numbers with text")
    return [Number(s, place + i, numbers[i], tuple(step for scaler in scalers for step in scaler[i])) for i, s in enumerate(sources)]


_NOTHING = object()


def _chain(fitted: Any) -> list[Any]:
    from sklearn.pipeline import Pipeline
    from sklearn.preprocessing import FunctionTransformer

    if exactly(fitted, FunctionTransformer) and fitted.func is None:
        return []  # what `passthrough` becomes
    return [step for _, step in fitted.steps if step != "passthrough"] if exactly(fitted, Pipeline) else [fitted]


def _is_imputer(step: Any) -> bool:
    from sklearn.impute import SimpleImputer

    return exactly(step, SimpleImputer)


def _fills(imputer: Any, count: int) -> list[Any]:
    """What stands for a missing value of each column."""
    missing = imputer.missing_values
    need(isinstance(missing, float) and np.isnan(missing), "an imputer looks for something else than NaN")
    need(not imputer.add_indicator, "an imputer adds indicators")
    found = [_plain(v) for v in imputer.statistics_]
    need(len(found) == count and all(v == v for v in found), "an imputer dropped a column without values")  # noqa: PLR0124 - NaN
    return found


def _plain(value: Any) -> Any:
    value = value.item() if isinstance(value, np.generic) else value
    return float(value) if isinstance(value, int | bool) else value


def _is_encoder(step: Any) -> bool:
    from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder

    return exactly(step, OneHotEncoder, OrdinalEncoder)


def _categories(encoder: Any, fills: Sequence[Any], sources: Sequence[int], place: int) -> list[Column]:
    from sklearn.preprocessing import OneHotEncoder

    need(not getattr(encoder, "_infrequent_enabled", False), "an encoder puts rare categories together")
    need(len(encoder.categories_) == len(sources), "an encoder knows other columns")
    one_hot = type(encoder) is OneHotEncoder
    _check_unknown(encoder, one_hot=one_hot)
    columns: list[Column] = []
    for known, fill, source in zip(encoder.categories_, fills, sources, strict=True):
        column = _category(encoder, [_plain(v) for v in known], fill, source, place, one_hot=one_hot)
        place += column.width
        columns.append(column)
    return columns


def _check_unknown(encoder: Any, *, one_hot: bool) -> None:
    if one_hot:
        need(encoder.handle_unknown == "ignore" and encoder.drop is None, "an encoder drops categories, or refuses unknown ones")
        return
    need(encoder.handle_unknown == "use_encoded_value", "an encoder refuses unknown categories")
    codes = (encoder.unknown_value, encoder.encoded_missing_value)
    need(all(isinstance(c, int) for c in codes), "an encoder has codes that are no whole numbers")


def _category(encoder: Any, known: list[Any], fill: Any, source: int, place: int, *, one_hot: bool) -> Category:
    codes = {v: i for i, v in enumerate(known) if v == v}  # noqa: PLR0124 - NaN
    need(len(codes) >= len(known) - 1, "an encoder knows a category twice")
    holes = [i for i, v in enumerate(known) if v != v]  # noqa: PLR0124 - NaN
    unknown = -1 if one_hot else encoder.unknown_value
    own = holes[0] if one_hot and holes else encoder.encoded_missing_value if holes else unknown
    missing = own if fill is _NOTHING else codes.get(fill, unknown)
    return Category(source, place, codes, missing, unknown, len(known) if one_hot else 1, one_hot)


def _scaling(step: Any, count: int) -> list[tuple[Step, ...]]:
    """The arithmetic of a scaler, a column each."""
    from sklearn.preprocessing import MinMaxScaler, RobustScaler, StandardScaler

    if exactly(step, StandardScaler):
        parts = [(SUBTRACT, step.mean_ if step.with_mean else None), (DIVIDE, step.scale_ if step.with_std else None)]
    elif exactly(step, RobustScaler):
        parts = [(SUBTRACT, step.center_ if step.with_centering else None), (DIVIDE, step.scale_ if step.with_scaling else None)]
    elif exactly(step, MinMaxScaler):
        need(not step.clip, "a scaler clips")
        parts = [(MULTIPLY, step.scale_), (ADD, step.min_)]
    else:
        raise NotCompiledError(f"{type(step).__name__} is a transformer that is not known")
    used = [(how, np.asarray(values)) for how, values in parts if values is not None]
    need(all(v.dtype == np.float64 and v.shape == (count,) for _, v in used), "a scaler has other columns")
    need(all(v.all() for how, v in used if how is DIVIDE), "a scaler divides by zero")
    return [tuple((how, float(values[i])) for how, values in used) for i in range(count)]
