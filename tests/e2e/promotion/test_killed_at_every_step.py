"""Promote, verify, merge and reconcile are killed at every step, one after another in one world; the last run is left to end.

After each kill everything is whole: registry, promotions and environments of the base branch, the branches of the remote, what is served.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

import httpx2
import psutil
import pytest
from support.cli import command
from support.crash import killed
from support.promotion_world import BRANCH, CLAIM, ENVIRONMENT, RECORD, World, git, read, run
from support.serving import World as Serving
from support.serving import make_world, tensors

from mlspec.adapters.dvc import store as dvc_store
from mlspec.deploy import process
from mlspec.gates import evidence

pytestmark = pytest.mark.e2e
PROMOTE = ("promote", "model/demand", "--to", "staging")
FIRST = "mlspec/promote/staging/demand/v1.0.0"
PROMOTE_STEPS = (
    ("mlspec.promotion.promote:judge_candidate", "after"),
    ("mlspec.promotion.promote:draft_promotion", "after"),
    ("mlspec.adapters.dvc.store:push", "before"),
    ("mlspec.adapters.dvc.store:push", "after"),
    ("mlspec.promotion.proposals.publish:look", "after"),
    ("mlspec.adapters.git.commit:_tree", "after"),
    ("mlspec.promotion.proposals.publish:commit_files", "after"),
    ("mlspec.promotion.proposals.publish:push", "before"),
    ("mlspec.promotion.proposals.publish:push", "after"),
    ("mlspec.promotion.proposals.publish:write_body", "before"),
    ("mlspec.diagnostics.atomic:replace_file", "before"),
    ("mlspec.promotion.proposals.publish:_show", "after"),
)
VERIFY_STEPS = (
    ("mlspec.promotion.verify.change:check_model_bytes", "after"),
    ("mlspec.promotion.verify.origin:redo_data", "before"),
    ("mlspec.promotion.verify.origin:redo_data", "after"),
    ("mlspec.gates.evidence:ruled", "before"),
    ("mlspec.gates.evidence:ruled", "after"),
    ("mlspec.promotion.verify.evidence:compare_metrics", "after"),
)


def records(world: World, commit: str = "refs/heads/main") -> list[str]:
    """Every record, claim and environment file that a commit on the remote has."""
    return git(world.remote, "ls-tree", "-r", "--name-only", commit, "registry", "promotions", "environments").split()


def whole(world: World, before: list[str]) -> bool:
    """The base branch is as it was; a branch on the remote is a whole proposal whose bytes are stored. Return whether there is one."""
    assert records(world) == before
    assert read(world.root, ENVIRONMENT)["spec"]["version"] == "v1.0.0"
    assert git(world.root, "status", "--porcelain") == ""
    branches = git(world.remote, "for-each-ref", "--format=%(refname:short)", "refs/heads").split()
    assert set(branches) <= {"main", FIRST, BRANCH}
    if BRANCH not in branches:
        return False
    assert git(world.remote, "diff", "--name-only", "main", BRANCH).split() == sorted([ENVIRONMENT, CLAIM, RECORD])
    assert git(world.remote, "rev-list", "--count", f"main..{BRANCH}").strip() == "1"
    record = git(world.remote, "show", f"{BRANCH}:{RECORD}")
    md5s = [line.split("md5:")[1].strip(" \"'}").split(",")[0].strip(" \"'") for line in record.splitlines() if "md5:" in line]
    assert len(md5s) == 4
    assert all(dvc_store.remote_has(world.root, md5s).values())
    return True


def test_promote(waiting: World) -> None:
    """The judgement is made once: what is killed here is all that writes."""
    root = waiting.root
    git(root, "push", "-q", "origin", "--delete", BRANCH)
    git(root, "branch", "-q", "-D", BRANCH)
    kept: list[Any] = []
    original = evidence.judge_candidate
    with patch("mlspec.promotion.promote.judge_candidate", lambda *args: kept.append(original(*args)) or kept[0]):
        run(root, *PROMOTE, "--dry-run", check=0)
    for path in sorted(p for p in (waiting.storage / "files").rglob("*") if p.is_file())[::2]:
        path.unlink()
    before, seen = records(waiting), []
    with patch("mlspec.promotion.promote.judge_candidate", lambda *_: kept[0]):
        for place, when in PROMOTE_STEPS:
            killed(lambda: run(root, *PROMOTE), place, when)
            seen.append(whole(waiting, before))
    assert seen == sorted(seen), "a proposal that was there was lost"
    assert next(s[0] for s in zip(PROMOTE_STEPS, seen, strict=True) if s[1]) == ("mlspec.promotion.proposals.publish:push", "after")
    tip = git(waiting.remote, "rev-parse", BRANCH)
    run(root, *PROMOTE, check=0)
    assert git(waiting.remote, "rev-parse", BRANCH) == tip, "the proposal of the killed run is used again"
    assert whole(waiting, before)
    assert git(root, "fsck", "--no-dangling").strip() == ""
    waiting.propose()
    assert waiting.verify().code == 0


def test_verify(proposed: World) -> None:
    """It writes nothing that counts, and leaves no process behind."""
    for place, when in VERIFY_STEPS:
        killed(lambda: run(proposed.root, "verify", "--base", "origin/main"), place, when)
        assert git(proposed.root, "status", "--porcelain") == ""
    left = sorted((proposed.root / ".mlspec/cache").glob("checkout-*"))
    assert len(left) > 1
    os.utime(left[0], (0, 0))
    assert proposed.verify().code == 0
    assert sorted((proposed.root / ".mlspec/cache").glob("checkout-*")) == left[1:], "old ones are swept, others may be at work"
    end = time.monotonic() + 20
    while helpers_alone() and time.monotonic() < end:
        time.sleep(0.1)
    assert not helpers_alone()


def helpers_alone() -> list[int]:
    """Helper processes whose judging process is gone."""
    found = psutil.process_iter(["cmdline", "ppid"])
    return [p.pid for p in found if any("scoring/start.py" in w for w in p.info["cmdline"] or []) and p.info["ppid"] == 1]


@pytest.mark.parametrize(("hook", "arrived"), [("pre-receive", False), ("post-receive", True)])
def test_merge(proposed: World, hook: str, arrived: bool) -> None:
    """The push of a merge is killed before and after the remote took it: the base branch has all of it or nothing."""
    before, root = records(proposed), proposed.root
    script = proposed.remote / "hooks" / hook
    script.write_text("#!/bin/sh\nkill -9 $(cat ../pusher)\nsleep 0.2\n" + ("" if arrived else "exit 1\n"))
    script.chmod(0o755)
    shell = 'echo $$ > "$0"; exec git push --quiet origin main'
    command(root, "sh", "-c", shell, str(proposed.home / "pusher"), check=-signal.SIGKILL)
    end = time.monotonic() + 20
    while (records(proposed) == before) == arrived and time.monotonic() < end:
        time.sleep(0.05)
    script.unlink()
    assert records(proposed) == (sorted([*before, CLAIM, RECORD], key=_place) if arrived else before)
    git(root, "push", "--quiet", "origin", "main")
    assert records(proposed) == sorted([*before, CLAIM, RECORD], key=_place)
    assert "v1.1.0 verified" in run(root, "verify", "deployment/staging/demand", check=0).out
    assert "nothing to do" in run(root, *PROMOTE, check=0).out
    assert git(proposed.remote, "fsck", "--no-dangling").strip() == ""


def _place(path: str) -> tuple[str, str]:
    return (path.split("/")[0], path)


RECONCILE_STEPS = (
    ("mlspec.deploy.targets.rest:observe", "after"),
    ("mlspec.deploy.targets.rest:model_folder", "before"),
    ("mlspec.deploy.targets.rest:model_folder", "after"),
    ("mlspec.deploy.targets.rest:_clean_up", "after"),
    ("mlspec.deploy.targets.rest_start:launch", "before"),
    ("mlspec.deploy.targets.rest_start:launch", "after"),
    ("mlspec.deploy.targets.rest:_retire", "before"),
    ("mlspec.deploy.targets.rest:_retire", "after"),
    ("mlspec.deploy.targets.rest:smoke", "after"),
)


@pytest.fixture
def serving(tmp_path: Path) -> Iterator[Serving]:
    made = make_world(tmp_path)
    try:
        yield made
    finally:
        made.end()


def test_reconcile(serving: Serving) -> None:
    """At each step one whole version answers; a step that began before the new one was ready leaves the old one."""
    for number, version in enumerate(("v1.0.0", "v1.1.0", "v1.2.0")):
        serving.add_version(version, shift=100.0 * number)
    serving.declared["demand"] = "v1.0.0"
    serving.one()
    answers = {"v1.0.0": served(serving)[1]}
    seen: list[str] = []
    for number, (place, when) in enumerate(RECONCILE_STEPS):
        serving.declared["demand"] = "v1.1.0" if seen[-1:] != ["v1.1.0"] else "v1.2.0"
        killed(lambda: as_another_process(serving), place, when)
        version, answer = served(serving)
        seen.append(version)
        assert answers.setdefault(version, answer) == answer, f"{place}: {version} answers otherwise than before"
        assert number > 4 or version == "v1.0.0"
    assert seen == ["v1.0.0"] * 5 + ["v1.1.0", "v1.2.0", "v1.1.0", "v1.2.0"], seen
    outcome = serving.one()
    assert served(serving)[0] == serving.declared["demand"] == outcome.version
    assert serving.one().action.kind == "noop"
    assert len(set(answers.values())) == len(answers)
    end = time.monotonic() + 20
    while len(serving.server_pids()) > 1 and time.monotonic() < end:
        time.sleep(0.1)
    assert len(serving.server_pids()) == 1


def as_another_process(serving: Serving) -> None:
    """A fork knows its parent's children and can't wait for them; another process, which this stands for, knows none."""
    process._children.clear()
    serving.reconcile()


def served(world: Serving) -> tuple[str, str]:
    """The version that answers, by its own word, and its answer."""
    answer = httpx2.post(f"{world.url()}/v2/models/demand/infer", json={"inputs": tensors()}, timeout=20).json()
    assert world.state()["pid"] in world.server_pids()
    return str(answer["model_version"]), str(answer["outputs"][0]["data"])
