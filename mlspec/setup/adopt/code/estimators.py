"""Classes of scikit-learn and its like: estimators with their parameters, preprocessing by its place in `preprocess`, pipelines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from mlspec.setup.adopt.code import frames
from mlspec.setup.adopt.code.calls import Call
from mlspec.setup.adopt.code.values import Const, Estimator, Items, Prepared, Unknown
from mlspec.setup.adopt.facts import Gap, Place, least

_LIBRARIES = ("sklearn.", "xgboost.", "lightgbm.", "catboost.", "imblearn.", "skopt.")


def is_class(dotted: str) -> bool:
    """Whether a name is of a class of a library of estimators."""
    return dotted.startswith(_LIBRARIES) and dotted.rpartition(".")[2][:1].isupper()


@dataclass(frozen=True, slots=True)
class Transformer:
    """What a class is in `preprocess`: `group` (empty: that of its columns), keys, and arguments that change nothing here.

    `passed`: arguments are handed on as `params`.
    """

    group: str
    keys: Mapping[str, Any]
    harmless: frozenset[str] = frozenset({"copy"})
    passed: bool = False


_ENCODING = frozenset({"handle_unknown", "sparse", "sparse_output", "dtype", "unknown_value"})
TRANSFORMERS: Mapping[str, Transformer] = {
    "StandardScaler": Transformer("numeric", {"scale": "standard"}),
    "MinMaxScaler": Transformer("numeric", {"scale": "minmax"}, frozenset({"copy", "clip"})),
    "RobustScaler": Transformer("numeric", {"scale": "robust"}),
    "SimpleImputer": Transformer("", {}, frozenset({"strategy", "copy", "fill_value"})),
    "OneHotEncoder": Transformer("categorical", {"encode": "onehot"}, _ENCODING),
    "OrdinalEncoder": Transformer("categorical", {"encode": "ordinal"}, _ENCODING),
    "TfidfVectorizer": Transformer("text", {"vectorize": "tfidf"}, passed=True),
    "CountVectorizer": Transformer("text", {"vectorize": "count"}, passed=True),
    "HashingVectorizer": Transformer("text", {"vectorize": "hashing"}, passed=True),
    "TfidfTransformer": Transformer("text", {"vectorize": "tfidf"}, passed=True),
}
"""A class -> its place in `preprocess`. Other transformers are told, and not carried over."""
_IMPUTE = {"mean": ("numeric", "mean"), "median": ("numeric", "median"), "most_frequent": ("categorical", "most_frequent")}


def built(dotted: str, call: Call) -> Estimator:
    """`Ridge(alpha=1.0)`."""
    params: dict[str, Any] = dict(call.named)
    gaps = [Gap(call.place, f"the arguments of `{call.code}`")] if call.given and not _takes_one(dotted) else []
    if call.given and _takes_one(dotted):
        params |= {"estimator": call.given[0]}
        gaps += [Gap(call.place, f"the arguments of `{call.code}` that have no name")] if len(call.given) > 1 else []
    return Estimator(_public(dotted), params, call.place, gaps=tuple(gaps))


def _takes_one(dotted: str) -> bool:
    return dotted.rpartition(".")[2] in (
        "OneVsRestClassifier",
        "OneVsOneClassifier",
        "MultiOutputClassifier",
        "CalibratedClassifierCV",
        "GridSearchCV",
        "RandomizedSearchCV",
    )


def _public(dotted: str) -> str:
    """The path without private modules: `sklearn.linear_model._ridge.Ridge` -> `sklearn.linear_model.Ridge`."""
    return ".".join(part for part in dotted.split(".") if not part.startswith("_"))


def name_of(estimator: Estimator) -> str:
    return estimator.path.rpartition(".")[2]


def prepared(step: Estimator, columns: tuple[str, ...] | None) -> tuple[tuple[Prepared, ...], tuple[Gap, ...]]:
    """What a transformer is in `preprocess`, and what of it has no place there."""
    if step.path in ("columns", "chain"):
        return tuple(replace(p, columns=p.columns or columns) for p in step.prepared), step.gaps
    known = TRANSFORMERS.get(name_of(step))
    if known is None:
        return (), (
            Gap(
                step.place,
                f"`{step.path}`, which `preprocess` has no word for",
                "an estimator may hold it: `class: sklearn.pipeline.Pipeline`",
            ),
            *step.gaps,
        )
    if name_of(step) == "SimpleImputer":
        return _imputer(step, columns)
    if known.passed:
        return _vectorizer(step, known, columns)
    odd = sorted(set(step.params) - known.harmless)
    gaps = [Gap(step.place, f"`{name}` of `{step.path}`") for name in odd if not _is_default(step.params[name])]
    return (Prepared(known.group, known.keys, columns, step.place),), (*gaps, *step.gaps)


def _is_default(value: Any) -> bool:
    return isinstance(value, Const) and value.value in (None, True)


def _imputer(step: Estimator, columns: tuple[str, ...] | None) -> tuple[tuple[Prepared, ...], tuple[Gap, ...]]:
    strategy = step.params.get("strategy", Const("mean", step.place))
    word = strategy.value if isinstance(strategy, Const) else None
    if word == "constant":
        return (Prepared("categorical", {"impute": "missing"}, columns, step.place, "likely"),), step.gaps
    group, key = _IMPUTE.get(str(word), ("", ""))
    if not group:
        return (), (Gap(step.place, "the strategy of `SimpleImputer`"), *step.gaps)
    return (Prepared(group, {"impute": key}, columns, step.place),), step.gaps


def _vectorizer(step: Estimator, known: Transformer, columns: tuple[str, ...] | None) -> tuple[tuple[Prepared, ...], tuple[Gap, ...]]:
    params: dict[str, Any] = {}
    gaps = list(step.gaps)
    for name, value in step.params.items():
        plain = value.value if isinstance(value, Const) else value
        if isinstance(value, Const):
            params[name] = list(plain) if isinstance(plain, tuple) else plain
        else:
            gaps.append(Gap(step.place, f"`{name}` of `{step.path}`"))
    keys = dict(known.keys) | ({"params": params} if params else {})
    sure = least(*(v.sure for v in step.params.values() if isinstance(v, Const)))
    return (Prepared("text", keys, columns, step.place, sure),), tuple(gaps)


def chain(steps: Sequence[Any], place: Place) -> Estimator | Unknown:
    """Steps one after the other: preprocessing, and at the end an estimator (or a transformer still: `path` is `chain` then)."""
    parts = [s for s in steps if not (isinstance(s, Const) and s.value in ("passthrough", None))]
    if not parts or not all(isinstance(s, Estimator) for s in parts):
        return Unknown(place, "a pipeline whose steps could not be followed")
    before: list[Estimator] = parts[:-1]
    last: Estimator = parts[-1]
    is_last_too = name_of(last) in TRANSFORMERS or last.path in ("columns", "chain")
    done: list[Prepared] = []
    gaps: list[Gap] = []
    for step in [*before, last] if is_last_too else before:
        found, missed = prepared(step, None)
        done += found
        gaps += missed
    if is_last_too:
        return Estimator("chain", {}, place, tuple(merged(done)), tuple(gaps))
    return replace(last, prepared=(*merged(done), *last.prepared), gaps=(*gaps, *last.gaps))


def merged(found: Sequence[Prepared]) -> list[Prepared]:
    """Counting words and then weighing them is one vectorizer; an imputer before an encoder is of categories."""
    result: list[Prepared] = []
    for item in found:
        before = result[-1] if result else None
        if item.group == "text" and before and before.group == "text" and item.columns in (None, before.columns):
            params = {**before.keys.get("params", {}), **item.keys.get("params", {})}
            result[-1] = replace(before, keys={**item.keys} | ({"params": params} if params else {}))
        else:
            result.append(item)
    return result


def pipeline(_: Any, call: Call) -> Any:
    """`Pipeline([("scale", StandardScaler()), ("model", Ridge())])`."""
    steps = call.argument(0, "steps")
    pairs = [p.items[-1] if isinstance(p, Items) else None for p in steps.items] if isinstance(steps, Items) else []
    return chain(pairs, call.place)


def made_pipeline(_: Any, call: Call) -> Any:
    return chain(call.given, call.place)


def column_transformer(_: Any, call: Call) -> Any:
    """`ColumnTransformer([("num", StandardScaler(), ["a"]), …])`."""
    steps = call.argument(0, "transformers")
    given = [p.items[1:] for p in steps.items if isinstance(p, Items) and len(p.items) == 3] if isinstance(steps, Items) else []
    return _by_columns(given, call)


def made_column_transformer(_: Any, call: Call) -> Any:
    return _by_columns([p.items for p in call.given if isinstance(p, Items) and len(p.items) == 2], call)


def _by_columns(given: Sequence[tuple[Any, ...]], call: Call) -> Any:
    done: list[Prepared] = []
    gaps: list[Gap] = []
    if not given:
        return Unknown(call.place, f"the parts of `{call.code}`")
    for step, columns in given:
        names = frames.names_of(columns)
        if isinstance(step, Const) and step.value == "drop":
            continue
        if isinstance(step, Const) and step.value == "passthrough":
            done.append(Prepared("numeric", {"scale": "none", "impute": "none"}, names, call.place))
        elif not isinstance(step, Estimator):
            gaps.append(Gap(call.place, f"a part of `{call.code}`"))
        else:
            found, missed = prepared(step, names)
            done += [replace(p, group="categorical") if _is_of_categories(p, found) else p for p in found]
            gaps += missed
            gaps += [] if names else [Gap(call.place, "the columns of a part of `ColumnTransformer`, which could not be followed")]
    remainder = call.named.get("remainder")
    if not (isinstance(remainder, Const) and remainder.value == "passthrough"):
        seen = dict.fromkeys(name for p in done for name in p.columns or ())
        done.append(Prepared("only", {}, tuple(seen), call.place))
    return Estimator("columns", {}, call.place, tuple(done), tuple(gaps))


def _is_of_categories(item: Prepared, among: Sequence[Prepared]) -> bool:
    return item.group == "numeric" and "impute" in item.keys and any(p.group == "categorical" for p in among)
