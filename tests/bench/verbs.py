"""What judges and deploys, before and now: `gate`, `verify` as CI calls it, `promote`, and `reconcile` of a new version, on the example
project. Both builds run in turn, by the same Python. Run alone, or by run.py.
"""

from __future__ import annotations

import compileall
import contextlib
import ctypes
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from support.cli import environment
from timing import Took, judge

HERE = Path(__file__).resolve().parents[2]
BEFORE = "5e3fcd8"
"""The build that the targets are measured against."""
TARGETS = {"gate": 1 / 3, "verify": 1 / 3, "promote": 1 / 3, "reconcile": 1 / 2}
TIMES = 5
DEMAND = "specs/models/demand.yaml"
GENERATED = ("pipelines", ".mlspec", ".dvc", ".dvcignore")
SUBREAPER = 36


@dataclass(frozen=True)
class Example:
    """`home`/project trained twice: v1.0.0 stands in staging; the second model's promotion waits on a branch of `home`/remote.git."""

    home: Path

    def run(self, folder: str, *words: str, build: Path = HERE) -> Took:
        """Run a command (`mlspec …` by a build) to its end, and to the end of all that it started but did not leave behind on purpose."""
        command = [sys.executable, "-P", "-c", "from mlspec.cli.main import main; main()", *words[1:]] if words[0] == "mlspec" else [*words]
        with tempfile.TemporaryFile() as told:
            began = time.perf_counter()
            process = subprocess.Popen(command, cwd=self.home / folder, env=_variables(build), stdout=told, stderr=told)
            _, status, usage = os.wait4(process.pid, 0)
            took, busy = time.perf_counter() - began, usage.ru_utime + usage.ru_stime
            process.returncode = os.waitstatus_to_exitcode(status)
            if process.returncode:
                told.seek(0)
                raise SystemExit(f"exit code {process.returncode}: {' '.join(words)}\n{told.read().decode(errors='replace')}")
        return Took(took, usage.ru_maxrss / 1024, busy + _orphans())


def _variables(build: Path) -> dict[str, str]:
    kept = {k: v for k, v in environment().items() if k != "PYTHONDONTWRITEBYTECODE"}
    return kept | {"PYTHONPATH": str(build)}


def _orphans() -> float:
    """The processor's seconds of what outlived its command for a moment; servers stay."""
    busy, end = 0.0, time.monotonic() + 0.5
    with contextlib.suppress(ChildProcessError):
        while time.monotonic() < end:
            found, _, usage = os.wait4(-1, os.WNOHANG)
            busy += usage.ru_utime + usage.ru_stime if found else 0.0
            time.sleep(0 if found else 0.02)
    return busy


def make(home: Path) -> Example:
    """Train the example, promote it to staging, add a feature, train again, and propose that."""
    world = Example(home)
    leave = shutil.ignore_patterns(*GENERATED, "mlspec-*.yml", "mlspec-*.yaml")
    shutil.copytree(HERE / "example-project", home / "project", ignore=leave)
    (home / "storage").mkdir()
    world.run(".", "git", "init", "--quiet", "--bare", "--initial-branch", "main", "remote.git")
    world.run("project", "git", "init", "--quiet", "--initial-branch", "main")
    world.run("project", "git", "remote", "add", "origin", "../remote.git")
    (home / "project/specs/policies/production.yaml").unlink(missing_ok=True)
    _train(world)
    world.run("project", "mlspec", "promote", "model/demand", "--to", "staging")
    _merge(world, "v1.0.0")
    world.run("project", "git", "push", "--quiet", "origin", "main")
    spec = home / "project" / DEMAND
    spec.write_text(spec.read_text(encoding="utf-8").replace("wind_speed]", "wind_speed, demand_28d]"), encoding="utf-8")
    _train(world)
    shutil.copytree(home, home.with_name("trained"), symlinks=True)
    world.run("project", "mlspec", "promote", "model/demand", "--to", "staging")
    return world


def _train(world: Example) -> None:
    world.run("project", "mlspec", "apply")
    world.run("project", "mlspec", "run", "model/demand")
    world.run("project", "dvc", "push", "--quiet")
    world.run("project", "git", "add", "--all")
    world.run("project", "git", "commit", "--quiet", "--message", "Train")
    world.run("project", "git", "push", "--quiet", "--set-upstream", "origin", "main")


def _merge(world: Example, version: str) -> None:
    branch = f"mlspec/promote/staging/demand/{version}"
    world.run("project", "git", "fetch", "--quiet", "origin")
    world.run("project", "git", "merge", "--quiet", "--no-ff", "--message", "Merge", f"origin/{branch}")


Verb = Callable[[Example, Path], Took]


def gate(world: Example, build: Path) -> Took:
    """`mlspec gate model/demand`, where it was trained."""
    return world.run("project", "mlspec", "gate", "model/demand", build=build)


def verify(world: Example, build: Path) -> Took:
    """`mlspec verify --base origin/main` in a fresh clone of the merge result."""
    shutil.rmtree(world.home / "clone", ignore_errors=True)
    world.run(".", "git", "clone", "--quiet", "remote.git", "clone")
    world.run("clone", "git", "merge", "--quiet", "--no-ff", "--message", "Merge", "origin/mlspec/promote/staging/demand/v1.1.0")
    return world.run("clone", "mlspec", "verify", "--base", "origin/main", build=build)


def promote(world: Example, build: Path) -> Took:
    """`mlspec promote`, pushed, of a model that was trained and never judged."""
    home = world.home.with_name("promoted")
    shutil.rmtree(home, ignore_errors=True)
    shutil.copytree(world.home.with_name("trained"), home, symlinks=True)
    return Example(home).run("project", "mlspec", "promote", "model/demand", "--to", "staging", build=build)


def reconcile(world: Example, build: Path) -> Took:
    """`mlspec reconcile` of v1.1.0 where v1.0.0 serves."""
    shutil.rmtree(world.home / "host", ignore_errors=True)  # nothing of v1.1.0 is here yet
    world.run(".", "git", "clone", "--quiet", "remote.git", "host")
    try:
        world.run("host", "mlspec", "reconcile", "--env", "staging", build=build)
        world.run("host", "git", "merge", "--quiet", "--no-ff", "--message", "Merge", "origin/mlspec/promote/staging/demand/v1.1.0")
        return world.run("host", "mlspec", "reconcile", "--env", "staging", build=build)
    finally:
        world.run("host", "mlspec", "reconcile", "--env", "staging", "--stop", build=build)


VERBS: tuple[Verb, ...] = (gate, verify, promote, reconcile)


def before(folder: Path, commit: str = BEFORE) -> Path | None:
    """The build of then; None where the history is not there."""
    archive = subprocess.run(["git", "archive", commit, "mlspec"], cwd=HERE, capture_output=True, check=False)
    if archive.returncode:
        return None
    folder.mkdir()
    subprocess.run(["tar", "-x"], cwd=folder, input=archive.stdout, check=True)
    compileall.compile_dir(folder, quiet=1)
    return folder


def compared(folder: Path, times: int = TIMES) -> list[bool]:
    """Each verb by both builds in turn; medians, and the medians of the ratios against the targets."""
    ctypes.CDLL(None).prctl(SUBREAPER, 1, 0, 0, 0)
    then = before(folder / "before")
    if then is None:
        print(f"verbs against the build before: left out, since {BEFORE} is not in this clone's history", flush=True)
        return []
    compileall.compile_dir(HERE / "mlspec", quiet=1)
    world = make(folder / "example")
    return [_judged(verb, world, then, times) for verb in VERBS]


def _judged(verb: Verb, world: Example, then: Path, times: int) -> bool:
    pairs = [(verb(world, then), verb(world, HERE)) for _ in range(times)]
    was, now = zip(*pairs, strict=True)
    for name, took in (("before", was), ("now", now)):
        wall, busy = (statistics.median(getattr(t, what) for t in took) for what in ("seconds", "busy"))
        print(f"mlspec {verb.__name__}, {name:<43} {wall * 1000:8.0f} ms  {busy * 1000:8.0f} ms busy", flush=True)
    work = statistics.median(b.busy / a.busy for a, b in pairs)
    ratio = statistics.median(b.seconds / a.seconds for a, b in pairs)
    return judge(f"mlspec {verb.__name__}, now / before ({work:.2f} of the processor's time)", ratio, TARGETS[verb.__name__], "x")


def main() -> int:
    """Measure in a folder of its own; exit 1 when a target is missed."""
    with tempfile.TemporaryDirectory() as name:
        return 0 if all(compared(Path(name), int(sys.argv[1]) if len(sys.argv) > 1 else TIMES)) else 1


if __name__ == "__main__":
    sys.exit(main())
