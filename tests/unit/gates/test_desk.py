"""The desk: what is handed over comes out as it went in, faults are told, and nothing outlives who asked. Real processes."""

from __future__ import annotations

import math
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import psutil
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlspec.diagnostics import Advice, Diagnostic, Problems, Related, Span
from mlspec.gates.breakdown import Breakdown, Part
from mlspec.gates.closer.importance import Importance, Importances
from mlspec.gates.closer.look import Closer, Picture
from mlspec.gates.overview import MetricRow
from mlspec.gates.result import GateReport, GateResult, Waived
from mlspec.gates.ruling import Ruling
from mlspec.gates.scoring.helper import Helper
from mlspec.gates.scoring.line import Line, from_form, to_form
from mlspec.gates.scoring.turns import Turns
from mlspec.registry.records import Estimate
from mlspec.reports.charts.model import Categories, Density, Series
from mlspec.runtime.process import processors

pytestmark = pytest.mark.usefixtures("real_pythons")

NUMBERS = st.floats(allow_nan=False) | st.just(math.inf)


def handed_over(value: Any) -> Any:
    """As it comes out of the other end."""
    one, other = socket.socketpair()
    sender, receiver = Line(one), Line(other)
    thread = threading.Thread(target=sender.send, args=({"value": to_form(value)},))
    thread.start()
    found = receiver.receive(20)
    thread.join()
    sender.close()
    receiver.close()
    assert found is not None
    return from_form(found["value"])


@given(value=NUMBERS, low=NUMBERS, text=st.text(), rows=st.integers(0, 10**9))
def test_a_ruling_comes_out_as_it_went_in(value: float, low: float, text: str, rows: int) -> None:
    gate = GateResult("k", "mae", text, value, low, value, low, rows, "pass", text, None, Waived("w", "o", "2026-01-01", text), True)
    finite = Estimate(value=low if math.isfinite(low) else 0.0, low=None, high=1.5)
    chart = Categories(text, "x", "y", (text,), (Series("actual", "bar", (value,)),))
    look = Closer(
        (Picture(Density("t", "x", "y", (0.0, 1.0), (low, value), ((1, 2), (3, rows))), text),),
        Importances("mae", (Importance(text, value, low, 0.0),), rows, 5),
    )
    parts = (Breakdown("class", ("f1",), (Part(text, rows, (value, None)),)),)
    ruling = Ruling(GateReport((gate,), 0.95), rows, (MetricRow("mae", finite, finite, None, finite),), 3, parts, look, (chart,))
    assert handed_over(ruling) == ruling


@given(text=st.text(min_size=1))
def test_diagnostics_come_out_as_they_went_in(text: str) -> None:
    span = Span("a.yaml", 2, 3, 2, 9)
    found = (Diagnostic("MLS0716", text, span, Advice("write", "x"), "warning", (Related(span, text),)), Diagnostic("MLS0731", text))
    again = handed_over(found)
    assert again == found
    assert [d.fix for d in again] == [d.fix for d in found]


def test_no_other_kind_is_made() -> None:
    with pytest.raises(ValueError, match="subprocess:Popen"):
        from_form({"@": "subprocess:Popen", "args": ["true"]})
    with pytest.raises(ValueError, match="RegistryRecord"):
        from_form({"@": "mlspec.registry.records:RegistryRecord", "form": {}})


@pytest.fixture(scope="module")
def helper() -> Any:
    one = Helper()
    yield one
    one.close()


def stage(helper: Helper, folder: Path, name: str = "split") -> None:
    helper.work("stage", {"stage": name, "root": str(folder), "folder": str(folder), "params": {}}, "the stage")


def test_the_warm_process_has_one_thread_when_it_forks(helper: Helper, tmp_path: Path) -> None:
    """A thread's locks stay taken in a fork. Arrow's allocator started one."""
    with pytest.raises(RuntimeError):
        stage(helper, tmp_path, "no_such_stage")
    assert helper._process is not None
    warm = psutil.Process(helper._process.pid)
    assert (warm.num_threads(), len(warm.children())) == (1, 2)


def test_a_bug_at_a_desk_is_a_bug_here(helper: Helper, tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="ModuleNotFoundError"):
        stage(helper, tmp_path, "no_such_stage")
    with pytest.raises((Problems, RuntimeError)):  # the same desk goes on
        stage(helper, tmp_path)


def family(helper: Helper) -> list[psutil.Process]:
    assert helper._process is not None
    return psutil.Process(helper._process.pid).children()


def wait_until(holds: Any) -> None:
    end = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_it_is_killed_and_the_next_one_is_new(helper: Helper, tmp_path: Path) -> None:
    with pytest.raises((Problems, RuntimeError)):
        stage(helper, tmp_path)
    for process in family(helper):
        process.kill()
    with pytest.raises(Problems, match="MLS0716"):
        stage(helper, tmp_path)
    with pytest.raises(RuntimeError, match="ModuleNotFoundError"):
        stage(helper, tmp_path, "no_such_stage")


def test_nothing_outlives_who_asked(tmp_path: Path) -> None:
    one = Helper()
    with pytest.raises(RuntimeError):
        stage(one, tmp_path, "no_such_stage")
    assert one._process is not None
    processes = [*family(one), psutil.Process(one._process.pid)]
    assert len(processes) == 3
    environment = processes[0].environ()
    assert "HOME" not in environment or environment["HOME"] == os.environ.get("HOME")
    one.close()
    wait_until(lambda: not any(p.is_running() and p.status() != psutil.STATUS_ZOMBIE for p in processes))


def test_whoever_is_interrupted_is_answered_by_another_desk(helper: Helper, tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), helper._desk() as line:
        signal.raise_signal(signal.SIGINT)
    assert line.closed
    with pytest.raises(RuntimeError, match="ModuleNotFoundError"):
        stage(helper, tmp_path, "no_such_stage")


def test_turns() -> None:
    """As many as there are processors; or one that is alone."""
    turns, at_work, most = Turns(), [], [0]

    def work(alone: bool) -> None:
        with turns.turn(alone=alone):
            at_work.append(alone)
            most[0] = max(most[0], len(at_work))
            assert not (True in at_work and len(at_work) > 1)
            time.sleep(0.01)
            at_work.pop()

    threads = [threading.Thread(target=work, args=(number % 4 == 0,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
        assert not thread.is_alive()
    assert most[0] <= processors() and turns._at_work == 0


@pytest.mark.parametrize("words", [["gate", "model/a"], ["promote", "model/a", "--to", "staging"], ["register", "model/a"]])
def test_the_warm_process_is_started_before_the_verb_s_own_imports(tmp_path: Path, words: list[str]) -> None:
    """Both import for a second or two: side by side, or one after the other."""
    (tmp_path / "mlspec.yaml").write_text("not a project\n")
    script = (
        "import sys\n"
        "from mlspec.cli.main import main\n"
        "from mlspec.gates.scoring import helper\n"
        "start = helper.Helper.start\n"
        "def noted(self):\n"
        "    print('before:', sorted({'pydantic', 'numpy', 'mlspec.compiler.pipeline', 'mlspec.promotion.promote'} & set(sys.modules)), flush=True)\n"
        "    start(self)\n"
        "helper.Helper.start = noted\n"
        f"sys.argv[1:] = {words}\n"
        "main()\n"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.stdout.startswith("before: []\n"), done.stderr
    assert done.returncode == 1


def test_who_verifies_imports_no_numbers() -> None:
    """These are the desk's: here they would be imported a second time."""
    script = "import sys\nimport mlspec.promotion.verify.change\nprint(sorted({'numpy', 'pandas', 'pyarrow', 'scipy', 'sklearn'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
