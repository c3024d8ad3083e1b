from __future__ import annotations

from pathlib import Path

import pytest
from support.doctor_world import LOCK, told
from support.feature_specs import FEATURE_SPECS, FEATURES
from support.projects import SOURCE

from mlspec.setup.doctor import lock, sources
from mlspec.setup.doctor.examine import open_project

HASH = "--hash=sha256:065665c041c42a5938ed220bdcd7230f22527fbec085e1853d2402c8a3615d9d"


@pytest.fixture
def of_a_database(root: Path) -> Path:
    location = "sql: {connection: SALES_DB, query: queries/sales.sql}"
    (root / "specs/sales.yaml").write_text(SOURCE.replace("file: {path: data/sales.csv}", location))
    (root / "queries").mkdir()
    (root / "queries/sales.sql").write_text("SELECT * FROM sales")
    return root


def test_a_variable_that_a_source_reads_is_asked_for_and_not_shown(of_a_database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SALES_DB", raising=False)
    found = told(of_a_database, sources.examine, "SALES_DB")
    assert (found.outcome, "source/sales can't be read" in found.what) == ("skipped", True)
    monkeypatch.setenv("SALES_DB", "postgresql://u:5ecret@h/x")
    found = told(of_a_database, sources.examine, "SALES_DB")
    assert (found.outcome, "5ecret" in found.what + found.fix) == ("ok", False)


def test_a_store_of_features_is_asked_for(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = FEATURES.replace("  key:", "  online: {store: {redis: FEATURES_REDIS}}\n  key:")
    for path, content in {**FEATURE_SPECS, "specs/daily.yaml": text}.items():
        (root / path).parent.mkdir(exist_ok=True)
        (root / path).write_text(content)
    monkeypatch.delenv("FEATURES_REDIS", raising=False)
    found = told(root, sources.examine, "FEATURES_REDIS")
    assert (found.outcome, found.what) == ("skipped", "is not set here: features/daily can't be materialized or read by key")


def test_a_project_of_files_is_asked_nothing(root: Path) -> None:
    assert list(sources.examine(open_project(root))) == []


def test_the_lock_must_hold_what_reads_the_sources(of_a_database: Path) -> None:
    found = told(of_a_database, lock.examine, "contents")
    assert (found.outcome, found.what) == ("problem", "requirements.lock lacks psycopg, sqlalchemy, sqlglot, which the workflows call")
    assert "mlspec-gitops[local,sql]" in found.fix
    more = "".join(f"{name}==1.0 {HASH}\n" for name in ("psycopg", "sqlalchemy", "sqlglot"))
    (of_a_database / "requirements.lock").write_text(LOCK + more)
    assert told(of_a_database, lock.examine, "contents").outcome == "ok"
