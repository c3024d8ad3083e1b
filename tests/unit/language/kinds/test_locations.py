"""The kinds of location: one table, and what reads each of them."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from support.projects import SOURCE, SPECS, compile_texts

from mlspec.language.kinds.data_source import DataSourceSpec
from mlspec.language.kinds.locations.table import LOCATION_KINDS
from mlspec.runtime.ingest.locations import READERS

ROOT = Path(__file__).resolve().parents[4]
GIVEN: dict[str, dict[str, Any]] = {
    "file": {"path": "data/sales.csv"},
    "http": {"url": "https://example.org/sales.csv", "sha256": "a" * 64},
    "sql": {
        "connection": "SALES_DB",
        "query": "queries/sales.sql",
        "cursor": {"column": "updated_at", "overlap": "1h", "fullReadEvery": "7d"},
    },
    "object": {"url": "s3://acme/sales/region=*/**.csv.gz"},
    "from": {"inputs": {"orders": {"source": "orders"}}, "sql": "queries/sales.sql"},
    "python": {"callable": "src.sales:fetch"},
}


def spec(kind: str) -> DataSourceSpec:
    return DataSourceSpec.model_validate({kind: GIVEN[kind]})


def test_what_is_declared_has_what_reads_it() -> None:
    assert tuple(LOCATION_KINDS) == tuple(READERS) == tuple(GIVEN)


def test_no_other_module_lists_the_kinds() -> None:
    """A tuple, list or set of three of their names is a second list."""
    names = {*LOCATION_KINDS}
    found = []
    for path in sorted((ROOT / "mlspec").rglob("*.py")):
        if "versions" in path.parts or path.name == "locations.py":
            continue
        for node in ast.walk(ast.parse(path.read_bytes())):
            if isinstance(node, ast.Tuple | ast.List | ast.Set):
                held = {e.value for e in node.elts if isinstance(e, ast.Constant) and isinstance(e.value, str)}
                if len(held & names) > 2:
                    found.append(path.relative_to(ROOT).as_posix())
    assert found == []


@pytest.mark.parametrize(
    ("kind", "reads", "secrets", "pin", "form"),
    [
        ("file", ["data/sales.csv"], [], None, "csv"),
        ("http", [], [], "a" * 64, "csv"),
        ("sql", ["queries/sales.sql"], ["SALES_DB"], None, None),
        ("object", [], [], None, "csv"),
        ("from", ["queries/sales.sql"], [], None, None),
        ("python", [], [], None, None),
    ],
)
def test_what_others_ask_of_a_location(kind, reads, secrets, pin, form) -> None:
    found = spec(kind)
    assert found.location_kind.name == kind
    assert [read.path for read in found.location.reads()] == reads
    assert list(found.location.secrets()) == secrets
    assert found.location.pin() == pin
    assert found.resolved_format == form


def test_how_often_it_is_asked_is_no_part_of_the_place() -> None:
    often = DataSourceSpec.model_validate({"sql": GIVEN["sql"] | {"timeout": "5s", "cursor": {"column": "id"}}})
    assert spec("sql").location.place() == often.location.place() == {"connection": "SALES_DB", "query": "queries/sales.sql"}


def test_what_rows_are_made_of_is_their_place() -> None:
    assert spec("from").location.place() == {"inputs": "orders = source/orders", "by": "queries/sales.sql"}
    given = {"callable": "src.sales:fetch", "inputs": ["data/a.csv", "data/notes/"], "params": {"least": 2}}
    found = DataSourceSpec.model_validate({"python": given}).location
    assert found.place() == {"callable": "src.sales:fetch", "inputs": "a = data/a.csv, notes = data/notes"}


@pytest.mark.parametrize(
    "url", ["s3://acme", "s3://acme/", "s3://acme/a/", "s3://K:S@acme/a.csv", "s3://acme/a.csv?sig=1", "ftp://acme/a.csv", "s3://*/a.csv"]
)
def test_an_address_of_objects_names_a_bucket_and_a_pattern(url) -> None:
    with pytest.raises(ValidationError):
        DataSourceSpec.model_validate({"object": {"url": url}})


def test_rows_that_a_reading_did_not_change_stay_where_it_remembers() -> None:
    for location, persists in (("file: {path: data/sales.csv}", False), ("http: {url: https://example.org/s.csv}", True)):
        graph = compile_texts(SPECS | {"specs/sales.yaml": SOURCE.replace("file: {path: data/sales.csv}", location)}).graph
        assert graph is not None
        outs = {out.path.rpartition("/")[2]: (out.persist, out.cache) for out in graph.pipelines[0].stages[0].outs}
        assert outs == ({"raw.parquet": (True, True), "source.json": (True, False)} if persists else {"raw.parquet": (False, True)})


def test_the_guide_names_every_kind() -> None:
    guide = (ROOT / "docs/guides/data.md").read_text(encoding="utf-8")
    assert [kind for kind, row in LOCATION_KINDS.items() if row.has_runtime and not re.search(rf"\b{kind}\b", guide)] == []
