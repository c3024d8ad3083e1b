"""Cooldown and budget are judged by Git's history, of all models at once."""

from __future__ import annotations

import os
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from support.git_repos import sh, start
from support.projects import PROJECT, SPECS, workspace_at

from mlspec.ci.plan.budget import held
from mlspec.diagnostics import Problems
from mlspec.pipelines.workspace import Workspace

NOW = datetime(2026, 11, 21, 4, 41, tzinfo=UTC)
REFS = ["source/sales", "model/demand"]


def project(root: Path, retrain: str) -> Workspace:
    return workspace_at(root, SPECS | {"mlspec.yaml": PROJECT + f"  ci: {{retrain: {{{retrain}}}}}\n"})


def train(root: Path, days_ago: float, text: str, model: str = "demand") -> None:
    path = root / f"pipelines/models/{model}/dvc.lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    commit(root, days_ago)


def commit(root: Path, days_ago: float) -> None:
    sh(root, "git", "add", "--all")
    moment = (NOW - timedelta(days=days_ago)).isoformat()
    env = os.environ | {"GIT_AUTHOR_DATE": moment, "GIT_COMMITTER_DATE": moment, "GIT_CONFIG_GLOBAL": os.devnull}
    subprocess.run(["git", "commit", "--quiet", "--allow-empty", "-m", "work"], cwd=root, env=env, check=True)


def why(root: Path, retrain: str, *, force: bool = False) -> dict[str, str]:
    return held(project(root, retrain), REFS, force=force, now=NOW)


def test_a_model_in_its_cooldown_is_held_with_the_reason(tmp_path: Path) -> None:
    root = start(tmp_path / "a")
    train(root, 2.5, "one")
    train(root, 1, "other", "unasked")
    assert why(root, "cooldown: 7d") == {"model/demand": "trained 2 days ago; cooldown 7d"}
    assert why(root, "cooldown: 60h") == {}
    assert why(root, "cooldown: 7d", force=True) == {}


def test_a_model_over_its_budget_is_held_also_when_forced(tmp_path: Path) -> None:
    root = start(tmp_path / "a")
    for days, text in ((40, "old"), (20, "two"), (10, "three")):
        train(root, days, text)
    assert why(root, "maxPerMonth: 3") == {}
    expected = {"model/demand": "trained twice in the last 30 days; maxPerMonth 2"}
    assert why(root, "maxPerMonth: 2") == expected
    assert why(root, "maxPerMonth: 2, cooldown: 20d", force=True) == expected


def test_the_same_content_counts_once_and_a_deletion_never(tmp_path: Path) -> None:
    root = start(tmp_path / "a")
    commit(root, 50)
    train(root, 20, "one")
    (root / "pipelines/models/demand/dvc.lock").unlink()
    commit(root, 10)
    train(root, 5, "one")
    assert why(root, "maxPerMonth: 1, cooldown: 6d") == {"model/demand": "trained once in the last 30 days; maxPerMonth 1"}
    assert why(root, "maxPerMonth: 2, cooldown: 6d") == {}


def test_a_merge_counts_once_and_what_waits_for_review_counts(tmp_path: Path) -> None:
    root = start(tmp_path / "a")
    commit(root, 50)
    sh(root, "git", "switch", "--quiet", "--create", "feature")
    for number in range(3):
        train(root, 9 - number, f"try {number}")
    sh(root, "git", "switch", "--quiet", "main")
    sh(root, "git", "merge", "--quiet", "--no-ff", "--no-commit", "feature")
    commit(root, 4)
    assert why(root, "maxPerMonth: 2") == {}
    assert "model/demand" in why(root, "maxPerMonth: 1")
    sh(root, "git", "switch", "--quiet", "--create", "retrain")
    train(root, 3, "proposed")
    sh(root, "git", "update-ref", "refs/remotes/origin/mlspec/retrain", "HEAD")
    sh(root, "git", "switch", "--quiet", "main")
    assert "model/demand" in why(root, "maxPerMonth: 2")


def test_a_cooldown_longer_than_a_month_looks_further_back(tmp_path: Path) -> None:
    root = start(tmp_path / "a")
    train(root, 45, "one")
    assert why(root, "cooldown: 60d") == {"model/demand": "trained 45 days ago; cooldown 60d"}


def test_a_shallow_clone_says_so_where_history_decides(tmp_path: Path) -> None:
    root = start(tmp_path / "a")
    train(root, 2, "one")
    train(root, 1, "two")
    sh(tmp_path, "git", "clone", "--quiet", "--depth", "1", root.as_uri(), "shallow")
    with pytest.raises(Problems) as caught:
        why(tmp_path / "shallow", "cooldown: 7d")
    assert [d.code for d in caught.value.diagnostics] == ["MLS0520"]
    assert why(tmp_path / "shallow", "schedule: '0 3 * * *'") == {}


def test_without_rules_git_is_not_asked(tmp_path: Path) -> None:
    assert held(project(tmp_path, ""), REFS) == {}
