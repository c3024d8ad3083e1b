"""Is the claim that is declared the one in force: committed, and replaced by no later one? (e2e/promotion/test_in_force.py: by reconcile.)"""

from __future__ import annotations

from pathlib import Path

import pytest
from support.changes import BASE, CLAIM, ENVIRONMENT, HEAD, OLD_CLAIM, ROLLBACK, Files, here
from support.git_repos import commit_all, sh, start
from support.records import claim, deployed, record, rollback, sha

from mlspec.promotion.verify.in_force import check_in_force


def write(root: Path, files: Files) -> None:
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        if text is None:
            (root / path).unlink()
        else:
            (root / path).write_bytes(text.encode() if isinstance(text, str) else text)


def told(root: Path, text: str | bytes | None) -> list[str]:
    """What is said of staging, where its file holds `text`."""
    workspace = here(root, {**HEAD, ENVIRONMENT: text})
    return [d.code for d in check_in_force(workspace, workspace.project.deployments["staging/demand"])]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """v1.0.0 was promoted, then v1.1.0."""
    root = start(tmp_path / "project")
    for files in (BASE, HEAD):
        write(root, files)
        commit_all(root)
    return root


def test_the_newest_claim_is_in_force(root: Path) -> None:
    assert told(root, HEAD[ENVIRONMENT]) == []
    write(root, {"README.md": "work goes on\n"})
    commit_all(root)
    assert told(root, HEAD[ENVIRONMENT]) == []


def test_an_edit_that_is_in_no_commit_serves_nothing(root: Path) -> None:
    write(root, {ENVIRONMENT: BASE[ENVIRONMENT]})
    assert told(root, BASE[ENVIRONMENT]) == ["MLS0761"]
    assert told(root, str(HEAD[ENVIRONMENT]).replace("v1.1.0", "v1.1.1")) == ["MLS0761"]
    assert told(root, "# a comment\n" + str(HEAD[ENVIRONMENT])) == []  # values count, not bytes


def test_a_file_that_git_does_not_have_is_in_no_commit(root: Path) -> None:
    (root / ENVIRONMENT).unlink()
    commit_all(root)
    assert told(root, HEAD[ENVIRONMENT]) == ["MLS0761"]


def test_a_revert_is_no_approval(root: Path) -> None:
    """The old claim verifies for ever: that it was replaced is what refuses it."""
    write(root, {ENVIRONMENT: BASE[ENVIRONMENT]})
    commit_all(root, "Revert")
    assert told(root, BASE[ENVIRONMENT]) == ["MLS0762"]


def test_a_revert_that_takes_the_claim_along_is_told_too(root: Path) -> None:
    write(root, {ENVIRONMENT: BASE[ENVIRONMENT], CLAIM: None})
    commit_all(root, "Revert all of it")
    assert told(root, BASE[ENVIRONMENT]) == ["MLS0762"]


def test_a_rollback_brings_a_claim_of_its_own(root: Path) -> None:
    back = rollback("staging", "v1.0.0", record(), about={"previous": sha("v1.1.0")})
    text = deployed("staging", "v1.0.0", back, previous=sha("v1.1.0"))
    write(root, {ROLLBACK: back, ENVIRONMENT: text})
    commit_all(root)
    assert told(root, text) == []


def test_the_same_claim_again_under_another_name_is_still_the_old_one(root: Path) -> None:
    write(root, {ENVIRONMENT: BASE[ENVIRONMENT], "promotions/staging/demand/v1.0.0.2.yaml": BASE[OLD_CLAIM]})
    commit_all(root)
    assert told(root, BASE[ENVIRONMENT]) == ["MLS0762"]


@pytest.mark.parametrize("name", ["v1.0.0.bak.yaml", "notes.yaml", "v1.2.0.yml", "old/v1.2.0.yaml", "v1.2.0.sigstore.json"])
def test_other_files_beside_the_claims_replace_none(root: Path, name: str) -> None:
    write(root, {f"promotions/staging/demand/{name}": claim("staging", "v1.2.0", record("v1.2.0"))})
    commit_all(root)
    assert told(root, HEAD[ENVIRONMENT]) == []


@pytest.mark.parametrize("content", [b"", b"- a\n", b"evaluatedAt: [x]\n", b"\xff", b"a: ["])
def test_a_broken_claim_that_came_later_replaces_all_the_same(root: Path, content: bytes) -> None:
    """Whoever merged it meant something by it: the old one is not in force, and no crash says so."""
    write(root, {"promotions/staging/demand/v1.2.0.yaml": content})
    commit_all(root)
    assert told(root, HEAD[ENVIRONMENT]) == ["MLS0762"]


def test_of_several_that_came_at_once_the_newest_evaluation_is_in_force(tmp_path: Path) -> None:
    root = start(tmp_path / "project")
    earlier = claim("staging", "v1.0.0", record(), evaluatedAt="2026-11-20T08:00:00Z")
    later = claim("staging", "v1.1.0", record("v1.1.0"), evaluatedAt="2026-11-21T08:00:00Z")
    texts = {"earlier": deployed("staging", "v1.0.0", earlier), "later": deployed("staging", "v1.1.0", later)}
    for name, in_force in (("later", []), ("earlier", ["MLS0762"])):
        write(root, {**HEAD, CLAIM: later, OLD_CLAIM: earlier, ENVIRONMENT: texts[name]})
        commit_all(root)
        assert told(root, texts[name]) == in_force


def test_a_claim_that_history_never_had_is_told_by_the_chain_alone(root: Path) -> None:
    text = deployed("staging", "v1.1.0", sha("never"), previous=sha("v1.0.0"))
    write(root, {ENVIRONMENT: text})
    commit_all(root)
    assert told(root, text) == []


def test_what_can_not_be_known_is_a_warning(root: Path, tmp_path: Path) -> None:
    assert told(tmp_path, HEAD[ENVIRONMENT]) == ["MLS0763"]
    sh(tmp_path, "git", "clone", "--quiet", "--depth", "1", root.as_uri(), "shallow")
    assert told(tmp_path / "shallow", HEAD[ENVIRONMENT]) == ["MLS0763"]
    sh(tmp_path / "shallow", "git", "fetch", "--quiet", "--unshallow")
    assert told(tmp_path / "shallow", HEAD[ENVIRONMENT]) == []
