"""A source in a bucket from `run` to `ci refresh`, with real DVC and Git and moto's S3: what is unchanged is not read."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.cli import command, commit, git, repository
from support.moto_s3 import bucket, moto_server
from support.projects import SOURCE, SPECS, sales_rows
from support.promotion_world import run

from mlspec.ci.propose.folder import read_proposal

pytestmark = pytest.mark.e2e


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    with moto_server() as url, bucket(url, "acme", monkeypatch, secret="5ecretword") as found:
        yield found


def put(s3: Any, key: str, lines: list[str]) -> None:
    s3.put_object(Bucket="acme", Key=key, Body="\n".join(lines).encode() + b"\n")


@pytest.fixture
def root(s3: Any, tmp_path: Path) -> Path:
    heading, *rows = sales_rows().splitlines()
    for shop in ("north", "south"):
        own = [",".join(part for n, part in enumerate(row.split(",")) if n != 1) for row in rows if f",{shop}," in row]
        put(s3, f"sales/shop={shop}/2024.csv", [heading.replace("shop,", ""), *own])
    source = SOURCE.replace(
        "  file: {path: data/sales.csv}\n", "  object: {url: 's3://acme/sales/**/*.csv'}\n  refresh: {schedule: '0 5 * * *'}\n"
    )
    made = repository(tmp_path / "home", SPECS | {"specs/sales.yaml": source})
    run(made, "run", check=0)
    command(made, "dvc", "push", "--quiet", check=0)
    commit(made, "Train")
    return made


def test_rows_of_a_bucket_are_trained_on_and_refreshed_by_what_is_listed(root: Path, s3: Any) -> None:
    assert "up to date" in run(root, "run", check=0).out
    for path in (root / "pipelines/data/sales").glob("*.parquet"):
        path.unlink()  # as in a job's checkout
    began = time.monotonic()
    done = run(root, "ci", "refresh", check=0)
    assert "the same content" in done.out
    assert "ingest" not in done.out + done.err, "no stage is started"
    assert time.monotonic() - began < 20
    assert git(root, "status", "--porcelain") == ""

    put(s3, "sales/shop=north/2025.csv", ["day,price,count", "2025-01-01,2.0,44"])
    done = run(root, "ci", "refresh", check=0)
    assert "the same content" not in done.out
    made = read_proposal(root / ".mlspec/state/ci/proposals/sales")
    assert "240 → 241" in made.body
    assert "pipelines/data/sales/source.json" in made.files
    assert git(root, "status", "--porcelain") == ""
    assert not [p for p in root.rglob("*") if p.is_file() and b"5ecretword" in p.read_bytes()]


def test_a_bucket_that_is_empty_fails_and_the_rows_stay(root: Path, s3: Any) -> None:
    raw = (root / "pipelines/data/sales/raw.parquet").read_bytes()
    for shop in ("north", "south"):
        s3.delete_object(Bucket="acme", Key=f"sales/shop={shop}/2024.csv")
    put(s3, "other.csv", ["a"])
    done = run(root, "ci", "refresh", check=1)
    assert "MLS0611" in done.out + done.err
    assert (root / "pipelines/data/sales/raw.parquet").read_bytes() == raw
    assert git(root, "status", "--porcelain") == ""
