"""Speed, and next to it that of the tools that users run today, in the same run. `make bench` runs it; a missed limit fails it."""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import peers
import pull_request
import verbs as verbs_then_and_now
from answers_a_second import answers
from batch import batches
from ci_plan import plans
from data import data
from executor import executors
from many import many_models, one_file
from registry import histories
from remembered import remembered
from resampling import resampling
from timing import against, judge, line, median, repeat, run
from training import training

BIN = Path(sys.executable).parent
MLSPEC, DVC = str(BIN / "mlspec"), str(BIN / "dvc")
MODELS, MANY = 1_000, 10_000
VERBS = (["plan", "--no-cache"], ["status"], ["explain", "model/m500"], ["fmt", "--check"])


def validate(small: Path, large: Path) -> list[bool]:
    """Cold time of 4,000 documents, and how it grows to 40,000."""
    cold = [MLSPEC, "validate", "--no-cache"]
    pairs = [(run(cold, small), run(cold, large)) for _ in range(3)]
    few, many = (median(column) for column in zip(*pairs, strict=True))
    line(f"mlspec validate, {MODELS:,} models", few, f"{4 * MODELS:,} documents")
    line(f"mlspec validate, {MANY:,} models", many, f"{4 * MANY:,} documents")
    return [
        judge(f"validate, {MODELS:,} models", few.seconds, 2, "s"),
        judge(f"growth from {MODELS:,} to {MANY:,} models", statistics.median(b.seconds / a.seconds for a, b in pairs), 12, "x"),
    ]


def verbs(small: Path, folder: Path) -> None:
    """The other verbs on the small project; they have no limit of their own."""
    line("mlspec apply, first", run([MLSPEC, "apply"], small), f"{MODELS:,} models, {6 * MODELS:,} stages")
    line("mlspec apply, nothing to do", repeat([MLSPEC, "apply"], small))
    for verb in VERBS:
        line(f"mlspec {' '.join(verb)}", repeat([MLSPEC, *verb], small))
    for documents in (400, 1_600):
        path = one_file(folder / f"{documents}.yaml", documents)
        line(f"mlspec fmt --check, {documents} documents in one file", repeat([MLSPEC, "fmt", "--check", str(path)], small))


def compared(small: Path, folder: Path) -> list[bool]:
    """Ours against theirs: the same number of models, or the same documents."""
    found = [against("plan / dvc status (which stages are stale)", [MLSPEC, "plan", "--no-cache"], [DVC, "status"], 1, cwd=small, times=1)]
    ours = [MLSPEC, "validate", "--no-cache"]
    if dbt := peers.installed("dbt"):
        project = peers.dbt_project(folder / "dbt", MODELS)
        parse = [dbt, "parse", "--no-partial-parse", "--profiles-dir", "."]
        found.append(against(f"validate / dbt parse, {MODELS:,} models", ours, parse, 1, cwd=small, their_cwd=project))
    if cfn := peers.installed("cfn-lint"):
        texts = peers.templates(folder / "cfn", MODELS)
        found.append(against(f"validate / cfn-lint, {4 * MODELS:,} objects", ours, [cfn, *texts], 1, cwd=small, times=1))
    if check := peers.installed("check-jsonschema"):
        specs = sorted(str(p) for p in (small / "specs").rglob("*.yaml"))
        theirs = [check, "--schemafile", str(peers.SCHEMA / "any.json"), *specs]
        found.append(against("validate / check-jsonschema, the same documents", ours, theirs, 1, cwd=small, times=1))
    return found


def main() -> int:
    """Run every comparison; exit 1 when a limit is missed."""
    print(
        f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}: above their number, wall times are those of a busy machine",
        flush=True,
    )
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        small, large = many_models(folder / "small", MODELS), many_models(folder / "large", MANY)
        results = [against("start: mlspec --help / dvc --help", [MLSPEC, "--help"], [DVC, "--help"], 0.5, cwd=folder, times=7)]
        results += validate(small, large)
        verbs(small, folder)
        results += remembered(MLSPEC, small, large)
        results += compared(small, folder)
        (folder / "verbs").mkdir()
        results += verbs_then_and_now.compared(folder / "verbs")
        results += pull_request.example(folder / "world")
        results += plans(folder / "trained")
        results += histories(folder / "registry")
        results += executors(folder / "executor")
        results += training(folder / "training")
        results += answers(folder / "serving")
        results += batches(folder / "batch")
        (folder / "data").mkdir()
        results += data(folder / "data")
        results += resampling()
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
