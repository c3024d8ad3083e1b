from __future__ import annotations

from pathlib import Path

import pytest
from support.doctor_world import OWNED, told

from mlspec.setup.doctor import files
from mlspec.setup.doctor.examine import open_project


def test_a_healthy_project_is_all_ok(root: Path) -> None:
    assert {f.verdict.outcome for f in files.examine(open_project(root))} == {"ok"}


def test_broken_specs_are_told_with_the_first_problem(root: Path) -> None:
    (root / "mlspec.yaml").write_text(OWNED.replace("requirements:", "requirement:"))
    found = {f.check: f.verdict for f in files.examine(open_project(root))}
    assert found["specs"].outcome == "problem" and "MLS0101" in found["specs"].what and found["specs"].fix == "`mlspec validate`"
    assert {v.outcome for c, v in found.items() if c != "specs"} == {"skipped"}


def test_generated_files_that_are_out_of_date(root: Path) -> None:
    (root / "pipelines/models/demand/dvc.yaml").unlink()
    found = told(root, files.examine, "generated files")
    assert found.outcome == "problem" and "pipelines/models/demand/dvc.yaml" in found.what and "mlspec apply" in found.fix


def test_a_hand_written_file_in_the_way(root: Path) -> None:
    (root / ".github/workflows/mlspec-ci.yml").write_text("name: mine\n")
    found = told(root, files.examine, "hand-written files")
    assert found.outcome == "problem" and "mlspec-ci.yml" in found.what and "git mv" in found.fix


@pytest.mark.parametrize(
    ("owner", "text", "outcome", "says"),
    [
        (True, None, "problem", "not there yet"),
        (True, "* @ada\n", "ok", "CODEOWNERS"),
        (True, "/docs/ @ada\n", "problem", "names no owner"),
        (False, None, "problem", "MLS1049"),
    ],
)
def test_who_must_approve_what_is_deployed(root: Path, owner: bool, text: str | None, outcome: str, says: str) -> None:
    (root / ".github/CODEOWNERS").unlink()
    if not owner:
        (root / "mlspec.yaml").write_text(OWNED.replace(', owner: "@ada"', ""))
    if text:
        (root / "CODEOWNERS").write_text(text)
    found = told(root, files.examine, "CODEOWNERS")
    assert found.outcome == outcome and says in found.what
    assert bool(found.fix) == (outcome == "problem")


@pytest.mark.parametrize(
    ("path", "text", "outcome"),
    [
        (None, "", "problem"),
        (".github/dependabot.yml", "version: 2\nupdates: []\n", "ok"),
        (".github/dependabot.yml", "version: 2\nupdates: [{package-ecosystem: github-actions, directory: /}]\n", "problem"),
        ("renovate.json", "{}", "ok"),
    ],
)
def test_who_keeps_the_lock_up_to_date(root: Path, path: str | None, text: str, outcome: str) -> None:
    (root / ".github/dependabot.yml").unlink()
    if path:
        (root / path).write_text(text)
    found = told(root, files.examine, "updates")
    assert found.outcome == outcome and bool(found.fix) == (outcome == "problem")


def test_files_of_ones_own_are_named_though_they_are_in_nobodys_way(root: Path) -> None:
    (root / "dvc.yaml").write_text("stages: {}\n")
    found = told(root, files.examine, "hand-written files")
    assert found.outcome == "ok" and "yours, and left alone: dvc.yaml" in found.what and "artifacts" in found.what
