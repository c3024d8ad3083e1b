"""GitHub's lock of actions beside the generated workflows."""

from __future__ import annotations

from pathlib import Path

from support.cli import mlspec, repository
from support.projects import SPECS
from support.workflow_projects import workflows_of

from mlspec.pipelines.generate.github_actions.pins import CHECKOUT, SETUP_PYTHON
from mlspec.pipelines.plan.actions_lock import LOCK, unlocked

CI = ".github/workflows/mlspec-ci.yml"


def _lock(root: Path, text: str) -> None:
    (root / LOCK).parent.mkdir(parents=True, exist_ok=True)
    (root / LOCK).write_text(text, encoding="utf-8")


def _of(root: Path) -> list[str]:
    return [d.message for d in unlocked(root, {CI: workflows_of("folder")[CI]})]


def test_without_a_lock_nothing_is_said(tmp_path: Path) -> None:
    assert _of(tmp_path) == []


def test_a_whole_lock_is_fine_and_each_action_that_it_lacks_is_named(tmp_path: Path) -> None:
    whole = f"workflows:\n  {CI}: []\n" + "".join(
        f"# {line.strip()}\n" for line in workflows_of("folder")[CI].splitlines() if "uses:" in line
    )
    _lock(tmp_path, whole)
    assert _of(tmp_path) == []
    for pin in (CHECKOUT, SETUP_PYTHON):
        action, _, commit = str(pin.value).partition("@")
        _lock(tmp_path, whole.replace(commit, "0" * 40))
        [message] = _of(tmp_path)
        assert f"lacks {action}@{commit[:12]}, which mlspec-ci.yml uses" in message


def test_a_workflow_that_it_does_not_name(tmp_path: Path) -> None:
    _lock(tmp_path, "".join(line for line in workflows_of("folder")[CI].splitlines() if "uses:" in line))
    assert _of(tmp_path) == ["the lock of actions does not name mlspec-ci.yml: GitHub would not start it, and say so nowhere"]


def test_apply_warns_and_writes_all_the_same(tmp_path: Path) -> None:
    root = repository(tmp_path / "shop", SPECS)
    _lock(root, "version: 1\n")
    told = mlspec(root, "apply", check=0).text
    assert "warning[MLS0515]" in told
    assert "gh actions-lock" in told
    assert (root / CI).is_file()
    assert (root / LOCK).read_text(encoding="utf-8") == "version: 1\n"
