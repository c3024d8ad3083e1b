"""The fake GitHub with a repository behind it: pull requests follow their branches, and what is asked of a commit or branch must be there."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from support.cli import command
from support.github_commits import WEB_FLOW, WEB_FLOW_MAIL, GitData
from support.github_reviews import BOT, BOT_MAIL, ReviewServer, account
from support.github_runs import Runs
from support.github_server import Answer, Request, invalid, refusal

from mlspec.compiler.project.layout import WORKFLOW_PLACES


class ActGitHub(Runs, GitData, ReviewServer):
    """GitHub's REST API over a bare repository. A token of `readers` (that of a fork's pull request) may change nothing.

    `apps`: {token of an App: its login}; what it does is the App's.
    """

    def __init__(
        self, slug: str, token: str, bare: Path, readers: frozenset[str] = frozenset(), apps: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(slug, bare, token)
        self.readers, self.apps, self.bot = readers, apps or {}, True
        self.people.mails |= {BOT_MAIL: BOT, WEB_FLOW_MAIL: WEB_FLOW}
        self.times: list[tuple[str | None, float]] = []
        """Each operation that was asked for, with the monotonic clock's seconds."""

    def commit_of(self, ref: str) -> str:
        """The commit of a branch or commit; "" where there is none."""
        name = ref if re.fullmatch(r"[0-9a-f]{40}", ref) else f"refs/heads/{ref}"
        return command(self.bare, "git", "rev-parse", "--quiet", "--verify", f"{name}^{{commit}}").out.strip()

    def open_pulls(self) -> list[dict[str, Any]]:
        self._follow()
        return [pull for pull in self.pulls if pull["state"] == "open"]

    def comments_of(self, number: int) -> list[str]:
        """The texts of the comments of a pull request, in order."""
        return [comment["body"] for comment in self.comments if comment["issue"] == str(number)]

    def statuses_of(self, commit: str) -> list[tuple[str, str]]:
        """Context and state of the statuses of a commit, the last of each context."""
        return sorted({status["context"]: status["state"] for status in self.statuses if status["sha"] == commit}.items())

    def _follow(self) -> None:
        names = command(self.bare, "git", "for-each-ref", "--format=%(refname:lstrip=2)", "refs/heads").out.split()
        self.branches = set(names)
        for pull in self.pulls:
            own = pull["head"]["repo"]["full_name"] == self.slug
            if pull["state"] == "open":
                pull["base"]["sha"] = self.commit_of(pull["base"]["ref"])
            if pull["state"] == "open" and own:
                pull["head"]["sha"] = self.commit_of(pull["head"]["ref"])
                pull["commits"] = len(self._log(pull)) if pull["head"]["sha"] else 0

    def add_pull(self, head: str, base: str, title: str, body: str | None, *, slug: str | None = None, sha: str = "") -> dict[str, Any]:
        """A person's pull request, if nobody else is named later."""
        pull = super().add_pull(head, base, title, body, slug=slug, sha=sha)
        pull |= {"user": account("ada"), "merged_at": None, "merge_commit_sha": None, "commits": 0}
        return pull

    def _real(self, request: Request, violations: list[str]) -> Answer:
        self._follow()
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        if token in self.readers:
            if request.method != "GET":
                return refusal(403, "Resource not accessible by integration")
            request.headers["authorization"] = f"Bearer {self.token}"
        if token in self.apps:
            request.headers["authorization"] = f"Bearer {self.token}"
        self.app = self.apps.get(token, "")
        answer = super()._real(request, violations)
        self.times.append((request.operation, time.monotonic()))
        self._follow()
        return answer

    def _pulls_create(self, request: Request) -> Answer:
        head, base = request.body["head"].rpartition(":")[2], request.body["base"]
        if head in (self.branches or ()) and not command(self.bare, "git", "log", "-1", f"{base}..{head}").out:
            return invalid("PullRequest", "head", "custom", f"No commits between {base} and {head}")
        answer = super()._pulls_create(request)
        if answer.status == 201:
            answer.body["user"] = account(self.app or BOT)
            self.pushed(head, self.app or BOT)
        return answer

    def _repos_create_commit_status(self, request: Request) -> Answer:
        if not self.commit_of(request.arguments["sha"]):
            return refusal(422, f"No commit found for SHA: {request.arguments['sha']}")
        return super()._repos_create_commit_status(request)

    def _actions_create_workflow_dispatch(self, request: Request) -> Answer:
        """GitHub knows a workflow by the main branch's file, and reads what it takes on the branch that it is to run on."""
        name, ref = request.arguments["workflow_id"], request.body["ref"].removeprefix("refs/heads/")
        if not self._file("main", name):
            return refusal(404, "Not Found")
        if not self.commit_of(ref):
            return refusal(422, f"No ref found for: {ref}")
        on = yaml.load(self._file(ref, name), Loader=yaml.BaseLoader).get("on", {}) if self._file(ref, name) else {}
        if "workflow_dispatch" not in on:
            return refusal(422, "Workflow does not have 'workflow_dispatch' trigger")
        inputs = request.body.get("inputs") or {}
        if unknown := sorted(set(inputs) - set((on["workflow_dispatch"] or {}).get("inputs") or {})):
            return refusal(422, f"Unexpected inputs provided: {unknown}")
        self.dispatches.append({"workflow": name, "ref": ref, "inputs": inputs})
        return Answer(204, None)

    def _file(self, branch: str, name: str) -> str:
        found = (command(self.bare, "git", "show", f"refs/heads/{branch}:{place}/{name}").out for place in WORKFLOW_PLACES)
        return next(filter(None, found), "")
