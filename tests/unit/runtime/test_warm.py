"""A fork server: each task in a process that is to it what a new Python would be, and none that outlives whoever asked for it."""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
import tempfile
import time
from ast import literal_eval
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.processes import gone

from mlspec.runtime.warm import Ended, Server, Task

pytestmark = pytest.mark.usefixtures("real_pythons")

HAS_PROC = Path("/proc/self/stat").exists()
BOTH = pytest.mark.parametrize("fork", [True, False], ids=["fork", "spawn"])
SLEEPER = "import subprocess, sys, time; p = subprocess.Popen(['sleep', '60'], start_new_session={alone}); print(p.pid, flush=True); {then}"
ASKER = """
import sys
from mlspec.runtime.warm import Server, Task
server = Server([])
code = "import subprocess, os, time; p = subprocess.Popen(['sleep', '60']); print(os.getpid(), p.pid, flush=True); time.sleep(60)"
server.submit(Task("builtins:exec", (code,)), lambda line: print(server.process, line, flush=True))
while True:
    server.poll(None)
"""


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server(["numpy"]) as running:
        yield running


def done(server: Server, code: str, **more: object) -> tuple[Ended, list[str]]:
    lines: list[str] = []
    return server.run(Task("builtins:exec", (code,), **more), lines.append), lines  # type: ignore[arg-type]


def heard(server: Server, lines: list[str], count: int = 1) -> None:
    while len(lines) < count:
        server.poll(1)


@BOTH
def test_folder_variables_arguments_streams_and_limits_are_those_of_the_task(tmp_path: Path, fork: bool) -> None:
    code = (
        "import os, sys, resource; print(os.getcwd()); print(sorted(set(os.environ) - {'LC_CTYPE'})); print(os.environ['A']);"
        "print(repr(sys.stdin.read())); print(resource.getrlimit(resource.RLIMIT_CORE)[0]); print('told', file=sys.stderr);"
        "print(os.getpid() == os.getsid(0) == os.getpgid(0)); print([f for f in os.listdir('/dev/fd') if int(f) > 3])"
    )
    with Server([], fork=fork) as server:
        ended, lines = done(server, code, cwd=tmp_path, environment={"A": "é"}, limits={"RLIMIT_CORE": 0})
    assert (ended.status, ended.late, ended.lost) == (0, False, False)
    assert "told" in lines
    lines.remove("told")
    assert lines[:-1] == [str(tmp_path), "['A']", "é", "''", "0", "True"]
    assert len(literal_eval(lines[-1])) == (0 if fork else 1)  # where it is spawned, the pipe that tells of the server's end


@pytest.mark.parametrize(
    ("code", "status", "told"),
    [
        ("pass", 0, ""),
        ("import sys; sys.exit(3)", 3, ""),
        ("raise SystemExit('no')", 1, "no"),
        ("raise SystemExit", 0, ""),
        ("raise ValueError('bad')", 1, "ValueError: bad"),
        ("raise KeyboardInterrupt", 130, ""),
        ("import os; os.abort()", -signal.SIGABRT, ""),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", -signal.SIGKILL, ""),
        ("print('no end of a line', end='')", 0, "no end of a line"),
        ("import atexit; atexit.register(print, 'at the end')", 0, "at the end"),
        (
            "import threading; threading.Thread(target=lambda: (__import__('time').sleep(0.1), __import__('builtins').print('thread'))).start()",
            0,
            "thread",
        ),
    ],
)
def test_it_ends_as_python_ends(server: Server, code: str, status: int, told: str) -> None:
    ended, lines = done(server, code)
    assert ended.status == status
    assert "\n".join(lines[-1:]) == told


def test_what_a_function_returns_is_the_exit_code(server: Server) -> None:
    assert server.run(Task("operator:add", (2, 3))).status == 5
    assert server.run(Task("operator:no_such", ())).status == 1


def test_one_task_leaves_nothing_for_the_next(server: Server) -> None:
    done(server, "import os, sys; os.environ['LEFT'] = '1'; sys.path.append('/left'); import json; json.left = 1; os.chdir('/')")
    _, lines = done(server, "import os, sys, json; print('LEFT' in os.environ, '/left' in sys.path, hasattr(json, 'left'))")
    assert lines == ["False False False"]


def test_forks_draw_random_numbers_of_their_own(server: Server) -> None:
    """Else a model without a seed would come out the same twice, and count as reproducible."""
    code = "import numpy, random, tempfile; print(numpy.random.rand(), random.random(), numpy.random.default_rng().random())"
    drawn = [done(server, code)[1][0].split() for _ in range(2)]
    assert len({*drawn[0], *drawn[1]}) == 6


def test_two_tasks_run_side_by_side_and_lines_come_as_they_are_written(server: Server) -> None:
    lines: list[str] = []
    code = "import time; print('begins', flush=True); time.sleep(60)"
    numbers = [server.submit(Task("builtins:exec", (code,)), lines.append) for _ in range(2)]
    heard(server, lines, 2)
    assert server.running == 2
    for number in numbers:
        server.stop(number)
    ended: list[Ended] = []
    while len(ended) < 2:
        ended += server.poll(None)
    assert {(e.number, e.status) for e in ended} == {(n, -signal.SIGKILL) for n in numbers}
    assert server.running == 0


def test_a_large_output_and_large_arguments_arrive(server: Server) -> None:
    lines: list[str] = []
    ended = server.run(Task("builtins:print", ("x" * 3_000_000,)), lines.append)
    assert (ended.status, [len(line) for line in lines]) == (0, [3_000_000])


def test_output_and_end_that_come_together_are_both_heard(server: Server) -> None:
    lines: list[str] = []
    for _ in range(3):
        server.submit(Task("builtins:print", ("said",)), lines.append)
    time.sleep(0.5)
    ended: list[Ended] = []
    while len(ended) < 3:
        ended += server.poll(None)
    assert lines == ["said"] * 3


def test_a_task_that_takes_too_long_is_killed_with_all_it_started(server: Server) -> None:
    began = time.monotonic()
    ended, lines = done(server, SLEEPER.format(alone=False, then="time.sleep(60)"), seconds=0.5)
    assert (ended.status, ended.late) == (-signal.SIGKILL, True)
    assert time.monotonic() - began < 30
    assert gone(int(lines[0]))


@pytest.mark.skipif(not HAS_PROC, reason="reads /proc")
@pytest.mark.parametrize("alone", [False, True])
def test_what_a_task_leaves_running_is_killed_when_it_ends(server: Server, alone: bool) -> None:
    ended, lines = done(server, SLEEPER.format(alone=alone, then="pass"))
    assert ended.status == 0
    assert gone(int(lines[0]))


@pytest.mark.skipif(not HAS_PROC, reason="reads /proc")
@BOTH
def test_a_killed_server_takes_its_tasks_along_and_says_that_they_are_lost(fork: bool) -> None:
    server = Server([], fork=fork)
    lines: list[str] = []
    number = server.submit(Task("builtins:exec", (SLEEPER.format(alone=False, then="time.sleep(60)"),)), lines.append)
    heard(server, lines)
    os.kill(server.process, signal.SIGKILL)
    ended: list[Ended] = []
    while not ended:
        ended = server.poll(None)
    assert [(e.number, e.status, e.lost) for e in ended] == [(number, -signal.SIGKILL, True)]
    assert not server.alive
    assert gone(int(lines[0]))
    after = server.submit(Task("os:getpid"))
    assert [(e.number, e.lost) for e in server.poll(None)] == [(after, True)]
    server.close()


@pytest.mark.skipif(not HAS_PROC, reason="reads /proc")
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_nobody_survives_whoever_asked(number: int) -> None:
    asker = subprocess.Popen([sys.executable, "-c", ASKER], stdout=subprocess.PIPE, text=True)
    assert asker.stdout is not None
    processes = [int(word) for word in asker.stdout.readline().split()]
    asker.send_signal(number)
    asker.wait()
    assert all(gone(p) for p in processes)


@pytest.mark.skipif(not HAS_PROC, reason="reads /proc")
def test_a_server_that_is_told_to_end_ends_its_tasks(server: Server) -> None:
    del server
    with Server([]) as other:
        lines: list[str] = []
        other.submit(Task("builtins:exec", (SLEEPER.format(alone=True, then="time.sleep(60)"),)), lines.append)
        heard(other, lines)
        os.kill(other.process, signal.SIGTERM)
        assert gone(int(lines[0]))
        ended: list[Ended] = []
        while not ended:
            ended = other.poll(None)  # what it wrote last may come alone
        assert [e.lost for e in ended] == [True]


def test_a_lock_that_is_kept_is_held_while_a_task_lives(tmp_path: Path) -> None:
    handle = os.open(tmp_path / "lock", os.O_RDWR | os.O_CREAT)
    fcntl.flock(handle, fcntl.LOCK_EX)
    with Server([], keep=[handle]) as server:
        lines: list[str] = []
        server.submit(
            Task("builtins:exec", (f"import os, time; os.fstat({handle}); print('has it', flush=True); time.sleep(60)",)), lines.append
        )
        heard(server, lines)
        os.close(handle)
        other = os.open(tmp_path / "lock", os.O_RDWR)
        with pytest.raises(BlockingIOError):
            fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
    fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
    os.close(other)


def test_isolated_it_heeds_no_variable_of_pythons_and_finds_the_libraries(tmp_path: Path) -> None:
    (tmp_path / "json.py").write_text("raise SystemExit(9)")
    variables = {"PYTHONPATH": str(tmp_path), "PATH": os.environ["PATH"]}
    with Server(["numpy"], variables, isolated=True) as server:
        ended, lines = done(server, "import json, numpy, sys, os; print(json.__file__, sys.flags.isolated, 'HOME' in os.environ)")
    assert ended.status == 0
    assert lines[0].endswith("1 False")
    assert str(tmp_path) not in lines[0]


@BOTH
def test_pythonpath_is_never_read_from_a_folder_that_others_write_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fork: bool) -> None:
    """`PYTHONPATH=$PYTHONPATH:src` has an empty entry: the current folder, which for the server was the one of temporary files."""
    for name in ("shared", "task", "own"):
        (tmp_path / name).mkdir()
    for name in ("sitecustomize", "wave"):
        (tmp_path / "shared" / f"{name}.py").write_text("raise SystemExit(9)")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "shared"))
    variables = {"PYTHONPATH": f":{tmp_path / 'own'}", "PATH": os.environ["PATH"]}
    with Server(["wave"], variables, fork=fork) as server:
        code = f"import sys, wave; print({str(tmp_path / 'own')!r} in sys.path, '/' in sys.path)"
        ended, lines = done(server, code, cwd=tmp_path / "task", environment=variables)
    assert (ended.status, lines) == (0, ["True False"])


@BOTH
def test_a_safe_path_loses_no_folder_of_libraries(tmp_path: Path, fork: bool) -> None:
    variables = {"PYTHONPATH": str(tmp_path), "PYTHONSAFEPATH": "1", "PATH": os.environ["PATH"]}
    with Server([], variables, fork=fork) as server:
        ended, lines = done(server, f"import sys; print({str(tmp_path)!r} in sys.path)", cwd=Path("/"), environment=variables)
    assert (ended.status, lines) == (0, ["True"])


def test_a_module_is_run_as_python_runs_it(tmp_path: Path, server: Server) -> None:
    (tmp_path / "asked.py").write_text(
        "import sys, os\nprint(__name__, sys.argv[1:], sys.path[0], sys.modules['__main__'].__file__)\nsys.exit(4)\n"
    )
    lines: list[str] = []
    ended = server.run(Task("mlspec.runtime.warm.child:run_module", ("asked", "a", "b"), tmp_path), lines.append)
    assert ended.status == 4
    assert lines == [f"__main__ ['a', 'b'] {tmp_path} {tmp_path / 'asked.py'}"]


def test_with_all_libraries_imported_it_has_one_thread() -> None:
    """A fork of a process with several may hold a lock for ever."""
    with Server(["numpy", "pandas", "pyarrow.parquet", "sklearn.ensemble", "duckdb"]) as server:
        assert done(server, "import sys; sys.exit('duckdb' not in sys.modules)")[0].status == 0
        assert server.threads == 1


def test_what_is_prepared_is_there_in_every_task_and_started_no_thread() -> None:
    with Server(["mlspec.runtime.tables"], prepare=["mlspec.runtime.rehearsal:rehearse"]) as server:
        code = "from mlspec.runtime import tables as t, rehearsal; exit((len(t._ASIDE), len(t._GUARDED_ASIDE)) != rehearsal.CONNECTIONS)"
        assert [done(server, code)[0].status for _ in range(2)] == [0, 0]
        assert server.threads == 1


def test_what_cannot_be_prepared_is_done_without() -> None:
    with Server([], prepare=["mlspec.runtime.rehearsal:no_such_function", "no_such_module:f"]) as server:
        assert done(server, "pass")[0].status == 0


def test_a_module_that_is_not_there_is_the_tasks_own_trouble() -> None:
    with Server(["no_such_module"]) as server:
        assert done(server, "pass")[0].status == 0
        assert "No module named 'no_such_module'" in done(server, "import no_such_module")[1][-1]


def test_a_fork_of_the_asker_neither_uses_nor_ends_it(server: Server) -> None:
    child = os.fork()
    if child == 0:
        code = int(server.alive)
        server.close()
        os._exit(code)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert done(server, "pass")[0].status == 0
