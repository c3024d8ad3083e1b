"""GitHub's runs of workflows: their jobs, groups of concurrency, reviewers, deployments; listed and cancelled as GitHub does.

Each run begins by `start`, from the text of a workflow: its groups, the workflow's and the jobs', are read there.

- One run or job of a group at a time; one more waits, `pending`, and a third takes its place: the one that waited is cancelled.
  https://docs.github.com/en/actions/concepts/workflows-and-actions/concurrency
- A job that waits for its reviewer holds its own group and its run's; a run that waits for its group has no jobs at all.
  https://github.com/vstorm-co/agenticos/issues/1832 and https://github.com/elizaOS/eliza/issues/18092
- To cancel a run releases its groups at once (https://github.com/elizaOS/eliza/pull/15914). GitHub answers 202, and 409 where nothing is
  left to cancel: https://docs.github.com/en/rest/actions/workflow-runs#cancel-a-workflow-run
- A job with an environment makes a deployment, when it begins to wait:
  https://docs.github.com/en/actions/how-tos/deploy/configure-and-manage-deployments/control-deployments
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import yaml
from support.github_server import Answer, GitHubServer, Request, refusal

DAY = "2026-11-21T08:00:00Z"
FILE = "mlspec-deploy.yml"
ENDED = ("success", "failure", "cancelled", "timed_out")


class Runs(GitHubServer):
    """`reviewed`: environments with a reviewer; `busy`: jobs whose runner is not free: in their turn they are queued, until `work`;
    `deployed`: (environment, commit) of every other job that deployed, in order.
    """

    def __init__(self, *words: Any, **options: Any) -> None:
        super().__init__(*words, **options)
        self.runs: list[dict[str, Any]] = []
        self.deployments: list[dict[str, Any]] = []
        self.reviewed: set[str] = set()
        self.busy: set[str] = set()
        self.deployed: list[tuple[str, str]] = []
        self._now = 0

    # --- what happens

    def _moment(self) -> str:
        """A second later than the last time that anybody asked."""
        self._now += 1
        return f"2026-11-21T{8 + self._now // 3600:02}:{self._now // 60 % 60:02}:{self._now % 60:02}Z"

    def start(self, workflow: str, commit: str, rows: Sequence[Mapping[str, str]] = (), **options: Any) -> dict[str, Any]:
        """A run of a workflow's text begins at a commit. `rows`: what its plan made of the matrix."""
        number = 1 + len(self.runs)
        form = yaml.load(workflow, Loader=yaml.BaseLoader)
        run: dict[str, Any] = {
            "id": 1000 + number,
            "run_number": number,
            "head_sha": commit,
            "head_branch": "main",
            "event": "push",
            "file": FILE,
            "html_url": f"{self.url}/{self.slug}/actions/runs/{1000 + number}",
            "updated_at": DAY,
            "jobs": [],
            "status": "pending",
            "conclusion": None,
            "todo": list(_deploying(form, rows, 1000 + number)),
            "group": form.get("concurrency", {}).get("group"),
        } | options
        for other in [r for r in self.runs if run["group"] and r["group"] == run["group"] and r["status"] == "pending"]:
            self._end(other)
        self.runs.append(run)
        self._go_on()
        return run

    def approve(self, run: Mapping[str, Any], environment: str) -> None:
        """A reviewer lets the jobs of an environment go."""
        for job in [j for j in run["jobs"] if j["environment"] == environment and j["status"] == "waiting"]:
            self._deploy(run, job)
        self._go_on()

    def work(self, run: dict[str, Any], name: str, conclusion: str | None = None) -> None:
        """A job runs, or ended so."""
        found = [j for j in run["jobs"] if j["name"] == name]
        job = found[0] if found else {"name": name, "environment": None, "group": None, "run_attempt": 1}
        if not found:
            run["jobs"].append(job)
        job |= {"status": "completed" if conclusion else "in_progress", "conclusion": conclusion}
        job |= {"completed_at": self._moment()} if conclusion else {}
        self._go_on()

    def redeployed(self, run: Mapping[str, Any], environment: str) -> None:
        """Some other workflow deploys the same commit to an environment of that name."""
        form = {"id": 1 + len(self.deployments), "sha": run["head_sha"], "environment": environment, "task": "deploy"}
        self.deployments.append(form | {"created_at": self._moment()})

    def end(self, run: dict[str, Any]) -> None:
        """Somebody cancels a run."""
        self._end(run)
        self._go_on()

    def _end(self, run: dict[str, Any]) -> None:
        for job in [j for j in run["jobs"] if j["status"] != "completed"]:
            job |= {"status": "completed", "conclusion": "cancelled"}
        run |= {"status": "completed", "conclusion": "cancelled", "todo": []}

    def _go_on(self) -> None:
        """Whoever has its turn begins, until nobody has."""
        while any(self._begin(run) or self._turns(run) for run in self.runs):
            pass

    def _begin(self, run: dict[str, Any]) -> bool:
        held = run["group"] and any(r["group"] == run["group"] and r["status"] not in ("completed", "pending") for r in self.runs)
        if run["status"] != "pending" or run["jobs"] or held:
            return False
        run["status"], todo, run["todo"] = "queued", run["todo"], []
        run["jobs"] = [
            {"name": "plan", "environment": None, "group": None, "run_attempt": 1, "status": "completed", "conclusion": "success"}
        ]
        for job in todo:
            for other in [
                j for r in self.runs for j in r["jobs"] if job["group"] and j["group"] == job["group"] and j["status"] == "pending"
            ]:
                other |= {"status": "completed", "conclusion": "cancelled"}
            run["jobs"].append(job | {"created_at": self._moment()})
        return True

    def _turns(self, run: dict[str, Any]) -> bool:
        if run["status"] == "completed" or not run["jobs"]:
            return False
        turns = [job for job in run["jobs"] if job["status"] == "pending" and not self._is_held(job)]
        for job in turns[:1]:
            self.deployments.append(
                {"id": 1 + len(self.deployments), "sha": run["head_sha"], "environment": job["environment"], "task": "deploy"}
                | {"created_at": self._moment()}
            )
            if job["environment"] in self.reviewed:
                job["status"] = "waiting"
            elif job["name"] in self.busy:
                job["status"] = "queued"
            else:
                self._deploy(run, job)
        states = {job["status"] for job in run["jobs"]}
        run["status"] = next((s for s in ("in_progress", "waiting", "pending", "queued") if s in states), "completed")
        if run["status"] == "completed":
            ends = [job["conclusion"] for job in run["jobs"]]
            run["conclusion"] = next((end for end in ("failure", "cancelled") if end in ends), "success")
        return bool(turns) or run["status"] == "completed"

    def _is_held(self, job: Mapping[str, Any]) -> bool:
        return any(j["group"] == job["group"] and j["status"] in ("waiting", "queued", "in_progress") for r in self.runs for j in r["jobs"])

    def _deploy(self, run: Mapping[str, Any], job: dict[str, Any]) -> None:
        self.deployed.append((job["environment"], run["head_sha"]))
        job |= {"status": "completed", "conclusion": "success", "completed_at": self._moment()}

    # --- what GitHub answers

    def _run(self, request: Request) -> dict[str, Any] | None:
        return next((r for r in self.runs if str(r["id"]) == request.arguments["run_id"]), None)

    def _actions_list_workflow_runs(self, request: Request) -> Answer:
        query = dict(request.query)
        found = [r for r in self.runs[::-1] if r["file"] == request.arguments["workflow_id"]]
        if "branch" in query:
            found = [r for r in found if r["head_branch"] == query["branch"]]
        if "head_sha" in query:
            found = [r for r in found if r["head_sha"] == query["head_sha"]]
        if "status" in query:  # a status, or how it ended
            found = [r for r in found if query["status"] in (r["status"], r["conclusion"])]
        return Answer(200, {"total_count": len(found), "workflow_runs": page(request, [shown(r) for r in found])})

    def _actions_get_workflow_run(self, request: Request) -> Answer:
        run = self._run(request)
        return Answer(200, shown(run)) if run else refusal(404, "Not Found")

    def _actions_list_jobs_for_workflow_run(self, request: Request) -> Answer:
        run = self._run(request)
        if run is None:
            return refusal(404, "Not Found")
        return Answer(200, {"total_count": len(run["jobs"]), "jobs": page(request, [shown(job) for job in run["jobs"]])})

    def _actions_get_pending_deployments_for_run(self, request: Request) -> Answer:
        run = self._run(request)
        if run is None:
            return refusal(404, "Not Found")
        names = [job["environment"] for job in run["jobs"] if job["status"] == "waiting"]
        shape: dict[str, Any] = {"wait_timer": 0, "wait_timer_started_at": None, "current_user_can_approve": False, "reviewers": []}
        return Answer(200, [{"environment": {"id": n, "name": name}, **shape} for n, name in enumerate(names)])

    def _actions_cancel_workflow_run(self, request: Request) -> Answer:
        run = self._run(request)
        if run is None:
            return refusal(404, "Not Found")
        if run["status"] == "completed":
            return refusal(409, "Cannot cancel a workflow run that is completed.")
        self.end(run)
        return Answer(202, {})

    def _repos_list_deployments(self, request: Request) -> Answer:
        environment = dict(request.query).get("environment")
        return Answer(200, page(request, [d for d in self.deployments[::-1] if environment in (None, d["environment"])]))


def _deploying(form: Mapping[str, Any], rows: Sequence[Mapping[str, str]], run: int) -> Iterator[dict[str, Any]]:
    """The jobs that have an environment, one for each row where they have a matrix."""
    for name, job in form["jobs"].items():
        for row in (rows if "strategy" in job else [{}]) if job.get("environment") else []:

            def filled(text: str, row: Mapping[str, str] = row) -> str:
                found = re.sub(r"\$\{\{ matrix\.(\w+) \}\}", lambda m: row[m[1]], text)
                return found.replace("${{ github.run_id }}", str(run))

            yield {
                "name": filled(job.get("name", name)),
                "environment": filled(job["environment"]),
                "group": filled(job.get("concurrency", {}).get("group", f"{run}-{name}")).lower(),
                "status": "pending",
                "conclusion": None,
                "run_attempt": 1,
            }


def shown(form: Mapping[str, Any]) -> dict[str, Any]:
    """A run or a job without what only this server knows."""
    return {key: value for key, value in form.items() if key not in ("jobs", "todo", "group", "file", "environment")}


def page(request: Request, rows: list[Any]) -> list[Any]:
    query = {"page": "1", "per_page": "30"} | dict(request.query)
    size = int(query["per_page"])
    return rows[size * (int(query["page"]) - 1) : size * int(query["page"])]
