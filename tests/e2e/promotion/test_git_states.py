"""States of Git in which nothing can be promoted, verified or rolled back: each is said, with what to do."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from support.cli import BIN, environment
from support.promotion_world import BRANCH, ENVIRONMENT, World, commit, git, read, run

pytestmark = pytest.mark.e2e

PROMOTE = ("promote", "model/demand", "--to", "staging")
VERIFY = ("verify", "--base", "origin/main")
ROLLBACK = ("rollback", "deployment/staging/demand", "--reason", "why")
ALL = pytest.mark.parametrize("words", [PROMOTE, VERIFY, ROLLBACK], ids=lambda w: w[0])
PUSHING = pytest.mark.parametrize("words", [PROMOTE, ROLLBACK], ids=lambda w: w[0])


def refused(root: Path, words: tuple[str, ...], code: str, *names: str) -> None:
    result = run(root, *words)
    assert result.code == 1, result.text
    assert f"error[{code}]" in result.err, result.text
    assert "help: " in result.err
    for name in names:
        assert name in result.err, result.text


@ALL
def test_uncommitted_work(waiting: World, words: tuple[str, ...]) -> None:
    root = waiting.root
    (root / "worldcode/level.py").write_text("# changed\n")
    (root / "specs/more.yaml").write_text((root / "specs/local-rest.yaml").read_text().replace("local-rest", "more"))
    refused(root, words, "MLS0954", "worldcode/level.py", "specs/more.yaml (untracked)")


@ALL
def test_work_that_does_not_count_may_be_untracked(waiting: World, words: tuple[str, ...]) -> None:
    (waiting.root / "notes.txt").write_text("mine\n")
    result = run(waiting.root, *words)
    assert "MLS0954" not in result.err


@ALL
def test_a_shallow_clone(waiting: World, words: tuple[str, ...]) -> None:
    refused(waiting.clone("shallow", "--depth", "1"), words, "MLS0953", "git fetch --unshallow")


@ALL
def test_no_commits(waiting: World, words: tuple[str, ...]) -> None:
    root = waiting.root
    shutil.rmtree(root / ".git")
    git(root, "init", "-q", "-b", "main")
    refused(root, words, "MLS0952", "git add")


@ALL
def test_no_repository(waiting: World, words: tuple[str, ...]) -> None:
    shutil.rmtree(waiting.root / ".git")
    refused(waiting.root, words, "MLS0951", "git init")


@ALL
def test_not_at_the_top_of_the_repository(waiting: World, words: tuple[str, ...]) -> None:
    shutil.rmtree(waiting.root / ".git")
    git(waiting.home, "init", "-q", "-b", "main")
    refused(waiting.root, words, "MLS0951", "project/")


@PUSHING
def test_no_remote(waiting: World, words: tuple[str, ...]) -> None:
    git(waiting.root, "remote", "remove", "origin")
    refused(waiting.root, words, "MLS0957", "git remote add origin")


@PUSHING
def test_another_remote_s_name(waiting: World, words: tuple[str, ...]) -> None:
    refused(waiting.root, (*words, "--remote", "upstream"), "MLS0957", "`upstream`", "there is `origin`")


@PUSHING
def test_a_remote_that_does_not_answer(waiting: World, words: tuple[str, ...]) -> None:
    shutil.rmtree(waiting.remote)
    refused(waiting.root, words, "MLS0960", "`origin`")


def test_the_base_that_is_not_there(waiting: World) -> None:
    refused(waiting.root, ("verify", "--base", "origin/mian"), "MLS0958", "origin/mian")
    refused(waiting.root, (*PROMOTE, "--base", "mian"), "MLS0958", "mian")


def test_verify_against_another_history(waiting: World) -> None:
    git(waiting.root, "branch", "-q", "other", git(waiting.root, "commit-tree", "HEAD^{tree}", "-m", "Other").strip())
    refused(waiting.root, ("verify", "--base", "other"), "MLS0744", "share no history")


@PUSHING
def test_nobody(waiting: World, words: tuple[str, ...]) -> None:
    """A machine where Git knows no name (as in a fresh container)."""
    env = {k: v for k, v in environment().items() if not k.startswith("GIT_")}
    env |= {"HOME": str(waiting.home), "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null", "EMAIL": ""}
    git(waiting.root, "config", "user.useConfigOnly", "true")
    done = subprocess.run([BIN / "mlspec", *words], cwd=waiting.root, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "error[MLS0956]" in done.stderr, done.stderr
    assert "git config user.name" in done.stderr


def test_a_detached_head_works_where_the_branch_is_known(waiting: World) -> None:
    git(waiting.root, "switch", "-q", "--detach")
    assert "found" in run(waiting.root, *PROMOTE, check=0).out


def test_a_detached_head_of_an_unknown_branch(waiting: World) -> None:
    root = waiting.root
    git(root, "switch", "-q", "--detach")
    git(root, "branch", "-q", "-D", "main")
    git(root, "update-ref", "-d", "refs/remotes/origin/main")
    refused(root, PROMOTE, "MLS0955", "--base")


@PUSHING
def test_unpushed_commits(waiting: World, words: tuple[str, ...]) -> None:
    root = waiting.root
    (root / "specs/demand-kpis.yaml").write_text((root / "specs/demand-kpis.yaml").read_text().replace("mae <= 50", "mae <= 500"))
    commit(root)
    refused(root, words, "MLS0709", "specs/demand-kpis.yaml")


def move_main(root: Path, path: str) -> None:
    """Somebody changes a file on the main branch."""
    with (root / path).open("a") as file:
        file.write("# seen\n")
    commit(root)
    git(root, "push", "-q", "origin", "main")


def test_a_proposal_that_is_out_of_date_is_made_anew(waiting: World) -> None:
    """The branch of an earlier run is replaced where the main branch changed what it changes: nothing of anybody's is lost."""
    root = waiting.root
    old = git(root, "rev-parse", f"origin/{BRANCH}")
    move_main(root, ENVIRONMENT)
    assert "pushed" in run(root, *PROMOTE, check=0).out
    assert git(root, "rev-parse", f"origin/{BRANCH}") != old
    waiting.propose()
    assert waiting.verify().code == 0
    assert "# seen" in (root / ENVIRONMENT).read_text()


def test_a_main_branch_that_moved_elsewhere_makes_no_proposal_out_of_date(waiting: World) -> None:
    """A push would dismiss the approvals of a change that is the same still."""
    root = waiting.root
    old = git(root, "rev-parse", f"origin/{BRANCH}")
    move_main(root, "README.md")
    assert "found" in run(root, *PROMOTE, check=0).out
    assert git(waiting.remote, "rev-parse", BRANCH) == old
    waiting.propose()
    assert waiting.verify().code == 0


def somebody_s(waiting: World) -> str:
    """A commit of a person on top of the proposal's, pushed; the checkout is the main branch again."""
    root = waiting.root
    git(root, "switch", "-q", "-c", "mine", f"origin/{BRANCH}")
    (root / "README.md").write_text("hello\n")
    commit(root, "Something of mine")
    git(root, "push", "-q", "origin", f"HEAD:{BRANCH}")
    theirs = git(root, "rev-parse", "HEAD").strip()
    git(root, "switch", "-q", "main")
    return theirs


def test_somebody_s_own_commits_on_the_branch(waiting: World) -> None:
    """They are left alone and told where the proposal below is the same; and never thrown away where it would be another."""
    root, theirs = waiting.root, somebody_s(waiting)
    told = run(root, *PROMOTE, check=0).out
    assert "found" in told
    assert f"a commit that mlspec did not make, which is left alone: {theirs[:12]}" in told
    move_main(root, ENVIRONMENT)
    refused(root, PROMOTE, "MLS0523", BRANCH, theirs[:12])
    assert git(waiting.remote, "rev-parse", BRANCH).strip() == theirs


def test_somebody_s_own_commits_on_the_branch_of_this_clone(waiting: World) -> None:
    """They are neither made public nor thrown away."""
    root, theirs = waiting.root, somebody_s(waiting)
    git(root, "push", "-q", "origin", "--delete", BRANCH)
    git(root, "branch", "-q", "-f", BRANCH, theirs)
    refused(root, PROMOTE, "MLS0523", BRANCH, theirs[:12])
    assert git(root, "rev-parse", BRANCH).strip() == theirs
    assert git(waiting.remote, "for-each-ref", f"refs/heads/{BRANCH}") == ""


def test_a_proposal_that_somebody_amended_is_theirs(waiting: World) -> None:
    """The commit touches what a proposal touches, and holds other words than mlspec wrote."""
    root = waiting.root
    git(root, "switch", "-q", "-c", "mine", f"origin/{BRANCH}")
    (root / ENVIRONMENT).write_text((root / ENVIRONMENT).read_text() + "# by hand\n")
    git(root, "commit", "-q", "--all", "--amend", "--no-edit")
    git(root, "push", "-q", "--force", "origin", f"HEAD:{BRANCH}")
    theirs = git(root, "rev-parse", "HEAD").strip()
    git(root, "switch", "-q", "main")
    refused(root, PROMOTE, "MLS0523", BRANCH, theirs[:12])
    assert git(waiting.remote, "rev-parse", BRANCH).strip() == theirs


def test_a_merge_that_somebody_made_by_hand_is_theirs(waiting: World) -> None:
    """Merges have files of their own where somebody put two sides together."""
    root = waiting.root
    move_main(root, ENVIRONMENT)
    git(root, "switch", "-q", "-c", "mine", f"origin/{BRANCH}")
    git(root, "merge", "-q", "--no-ff", "--no-commit", "-X", "ours", "main")
    (root / ENVIRONMENT).write_text((root / ENVIRONMENT).read_text() + "# joined\n")
    commit(root, "Merge main")
    git(root, "push", "-q", "origin", f"HEAD:{BRANCH}")
    theirs = git(root, "rev-parse", "HEAD").strip()
    git(root, "switch", "-q", "main")
    refused(root, PROMOTE, "MLS0523", BRANCH, theirs[:12])
    assert git(waiting.remote, "rev-parse", BRANCH).strip() == theirs


def test_the_branch_is_checked_out(waiting: World) -> None:
    root = waiting.root
    move_main(root, ENVIRONMENT)
    git(root, "worktree", "add", "-q", "--force", "../second", BRANCH)
    refused(root, PROMOTE, "MLS0961", "checked out")


def test_the_remote_refuses(waiting: World) -> None:
    """Branch protection, or a hook: its words are shown."""
    git(waiting.remote, "update-ref", "-d", f"refs/heads/{BRANCH}")
    hook = waiting.remote / "hooks/pre-receive"
    hook.write_text("#!/bin/sh\necho 'protected: ask the release team' >&2\nexit 1\n")
    hook.chmod(0o755)
    refused(waiting.root, PROMOTE, "MLS0962", BRANCH, "pre-receive hook declined")


def test_the_working_tree_and_the_index_stay_as_they_are(deployed: World) -> None:
    root = deployed.root
    (root / "notes.txt").write_text("mine\n")
    before = git(root, "status", "--porcelain"), git(root, "rev-parse", "HEAD"), read(root, ENVIRONMENT)
    run(root, *PROMOTE)
    run(root, *ROLLBACK)
    assert before == (git(root, "status", "--porcelain"), git(root, "rev-parse", "HEAD"), read(root, ENVIRONMENT))


def test_in_a_second_worktree(waiting: World) -> None:
    git(waiting.root, "worktree", "add", "-q", "--detach", "../second", "origin/main")
    second = waiting.home / "second"
    assert "found" in run(second, *PROMOTE, check=0).out
    git(second, "merge", "-q", "--no-ff", "-m", "Merge", f"origin/{BRANCH}")
    assert "deployment/staging/demand: verified" in run(second, *VERIFY, check=0).out


def test_a_folder_with_spaces_and_other_letters(waiting: World) -> None:
    strange = World(waiting.home / "ein Ordner · 数据")
    strange.home.mkdir()
    for part in ("project", "remote.git", "storage"):
        (waiting.home / part).rename(strange.home / part)
    assert "found" in run(strange.root, *PROMOTE, check=0).out
    strange.propose()
    assert strange.verify().code == 0
