"""`mlspec doctor`, as a person runs it."""

from __future__ import annotations

import json
import shutil
import subprocess
from importlib import metadata
from pathlib import Path

import pytest
from support.cli import BIN, commit, environment, git, mlspec
from support.doctor_world import template
from support.github_server import TOKEN
from support.github_settings import Repository, SettingsServer

pytestmark = pytest.mark.e2e


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A healthy project, whose lock holds whatever is installed here, and so all that its libraries ask for."""
    project = template(tmp_path) / "project"
    held = {d.name: d.version for d in metadata.distributions() if d.name not in ("mlspec-gitops", "dvc", "dvc-s3")}
    with (project / "requirements.lock").open("a") as lock:
        lock.writelines(f"{name}=={version} --hash=sha256:{'0' * 64}\n" for name, version in sorted(held.items()))
    commit(project, "A lock that is complete")
    return project


def test_a_healthy_project(root: Path) -> None:
    done = mlspec(root, "doctor", check=0)
    assert done.out.splitlines()[-1].startswith("28 ok, 0 problems, 0 skipped") and done.err == ""
    assert not (root.parent / "storage").exists()


def test_what_is_wrong_is_told_with_its_fix(root: Path) -> None:
    (root / "pipelines/models/demand/dvc.yaml").unlink()
    form = json.loads(mlspec(root, "doctor", "--format", "json", check=1).out)
    wrong = {(f["area"], f["check"]): f for f in form["findings"] if f["outcome"] == "problem"}
    assert set(wrong) == {("files", "generated files"), ("git", "uncommitted files")}
    assert all(f["fix"] for f in wrong.values())
    assert "| **problem** | `files: generated files` |" in mlspec(root, "doctor", "--format", "markdown", check=1).out


def test_without_specs_that_compile_the_rest_is_told(root: Path) -> None:
    (root / "specs").rename(root / "elsewhere")
    (root / "mlspec.yaml").write_text("kind: Project\n")
    text = mlspec(root, "doctor", check=1).out
    assert "`mlspec validate`" in text and "skipped" in text and "2." in text


def test_without_a_project_or_a_repository(root: Path, tmp_path: Path) -> None:
    shutil.rmtree(root / ".git")
    assert "git init" in mlspec(root, "doctor", check=1).out
    empty = tmp_path / "empty"
    empty.mkdir()
    assert "MLS0002" in mlspec(empty, "doctor", check=1).err


def test_the_settings_on_github(root: Path) -> None:
    git(root, "remote", "set-url", "origin", "https://github.com/ada/shop.git")
    with SettingsServer("ada/shop", Repository()) as github:
        more = {"GH_TOKEN": TOKEN, "GITHUB_API_URL": github.url}
        words = [str(BIN / "mlspec"), "doctor", "--github"]
        done = subprocess.run(words, cwd=root, env=environment() | more, capture_output=True, text=True, check=False, timeout=180)
    assert done.returncode == 1 and done.stderr == "" and TOKEN not in done.stdout
    assert "https://github.com/ada/shop/settings/rules, in the ruleset of `main`" in done.stdout
    assert github.violations == [] and {r.method for r in github.requests} == {"GET"}
