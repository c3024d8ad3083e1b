"""Which columns are worth a slice: few values that mean something, not a name for each row."""

from __future__ import annotations

import re
from typing import Any

from mlspec.compiler.lint.view import View
from mlspec.compiler.project.data_columns import personal_columns
from mlspec.compiler.project.project import Bound

_ROW_NAME = re.compile(r"(^|_)(id|uuid|guid|index|hash|email|phone|url|title|name|description|text|comment)$|[a-z]I[dD]$", re.ASCII)


def slice_columns(view: View, model: Bound[Any]) -> list[str]:
    """Declared text and boolean columns of a model's source to slice by, likeliest first: with values that a rule lists, then booleans.

    Left out are the target, a key of one column, what is unique by a rule, personal data, texts, and what is named like any of these.
    """
    source, spec = view.source_of(model), model.envelope.spec
    if source is None:
        return []
    rules = [rule for _, _, rule in view.each_rule(spec.data)]
    listed = {rule.column for rule in rules if rule.column and rule.in_ is not None}
    unique = {rule.unique[0] for rule in rules if rule.unique and len(rule.unique) == 1}
    data = view.project.data_of(spec.data)
    never = {
        *(personal_columns(view.project, data) if data else ()),
        spec.target,
        *unique,
        *(spec.features.text or ()),
        *(source.key if len(source.key) == 1 else ()),
    }
    found = [c for c in source.columns if c.type in ("string", "boolean") and c.name not in never]
    names = [c.name for c in found if c.name in listed or not _ROW_NAME.search(c.name if c.name != c.name.upper() else c.name.lower())]
    booleans = {c.name for c in found if c.type == "boolean"}
    return sorted(names, key=lambda name: (name not in listed, name not in booleans))
