"""The project at hand: asked once, and only for what somebody wants to know."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest
from support.git_repos import start
from support.projects import write_project

from mlspec.adapters.git import repository
from mlspec.compiler.project.graph import Graph
from mlspec.diagnostics import Problems
from mlspec.pipelines.plan import make, staleness
from mlspec.pipelines.plan.apply import apply
from mlspec.pipelines.workspace import Workspace, open_workspace

ASK = """
import json, sys
from pathlib import Path
from mlspec.pipelines.workspace import open_workspace
opened = open_workspace(Path(sys.argv[1]))
before = set(sys.modules)
found = getattr(opened, sys.argv[2])
print(json.dumps([sorted(before), sorted(sys.modules)]))
"""


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return open_workspace(write_project(tmp_path / "shop"))


def test_it_is_the_project_in_its_folder(workspace: Workspace) -> None:
    assert workspace.root.name == "shop"
    assert workspace.settings.seed == 7
    assert {p.ref for p in workspace.graph.pipelines} == {"source/sales", "model/demand"}
    assert not any(d.is_error for d in workspace.warnings)


def test_it_is_frozen(workspace: Workspace) -> None:
    with pytest.raises(FrozenInstanceError):
        workspace.root = Path()  # type: ignore[misc]


def test_errors_are_raised_all_together(tmp_path: Path) -> None:
    root = write_project(tmp_path)
    spec = root / "specs/demand.yaml"
    spec.write_text(spec.read_text().replace("target: count", "target: cuont").replace("25%", "125%"), encoding="utf-8")
    with pytest.raises(Problems) as raised:
        open_workspace(root)
    assert raised.value.diagnostics
    assert any(d.is_error for d in raised.value.diagnostics)


def test_the_plan_is_made_of_its_parts_once(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    for module, name in ((make, "plan_files"), (staleness, "stage_states")):
        monkeypatch.setattr(module, name, counted(asked, name, getattr(module, name)))
    assert workspace.plan.changes == workspace.files.changes
    assert workspace.plan.stages == workspace.stages
    assert workspace.plan is workspace.plan
    assert asked == ["plan_files", "stage_states"]


def counted(asked: list[str], name: str, real: object) -> object:
    def ask(*given: object) -> object:
        asked.append(name)
        return real(*given)  # type: ignore[operator]

    return ask


def test_files_alone_look_at_no_stage(workspace: Workspace) -> None:
    assert workspace.files.stages == ()
    assert {c.path for c in workspace.files.changes} >= set(workspace.generated)


def test_what_was_found_stays_until_it_is_asked_anew(workspace: Workspace) -> None:
    before = workspace.files
    apply(workspace.root, lambda: workspace.anew().files)
    assert workspace.files is before
    assert before.pending
    assert not workspace.anew().files.pending
    assert workspace.anew().graph is workspace.graph


def test_what_no_run_changes_is_not_asked_anew(workspace: Workspace) -> None:
    start(workspace.root)
    repository, generated = workspace.repository, workspace.generated
    again = workspace.anew()
    assert again.repository is repository and again.generated is generated
    assert "generated" not in Workspace(again.root, again.project, again.graph).anew().__dict__


def test_the_plan_of_a_part_looks_at_no_other_folder(workspace: Workspace) -> None:
    part = Graph(tuple(p for p in workspace.graph.pipelines if p.ref == "source/sales"))
    found = workspace.plan_of(part)
    assert {c.path.rpartition("/")[0] for c in found.changes} == {"pipelines/data/sales"}
    assert {s.ref for s in found.stages} == {"source/sales"}
    assert workspace.plan_of(part) is not found


def test_it_says_where_it_is_whatever_the_way(tmp_path: Path) -> None:
    root = write_project(tmp_path / "shop")
    (tmp_path / "link").symlink_to(root)
    assert open_workspace(tmp_path / "link").root == root


def test_the_repository_is_opened_once_and_only_when_asked_for(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Problems, match="not in a Git repository"):
        _ = workspace.repository
    start(workspace.root)
    asked: list[str] = []
    monkeypatch.setattr(repository, "open_repository", counted(asked, "open", repository.open_repository))
    assert workspace.repository is workspace.repository
    assert workspace.repository.root == workspace.root
    assert asked == ["open"]


@pytest.mark.parametrize(("wanted", "loads"), [("settings", set()), ("plan", {"plan", "generate"}), ("generated", {"generate"})])
def test_what_nobody_asks_for_is_not_even_imported(workspace: Workspace, wanted: str, loads: set[str]) -> None:
    start(workspace.root)
    words = [sys.executable, "-c", ASK, str(workspace.root), wanted]
    before, after = json.loads(subprocess.run(words, capture_output=True, text=True, check=True).stdout)
    rooms = {m.split(".")[2] for m in after if m.startswith("mlspec.pipelines.")} - {"workspace", "content", "locks", "outputs"}
    assert rooms & {"plan", "generate", "run"} == loads
    assert "mlspec.adapters.git.repository" not in after
    assert not any(m.startswith("mlspec.pipelines.plan") for m in before)
