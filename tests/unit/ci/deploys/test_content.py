"""What a deployment depends on: rather too much than too little."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.feature_specs import FEATURE_SPECS, FEATURES
from support.git_repos import commit_all, start
from support.projects import SPECS
from support.workflow_projects import batch

from mlspec.adapters.git.repository import open_repository
from mlspec.ci.deploys.content import content_of


@pytest.mark.parametrize(
    ("path", "old", "new", "differs"),
    [
        ("specs/sales.yaml", "path: data/sales.csv", "path: data/newer.csv", True),
        ("specs/batch-0.yaml", "to/0", "to/1", True),
        ("requirements.lock", "", "x==1\n", True),
        ("environments/staging/demand.yaml", "metadata: {", "metadata: {description: other, ", False),
    ],
    ids=["the source of a batch", "its target", "the lock", "another environment"],
)
def test_content_of_an_environment(tmp_path: Path, path: str, old: str, new: str, differs: bool) -> None:
    root = start(tmp_path / "work")
    specs = SPECS | batch("0 6 * * *", output="to/{}") | {"requirements.lock": ""}
    assert old in specs[path]
    commits = []
    for files in (specs, {path: specs[path].replace(old, new, 1)}):
        for name, text in files.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text, encoding="utf-8")
        commits.append(commit_all(root))
    first, second = (content_of(open_repository(root), commit, "production") for commit in commits)
    assert first is not None
    assert second is not None
    assert (first != second) is differs


def test_how_features_are_read_by_key_is_of_it(tmp_path: Path) -> None:
    root = start(tmp_path / "work")
    commits = []
    for age in ("6h", "7h"):
        text = FEATURES.replace("  key:", f"  online: {{store: {{sqlite: true}}, maxAge: {age}}}\n  key:")
        for name, content in (FEATURE_SPECS | {"specs/daily.yaml": text, "requirements.lock": ""}).items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(content, encoding="utf-8")
        commits.append(commit_all(root))
    first, second = (content_of(open_repository(root), commit, "staging") for commit in commits)
    assert first is not None
    assert first != second
