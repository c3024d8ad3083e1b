"""A source's file that can't be rows is told when specs are compiled, with what to do instead."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.projects import SOURCE, SPECS, compile_texts, write_project

from mlspec.compiler.pipeline import compile_root


def told(place: str) -> list[str]:
    specs = SPECS | {"specs/sales.yaml": SOURCE.replace("file: {path: data/sales.csv}", place)}
    return [f"{d.code} {d.span.line if d.span else 0}: {d.message} ({d.help})" for d in compile_texts(specs).diagnostics if d.is_error]


@pytest.mark.parametrize(
    ("place", "what", "advice"),
    [
        ("file: {path: data/sales.xls}", "`sales.xls` is a workbook of another kind", "inputs: {sales: {file: data/sales.xls}}"),
        ("file: {path: data/Sales.ZIP}", "`Sales.ZIP` is an archive", "member: hour.csv"),
        ("file: {path: data/sales.tar.gz}", "`sales.tar.gz` is an archive", "member: hour.csv"),
        ("file: {path: data/sales.7z}", "`sales.7z` is an archive of another kind", "inputs: {sales: {file: data/sales.7z}}"),
        ("file: {path: data/sales.zip, member: hour.txt}", "`hour.txt` does not say by its name", "format: csv"),
        ("file: {path: data/sales.zip, member: ../hour.csv}", "not a name of a file in an archive", "data/*.csv"),
        ("file: {path: pipelines/data/x/valid.parquet}", "in mlspec's own folder", "from: {inputs: {rows: {source: x}}, sql: …}"),
        ("file: {path: pipelines/data/*/raw.parquet}", "in mlspec's own folder", "{source: NAME}"),
        ("file: {path: data/sales.sav}", "a statistics program", "save it as CSV or Parquet"),
        ("file: {path: data/sales}", "does not say by its name", "format: csv"),
        ('http: {url: "https://example.org/sales.ods?raw=1"}', "`sales.ods` is a workbook", "let a function fetch it"),
        ("file: {path: '*.csv'}", "the pattern begins at the root", "data/*.csv"),
        ("file: {path: data/?.csv}", "the path holds `?`", "a pattern is no file"),
    ],
)
def test_what_is_not_read_is_told_with_another_way(place: str, what: str, advice: str) -> None:
    (only,) = told(place)
    assert what in only
    assert advice in only
    assert " 5: " in only


@pytest.mark.parametrize(("key", "value"), [("format", "csv"), ("read", '{delimiter: ";"}')])
def test_a_key_of_files_is_told_where_rows_come_from_none(key: str, value: str) -> None:
    place = f"python: {{callable: 'src.sales:rows'}}\n  {key}: {value}"
    specs = SPECS | {"specs/sales.yaml": SOURCE.replace("file: {path: data/sales.csv}", place)}
    (found,) = [d for d in compile_texts(specs).diagnostics if d.code == "MLS0425"]
    assert (found.severity, found.span and found.span.line, key in found.message) == ("warning", 6, True)


@pytest.mark.parametrize(
    ("place", "key"),
    [
        ("file: {path: data/sales.csv}\n  read: {sheet: a}", "sheet"),
        ("file: {path: data/sales.xlsx}\n  read: {rows: a/b}", "rows"),
        ("file: {path: data/sales.xml}\n  read: {headerRow: 2}", "headerRow"),
    ],
)
def test_an_option_of_another_format_is_told(place: str, key: str) -> None:
    specs = SPECS | {"specs/sales.yaml": SOURCE.replace("file: {path: data/sales.csv}", place)}
    (found,) = [d for d in compile_texts(specs).diagnostics if d.code == "MLS0425"]
    assert f"`{key}`" in found.message
    assert (found.severity, found.span and found.span.line) == ("warning", 6)


@pytest.mark.parametrize(
    "place",
    [
        "file: {path: data/sales.csv.gz}",
        "file: {path: data/sales.csv.zst}",
        "file: {path: data/sales.TSV}",
        "file: {path: data/*/sales.csv}",
        "file: {path: data/sales.xlsx}\n  read: {sheet: '2024', headerRow: 3}",
        "file: {path: data/sales.xml}\n  read: {rows: posts/row}",
        "file: {path: data/sales.zip, member: 'sales/*.csv'}",
        "file: {path: data/*.zip}\n  format: csv",
        "http: {url: 'https://example.org/sales?id=7', member: sales.csv}",
        "file: {path: data/sales.dat}\n  format: csv",
    ],
)
def test_what_is_read_is_not(place: str) -> None:
    assert told(place) == []


def test_a_folder_is_told(tmp_path: Path) -> None:
    root = write_project(tmp_path, SPECS | {"specs/sales.yaml": SOURCE.replace("data/sales.csv", "data")})
    (only,) = [d for d in compile_root(root).diagnostics if d.is_error]
    assert (only.code, only.message) == ("MLS0422", "`data` is a folder, and a source reads files")
    assert "`data/*.csv`" in str(only.help)
    (root / "specs/sales.yaml").write_text(SOURCE.replace("{path: data/sales.csv}", "{path: data}\n  format: texts"))
    assert [d.message for d in compile_root(root).diagnostics if d.code == "MLS0422"] == []
