"""`mlspec init` looks at a file and writes specs that compile at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from mlspec.compiler.inputs import Inputs
from mlspec.compiler.pipeline import compile_inputs
from mlspec.diagnostics import Problems
from mlspec.scaffold.files import DataFile, project_files
from mlspec.scaffold.inspect_data import guess_task, inspect

ROWS = "day,shop,price,count\n2024-01-01,north,1.5,10\n2024-01-02,north,1.5,10\n2024-01-03,south,2,7\n"


def looked_at(tmp_path: Path, text: str = ROWS, target: str = "count") -> DataFile:
    (tmp_path / "sales.csv").write_text(text, encoding="utf-8")
    return inspect(tmp_path, "sales.csv", target, None)


def test_finds_types_task_and_twins(tmp_path: Path) -> None:
    data = looked_at(tmp_path)
    assert data.columns == (("day", "date"), ("shop", "string"), ("price", "number"), ("count", "integer"))
    assert (data.task, data.time_column, data.twins) == ("binary", "day", 1)


def test_a_text_that_names_each_row_becomes_the_key(tmp_path: Path) -> None:
    data = looked_at(tmp_path, "patient,clinic,age,ill\np1,a,1,0\np2,a,2,1\np3,b,2,1\n", "ill")
    assert data.key == ("patient",)
    assert "key:\n    - patient" in project_files("x", data, "")["specs/data/x.yaml"]


@pytest.mark.parametrize("twins", [0, 4])
def test_what_it_writes_compiles_without_a_word(tmp_path: Path, twins: int) -> None:
    data = looked_at(tmp_path)
    files = project_files("sales", DataFile(data.path, data.target, "regression", data.columns, twins), "numpy==2\n")
    specs = {k: v.encode() for k, v in files.items() if k.endswith(".yaml")}
    compiled = compile_inputs(tmp_path, Inputs(specs, {}, frozenset({"requirements.lock", "sales.csv"})))
    assert compiled.diagnostics == ()
    assert ("sharedRows: 4" in files["specs/models/sales-kpis.yaml"]) == (twins == 4)


@pytest.mark.parametrize(
    ("path", "target", "code"), [("other.csv", "count", "MLS0601"), ("sales.csv", "cuont", "MLS0410"), ("sales.txt", "count", "MLS0103")]
)
def test_what_can_not_serve_is_told(tmp_path: Path, path: str, target: str, code: str) -> None:
    (tmp_path / "sales.csv").write_text(ROWS, encoding="utf-8")
    (tmp_path / "sales.txt").write_text(ROWS, encoding="utf-8")
    with pytest.raises(Problems) as found:
        inspect(tmp_path, path, target, None)
    assert [d.code for d in found.value.diagnostics] == [code]


@pytest.mark.parametrize(
    ("kind", "distinct", "task"),
    [("number", 21, "regression"), ("integer", 20, "multiclass"), ("string", 2, "binary"), ("string", 99, "multiclass")],
)
def test_the_task_is_told_from_the_target(kind: str, distinct: int, task: str) -> None:
    assert guess_task(kind, distinct) == task
