"""The deploy workflow on a GitHub with groups and reviewers: what the workflow of before lost in silence, and what is deployed now."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from support.git_repos import add_remote, commit_all, start
from support.github_runs import Runs
from support.projects import SPECS, TARGET
from support.workflow_projects import batch, workflows_of

from mlspec.adapters.git.repository import open_repository
from mlspec.adapters.github.api import GitHubApi
from mlspec.ci.deploys import patience
from mlspec.ci.deploys import supersede as superseding
from mlspec.ci.deploys.batches import plan_batches
from mlspec.ci.deploys.here import Here
from mlspec.ci.deploys.history import Deployments
from mlspec.ci.deploys.plan import DeployPlan, plan_deploys
from mlspec.ci.deploys.still import require_newest
from mlspec.diagnostics import Problems
from mlspec.registry.at_commit import compile_at

SLUG = "ada/bikes"
DEPLOY = workflows_of("folder")[".github/workflows/mlspec-deploy.yml"]
BEFORE = yaml.safe_dump(
    {
        "name": "mlspec deploy",
        "on": {"push": {"branches": ["main"]}},
        "concurrency": {"group": "mlspec-deploy", "cancel-in-progress": False},
        "jobs": {
            f"deploy-{name}": {
                "environment": name,
                "concurrency": {"group": f"mlspec-deploy-{name}", "cancel-in-progress": False},
                "steps": [],
            }
            for name in ("staging", "production")
        },
    }
)
"""The groups and environments of the workflow as it was: a job for each environment, and a group for the whole."""
STAGING, PRODUCTION = "environments/staging/demand.yaml", "environments/production/demand.yaml"


class World:
    """A repository, a GitHub, and `merge`: what happens at each push to the main branch."""

    def __init__(self, root: Path, github: Runs) -> None:
        self.root, self.github = root, github
        self.plans: list[DeployPlan] = []

    def commit(self, changes: dict[str, str]) -> str:
        for path, text in changes.items():
            (self.root / path).parent.mkdir(parents=True, exist_ok=True)
            (self.root / path).write_text(text, encoding="utf-8")
        return commit_all(self.root)

    def plan(self, commit: str, run: int = 0, *, every: bool = False) -> DeployPlan:
        repository = open_repository(self.root)
        project = compile_at(repository, commit).project
        here = Here(repository, commit, run, project.settings.envelope.spec.environments)
        self.plans.append(plan_deploys(here, project, SLUG, every=every))
        return self.plans[-1]

    def merge(self, changes: dict[str, str]) -> dict[str, Any]:
        """A push, its plan, its jobs; the job `supersede` beside them."""
        return self.run(self.commit(changes))

    def run(self, commit: str) -> dict[str, Any]:
        plan = self.plan(commit)
        run = self.github.start(DEPLOY, commit, rows_of(plan))
        self.supersede(commit, run["id"], plan.outputs["due"].split())
        return run

    def supersede(self, commit: str, run: int, due: list[str]) -> list[str]:
        repository = open_repository(self.root)
        here = Here(repository, commit, run, ("staging", "production"))
        with GitHubApi.from_environment() as api:
            return [told.line for told in superseding.supersede(here, Deployments(api, SLUG, "main"), due)]

    def batches(self, schedule: str | None = None) -> list[dict[str, str]]:
        repository = open_repository(self.root)
        project = compile_at(repository, "HEAD").project
        with GitHubApi.from_environment() as api:
            found = plan_batches(repository, project, Deployments(api, SLUG, "main"), schedule).matrix
        return json.loads(found)["include"] if found else []


def rows_of(plan: DeployPlan) -> list[dict[str, str]]:
    return json.loads(plan.outputs["matrix"])["include"] if plan.outputs["matrix"] else []


@pytest.fixture
def github(monkeypatch: pytest.MonkeyPatch) -> Iterator[Runs]:
    with Runs(SLUG) as server:
        server.reviewed = {"production"}
        monkeypatch.setenv("GITHUB_API_URL", server.url)
        monkeypatch.setenv("GH_TOKEN", server.token)
        monkeypatch.setattr(patience, "sleep", lambda _: None)
        yield server
        assert server.violations == []


@pytest.fixture
def world(tmp_path: Path, github: Runs) -> World:
    root = start(tmp_path / "work")
    for path, text in SPECS.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    (root / "requirements.lock").write_text("")
    commit_all(root)
    add_remote(root, tmp_path / "remote.git")
    return World(root, github)


def said(text: str, path: str) -> str:
    """A spec with other content that matters to nothing but its digest."""
    return SPECS[path].replace("metadata: {", f"metadata: {{description: {text}, ")


def test_the_workflow_of_before_lost_staging_in_silence(world: World) -> None:
    """The group of the workflow: one run waits for production's reviewer, one pends without a job, each further one cancels it."""
    github = world.github
    first = github.start(BEFORE, "1" * 40)
    second, third = github.start(BEFORE, "2" * 40), github.start(BEFORE, "3" * 40)
    assert (first["status"], second["conclusion"], third["status"]) == ("waiting", "cancelled", "pending")
    assert second["jobs"] == third["jobs"] == []
    assert github.deployed == [("staging", "1" * 40)]


def test_staging_is_deployed_while_production_waits(world: World) -> None:
    github = world.github
    first = world.merge({"README.md": "1"})
    assert first["status"] == "waiting"
    runs = [world.merge({STAGING: said(text, STAGING)}) for text in ("two", "three")]
    assert [run["conclusion"] for run in runs] == ["success", "success"]
    assert github.deployed == [("staging", run["head_sha"]) for run in (first, *runs)]
    assert "waits for its reviewer in run 1001" in str(world.plans[-1].decisions)
    assert world.plans[-1].outputs["unsettled"] == "production"
    github.approve(first, "production")
    assert github.deployed[-1] == ("production", first["head_sha"])
    assert world.plan(world.commit({"README.md": "4"})).outputs == {"matrix": "", "due": "", "unsettled": ""}


def test_a_newer_claim_takes_the_place_of_one_that_waits(world: World) -> None:
    github = world.github
    first = world.merge({"README.md": "1"})
    second = world.merge({PRODUCTION: said("two", PRODUCTION)})
    assert (first["conclusion"], second["status"]) == ("cancelled", "waiting")
    github.approve(second, "production")
    assert [pair for pair in github.deployed if pair[0] == "production"] == [("production", second["head_sha"])]
    assert "actions/cancel-workflow-run" in github.operations


def test_a_run_in_which_a_job_runs_is_never_cancelled(world: World) -> None:
    github = world.github
    first = world.merge({"README.md": "1"})
    github.work(first, "tag")
    commit = world.commit({PRODUCTION: said("two", PRODUCTION)})
    told = world.supersede(commit, 0, ["production"])
    assert (first["conclusion"], len(told)) == (None, 1)
    assert "is at work after 10 minutes" in told[0]
    github.work(first, "tag", "success")
    [line] = world.supersede(commit, 0, ["production"])
    assert line == f"cancelled: run {first['id']} of {first['head_sha'][:12]}, which would have deployed to production"


def test_an_older_run_that_is_started_again_cancels_and_deploys_nothing(world: World) -> None:
    first = world.merge({"README.md": "1"})
    second = world.merge({PRODUCTION: said("two", PRODUCTION)})
    assert world.plan(first["head_sha"], first["id"]).outputs["matrix"] == ""
    assert world.supersede(first["head_sha"], first["id"], ["production", "staging"]) == []
    assert second["status"] == "waiting"


def test_what_was_taken_back_while_it_waited_is_not_deployed_by_a_late_approval(world: World) -> None:
    first = world.merge({"README.md": "1"})
    world.github.approve(first, "production")
    second = world.merge({PRODUCTION: said("two", PRODUCTION)})
    third = world.merge({PRODUCTION: SPECS[PRODUCTION]})
    assert (second["conclusion"], third["status"]) == ("cancelled", "waiting")


def test_another_workflow_that_deploys_to_an_environment_of_that_name_says_nothing_of_ours(world: World) -> None:
    commit = world.commit({"README.md": "1"})
    world.github.deployments.append({"id": 1, "sha": commit, "environment": "production", "task": "deploy"})
    assert world.plan(commit).outputs["due"] == "staging production"


def still(world: World, run: dict[str, Any], environment: str, *, again: bool = False) -> str:
    """The code with which a deploy job of that run stops before it deploys; "" where it goes on."""
    here = Here(open_repository(world.root), run["head_sha"], run["id"], ("staging", "production"))
    try:
        require_newest(here, SLUG, "main", environment, again=again)
    except Problems as problems:
        return problems.diagnostics[0].code
    return ""


def test_failed_jobs_that_run_again_do_not_bring_back_what_a_newer_run_replaced(world: World) -> None:
    world.github.reviewed = set()
    old = world.merge({STAGING: said("two", STAGING)})
    assert still(world, old, "staging", again=True) == ""
    world.merge({STAGING: said("three", STAGING)})
    assert still(world, old, "staging", again=True) == "MLS0595"
    assert still(world, old, "production", again=True) == ""  # the same content: nothing is undone
    world.merge({STAGING: said("two", STAGING)})
    assert still(world, old, "staging", again=True) == ""  # and is what the newest wants, too


def test_what_waits_for_a_late_approval_is_deployed_unless_a_newer_run_wants_something_else(world: World) -> None:
    github = world.github
    first = world.merge({"README.md": "1"})
    world.merge({STAGING: said("two", STAGING)})
    assert still(world, first, "production") == ""
    second = world.github.start(DEPLOY, world.commit({PRODUCTION: said("two", PRODUCTION)}), [])  # it could not cancel the first
    second |= {"status": "completed", "conclusion": "failure"}
    assert still(world, first, "production") == "MLS0595"
    github.approve(first, "production")


def test_a_newer_run_that_has_not_ended_counts_for_what_runs_again_only(world: World) -> None:
    """At first the newer one sees this run, and waits in its group; it does not see one that had ended."""
    first = world.merge({"README.md": "1"})
    second = world.github.start(DEPLOY, world.commit({PRODUCTION: said("two", PRODUCTION)}), [])
    second |= {"status": "in_progress", "conclusion": None}
    assert still(world, first, "production") == ""
    assert still(world, first, "production", again=True) == "MLS0595"


def two_runners(*, moved: bool) -> dict[str, str]:
    """Two deployments to production on one runner; `moved`: the second has one of its own, whose group comes first."""
    where = "runsOn: a-host, " if moved else ""
    target = TARGET.replace("local-rest", "other-rest").replace("spec: {", f"spec: {{{where}")
    other = SPECS[PRODUCTION].replace("name: demand,", "name: other,").replace("target: local-rest", "target: other-rest")
    return {"specs/other-rest.yaml": target, "environments/production/other.yaml": other}


def at_work(world: World) -> dict[str, Any]:
    """A run whose job for production has no runner yet, and that can't be cancelled, since another job of it runs."""
    world.github.reviewed = set()
    world.merge(two_runners(moved=False))
    world.github.busy = {"deploy-staging", "deploy-production"}
    run = world.merge({path: said("one", path) for path in (STAGING, PRODUCTION)})
    world.github.work(run, "deploy-staging")
    return run


def test_runners_that_change_let_no_older_run_go_over_a_newer_one(world: World) -> None:
    """What waits in the first run's group has another group in the second run, and is deployed by that at once."""
    first = at_work(world)
    assert still(world, first, "production") == ""
    second = world.merge({PRODUCTION: said("two", PRODUCTION), **two_runners(moved=True)})
    states = {job["name"]: job["status"] for job in second["jobs"]}
    assert (states["deploy-production"], states["deploy-production.2"]) == ("pending", "completed")
    assert still(world, first, "production") == "MLS0595"
    assert still(world, second, "production") == ""


def test_where_runners_changed_a_newer_run_waits_for_the_older_one_s_job(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    first = at_work(world)
    world.github.work(first, "deploy-production")
    same = world.merge({PRODUCTION: said("two", PRODUCTION)})
    assert still(world, same, "production") == ""  # its group waited
    world.github.busy.add("deploy-production.2")
    second = world.merge({PRODUCTION: said("two", PRODUCTION), **two_runners(moved=True)})
    world.github.work(second, "deploy-production.2")
    assert still(world, second, "production") == "MLS0596"
    monkeypatch.setattr(patience, "sleep", lambda _: world.github.work(first, "deploy-production", "success"))
    assert still(world, second, "production") == ""


def test_where_github_does_not_tell_nothing_is_deployed_late(world: World) -> None:
    first = world.merge({"README.md": "1"})
    world.github.fault(403, "Resource not accessible by integration", times=None)
    assert still(world, first, "production") == "MLS0982"


def test_a_deployment_that_failed_is_tried_again_though_nothing_changed(world: World) -> None:
    world.github.reviewed = set()
    world.merge({"README.md": "1"})
    failed = world.merge({STAGING: said("two", STAGING)})
    next(job for job in failed["jobs"] if job["environment"] == "staging")["conclusion"] = "failure"
    failed["conclusion"] = "failure"
    assert world.plan(world.commit({STAGING: SPECS[STAGING]})).outputs["due"] == "staging"


def test_another_workflow_s_deployment_of_an_old_commit_says_nothing_of_what_stands(world: World) -> None:
    """It is the newest in GitHub's list, and our own run of that commit succeeded, before a newer one of ours did."""
    github = world.github
    github.reviewed = set()
    first = world.merge({"README.md": "1"})
    world.merge({STAGING: said("two", STAGING)})
    github.redeployed(first, "staging")
    assert world.plan(world.commit({STAGING: SPECS[STAGING]})).outputs["due"] == "staging"


def test_a_run_of_an_old_commit_that_deployed_nothing_hides_no_newer_one(world: World) -> None:
    github = world.github
    github.reviewed = set()
    first = world.merge({"README.md": "1"})
    second = world.merge({STAGING: said("two", STAGING)})
    again = github.start(DEPLOY, first["head_sha"], rows_of(world.plans[0]), event="workflow_dispatch")
    for job in again["jobs"]:
        job["conclusion"] = "failure"
    with GitHubApi.from_environment() as api:
        found = Deployments(api, SLUG, "main").deployed("staging")
    assert (found.commit, found.broken and found.broken.id) == (second["head_sha"], again["id"])


def test_where_github_does_not_tell_everything_is_deployed(world: World) -> None:
    world.merge({"README.md": "1"})
    world.github.fault(403, "Resource not accessible by integration", times=None)
    plan = world.plan(world.commit({"README.md": "2"}))
    assert plan.outputs["due"] == "staging production"
    assert [d.code for d in plan.unknown] == ["MLS0982"]


def test_by_hand_everything_is_deployed(world: World) -> None:
    world.github.reviewed = set()
    run = world.merge({"README.md": "1"})
    assert world.plan(run["head_sha"]).outputs["matrix"] == ""
    assert world.plan(run["head_sha"], every=True).outputs["due"] == "staging production"


CRON, OTHER = "0 6 * * *", "30 7 * * *"


def promoted(text: str) -> str:
    digest = "sha256:" + "0" * 64
    return text.rstrip("\n").rstrip("}") + f', version: "v1.0.0", digest: "{digest}", claim: "{digest}"}}\n'


def test_a_batch_is_scored_by_the_claim_that_was_let_in(world: World) -> None:
    github, specs = world.github, batch(CRON, OTHER)
    specs = {path: promoted(text) if path.startswith("environments") else text for path, text in specs.items()}
    first = world.merge(specs)
    assert world.batches(CRON) == []
    github.approve(first, "production")
    [row] = world.batches(CRON)
    assert (row["commit"], row["guard"], row["deployments"]) == (first["head_sha"], "production-batch", "deployment/production/week-0")
    [both] = world.batches()
    assert both["deployments"] == "deployment/production/week-0 deployment/production/week-1"

    path = "environments/production/week-0.yaml"
    second = world.merge({path: specs[path].replace("v1.0.0", "v1.1.0")})
    assert second["status"] == "waiting"
    assert [row["commit"] for row in world.batches(CRON)] == [first["head_sha"]]
    lock = "pipelines/data/sales/dvc.lock"
    world.commit({lock: "schema: '2.0'\n"})
    assert [(row["commit"], row["rows"]) for row in world.batches(CRON)] == [(first["head_sha"], lock)]
    github.approve(second, "production")
    assert [row["commit"] for row in world.batches(CRON)] == [second["head_sha"]]


def test_where_nobody_knows_what_is_deployed_no_batch_is_scored(world: World) -> None:
    first = world.merge(batch(CRON))
    world.github.approve(first, "production")
    world.github.runs.clear()
    with pytest.raises(Problems) as raised:
        world.batches(CRON)
    assert [d.code for d in raised.value.diagnostics] == ["MLS0594"]
