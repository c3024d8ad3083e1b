"""Odd forms in what a change brings: times that no calendar has, digits of other scripts, links, modules. Refused, and never a crash."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import pytest
from support.cli import git
from support.promotion_world import CLAIM, ENVIRONMENT, RECORD, World, commit, forge, read, replace, run

from mlspec.language.yaml.write import dump

pytestmark = pytest.mark.e2e
POLICY = """\
apiVersion: mlspec/v1
kind: Policy
metadata: {name: staging}
spec: {environments: [staging], require: {approvals: {count: 1}}}
"""


ODD = [
    (CLAIM, "validUntil", "2026-02-30T00:00:00Z"),
    (CLAIM, "evaluatedAt", "٢٠٢٦-12-01T00:00:00Z"),
    (RECORD, "createdAt", "0000-99-99T99:99:99Z"),
]


@pytest.mark.parametrize(("path", "key", "odd"), ODD)
def test_a_time_that_no_calendar_has(proposed: World, path: str, key: str, odd: str) -> None:
    """Records are for ever: `mlspec history` would break on it, too."""
    forge(proposed.root, path, lambda data: data.update({key: odd}))
    proposed.refused(proposed.verify(), "MLS0112", path, key)


def test_a_version_in_other_digits(proposed: World) -> None:
    """An Arabic zero is a digit for Unicode: the version would sort as v1.10.0."""
    replace(proposed.root, "environments/staging/demand.yaml", "version: v1.1.0", "version: v1.1٠.0")
    commit(proposed.root)
    proposed.refused(proposed.verify(), "MLS0112", "only ASCII")


def test_a_policy_that_is_a_link(waiting: World) -> None:
    """The compiler reads through a link, and Git's objects hold its name alone: what is there for people would not count at the check."""
    (waiting.root / "elsewhere").mkdir()
    (waiting.root / "elsewhere/policy.yaml").write_text(POLICY)
    (waiting.root / "specs/policy.yaml").symlink_to("../elsewhere/policy.yaml")
    commit(waiting.root, "A policy")
    git(waiting.root, "push", "--quiet", "origin", "main")
    assert "specs/policy.yaml" in waiting.verify().text
    waiting.propose()
    waiting.refused(waiting.verify(), "MLS0144", "specs/policy.yaml")


@pytest.mark.parametrize("folder", ["registry", "promotions"])
def test_records_behind_a_link(deployed: World, folder: str) -> None:
    shutil.move(deployed.root / folder, deployed.root / "elsewhere")
    (deployed.root / folder).symlink_to("elsewhere")
    commit(deployed.root)
    deployed.refused(deployed.verify(), "MLS0144", folder)


def test_a_module_beside_a_promotion(proposed: World) -> None:
    """`.gitmodules` can tell `git diff` to pass over a module."""
    root = proposed.root
    head = git(root, "rev-parse", "HEAD").strip()
    git(root, "reset", "--quiet", "--hard", "origin/main")
    (root / ".gitmodules").write_text('[submodule "more"]\n\tpath = more\n\turl = ./more\n\tignore = all\n')
    (root / "more").mkdir()
    git(root, "update-index", "--add", "--cacheinfo", f"160000,{head},more")
    git(root, "add", ".gitmodules")
    git(root, "commit", "--quiet", "--message", "A module")
    git(root, "push", "--quiet", "origin", "main")
    proposed.propose()
    assert proposed.verify().code == 0, "the clean twin: the module was there before"
    git(root, "update-index", "--add", "--cacheinfo", f"160000,{git(root, 'rev-parse', 'origin/main').strip()},more")
    git(root, "commit", "--quiet", "--message", "Another module")
    proposed.refused(proposed.verify(), "MLS0741", "more changed too")


def test_nothing_of_a_change_with_another_file_is_fetched(proposed: World) -> None:
    """`.dvc/config` says where models come from, and may name commands: it is refused before DVC reads it."""
    shutil.rmtree(proposed.root / ".dvc/cache")
    replace(proposed.root, ".dvc/config", "url = ../../storage", "url = ../../nowhere")
    commit(proposed.root)
    result = proposed.verify()
    proposed.refused(result, "MLS0741", ".dvc/config changed too")
    assert "MLS097" not in result.text


def test_a_rollback_that_brings_evidence(waiting: World) -> None:
    """Nobody computes it again, and history would show it."""
    waiting.merge()
    run(waiting.root, "rollback", "deployment/staging/demand", "--reason", "worse", check=0)
    waiting.propose("mlspec/rollback/staging/demand/v1.0.0")
    assert waiting.verify().code == 0
    claim = "promotions/staging/demand/v1.0.0.rollback-1.yaml"
    gates = read(waiting.root, CLAIM)["gates"]
    old = digest(waiting.root / claim)
    (waiting.root / claim).write_text(dump(read(waiting.root, claim) | {"gates": gates}))
    replace(waiting.root, ENVIRONMENT, old, digest(waiting.root / claim))
    commit(waiting.root)
    waiting.refused(waiting.verify(), "MLS0745", "`gates`")


def digest(path: Path) -> str:
    return "sha256:" + hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_working_tree_with_other_line_ends(proposed: World) -> None:
    """`.gitattributes` gives the working tree other bytes than were committed: the change is judged by Git's objects."""
    root = proposed.root
    git(root, "reset", "--quiet", "--hard", "origin/main")
    (root / ".gitattributes").write_text("specs/** eol=crlf\nenvironments/** eol=crlf\n")
    commit(root)
    git(root, "push", "--quiet", "origin", "main")
    proposed.propose()
    shutil.rmtree(root / "specs")
    git(root, "checkout", "--", "specs")
    assert b"\r\n" in (root / "specs/demand.yaml").read_bytes()
    assert proposed.verify().code == 0


def test_a_hidden_spec_counts_nowhere(proposed: World) -> None:
    """The compiler passes it over in a working tree, where people look; so it does in Git's objects."""
    root = proposed.root
    git(root, "reset", "--quiet", "--hard", "origin/main")
    (root / "specs/.policy.yaml").write_text(POLICY)
    commit(root)
    git(root, "push", "--quiet", "origin", "main")
    proposed.propose()
    assert proposed.verify().code == 0
