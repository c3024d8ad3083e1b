"""CODEOWNERS and dependabot.yml on a real disk: written where there is none, gone when the user brings their own, never overwritten."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.projects import PROJECT, SPECS, write_project

from mlspec.compiler.project.github import CODEOWNERS, DEPENDABOT
from mlspec.compiler.project.layout import LEDGER
from mlspec.language.yaml.header import HEADER_LINE
from mlspec.pipelines.plan.actions import Plan
from mlspec.pipelines.plan.apply import apply
from mlspec.pipelines.plan.ledger import read_ledger
from mlspec.pipelines.workspace import open_workspace

MINE = "* @ada\n"


def plan(root: Path) -> Plan:
    return open_workspace(root).files


def put(root: Path) -> dict[str, str]:
    """Apply; what became of the two files, and of any other that is no pipeline."""
    done = apply(root, lambda: plan(root))
    return {c.path: c.action for c in done.changes if "CODEOWNERS" in c.path or "dependabot" in c.path}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write_project(tmp_path, SPECS | {"mlspec.yaml": PROJECT.replace("{name: shop}", '{name: shop, owner: "@acme/ml"}')})


def write(root: Path, path: str, text: str = MINE) -> None:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(text, encoding="utf-8")


def test_they_are_written_where_there_is_none(root: Path) -> None:
    assert put(root) == {CODEOWNERS: "create", DEPENDABOT: "create"}
    assert (root / CODEOWNERS).read_text().startswith(HEADER_LINE)
    assert {CODEOWNERS, DEPENDABOT} <= {*read_ledger(root)}
    assert not plan(root).pending


@pytest.mark.parametrize("place", [CODEOWNERS, "CODEOWNERS", "docs/CODEOWNERS"])
def test_a_persons_own_is_no_conflict_and_stays(root: Path, place: str) -> None:
    write(root, place)
    write(root, ".github/dependabot.yaml", "version: 2\nupdates: []\n")
    assert put(root) == {}
    assert (root / place).read_text() == MINE
    assert not (root / DEPENDABOT).exists()


@pytest.mark.parametrize("place", ["CODEOWNERS", "docs/CODEOWNERS"])
def test_ours_goes_when_the_user_brings_their_own_elsewhere(root: Path, place: str) -> None:
    put(root)
    write(root, place)
    assert put(root) == {CODEOWNERS: "delete", DEPENDABOT: "no-op"}
    assert (root / place).read_text() == MINE
    (root / place).unlink()
    assert put(root) == {CODEOWNERS: "create", DEPENDABOT: "no-op"}


def test_ours_goes_though_the_ledger_is_lost(root: Path) -> None:
    put(root)
    write(root, "CODEOWNERS")
    (root / LEDGER).unlink()
    assert put(root) == {CODEOWNERS: "delete", DEPENDABOT: "no-op"}


def test_a_file_that_was_ours_and_lost_its_header_is_the_users(root: Path) -> None:
    put(root)
    write(root, CODEOWNERS)
    assert put(root) == {DEPENDABOT: "no-op"}
    assert (root / CODEOWNERS).read_text() == MINE
    assert CODEOWNERS not in read_ledger(root)


def test_an_edit_below_the_header_is_replaced(root: Path) -> None:
    put(root)
    text = (root / CODEOWNERS).read_text()
    write(root, CODEOWNERS, text + "* @eve\n")
    (change,) = plan(root).pending
    assert (change.path, change.action, change.reason) == (CODEOWNERS, "update", "edited by hand; the edit is replaced")
    put(root)
    assert (root / CODEOWNERS).read_text() == text


@pytest.mark.parametrize("target", ["/etc/hostname", "nowhere", "../outside"])
def test_a_link_is_the_users_and_is_not_read(root: Path, target: str) -> None:
    (root / ".github").mkdir()
    (root / CODEOWNERS).symlink_to(target)
    (root.parent / "outside").write_text(HEADER_LINE + "\n", encoding="utf-8")
    assert put(root) == {DEPENDABOT: "create"}
    assert (root / CODEOWNERS).is_symlink()


def test_without_an_owner_ours_goes(root: Path) -> None:
    put(root)
    write(root, "mlspec.yaml", PROJECT)
    assert put(root)[CODEOWNERS] == "delete"
