"""Children that report, the environment's lock, watching and pulling."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from mlspec.deploy import launch, process
from mlspec.deploy.child import parse_report
from mlspec.deploy.server.control import LONGEST_PATH, control_path, remove_control
from mlspec.deploy.watch import pull, watch
from mlspec.diagnostics import Problems

pytestmark = pytest.mark.usefixtures("real_pythons")


@pytest.mark.parametrize(
    ("program", "code", "says"),
    [
        ("from mlspec.diagnostics import problem; raise problem('MLS0811', 'no such column', help='add it')", "MLS0811", "no such column"),
        ("print('noise'); raise RuntimeError('broken\\nlong story')", "MLS0803", "the process ended with RuntimeError: broken"),
        ("import os; os.kill(os.getpid(), 9)", "MLS0803", "SIGKILL: out of memory?"),
        ("import os; os._exit(4)", "MLS0803", "code 4"),
        ("import time; time.sleep(30)", "MLS0803", "not ready within 3 seconds"),
    ],
)
def test_a_child_that_fails_is_heard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, program: str, code: str, says: str) -> None:
    with pytest.raises(Problems) as failed:
        launch.launch(child(tmp_path, monkeypatch, program), tmp_path / "c.json", tmp_path, tmp_path / "x.log", 3)
    (found,) = failed.value.diagnostics
    assert found.code == code and says in found.message and "long story" not in found.message


def test_a_child_that_is_well_says_so_and_its_noise_is_in_the_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = tmp_path / "x.log"
    log.write_bytes(b"x" * (launch.LARGEST_LOG + 1))
    module = child(tmp_path, monkeypatch, "print('noise')")
    assert launch.launch(module, tmp_path / "c.json", tmp_path, log, 10).wait(5) == 0
    assert log.read_text() == "noise\n" and (tmp_path / "x.log.1").exists()


def child(folder: Path, monkeypatch: pytest.MonkeyPatch, program: str) -> str:
    """A module whose work is `program`."""
    lines = "\n".join(f"    {line}" for line in program.split("; "))
    text = f"import sys\nfrom mlspec.deploy.child import run_reporting\ndef work(report):\n{lines}\nsys.exit(run_reporting(work))\n"
    (folder / "a_child.py").write_text(text)
    monkeypatch.setenv("PYTHONPATH", str(folder))
    return "a_child"


def test_reports_are_read_with_care() -> None:
    assert parse_report("[]") == ()
    assert parse_report("") is None and parse_report('[{"code"') is None


def test_processes_that_are_gone_or_strange_are_not_ours(tmp_path: Path) -> None:
    assert not process.is_server(os.getpid(), tmp_path)
    done = subprocess.Popen([sys.executable, "-c", ""])
    while not process.wait_gone(done.pid, 5):  # a zombie until somebody asks: counts as gone
        pass
    assert not process.alive(done.pid)
    done.wait()
    process.stop_process(done.pid, 0.1)


def test_a_process_that_ignores_sigterm_is_killed() -> None:
    program = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"
    stubborn = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE)
    assert stubborn.stdout is not None
    with stubborn.stdout as up:
        up.readline()
    process.stop_process(stubborn.pid, 0.2)
    assert stubborn.wait(5) == -signal.SIGKILL


def test_control_sockets_are_private_and_short(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import tempfile

    deep = tmp_path / ("d" * 90)
    deep.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(deep))
    path = control_path()
    assert len(os.fsencode(path)) <= LONGEST_PATH
    assert path.parent.stat().st_mode & 0o777 == 0o700
    remove_control(path)
    assert not path.parent.exists()
    elsewhere = tmp_path / "mine" / "control"
    elsewhere.parent.mkdir()
    remove_control(elsewhere)
    assert elsewhere.parent.exists(), "a state file can't make us delete other folders"


def test_watch_takes_turns_and_ends_cleanly_on_sigterm() -> None:
    turns: list[int] = []

    def turn() -> None:
        turns.append(len(turns))
        if len(turns) == 3:
            os.kill(os.getpid(), signal.SIGTERM)

    before = signal.getsignal(signal.SIGTERM)
    timer = threading.Timer(20, os._exit, (1,))
    timer.start()
    watch(turn, 0.05)
    timer.cancel()
    assert turns == [0, 1, 2] and signal.getsignal(signal.SIGTERM) is before


def test_pull_fast_forwards_or_says_why_not(tmp_path: Path) -> None:
    def git(folder: Path, *words: str) -> None:
        who = ["-c", "user.name=A", "-c", "user.email=a@example.org"]
        subprocess.run(["git", *who, *words], cwd=folder, check=True, capture_output=True)

    one, two = tmp_path / "one", tmp_path / "two"
    one.mkdir()
    git(one, "init", "-q", "-b", "main")
    git(one, "commit", "-q", "--allow-empty", "-m", "1")
    git(tmp_path, "clone", "-q", "one", "two")
    (one / "new").write_text("x")
    git(one, "add", "new")
    git(one, "commit", "-q", "-m", "2")
    pull(two)
    assert (two / "new").exists()
    git(two, "commit", "-q", "--allow-empty", "-m", "mine")
    git(one, "commit", "-q", "--allow-empty", "-m", "3")
    with pytest.raises(Problems) as failed:
        pull(two)
    assert failed.value.diagnostics[0].code == "MLS0812"


def test_model_code_gets_no_token(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "telling.py").write_text("import os\nprint(*sorted(k for k in os.environ if 'TOKEN' in k or k == 'SEEN'))\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    for name in ("GH_TOKEN", "GITHUB_TOKEN", "SEEN"):
        monkeypatch.setenv(name, "x")
    with (tmp_path / "log").open("wb") as log:
        started = process.spawn("telling", tmp_path / "config.json", tmp_path, log, 60.0)
    said, _ = started.communicate(timeout=30)
    assert (started.returncode, said) == (0, "SEEN\n")
