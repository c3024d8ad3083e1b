"""What a change loosens, and the base branch's waivers, as parts of the report: compared by Git, whatever the report says."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from support.comment_cases import COMMIT, gate, model, report
from support.git_repos import commit_all, sh, start
from support.projects import SPECS, compile_texts, write_project

from mlspec.adapters.git.repository import Repository, open_repository
from mlspec.ci.gather.loosened import by_base, from_git, loosened_since
from mlspec.ci.record.comment import render
from mlspec.ci.report import Looser, Report, Trouble, Uses, read_report, write_report
from mlspec.compiler.project.project import Project

KPIS = "specs/demand-kpis.yaml"
FORGED = Looser(object="kpis/demand", what="nothing at all", before=None, after=None, owner=None, path="x", line=1)
WAIVER = "apiVersion: mlspec/v1\nkind: Waiver\nmetadata: {{name: gap, owner: '@a'}}\nspec: {{model: demand, kpi: mae <= 50, reason: why, until: '{}'{}}}\n"


def project(**files: str) -> Project:
    compiled = compile_texts(SPECS | files).project
    assert compiled
    return compiled


def waiver(more: str = "") -> dict[str, str]:
    return {"specs/gap.yaml": WAIVER.format(datetime.now(UTC).date() + timedelta(days=9), more)}


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    root = write_project(start(tmp_path / "project"))
    commit_all(root)
    return open_repository(root)


def branch(repository: Repository, old: str, new: str) -> str:
    """A commit beside main that edits the KPIs; main is checked out again."""
    sh(repository.root, "git", "switch", "-q", "-c", "topic")
    path = repository.root / KPIS
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))
    commit = commit_all(repository.root)
    sh(repository.root, "git", "switch", "-q", "main")
    return commit


def test_the_job_that_writes_compares_itself(repository: Repository) -> None:
    commit = branch(repository, "mae <= 50", "mae <= 60")
    for told in ((), (FORGED,)):
        [found] = from_git(repository, "HEAD", report(commit=commit, loosened=told)).loosened
        assert (found.object, found.before, found.after, found.path) == ("kpis/demand", "mae <= 50", "mae <= 60", KPIS)


def test_what_the_base_did_since_is_not_the_change_s(repository: Repository) -> None:
    commit = branch(repository, "mae <= 50", "mae <= 40")
    path = repository.root / KPIS
    path.write_text(path.read_text().replace("mae <= 50", "mae <= 30"))
    commit_all(repository.root, "Stricter on main")
    assert from_git(repository, "HEAD", report(commit=commit, loosened=(FORGED,))).loosened == ()


def test_a_change_that_does_not_compile_leaves_the_report_as_it_is(repository: Repository) -> None:
    commit = branch(repository, "mae <= 50", "mae < 50")
    assert from_git(repository, "HEAD", report(commit=commit, loosened=(FORGED,))).loosened == (FORGED,)


def test_no_base_and_no_change() -> None:
    assert loosened_since(None, project()) == () == loosened_since(project(), project())


def test_the_digest_and_the_comment_follow(tmp_path: Path) -> None:
    quiet, loud = report(), report(loosened=(FORGED,))
    assert quiet.digest() != loud.digest()
    assert "Loosened in this change" in render(loud) and "Loosened" not in render(quiet)
    write_report(tmp_path, loud)
    assert read_report(tmp_path) == loud


def test_a_waiver_counts_once_the_base_has_it() -> None:
    judged = model("demand", gate(verdict="fail"))
    trouble = Trouble(code="MLS0584", message="m")
    [same, kept] = by_base([judged, trouble], project())
    assert (same, kept) == (judged, trouble)
    [found] = by_base([judged], project(**waiver()))
    assert not isinstance(found, Trouble) and found.verdict == "pass"
    assert found.gates[0].verdict == "waived" and found.gates[0].waiver and found.gates[0].waiver.name == "gap"
    assert Report.model_validate_json(report(models=(found,)).model_dump_json(by_alias=True)).models == (found,)
    assert by_base([judged], project(**waiver(", environments: [staging]"))) == [judged], "the comment is of no environment"


@pytest.mark.parametrize(("others", "mark"), [(3, ""), (20, "⚠️ ")])
def test_the_comment_says_how_often_the_test_set_decided(others: int, mark: str) -> None:
    text = render(report(models=(model().model_copy(update={"test_set": Uses(versions=("v1.0.0",), others=others)}),)))
    assert f"\n\n{mark}This test set has decided {others + 1} times (v1.0.0, {others} candidates without a version)." in text
    assert COMMIT[:12] in text
