from __future__ import annotations

from pathlib import Path

import pytest
from support.cli import commit, git
from support.doctor_world import ask

from mlspec.setup.doctor.line_endings import line_endings

DATA = "data/sales.csv"


@pytest.mark.parametrize(
    ("attributes", "says"),
    [
        ("* text=auto eol=lf\n", ""),
        ("* -text\n", ""),
        ("*.yaml eol=crlf\n", "eol=crlf"),
        ("*.csv filter=lfs\n", "filter"),
        ("*.yaml ident\n", "ident"),
        ("*.csv working-tree-encoding=UTF-16\n", "working-tree-encoding"),
    ],
)
def test_attributes_that_rewrite_what_is_hashed(root: Path, attributes: str, says: str) -> None:
    (root / ".gitattributes").write_text(attributes)
    found = ask(root, line_endings)
    assert (found.outcome == "problem") == bool(says) and says in found.what
    assert (".gitattributes" in found.fix) == bool(says)


@pytest.mark.parametrize(
    ("key", "value", "attributes", "outcome"),
    [
        ("core.autocrlf", "true", "", "problem"),
        ("core.autocrlf", "true", "* -text\n", "ok"),
        ("core.autocrlf", "true", "* text eol=lf\n", "ok"),
        ("core.autocrlf", "input", "", "ok"),
        ("core.eol", "crlf", "", "ok"),
        ("core.eol", "crlf", "* text=auto\n", "problem"),
    ],
)
def test_settings_that_make_crlf_of_every_text(root: Path, key: str, value: str, attributes: str, outcome: str) -> None:
    git(root, "config", key, value)
    (root / ".gitattributes").write_text(attributes)
    assert ask(root, line_endings).outcome == outcome


def test_data_whose_line_endings_git_changed_when_it_took_them_in(root: Path) -> None:
    (root / DATA).write_bytes((root / DATA).read_bytes().replace(b"\n", b"\r\n"))
    git(root, "config", "core.autocrlf", "input")
    git(root, "add", "-A")
    found = ask(root, line_endings)
    assert found.outcome == "problem" and DATA in found.what and "--renormalize" in found.fix


def test_files_of_a_pattern_are_looked_at_too(root: Path) -> None:
    spec = root / "specs/sales.yaml"
    spec.write_text(spec.read_text().replace(DATA, '"data/*.csv"'))
    commit(root, "Pattern")
    test_data_whose_line_endings_git_changed_when_it_took_them_in(root)


def test_data_with_crlf_that_git_leaves_alone(root: Path) -> None:
    (root / DATA).write_bytes((root / DATA).read_bytes().replace(b"\n", b"\r\n"))
    commit(root, "Windows")
    assert ask(root, line_endings).outcome == "ok"
