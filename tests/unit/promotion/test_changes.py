"""What changed since the champion, and the project at a commit: from real commits."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from support.git_repos import commit_all, start
from support.projects import write_project

from mlspec.adapters.git.repository import Repository, open_repository
from mlspec.diagnostics import Problems
from mlspec.promotion.changes import MOST, changes_since, loosened_since
from mlspec.registry.at_commit import compile_at
from mlspec.registry.entries import Entry
from mlspec.registry.record_files import to_bytes
from mlspec.registry.records import RegistryRecord
from mlspec.registry.trained_with import graph_of

TODAY = date(2026, 11, 21)
OTHER = """\
apiVersion: mlspec/v1
kind: Model
metadata: {name: other}
spec: {task: regression, data: sales, target: price, split: {strategy: time}, estimator: {class: sklearn.linear_model.Ridge}}
---
apiVersion: mlspec/v1
kind: KPISet
metadata: {name: other}
spec: {model: other, kpis: [mae <= 7]}
"""
A, B = "sha256:" + "a" * 64, "sha256:" + "b" * 64


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    root = write_project(start(tmp_path / "project"))
    commit_all(root)
    return open_repository(root)


def record(repository: Repository, commit: str, **more: Any) -> RegistryRecord:
    artifact = {"path": "p", "md5": "0" * 32, "digest": A}
    form = {
        "model": "demand", "version": "v1.0.0", "digest": A, "artifacts": dict.fromkeys(("model", "baseline", "train", "test"), artifact),
        "spec": compile_at(repository, commit).project.spec_digest("demand"), "code": "none", "environment": A, "commit": commit, "metrics": {},
        "createdAt": "2026-11-21T08:00:00Z", "createdBy": "Ada",
    }  # fmt: skip
    return RegistryRecord.model_validate({**form, **more})


def entry(made: RegistryRecord) -> Entry:
    return Entry("registry/demand/v1.0.0.yaml", to_bytes(made), made)


def edit(repository: Repository, path: str, old: str, new: str) -> str:
    file = repository.root / path
    assert old in file.read_text()
    file.write_text(file.read_text().replace(old, new))
    return commit_all(repository.root)


def test_values_of_specs_are_named_with_both_values(repository: Repository) -> None:
    first = repository.resolve("HEAD")
    edit(repository, "specs/demand.yaml", "alpha: 1.0", "alpha: 2.5")
    second = edit(repository, "specs/sales-rules.yaml", "min: 20", "min: 30")
    now = compile_at(repository, second)
    found = changes_since(repository, now.project, entry(record(repository, first)), record(repository, second))
    assert "model/demand estimator.params.alpha: 1.0 -> 2.5" in found
    assert any("20 -> 30" in line for line in found)
    assert len(found) == 2


def test_data_code_and_lock_are_named_by_digest(repository: Repository) -> None:
    head = repository.resolve("HEAD")
    artifact = {"path": "p", "md5": "0" * 32, "digest": B}
    new = record(repository, head, code=B, environment=B, artifacts=dict.fromkeys(("model", "baseline", "train", "test"), artifact))
    found = changes_since(repository, compile_at(repository, head).project, entry(record(repository, head)), new)
    assert [line.split(":")[0] for line in found] == ["training data", "test data", "code", "environment lock"]


def test_nothing_before_the_first_champion_and_nothing_where_nothing_changed(repository: Repository) -> None:
    head = repository.resolve("HEAD")
    project, made = compile_at(repository, head).project, record(repository, head)
    assert changes_since(repository, project, None, made) == []
    assert changes_since(repository, project, entry(made), made) == []


def test_a_commit_that_is_gone_leaves_the_digests(repository: Repository) -> None:
    first = repository.resolve("HEAD")
    second = edit(repository, "specs/demand.yaml", "alpha: 1.0", "alpha: 2.5")
    old = record(repository, first).model_copy(update={"commit": "0" * 40})
    project = compile_at(repository, second).project
    [line] = changes_since(repository, project, entry(old), record(repository, second))
    assert line.startswith("specs: sha256:")


def test_many_changes_are_counted(repository: Repository) -> None:
    first = repository.resolve("HEAD")
    params = ", ".join(f"p{n}: {n}" for n in range(MOST + 10))
    second = edit(repository, "specs/demand.yaml", "params: {alpha: 1.0}", f"params: {{alpha: 1.0, {params}}}")
    found = changes_since(repository, compile_at(repository, second).project, entry(record(repository, first)), record(repository, second))
    assert len(found) == MOST + 1
    assert found[-1] == "and 10 more values of the specs"


def test_the_project_at_a_commit_is_read_from_git_alone(repository: Repository) -> None:
    head = repository.resolve("HEAD")
    digest = compile_at(repository, head).project.spec_digest("demand")
    (repository.root / "specs/demand.yaml").write_text("nonsense: [")
    (repository.root / "specs/more.yaml").write_text("nonsense: [")
    assert compile_at(repository, head).project.spec_digest("demand") == digest
    broken = commit_all(repository.root)
    with pytest.raises(Problems):
        compile_at(repository, broken)


def test_an_old_version_is_measured_by_its_own_pipeline(repository: Repository) -> None:
    first = record(repository, repository.resolve("HEAD"))
    second = compile_at(repository, edit(repository, "specs/demand.yaml", "target: count", "target: price"))
    params = {s.name: s.params for s in _stages(graph_of(repository, second.project, second.graph, first))}
    assert params["evaluate"]["target"] == "count"
    same = record(repository, second.commit)
    assert graph_of(repository, second.project, second.graph, same) is second.graph


def _stages(graph: Any) -> Any:
    return graph.pipeline("model/demand").stages


def test_what_got_looser_since_the_champion_was_judged(repository: Repository) -> None:
    first = repository.resolve("HEAD")
    edit(repository, "specs/demand-kpis.yaml", "mae <= 50", "mae <= 60")
    second = edit(repository, "specs/sales-rules.yaml", "min: 20", "min: 10")
    project, champion = compile_at(repository, second).project, entry(record(repository, first))
    found = loosened_since(repository, project, champion, TODAY)
    assert [f.line for f in found] == [
        "kpis/demand: the KPI is easier (threshold): mae <= 50 -> mae <= 60",
        "rules/sales: the rule is easier (min): rowCount >= 20 -> rowCount >= 10",
    ]
    assert loosened_since(repository, project, entry(record(repository, second)), TODAY) == ()
    assert loosened_since(repository, project, None, TODAY) == ()
    gone = record(repository, first).model_copy(update={"commit": "1" * 40})
    assert loosened_since(repository, project, entry(gone), TODAY) == ()


def test_what_got_looser_for_another_model_is_not_told(repository: Repository) -> None:
    (repository.root / "specs/other.yaml").write_text(OTHER)
    first = commit_all(repository.root)
    second = edit(repository, "specs/other.yaml", "mae <= 7", "mae <= 9")
    project = compile_at(repository, second).project
    assert loosened_since(repository, project, entry(record(repository, first)), TODAY) == ()
    other = record(repository, first).model_copy(update={"model": "other"})
    assert [f.ref for f in loosened_since(repository, project, entry(other), TODAY)] == ["kpis/other"]


def test_a_commit_is_compiled_once_whatever_it_is_called(repository: Repository) -> None:
    head = repository.resolve("HEAD")
    assert compile_at(repository, "HEAD") is compile_at(repository, head)
    second = edit(repository, "specs/demand.yaml", "alpha: 1.0", "alpha: 2.5")
    assert compile_at(repository, "HEAD").commit == second
    assert compile_at(repository, head).project.spec_digest("demand") != compile_at(repository, second).project.spec_digest("demand")
