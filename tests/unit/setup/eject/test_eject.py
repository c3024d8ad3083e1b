"""Eject on a real repository: what it does to each file, when it refuses, and that it is all or nothing, also when it is killed."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from unittest.mock import patch

import pytest
from support.cli import commit, git, mlspec, repository
from support.projects import PROJECT, SPECS

from mlspec.compiler.project.layout import EJECTING
from mlspec.diagnostics import Problems
from mlspec.language.yaml.header import EJECTED_LINE, HEADER_LINE, handed_over
from mlspec.pipelines.plan.actions import Change
from mlspec.pipelines.plan.apply import execute as execute_change
from mlspec.pipelines.workspace import open_workspace
from mlspec.setup.eject import execute as executing
from mlspec.setup.eject.eject import eject, preview, take_back
from mlspec.setup.eject.workflow import WORKFLOW

OWNED = SPECS | {"mlspec.yaml": PROJECT.replace("{name: shop}", '{name: shop, owner: "@acme/ml"}')}


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("eject")
    repository(folder, OWNED)
    return folder


@pytest.fixture
def root(template: Path, tmp_path: Path) -> Path:
    shutil.copytree(template, tmp_path / "world", symlinks=True)
    return tmp_path / "world" / "project"


def run(root: Path, action: Callable[..., tuple[Change, ...]] = eject) -> dict[str, str]:
    return {c.path: c.action for c in action(open_workspace(root))}


def refusal(root: Path) -> str:
    with pytest.raises(Problems) as found:
        run(root)
    assert not (root / WORKFLOW).is_file() or (root / WORKFLOW).read_text() == "mine"
    assert not (root / EJECTING).exists()
    return found.value.diagnostics[0].code


def status(root: Path) -> str:
    return git(root, "status", "--porcelain=v1", "--untracked-files=all")


def texts(root: Path) -> dict[str, str]:
    return {p: (root / p).read_text(encoding="utf-8") for p in git(root, "ls-files").split()}


def test_a_line_is_all_that_changes_in_what_is_handed_over(root: Path) -> None:
    before = texts(root)
    done = run(root)
    updated = [p for p, action in done.items() if action == "update" and p != ".github/dependabot.yml"]
    assert {p.rpartition("/")[2] for p in updated} >= {"dvc.yaml", "params.yaml", ".gitignore", "config", "CODEOWNERS", ".dvcignore"}
    for path in updated:
        assert (root / path).read_bytes() == (EJECTED_LINE + before[path].removeprefix(HEADER_LINE)).encode()
    assert not [p for p in root.rglob("*") if p.is_file() and ".git/" not in str(p) and HEADER_LINE.encode() in p.read_bytes()]


def test_workflows_and_the_ledger_go_and_one_workflow_comes(root: Path) -> None:
    before = {*texts(root)}
    done = run(root)
    assert {p for p, action in done.items() if action == "delete"} == {
        *(p for p in before if p.startswith(".github/workflows/")),
        ".mlspec/.gitignore",
        ".mlspec/ledger.json",
    }
    assert [p.name for p in (root / ".github/workflows").iterdir()] == ["pipelines.yml"]
    assert not (root / ".mlspec").exists()
    assert [line for line in status(root).splitlines() if line.startswith("??")] == [f"?? {WORKFLOW}"]


def test_specs_environments_registry_and_promotions_are_the_users(root: Path) -> None:
    for path in ("registry/demand/v1.0.0.yaml", "promotions/staging/demand/v1.0.0.yaml"):
        (root / path).parent.mkdir(parents=True)
        (root / path).write_text("x: 1\n", encoding="utf-8")
    commit(root, "Records")
    run(root)
    assert not [line for line in status(root).splitlines() if re.search(r"mlspec\.yaml|specs/|environments/|registry/|promotions/", line)]


def test_a_dry_run_touches_nothing(root: Path) -> None:
    assert run(root, preview) == run(root, preview)
    assert status(root) == ""
    assert mlspec(root, "eject", "--dry-run", check=0).out.startswith("Would eject: ")
    assert mlspec(root, "eject", check=1).err.startswith("error[MLS0542]")
    assert status(root) == ""


def test_what_a_person_wrote_stays_theirs(root: Path) -> None:
    mine = {".github/CODEOWNERS": "* @ada\n", ".dvcignore": "*.tmp\n", ".github/workflows/tests.yml": "on: push\n", ".mlspec/note": "x"}
    for path, text in mine.items():
        (root / path).write_text(text, encoding="utf-8")
    mlspec(root, "apply", check=0)
    commit(root, "Mine")
    run(root)
    assert {path: (root / path).read_text() for path in mine} == mine


def test_a_copy_that_a_person_made_is_handed_over_too(root: Path) -> None:
    copy = root / "pipelines/models/copy/params.yaml"
    copy.parent.mkdir()
    shutil.copy(root / "pipelines/models/demand/params.yaml", copy)
    commit(root, "A copy")
    assert run(root)["pipelines/models/copy/params.yaml"] == "update"


@pytest.mark.parametrize(
    ("path", "text", "code"),
    [
        ("pipelines/models/demand/params.yaml", HEADER_LINE + "\n", "MLS0954"),
        ("pipelines/models/demand/notes.txt", "new", "MLS0954"),
        ("specs/demand.yaml", SPECS["specs/demand.yaml"] + "# a thought\n", "MLS0954"),
        (WORKFLOW, "mine", "MLS0954"),
    ],
)
def test_uncommitted_work_is_not_mixed_in(root: Path, path: str, text: str, code: str) -> None:
    (root / path).write_text(text, encoding="utf-8")
    assert refusal(root) == code


def test_it_refuses_what_is_not_applied_or_in_the_way(root: Path) -> None:
    spec = root / "specs/demand.yaml"
    spec.write_text(spec.read_text().replace("alpha: 1.0", "alpha: 2.0"), encoding="utf-8")
    commit(root, "Not applied")
    assert refusal(root) == "MLS0503"
    mlspec(root, "apply", check=0)
    (root / "pipelines/models/demand/dvc.yaml").write_text("stages: {}\n", encoding="utf-8")
    commit(root, "In the way")
    assert refusal(root) == "MLS0501"


def test_it_refuses_where_the_workflows_name_is_taken(root: Path) -> None:
    (root / WORKFLOW).write_text("mine", encoding="utf-8")
    commit(root, "Mine")
    assert refusal(root) == "MLS0543"


def test_it_refuses_while_a_server_runs_here(root: Path) -> None:
    state = root / ".mlspec/state/staging/demand.json"
    state.parent.mkdir(parents=True)
    form = {"host": "127.0.0.1", "port": 1, "model": "demand", "version": "v1.0.0", "digest": "d", "claim": "c"}
    form |= {"targetDigest": "t", "startedAt": "s", "control": "c", "log": "l", "config": "demand.config"}
    command = [sys.executable, "-c", "input()", "mlspec.deploy.server", "--config", "demand.config"]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as server:
        state.write_text(json.dumps(form | {"pid": server.pid}), encoding="utf-8")
        assert refusal(root) == "MLS0541"
        server.communicate(b"\n")
    state.write_text(json.dumps(form | {"pid": os.getpid()}), encoding="utf-8")  # another process has its number now: it is none of ours
    run(root)


def test_outside_of_a_repository_there_is_no_way_back_so_it_refuses(root: Path) -> None:
    shutil.rmtree(root / ".git")
    assert refusal(root) == "MLS0951"


@pytest.mark.parametrize("after", [0, 1, 9, 15])
def test_what_goes_wrong_half_way_is_taken_back(root: Path, monkeypatch: pytest.MonkeyPatch, after: int) -> None:
    monkeypatch.setattr(executing, "execute", failing(after, KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        run(root)
    assert status(root) == ""
    assert not (root / EJECTING).exists()
    monkeypatch.undo()
    run(root)
    assert mlspec(root, "plan").err.startswith("error[MLS0540]")


def failing(after: int, error: type[BaseException] | None) -> Callable[[Path, Change], None]:
    """`execute` that fails once, after so many changes; without an error the process dies there."""
    left = [after]

    def execute(root: Path, change: Change) -> None:
        left[0] -= 1
        if left[0] == -1:
            if error is None:
                os._exit(9)
            raise error
        execute_change(root, change)

    return execute


@pytest.mark.parametrize("after", [1, 9, 16])
def test_after_a_kill_the_next_eject_takes_it_back_and_does_it_whole(root: Path, after: int) -> None:
    child = os.fork()
    if child == 0:
        with patch.object(executing, "execute", failing(after, None)):
            run(root)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
    assert status(root) != ""
    done = mlspec(root, "eject", "--dry-run", check=0)
    assert "was killed here before it ended" in done.err
    assert status(root) == ""
    assert not take_back(root)
    mlspec(root, "eject", "--yes", check=0)


@pytest.mark.parametrize("path", ["../outside", "src/mine.py", "/etc/hostname", "pipelines/../mlspec.yaml"])
def test_a_forged_intent_leads_nowhere(root: Path, path: str) -> None:
    (root / "src").mkdir()
    for file in (root / "src/mine.py", root.parent / "outside"):
        file.write_text("mine", encoding="utf-8")
    (root / EJECTING).parent.mkdir(parents=True, exist_ok=True)
    head = git(root, "rev-parse", "HEAD").strip()
    (root / EJECTING).write_text(json.dumps({"version": 1, "commit": head, "paths": ["pipelines/x", path]}), encoding="utf-8")
    assert not take_back(root)
    assert (root / "src/mine.py").read_text() == (root.parent / "outside").read_text() == "mine"


def test_an_ejected_project_is_not_fought_over(root: Path) -> None:
    run(root)
    commit(root, "Eject")
    for verb in ("plan", "apply", "run", "eject"):
        told = mlspec(root, verb, check=1).err
        assert told.startswith("error[MLS0540]: the project was ejected"), verb
    assert mlspec(root, "validate", check=0)
    git(root, "clean", "-fdq")
    assert status(root) == ""


TAKE_BACK = re.search(r"```sh\n(git grep .*?)\n```", (Path(__file__).parents[4] / "docs/guides/eject.md").read_text(), re.DOTALL)


def test_mlspec_takes_the_files_back_as_the_guide_says(root: Path) -> None:
    before = texts(root)
    run(root)
    commit(root, "Eject")
    params = root / "pipelines/models/demand/params.yaml"
    params.write_text(params.read_text().replace("alpha: 1.0", "alpha: 9.0"), encoding="utf-8")
    commit(root, "By hand")
    assert TAKE_BACK
    first, *rest = TAKE_BACK[1].splitlines()
    assert rest == ["mlspec apply"]
    subprocess.run(["bash", "-c", first], cwd=root, check=True)
    mlspec(root, "apply", check=0)
    git(root, "add", "--all")
    assert texts(root) == before


def test_only_generated_texts_are_handed_over() -> None:
    with pytest.raises(ValueError, match="mine"):
        handed_over("mine")
