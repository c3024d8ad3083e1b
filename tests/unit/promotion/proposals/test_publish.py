"""One flow for every kind of proposal: what is pushed, what is found again, whose work and words stay."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from support.git_repos import add_remote, clone, commit_all, sh, start
from support.github_server import TOKEN, GitHubServer

from mlspec.adapters.git.repository import Repository
from mlspec.diagnostics import Problems
from mlspec.promotion.proposals import kinds
from mlspec.promotion.proposals.proposal import KindName, Proposal, claimed_content, content_digest
from mlspec.promotion.proposals.publish import Published, publish
from mlspec.promotion.proposals.standing import Terms
from mlspec.promotion.proposals.upstream import Upstream

NOW = datetime(2026, 11, 29, tzinfo=UTC)
RESULT, OTHER = "pipelines/models/demand/dvc.lock", "environments/staging/demand.yaml"
ASKED: tuple[KindName, ...] = ("promotion", "rollback", "registration")
SCHEDULED: tuple[KindName, ...] = ("refresh", "retrain")
EVERY = pytest.mark.parametrize("kind", [*ASKED, *SCHEDULED])
BRANCH = "mlspec/thing"


@pytest.fixture
def upstream(tmp_path: Path) -> Upstream:
    """A clone of a bare remote; its address is told as GitHub's, which is asked only where a token is set."""
    root = start(tmp_path / "work")
    (root / OTHER).parent.mkdir(parents=True)
    (root / OTHER).write_text("version: v1.0.0\n")
    commit = commit_all(root)
    add_remote(root, tmp_path / "remote.git")
    return Upstream(Repository(root), "origin", "git@github.com:ada/bikes.git", "main", commit)


@pytest.fixture
def github(monkeypatch: pytest.MonkeyPatch) -> Iterator[GitHubServer]:
    for name in ("GH_TOKEN", "GITHUB_SERVER_URL"):
        monkeypatch.delenv(name, raising=False)
    with GitHubServer("ada/bikes") as running:
        monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
        monkeypatch.setenv("GITHUB_API_URL", running.url)
        yield running


@pytest.fixture(autouse=True)
def _no_token(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GH_TOKEN", "GITHUB_TOKEN"):
        monkeypatch.delenv(name, raising=False)


def proposal(upstream: Upstream, kind: KindName, version: str = "v1.1.0", body: str = "Better") -> Proposal:
    files = {OTHER: f"version: {version}\n".encode()}
    return Proposal.make(kind, "thing", BRANCH, ("main", upstream.main), "Do it", body, files, "Why: so\n")


def run(upstream: Upstream, kind: KindName, version: str = "v1.1.0", body: str = "Better") -> Published:
    return publish(upstream, proposal(upstream, kind, version, body), Terms(frozenset({RESULT}), NOW))


def tip(upstream: Upstream) -> str:
    return sh(upstream.root, "git", "ls-remote", "origin", f"refs/heads/{BRANCH}").partition("\t")[0]


def put(upstream: Upstream, path: str, text: str, message: str, tmp_path: Path, branch: str = BRANCH) -> str:
    """Somebody pushes a commit on top of a branch."""
    other = clone(tmp_path / "remote.git", tmp_path / f"other-{len(list(tmp_path.iterdir()))}")
    sh(other, "git", "switch", "--quiet", branch)
    (other / path).parent.mkdir(parents=True, exist_ok=True)
    (other / path).write_text(text)
    made = commit_all(other, message)
    sh(other, "git", "push", "--quiet", "origin", branch)
    sh(upstream.root, "git", "fetch", "--quiet", "origin", "main")
    return made


def code(upstream: Upstream, kind: KindName, version: str = "v1.1.0") -> str:
    with pytest.raises(Problems) as caught:
        run(upstream, kind, version)
    return caught.value.diagnostics[0].code


@EVERY
def test_it_is_pushed_once_and_found_afterwards(upstream: Upstream, kind: KindName) -> None:
    first = run(upstream, kind)
    assert (first.state, first.commit) == ("pushed", tip(upstream))
    message = sh(upstream.root, "git", "show", "--no-patch", "--format=%B", first.commit)
    assert message.startswith("Do it\n\nWhy: so\nMlspec-Proposal: thing\nMlspec-Content: sha256:")
    assert claimed_content(message) == content_digest({OTHER: b"version: v1.1.0\n"})
    assert (upstream.root / first.text).read_text() == "Better"
    again = run(upstream, kind)
    assert (again.state, again.commit) == ("current", first.commit)
    other = run(upstream, kind, "v1.2.0")
    assert other.state == "pushed"
    assert sh(upstream.root, "git", "rev-list", "--count", f"main..{tip(upstream)}") == "1"


@EVERY
def test_what_people_put_on_top_stays(upstream: Upstream, kind: KindName, tmp_path: Path) -> None:
    run(upstream, kind)
    theirs = put(upstream, "notes.md", "mine", "Mine", tmp_path)
    found = run(upstream, kind)
    assert (found.state, tip(upstream)) == ("current", theirs)
    assert theirs[:12] in found.notes[0]
    assert code(upstream, kind, "v1.2.0") == "MLS0523"
    assert tip(upstream) == theirs


@EVERY
def test_what_ci_recorded_on_top_is_replaced(upstream: Upstream, kind: KindName, tmp_path: Path) -> None:
    run(upstream, kind)
    put(upstream, RESULT, "outs", "Train\n\nMlspec-Seconds: model/demand 1.5", tmp_path)
    assert run(upstream, kind).notes == ()
    assert run(upstream, kind, "v1.2.0").state == "pushed"


@EVERY
def test_a_clone_that_remembers_its_own_commit_does_not_push_it_over_other_work(upstream: Upstream, kind: KindName, tmp_path: Path) -> None:
    """The branch here says the same still; the remote's holds something else by now."""
    run(upstream, kind)
    sh(upstream.root, "git", "push", "--quiet", "origin", "--delete", BRANCH)
    other = clone(tmp_path / "remote.git", tmp_path / "other")
    sh(other, "git", "switch", "--quiet", "--create", BRANCH)
    (other / "notes.md").write_text("mine")
    theirs = commit_all(other, "Mine")
    sh(other, "git", "push", "--quiet", "origin", BRANCH)
    assert code(upstream, kind) == "MLS0523"
    assert tip(upstream) == theirs


@EVERY
def test_killed_before_its_push_it_is_taken_up(upstream: Upstream, kind: KindName) -> None:
    first = run(upstream, kind).commit
    sh(upstream.root, "git", "push", "--quiet", "origin", "--delete", BRANCH)
    again = run(upstream, kind)
    assert (again.state, again.commit, tip(upstream)) == ("pushed", first, first)


@EVERY
def test_a_main_branch_that_moved(upstream: Upstream, kind: KindName, tmp_path: Path) -> None:
    """Elsewhere: the proposal stands. In its own files: what was made before is refused, and what is made now replaces it."""
    first = run(upstream, kind).commit
    moved = replace(upstream, main=put(upstream, "notes.md", "note", "Elsewhere", tmp_path, "main"))
    assert run(moved, kind).commit == first
    moved = replace(upstream, main=put(upstream, OTHER, "version: v1.0.0\n# seen\n", "In it", tmp_path, "main"))
    with pytest.raises(Problems) as caught:
        publish(moved, proposal(upstream, kind), Terms(frozenset(), NOW))
    assert caught.value.diagnostics[0].code == "MLS0525"
    assert run(moved, kind).state == "pushed"
    assert sh(upstream.root, "git", "rev-parse", f"{tip(upstream)}^") == moved.main
    done = replace(upstream, main=put(upstream, OTHER, "version: v1.1.0\n", "Merged", tmp_path, "main"))
    assert run(done, kind).state == "merged"


@EVERY
def test_a_base_that_is_not_on_the_main_branch_is_none(upstream: Upstream, kind: KindName) -> None:
    (upstream.root / "notes.md").write_text("aside")
    aside = replace(proposal(upstream, kind), commit=commit_all(upstream.root, "Aside"))
    with pytest.raises(Problems) as caught:
        publish(upstream, aside, Terms(frozenset(), NOW))
    assert caught.value.diagnostics[0].code == "MLS0524"
    assert tip(upstream) == ""


@EVERY
def test_a_person_s_words_stay(upstream: Upstream, kind: KindName, github: GitHubServer) -> None:
    first = run(upstream, kind)
    assert first.url == f"{github.url}/ada/bikes/pull/1"
    [pull] = github.pulls
    assert pull["body"].splitlines()[1:] == ["Better"]
    pull.update(title="Careful", body=pull["body"].replace("Better", "Ask **Bob**"))
    again = run(upstream, kind, "v1.2.0", "Better still")
    assert "edited" in again.notes[0]
    assert (pull["title"], pull["body"].splitlines()[1:]) == ("Careful", ["Ask **Bob**"])
    pull.update(title="Do it", body=f"{pull['body'].splitlines()[0]}\nBetter")
    run(upstream, kind, "v1.3.0", "Best")
    assert pull["body"].splitlines()[1:] == ["Best"]
    assert github.violations == []


@pytest.mark.parametrize("kind", SCHEDULED)
def test_a_no_holds_against_a_schedule(upstream: Upstream, kind: KindName, github: GitHubServer) -> None:
    run(upstream, kind)
    github.pulls[0]["state"] = "closed"
    found = run(upstream, kind)
    assert (found.state, found.url, len(github.pulls)) == ("closed", f"{github.url}/ada/bikes/pull/1", 1)
    assert "closed by a person" in found.notes[0]
    assert run(upstream, kind, "v1.2.0").state == "pushed"
    assert [p["state"] for p in github.pulls] == ["closed", "open"]


@pytest.mark.parametrize("kind", ASKED)
def test_who_asks_by_name_is_told_of_a_no_and_asks_again(upstream: Upstream, kind: KindName, github: GitHubServer) -> None:
    run(upstream, kind)
    github.pulls[0]["state"] = "closed"
    found = run(upstream, kind)
    assert (found.state, found.url) == ("current", f"{github.url}/ada/bikes/pull/2")
    assert found.notes == (f"{github.url}/ada/bikes/pull/1 with this content was closed by a person",)


def test_without_a_token_the_address_is_told_where_a_person_opens_it(upstream: Upstream) -> None:
    done = run(upstream, "promotion")
    assert (done.url, done.page) == (None, f"https://github.com/ada/bikes/compare/main...{BRANCH}?expand=1")
    elsewhere = run(replace(upstream, url="../remote.git"), "promotion")
    assert (elsewhere.url, elsewhere.page) == (None, None)


def test_what_does_not_hold_any_more_is_made_anew(upstream: Upstream) -> None:
    first = run(upstream, "promotion").commit
    unsound = Terms(frozenset(), NOW, lambda commit, files: (commit, dict(files)) != (first, {OTHER: b"version: v1.1.0\n"}))
    done = publish(upstream, proposal(upstream, "promotion", body="Again"), unsound)
    assert done.state == "pushed"


def test_every_kind_is_known() -> None:
    assert {name for name, kind in kinds.KINDS.items() if kind.asked} == set(ASKED)
    assert set(kinds.KINDS) == {*ASKED, *SCHEDULED}


@EVERY
def test_what_is_not_signed_is_told_where_the_base_branch_takes_signed_commits_only(
    upstream: Upstream, github: GitHubServer, kind: KindName, tmp_path: Path
) -> None:
    """A person's own push, which no key signs; with a key, the same command mends it."""
    assert run(upstream, kind, "v1.0.1").notes == ()
    github.branch_rules.append({"type": "required_signatures"})
    [note] = run(upstream, kind).notes
    assert note.startswith(f"`main` takes signed commits only, and {tip(upstream)[:12]} is not signed")
    assert "`git config commit.gpgsign true`" in note
    assert run(upstream, kind).state == "current"
    sh(tmp_path, "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(tmp_path / "key"))
    for name, value in {"gpg.format": "ssh", "user.signingkey": str(tmp_path / "key"), "commit.gpgsign": "true"}.items():
        sh(upstream.root, "git", "config", name, value)
    signed = run(upstream, kind)
    assert (signed.state, signed.commit, signed.notes) == ("pushed", tip(upstream), ())
    assert "gpgsig -----BEGIN SSH SIGNATURE-----" in sh(upstream.root, "git", "cat-file", "commit", signed.commit)
    assert run(upstream, kind).state == "current"


@pytest.mark.parametrize("hidden", ["repos/get-branch-rules", "repos/get-branch-protection"])
def test_what_github_does_not_tell_is_no_warning_and_no_failure(upstream: Upstream, github: GitHubServer, hidden: str) -> None:
    github.fault(403, "Resource not accessible by personal access token", times=None, on=hidden)
    assert run(upstream, "promotion").notes == ()
    github.branch_rules.append({"type": "required_signatures"})
    assert bool(run(upstream, "promotion", "v1.2.0").notes) is (hidden == "repos/get-branch-protection")
