"""The plan job's share of a pull request: `mlspec ci plan` for 1,000 models, all trained and all stale. Run alone, or by run.py."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from many import many_models
from support.locks import write_locks
from timing import judge, line, repeat

from mlspec.compiler.pipeline import compile_root

MLSPEC = str(Path(sys.executable).parent / "mlspec")
MODELS, LIMIT_SECONDS = 1_000, 10
_GIT = ("git", "-c", "user.name=Bench", "-c", "user.email=bench@example.org")


def plans(folder: Path, models: int = MODELS) -> list[bool]:
    """Time the plan of a project in which nothing is stale, then of one in which every model is; both below the limit."""
    root = many_models(folder, models)
    subprocess.run([MLSPEC, "apply"], cwd=root, check=True, stdout=subprocess.DEVNULL)
    found = compile_root(root)
    assert found.graph is not None, found.diagnostics[:3]
    write_locks(root, found.graph)
    _commit(root)
    return [_timed(root, f"mlspec ci plan, {models:,} models trained"), _all_stale(root, models)]


def _all_stale(root: Path, models: int) -> bool:
    for spec in (root / "specs/models").iterdir():
        spec.write_text(spec.read_text().replace("alpha: 1.0", "alpha: 2.0"))
    subprocess.run([MLSPEC, "apply"], cwd=root, check=True, stdout=subprocess.DEVNULL)
    _commit(root)
    return _timed(root, f"mlspec ci plan, {models:,} models stale")


def _timed(root: Path, title: str) -> bool:
    took = repeat([MLSPEC, "ci", "plan"], root)
    line(title, took, f"{6 * MODELS:,} stages")
    return judge(title, took.seconds, LIMIT_SECONDS, "s")


def _commit(root: Path) -> None:
    subprocess.run([*_GIT, "add", "--all"], cwd=root, check=True)
    subprocess.run([*_GIT, "commit", "--quiet", "--message", "work"], cwd=root, check=True)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        sys.exit(0 if all(plans(Path(name) / "project")) else 1)
