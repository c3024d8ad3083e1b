"""The root's dvc.yaml: DVC reads the models from it, whatever their descriptions say; one that a person wrote stays."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.cli import git
from support.projects import MODEL, SPECS, compile_texts, write_project

from mlspec.pipelines.generate.render import render
from mlspec.pipelines.plan.apply import apply
from mlspec.pipelines.plan.root_file import lacking_artifacts
from mlspec.pipelines.workspace import open_workspace

TEXT = "a ${b} `c` \"d\" 'e' # f\n${{ g }}"


def generated(specs: dict[str, str]) -> str:
    compiled = compile_texts(specs)
    assert compiled.project is not None, compiled.diagnostics
    assert compiled.graph is not None
    return render(compiled.project, compiled.graph).get("dvc.yaml", "")


def test_dvc_reads_names_paths_and_hostile_descriptions(tmp_path: Path) -> None:
    from dvc.repo import Repo

    quoted = TEXT.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    head = f'metadata: {{name: demand, labels: {{domain: shops, empty: ""}}, description: "{quoted}"}}'
    root = write_project(tmp_path, SPECS | {"specs/demand.yaml": MODEL.replace("metadata: {name: demand}", head)})
    git(root, "init", "-q")
    (root / "dvc.yaml").write_text(generated({p: (root / p).read_text() for p in SPECS}))
    (root / ".dvc").mkdir()
    with Repo(str(root)) as repo:
        found = repo.artifacts.read()["dvc.yaml"]["demand"]
    assert (found.path, found.type, found.labels) == ("pipelines/models/demand/model", "model", ["domain=shops", "empty"])
    assert found.desc == TEXT


def test_without_models_there_is_none() -> None:
    assert generated({p: t for p, t in SPECS.items() if p in ("mlspec.yaml", "specs/sales.yaml")}) == ""


MINE = "stages:\n  mine:\n    cmd: echo\n"


@pytest.mark.parametrize("complete", [True, False])
def test_a_hand_written_one_stays_and_the_lines_to_add_are_told(tmp_path: Path, *, complete: bool) -> None:
    root = write_project(tmp_path)
    text = MINE + ("artifacts:\n  demand: {path: pipelines/models/demand/model, type: model}\n" if complete else "")
    (root / "dvc.yaml").write_text(text)
    plan = apply(root, lambda: open_workspace(root).files)
    assert (root / "dvc.yaml").read_text() == text
    told = [c.reason for c in plan.kept if c.path == "dvc.yaml"]
    assert len(told) == (0 if complete else 1)
    if told:
        assert "artifacts: {demand: {path: pipelines/models/demand/model, type: model}}" in told[0]


@pytest.mark.parametrize(
    "broken", [b"", b"[1]", b"artifacts: 3", b"artifacts: {demand: 1}", b"\xff", b"a: [", b"artifacts: {demand: {path: elsewhere}}"]
)
def test_a_broken_one_lacks_everything(broken: bytes) -> None:
    assert "demand" in str(lacking_artifacts(generated(SPECS), broken))
