"""GitHub's server with people: who may write, who reviewed what, who pushed, who is in which team. Commits come from a bare repository."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from support.cli import git
from support.github_server import TOKEN, Answer, GitHubServer, Request, refusal

BOT = "github-actions[bot]"
BOT_MAIL = "41898282+github-actions[bot]@users.noreply.github.com"
NOBODY = "0" * 40


@dataclass
class People:
    """`rights`: {login: admin | write | read}; `teams`: {organization/team: logins}; `mails`: {address of a commit: login}."""

    rights: dict[str, str] = field(default_factory=dict)
    teams: dict[str, set[str]] = field(default_factory=dict)
    mails: dict[str, str] = field(default_factory=dict)
    hidden: set[str] = field(default_factory=set)
    """Operations that this token may not ask."""


def account(login: str | None) -> dict[str, Any] | None:
    """An account as GitHub shows it; None where there is none."""
    return None if login is None else {"login": login, "type": "Bot" if login.endswith("[bot]") else "User"}


class ReviewServer(GitHubServer):
    """Pull requests of `bare`, with reviews, as GitHub tells of them."""

    def __init__(self, slug: str, bare: Path, token: str = TOKEN) -> None:
        super().__init__(slug, token)
        self.bare, self.people = bare, People()
        self.reviews: list[dict[str, Any]] = []
        self.pushes: list[dict[str, Any]] = []
        self.events: list[dict[str, Any]] = []
        self.unlisted: set[str] = set()
        """Deleted branches of which no activity is listed by their name, as `refs/heads/NAME`."""

    def open(self, branch: str, author: str, base: str = "main") -> dict[str, Any]:
        """Somebody opens a pull request."""
        pull = self.add_pull(branch, base, f"Merge {branch}", "")
        pull |= {"user": account(author), "merged_at": None, "merge_commit_sha": None}
        self.follow()
        return pull

    def follow(self) -> None:
        """What GitHub does after a push: heads, numbers of commits, and `refs/pull/N/head`."""
        for pull in self.pulls:
            if pull["merged_at"] is None:
                pull["head"]["sha"], pull["base"]["sha"] = self.tip(pull["head"]["ref"]), self.tip(pull["base"]["ref"])
                pull["commits"] = len(self._log(pull))
                git(self.bare, "update-ref", f"refs/pull/{pull['number']}/head", pull["head"]["sha"])

    def tip(self, branch: str) -> str:
        return git(self.bare, "rev-parse", f"refs/heads/{branch}").strip()

    def pushed(self, branch: str, login: str | None, before: str = NOBODY, *, times: int = 1) -> None:
        """Somebody moved a branch to where it is now, so many times."""
        kind = "branch_creation" if before == NOBODY else "push"
        row: dict[str, Any] = {"node_id": "x", "ref": f"refs/heads/{branch}", "timestamp": "2026-11-21T08:00:00Z", "activity_type": kind}
        row |= {"before": before, "after": self.tip(branch), "actor": account(login)}
        first = len(self.pushes)
        self.pushes += [row | {"id": number} for number in range(first, first + times)]
        self.follow()

    def review(self, number: int, login: str | None, state: str = "APPROVED", commit: str | None = None, **more: Any) -> dict[str, Any]:
        """Somebody reviews what a pull request is now, or a commit of it."""
        looked = commit or self.pulls[number - 1]["head"]["sha"]
        made = {"id": 100 + len(self.reviews), "user": account(login), "state": state, "commit_id": looked, "body": "", "pull": number}
        made |= {"submitted_at": self._clock()}
        self.reviews.append(made | {"author_association": "MEMBER"} | more)
        return self.reviews[-1]

    def _clock(self) -> str:
        """A second later each time."""
        number = len(self.reviews) + len(self.events)
        return f"2026-11-21T09:{number // 60:02d}:{number % 60:02d}Z"

    def retarget(self, number: int, base: str) -> None:
        """Somebody lets a pull request go into another branch."""
        self.events.append({"id": len(self.events), "event": "base_ref_changed", "created_at": self._clock(), "pull": number})
        self.pulls[number - 1]["base"]["ref"] = base
        self.follow()

    def merged(self, number: int, commit: str) -> None:
        """Somebody merged a pull request as this commit of main's."""
        self.pulls[number - 1] |= {"state": "closed", "merged_at": "2026-11-21T10:00:00Z", "merge_commit_sha": commit}

    def _real(self, request: Request, violations: list[str]) -> Answer:
        if request.operation in self.people.hidden:
            return refusal(403, "Resource not accessible by integration")
        return super()._real(request, violations)

    def _log(self, pull: dict[str, Any]) -> list[str]:
        """Commits are listed as they were when a pull request was merged."""
        return git(self.bare, "rev-list", "--reverse", pull["head"]["sha"], f"^{pull['base']['sha']}").split()

    def _pulls_list_reviews(self, request: Request) -> Answer:
        return Answer(200, _page(request, [r for r in self.reviews if str(r["pull"]) == request.arguments["pull_number"]]))

    def _pulls_list_commits(self, request: Request) -> Answer:
        pull = self._pull(request)
        return Answer(200, _page(request, [self._commit(c) for c in self._log(pull)][:250])) if pull else refusal(404, "Not Found")

    def _issues_list_events(self, request: Request) -> Answer:
        return Answer(200, _page(request, [e for e in self.events if str(e["pull"]) == request.arguments["issue_number"]]))

    def _commit(self, commit: str) -> dict[str, Any]:
        author, committer, message = git(self.bare, "show", "--no-patch", "--format=%ae%x00%ce%x00%B", commit).split("\0")
        return {
            "sha": commit,
            "author": account(self.people.mails.get(author)),
            "committer": account(self.people.mails.get(committer)),
            "commit": {"author": {"email": author}, "committer": {"email": committer}, "message": message.strip()},
        }

    def _repos_list_pull_requests_associated_with_commit(self, request: Request) -> Answer:
        commit = request.arguments["commit_sha"]
        found = [p for p in self.pulls if commit in (p["merge_commit_sha"], *(self._log(p) if p["state"] == "open" else ()))]
        return Answer(200, [{k: v for k, v in p.items() if k != "commits"} for p in found])

    def _repos_get_collaborator_permission_level(self, request: Request) -> Answer:
        right = self.people.rights.get(request.arguments["username"])
        return Answer(200, {"permission": right, "role_name": right}) if right else refusal(404, "Not Found")

    def _repos_list_activities(self, request: Request) -> Answer:
        """Whether a deleted branch is listed by its name no source says; of all branches they are (github.com/bethesque/bethesque/activity)."""
        query = {"per_page": "30", "after": "0"} | dict(request.query)
        rows = [p for p in self.pushes[::-1] if query.get("ref") in (None, p["ref"]) and query.get("ref") not in self.unlisted]
        end = int(query["after"]) + int(query["per_page"])
        more = {"Link": f'<{self.url}/activity?after={end}>; rel="next"'} if end < len(rows) else {}
        return Answer(200, rows[int(query["after"]) : end], more)

    def _teams_get_by_name(self, request: Request) -> Answer:
        name = f"{request.arguments['org']}/{request.arguments['team_slug']}"
        return Answer(200, {"slug": request.arguments["team_slug"]}) if name in self.people.teams else refusal(404, "Not Found")

    def _teams_get_membership_for_user_in_org(self, request: Request) -> Answer:
        name = f"{request.arguments['org']}/{request.arguments['team_slug']}"
        there = request.arguments["username"] in self.people.teams.get(name, ())
        return Answer(200, {"state": "active", "role": "member"}) if there else refusal(404, "Not Found")


def _page(request: Request, rows: list[Any]) -> list[Any]:
    query = {"page": "1", "per_page": "30"} | dict(request.query)
    size = int(query["per_page"])
    return rows[size * (int(query["page"]) - 1) : size * int(query["page"])]
