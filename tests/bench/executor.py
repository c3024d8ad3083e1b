"""The executor: small models from nothing, warm against `--executor dvc` and against plain `dvc repro`; then nothing stale, and many models.

Run alone (`python tests/bench/executor.py [MODELS [MANY]]`), or by run.py. Processor seconds are of all processes together.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from many import many_models
from timing import Took, judge, line, repeat, run

BIN = Path(sys.executable).parent
MLSPEC, DVC = str(BIN / "mlspec"), str(BIN / "dvc")
MODELS, MANY = 100, 1_000
WALL, BUSY = 1 / 10, 1 / 12
LIMIT_SECONDS, LIMIT_MB, IDLE = 600, 2_000, 1.2


def executors(folder: Path, models: int = MODELS, many: int = MANY) -> list[bool]:
    """First full runs side by side; then the warm one alone on many models, and once more with nothing stale."""
    fresh = _project(folder / "fresh", models)
    warm = _first_run(fresh, folder / "warm", [MLSPEC, "run", "--jobs", "2"])
    ours = _first_run(fresh, folder / "dvc", [MLSPEC, "run", "--executor", "dvc"])
    plain = _first_run(fresh, folder / "repro", [DVC, "repro", "--quiet", "--recursive", "pipelines"])
    found = [
        judge(f"warm / {name}, busy", warm.busy / took.busy, BUSY, "x") for name, took in (("--executor dvc", ours), ("dvc repro", plain))
    ]
    found.append(judge("warm / --executor dvc, wall", warm.seconds / ours.seconds, WALL, "x"))
    return [*found, *(_many(folder / "many", many) if many else ())]


def _many(folder: Path, models: int) -> list[bool]:
    root = _project(folder, models)
    took = run([MLSPEC, "run", "--jobs", "2"], root)
    line(f"mlspec run --jobs 2, {models:,} models from nothing", took, f"{6 * models:,} stages")
    idle, plan = repeat([MLSPEC, "run"], root), repeat([MLSPEC, "plan"], root)
    line(f"mlspec run, nothing stale, {models:,} models", idle)
    line(f"mlspec plan, nothing stale, {models:,} models", plan)
    return [
        judge(f"run, {models:,} models", took.seconds, LIMIT_SECONDS, "s"),
        judge(f"run, {models:,} models, largest process", took.megabytes, LIMIT_MB, "MB"),
        judge("run / plan, nothing stale, busy", idle.busy / plan.busy, IDLE, "x"),
    ]


def _project(root: Path, models: int) -> Path:
    many_models(root, models)
    subprocess.run([MLSPEC, "apply"], cwd=root, check=True, stdout=subprocess.DEVNULL)
    return root


def _first_run(fresh: Path, root: Path, command: list[str]) -> Took:
    shutil.copytree(fresh, root, symlinks=True)
    took = run(command, root)
    line(f"{' '.join([Path(command[0]).name, *command[1:]])}, from nothing", took)
    return took


if __name__ == "__main__":
    asked = [int(word) for word in sys.argv[1:]]
    with tempfile.TemporaryDirectory() as name:
        sys.exit(0 if all(executors(Path(name), *asked)) else 1)
