"""Every broken link between an environment file, its claim, its record and its signatures; the bytes are for e2e."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from support.changes import CLAIM, ENVIRONMENT, HEAD, RECORD, Files, at, here
from support.git_repos import commit_all, sh, start
from support.projects import SPECS
from support.records import claim, deployed, record, sha

from mlspec.promotion.verify.deployed import verify_deployed, working_files
from mlspec.registry.signing.trust import Trust

NOBODY = Trust("none")


def write(root: Path, files: Files) -> Path:
    for path, text in files.items():
        if text is not None:
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_bytes(text.encode() if isinstance(text, str) else text)
    return root


def told(root: Path, files: Files = HEAD, trust: Trust | None = None) -> list[str]:
    workspace = here(root, files)
    found = verify_deployed(workspace, workspace.project.deployments["staging/demand"], with_bytes=False, trust=trust)
    return [d.code for d in found]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = write(start(tmp_path / "project"), HEAD)
    commit_all(root)
    return root


def test_a_sound_deployment_has_no_broken_link(root: Path) -> None:
    assert told(root) == told(root, trust=NOBODY) == []


def test_without_a_version_nothing_is_deployed(tmp_path: Path) -> None:
    assert told(tmp_path, SPECS) == []


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (lambda root: (root / RECORD).unlink(), "MLS0715"),
        (lambda root: (root / CLAIM).unlink(), "MLS0732"),
        (lambda root: (root / CLAIM).write_bytes((root / CLAIM).read_bytes() + b"# more\n"), "MLS0732"),
        (lambda root: (root / RECORD).write_bytes((root / RECORD).read_bytes() + b"# more\n"), "MLS0735"),
        (lambda root: (root / RECORD).write_bytes(record("v1.1.0", digest=sha("other"))), "MLS0735"),
        (lambda root: (root / RECORD).write_bytes(record("v1.2.0")), "MLS0710"),
        (lambda root: (root / RECORD).write_bytes(b"a: ["), "MLS0"),
        (lambda root: (root / RECORD).write_bytes(b""), "MLS0710"),
    ],
    ids=["no record", "no claim", "claim edited", "record edited", "another digest", "another version", "no YAML", "empty"],
)
def test_each_broken_link_is_named(root: Path, spoil: Callable[[Path], object], code: str) -> None:
    spoil(root)
    assert any(c.startswith(code) for c in told(root, trust=NOBODY))


def test_a_claim_for_another_place_is_none_of_this_one(root: Path) -> None:
    other = claim("production", "v1.1.0", record("v1.1.0"), about={"previous": sha("v1.0.0")})
    files: Files = {**HEAD, CLAIM: other, ENVIRONMENT: deployed("staging", "v1.1.0", other, previous=sha("v1.0.0"))}
    write(root, files)
    commit_all(root)
    assert "MLS0743" in told(root, files)


def test_a_target_that_changed_after_the_approval_is_told(root: Path) -> None:
    files: Files = {**HEAD, "specs/local-rest.yaml": str(SPECS["specs/local-rest.yaml"]).replace("port: 0", "port: 8099")}
    assert told(root, files, NOBODY) == ["MLS0736"]


def test_links_are_not_followed(root: Path, tmp_path: Path) -> None:
    """What counts as a record is a file of the repository, not what a name leads to."""
    (tmp_path / "elsewhere.yaml").write_bytes((root / RECORD).read_bytes())
    (root / RECORD).unlink()
    (root / RECORD).symlink_to(tmp_path / "elsewhere.yaml")
    declared = at(HEAD).project.deployments["staging/demand"]
    assert RECORD not in working_files(root, declared)
    assert "MLS0715" in told(root, trust=NOBODY)


def test_a_folder_that_leads_out_holds_no_records(root: Path, tmp_path: Path) -> None:
    (root / "registry").rename(tmp_path / "registry")
    (root / "registry").symlink_to(tmp_path / "registry")
    assert not [p for p in working_files(root, at(HEAD).project.deployments["staging/demand"]) if p.startswith("registry/")]


def test_other_line_ends_of_a_checkout_are_told_as_such(root: Path) -> None:
    """A clone with `core.autocrlf` has other bytes: one cause is named, and not a tampered record."""
    for path in (RECORD, CLAIM):
        (root / path).write_bytes((root / path).read_bytes().replace(b"\n", b"\r\n"))
    sh(root, "git", "config", "core.autocrlf", "true")
    found = told(root, trust=NOBODY)
    assert found == ["MLS0764"]


def test_a_repository_is_asked_for_trust_only_where_it_counts(tmp_path: Path) -> None:
    """Without Git nobody is trusted, and a project that signs is not looked at without it."""
    write(tmp_path, HEAD)
    assert told(tmp_path) == ["MLS0763"]
    policy = "apiVersion: mlspec/v1\nkind: Policy\nmetadata: {name: s}\nspec: {environments: [staging], require: {signed: true}}\n"
    assert told(tmp_path, {**HEAD, "specs/s.yaml": policy}) == ["MLS0951"]


def test_signatures_that_are_asked_for_and_missing_are_told(root: Path) -> None:
    asking = Trust("b" * 40, environments=frozenset({"staging"}), configured=True)
    found = told(root, trust=asking)
    assert found
    assert all(code.startswith("MLS077") for code in found)


def test_of_a_working_tree_only_this_deployments_files_are_read(root: Path) -> None:
    more = {"registry/other/v1.0.0.yaml": b"x", "promotions/production/demand/v1.0.0.yaml": b"x", "registry/demand/notes.txt": b"x"}
    write(root, more)
    found = working_files(root, at(HEAD).project.deployments["staging/demand"])
    assert not set(more) & set(found)
    assert {RECORD, CLAIM} <= set(found)


def test_a_broken_record_of_another_version_has_no_say(root: Path) -> None:
    (root / "registry/demand/v9.0.0.yaml").write_bytes(b"a: [")
    assert told(root, trust=NOBODY) == []
