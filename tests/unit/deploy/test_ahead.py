"""A server's process that is started before its deployment is verified. Real processes."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from mlspec.deploy import ahead, process
from mlspec.deploy.ahead import hand_over, is_waiting, outdated, started_ahead
from mlspec.deploy.state import places

pytestmark = pytest.mark.usefixtures("real_pythons")

OLD, NEW = "sha256:" + "a" * 64, "sha256:" + "b" * 64


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project where v1 of `demand` was started in staging, and v2 is declared."""
    place = places(tmp_path, "staging", "demand")
    place.state.parent.mkdir(parents=True)
    texts = ("model", "version", "claim", "targetDigest", "startedAt", "control", "log", "host")
    state = {**dict.fromkeys(texts, "x"), "pid": 1, "port": 1, "digest": OLD, "config": str(place.config)}
    place.state.write_text(json.dumps(state))
    (tmp_path / "environments/staging").mkdir(parents=True)
    declare(tmp_path, NEW)
    return tmp_path


def declare(root: Path, digest: str) -> None:
    """As `mlspec promote` writes it: what is deployed now is named, too."""
    (root / "environments/staging/demand.yaml").write_text(f"spec:\n  digest: '{digest}'\n  previous: '{OLD}'\n")


def test_only_what_is_outdated_is_started(root: Path) -> None:
    assert outdated(root, "staging") == places(root, "staging", "demand").config
    assert outdated(root, "production") is None
    assert outdated(root, "../environments/staging") is None
    declare(root, OLD)
    assert outdated(root, "staging") is None
    (root / "environments/staging/other.yaml").write_text(f"spec: {{digest: '{NEW}'}}\n")
    assert outdated(root, "staging") is None  # its first start, or no server at all


@pytest.mark.parametrize(("kept", "imported"), [(True, "few"), (False, "all")])
def test_it_imports_what_the_one_before_needed(root: Path, kept: bool, imported: str) -> None:
    folder = root / ".mlspec/cache/models" / OLD.removeprefix("sha256:")
    folder.mkdir(parents=True)
    (folder / ("compiled.json" if kept else "other")).touch()
    with started_ahead(root, "staging", dry_run=False):
        ((started, _),) = ahead._waiting.values()
        assert isinstance(started.args, list) and started.args[-2:] == ["--wait", imported]


def test_what_is_not_needed_ends(root: Path) -> None:
    with started_ahead(root, "staging", dry_run=True):
        assert not ahead._waiting
    with started_ahead(root, "staging", dry_run=False):
        ((started, _),) = ahead._waiting.values()
        assert is_waiting(started.pid) and started.poll() is None
        assert not process.strays(places(root, "staging", "demand").config)
    assert started.poll() is not None and not ahead._waiting


def test_it_begins_with_what_is_handed_over(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Here its config file is not there: it says so, as any other does, into the pipe and the log that it was given."""
    monkeypatch.setenv("GITHUB_TOKEN", "secret")
    config = places(root, "staging", "demand").config
    log = root / "log"
    with started_ahead(root, "staging", dry_run=False), log.open("wb") as handle:
        ((waits, _),) = ahead._waiting.values()
        started = process.spawn(process.SERVER_MODULE, config, root, handle, 60.0)
        assert started is waits and not ahead._waiting
        said = started.stdout
        assert said is not None
        with said:
            assert "MLS0803" in said.read()
    assert started.wait(30) == 1
    assert "FileNotFoundError" in log.read_text()


def test_one_that_is_gone_is_no_loss(root: Path) -> None:
    config = places(root, "staging", "demand").config
    ours, theirs = socket.socketpair()
    theirs.close()
    gone: Any = subprocess.Popen(["true"], text=True)
    os.waitid(os.P_PID, gone.pid, os.WEXITED | os.WNOWAIT)  # it has ended, and nobody took its status
    ahead._waiting[str(config)] = gone, ours
    assert hand_over(config, 2, 1.0, None) is None
    assert gone.returncode == 0


def test_the_command_line_starts_it_before_it_imports_what_verifies(root: Path) -> None:
    """The specs are read, and what reads them is imported, while the next server imports its own."""
    (root / "mlspec.yaml").write_text("not a project\n")
    script = (
        "import sys\n"
        "from mlspec.deploy import ahead\n"
        "from mlspec.cli.main import main\n"
        "began = ahead.started_ahead\n"
        "def noted(*given, **named):\n"
        "    heavy = {'pydantic', 'mlspec.deploy.here', 'mlspec.compiler.pipeline', 'mlspec.promotion.verify.deployed'} & set(sys.modules)\n"
        "    print('before:', sorted(heavy), ahead.outdated(*given), flush=True)\n"
        "    return began(*given, **named)\n"
        "ahead.started_ahead = noted\n"
        "sys.argv[1:] = ['reconcile', '--env', 'staging']\n"
        "main()\n"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=root, capture_output=True, text=True, check=False)
    assert done.stdout.startswith(f"before: [] {places(root, 'staging', 'demand').config}\n"), done.stderr
    assert done.returncode == 1
