"""A definition is another one when a value could come out otherwise by what people wrote, and only then."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest
import yaml

from mlspec.pipelines.materialize.definition import Definition, definition_of

REPORT = json.dumps({"rows": 3, "columns": {"count": "integer", "day": "date", "shop": "string"}})
SET = "pipelines/features/daily"
FILES: dict[str, Any] = {
    "mlspec.yaml": {"kind": "Project", "spec": {"requirements": "requirements.lock"}},
    f"{SET}/features.json": REPORT,
    f"{SET}/dvc.lock": {
        "schema": "2.0",
        "stages": {
            "features": {
                "cmd": "python -m mlspec.runtime features",
                "deps": [
                    {"path": "../../data/sales/valid.parquet", "md5": "rows"},
                    {"path": "../base/features.parquet", "md5": "base rows"},
                    {"path": "../../../requirements.lock", "md5": "libraries"},
                    {"path": "../../../features/daily.sql", "md5": "sql"},
                ],
                "params": {
                    "params.yaml": {
                        "features": {
                            "inputs": {
                                "sales": {"path": "../../data/sales/valid.parquet", "time": "day"},
                                "base": {"path": "../base/features.parquet"},
                            },
                            "sql": "../../../features/daily.sql",
                            "key": ["day", "shop"],
                            "timeColumn": "day",
                            "columns": [{"name": "count", "type": "integer"}],
                            "lookAhead": {"cuts": 12, "seed": 7},
                        }
                    }
                },
                "outs": [
                    {"path": "features.parquet", "md5": "made"},
                    {"path": "features.json", "md5": hashlib.md5(REPORT.encode()).hexdigest()},
                ],
            }
        },
    },
    "pipelines/features/base/dvc.lock": {
        "schema": "2.0",
        "stages": {
            "features": {
                "cmd": "x",
                "deps": [
                    {"path": "../../../src/base.py", "md5": "code"},
                    {"path": "../../data/sales/valid.parquet", "md5": "rows"},
                    {"path": "../../../data/extra.csv", "md5": "extra"},
                ],
                "params": {
                    "params.yaml": {
                        "features": {
                            "inputs": {"sales": {"path": "../../data/sales/valid.parquet"}},
                            "python": {
                                "callable": "src.base:make",
                                "inputs": {"extra": "data/extra.csv"},
                                "params": {"hours": 3, "inputs": "src/base.py"},
                            },
                            "key": ["day"],
                        }
                    }
                },
                "outs": [{"path": "features.parquet", "md5": "base rows"}],
            }
        },
    },
    "pipelines/data/sales/dvc.lock": {
        "schema": "2.0",
        "stages": {
            "ingest": {
                "cmd": "x",
                "deps": [{"path": "../../../data/sales.csv", "md5": "file"}],
                "params": {"params.yaml": {"ingest": {"file": {"path": "../../../data/sales.csv"}}}},
            },
            "clean": {
                "cmd": "x",
                "deps": [{"path": "raw.parquet", "md5": "raw"}],
                "params": {"params.yaml": {"clean": {"steps": [{"fill": {"column": "count"}}], "pii": ["shop"], "sort": ["day"]}}},
            },
            "validate": {"cmd": "x", "deps": [], "params": {"params.yaml": {"validate": {"rules": []}}}},
        },
    },
}


def told(old: str = "", new: str = "", **files: Any) -> Definition | None:
    """The definition, where one text stands in place of another in all files."""
    texts = {path: value if isinstance(value, str) else yaml.safe_dump(value, sort_keys=False) for path, value in (FILES | files).items()}
    if old:
        assert any(old in text for text in texts.values())
        texts = {path: text.replace(old, new) for path, text in texts.items()}
    return definition_of("daily", {path: text.encode() for path, text in texts.items()}.get)


def test_what_it_is() -> None:
    found = told()
    assert found is not None
    assert (found.rows_md5, found.key, found.time, found.time_type, found.entity) == ("made", ("day", "shop"), "day", "date", ("shop",))
    assert list(found.types) == ["count", "day", "shop"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("md5: sql", "md5: other"),
        ("md5: code", "md5: other"),
        ("name: count", "name: sum"),
        ("hours: 3", "hours: 4"),
        ("column: count", "column: price"),
        ("- shop", "- price"),
        ("src.base:make", "src.base:other"),
        ("time: day", "time: known"),
    ],
)
def test_what_makes_values_makes_another(old: str, new: str) -> None:
    before, after = told(), told(old, new)
    assert before and after and before.digest != after.digest


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("md5: rows", "md5: other"),
        ("md5: base rows", "md5: other"),
        ("md5: extra", "md5: other"),
        ("md5: file", "md5: other"),
        ("md5: raw", "md5: other"),
        ("md5: libraries", "md5: other"),
        ("md5: made", "md5: other"),
        ("cuts: 12", "cuts: 3"),
        ("sort:\n", "lookAhead:\n"),
        ("rules: []", "rules: [1]"),
    ],
)
def test_data_and_what_only_looks_at_it_does_not(old: str, new: str) -> None:
    before, after = told(), told(old, new)
    assert before and after and before.digest == after.digest


@pytest.mark.parametrize(
    "files",
    [
        {f"{SET}/dvc.lock": ""},
        {f"{SET}/dvc.lock": "stages: [1"},
        {f"{SET}/features.json": '{"columns": {"day": "date"}}'},
        {f"{SET}/features.json": "{"},
    ],
)
def test_what_is_not_of_one_run_is_none(files: dict[str, Any]) -> None:
    assert told(**files) is None


def test_a_lock_that_names_itself_ends() -> None:
    assert told("../base/features.parquet", "../daily/features.parquet") is not None
