"""The results of a started run's jobs, repeated as statuses of its commit."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.github_server import GitHubServer

from mlspec.adapters.git.repository import Repository
from mlspec.ci.record.statuses import read_results, set_statuses
from mlspec.diagnostics import Problems

COMMIT = "a" * 40


class Remote(Repository):
    """A repository whose remote is GitHub's."""

    def require_remote(self, name: str) -> str:
        return "https://github.com/ada/bikes.git"


def test_each_job_is_a_status_and_only_record_may_be_skipped(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with GitHubServer("ada/bikes") as github:
        monkeypatch.setenv("GITHUB_API_URL", github.url)
        monkeypatch.setenv("GITHUB_TOKEN", "ghp_" + "s3cr3tS3CR3Ts3cr3tS3CR3T" * 2)
        results = read_results(("plan=success", "gather=failure", "record=skipped", "verify=skipped"))
        told = set_statuses(Remote(tmp_path), "origin", COMMIT, results)
        sent = [(r.body["context"], r.body["state"]) for r in github.requests if r.operation == "repos/create-commit-status"]
        assert github.violations == []
    assert sent == [("plan", "success"), ("gather", "failure"), ("record", "success"), ("verify", "failure")]
    assert told == ["status `plan`: success", "status `gather`: failure", "status `record`: skipped", "status `verify`: skipped"]


@pytest.mark.parametrize("word", ["plan", "plan=", "=success", "plan=green", "plan=success=x"])
def test_anything_else_is_refused(word: str) -> None:
    with pytest.raises(Problems) as caught:
        read_results((word,))
    assert [d.code for d in caught.value.diagnostics] == ["MLS0592"]
