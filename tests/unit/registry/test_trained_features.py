"""Which definition of a set a version was trained on: told by its commit, or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.git_repos import commit_all, start
from support.projects import SPECS, workspace_at

from mlspec.pipelines.workspace import Workspace
from mlspec.registry.trained_features import UntoldError, trained_definition

REPORT = '{"columns": {"day": "date", "shop": "string"}}'
SET = """\
schema: '2.0'
stages:
  features:
    cmd: x
    deps: []
    params: {params.yaml: {features: {key: [day, shop], timeColumn: day, sql: ../../../features/daily.sql}}}
    outs:
    - {path: features.parquet, md5: made}
    - {path: features.json, md5: 9b69d6ac4a3a5ab7d5b9d43a5b1b2b5f}
"""
MODEL = "schema: '2.0'\nstages:\n  split:\n    cmd: x\n    deps:\n    - {path: ../../features/daily/features.parquet, md5: made}\n"
RECORD = """\
apiVersion: mlspec/v1
kind: ModelVersion
model: demand
version: v1.0.0
digest: {sha}
artifacts:
  model: {{path: pipelines/models/demand/model, md5: {md5}}}
  baseline: {{path: a, md5: {md5}, digest: {sha}}}
  train: {{path: b, md5: {md5}, digest: {sha}}}
  test: {{path: c, md5: {md5}, digest: {sha}}}
spec: {sha}
code: none
environment: {sha}
commit: {commit}
metrics: {{}}
createdAt: "2026-11-30T12:00:00Z"
createdBy: Ada
"""


def world(root: Path, *, lock: str = SET, model: str = MODEL, commit: str = "") -> Workspace:
    """A clone with a record of v1.0.0, whose commit has these locks."""
    import hashlib

    lock = lock.replace("9b69d6ac4a3a5ab7d5b9d43a5b1b2b5f", hashlib.md5(REPORT.encode()).hexdigest())
    start(root)
    files = {"features/daily/dvc.lock": lock, "features/daily/features.json": REPORT, "models/demand/dvc.lock": model}
    for name, text in files.items():
        path = root / "pipelines" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    made = commit_all(root)
    (root / "registry/demand").mkdir(parents=True)
    sha, md5 = '"sha256:' + "a" * 64 + '"', '"' + "b" * 32 + '"'
    (root / "registry/demand/v1.0.0.yaml").write_text(RECORD.format(sha=sha, md5=md5, commit=f'"{commit or made}"'))
    return workspace_at(root, SPECS)


def test_the_lock_at_its_commit_tells(tmp_path: Path) -> None:
    workspace = world(tmp_path / "work")
    found = trained_definition(workspace, "demand", "v1.0.0", "daily")
    assert (found.rows_md5, found.entity, found.time) == ("made", ("shop",), "day")
    (tmp_path / "work/pipelines/features/daily/dvc.lock").write_text("")
    assert trained_definition(workspace, "demand", "v1.0.0", "daily") == found, "whatever stands there now"


@pytest.mark.parametrize(
    ("changed", "version", "why"),
    [
        ({"commit": "c" * 40}, "v1.0.0", "Git knows no commit"),
        ({"lock": ""}, "v1.0.0", "has no whole lock of features/daily"),
        ({"model": MODEL.replace("md5: made", "md5: other")}, "v1.0.0", "trained on other rows"),
        ({"model": MODEL.replace("features/daily", "features/hourly")}, "v1.0.0", "trained on other rows"),
        ({}, "v2.0.0", "registry/demand/v2.0.0.yaml can't be read"),
    ],
    ids=["a shallow clone", "no lock", "other rows", "another set", "no record"],
)
def test_what_can_not_be_told(tmp_path: Path, changed: dict[str, str], version: str, why: str) -> None:
    with pytest.raises(UntoldError, match=why):
        trained_definition(world(tmp_path / "work", **changed), "demand", version, "daily")
