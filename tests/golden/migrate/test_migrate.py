"""`mlspec migrate` of whole files, to the letter. `NAME.in.yaml` -> `NAME.out.yaml`, and what is said in `NAME.txt`."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.cli import git, mlspec
from support.old_specs import SPECS as OLD
from support.projects import SPECS as NEW
from support.projects import write_project

from mlspec.compiler.migrate import Migrated, migrate_text
from mlspec.diagnostics.render import render
from mlspec.language.format.layout import format_text

HERE = Path(__file__).parent
CASES = sorted(p.name.removesuffix(".in.yaml") for p in HERE.glob("*.in.yaml"))


def said(name: str, migrated: Migrated) -> str:
    source = (HERE / f"{name}.in.yaml").read_text(encoding="utf-8")
    told = render(migrated.diagnostics, "full", sources={f"{name}.yaml": source})
    return "".join(f"{line}\n" for line in (*migrated.done, *(f"not kept: {lost}" for lost in migrated.lost))) + told


@pytest.mark.parametrize("name", CASES)
def test_the_file_is_as_expected(name: str) -> None:
    migrated = migrate_text(f"{name}.yaml", (HERE / f"{name}.in.yaml").read_bytes(), "mlspec/v1")
    expected = HERE / f"{name}.out.yaml"
    assert migrated.text == (expected.read_text(encoding="utf-8") if expected.is_file() else None)
    assert said(name, migrated) == (HERE / f"{name}.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", [c for c in CASES if (HERE / f"{c}.out.yaml").is_file()])
def test_what_is_written_is_formatted_and_needs_no_second_time(name: str) -> None:
    content = (HERE / f"{name}.out.yaml").read_bytes()
    assert format_text("a.yaml", content)[0] == content.decode()
    assert migrate_text("a.yaml", content, "mlspec/v1") == Migrated()


def test_a_project_on_the_command_line(tmp_path: Path) -> None:
    root = write_project(tmp_path / "project", OLD)
    git(root, "init", "-q")
    told = mlspec(root, "migrate", "--check", check=1).out
    assert told.count("would migrate ") == len(OLD)
    assert "+kind: Model" not in mlspec(root, "migrate", "--diff", "specs/demand.yaml", check=0).out
    assert {p: (root / p).read_text() for p in OLD} == OLD
    assert mlspec(root, "migrate", "specs", check=0).out.count("migrated specs/") == 5
    assert "ok: 1 source" in mlspec(root, "validate", check=0).out
    assert "migrated mlspec.yaml: Project shop, mlspec/v1alpha1 -> mlspec/v1\n" in mlspec(root, "migrate", check=0).out
    assert mlspec(root, "migrate", "--check", check=0).out == f"{len(OLD)} files in mlspec/v1\n"
    assert "MLS0210" not in mlspec(root, "validate", check=0).text


def test_down_is_refused_where_the_older_version_has_no_words_and_nothing_is_written(tmp_path: Path) -> None:
    root = write_project(tmp_path / "project", {**NEW, "mlspec.yaml": NEW["mlspec.yaml"] + "  lint: {select: [all]}\n"})
    result = mlspec(root, "migrate", "--to", "mlspec/v1alpha1", check=1)
    assert "MLS0212" in result.err
    assert "`lint` can't be said in mlspec/v1alpha1" in result.err
    assert "lint" in (root / "mlspec.yaml").read_text()
    assert "estimator: sklearn.linear_model.Ridge" in (root / "specs/demand.yaml").read_text()
    mlspec(root, "migrate", check=0)
    assert "mlspec/v1alpha1" not in "".join((root / p).read_text() for p in NEW)
    mlspec(root, "validate", check=0)


def test_an_unknown_version(tmp_path: Path) -> None:
    result = mlspec(write_project(tmp_path / "project"), "migrate", "--to", "mlspec/v1alpha", check=1)
    assert "MLS0214" in result.err
    assert "did you mean `mlspec/v1alpha1`?" in result.err


def test_a_file_that_does_not_load_is_left_alone_and_the_others_are_migrated(tmp_path: Path) -> None:
    root = write_project(tmp_path / "project", {**OLD, "specs/broken.yaml": "a: [1\n"})
    result = mlspec(root, "migrate", check=1)
    assert "specs/broken.yaml" in result.err
    assert result.out.count("migrated ") == len(OLD)
    assert (root / "specs/broken.yaml").read_text() == "a: [1\n"
