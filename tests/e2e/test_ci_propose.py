"""`mlspec ci propose` against a real Git server and a stateful API: one pull request a subject, and nobody's work or word is lost."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.cli import git
from support.crash import killed
from support.promotion_world import run
from support.proposal_world import BRANCH, LOCK, NEW_PIN, PARAMS, PIN, VALIDATION, World, proposal_world

from mlspec.ci.plan_file import Held
from mlspec.ci.report import Report, Stage, Trained, Trouble, verdict_of, write_report

pytestmark = pytest.mark.e2e
NEW = {LOCK: "schema: '2.0'\nstages: {}\n", VALIDATION: '{"rows": 1}\n'}
NEWER = {LOCK: "schema: '2.0'\nstages: {a: 1}\n"}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with proposal_world(tmp_path) as made:
        yield made


def test_a_proposal_becomes_one_pull_request_and_is_left_alone_afterwards(world: World) -> None:
    world.write(NEW)
    first = world.propose()
    assert f"source/sales: pushed {BRANCH}" in first.out
    [pull] = world.github.pulls
    assert (pull["title"], pull["head"]["ref"], pull["base"]["ref"]) == ("Refresh source/sales", BRANCH, "main")
    assert pull["body"].endswith("\nNew rows")
    assert [d["ref"] for d in world.github.dispatches] == [BRANCH]
    tip = world.tip()
    assert {path: world.show(path) for path in NEW} == NEW
    assert git(world.remote, "diff", "--name-only", "main", BRANCH).split() == sorted(NEW)
    world.github.requests.clear()
    again = world.propose()
    assert "has it already" in again.out
    assert world.tip() == tip
    assert set(world.github.operations) == {"pulls/list"}


def test_what_an_app_pushes_starts_the_checks_by_itself(world: World) -> None:
    world.write(NEW)
    words = ("--as-app", "--from", str(world.home / "proposals"))
    assert f"pushed {BRANCH}" in world.propose(*words).out
    assert (len(world.github.pulls), world.github.dispatches) == (1, [])


def test_new_content_replaces_the_branch_in_the_same_pull_request(world: World) -> None:
    world.write(NEW)
    world.propose()
    world.write(NEWER, "Newer rows")
    world.propose()
    [pull] = world.github.pulls
    assert pull["body"].endswith("\nNewer rows")
    assert git(world.remote, "rev-list", "--count", f"main..{BRANCH}").strip() == "1"
    assert world.show(LOCK) == NEWER[LOCK]
    assert len(world.github.dispatches) == 2


def test_a_text_that_a_person_edited_stays(world: World) -> None:
    world.write(NEW)
    world.propose()
    [pull] = world.github.pulls
    edited = pull["body"].replace("New rows", "Wait for **Bob**").replace("\n", "\r\n")
    pull.update(title="Careful", body=edited)
    world.write(NEWER, "Newer rows")
    assert "edited" in world.propose().out
    assert (pull["title"], pull["body"].splitlines()[1:]) == ("Careful", edited.splitlines()[1:])
    assert pull["body"].splitlines()[0] != edited.splitlines()[0]  # the hidden marker names the content that is there now
    pull["state"] = "closed"
    assert "closed by a person" in world.propose().out


def test_a_pull_request_that_a_person_closed_stays_closed_until_the_content_changes(world: World) -> None:
    world.write(NEW)
    world.propose()
    world.github.pulls[0]["state"] = "closed"
    git(world.remote, "branch", "--delete", "--force", BRANCH)
    for _ in range(2):
        assert "not proposed again" in world.propose().out
    assert (len(world.github.pulls), world.tip()) == (1, "")
    world.write(NEWER)
    world.propose()
    assert [p["state"] for p in world.github.pulls] == ["closed", "open"]


def test_a_merged_pull_request_is_no_refusal(world: World) -> None:
    world.write(NEW)
    world.propose()
    world.github.pulls[0].update(state="closed", merged_at="2026-11-21T05:00:00Z")
    git(world.remote, "branch", "--delete", "--force", BRANCH)
    assert "pushed" in world.propose().out
    assert [p["state"] for p in world.github.pulls] == ["closed", "open"]


def test_a_persons_commit_is_never_overwritten(world: World) -> None:
    world.write(NEW)
    world.propose()
    world.push(BRANCH, "specs/note.md", "mine", "A person's work")
    tip = world.tip()
    told = world.propose().out
    assert "has it already" in told
    assert f"a commit that mlspec did not make, which is left alone: {tip[:12]}" in told
    world.write(NEWER)
    refused = world.propose(check=1)
    assert "MLS0523" in refused.err
    assert world.tip() == tip


def test_a_commit_of_ours_that_a_person_amended_is_theirs(world: World) -> None:
    world.write(NEW)
    world.propose()
    message = git(world.remote, "show", "--no-patch", "--format=%B", BRANCH)
    git(world.remote, "update-ref", f"refs/heads/{BRANCH}", "main")
    world.push(BRANCH, LOCK, "schema: '2.0'\nby: hand\n", message)
    world.write(NEWER)
    assert "MLS0523" in world.propose(check=1).err


def test_what_ci_recorded_on_top_is_replaced(world: World) -> None:
    world.write(NEW)
    world.propose()
    world.push(BRANCH, "pipelines/models/demand/dvc.lock", "schema: '2.0'\n", "Train\n\nMlspec-Seconds: model/demand 1.5")
    assert "has it already" in world.propose().out
    world.write(NEWER)
    world.propose()
    assert git(world.remote, "rev-list", "--count", f"main..{BRANCH}").strip() == "1"


@pytest.mark.parametrize("by_hand", [False, True])
def test_a_branch_brought_up_to_date_is_ours_unless_the_merge_holds_work(world: World, *, by_hand: bool) -> None:
    world.write(NEW)
    world.propose()
    world.push("main", "docs/note.md", "elsewhere", "Main moves on")
    other = world.home / "other"
    git(other, "switch", "--quiet", BRANCH)
    git(other, "merge", "--quiet", "--no-ff", "--no-commit", "origin/main")
    if by_hand:
        (other / LOCK).write_text("schema: '2.0'\nmerged: by hand\n")
    git(other, "commit", "--quiet", "--all", "--message", "Merge main")
    git(other, "push", "--quiet", "origin", BRANCH)
    assert "has it already" in world.propose().out
    world.write(NEWER)
    assert ("MLS0523" in world.propose(check=int(by_hand)).err) is by_hand


def test_a_killed_run_is_taken_up_where_it_stopped(world: World) -> None:
    world.write(NEW)
    world.github.fault(403, "Resource not accessible by integration", times=1, on="pulls/create")
    assert "MLS0982" in world.propose(check=1).err
    tip = world.tip()
    world.propose()
    assert (world.tip(), len(world.github.pulls)) == (tip, 1)
    assert len(world.github.dispatches) == 2  # whether the first run started the checks is not known: once too often is no harm
    world.propose()
    assert len(world.github.dispatches) == 2


def test_a_run_killed_between_its_push_and_the_pull_request_s_text_leaves_no_pull_request_unchecked(world: World) -> None:
    """The branch has newer content, the checks were not started; the hidden mark of the open pull request says so."""
    world.write(NEW)
    world.propose()
    world.write(NEWER, "Newer rows")
    killed(world.propose, "mlspec.promotion.proposals.publish:push", "after")
    assert world.show(LOCK) == NEWER[LOCK]
    assert (len(world.github.dispatches), world.github.pulls[0]["body"].endswith("\nNew rows")) == (1, True)
    assert "has it already" in world.propose().out
    assert (len(world.github.dispatches), world.github.pulls[0]["body"].endswith("\nNewer rows")) == (2, True)
    world.propose()
    assert len(world.github.dispatches) == 2


def test_what_is_merged_by_now_is_nothing_new_and_what_moved_is_refused(world: World) -> None:
    world.write(NEW)
    world.push("main", LOCK, NEW[LOCK], "Merged")
    assert "MLS0525" in world.propose(check=1).err
    (world.home / "other").rename(world.home / "before")
    world.push("main", VALIDATION, NEW[VALIDATION], "Merged, too")
    assert "the main branch has it" in world.propose().out
    assert world.tip() == ""


def test_a_commit_that_is_not_on_the_main_branch_is_no_base(world: World) -> None:
    git(world.root, "switch", "--quiet", "--create", "aside")
    git(world.root, "commit", "--quiet", "--allow-empty", "--message", "Not reviewed")
    world.write(NEW)
    assert "MLS0524" in world.propose(check=1).err


def test_the_pin_is_all_that_a_refresh_changes_in_a_spec(world: World) -> None:
    spec, params, ledger = ((world.root / p).read_text() for p in ("specs/sales.yaml", PARAMS, ".mlspec/ledger.json"))
    moved = {"specs/sales.yaml": spec.replace(PIN, NEW_PIN), PARAMS: params.replace(PIN, NEW_PIN), **NEW}
    world.write(moved)
    world.propose()
    assert "# of the vendor" in world.show("specs/sales.yaml")
    known = json.loads(ledger)
    wrong = {
        "specs/sales.yaml": spec.replace("https://example.org", "https://evil.example"),
        PARAMS: params.replace("format: csv", "format: json"),
        ".mlspec/ledger.json": json.dumps(known | {"files": known["files"] | {".mlspec/ledger.json": "sha256:" + PIN}}),
    }
    for path, text in wrong.items():
        world.write({path: text, **NEW})
        assert "MLS0522" in world.propose(check=1).err, path


def test_one_bad_proposal_does_not_stop_the_others(world: World) -> None:
    world.write(NEW)
    (world.home / "proposals/broken").mkdir()
    refused = world.propose(check=1)
    assert "MLS0521" in refused.err
    assert len(world.github.pulls) == 1


def test_nothing_to_propose_is_no_problem(world: World) -> None:
    (world.home / "proposals").mkdir()
    assert "nothing is proposed" in world.propose().out


def test_without_a_token_the_branch_is_pushed_and_the_text_kept(world: World) -> None:
    world.write(NEW)
    git(world.root, "remote", "set-url", "origin", str(world.remote))
    done = run(world.root, "ci", "propose", "--from", str(world.home / "proposals"), check=0)
    assert ".mlspec/pull-requests/refresh-sales.md" in done.out
    assert (world.root / ".mlspec/pull-requests/refresh-sales.md").read_text() == "New rows"
    assert world.tip()
    assert git(world.root, "status", "--porcelain") == ""


def report(world: World, *objects: Trained) -> Path:
    """What gather leaves, with a new lock of model/demand."""
    folder = world.home / "report"
    held = (Held(object="model/other", why="trained 2 days ago; cooldown 7d | `x`"),)
    troubles = () if objects else (Trouble(code="MLS0570", message="no job came back"),)
    made = Report(
        commit=world.head(), base=None, mode="retrain", objects=objects, troubles=troubles, held=held,
        verdict=verdict_of(objects, troubles, (), ()),
    )  # fmt: skip
    write_report(folder, made)
    lock = folder / "files/pipelines/models/demand/dvc.lock"
    lock.parent.mkdir(parents=True, exist_ok=True)
    lock.write_text("schema: '2.0'\n")
    return folder


def test_a_report_becomes_the_retrain_pull_request(world: World) -> None:
    folder = report(world, Trained(object="model/demand", outcome="ok", stages=(Stage(name="train", seconds=2.5),)))
    world.propose("--report", str(folder))
    [pull] = world.github.pulls
    assert (pull["title"], pull["head"]["ref"]) == ("Retrain stale models", "mlspec/retrain")
    assert "- `model/other`: `` trained 2 days ago; cooldown 7d \\| `x` ``" in pull["body"]
    assert "Mlspec-Seconds: model/demand 2.5" in git(world.remote, "show", "--no-patch", "--format=%B", "mlspec/retrain")
    again = world.propose("--report", str(folder))
    assert "has it already" in again.out
    assert len(world.github.dispatches) == 1
    (folder / "files/pipelines/models/demand/dvc.lock").write_text("schema: '2.0'\nstages: {}\n")
    world.propose("--report", str(folder))
    assert git(world.remote, "rev-list", "--count", "main..mlspec/retrain").strip() == "1"
    (folder / "files/specs").mkdir()
    (folder / "files/specs/sales.yaml").write_text("")
    assert "MLS0561" in world.propose("--report", str(folder), check=1).err


def test_a_report_of_failures_or_without_files_proposes_nothing(world: World) -> None:
    failed = report(world, Trained(object="model/demand", outcome="failed"))
    assert "MLS0561" in world.propose("--report", str(failed), check=1).err  # files of what failed have no place in it
    shutil.rmtree(failed / "files")
    assert "nothing is proposed" in world.propose("--report", str(failed)).out
    assert "MLS0560" in world.propose("--report", str(world.home / "none"), check=1).err
    assert world.github.pulls == []
