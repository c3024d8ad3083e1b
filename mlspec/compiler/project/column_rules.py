"""What a source's columns ask of its rows (`required`, `unique`), as the rules that say the same."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mlspec.language.kinds.validation_rules import Rule


def column_rules(spec: Any) -> Iterator[tuple[int, Rule]]:
    """(index of the column, rule) of each; `onFailure` is fail."""
    for index, column in enumerate(spec.columns):
        if column.required:
            yield index, Rule.model_validate({"column": column.name, "notNull": True, "onFailure": "fail"})
        if column.unique:
            yield index, Rule.model_validate({"unique": [column.name], "onFailure": "fail"})
