"""The scikit-learn transformer that the section declares: impute, scale, encode, vectorize."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from mlspec.metrics.tasks import TASKS
from mlspec.runtime.signature import Feature, Signature

NUMBERS = "categorical-numbers"


def transformer(signature: Signature, preprocess: Mapping[str, Any], seed: int = 0) -> Any:
    """Return a ColumnTransformer over the signature's features, unfitted; dense unless there is text.

    `seed`: of the folds in which a target encoding encodes training rows, each by the others: `fit_transform` has to be handed the target.
    """
    from sklearn.compose import ColumnTransformer

    encoding = _target_encoding(signature.task, seed)
    has_text = any(f.kind == "text" for f in signature.features)
    parts: list[tuple[str, Any, Any]] = []
    steps = {"numeric": _numeric(preprocess["numeric"])} | _categoricals(preprocess["categorical"], sparse=has_text, made=encoding)
    for part, chain in steps.items():
        names = [f.name for f in signature.features if _part(f, steps) == part]
        if names:
            parts.append((part, chain, names))
    parts += [(f"text-{f.name}", _text(preprocess["text"]), f.name) for f in signature.features if f.kind == "text"]
    return ColumnTransformer(parts, sparse_threshold=1.0 if has_text else 0.0, verbose_feature_names_out=True)


def _categoricals(steps: Mapping[str, Any], *, sparse: bool, made: Callable[[], Any]) -> dict[str, Any]:
    """One chain for all; two with `impute: missing`: a word can stand for what is missing among words, not among numbers.

    There nothing is imputed: to both encoders a missing number is a category of its own.
    """
    found = {"categorical": _categorical(steps, sparse=sparse, made=made)}
    return found | ({NUMBERS: _categorical({**steps, "impute": "none"}, sparse=sparse, made=made)} if steps["impute"] == "missing" else {})


def _part(feature: Feature, steps: Mapping[str, Any]) -> str:
    numbers = feature.kind == "categorical" and feature.type != "string" and NUMBERS in steps
    return NUMBERS if numbers else feature.kind


def _numeric(steps: Mapping[str, Any]) -> Any:
    from sklearn.impute import SimpleImputer
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import MinMaxScaler, RobustScaler, StandardScaler

    scalers = {"standard": StandardScaler, "minmax": MinMaxScaler, "robust": RobustScaler}
    chain: list[Any] = []
    if steps["impute"] != "none":
        chain.append(SimpleImputer(strategy=steps["impute"], keep_empty_features=True))
    if steps["scale"] != "none":
        chain.append(scalers[steps["scale"]]())
    return make_pipeline(*chain) if chain else "passthrough"


def _target_encoding(task: str, seed: int) -> Callable[[], Any]:
    """Makes encoders by the target's mean. What the target is, is said: of whole numbers scikit-learn takes each for a class."""

    def make() -> Any:
        from sklearn.preprocessing import TargetEncoder

        kind = task if TASKS[task].is_label else "continuous"
        return TargetEncoder(target_type=kind, random_state=seed)

    return make


def _categorical(steps: Mapping[str, Any], *, sparse: bool, made: Callable[[], Any]) -> Any:
    from sklearn.impute import SimpleImputer
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder

    chain: list[Any] = []
    if steps["impute"] == "most_frequent":
        chain.append(SimpleImputer(strategy="most_frequent", keep_empty_features=True))
    elif steps["impute"] == "missing":
        chain.append(SimpleImputer(strategy="constant", fill_value="missing", keep_empty_features=True))
    rare = {"min_frequency": steps["minRows"]} if "minRows" in steps else {}
    if steps["encode"] == "target":
        chain.append(made())
    elif steps["encode"] == "onehot":
        chain.append(OneHotEncoder(handle_unknown="infrequent_if_exist" if rare else "ignore", sparse_output=sparse, **rare))
    else:
        chain.append(OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1, encoded_missing_value=-2, **rare))
    return make_pipeline(*chain)


def _text(steps: Mapping[str, Any]) -> Any:
    from sklearn.feature_extraction.text import CountVectorizer, HashingVectorizer, TfidfVectorizer

    makers = {"tfidf": TfidfVectorizer, "count": CountVectorizer, "hashing": HashingVectorizer}
    # scikit-learn wants a tuple where YAML has a list
    params = {k: tuple(v) if isinstance(v, list) and k == "ngram_range" else v for k, v in steps["params"].items()}
    return makers[steps["vectorize"]](**params)
