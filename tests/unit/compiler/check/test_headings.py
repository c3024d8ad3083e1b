"""A column that no file has is told with everything else, also where the source declares none."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.projects import MODEL, SPECS, sales_rows, write_project

from mlspec.compiler.pipeline import compile_root

BARE = "apiVersion: mlspec/v1\nkind: DataSource\nmetadata: {name: sales}\nspec:\n  file: {path: data/sales.csv}\n"
WRONG = MODEL.replace("target: count", "target: cuont").replace("strategy: time, test: 25%", "strategy: group, group: shpo")


def columns_told(tmp_path: Path, source: str, model: str, rows: str | None = None) -> list[str]:
    root = write_project(tmp_path, SPECS | {"specs/sales.yaml": source, "specs/demand.yaml": model})
    (root / "data/sales.csv").write_text(sales_rows() if rows is None else rows)
    return [f"{d.message} ({d.help})" for d in compile_root(root).diagnostics if d.code == "MLS0410"]


def test_wrong_columns_are_told_by_the_heading(tmp_path: Path) -> None:
    told = columns_told(tmp_path, BARE, WRONG)
    assert [t.partition(" (")[0].rpartition("no column ")[2] for t in told] == ["`cuont`", "`shpo`"]
    assert "by the heading of data/sales.csv" in told[0]
    assert "`count`" in told[0]


def test_cleaning_changes_the_columns(tmp_path: Path) -> None:
    steps = "  clean:\n    - rename: {count: cuont}\n    - derive: {column: shpo, sql: shop}\n    - drop: [shop]\n"
    rules = columns_told(tmp_path, BARE + steps, WRONG)
    assert [t for t in rules if "shpo" in t.partition(" (")[0] or "cuont" in t.partition(" (")[0]] == []


@pytest.mark.parametrize(
    "rows", ["", "day;shop;price;count\n1;2;3;4\n", "a,a,b\n1,2,3\n", ",b,c\n", "\n\na,b\n", "version https://x,y\n", '"a\nb",c\n1,2\n']
)
def test_a_doubtful_heading_says_nothing(tmp_path: Path, rows: str) -> None:
    assert columns_told(tmp_path, BARE, WRONG, rows) == []
