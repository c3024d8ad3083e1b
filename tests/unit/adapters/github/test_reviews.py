"""What GitHub lists is read whole, and what has not its form is refused."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.git_repos import commit_all, sh, start
from support.github_reviews import ReviewServer
from support.github_server import TOKEN

from mlspec.adapters.github.access import is_member, may_write, read_pushes, read_retargeted
from mlspec.adapters.github.api import GitHubApi, Refused
from mlspec.adapters.github.reviews import read_commits, read_pull, read_reviews
from mlspec.diagnostics import Problems

SLUG = "acme/shop"


@pytest.fixture
def github(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ReviewServer]:
    root = start(tmp_path / "work")
    (root / "a").write_text("a")
    commit_all(root)
    sh(root, "git", "switch", "--quiet", "--create", "change")
    (root / "b").write_text("b")
    commit_all(root)
    with ReviewServer(SLUG, root) as server:
        monkeypatch.setenv("GITHUB_API_URL", server.url)
        monkeypatch.setenv("GH_TOKEN", TOKEN)
        server.open("change", "ada")
        yield server
        assert server.violations == []


@pytest.fixture
def api(github: ReviewServer) -> Iterator[GitHubApi]:
    with GitHubApi.from_environment() as made:
        yield made


def test_every_page_in_order_and_no_drafts(github: ReviewServer, api: GitHubApi) -> None:
    for number in range(250):
        github.review(1, f"person-{number}", "PENDING" if number % 100 == 0 else "APPROVED")
    github.reviews.reverse()
    found = read_reviews(api, SLUG, 1)
    assert [r.account.login for r in found if r.account] == [f"person-{n}" for n in range(250) if n % 100]


def test_pushes_page_by_page(github: ReviewServer, api: GitHubApi) -> None:
    github.pushed("change", "ada", "a" * 40, times=130)
    assert len(read_pushes(api, SLUG, "change", github.tip("change")) or ()) == 130
    github.people.hidden.add("repos/list-activities")
    assert read_pushes(api, SLUG, "change", github.tip("change")) is None


def test_pushes_to_a_deleted_branch_are_found_among_all_or_not_told(github: ReviewServer, api: GitHubApi) -> None:
    """An empty list is no answer: nobody pushed, it would say, so that whoever did might approve."""
    head = github.tip("change")
    github.pushed("change", "mallory")
    github.pushed("main", "ada", "a" * 40, times=150)
    github.unlisted.add("refs/heads/change")
    assert [push.login for push in read_pushes(api, SLUG, "change", head) or ()] == ["mallory"]
    assert read_pushes(api, SLUG, "change", "b" * 40) is None
    github.pushed("main", "ada", "a" * 40, times=900)  # further back than is looked
    assert read_pushes(api, SLUG, "change", head) is None


def test_a_list_of_all_branches_that_is_not_whole_must_reach_the_branchs_beginning(github: ReviewServer, api: GitHubApi) -> None:
    head = github.tip("change")
    github.pushed("change", "mallory")
    github.pushed("main", "ada", "a" * 40, times=995)
    github.pushed("change", "ada", "a" * 40)
    github.unlisted.add("refs/heads/change")
    assert [push.login for push in read_pushes(api, SLUG, "change", head) or ()] == ["ada", "mallory"]
    github.pushed("main", "ada", "a" * 40, times=10)
    assert read_pushes(api, SLUG, "change", head) is None


def test_what_the_token_may_not_see_is_none(github: ReviewServer, api: GitHubApi) -> None:
    github.people.rights, github.people.teams = {"ada": "admin", "rita": "read"}, {"acme/risk": {"ada"}}
    assert [may_write(api, SLUG, login) for login in ("ada", "rita", "nobody")] == [True, False, False]
    assert [is_member(api, team, "ada") for team in ("acme/risk", "acme/hidden")] == [True, None]
    assert is_member(api, "acme/risk", "rita") is False
    assert read_retargeted(api, SLUG, 1) == ""
    github.people.hidden |= {"repos/get-collaborator-permission-level", "teams/get-membership-for-user-in-org", "issues/list-events"}
    assert (may_write(api, SLUG, "ada"), is_member(api, "acme/risk", "ada"), read_retargeted(api, SLUG, 1)) == (None, None, None)


def test_a_rate_limit_is_no_hidden_thing(github: ReviewServer, api: GitHubApi, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mlspec.adapters.github.api.sleep", lambda _: None)
    github.fault(403, "API rate limit exceeded", times=None)
    for read in (
        lambda: may_write(api, SLUG, "ada"),
        lambda: read_pushes(api, SLUG, "change", "a" * 40),
        lambda: is_member(api, "acme/risk", "ada"),
    ):
        with pytest.raises(Refused):
            read()


def test_a_list_that_does_not_end(github: ReviewServer, api: GitHubApi) -> None:
    row = {"id": 1, "state": "COMMENTED", "user": None, "submitted_at": "2026-11-21T08:00:00Z", "commit_id": None}
    github.fault(200, times=None, on="pulls/list-reviews", body=[row] * 100)
    with pytest.raises(Problems, match="MLS0987"):
        read_reviews(api, SLUG, 1)


@pytest.mark.parametrize(
    "change", [{"head": None}, {"head": {"sha": "--all", "ref": "x"}}, {"number": "1"}, {"commits": True}, {"user": "ada"}]
)
def test_a_pull_request_of_another_form(github: ReviewServer, api: GitHubApi, change: dict[str, object]) -> None:
    github.fault(200, on="pulls/get", body=github.pulls[0] | change)
    with pytest.raises(Problems, match="MLS0987"):
        read_pull(api, SLUG, 1)


def test_a_repository_whose_name_would_lead_elsewhere_is_none(github: ReviewServer, api: GitHubApi) -> None:
    assert read_pull(api, SLUG, 1).source == SLUG
    for name in ("../..", "acme/..", "acme/x?y", "acme"):
        github.pulls[0]["head"]["repo"]["full_name"] = name
        assert read_pull(api, SLUG, 1).source is None
    assert [c.author for c in read_commits(api, SLUG, 1)] == [None]
