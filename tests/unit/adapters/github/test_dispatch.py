"""Starting workflows, against the server that holds requests against GitHub's API description."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from support.github_server import TOKEN, GitHubServer

from mlspec.adapters.github import api as github_api
from mlspec.adapters.github.dispatch import start_workflow
from mlspec.diagnostics import Problems


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[GitHubServer]:
    for name in ("GH_TOKEN", "GITHUB_SERVER_URL", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(github_api, "sleep", lambda seconds: None)
    with GitHubServer("ada/bikes") as running:
        monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
        monkeypatch.setenv("GITHUB_API_URL", running.url)
        yield running


def refused() -> tuple[str, str, str]:
    with pytest.raises(Problems) as caught:
        start_workflow("ada/bikes", "mlspec-ci.yml", "topic")
    [found] = caught.value.diagnostics
    assert TOKEN not in f"{found!r}"
    return found.code, found.message, found.help or ""


def test_starts(server: GitHubServer) -> None:
    start_workflow("ada/bikes", "mlspec-ci.yml", "topic/ä b")
    start_workflow("ada/bikes", "mlspec-ci.yml", "topic", {"base": "main"})
    assert server.dispatches == [
        {"workflow": "mlspec-ci.yml", "ref": "topic/ä b"},
        {"workflow": "mlspec-ci.yml", "ref": "topic", "inputs": {"base": "main"}},
    ]
    assert server.violations == []


def test_an_answer_with_the_run_is_as_good(server: GitHubServer) -> None:
    server.fault(200, body={"workflow_run_id": 1})
    start_workflow("ada/bikes", "mlspec-ci.yml", "topic")


def test_a_server_error_is_asked_again(server: GitHubServer) -> None:
    server.fault(502, times=2)
    start_workflow("ada/bikes", "mlspec-ci.yml", "topic")
    assert len(server.dispatches) == 1


def test_a_missing_permission_is_named(server: GitHubServer) -> None:
    server.fault(403, "Resource not accessible by integration")
    code, message, fix = refused()
    assert code == "MLS0982"
    assert "may not start workflows on ada/bikes" in message
    assert "`actions: write`" in fix and "pull" not in fix


def test_a_workflow_that_is_not_there(server: GitHubServer) -> None:
    server.workflows = set()
    code, _, fix = refused()
    assert code == "MLS0983"
    assert "`mlspec-ci.yml` is on the default branch" in fix
    assert "/ada/bikes/actions/workflows/mlspec-ci.yml" in fix


def test_a_branch_that_is_not_there(server: GitHubServer) -> None:
    server.branches = {"main"}
    code, message, fix = refused()
    assert code == "MLS0984"
    assert "No ref found for: topic" in message
    assert "workflow_dispatch" in fix
