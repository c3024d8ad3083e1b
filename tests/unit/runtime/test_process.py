"""What a process asks the system about itself and its children."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from mlspec.runtime.process import children, lower_limit, processors


def test_processors_are_those_that_it_may_use(monkeypatch: pytest.MonkeyPatch) -> None:
    if hasattr(os, "sched_getaffinity"):
        monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 3, 5})
        assert processors() == 3
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    assert processors() == (os.cpu_count() or 1)


def test_a_limit_is_lowered_and_never_raised() -> None:
    script = (
        "import resource; from mlspec.runtime.process import lower_limit; what = resource.RLIMIT_CORE; "
        "lower_limit(what, 5); lower_limit(what, 9); print(*resource.getrlimit(what))"
    )
    _, hard = resource.getrlimit(resource.RLIMIT_CORE)
    wanted = 5 if hard == resource.RLIM_INFINITY else min(5, hard)
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.split() == [str(wanted)] * 2
    lower_limit(-1, 1)  # one that the system does not have


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="reads /proc")
def test_children_are_found_while_they_live() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        assert child.pid in children()
    assert child.pid not in children()
