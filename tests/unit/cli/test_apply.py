"""`mlspec apply` compiles once; again only when another apply ended between its compilation and its turn."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from support.projects import PROJECT, SPECS, write_project

from mlspec.api import OpenProject
from mlspec.cli.apply import command
from mlspec.compiler.lint import Wish
from mlspec.compiler.pipeline import Compiled
from mlspec.pipelines.plan import apply as applying
from mlspec.pipelines.workspace import Workspace

PARAMS = "pipelines/models/demand/params.yaml"


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return write_project(tmp_path, SPECS)


@pytest.fixture
def compilations(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Whether each compilation showed its warnings."""
    seen: list[bool] = []
    compiled, read = OpenProject._compiled, OpenProject.read

    def counted(project: OpenProject, wish: Wish | None = None) -> Compiled:
        seen.append(False)
        return compiled(project, wish)

    def told(project: OpenProject) -> Workspace:
        found = read(project)
        seen[-1] = True
        return found

    monkeypatch.setattr(OpenProject, "_compiled", counted)
    monkeypatch.setattr(OpenProject, "read", told)
    return seen


def run(*words: str) -> Result:
    return CliRunner().invoke(command, words, standalone_mode=False)


def edit(root: Path, old: str, new: str) -> None:
    path = root / "specs/demand.yaml"
    path.write_text(path.read_text().replace(old, new), encoding="utf-8")


def test_it_compiles_once_and_shows_warnings_once(root: Path, compilations: list[bool]) -> None:
    assert run().return_value == 0
    assert compilations == [True]
    assert run("--check").return_value == 0
    assert compilations == [True, False]


def before_its_turn(monkeypatch: pytest.MonkeyPatch, act: Callable[[], object]) -> None:
    """Do something between the compilation and the taking of the lock."""
    real = applying.locked

    def later(root: Path) -> object:
        monkeypatch.setattr(applying, "locked", real)
        act()
        return real(root)

    monkeypatch.setattr(applying, "locked", later)


def test_older_specs_are_not_written_over_what_a_later_apply_wrote(
    root: Path, compilations: list[bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    run()

    def meanwhile() -> None:
        edit(root, "alpha: 1.0", "alpha: 7.0")
        assert run().return_value == 0

    before_its_turn(monkeypatch, meanwhile)
    compilations.clear()
    assert run().return_value == 0
    assert "alpha: 7.0" in (root / PARAMS).read_text()
    assert compilations == [True, True, False]


def test_an_apply_that_had_nothing_to_do_costs_no_second_compilation(
    root: Path, compilations: list[bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    run()
    before_its_turn(monkeypatch, run)
    compilations.clear()
    run()
    assert compilations == [True, True]


def test_a_mistake_in_the_specs_leaves_not_even_a_lock(root: Path) -> None:
    edit(root, "target: count", "target: cuont")
    found = run()
    assert "MLS0" in str(found.exception)
    assert not (root / ".mlspec").exists()
    assert PROJECT in (root / "mlspec.yaml").read_text()
