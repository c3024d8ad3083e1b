"""GitHub's lock of actions beside the generated workflows."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from support.cli import mlspec, repository
from support.projects import SPECS
from support.workflow_projects import workflows_of

from mlspec.pipelines.plan.actions_lock import LOCK, unlocked

CI = ".github/workflows/mlspec-ci.yml"
TEXT = workflows_of("folder")[CI]
USES = sorted(set(re.findall(r'(?m)^ +(?:- )?uses: "([^"]+)"', TEXT)))


def _whole() -> dict[str, Any]:
    """The lock as `gh actions-lock` writes it: a workflow lists what it uses, and each has its commit."""
    entries = {use: {"ref": use.partition("@")[2], "commit": f"sha1-{use[-40:]}", "uses": []} for use in USES}
    return {"version": "v0.0.3", "workflows": {CI: list(USES)}, "dependencies": entries}


def _of(root: Path, lock: dict[str, Any] | str) -> list[str]:
    (root / LOCK).parent.mkdir(parents=True, exist_ok=True)
    (root / LOCK).write_text(lock if isinstance(lock, str) else yaml.safe_dump(lock), encoding="utf-8")
    return [d.message for d in unlocked(root, {CI: TEXT})]


def test_without_a_lock_nothing_is_said(tmp_path: Path) -> None:
    assert list(unlocked(tmp_path, {CI: TEXT})) == []


def test_a_whole_lock_is_fine_and_each_action_that_it_lacks_is_named(tmp_path: Path) -> None:
    assert len(USES) == 4
    assert _of(tmp_path, _whole()) == []
    for use in USES:
        lock = _whole()
        lock["workflows"][CI].remove(use)
        [message] = _of(tmp_path, lock)
        assert f"lacks {use[:-28]}, which mlspec-ci.yml uses" in message


@pytest.mark.parametrize("kind", ["another workflow's", "a tag's", "another commit", "no commit"])
def test_what_is_locked_otherwise_is_not_locked_here(tmp_path: Path, kind: str) -> None:
    lock, use = _whole(), USES[0]
    action = use.partition("@")[0]
    if kind == "another workflow's":
        lock["workflows"] = {CI: USES[1:], ".github/workflows/other.yml": USES}
    elif kind == "a tag's":
        lock["workflows"][CI] = [f"{action}@v7", *USES[1:]]
        lock["dependencies"][f"{action}@v7"] = lock["dependencies"].pop(use)
    elif kind == "another commit":
        lock["dependencies"][use]["commit"] = "sha1-" + "0" * 40
    else:
        del lock["dependencies"][use]["commit"]
    [message] = _of(tmp_path, lock)
    assert f"lacks {use[:-28]}" in message


def test_a_workflow_that_it_does_not_name(tmp_path: Path) -> None:
    lock = _whole()
    lock["workflows"] = {".github/workflows/my-mlspec-ci.yml": USES}
    assert _of(tmp_path, lock) == ["the lock of actions does not name mlspec-ci.yml: GitHub may not start it, and say so nowhere"]


@pytest.mark.parametrize("text", ["", "a: [", "- 1\n", "workflows: 1\ndependencies: {}\n", "version: 9\n", "a: 1\n---\nb: 2\n"])
def test_a_lock_that_can_t_be_read_is_told(tmp_path: Path, text: str) -> None:
    [message] = _of(tmp_path, text)
    assert "can't be read" in message


def test_apply_warns_and_writes_all_the_same(tmp_path: Path) -> None:
    root = repository(tmp_path / "shop", SPECS)
    (root / LOCK).write_text("version: 1\n", encoding="utf-8")
    told = mlspec(root, "apply", check=0).text
    assert "warning[MLS0515]" in told
    assert (root / CI).is_file()
    assert (root / LOCK).read_text(encoding="utf-8") == "version: 1\n"
