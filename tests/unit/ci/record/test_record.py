"""Recording a run: a real Git remote, and a GitHub that holds requests against its own API description."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from support import promotion_world
from support.ci_world import BRANCH, PullRequest
from support.cli import git
from support.git_http import GitServer
from support.github_commits import SIGNED, CommitServer
from support.github_server import TOKEN, Answer, GitHubServer, Request
from support.promotion_world import LOCK, World, commit, run
from support.shared import Shared

from mlspec.adapters.github import api as github_api
from mlspec.ci.report import read_report, write_report

METRICS = "pipelines/models/demand/metrics.json"
ENVIRONMENT = promotion_world.environment


@dataclass
class Desk:
    """A gathered run, and the GitHub that it is recorded to."""

    pull: PullRequest
    github: GitHubServer
    trained: str

    def record(self, *options: str, commit: str = "", branch: str = BRANCH) -> tuple[int, str]:
        words = ["--report", str(self.pull.report), "--commit", commit or self.trained, "--branch", branch, *options]
        result = run(self.pull.root, "ci", "record", *words)
        assert TOKEN not in result.text
        assert self.github.violations == []
        return result.code, result.text

    def again(self) -> None:
        """The run on the commit that recorded the results: nothing to train, the same judged."""
        git(self.pull.root, "fetch", "--quiet", "origin")
        git(self.pull.root, "reset", "--quiet", "--hard", f"origin/{BRANCH}")
        git(self.pull.root, "clean", "-qfd", "pipelines")
        plan = self.pull.replan()
        assert list(plan.objects()) == []
        for path in [p for p in self.pull.results.rglob("*") if p.is_file()]:
            path.unlink()
        code, said = self.pull.gather()
        assert code == 0, said

    @property
    def tip(self) -> str:
        return self.pull.tip()

    @property
    def body(self) -> str:
        [comment] = self.github.comments
        return str(comment["body"])

    def person_pushes(self, path: str = "README.md") -> str:
        """Somebody's commit on the branch."""
        clone = self.pull.world.clone("person")
        git(clone, "switch", "--quiet", BRANCH)
        (clone / path).parent.mkdir(parents=True, exist_ok=True)
        (clone / path).write_text("{}\n")
        commit(clone, "Mine")
        git(clone, "push", "--quiet", "origin", BRANCH)
        return git(clone, "rev-parse", "HEAD").strip()


@pytest.fixture(scope="module")
def gathered_once(trained_once: PullRequest, shared: Shared) -> PullRequest:
    def make(home: Path) -> None:
        assert trained_once.copy(home).gather()[0] == 0

    return PullRequest(World(shared.once("gathered", make)))


@pytest.fixture
def desk(gathered_once: PullRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    pull = gathered_once.copy(tmp_path / "pull")
    monkeypatch.setattr(github_api, "sleep", lambda seconds: None)
    with GitHubServer("ada/bikes") as github:
        more = {"GITHUB_TOKEN": TOKEN, "GITHUB_API_URL": github.url, "GITHUB_REPOSITORY": "ada/bikes", "GITHUB_RUN_ID": "42"}
        monkeypatch.setattr(promotion_world, "environment", lambda: ENVIRONMENT() | more)
        github.bot = True
        github.add_pull(BRANCH, "main", "A better model", None, sha=pull.head)
        yield Desk(pull, github, pull.head)


def test_commit_status_comment_and_checks(desk: Desk) -> None:
    code, said = desk.record()
    assert code == 0, said
    assert git(desk.pull.world.remote, "rev-parse", f"{desk.tip}^").strip() == desk.trained
    changed = git(desk.pull.world.remote, "diff", "--name-only", desk.trained, desk.tip).split()
    assert LOCK in changed and METRICS in changed
    assert all(path.startswith("pipelines/models/demand/") for path in changed)
    message = git(desk.pull.world.remote, "log", "-1", "--format=%an%n%B", desk.tip)
    assert message.startswith("Ada\nmlspec: results of model/demand\n")
    assert "\nMlspec-Seconds: model/demand 1.5\n" in message
    [status] = desk.github.statuses
    assert (status["sha"], status["state"], status["context"]) == (desk.tip, "success", "mlspec")
    assert status["target_url"].endswith("/ada/bikes/actions/runs/42")
    assert desk.body.startswith("<!-- mlspec:report digest=sha256:")
    assert "## ✅ mlspec: pass" in desk.body and "actions/runs/42" in desk.body
    assert desk.github.dispatches == [{"workflow": "mlspec-ci.yml", "ref": BRANCH}]
    assert [op for op in desk.github.operations if op and "/create" in op] == [
        "repos/create-commit-status", "issues/create-comment", "actions/create-workflow-dispatch",
    ]  # fmt: skip


@pytest.fixture
def job(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """The same in a job of GitHub Actions: the remote is GitHub's, whose API makes commits, and the main branch takes signed ones only."""
    bare, known = desk.pull.world.remote, promotion_world.environment
    (tmp_path / "served/ada").mkdir(parents=True)
    (tmp_path / "served/ada/bikes.git").symlink_to(bare)
    git(bare, "config", "http.receivepack", "true")
    with CommitServer("ada/bikes", bare) as github, GitServer(tmp_path / "served", TOKEN) as server:
        more = {"GITHUB_ACTIONS": "true", "GITHUB_API_URL": github.url, "GITHUB_SERVER_URL": server.url}
        monkeypatch.setattr(promotion_world, "environment", lambda: known() | more)
        git(desk.pull.root, "remote", "set-url", "origin", f"{server.url}/ada/bikes.git")
        github.bot, github.branch_rules = True, [SIGNED]
        github.add_pull(BRANCH, "main", "A better model", None, sha=desk.pull.head)
        yield Desk(desk.pull, github, desk.trained)


def github_of(job: Desk) -> CommitServer:
    assert isinstance(job.github, CommitServer)
    return job.github


@pytest.mark.parametrize(("base", "started"), [("main", 0), ("release", 1), ("", 1)])
def test_an_apps_push_starts_the_checks_where_a_pull_request_into_main_is_open(desk: Desk, base: str, started: int) -> None:
    desk.github.pulls.clear()
    if base:
        desk.github.add_pull(BRANCH, base, "A better model", None, sha=desk.trained)
    code, said = desk.record("--as-app")
    assert (code, len(desk.github.dispatches)) == (0, started), said
    assert ("starts by itself" in said) == (not started)


def test_in_a_job_github_makes_the_commit_and_signs_it(job: Desk) -> None:
    code, said = job.record()
    assert code == 0, said
    github = github_of(job)
    assert github.verification(job.tip)["verified"]
    assert job.tip not in github.blocking(BRANCH)  # the others are the author's
    bare = job.pull.world.remote
    assert git(bare, "log", "-1", "--format=%an|%cn|%P", job.tip).strip() == f"github-actions[bot]|GitHub|{job.trained}"
    assert "Mlspec-Seconds: model/demand 1.5" in git(bare, "log", "-1", "--format=%B", job.tip)
    assert [s["sha"] for s in github.statuses] == [job.tip]
    assert github.dispatches == [{"workflow": "mlspec-ci.yml", "ref": BRANCH}]
    recorded = job.tip
    assert job.record()[0] == 0
    assert (job.tip, github.operations.count("git/create-commit")) == (recorded, 1)


def test_who_pushes_while_github_makes_the_commit_wins(job: Desk) -> None:
    github, pushed = github_of(job), list[str]()
    original = github._git_create_commit

    def slowly(request: Request) -> Answer:
        pushed.append(job.person_pushes())
        return original(request)

    github._git_create_commit = slowly  # type: ignore[method-assign]
    code, said = job.record()
    assert (code, job.tip) == (0, pushed[0]), said
    assert "the branch moved on meanwhile" in said
    assert (github.statuses, github.dispatches) == ([], [])


def test_what_github_refuses_is_a_red_status_and_no_commit(job: Desk) -> None:
    job.github.fault(403, "Resource not accessible by integration", times=1, on="git/create-tree")
    code, said = job.record()
    assert (code, job.tip) == (1, job.trained)
    assert "MLS0982" in said
    assert [(s["sha"], s["state"]) for s in job.github.statuses] == [(job.trained, "failure")]


def test_the_clone_is_left_as_it_was(desk: Desk) -> None:
    before = git(desk.pull.root, "status", "--porcelain"), git(desk.pull.root, "rev-parse", "HEAD"), git(desk.pull.root, "branch", "--list")
    desk.record()
    assert before == (
        git(desk.pull.root, "status", "--porcelain"),
        git(desk.pull.root, "rev-parse", "HEAD"),
        git(desk.pull.root, "branch", "--list"),
    )


def test_the_run_on_the_recorded_commit_keeps_what_was_trained(desk: Desk) -> None:
    desk.record()
    first, recorded = desk.body, desk.tip
    desk.github.pulls[0]["head"]["sha"] = recorded
    desk.again()
    code, said = desk.record(commit=recorded)
    assert code == 0, said
    assert desk.tip == recorded
    assert len(desk.github.dispatches) == 1
    assert "### What ran" in desk.body and "`model/demand` | ✅ ok | 1.5 s" in desk.body
    assert recorded[:12] in desk.body and desk.trained[:12] not in desk.body
    assert desk.body.count("<sub>") == 1
    assert first.splitlines()[1:-1] == desk.body.splitlines()[1:-1]
    assert [s["sha"] for s in desk.github.statuses] == [recorded, recorded]
    desk.record(commit=recorded)
    assert desk.github.operations.count("issues/update-comment") == 1


@pytest.mark.parametrize(
    ("sender", "context", "expected"),
    [("ada", "", ""), ("ada", "mlspec", ""), ("ada", "verify", "true"), ("github-actions[bot]", "", "true")],
)
def test_the_next_job_is_told_where_statuses_stand_beside_the_checks(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sender: str, context: str, expected: str
) -> None:
    """Of what the bot pushed there will be some: it starts checks on it."""
    desk.record()
    recorded = desk.tip
    desk.github.pulls[0]["head"]["sha"] = recorded
    desk.again()
    if context:
        desk.github.statuses.append({"context": context, "state": "failure", "sha": recorded, "created_at": "2026-11-21T08:00:00Z"})
    (tmp_path / "event.json").write_text(json.dumps({"sender": {"login": sender}}))
    before = promotion_world.environment()
    more = {"GITHUB_EVENT_PATH": str(tmp_path / "event.json"), "GITHUB_OUTPUT": str(tmp_path / "output")}
    monkeypatch.setattr(promotion_world, "environment", lambda: before | more)
    code, said = desk.record(commit=recorded)
    assert code == 0, said
    assert (tmp_path / "output").read_text() == f"statuses={expected}\n"


def test_again_the_same_is_sent_once(desk: Desk) -> None:
    desk.record()
    recorded = desk.tip
    code, _ = desk.record()
    assert (code, desk.tip) == (0, recorded)
    assert desk.github.operations.count("issues/create-comment") == 1
    assert desk.github.operations.count("issues/update-comment") == 0
    assert len(desk.github.dispatches) == 2  # an earlier try may have ended before the first


def test_results_go_onto_an_earlier_record(desk: Desk) -> None:
    """A job that was run again after others were recorded: its results are added to theirs."""
    files = desk.pull.report / "files/pipelines/models/demand/plots"
    kept = {p.name: p.read_bytes() for p in files.iterdir()}
    for path in files.iterdir():
        path.unlink()
    desk.record()
    first = desk.tip
    for name, content in kept.items():
        (files / name).write_bytes(content)
    code, said = desk.record()
    assert code == 0, said
    assert git(desk.pull.world.remote, "rev-parse", f"{desk.tip}^").strip() == first


@pytest.mark.parametrize("path", ["README.md", METRICS])
def test_a_persons_newer_commit_stops_it(desk: Desk, path: str) -> None:
    theirs = desk.person_pushes(path)
    code, said = desk.record()
    assert code == 0
    assert "the branch moved on" in said
    assert desk.tip == theirs
    assert desk.github.requests == []


def test_somebody_pushes_meanwhile(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    from mlspec.adapters.git.commit import push_commit
    from mlspec.ci.record import commit as record_commit

    theirs: list[str] = []
    monkeypatch.setattr(record_commit, "push_commit", lambda *a, **k: theirs.append(desk.person_pushes()) or push_commit(*a, **k))
    code, said = desk.record()
    assert code == 0
    assert "moved on meanwhile" in said
    assert desk.tip == theirs[0]
    assert desk.github.requests == []


def test_a_remote_that_refuses_is_told_and_the_rest_is_tried(desk: Desk) -> None:
    hook = desk.pull.world.remote / "hooks/pre-receive"
    hook.write_text("#!/bin/sh\necho 'error: protected branch' >&2\nexit 1\n")
    hook.chmod(0o755)
    code, said = desk.record()
    assert code == 1
    assert "MLS0962" in said
    [status] = desk.github.statuses
    assert (status["state"], status["sha"]) == ("failure", desk.trained)
    assert len(desk.github.comments) == 1
    assert desk.github.dispatches == []


@pytest.mark.parametrize(
    ("operation", "left"),
    [("repos/create-commit-status", "comment"), ("issues/create-comment", "dispatch"), ("actions/create-workflow-dispatch", "comment")],
)
def test_each_part_is_tried_though_another_failed(desk: Desk, operation: str, left: str) -> None:
    desk.github.fault(403, "Resource not accessible by integration", times=None, on=operation)
    code, said = desk.record()
    assert code == 1
    assert "MLS0982" in said
    assert desk.tip != desk.trained
    assert desk.github.comments if left == "comment" else desk.github.dispatches
    desk.github.faults.clear()
    assert desk.record()[0] == 0
    assert desk.github.comments and desk.github.dispatches and desk.github.statuses


def test_the_branch_is_gone(desk: Desk) -> None:
    git(desk.pull.world.remote, "update-ref", "-d", f"refs/heads/{BRANCH}")
    code, said = desk.record()
    assert code == 0
    assert "not on the remote any more" in said
    assert desk.github.requests == []


@pytest.mark.parametrize(
    ("options", "branch", "word"),
    [(["--fork"], BRANCH, "fork"), ([], "main", "main branch"), ([], "gh-readonly-queue/main/pr-1-abc", "merge queue")],
)
def test_where_nothing_is_written(desk: Desk, options: list[str], branch: str, word: str) -> None:
    refs = git(desk.pull.world.remote, "for-each-ref")
    code, said = desk.record(*options, branch=branch)
    assert code == 0
    assert "nothing is written" in said and word in said
    assert git(desk.pull.world.remote, "for-each-ref") == refs
    assert desk.github.requests == []


def test_a_report_of_another_commit(desk: Desk) -> None:
    code, said = desk.record(commit="1" * 40)
    assert code == 1
    assert "MLS0590" in said


@pytest.mark.parametrize(
    "path", [".github/workflows/evil.yml", "mlspec.yaml", "pipelines/models/demand/model/model.joblib", "pipelines/models/other/dvc.lock"]
)
def test_a_file_that_may_not_be_there(desk: Desk, path: str) -> None:
    place = desk.pull.report / "files" / path
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text("evil\n")
    code, said = desk.record()
    assert code == 1
    assert "MLS0561" in said
    assert desk.tip == desk.trained
    assert desk.github.statuses[0]["state"] == "failure"


def test_a_link_among_the_files(desk: Desk) -> None:
    place = desk.pull.report / "files" / METRICS
    place.unlink()
    place.symlink_to("/etc/passwd")
    assert desk.record()[0] == 1
    assert desk.tip == desk.trained


def test_nothing_of_the_repository_runs(desk: Desk, tmp_path: Path) -> None:
    """Neither Python beside the specs, nor code of the project, nor a hook that the checkout's configuration names."""
    git(desk.pull.root, "checkout", "--quiet", "--", ".")
    git(desk.pull.root, "clean", "-qfd", "pipelines")
    trap = f"open({str(tmp_path / 'ran')!r}, 'w').close()\n"
    for path in ("sitecustomize.py", "usercustomize.py", "mlspec/__init__.py", "yaml.py", "worldcode/__init__.py"):
        (desk.pull.root / path).parent.mkdir(exist_ok=True)
        (desk.pull.root / path).write_text(trap)
    hooks = desk.pull.root / ".githooks"
    hooks.mkdir()
    for name in ("pre-push", "reference-transaction", "post-checkout", "pre-commit", "commit-msg"):
        (hooks / name).write_text(f"#!/bin/sh\ntouch {tmp_path / 'ran'}\n")
        (hooks / name).chmod(0o755)
    (desk.pull.root / ".gitattributes").write_text("* filter=trap\n")
    git(desk.pull.root, "config", "filter.trap.clean", f"touch {tmp_path / 'ran'}; cat")
    commit(desk.pull.root, "Traps")
    (tmp_path / "ran").unlink(missing_ok=True)
    git(desk.pull.root, "config", "core.hooksPath", ".githooks")
    git(desk.pull.root, "-c", "core.hooksPath=/dev/null", "push", "--quiet", "origin", BRANCH)
    trained = desk.pull.head
    report = read_report(desk.pull.report)
    write_report(desk.pull.report, report.model_copy(update={"commit": trained}))
    desk.github.pulls[0]["head"]["sha"] = trained
    words = ["--report", str(desk.pull.report), "--commit", trained, "--branch", BRANCH]
    done = _command(desk, *words)
    assert done == 0
    assert desk.tip != trained
    assert not (tmp_path / "ran").exists()


def _command(desk: Desk, *words: str) -> int:
    """The command as a process of its own, as in the workflow (a script, so that the working directory is not on Python's path)."""
    import subprocess

    from support.cli import BIN

    environment = promotion_world.environment()
    done = subprocess.run(
        [BIN / "mlspec", "ci", "record", *words],
        cwd=desk.pull.root,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=180,
    )
    assert "Traceback" not in done.stderr
    assert TOKEN not in done.stdout + done.stderr
    return done.returncode


def test_without_an_identity_github_s_bot_commits(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    known = promotion_world.environment
    monkeypatch.setattr(
        promotion_world, "environment", lambda: {k: v for k, v in known().items() if not k.startswith(("GIT_AUTHOR", "GIT_COMMITTER"))}
    )
    desk.record()
    line = git(desk.pull.world.remote, "log", "-1", "--format=%an <%ae> %cn", desk.tip).strip()
    assert line == "github-actions[bot] <41898282+github-actions[bot]@users.noreply.github.com> github-actions[bot]"


def test_a_failed_report_is_a_failed_status(desk: Desk) -> None:
    change(desk.pull.report, lambda form: form["objects"][0].update(outcome="failed", why="MLS0631: no rows"), verdict="fail")
    for path in [p for p in (desk.pull.report / "files").rglob("*") if p.is_file()]:
        path.unlink()
    code, said = desk.record()
    assert code == 0, said
    [status] = desk.github.statuses
    assert (status["state"], status["sha"]) == ("failure", desk.trained)
    assert "`MLS0631: no rows`" in desk.body
    assert desk.github.dispatches == []


def change(folder: Path, edit: Callable[[Any], None], **more: Any) -> None:
    """Edit the report as data, as a job that ran anybody's code may."""
    path = folder / "report.json"
    form = json.loads(path.read_text())
    edit(form)
    path.write_text(json.dumps(form | more))


def test_a_newer_commit_at_the_pull_request_keeps_its_comment(desk: Desk) -> None:
    desk.github.pulls[0]["head"]["sha"] = "f" * 40
    code, said = desk.record()
    assert code == 0
    assert "#1 has a newer commit" in said
    assert desk.github.comments == []


def test_no_pull_request_no_comment(desk: Desk) -> None:
    desk.github.pulls.clear()
    desk.github.add_pull(BRANCH, "main", "Theirs", None, slug="eve/bikes", sha=desk.trained)
    code, said = desk.record()
    assert code == 0
    assert "no open pull request" in said
    assert desk.github.comments == [] and desk.github.statuses


def test_without_a_token_the_results_are_pushed_and_the_rest_told_once(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    known = promotion_world.environment
    monkeypatch.setattr(promotion_world, "environment", lambda: {k: v for k, v in known().items() if k != "GITHUB_TOKEN"})
    code, said = desk.record()
    assert code == 1
    assert said.count("MLS0980") == 1
    assert desk.tip != desk.trained
