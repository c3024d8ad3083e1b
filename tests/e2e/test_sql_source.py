"""A source in a database from `validate` to `ci refresh`, with real DVC and Git: the rows are the snapshot, and no file has the address."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from pathlib import Path

import pytest
from support.cli import command, commit, git, repository
from support.projects import SOURCE, SPECS, sales_rows
from support.promotion_world import run

from mlspec.ci.propose.folder import read_proposal

pytestmark = pytest.mark.e2e
SQL = "  sql: {connection: SALES_DB, query: queries/sales.sql, cursor: {column: rev, overlap: 10}}\n"
QUERY = "SELECT day, shop, price, count, rev FROM sales\n"
SECRET = "5ecretword"


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / f"{SECRET}.db"
    rows = [tuple(row) for row in csv.reader(io.StringIO(sales_rows()))][1:]
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE sales (day TEXT, shop TEXT, price REAL, count INTEGER, rev INTEGER)")
        connection.executemany("INSERT INTO sales VALUES (?, ?, ?, ?, ?)", [(*row, n) for n, row in enumerate(rows)])
    connection.close()
    return path


@pytest.fixture
def root(database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SALES_DB", f"sqlite:///{database}")
    source = SOURCE.replace("  file: {path: data/sales.csv}\n", SQL + "  refresh: {schedule: '0 5 * * *'}\n")
    source = source.replace(
        "    - {name: count, type: integer}\n", "    - {name: count, type: integer}\n    - {name: rev, type: integer}\n"
    )
    made = repository(tmp_path / "home", SPECS | {"specs/sales.yaml": source, "queries/sales.sql": QUERY})
    run(made, "run", check=0)
    command(made, "dvc", "push", "--quiet", check=0)
    commit(made, "Train")
    return made


def write(database: Path, text: str) -> None:
    with sqlite3.connect(database) as connection:
        connection.execute(text)
    connection.close()


def test_rows_of_a_database_are_trained_on_refreshed_and_never_named(root: Path, database: Path) -> None:
    assert "up to date" in run(root, "run", check=0).out
    assert run(root, "ci", "refresh", check=0).out.count("the same content") == 1
    assert git(root, "status", "--porcelain") == ""

    write(database, "UPDATE sales SET count = count + 1, rev = 1000 WHERE rev = 7")
    for path in (root / "pipelines/data/sales").glob("*.parquet"):
        path.unlink()  # as in a job's checkout
    done = run(root, "ci", "refresh", check=0)
    assert "the same content" not in done.out
    assert "12 rows read by the cursor, 240 in all" in done.out + done.err
    made = read_proposal(root / ".mlspec/state/ci/proposals/sales")
    assert {"pipelines/data/sales/dvc.lock", "pipelines/data/sales/source.json"} <= {*made.files}
    assert git(root, "status", "--porcelain") == ""
    everything = [p for p in root.rglob("*") if p.is_file()]
    assert not [p for p in everything if SECRET.encode() in p.read_bytes()]


def test_a_reading_that_fails_leaves_the_last_rows_and_says_why(root: Path, database: Path) -> None:
    raw = root / "pipelines/data/sales/raw.parquet"
    before, state = raw.read_bytes(), json.loads((root / "pipelines/data/sales/source.json").read_text())
    (root / "queries/sales.sql").write_text(QUERY.replace("price", "prize"))
    assert "queries/sales.sql changed" in run(root, "plan").out
    done = run(root, "run", check=1)
    assert "error[MLS0674]" in done.out + done.err
    assert "no such column: prize" in done.out + done.err
    assert SECRET not in done.out + done.err
    assert raw.read_bytes() == before
    assert json.loads((root / "pipelines/data/sales/source.json").read_text()) == state


def test_a_fresh_clone_reads_all_and_has_the_same_bytes(root: Path, database: Path) -> None:
    write(database, "INSERT INTO sales VALUES ('2024-12-01', 'north', 2.0, 40, 5000)")
    run(root, "ci", "refresh", check=0)
    lock = read_proposal(root / ".mlspec/state/ci/proposals/sales").files["pipelines/data/sales/dvc.lock"].decode()
    for name in ("raw.parquet", "source.json"):
        (root / f"pipelines/data/sales/{name}").unlink()
    command(root, "dvc", "repro", "--force", "--single-item", "pipelines/data/sales/dvc.yaml:ingest", check=0)
    made = (root / "pipelines/data/sales/dvc.lock").read_text()
    assert _md5(made) == _md5(lock)


def _md5(lock: str) -> str:
    return lock[lock.index("path: raw.parquet") :].split("md5: ")[1].split()[0]


def test_other_verbs_take_a_source_that_remembers(root: Path) -> None:
    done = run(root, "doctor")
    assert "SALES_DB" in done.out and SECRET not in done.out + done.err
    run(root, "gc", check=0)
    assert "up to date" in run(root, "run", check=0).out
    run(root, "eject", "--yes", check=0)
    assert (root / "pipelines/data/sales/dvc.yaml").read_text().count("source.json") == 1
    assert (root / "pipelines/data/sales/source.json").is_file()
