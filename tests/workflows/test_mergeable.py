"""What GitHub makes of our checks and statuses: retargeted, stacked, retitled and reopened pull requests, and runs of the bot's pushes.

The generated workflows and the verbs are ours; what GitHub starts, cancels and counts is `support.github_checks`, by both readings of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from support.github_checks import (
    BOT,
    READINGS,
    REQUIRED,
    Check,
    Event,
    Reading,
    dispatched,
    group,
    load,
    may_merge,
    pull_event,
    reported,
    starts,
)
from support.github_server import TOKEN, GitHubServer
from support.workflow_projects import workflows_of

from mlspec.adapters.git.repository import Repository
from mlspec.adapters.github.api import GitHubApi
from mlspec.adapters.github.statuses import read_statuses, set_status
from mlspec.ci.record import retarget
from mlspec.ci.record.statuses import read_results, set_statuses

COMMIT = "c" * 40
EARLY, LATE = "2026-11-21T08:00:00Z", "2026-11-21T09:00:00Z"
both = pytest.mark.parametrize("reading", READINGS)


class Remote(Repository):
    """A repository whose remote is GitHub's."""

    def require_remote(self, name: str) -> str:
        return "https://github.com/acme/shop.git"


@pytest.fixture(scope="module")
def forms() -> dict[str, dict[str, Any]]:
    """The workflows of a project that stores in S3, by file."""
    return {Path(path).name: load(text) for path, text in workflows_of("s3").items()}


class Desk:
    """A commit's statuses on GitHub."""

    def __init__(self, github: GitHubServer, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.github, self.repository, self.monkeypatch = github, Remote(root), monkeypatch

    def tell(self, run: int, began: str, **results: str) -> list[str]:
        """The job `statuses` of a run: green but for `results`."""
        self.monkeypatch.setenv("GITHUB_RUN_ID", str(run))
        ended = dict.fromkeys(("plan", "gather", "record", "verify"), "success") | results
        return set_statuses(self.repository, "origin", COMMIT, read_results([f"{job}={word}@{began}" for job, word in ended.items()]))

    def approve(self, state: str = "success") -> None:
        """What `mlspec approvals --status` sets."""
        with GitHubApi.from_environment() as api:
            set_status(api, "acme/shop", COMMIT, "success" if state == "success" else "failure", "", "", "mlspec/approvals")

    def retarget(self) -> None:
        retarget.retarget(self.repository, "origin", COMMIT, "change", fork=False)

    def states(self) -> dict[str, str]:
        return {status["context"]: status["state"] for status in self.github.statuses}


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    with GitHubServer("acme/shop") as github:
        for name, value in {"GITHUB_API_URL": github.url, "GITHUB_TOKEN": TOKEN, "GITHUB_REPOSITORY": "acme/shop"}.items():
            monkeypatch.setenv(name, value)
        yield Desk(github, tmp_path, monkeypatch)
        assert github.violations == []


def started(forms: Mapping[str, Mapping[str, Any]], event: Event) -> dict[str, str]:
    return {name: how for name, form in forms.items() if (how := starts(form, event))}


@both
def test_a_pull_request_that_goes_into_main_now_is_asked_again(forms: dict[str, dict[str, Any]], desk: Desk, reading: Reading) -> None:
    """Somebody changed its base, or GitHub did when the branch below it was merged: nothing but `edited` tells."""
    event = pull_event("edited", was="below")
    assert started(forms, event) == {"mlspec-retarget.yml": "runs"}
    checks = reported(forms["mlspec-retarget.yml"], event)
    assert checks == [Check("retarget", "success", "pull_request", 1)]
    desk.retarget()
    assert desk.github.dispatches == [{"workflow": "mlspec-ci.yml", "ref": "change"}]
    assert not may_merge(checks, desk.github.statuses, reading)
    checks += reported(forms["mlspec-ci.yml"], dispatched(2))
    desk.tell(2, LATE)
    desk.approve()
    assert may_merge(checks, desk.github.statuses, reading)


@both
def test_what_was_said_for_another_base_is_taken_back(desk: Desk, reading: Reading) -> None:
    """Into main, then elsewhere, and back: reviews of before were of another change, and so may statuses be."""
    desk.tell(1, EARLY)
    desk.approve()
    assert may_merge([], desk.github.statuses, reading)
    desk.retarget()
    assert desk.states() == dict.fromkeys(REQUIRED, "pending")
    desk.tell(2, LATE, verify="failure")
    desk.approve()
    assert not may_merge([], desk.github.statuses, reading)


def test_into_another_branch_nothing_is_asked(forms: dict[str, dict[str, Any]]) -> None:
    assert started(forms, pull_event("edited", base="below", was="main")) == {}
    assert started(forms, pull_event("synchronize", base="below")) == {}


@both
def test_a_new_title_neither_cancels_nor_passes(forms: dict[str, dict[str, Any]], reading: Reading) -> None:
    trains, title = pull_event("synchronize", run=1), pull_event("edited", run=2)
    red = reported(forms["mlspec-ci.yml"], trains, {"gather": "failure"})
    assert started(forms, title) == {"mlspec-retarget.yml": "runs"}
    told = reported(forms["mlspec-retarget.yml"], title)
    assert [check.conclusion for check in told] == ["skipped"]
    assert not {check.name for check in told} & set(REQUIRED)
    groups = {group(form, trains)[0] for form in forms.values() if starts(form, trains)}
    assert group(forms["mlspec-retarget.yml"], title)[0] not in groups
    asked = [{"context": "mlspec/approvals", "state": "success"}]
    assert not may_merge(red + told, asked, reading)
    assert may_merge(reported(forms["mlspec-ci.yml"], trains) + told, asked, reading)


def test_the_plain_way_would_pass_a_red_one_and_cancel_training(forms: dict[str, dict[str, Any]]) -> None:
    """`edited` among the events, and jobs that are skipped at a title: what the model is for. https://github.com/aerele/jarvis/pull/1090"""
    form = {**forms["mlspec-ci.yml"], "jobs": {}}
    form["on"] = {**form["on"], "pull_request": {"branches": ["main"], "types": ["opened", "synchronize", "reopened", "edited"]}}
    for name in ("plan", "gather", "record", "verify"):
        condition = "${{ github.event.action != 'edited' || github.event.changes.base != null }}"
        form["jobs"][name] = {"name": name, "if": condition}
    trains, title = pull_event("synchronize", run=1), pull_event("edited", run=2)
    told = reported(form, trains, {"gather": "failure"}) + reported(form, title)
    asked = [{"context": "mlspec/approvals", "state": "success"}]
    assert [may_merge(told, asked, reading) for reading in READINGS] == [True, False]
    assert group(form, trains) == group(form, title)


def test_a_forks_pull_request_is_told_what_to_do(forms: dict[str, dict[str, Any]]) -> None:
    """Its run can start nothing. Closed and reopened it is judged as any other."""
    assert started(forms, pull_event("edited", was="below", source="mallory/shop")) == {"mlspec-retarget.yml": "runs"}
    again = pull_event("reopened", source="mallory/shop")
    assert set(started(forms, again)) == {"mlspec-ci.yml", "mlspec-approvals.yml"}
    conclusions = {check.name: check.conclusion for check in reported(forms["mlspec-ci.yml"], again)}
    assert [conclusions[name] for name in ("plan", "gather", "verify", "statuses")] == ["success"] * 3 + ["skipped"]


def test_a_run_that_is_approved_does_not_cancel_the_one_that_pushed(forms: dict[str, dict[str, Any]]) -> None:
    """`record` pushed, and is about to comment and to start the checks, when somebody approves the run of that push."""
    trains, pushed = pull_event("synchronize", run=1), pull_event("synchronize", run=2, sender=BOT)
    assert started(forms, pushed) == {"mlspec-ci.yml": "waits", "mlspec-approvals.yml": "waits"}
    for name in started(forms, pushed):
        assert group(forms[name], pushed)[0] != group(forms[name], trains)[0]
    newer = pull_event("synchronize", run=3)
    assert group(forms["mlspec-ci.yml"], newer) == group(forms["mlspec-ci.yml"], trains)
    assert group(forms["mlspec-ci.yml"], newer)[1]  # a person's push does cancel what is out of date


@both
@pytest.mark.parametrize(("started_run", "approved_run", "merges"), [("failure", "success", True), ("success", "failure", False)])
def test_the_run_that_was_approved_refreshes_the_statuses(
    forms: dict[str, dict[str, Any]], desk: Desk, reading: Reading, started_run: str, approved_run: str, merges: bool
) -> None:
    """Its checks stand beside the statuses of the started run, and both must pass."""
    form, pushed = forms["mlspec-ci.yml"], pull_event("synchronize", run=2, sender=BOT)
    desk.approve()
    checks = reported(form, dispatched(3))
    desk.tell(3, EARLY, verify=started_run)
    needs = {"record": {"outputs": {"statuses": "true"}}}
    checks += reported(form, pushed, {"verify": approved_run}, needs)
    assert checks[-2] == Check("statuses", "success", "pull_request", 2)
    desk.tell(2, LATE, verify=approved_run)
    assert may_merge(checks, desk.github.statuses, reading) is merges


def test_a_run_whose_commit_has_no_statuses_sets_none(forms: dict[str, dict[str, Any]]) -> None:
    """A runner is spared."""
    checks = reported(forms["mlspec-ci.yml"], pull_event("synchronize"), needs={"record": {"outputs": {"statuses": ""}}})
    assert checks[-2] == Check("statuses", "skipped", "pull_request", 1)


def test_the_run_that_began_later_has_the_last_word(desk: Desk) -> None:
    desk.tell(9, LATE)
    told = desk.tell(8, EARLY, verify="cancelled")
    assert desk.states() == dict.fromkeys(("plan", "gather", "record", "verify"), "success")
    assert told[3].startswith("status `verify`: cancelled, and left as it is, success: a run that began later set it")
    desk.tell(9, LATE, gather="failure")
    desk.tell(8, EARLY)
    assert desk.states()["gather"] == "failure"


def test_a_run_that_waited_for_approval_has_a_lower_number_and_is_the_newer_one(desk: Desk) -> None:
    desk.tell(3, EARLY, gather="failure")
    desk.tell(2, LATE)
    assert desk.states()["gather"] == "success"


def test_what_a_newer_run_sets_between_our_look_and_our_word_is_put_back(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[bool] = []

    def slow(*given: Any) -> Any:
        seen = read_statuses(*given)
        if not told:
            told.append(True)
            desk.tell(9, LATE, gather="failure")
            desk.monkeypatch.setenv("GITHUB_RUN_ID", "8")
        return seen

    monkeypatch.setattr("mlspec.ci.record.statuses.read_statuses", slow)
    lines = desk.tell(8, EARLY)
    assert desk.states() == {"plan": "success", "gather": "failure", "record": "success", "verify": "success"}
    assert any("failure again" in line for line in lines)
    assert desk.github.statuses[-1]["target_url"].endswith("/runs/9")


def test_a_red_job_that_told_no_time_is_red_all_the_same(desk: Desk) -> None:
    desk.tell(9, LATE)
    set_statuses(desk.repository, "origin", COMMIT, read_results(["plan=failure@", "gather=failure@"]))
    assert (desk.states()["plan"], desk.states()["gather"]) == ("failure", "failure")


def test_reopened_is_the_same_commit_and_cancels_nothing(forms: dict[str, dict[str, Any]]) -> None:
    """A check that is cancelled may be told after the new one, and count: https://github.com/apache/texera/pull/8523"""
    assert group(forms["mlspec-ci.yml"], pull_event("reopened"))[1] is False


@pytest.mark.parametrize(
    "event",
    [
        pull_event("submitted", run=5, name="pull_request_review", source="mallory/shop"),
        pull_event("submitted", run=5, name="pull_request_review", base="below"),
        pull_event("synchronize", run=5, author="dependabot[bot]"),
        pull_event("synchronize", run=5, sender=BOT),
    ],
)
def test_a_run_that_sets_nothing_takes_nobodys_place(forms: dict[str, dict[str, Any]], event: Event) -> None:
    """Anybody may review a public pull request: their run is skipped, and must not cancel the one that a person started by hand."""
    form = forms["mlspec-approvals.yml"]
    by_hand = Event("workflow_dispatch", {"inputs": {"pull": "7"}, "sender": {"login": "ben"}}, 4, "refs/heads/main")
    review = pull_event("submitted", run=6, name="pull_request_review")
    assert group(form, by_hand) == group(form, review) == ("mlspec-approvals-7", False)
    assert group(form, event) == ("mlspec-approvals-5", False)
