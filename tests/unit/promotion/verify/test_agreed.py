"""What asks for approvals, and how it is told. (e2e/promotion/test_approvals.py asks a GitHub for them.)"""

from __future__ import annotations

from pathlib import Path

import pytest
from support.changes import BASE, CLAIM, HEAD, RECORD, Files, at, change
from support.git_repos import commit_all, sh, start
from support.projects import SPECS, write_project
from support.records import record

from mlspec.diagnostics import Diagnostic, Problems
from mlspec.promotion.approvals.ask import Ask
from mlspec.promotion.approvals.standing import Approval, Standing
from mlspec.promotion.verify import agreed
from mlspec.promotion.verify.agreed import Agreement, ApprovalsRequest, check_agreement
from mlspec.promotion.verify.proposed import Change

ASK = Ask("deployment/staging/demand needs 1 approval (policy/staging)", 1)
APPROVED = Standing((Approval("ben", "c" * 40), Approval("carl", "c" * 40)), (), (), (), ())


@pytest.mark.parametrize(
    ("agreement", "line"),
    [
        (Agreement("c"), "no approvals are asked"),
        (Agreement("c", (ASK,), 7, APPROVED), "#7: approved by ben, carl"),
        (Agreement("c", (ASK,), 7, APPROVED, (Diagnostic("MLS0750", "too few\n  and more"),)), "too few"),
    ],
)
def test_all_of_it_in_one_line(agreement: Agreement, line: str) -> None:
    assert agreement.line == line


def test_the_first_of_several_asks_is_told_with_how_many_more() -> None:
    assert agreed._first([ASK]) == ASK.what
    assert agreed._first([ASK, ASK, ASK]) == f"{ASK.what} (and 2 more)"
    assert (
        agreed._first([Ask("mae <= 50 is gone", 1, loosens=True), ASK])
        == "this change loosens what is judged: mae <= 50 is gone (and 1 more)"
    )


def test_who_made_new_records_is_told_by_these_alone() -> None:
    assert agreed._made_by(change({RECORD: record("v1.1.0", createdBy="Eve <e@x>")})) == ["Eve <e@x>"]
    assert agreed._made_by(change({**BASE, CLAIM: None, RECORD: None})) == []
    old = {"registry/demand/v1.0.0.yaml": record(createdBy="Mallory")}
    assert agreed._made_by(change({**BASE, **old, CLAIM: None, RECORD: None})) == []  # changed, not new


@pytest.mark.parametrize("content", [b"", b"a: [", b"kind: Claim\n"])
def test_a_record_that_can_not_be_read_has_no_maker(content: bytes) -> None:
    assert agreed._made_by(change({RECORD: content})) == []
    gone = Change(at(BASE), at(HEAD), {"registry/demand/v9.0.0.yaml": "A", "registry/notes.txt": "A"})
    assert agreed._made_by(gone) == []


# ---------------------------------------------------------------------------------------------- without a forge


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = write_project(start(tmp_path / "project"))
    commit_all(root)
    sh(root, "git", "switch", "--quiet", "--create", "topic")
    return root


def edit(root: Path, files: Files) -> None:
    for path, text in files.items():
        (root / path).write_text(str(text))
    commit_all(root)


@pytest.fixture(autouse=True)
def no_event(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GITHUB_EVENT_PATH", "GITHUB_EVENT_NAME", "GITHUB_TOKEN", "GH_TOKEN"):
        monkeypatch.delenv(name, raising=False)


def test_what_asks_nobody_needs_no_forge(root: Path) -> None:
    edit(root, {"README.md": "more\n"})
    found = check_agreement(root, ApprovalsRequest("main"))
    assert (found.line, found.commit) == ("no approvals are asked", sh(root, "git", "rev-parse", "HEAD"))


def test_a_loosening_asks_and_without_a_forge_nobody_can_tell(root: Path) -> None:
    edit(root, {"specs/demand-kpis.yaml": SPECS["specs/demand-kpis.yaml"].replace("<= 50", "<= 500")})
    with pytest.raises(Problems, match="MLS0957"):
        check_agreement(root, ApprovalsRequest("main"))
    sh(root, "git", "remote", "add", "origin", "https://example.org/ada/shop.git")
    with pytest.raises(Problems) as caught:
        check_agreement(root, ApprovalsRequest("main"))
    (told,) = caught.value.diagnostics
    assert (told.code, "loosens what is judged" in told.message) == ("MLS0756", True)


def test_what_does_not_merge_by_itself_is_told(root: Path) -> None:
    edit(root, {"specs/demand.yaml": SPECS["specs/demand.yaml"] + "# one\n"})
    sh(root, "git", "switch", "--quiet", "main")
    edit(root, {"specs/demand.yaml": SPECS["specs/demand.yaml"] + "# other\n"})
    sh(root, "git", "switch", "--quiet", "topic")
    with pytest.raises(Problems, match="MLS0757"):
        check_agreement(root, ApprovalsRequest("main"))


def test_the_merge_result_is_judged_and_not_the_branch(root: Path) -> None:
    """The base branch loosened something meanwhile: that is not this change's doing."""
    edit(root, {"README.md": "more\n"})
    sh(root, "git", "switch", "--quiet", "main")
    edit(root, {"specs/demand-kpis.yaml": SPECS["specs/demand-kpis.yaml"].replace("<= 50", "<= 500")})
    sh(root, "git", "switch", "--quiet", "topic")
    assert check_agreement(root, ApprovalsRequest("main")).asks == ()
