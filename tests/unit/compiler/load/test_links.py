"""Declared paths that lead out of the repository by a link are refused; links inside it are followed."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.projects import PROJECT, SPECS, write_project

from mlspec.compiler.pipeline import compile_root


def codes(root: Path) -> list[tuple[str, str]]:
    return [(d.code, d.message) for d in compile_root(root).diagnostics]


def test_a_requirements_lock_that_is_a_link_out_is_refused(tmp_path: Path) -> None:
    root = write_project(tmp_path / "project")
    (tmp_path / "elsewhere.lock").write_text("# not reviewed\n")
    (root / "requirements.lock").unlink()
    (root / "requirements.lock").symlink_to(tmp_path / "elsewhere.lock")
    assert codes(root) == [("MLS0409", "`requirements.lock` leads out of the repository by a link")]


def test_a_requirements_lock_that_is_a_link_inside_is_taken(tmp_path: Path) -> None:
    root = write_project(tmp_path / "project")
    (root / "requirements.lock").rename(root / "real.lock")
    (root / "requirements.lock").symlink_to("real.lock")
    assert codes(root) == []


@pytest.mark.parametrize("folder", ["src", "src/train"])
def test_a_code_folder_that_is_or_lies_behind_a_link_out_is_refused(tmp_path: Path, folder: str) -> None:
    (tmp_path / "outside/train").mkdir(parents=True)
    (tmp_path / "outside/train/x.py").write_text("")
    root = write_project(tmp_path / "project", SPECS | {"mlspec.yaml": PROJECT + f"  code: [{folder}]\n"})
    (root / "src").symlink_to(tmp_path / "outside", target_is_directory=True)
    assert codes(root) == [("MLS0409", f"`{folder}` leads out of the repository by a link")]
