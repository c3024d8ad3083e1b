from __future__ import annotations

from typing import Any

import pytest

from mlspec.compiler.project import as_read
from mlspec.compiler.project.text_columns import text_columns
from mlspec.language.kinds.data_source import DataSourceSpec


def spec(columns: dict[str, str], clean: list[dict[str, Any]]) -> DataSourceSpec:
    listed = [{"name": n.rstrip("!"), "type": t, "pii": n.endswith("!")} for n, t in columns.items()]
    return DataSourceSpec.model_validate({"file": {"path": "d.csv"}, "columns": listed, "clean": clean})


@pytest.mark.parametrize(
    ("columns", "clean", "text", "types"),
    [
        ({"a": "string", "b": "integer"}, [], ["a"], {"b": "integer"}),
        ({"b": "string"}, [{"rename": {"a": "b"}}], ["a"], {}),
        ({"c": "string"}, [{"rename": {"a": "b"}}, {"drop": ["x"]}, {"rename": {"b": "c"}}], ["a"], {}),
        ({"a": "string", "b": "number"}, [{"rename": {"a": "b", "b": "a"}}], ["b"], {"a": "number"}),
        ({"a": "integer"}, [{"rename": {"a": "b"}}, {"derive": {"column": "a", "sql": "b + 1"}}], [], {}),
        ({"a": "integer"}, [{"derive": {"column": "a", "sql": "length(a)"}}], [], {}),
        ({"a": "string"}, [{"derive": {"column": "a", "sql": "lower(a)"}}], ["a"], {}),
        ({"a": "boolean", "d": "date", "t": "timestamp"}, [], [], {"d": "date", "t": "timestamp"}),
        ({}, [{"rename": {"a": "b"}}, {"cast": {"column": "b", "to": "string"}}], ["a"], {}),
        ({"a": "integer"}, [{"cast": {"column": "a", "to": "string"}}], ["a"], {}),
        ({}, [{"filter": "a > 1"}, {"cast": {"column": "a", "to": "string"}}], [], {}),
    ],
)
def test_columns_are_traced_back_to_their_names_in_the_file(columns, clean, text, types):
    found = spec(columns, clean)
    assert text_columns(found) == text
    assert as_read.types(found) == types


def test_personal_data_is_traced_back_too():
    assert as_read.personal(spec({"b!": "integer", "c": "string"}, [{"rename": {"a": "b"}}])) == ["a"]
