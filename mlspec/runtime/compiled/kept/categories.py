"""The categories that a fitted model's encoders learnt, for its documentation."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mlspec.runtime.train.decided import Decided


def known_categories(estimator: Any) -> dict[str, tuple[Any, ...]]:
    """{feature: its categories}, of a scikit-learn pipeline whose encoders say so, missing values aside; else empty."""
    found: dict[str, tuple[Any, ...]] = {}
    for step, columns in _parts(estimator.pipeline if isinstance(estimator, Decided) else estimator):
        for name, categories in zip(columns, getattr(step, "categories_", ()), strict=False):
            plain = [c.item() if hasattr(c, "item") else c for c in categories]
            found[str(name)] = tuple(c for c in plain if c is not None and c == c)  # noqa: PLR0124 - NaN is what differs from itself
    return found


def _parts(estimator: Any) -> Iterator[tuple[Any, list[Any]]]:
    """Every step that sees named columns as they came: those of column transformers, and of the pipelines in them."""
    for _, step in getattr(estimator, "steps", ()):
        for _, part, columns in getattr(step, "transformers_", ()):
            if isinstance(columns, str | list):
                names = [columns] if isinstance(columns, str) else columns
                for _, inner in getattr(part, "steps", (("", part),)):
                    yield inner, names
