"""Columns that end as text are read as text, whatever they are called in the file."""

from __future__ import annotations

import pytest

from mlspec.compiler.project.text_columns import text_columns
from mlspec.language.kinds.data_source import DataSourceSpec


def found(*steps, **columns):
    declared = [{"name": n, "type": t} for n, t in columns.items()]
    return text_columns(DataSourceSpec.model_validate({"file": {"path": "a.csv"}, "columns": declared, "clean": list(steps)}))


def derive(column, sql):
    return {"derive": {"column": column, "sql": sql}}


@pytest.mark.parametrize(
    ("steps", "columns", "wanted"),
    [
        ([], {"code": "string", "n": "integer"}, ["code"]),
        ([{"rename": {"kode": "code"}}], {"code": "string"}, ["kode"]),
        ([{"rename": {"a": "b"}}, {"rename": {"b": "code"}}], {"code": "string"}, ["a"]),
        ([{"rename": {"a": "b", "b": "a"}}], {"a": "string", "b": "integer"}, ["b"]),
        ([{"rename": {"code": "old"}}, derive("code", "upper(x)")], {"code": "string", "old": "integer"}, []),
        ([{"cast": {"column": "zip", "to": "string"}}], {}, ["zip"]),
        ([{"pseudonymise": {"column": "who", "key": "K"}}], {}, ["who"]),
        ([{"rename": {"w": "who"}}, {"pseudonymise": {"column": "who", "key": "K"}}], {"who": "string"}, ["w"]),
        ([{"cast": {"column": "zip", "to": "string"}}, {"drop": ["zip"]}], {}, ["zip"]),
        ([{"rename": {"z": "zip"}}, {"cast": {"column": "zip", "to": "string"}}], {"zip": "string"}, ["z"]),
        ([{"cast": {"column": "zip", "to": "integer"}}], {"zip": "string"}, []),
        ([{"cast": {"column": "zip", "to": "integer"}}, {"cast": {"column": "zip", "to": "string"}}], {}, []),
        ([{"filter": "zip > 99"}, {"cast": {"column": "zip", "to": "string"}}], {}, []),
        ([{"filter": "zip > 99"}, {"cast": {"column": "zip", "to": "string"}}], {"zip": "string"}, ["zip"]),
        ([{"fillMissing": {"column": "z", "with": "mean"}}, {"rename": {"z": "zip"}}, {"cast": {"column": "zip", "to": "string"}}], {}, []),
        ([derive("code", "kode")], {"code": "string"}, ["kode"]),
        ([derive("code", "shop || '-' || \"Item no\"")], {"code": "string"}, ["shop", "Item no"]),
        ([derive("code", "shop || '-' || item")], {"code": "string", "item": "integer"}, ["shop"]),
        ([derive("code", "shop || '-'"), {"filter": "shop > 3"}], {"code": "string"}, []),
        ([derive("code", "lpad(code, 5, '0')")], {"code": "string"}, ["code"]),
        ([derive("code", "a + b")], {"code": "string"}, []),
        ([{"drop": ["code"]}, derive("code", "x + 1")], {"code": "string"}, []),
        ([{"replace": {"column": "code", "values": {"-": None}}}, {"filter": "n > 1"}], {"code": "string"}, ["code"]),
    ],
)
def test_the_steps_are_followed_back_to_the_file(steps, columns, wanted):
    assert found(*steps, **columns) == wanted


@pytest.mark.parametrize("kind", ["csv", "json"])
def test_a_renamed_text_is_what_the_file_says(tmp_path, kind):
    """Through ingest and clean, as a project runs them."""
    import json

    import pyarrow.parquet as pq
    from support.projects import PROJECT, write_project

    from mlspec.compiler.pipeline import compile_root
    from mlspec.runtime.__main__ import run_stage

    values = ["1.10", "007", "12345678901234567890123", "", "2024-01-01", "1e3"]
    source = f"""\
apiVersion: mlspec/v1
kind: DataSource
metadata: {{name: parts}}
spec:
  file: {{path: data/parts.{kind}}}
  clean:
    - rename: {{ref: code, made: shown}}
    - cast: {{column: shown, to: string}}
  columns: [{{name: code, type: string}}, {{name: shown, type: string}}, {{name: n, type: integer}}]
"""
    root = write_project(tmp_path / "p", {"mlspec.yaml": PROJECT, "specs/parts.yaml": source})
    rows = [{"ref": v, "made": v, "n": i} for i, v in enumerate(values)]
    lines = ["ref,made,n", *(f"{r['ref']},{r['made']},{r['n']}" for r in rows)]
    (root / f"data/parts.{kind}").write_text("\n".join(lines) + "\n" if kind == "csv" else json.dumps(rows))
    graph = compile_root(root).graph
    assert graph is not None
    (pipeline,) = graph.pipelines
    folder = root / pipeline.folder
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "params.yaml").write_text(json.dumps({s.name: s.params for s in pipeline.stages}))
    for stage in ("ingest", "clean"):
        run_stage(stage, folder)
    frame = pq.read_table(folder / "clean.parquet").to_pydict()
    expected = [None if kind == "csv" and v == "" else v for v in values]
    assert frame["code"] == frame["shown"] == expected
