"""`mlspec run` on clusters of Dask and Ray that are real: the same bytes as here, lost workers, failures, and addresses where nobody answers."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.cli import command, environment, mlspec, repository
from support.clusters import BIN, Running, dask_cluster, kill_worker_of, ray_cluster, require_engines
from support.ports import free_port
from support.projects import PROJECT, SOURCE, SPECS
from support.shared import Shared
from support.trained import EASY, trained_of

pytestmark = pytest.mark.e2e
KINDS = ("dask", "ray")
CODE = """\
import os
import time
from pathlib import Path

import pandas as pd


def rows(inputs):
    marker = Path(os.environ.get("MARKER") or Path(inputs["marker"]).read_text())
    if not marker.exists():
        marker.write_text(str(os.getpid()))
        time.sleep(300)
    return pd.read_csv(inputs["sales"], parse_dates=["day"])


def bad(inputs):
    raise ValueError("no rows today")
"""


def with_engine(kind: str) -> str:
    return PROJECT + f"  engine: {{{kind}: CLUSTER}}\n"


def test_an_address_that_is_not_set_or_where_nobody_listens_is_told_with_its_place(tmp_path: Path) -> None:
    root = repository(tmp_path, {"mlspec.yaml": with_engine("dask"), "specs/sales.yaml": SOURCE})
    unset = mlspec(root, "run", check=1)
    assert "error[MLS0530]" in unset.err and "mlspec.yaml:9:18" in unset.err and "mlspec run --local" in unset.err
    address = f"tcp://127.0.0.1:{free_port()}"
    nobody = mlspec(root, "run", check=1, extra={"CLUSTER": address})
    assert "error[MLS0531]" in nobody.err and "nothing listens there" in nobody.err and address[6:] not in nobody.text
    with socket.create_server(("127.0.0.1", 0)) as server:
        silent = mlspec(root, "run", check=1, extra={"CLUSTER": f"tcp://127.0.0.1:{server.getsockname()[1]}"})
    assert "error[MLS0008]" in silent.err and "[dask]" in silent.err  # here its client is not installed
    assert "3 stages ran" in mlspec(root, "run", "--local", check=0).out
    assert mlspec(root, "run", check=0).out.strip() == "Everything is up to date."  # and no cluster is asked


@pytest.fixture(scope="module", params=KINDS)
def cluster(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    require_engines()
    make = {"dask": dask_cluster, "ray": ray_cluster}[request.param]
    with make(tmp_path_factory.mktemp(request.param)) as running:
        yield running


@pytest.mark.slow
def test_the_locks_and_all_that_is_made_are_those_of_a_run_here(cluster: Running, shared: Shared, tmp_path: Path) -> None:
    specs = SPECS | {"specs/demand-kpis.yaml": EASY, "mlspec.yaml": with_engine(cluster.kind)}
    root, here = repository(tmp_path, specs), trained_of(shared) / "project"
    done = cluster.run(root)
    assert done.code == 0 and "6 stages ran" in done.out, done.text
    assert f"source/sales: sent to {cluster.kind.capitalize()} (" in done.err
    assert made(root) == made(here)
    assert cluster.address not in done.text and "127.0.0.1" not in done.text
    assert command(root, "dvc", "repro", "--all-pipelines", check=0).out.count("didn't change") == 6
    assert cluster.run(root).out.startswith("Everything is up to date.")


def made(root: Path) -> dict[str, bytes]:
    return {p.relative_to(root).as_posix(): p.read_bytes() for p in sorted((root / "pipelines").rglob("*")) if p.is_file()}


def project(home: Path, kind: str, function: str) -> Path:
    code = f'python: {{callable: "src.load:{function}", inputs: [data/sales.csv, data/marker.txt]}}'
    source = SOURCE.replace("file: {path: data/sales.csv}", code)
    files = {"src/__init__.py": "", "src/load.py": CODE, "data/marker.txt": str(home / "marker")}
    return repository(home, {"mlspec.yaml": with_engine(kind) + "  code: [src]\n", "specs/sales.yaml": source, **files})


@pytest.mark.slow
def test_a_worker_killed_in_a_task_costs_that_try_only(cluster: Running, tmp_path: Path) -> None:
    root, marker, killed = project(tmp_path, cluster.kind, "rows"), tmp_path / "marker", list[int]()

    def kill() -> None:
        while not (marker.exists() and marker.read_text()):
            time.sleep(0.1)
        killed.append(int(marker.read_text()))
        kill_worker_of(killed[0])

    thread = threading.Thread(target=kill, daemon=True)
    thread.start()
    done = cluster.run(root)
    thread.join(60)
    assert done.code == 0 and "3 stages ran" in done.out, done.text
    assert "source/sales: its worker was lost; it runs again (2 of 4)" in done.err
    assert not alive(killed[0])  # the stage of the first try, too


def alive(pid: int) -> bool:
    for _ in range(200):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return False
        time.sleep(0.1)
    return True


@pytest.mark.slow
def test_a_stage_that_fails_says_the_same_as_here(cluster: Running, tmp_path: Path) -> None:
    root = project(tmp_path, cluster.kind, "bad")
    there, here = cluster.run(root), mlspec(root, "run", "--local", check=1)
    assert there.code == 1
    assert errors(there.err) == errors(here.err) and len(errors(here.err)) == 2
    assert command(root, "git", "status", "--porcelain", check=0).out == ""


def errors(text: str) -> list[str]:
    return [line for line in text.splitlines() if "error[MLS" in line]


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_a_server_that_never_answers_is_given_up_in_bounded_time(kind: str, tmp_path: Path) -> None:
    require_engines()
    root = repository(tmp_path, {"mlspec.yaml": with_engine(kind), "specs/sales.yaml": SOURCE})
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"127.0.0.1:{server.getsockname()[1]}"
        began = time.monotonic()
        done = Running(kind, f"tcp://{address}" if kind == "dask" else address).run(root)
    assert done.code == 1 and "error[MLS0531]" in done.err and address not in done.text, done.text
    assert time.monotonic() - began < 150  # 20 s, and the start of Python on a busy machine


@pytest.mark.slow
def test_stopped_while_it_waits_it_leaves_nothing_half_done(cluster: Running, tmp_path: Path) -> None:
    root, marker = project(tmp_path, cluster.kind, "rows"), tmp_path / "marker"
    variables = environment() | {"CLUSTER": cluster.address, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}
    process = subprocess.Popen([str(BIN / "python"), "-m", "mlspec", "run"], cwd=root, env=variables, stderr=subprocess.DEVNULL)
    while not (marker.exists() and marker.read_text()):
        assert process.poll() is None
        time.sleep(0.1)
    process.send_signal(signal.SIGTERM)
    assert process.wait(60) == 143
    assert command(root, "git", "status", "--porcelain", check=0).out == ""
    os.kill(int(marker.read_text()), signal.SIGKILL)  # Dask ends no task that runs: it would have slept on
