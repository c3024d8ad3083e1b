"""One comment of ours: found among many, edited in place, never somebody else's; statuses; a branch's pull requests."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from support.github_server import TOKEN, GitHubServer

from mlspec.adapters.github import api as github_api
from mlspec.adapters.github.api import GitHubApi, Refused
from mlspec.adapters.github.comments import put_comment
from mlspec.adapters.github.open_pulls import open_pulls
from mlspec.adapters.github.statuses import set_status

MARK = "<!-- ours "
BOT, PERSON = {"login": "github-actions[bot]", "type": "Bot"}, {"login": "eve", "type": "User"}


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[GitHubServer]:
    for name in ("GH_TOKEN", "GITHUB_SERVER_URL", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(github_api, "sleep", lambda seconds: None)
    with GitHubServer("ada/bikes") as running:
        running.bot = True
        monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
        monkeypatch.setenv("GITHUB_API_URL", running.url)
        yield running
        assert running.violations == []


def say(server: GitHubServer, body: str, user: dict[str, str] = BOT, issue: int = 7) -> int:
    number = 1 + max((c["id"] for c in server.comments), default=0)
    server.comments.append({"id": number, "issue": str(issue), "body": body, "user": user})
    return number


def put(text: str | Callable[[str | None], str | None]) -> None:
    with GitHubApi.from_environment() as api:
        put_comment(api, "ada/bikes", 7, MARK, text if callable(text) else lambda _: text)


def bodies(server: GitHubServer) -> list[str]:
    return [c["body"] for c in server.comments]


def test_made_once_then_edited(server: GitHubServer) -> None:
    put(f"{MARK}1")
    put(f"{MARK}2")
    assert bodies(server) == [f"{MARK}2"]
    assert server.operations.count("issues/create-comment") == server.operations.count("issues/update-comment") == 1


def test_nothing_is_sent_where_nothing_changes(server: GitHubServer) -> None:
    say(server, f"{MARK}1")
    seen: list[str | None] = []
    put(seen.append)
    assert seen == [f"{MARK}1"]
    assert {r.method for r in server.requests} == {"GET"}


def test_found_behind_hundreds_of_others(server: GitHubServer) -> None:
    for number in range(250):
        say(server, f"word {number}", PERSON)
    say(server, f"{MARK}1")
    for number in range(60):
        say(server, f"more {number}", PERSON)
    say(server, f"{MARK}of another pull request", issue=8)
    put(f"{MARK}2")
    assert bodies(server).count(f"{MARK}2") == 1 and f"{MARK}1" not in bodies(server)
    assert server.operations.count("issues/list-comments") == 4


@pytest.mark.parametrize("body", [f"{MARK}forged", f"> {MARK}quoted", f"see {MARK}"])
def test_somebody_elses_is_left_alone(server: GitHubServer, body: str) -> None:
    say(server, body, PERSON)
    put(f"{MARK}1")
    assert bodies(server) == [body, f"{MARK}1"]


def test_a_person_s_own_token(server: GitHubServer) -> None:
    server.bot = False
    say(server, f"{MARK}a bot's")
    put(f"{MARK}1")
    put(f"{MARK}2")
    assert bodies(server) == [f"{MARK}a bot's", f"{MARK}2"]


def test_of_two_the_older_stays(server: GitHubServer) -> None:
    for text in ("1", "2", "3"):
        say(server, f"{MARK}{text}")
    put(f"{MARK}4")
    assert bodies(server) == [f"{MARK}4"]


def test_two_runs_at_once_leave_one(server: GitHubServer) -> None:
    """Another run makes its comment between our look and our making."""

    def text(standing: str | None) -> str:
        assert standing is None
        say(server, f"{MARK}theirs")
        return f"{MARK}ours"

    put(text)
    assert bodies(server) == [f"{MARK}theirs"]


@pytest.mark.parametrize("status", [403, 404])
def test_one_that_may_not_be_edited_gets_a_successor(server: GitHubServer, status: int) -> None:
    say(server, f"{MARK}another app's")
    server.fault(status, "Resource not accessible by integration", on="issues/update-comment")
    server.fault(403, "Resource not accessible by integration", on="issues/delete-comment", times=None)
    put(f"{MARK}1")
    assert f"{MARK}1" in bodies(server)


def test_a_rate_limit_is_no_foreign_comment(server: GitHubServer) -> None:
    say(server, f"{MARK}1")
    server.fault(403, "You have exceeded a secondary rate limit", on="issues/update-comment", times=None, headers={"retry-after": "900"})
    with pytest.raises(Refused):
        put(f"{MARK}2")
    assert len(server.comments) == 1


def test_a_server_error_on_the_way_is_asked_again(server: GitHubServer) -> None:
    server.fault(502, times=1, on="issues/list-comments")
    server.fault(502, times=2, on="issues/create-comment")
    put(f"{MARK}1")
    assert bodies(server) == [f"{MARK}1"]


def test_a_lost_answer_makes_no_second_comment(server: GitHubServer) -> None:
    server.fault(502, times=1, on="issues/create-comment", done=True)
    put(f"{MARK}1")
    assert bodies(server) == [f"{MARK}1"]


def test_statuses(server: GitHubServer) -> None:
    with GitHubApi.from_environment() as api:
        set_status(api, "ada/bikes", "a" * 40, "success", "x\ny " * 100, "https://github.com/ada/bikes/actions/runs/1")
        set_status(api, "ada/bikes", "a" * 40, "failure", "no", "")
    first, second = server.statuses
    assert len(first["description"]) == 140 and first["description"].endswith("…") and "\n" not in first["description"]
    assert (first["context"], second["state"]) == ("mlspec", "failure")
    assert "target_url" not in second


def test_only_the_branch_of_this_repository_counts(server: GitHubServer) -> None:
    server.add_pull("topic", "main", "Ours", None, sha="1" * 40)
    server.add_pull("topic", "main", "A fork's", None, slug="eve/bikes", sha="2" * 40)
    server.add_pull("topic", "release", "Ours too", None, sha="3" * 40)
    server.add_pull("other", "main", "Another", None)
    server.pulls.append(
        {
            "number": 9,
            "state": "open",
            "head": {"ref": "topic", "label": "ada:topic", "sha": "4" * 40, "repo": None},
            "base": {"ref": "main"},
        }
    )
    with GitHubApi.from_environment() as api:
        found = open_pulls(api, "ada/bikes", "topic")
    assert [(p.number, p.head, p.base) for p in found] == [(1, "1" * 40, "main"), (3, "3" * 40, "release")]
