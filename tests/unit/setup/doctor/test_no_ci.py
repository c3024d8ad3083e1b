"""A project with `ci: {provider: none}`: nothing that workflows need is asked for, and every fix that is told can be done."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest
from support.cli import command, mlspec
from support.doctor_world import told

from mlspec.setup.doctor import files, lock, repository
from mlspec.setup.doctor.examine import open_project
from mlspec.setup.doctor.finding import Skipped
from mlspec.setup.doctor.github.settings import no_workflows


def without_ci(root: Path) -> None:
    spec = root / "mlspec.yaml"
    spec.write_text(spec.read_text() + "  ci: {provider: none}\n")


def test_switching_ci_off_is_told_as_what_deletes_the_workflows(root: Path) -> None:
    without_ci(root)
    found = told(root, files.examine, "generated files")
    assert found.outcome == "problem" and "apply --prune`" in found.fix
    mlspec(root, "apply", check=1)
    mlspec(root, "apply", "--prune", check=0)
    assert not list((root / ".github").glob("workflows/*"))
    assert told(root, files.examine, "generated files").outcome == "ok"


def test_what_workflows_need_is_not_asked_for(root: Path) -> None:
    without_ci(root)
    mlspec(root, "apply", "--prune", check=0)
    (root / "requirements.lock").write_text("")
    for examine, check in ((files.examine, "updates"), (lock.examine, "contents")):
        found = told(root, examine, check)
        assert (found.outcome, found.what) == ("skipped", "nothing runs in CI")
    with pytest.raises(Skipped) as skipped:
        no_workflows(open_project(root))
    assert skipped.value.verdict.what == "nothing runs in CI"


def test_the_command_that_adds_what_is_not_committed_can_be_run(root: Path) -> None:
    without_ci(root)
    mlspec(root, "apply", "--prune", check=0)
    for path in (".mlspec/ledger.json", "dvc.yaml", "pipelines/models/demand/dvc.yaml"):
        with (root / path).open("a") as file:
            file.write("\n")
    words = shlex.split(told(root, repository.examine, "uncommitted files").fix.split("`")[1])
    assert words[:4] == ["git", "add", "--all", "--"]
    command(root, *words, check=0)
    command(root, "git", "commit", "-qm", "Files", check=0)
    assert told(root, repository.examine, "uncommitted files").outcome == "ok"
