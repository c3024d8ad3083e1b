"""Definitions of a set are the same where they once made the same rows of the same inputs, and are asked for in the same way."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from support.git_repos import commit_all, start
from support.projects import SPECS, workspace_at

from mlspec.diagnostics import Problems
from mlspec.pipelines.materialize.definition import Definition, definition_of
from mlspec.registry import same_features
from mlspec.registry.same_features import same_definitions

REPORT = '{"columns": {"day": "date", "shop": "string"}}'
LOCK = """\
schema: '2.0'
stages:
  features:
    cmd: x
    deps:
    - {{path: ../../data/sales/valid.parquet, md5: {data}}}
    - {{path: ../../../features/daily.sql, md5: {sql}}}
    params: {{params.yaml: {{features: {{key: [day, shop], timeColumn: day}}}}}}
    outs:
    - {{path: features.parquet, md5: {rows}}}
    - {{path: features.json, md5: {report}}}
"""
FOLDER = "pipelines/features/daily"


def write(root: Path, sql: str, data: str, rows: str) -> None:
    folder = root / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "features.json").write_text(REPORT)
    (folder / "dvc.lock").write_text(LOCK.format(sql=sql, data=data, rows=rows, report=hashlib.md5(REPORT.encode()).hexdigest()))


def here(root: Path) -> Definition:
    found = definition_of("daily", lambda path: (root / path).read_bytes() if (root / path).is_file() else None)
    assert found is not None
    return found


class Bound:
    """What a set declares of it."""

    ref = "features/daily"

    def __init__(self, *same_as: str) -> None:
        self.envelope = self.spec = self.online = self.document = self
        self.same_as = same_as

    def span(self, route: Any) -> None:
        del route


def judged(root: Path, monkeypatch: pytest.MonkeyPatch, steps: list[tuple[str, str, str]], **changed: Any) -> list[str]:
    """Make the set step by step (SQL, data, rows), a commit each but for the last; then ask whether the first is the same as the last."""
    start(root)
    trained = None
    for sql, data, rows in steps[:-1]:
        write(root, sql, data, rows)
        commit_all(root)
        trained = trained or here(root)
    assert trained is not None
    trained = replace(trained, **changed)
    write(root, *steps[-1])
    monkeypatch.setattr(same_features, "deployed_definitions", lambda *_: [(None, trained)])
    found = same_definitions(workspace_at(root, SPECS), Bound("sha256:" + "0" * 64, trained.digest), here(root))  # type: ignore[arg-type]
    assert found == [trained.digest]
    return found


@pytest.mark.parametrize(
    "steps",
    [
        [("a", "d1", "r1"), ("b", "d1", "r1")],
        [("a", "d1", "r1"), ("b", "d1", "r1"), ("b", "d2", "r2")],
        [("a", "d1", "r1"), ("a", "d2", "r2"), ("b", "d2", "r2"), ("c", "d2", "r9"), ("b", "d3", "r3")],
    ],
    ids=["now", "a commit ago", "both later, with another in between"],
)
def test_the_same_rows_of_the_same_inputs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, steps: list[tuple[str, str, str]]) -> None:
    judged(tmp_path, monkeypatch, steps)


@pytest.mark.parametrize(
    ("steps", "changed", "why"),
    [
        ([("a", "d1", "r1"), ("b", "d1", "r2")], {}, "of the same inputs they made other rows"),
        ([("a", "d1", "r1"), ("b", "d1", "r2"), ("b", "d2", "r3")], {}, "of the same inputs they made other rows"),
        ([("a", "d1", "r1"), ("b", "d2", "r1")], {}, "no commit has rows of both that were made of the same inputs"),
        ([("a", "d1", "r1"), ("b", "d1", "r1")], {"time": None}, "its rows are named by shop, and day, shop there"),
        ([("a", "d1", "r1"), ("b", "d1", "r1")], {"key": ("day", "shop", "till")}, "its rows are named by shop, and shop, till there"),
        ([("a", "d1", "r1"), ("b", "d1", "r1")], {"types": {"day": "date"}}, "its columns are day date, shop string, and day date there"),
    ],
)
def test_or_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, steps: list[tuple[str, str, str]], changed: dict[str, Any], why: str
) -> None:
    with pytest.raises(Problems) as raised:
        judged(tmp_path, monkeypatch, steps, **changed)
    assert raised.value.diagnostics[0].code == "MLS0820" and why in raised.value.diagnostics[0].message


def test_what_nothing_deployed_reads_and_its_own_digest_are_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    start(tmp_path)
    write(tmp_path, "a", "d1", "r1")
    made = here(tmp_path)
    monkeypatch.setattr(same_features, "deployed_definitions", lambda *_: [(None, made)])
    bound = Bound(made.digest, "sha256:" + "1" * 64)
    assert same_definitions(workspace_at(tmp_path, SPECS), bound, made) == []  # type: ignore[arg-type]
