"""`mlspec promote` with a remote on GitHub: the push goes over a stand-in `ssh`, the pull request to a stand-in API."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from support.cli import BIN, Result, environment, git
from support.github_server import TOKEN, GitHubServer
from support.shared import Shared, copy_into
from support.trained import trained_of

# What ssh would run at the other end, run here: `ssh git@github.com "git-receive-pack 'ada/bikes.git'"`.
SSH = """#!/bin/sh
for last; do :; done
service=${last%% *}
exec "$service" "$(dirname "$0")/remote.git"
"""

pytestmark = pytest.mark.e2e


def promote(root: Path, **settings: str) -> Result:
    words = [str(BIN / "mlspec"), "promote", "model/demand", "--to", "staging"]
    env = environment() | {"GIT_SSH_COMMAND": str(root.parent / "ssh"), "GIT_SSH_VARIANT": "ssh"} | settings
    env.pop("GH_TOKEN", None)
    done = subprocess.run(words, cwd=root, env=env, capture_output=True, text=True, timeout=180, check=False)
    assert TOKEN not in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    return Result(done.returncode, done.stdout, done.stderr)


@pytest.fixture
def trained(shared: Shared, tmp_path: Path) -> Path:
    copy_into(trained_of(shared), tmp_path)
    root = tmp_path / "project"
    git(root, "remote", "set-url", "origin", "git@github.com:ada/bikes.git")
    ssh = tmp_path / "ssh"
    ssh.write_text(SSH)
    ssh.chmod(0o755)
    return root


def test_promote_opens_one_pull_request(trained: Path) -> None:
    by_hand = promote(trained)
    assert by_hand.code == 0, by_hand.text
    assert "https://github.com/ada/bikes/compare/main..." in by_hand.out
    assert ".mlspec/pull-requests/" in by_hand.out
    with GitHubServer("ada/bikes") as github:
        settings = {"GITHUB_TOKEN": TOKEN, "GITHUB_API_URL": github.url}
        github.fault(403, "Resource not accessible by integration", times=1, on="pulls/create")
        refused = promote(trained, **settings)
        assert refused.code == 1
        assert "MLS0982" in refused.err
        for _ in range(2):
            opened = promote(trained, **settings)
            assert opened.code == 0, opened.text
            assert f"Pull request: {github.url}/ada/bikes/pull/1" in opened.out
        assert github.violations == []
        [pull] = github.pulls
        assert github.operations == ["pulls/list", "pulls/list", "pulls/create"] * 2 + ["pulls/list"]
    branch = pull["head"]["ref"]
    assert git(trained.parent / "remote.git", "rev-parse", "--verify", branch)
    assert "mae" in pull["body"]
