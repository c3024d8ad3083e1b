"""Data stages run again in a checkout: what they start from, for each kind of source."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pandas as pd
import pytest
from support.cli import git
from support.projects import SPECS, sales_rows, write_project

from mlspec.adapters.git.repository import open_repository
from mlspec.compiler.project.graph import Graph
from mlspec.diagnostics import Problems
from mlspec.promotion.verify.checkout import checked_out
from mlspec.promotion.verify.redo import Redone, redo_data
from mlspec.registry.at_commit import compile_at

RAW = "pipelines/data/sales/raw.parquet"
PYTHON = {"mlspec.yaml": SPECS["mlspec.yaml"] + "  code: [shopcode]\n", "shopcode/rows.py": "def fetch():\n    raise SystemExit('asked')\n"}


def repository(root: Path, location: str = "file: {path: data/sales.csv}", more: dict[str, str] | None = None) -> Path:
    sales = SPECS["specs/sales.yaml"].replace("file: {path: data/sales.csv}", location)
    write_project(root, {**SPECS, "specs/sales.yaml": sales, ".gitignore": ".mlspec/cache\n.dvc/cache\n", **(more or {})})
    git(root, "init", "--quiet", "--initial-branch", "main")
    (root / ".dvc").mkdir()
    (root / ".dvc/config").write_text("")
    return root


def store(root: Path, content: bytes) -> str:
    """Put bytes into DVC's cache; return their md5."""
    md5 = hashlib.md5(content, usedforsecurity=False).hexdigest()
    place = root / ".dvc/cache/files/md5" / md5[:2] / md5[2:]
    place.parent.mkdir(parents=True)
    place.write_bytes(content)
    return md5


def redo(root: Path) -> tuple[Graph, tuple[Redone, ...], pd.DataFrame]:
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message", "Start")
    found = open_repository(root)
    with checked_out(found, "HEAD") as tree:
        graph = compile_at(found, "HEAD").graph
        made = redo_data(root, tree, graph)
        return graph, made, pd.read_parquet(tree / "pipelines/models/demand/test.parquet")


def test_from_the_file_in_git(tmp_path: Path) -> None:
    root = repository(tmp_path)
    (root / "pipelines/data/sales").mkdir(parents=True)
    (root / RAW).symlink_to("../../../mlspec.yaml")  # in Git, where a stage writes
    _, made, test = redo(root)
    folder, model = "pipelines/data/sales", "pipelines/models/demand"
    names = [
        *(f"{folder}/{n}.parquet" for n in ("raw", "clean", "valid", "quarantine")),
        *(f"{model}/{n}.parquet" for n in ("train", "test")),
    ]
    assert [m.path for m in made] == names
    assert len(test) == 60
    assert (root / "mlspec.yaml").read_text().startswith("apiVersion")
    assert not list((root / ".mlspec/cache").iterdir())


def test_from_a_file_that_dvc_tracks(tmp_path: Path) -> None:
    root = repository(tmp_path)
    (root / "data/sales.csv").unlink()
    (root / "data/sales.csv.dvc").write_text(f"outs:\n- md5: {store(root, sales_rows(40).encode())}\n  hash: md5\n  path: sales.csv\n")
    assert len(redo(root)[2]) == 20


@pytest.mark.parametrize(
    ("location", "more"),
    [
        ("http: {url: 'http://127.0.0.1:9/sales.csv'}", {}),
        ("python: {callable: 'shopcode.rows:fetch'}", PYTHON),
        ("file: {path: data/unknown.csv}", {}),
    ],
    ids=["http", "python", "not-in-git"],
)
def test_from_the_stored_rows_where_the_source_is_elsewhere(tmp_path: Path, location: str, more: dict[str, str]) -> None:
    """The source is not asked: it may answer otherwise by now."""
    root = repository(tmp_path, location, more)
    rows = pd.read_csv(root / "data/sales.csv", parse_dates=["day"])
    md5 = store(root, rows.to_parquet(index=False))
    lock = root / "pipelines/data/sales/dvc.lock"
    lock.parent.mkdir(parents=True)
    lock.write_text(f"schema: '2.0'\nstages:\n  ingest:\n    cmd: x\n    outs:\n    - {{path: raw.parquet, hash: md5, md5: {md5}}}\n")
    assert redo(root)[1][0] == Redone(RAW, md5)


@pytest.mark.parametrize("given", ["data/shops.csv", "data/raw/shops.csv"])
def test_a_rule_gets_what_it_reads_from_dvc(tmp_path: Path, given: str) -> None:
    """A tracked file, and one in a tracked folder: neither is in the checkout."""
    rule = f"    - {{python: {{callable: 'shopcode.rules:known', inputs: {{shops: {{file: {given}}}}}}}}}\n"
    code = "def known(rows, inputs):\n    return set(rows['shop']) <= set(inputs['shops'].read_text().split())\n"
    more = {
        "mlspec.yaml": PYTHON["mlspec.yaml"],
        "shopcode/rules.py": code,
        "specs/sales-rules.yaml": SPECS["specs/sales-rules.yaml"] + rule,
    }
    root = repository(tmp_path, more=more)
    tracked, md5 = given, store(root, b"shop north south\n")
    if "raw" in given:
        tracked, listing = "data/raw", f'[{{"md5": "{md5}", "relpath": "shops.csv"}}]'.encode()
        md5 = store(root, listing) + ".dir"
        made = root / ".dvc/cache/files/md5" / md5[:2] / md5[2:].removesuffix(".dir")
        made.rename(f"{made}.dir")
    (root / f"{tracked}.dvc").write_text(f"outs:\n- md5: {md5}\n  hash: md5\n  path: {Path(tracked).name}\n")
    assert len(redo(root)[2]) == 60


def test_a_pinned_download_is_asked_again(tmp_path: Path) -> None:
    root = repository(tmp_path, "http: {url: 'http://127.0.0.1:9/sales.csv', retries: 0, sha256: '" + "0" * 64 + "'}")
    with pytest.raises(Problems, match="MLS0613"):
        redo(root)


def test_files_that_a_pattern_names_and_rows_that_are_made_of_others(tmp_path: Path) -> None:
    heading, *rows = sales_rows().splitlines(keepends=True)
    orders = "apiVersion: mlspec/v1\nkind: DataSource\nmetadata: {name: orders}\nspec: {file: {path: data/orders/*.csv}}\n"
    more = {
        "specs/orders.yaml": orders,
        "data/orders/a.csv": heading + "".join(rows[:120]),
        "data/orders/b.csv": heading + "".join(rows[120:]),
        "queries/sales.sql": "SELECT day, shop, price, count FROM orders",
    }
    root = repository(tmp_path, "from: {inputs: {orders: {source: orders}}, sql: queries/sales.sql}", more)
    _, made, test = redo(root)
    assert [m.path.rpartition("/")[0] for m in made][:5] == ["pipelines/data/orders"] * 4 + ["pipelines/data/sales"]
    assert len(test) == 60


def test_stored_rows_that_no_lock_names(tmp_path: Path) -> None:
    with pytest.raises(Problems, match="MLS0714"):
        redo(repository(tmp_path, "file: {path: data/unknown.csv}"))
