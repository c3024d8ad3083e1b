"""What `init` writes of any table runs: ingest, clean and validate take the file as the specs say, and lose no row."""

from __future__ import annotations

import csv
import io
import json
import tempfile
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mlspec.compiler.pipeline import compile_root
from mlspec.diagnostics import Problems
from mlspec.runtime.__main__ import run_stage
from mlspec.setup.init.files import DataFile, project_files
from mlspec.setup.init.inspect_data import inspect

ROWS = 40
DAYS = st.dates().filter(lambda d: 1900 < d.year < 2100)
CELLS: tuple[st.SearchStrategy[str], ...] = (
    st.integers(-(10**6), 10**6).map(str),
    st.integers(0, 10**6).map(lambda n: f"{n:,}"),
    st.floats(-1e6, 1e6).map(lambda x: f"${x:,.2f}"),
    st.floats(0, 1e6).map(lambda x: f"{x:,.2f}".translate(str.maketrans(",.", ".,"))),
    st.floats(0, 1).map(lambda x: f"{x:.1%}"),
    DAYS.map(lambda d: d.strftime("%d/%m/%Y")),
    DAYS.map(lambda d: d.strftime("%m/%d/%y")),
    DAYS.map(lambda d: f"{d.day}.{d.month}.{d.year:04d}"),
    DAYS.map(str),
    st.sampled_from(["yes", "no"]),
    st.text("ab 1,.-$%/", max_size=6),
    st.text("0123456789,.", min_size=1, max_size=5),
    st.integers(0, 99999).map(lambda n: f"{n:05d}"),
)
MISSING = st.sampled_from(["", "", " ", "NA", "-", "n/a"])
NAMES = ("id", "date", "x", "Preis in €", "order", "customer_id", "name")


@st.composite
def columns(draw: st.DrawFn) -> list[str]:
    cell = draw(st.sampled_from(CELLS))
    return draw(st.lists(st.one_of(cell, cell, cell, MISSING) if draw(st.booleans()) else cell, min_size=ROWS, max_size=ROWS))


@settings(max_examples=10, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], deadline=None)
@given(st.lists(columns(), min_size=1, max_size=4), st.permutations(NAMES), st.sampled_from([",", ";", "\t"]))
def test_the_stages_take_the_file_as_the_specs_say(table: list[list[str]], names: list[str], delimiter: str) -> None:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\n", quoting=csv.QUOTE_MINIMAL)
    writer.writerow([*names[: len(table)], "target"])
    writer.writerows([*cells, i % 2] for i, cells in enumerate(zip(*table, strict=True)))
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "d.csv").write_text(text.getvalue(), encoding="utf-8")
        data = _inspected(root)
        if data is None:
            return
        for path, content in project_files("x", data, "numpy==2\n").items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(content, encoding="utf-8")
        assert _cleaned(root) == ROWS


def _inspected(root: Path) -> DataFile | None:
    """None where ingest itself can't read the file, which is for it to say."""
    try:
        return inspect(root, "d.csv", "target", None)
    except Problems as problems:
        if all(d.code.startswith("MLS061") for d in problems.diagnostics):
            return None
        raise


def _cleaned(root: Path) -> int:
    compiled = compile_root(root)
    assert compiled.graph is not None, [d.message for d in compiled.diagnostics]
    pipeline = next(p for p in compiled.graph.pipelines if p.ref == "source/x")
    folder = root / pipeline.folder
    folder.mkdir(parents=True)
    params: dict[str, Any] = {stage.name: stage.params for stage in pipeline.stages}
    (folder / "params.yaml").write_text(json.dumps(params, default=list), encoding="utf-8")
    for stage in pipeline.stages:
        run_stage(stage.name, folder)
    return int(pq.read_metadata(folder / "valid.parquet").num_rows)
