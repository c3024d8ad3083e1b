"""Pull requests against a server that holds every request against GitHub's own API description."""

from __future__ import annotations

import logging
import time
import traceback
from collections.abc import Iterator

import pytest
from support.github_server import OPERATIONS, TOKEN, GitHubServer

from mlspec.adapters.github import api as github_api
from mlspec.adapters.github import create_pull as github
from mlspec.adapters.github.token import api_base
from mlspec.diagnostics import Problems

HEAD, BASE = "mlspec/promote/staging-demand-v1.2.0", "main"
BY_HAND = "/ada/bikes/compare/main...mlspec/promote/staging-demand-v1.2.0?expand=1"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[GitHubServer]:
    for name in ("GH_TOKEN", "GITHUB_SERVER_URL", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    with GitHubServer("ada/bikes", branches={BASE, HEAD}) as running:
        monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
        monkeypatch.setenv("GITHUB_API_URL", running.url)
        yield running


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    found: list[float] = []
    monkeypatch.setattr(github_api, "sleep", found.append)
    return found


def propose(title: str = "Promote demand", body: str = "Evidence", slug: str = "ada/bikes") -> str:
    return github.open_pull_request(slug, head=HEAD, base=BASE, title=title, body=body)


def refused(**options: str) -> Problems:
    """The diagnostic; the token is in no part of it, nor in its traceback."""
    with pytest.raises(Problems) as caught:
        propose(**options)
    [found] = caught.value.diagnostics
    assert found.help
    assert TOKEN not in f"{found!r} {caught.value} {''.join(traceback.format_exception(caught.value))}"
    return caught.value


def code(found: Problems) -> str:
    return found.diagnostics[0].code


def help_of(found: Problems) -> str:
    return found.diagnostics[0].help or ""


def test_creates_then_finds(server: GitHubServer) -> None:
    first = propose()
    second = propose()
    assert first == second == f"{server.url}/ada/bikes/pull/1"
    assert server.operations == ["pulls/list", "pulls/create", "pulls/list"]
    assert len(server.pulls) == 1
    assert server.violations == []


def test_updates_what_differs(server: GitHubServer) -> None:
    server.add_pull(HEAD, BASE, "Promote demand", "old")
    assert propose(body="new").endswith("/pull/1")
    assert (server.pulls[0]["title"], server.pulls[0]["body"]) == ("Promote demand", "new")
    assert server.operations == ["pulls/list", "pulls/update"]
    assert server.violations == []


def test_line_ends_of_the_web_form_are_no_difference(server: GitHubServer) -> None:
    server.add_pull(HEAD, BASE, "Promote demand", "one\r\ntwo\r\n")
    propose(body="one\ntwo\n")
    assert server.operations == ["pulls/list"]


def test_others_pull_requests_are_left_alone(server: GitHubServer) -> None:
    server.add_pull(HEAD, BASE, "a fork's", "x", slug="ada/bikes-fork")  # same owner, same branch name
    server.add_pull(HEAD, "release", "another base", "x")
    server.add_pull(HEAD, BASE, "closed", "x")["state"] = "closed"
    server.pulls[0]["head"]["ref"] = HEAD
    server.fault(200, times=1, on="pulls/list", body=[p | {"state": "open"} for p in server.pulls[:2]] + [{"head": None}, 3])
    server.pulls[0]["state"] = "closed"
    assert propose().endswith("/pull/4")
    assert [p["title"] for p in server.pulls[:3]] == ["a fork's", "another base", "closed"]


def test_a_race_is_settled(server: GitHubServer) -> None:
    server.add_pull(HEAD, BASE, "Promote demand", "theirs")
    server.fault(200, times=1, on="pulls/list", body=[])
    assert propose(body="mine").endswith("/pull/1")
    assert server.operations == ["pulls/list", "pulls/create", "pulls/list", "pulls/update"]
    assert server.pulls[0]["body"] == "mine"


@pytest.mark.parametrize("status", [0, 502])
def test_a_lost_answer_makes_no_second_pull_request(server: GitHubServer, waits: list[float], status: int) -> None:
    server.fault(status, times=1, on="pulls/create", done=True)
    assert propose().endswith("/pull/1")
    assert len(server.pulls) == 1
    assert waits == [0.5]
    assert server.violations == []


def test_the_repositorys_case_does_not_matter(server: GitHubServer) -> None:
    propose()
    assert propose(slug="Ada/Bikes").endswith("/pull/1")


@pytest.mark.parametrize(
    ("status", "message", "headers", "expected", "fix"),
    [
        (401, "Bad credentials", {}, "MLS0981", "valid token"),
        (403, "Resource not accessible by integration", {}, "MLS0982", "`pull-requests: write`"),
        (
            403,
            "Resource protected by organization SAML enforcement.",
            {"X-GitHub-SSO": "required; url=https://x"},
            "MLS0982",
            "single sign-on",
        ),
        (
            403,
            "GitHub Actions is not permitted to create or approve pull requests.",
            {},
            "MLS0988",
            "https://github.com/ada/bikes/settings/actions",
        ),
        (404, "Not Found", {}, "MLS0983", "access to ada/bikes"),
        (301, "Moved Permanently", {"Location": "/repositories/1"}, "MLS0983", "git remote set-url"),
        (422, "Validation Failed", {}, "MLS0984", "GitHub names"),
        (403, "You have exceeded a secondary rate limit.", {}, "MLS0985", "wait"),
        (403, "API rate limit exceeded", {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "9999999999"}, "MLS0985", "wait"),
        (429, "", {"Retry-After": "3600"}, "MLS0985", "wait"),
        (418, "teapot", {}, "MLS0987", "GITHUB_API_URL"),
    ],
)
def test_refusals(
    server: GitHubServer, waits: list[float], status: int, message: str, headers: dict[str, str], expected: str, fix: str
) -> None:
    server.fault(status, message, times=None, on="pulls/create", headers=headers)
    found = refused()
    assert code(found) == expected
    assert fix in help_of(found)
    assert f"https://github.com{BY_HAND}" in help_of(found)
    assert message in str(found)
    assert waits == []
    assert server.violations == []


def test_a_wrong_token(server: GitHubServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GH_TOKEN", "another")
    assert code(refused()) == "MLS0981"


def test_an_unknown_repository(server: GitHubServer) -> None:
    assert code(refused(slug="ada/cars")) == "MLS0983"


def test_a_branch_that_is_not_there(server: GitHubServer) -> None:
    server.branches = {BASE}
    found = refused()
    assert code(found) == "MLS0984"
    assert "head is invalid" in str(found)
    assert "both branches are on GitHub" in help_of(found)


def test_server_errors_are_tried_again(server: GitHubServer, waits: list[float]) -> None:
    server.fault(500, times=2)
    assert propose().endswith("/pull/1")
    assert waits == [0.5, 1.0]


def test_server_errors_end(server: GitHubServer, waits: list[float]) -> None:
    server.fault(503, times=None)
    assert code(refused()) == "MLS0986"
    assert len(server.requests) == github_api.TRIES
    assert waits == [0.5, 1.0, 2.0]


@pytest.mark.parametrize("status", [403, 429])
def test_a_short_limit_is_sat_out(server: GitHubServer, waits: list[float], status: int) -> None:
    server.fault(status, "You have exceeded a secondary rate limit", times=1, headers={"Retry-After": "7"})
    assert propose().endswith("/pull/1")
    assert waits == [7.0]


def test_a_reset_soon_is_waited_for(server: GitHubServer, waits: list[float]) -> None:
    reset = str(int(time.time()) + 10)
    server.fault(403, "API rate limit exceeded", times=1, headers={"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": reset})
    assert propose().endswith("/pull/1")
    assert 1.0 <= waits[0] <= 10.0


def test_no_network(server: GitHubServer, waits: list[float]) -> None:
    server.fault(0, times=None)
    assert code(refused()) == "MLS0986"
    assert len(waits) == github_api.TRIES - 1


@pytest.mark.parametrize("body", [b"<html>proxy</html>", {"not": "a list"}, b""])
def test_answers_that_are_not_githubs(server: GitHubServer, body: object) -> None:
    server.fault(200, times=None, body=body)
    assert code(refused()) == "MLS0987"


@pytest.mark.parametrize("pull", [{"number": 1, "html_url": "javascript:alert(1)"}, {"html_url": "https://x/\x1b[2J"}, []])
def test_pull_requests_that_are_not_githubs(server: GitHubServer, pull: object) -> None:
    server.fault(201, times=None, on="pulls/create", body=pull)
    assert code(refused()) == "MLS0987"


def test_a_server_that_echoes_the_token_is_not_repeated(
    server: GitHubServer, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    server.fault(422, f"\x1b[31mno {TOKEN}\r\nagain", times=None)
    assert 'says: "[31mno *** again"' in str(refused())
    printed = capfd.readouterr()
    assert TOKEN not in caplog.text + printed.out + printed.err


def test_no_token(server: GitHubServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", " ")
    assert code(refused()) == "MLS0980"
    assert server.requests == []


@pytest.mark.parametrize("token", [f"{TOKEN}\nX-Evil: 1", f"{TOKEN} x", f"{TOKEN}é"])
def test_a_token_that_is_no_header(server: GitHubServer, monkeypatch: pytest.MonkeyPatch, token: str) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", token)
    assert code(refused()) == "MLS0981"
    assert server.requests == []


def test_a_long_body_is_cut_where_markdown_stays_whole(server: GitHubServer) -> None:
    propose(title="x" * 300, body="```text\n" + "line é 🚲\n" * 20_000)
    body = server.pulls[0]["body"]
    assert len(body) < 65_536
    assert body.endswith("🚲\n```" + github.CUT)
    assert len(server.pulls[0]["title"]) == 256
    propose(title="x" * 300, body="```text\n" + "line é 🚲\n" * 20_000)
    assert server.operations == ["pulls/list", "pulls/create", "pulls/list"]
    assert server.violations == []


@pytest.mark.parametrize(
    ("api", "server_url", "expected"),
    [
        ("", "", "https://api.github.com"),
        ("", "https://github.com/", "https://api.github.com"),
        ("", "https://git.firm.example", "https://git.firm.example/api/v3"),
        ("", "https://firm.ghe.com", "https://api.firm.ghe.com"),
        ("https://git.firm.example/api/v3/", "", "https://git.firm.example/api/v3"),
        ("http://127.0.0.1:8000", "", "http://127.0.0.1:8000"),
    ],
)
def test_the_apis_address(monkeypatch: pytest.MonkeyPatch, api: str, server_url: str, expected: str) -> None:
    monkeypatch.setenv("GITHUB_API_URL", api)
    monkeypatch.setenv("GITHUB_SERVER_URL", server_url)
    assert api_base() == expected


@pytest.mark.parametrize(
    "address",
    ["http://api.github.com", "ftp://x", "api.github.com", "https://u:p@x", "https://x?y", "https://[x", "https://x:99999", "https://x/\n"],
)
def test_addresses_that_get_no_token(server: GitHubServer, monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv("GITHUB_API_URL", f"{address}/x" if address.endswith("\n") else address)
    assert code(refused()) == "MLS0989"
    assert server.requests == []


def test_a_proxy_that_cannot_be_used(server: GitHubServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "gopher://user:hush@proxy:1")
    found = refused()
    assert code(found) == "MLS0989"
    assert "hush" not in str(found) + "".join(traceback.format_exception(found))


@pytest.mark.parametrize(
    "url",
    [
        "https://github.com/ada/bikes",
        "https://github.com/ada/bikes.git",
        "https://github.com/ada/bikes/",
        "https://GitHub.com:443/ada/bikes.git",
        "https://x-access-token:hush@github.com/ada/bikes",
        "git@github.com:ada/bikes.git",
        "git@github.com:/ada/bikes",
        "org-123@github.com:ada/bikes.git",
        "github.com:ada/bikes",
        "ssh://git@github.com/ada/bikes.git",
        "ssh://git@github.com:22/ada/bikes",
        "ssh://git@ssh.github.com:443/ada/bikes.git",
    ],
)
def test_remotes_on_github(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.delenv("GITHUB_SERVER_URL", raising=False)
    assert github.remote_slug(url) == "ada/bikes"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "/srv/git/bikes.git",
        "../remote.git",
        "C:\\git\\bikes",
        "c:/git/bikes",
        "file:///github.com/ada/bikes",
        "https://gitlab.com/ada/bikes",
        "https://github.com.evil.example/ada/bikes",
        "https://evil.example/github.com/ada/bikes",
        "https://github.com@evil.example/ada/bikes",
        "https://github.com\\@evil.example/ada/bikes",
        "https://git\nhub.com/ada/bikes",
        "https://github.com:8443/ada/bikes",
        "https://github.com:x/ada/bikes",
        "https://[github.com/ada/bikes",
        "http://github.com/ada/bikes",
        "git://github.com/ada/bikes",
        "https://github.com/ada",
        "https://github.com/ada/bikes/tree/main",
        "https://github.com/ada/..",
        "https://github.com/../bikes",
        "https://github.com//bikes",
        "https://github.com/ada/.git",
        "https://github.com/ada/bikes?x=1",
        "https://github.com/ada/bikes#x",
        "https://github.com/ada/bi%2fkes",
        "https://github.com/ada/bikes\n",
        "https://github.com/ada/b ikes",
        "https://github.com/adа/bikes",  # a Cyrillic letter
        "https://gıthub.com/ada/bikes",
        "git@github.com.evil.example:ada/bikes",
        "git@evil.example:github.com/ada/bikes",
        "git@evil@github.com:ada/bikes",
        "-oProxyCommand=x@github.com:ada/bikes",
        "ext::sh -c x github.com:ada/bikes",
        "git@git.firm.example:ada/bikes",
    ],
)
def test_remotes_elsewhere(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.delenv("GITHUB_SERVER_URL", raising=False)
    assert github.remote_slug(url) is None


def test_remotes_of_an_enterprise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_SERVER_URL", "https://git.firm.example")
    for url in ("https://git.firm.example/ada/bikes.git", "git@git.firm.example:ada/bikes", "ssh://git@git.firm.example:122/ada/bikes"):
        assert github.remote_slug(url) == "ada/bikes"
    assert github.remote_slug("http://git.firm.example/ada/bikes") is None
    assert github.compare_url("ada/bikes", "main", "a#b") == "https://git.firm.example/ada/bikes/compare/main...a%23b?expand=1"


def test_the_server_is_strict(server: GitHubServer) -> None:
    """Else 'no violations' would say nothing."""
    import httpx2

    assert {"pulls/list", "pulls/create", "pulls/update", "issues/create-comment"} <= set(OPERATIONS)
    good = {"Authorization": f"Bearer {TOKEN}", "Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}
    with httpx2.Client(base_url=server.url, headers=good) as client:
        assert client.post("/repos/ada/bikes/pulls", json={"head": 3, "bse": "main"}).status_code == 422
        assert client.get("/repos/ada/bikes/pulls", params={"state": "opened", "heads": "x"}).status_code == 422
        assert client.get("/repos/ada/bikes/pulls", headers={"Accept": "*/*"}).status_code == 422
        assert client.get("/users/ada").status_code == 404
        assert client.post("/repos/ada/bikes/issues/1/comments", json={"body": "hi"}).status_code == 201
        assert client.patch("/repos/ada/bikes/issues/comments/1", json={"body": "ho"}).json()["body"] == "ho"
        assert [c["body"] for c in client.get("/repos/ada/bikes/issues/1/comments").json()] == ["ho"]
        assert client.post("/repos/ada/bikes/statuses/abc", json={"state": "green"}).status_code == 422
        assert client.delete("/repos/ada/bikes/issues/comments/1").status_code == 204
    told = "\n".join(server.violations)
    for part in (
        "'base' is a required property",
        "3 is not of type",
        "bse is unknown",
        "'opened' is not one of",
        "heads is unknown",
        "accept",
        "/users/ada",
        "'green'",
    ):
        assert part in told
