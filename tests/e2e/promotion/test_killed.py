"""`promote` is killed, or runs twice at once: run again, it ends as if nothing had been; no version is lost or doubled."""

from __future__ import annotations

import signal
import subprocess
import time
from pathlib import Path

import pytest
from support.cli import BIN, environment
from support.promotion_world import BRANCH, CLAIM, ENVIRONMENT, RECORD, World, git, run

pytestmark = pytest.mark.e2e

PROMOTE = ("promote", "model/demand", "--to", "staging")
KILL_PARENTS = """#!/bin/sh
# kill git, and mlspec above it, as a power cut would
test -e "{flag}" && exit 0
touch "{flag}"
kill -9 $(ps -o ppid= -p $PPID) $PPID
"""


def start(root: Path, **more: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [BIN / "mlspec", *PROMOTE], cwd=root, env=environment() | more, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


@pytest.fixture
def fresh(waiting: World) -> World:
    """The better model is trained and merged; nobody promoted it, and its artifacts are not on the DVC remote."""
    git(waiting.root, "push", "-q", "origin", "--delete", BRANCH)
    git(waiting.root, "branch", "-q", "-D", BRANCH)
    return waiting


def ends_well(world: World) -> None:
    """A run after the crash proposes v1.1.0 once; merged, it verifies; another run has nothing to do."""
    root = world.root
    run(root, *PROMOTE, check=0)
    branches = git(world.remote, "for-each-ref", "--format=%(refname:short)", "refs/heads/mlspec").split()
    assert sorted(branches) == sorted({BRANCH, "mlspec/promote/staging/demand/v1.0.0"})
    assert "found" in run(root, *PROMOTE, check=0).out
    world.propose()
    assert git(root, "diff", "--name-only", "origin/main", "HEAD").split() == sorted([ENVIRONMENT, CLAIM, RECORD])
    assert world.verify().code == 0
    git(root, "push", "-q", "origin", "main")
    assert "nothing to do" in run(root, *PROMOTE, check=0).out
    assert git(root, "status", "--porcelain") == ""
    assert git(root, "fsck", "--no-dangling").strip() == ""


@pytest.mark.slow
def test_killed_between_commit_and_push(fresh: World) -> None:
    hook = fresh.root / ".git/hooks/pre-push"
    hook.write_text(KILL_PARENTS.format(flag=fresh.home / "killed"))
    hook.chmod(0o755)
    process = start(fresh.root)
    process.communicate(timeout=60)
    assert process.returncode == -signal.SIGKILL
    assert git(fresh.root, "rev-parse", "--verify", BRANCH)
    assert git(fresh.remote, "for-each-ref", f"refs/heads/{BRANCH}") == ""
    ends_well(fresh)


@pytest.mark.slow
def test_killed_after_the_push(fresh: World) -> None:
    """The remote has the branch; mlspec did not live to hear of it."""
    hook = fresh.remote / "hooks/post-update"
    hook.write_text("#!/bin/sh\ntouch ../pushed\nsleep 2\n")
    hook.chmod(0o755)
    process = start(fresh.root)
    end = time.monotonic() + 60
    while not (fresh.home / "pushed").exists() and time.monotonic() < end:
        time.sleep(0.02)
    process.kill()
    process.communicate(timeout=60)
    hook.unlink()
    time.sleep(2)
    assert git(fresh.remote, "rev-parse", "--verify", BRANCH)
    ends_well(fresh)


@pytest.mark.slow
def test_killed_at_any_time(fresh: World) -> None:
    """Killed at ever later moments; the last run is left to end."""
    for pause in (0.6, 1.0, 1.4, 1.7, 2.0):
        process = start(fresh.root)
        time.sleep(pause)
        process.kill()
        process.communicate(timeout=60)
    ends_well(fresh)


def test_killed_while_artifacts_are_pushed(fresh: World) -> None:
    """Half of the artifacts are on the DVC remote: the rest follows, and only then the branch."""
    stored = sorted(p for p in (fresh.storage / "files").rglob("*") if p.is_file())
    for path in stored[::2]:
        path.unlink()
    ends_well(fresh)
    host = fresh.clone("host")
    assert "v1.1.0 verified" in run(host, "verify", "deployment/staging/demand", check=0).out


def test_an_interrupt_is_no_traceback(fresh: World) -> None:
    process = start(fresh.root)
    time.sleep(0.6)
    process.send_signal(signal.SIGINT)  # which does nothing to one that has ended: a fast machine promotes in a second
    _, err = process.communicate(timeout=60)
    assert "Traceback" not in err
    assert process.returncode in (0, 130, -signal.SIGINT)
    ends_well(fresh)


@pytest.mark.slow
def test_two_at_once_in_one_clone(fresh: World) -> None:
    processes = [start(fresh.root) for _ in range(2)]
    ended = [(*p.communicate(timeout=120), p.returncode) for p in processes]
    assert 0 in [code for _, _, code in ended], ended
    for _, err, code in ended:
        assert code in (0, 1)
        assert "Traceback" not in err
        assert code == 0 or "error[MLS096" in err, err
    ends_well(fresh)


def test_two_at_once_from_two_clones(fresh: World) -> None:
    other = fresh.clone("other")
    processes = [start(fresh.root), start(other)]
    ended = [(*p.communicate(timeout=120), p.returncode) for p in processes]
    assert 0 in [code for _, _, code in ended], ended
    for _, err, code in ended:
        assert "Traceback" not in err
        assert code == 0 or "error[MLS0962]" in err, err
    ends_well(fresh)
