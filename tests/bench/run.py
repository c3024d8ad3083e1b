"""Benchmarks against the tools that users run today, measured in the same run, printed as ratios. `make bench` runs it."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from support.projects import MODEL, SPECS, write_project

BIN = Path(sys.executable).parent
MODELS = 1000


def seconds(command: Sequence[str], cwd: Path | None = None) -> float:
    """Wall seconds of one whole process; its failure fails the benchmark."""
    began = time.perf_counter()
    subprocess.run(
        command, cwd=cwd, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=os.environ | {"DVC_NO_ANALYTICS": "1"}
    )
    return time.perf_counter() - began


def compare(title: str, ours: Sequence[str], theirs: Sequence[str], limit: float, *, cwd: Path | None = None, runs: int = 7) -> bool:
    """Time two commands in turn, print medians and the median of the pairwise ratios; say whether the limit holds."""
    seconds(ours, cwd), seconds(theirs, cwd)
    pairs = [(seconds(ours, cwd), seconds(theirs, cwd)) for _ in range(runs)]
    mine, other = (statistics.median(column) for column in zip(*pairs, strict=True))
    ratio = statistics.median(a / b for a, b in pairs)
    good = ratio <= limit
    print(
        f"{title:<46} {mine * 1000:7.0f} ms  against {other * 1000:7.0f} ms  ratio {ratio:.2f} (limit {limit:.2f}) {'ok' if good else 'MISSED'}"
    )
    return good


def many_models(root: Path, count: int) -> Path:
    """A project with `count` models over one source, applied, in a DVC repository."""
    base = {k: v for k, v in SPECS.items() if k.split("/")[-1] in ("mlspec.yaml", "sales.yaml", "sales-rules.yaml")}
    models = {f"specs/models/m{i}.yaml": MODEL.replace("name: demand", f"name: m{i}") for i in range(count)}
    write_project(root, base | models)
    subprocess.run(["git", "init", "-q", str(root)], check=True)
    seconds([str(BIN / "mlspec"), "apply"], root)
    return root


def main() -> int:
    """Run every comparison; exit 1 when a limit is missed."""
    mlspec, dvc = str(BIN / "mlspec"), str(BIN / "dvc")
    results = [compare("start: mlspec --help / dvc --help", [mlspec, "--help"], [dvc, "--help"], 0.5, runs=11)]
    with tempfile.TemporaryDirectory() as folder:
        root = many_models(Path(folder), MODELS)
        for command in (["validate"], ["apply"], ["plan"]):
            took = statistics.median(seconds([mlspec, *command], root) for _ in range(3))
            print(f"mlspec {command[0]:<39} {took * 1000:7.0f} ms  for {MODELS} models, {3 * MODELS + 3} stages")
        results.append(
            compare(f"stale stages, {MODELS} models: plan / dvc status", [mlspec, "plan"], [dvc, "status"], 1.0, cwd=root, runs=1)
        )
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
