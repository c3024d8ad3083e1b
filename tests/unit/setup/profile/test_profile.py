"""The profile of rows: its figures against pandas and SciPy, what it says first, and that personal data stays out of it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from support.cli import mlspec, repository

from mlspec.diagnostics import Problems
from mlspec.pipelines.workspace import open_workspace
from mlspec.reports.rendering import render
from mlspec.setup.profile import facts as facts_module
from mlspec.setup.profile.document import document
from mlspec.setup.profile.facts import QUANTILES, Facts, take
from mlspec.setup.profile.profile import profile

GENERATOR = np.random.default_rng(11)
COUNT = 3000
NUMBER = GENERATOR.normal(5, 2, COUNT).round(3)
FRAME = pd.DataFrame(
    {
        "number": np.where(np.arange(COUNT) % 10 == 0, np.nan, NUMBER),
        "twice": NUMBER * 2 + GENERATOR.normal(0, 1, COUNT),
        "whole": GENERATOR.integers(-3, 4, COUNT),
        "word": GENERATOR.choice(["a", "b", "<b>c</b>"], COUNT, p=[0.5, 0.3, 0.2]),
        "one": ["same"] * COUNT,
        "day": pd.date_range("2024-01-01", periods=COUNT, freq="h"),
        "mail": [f"someone{i}@example.org" for i in range(COUNT)],
        "nothing": pd.array([None] * COUNT, dtype="Float64"),
    }
)


def facts(tmp_path: Path, frame: pd.DataFrame = FRAME) -> Facts:
    pq.write_table(pa.Table.from_pandas(frame, preserve_index=False), tmp_path / "rows.parquet")
    return take(tmp_path / "rows.parquet", frozenset({"mail"}))


def test_figures_are_those_of_pandas(tmp_path: Path) -> None:
    found = facts(tmp_path)
    columns = {c.name: c for c in found.columns}
    assert (found.rows, found.repeated) == (COUNT, 0)
    for name in ("number", "twice", "whole"):
        numbers, values = columns[name].numbers, FRAME[name].dropna()
        assert numbers is not None
        np.testing.assert_allclose(numbers.quantiles, values.quantile(list(QUANTILES)))
        np.testing.assert_allclose((numbers.mean, numbers.std), (values.mean(), values.std(ddof=0)))
        assert (numbers.low, numbers.high, numbers.distinct) == (values.min(), values.max(), values.nunique())
        assert (numbers.zeros, numbers.negative, sum(numbers.counts)) == ((values == 0).sum(), (values < 0).sum(), len(values))
        low, high = values.quantile(0.25), values.quantile(0.75)
        reach = 1.5 * (high - low)
        assert numbers.outliers == ((values < low - reach) | (values > high + reach)).sum()
    assert columns["number"].missing == COUNT // 10
    assert dict(columns["word"].values) == FRAME["word"].value_counts().to_dict()
    assert (columns["word"].distinct, columns["day"].distinct) == (3, COUNT)
    assert columns["day"].ends == ("2024-01-01 00:00:00", "2024-05-04 23:00:00")
    assert (columns["nothing"].numbers, columns["nothing"].missing) == (None, COUNT)


def test_what_goes_together_is_found_by_ranks(tmp_path: Path) -> None:
    ((one, other, correlation),) = facts(tmp_path).together
    known = FRAME[["number", "twice"]].dropna()
    assert (one, other) == ("number", "twice")
    assert correlation == pytest.approx(known.corr("spearman").iloc[0, 1])


def test_rows_that_repeat_are_counted(tmp_path: Path) -> None:
    assert facts(tmp_path, pd.concat([FRAME.head(20)] * 2 + [FRAME.head(5)])).repeated == 25


def test_beyond_some_rows_distinct_values_are_about_right(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(facts_module, "EXACT", 100)
    (day,) = (c for c in facts(tmp_path).columns if c.name == "day")
    assert day.distinct == pytest.approx(COUNT, rel=0.1)


@pytest.mark.parametrize("style", ["text", "markdown", "json", "html"])
def test_personal_data_stays_out_in_every_form(tmp_path: Path, style: str) -> None:
    text = render(document(facts(tmp_path), "source/a", "rows.parquet"), style)  # type: ignore[arg-type]
    assert "someone" not in text and "@example" not in text
    assert "personal data" in text
    assert "<b>c</b>" not in text.replace("`<b>c</b>`", "") or style in ("text", "json")


def test_what_stands_out_is_said_first(tmp_path: Path) -> None:
    text = render(document(facts(tmp_path), "source/a", "rows.parquet"), "text")
    first = text.partition("Columns\n")[0]
    assert "one has one value only" in first
    assert "nothing has no value" in first
    assert "number and twice go together: rank correlation 0.96" in first
    assert "mail" not in first


def test_infinity_and_strange_types_are_no_trouble(tmp_path: Path) -> None:
    table = pa.table(
        {"x": [np.inf, 1.0, -np.inf, None], "l": [[1], [2], None, []], "b": [True, None, False, True], "t": ["", None, "a", "a"]}
    )
    pq.write_table(table, tmp_path / "rows.parquet")
    found = take(tmp_path / "rows.parquet", frozenset())
    columns = {c.name: c for c in found.columns}
    assert columns["x"].numbers is not None and columns["x"].numbers.distinct == 1
    assert columns["l"].kind == "bigint[]" and columns["l"].distinct is None
    assert columns["b"].values == (("true", 2), ("false", 1))
    for style in ("text", "html", "markdown", "json"):
        assert render(document(found, "source/a", "rows.parquet"), style)


@pytest.mark.parametrize("values", [[1.2e18, 1.2e18 + 2000], [1e17, 1e17], [1.0, 1.0 + 2e-16]])
def test_numbers_that_no_bins_can_part_have_one(tmp_path: Path, values: list[float]) -> None:
    pq.write_table(pa.table({"x": values}), tmp_path / "rows.parquet")
    found = take(tmp_path / "rows.parquet", frozenset())
    numbers = found.columns[0].numbers
    assert numbers is not None and numbers.counts == (2,) and numbers.edges[0] < numbers.edges[1]
    for style in ("text", "html", "markdown", "json"):
        assert render(document(found, "source/a", "rows.parquet"), style)


PROJECT = """\
apiVersion: mlspec/v1
kind: Project
metadata: {name: shop}
spec: {python: "3.11", requirements: requirements.lock, storage: {url: ../store}, environments: [staging]}
"""
SOURCE = """\
apiVersion: mlspec/v1
kind: DataSource
metadata: {name: sales}
spec:
  file: {path: data/sales.csv}
  columns:
    - {name: day, type: date}
    - {name: mail, type: string, pii: true}
    - {name: count, type: integer}
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    rows = "".join(f"2024-01-{day:02d},someone{day}@example.org,{day * 3}\n" for day in range(1, 29))
    files = {"mlspec.yaml": PROJECT, "specs/sales.yaml": SOURCE, "requirements.lock": "", "data/sales.csv": f"day,mail,count\n{rows}"}
    root = repository(tmp_path / "shop", {name: text for name, text in files.items() if name.startswith(("mlspec", "specs"))})
    for name in ("requirements.lock", "data/sales.csv"):
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text(files[name])
    return root


def test_from_the_command_line(root: Path) -> None:
    assert "error[MLS0603]" in mlspec(root, "profile", "source/sales", check=1).err
    assert "did you mean `source/sales`" in mlspec(root, "profile", "source/sale", check=1).err
    mlspec(root, "apply", check=0)
    mlspec(root, "run", check=0)
    told = mlspec(root, "profile", "source/sales", check=0).out
    assert "28 rows, 3 columns" in told and "someone" not in told
    assert "2 to 84" not in told and "3 to 84" in told
    found = json.loads(mlspec(root, "profile", "source/sales", "--stage", "ingest", "--format", "json", check=0).out)
    assert found["kind"] == "profile"
    assert mlspec(root, "profile", "source/sales", "--report", "out.html", check=0).out == ""
    assert "<svg" in (root / "out.html").read_text()
    assert "ends in none of" in mlspec(root, "profile", "source/sales", "--report", "out.pdf", check=2).err


def test_no_rows_are_made_up_for_a_source_that_is_not_declared(root: Path) -> None:
    with pytest.raises(Problems, match="MLS0003"):
        profile(open_workspace(root), "model/sales")


def test_personal_data_is_masked_before_a_step_renames_it(root: Path) -> None:
    spec = SOURCE.replace("  columns:", "  clean: [{rename: {mail: contact}}]\n  columns:").replace("name: mail", "name: contact")
    (root / "specs/sales.yaml").write_text(spec)
    mlspec(root, "apply", check=0)
    mlspec(root, "run", check=0)
    for stage in ("ingest", "clean", "validate"):
        told = mlspec(root, "profile", "source/sales", "--stage", stage, check=0).out
        assert "28 rows, 3 columns" in told and "personal data" in told and "someone" not in told


def test_personal_data_is_masked_in_whatever_case_it_is_spelled(tmp_path: Path) -> None:
    pq.write_table(pa.table({"MAIL": ["someone@example.org"]}), tmp_path / "rows.parquet")
    assert take(tmp_path / "rows.parquet", frozenset({"mail"})).columns[0].pii
