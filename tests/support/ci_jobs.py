"""Jobs of `mlspec ci train` as the workflows run them: planned in the author's clone, each in a sparse, detached clone of its own."""

from __future__ import annotations

import json
import subprocess
import time
from pathlib import Path
from typing import Any

from support.cli import BIN, Result, command, environment, git, mlspec


def jobs(root: Path, *words: str) -> dict[str, dict[str, Any]]:
    """Plan in the author's clone; {shard: its job of the matrix}."""
    out = root.parent / "output"
    out.unlink(missing_ok=True)
    told = environment() | {"GITHUB_OUTPUT": str(out)}
    plan = [str(BIN / "mlspec"), "ci", "plan", "--out", str(root.parent / "plan.json"), *words]
    subprocess.run(plan, cwd=root, env=told, check=True, capture_output=True)
    values = [line.partition("=")[2] for line in out.read_text().splitlines() if line.startswith("layer_")]
    return {job["shard"]: job for value in values if value for job in json.loads(value)["include"]}


def clone(root: Path, job: dict[str, Any]) -> Path:
    """A runner's fresh workspace for a job: a sparse, detached clone."""
    place = root.parent / f"runner-{job['shard']}-{time.monotonic_ns()}"
    command(root.parent, "git", "clone", "-q", "--no-checkout", "remote.git", place.name, check=0)
    git(place, "sparse-checkout", "set", "--no-cone", *job["checkout"].splitlines())
    git(place, "checkout", "-q", "--detach", "origin/main")
    return place


def words(root: Path, shard: str, results: Path, previous: Path | None = None) -> list[str]:
    before = ["--previous", str(previous)] if previous else []
    return ["ci", "train", "--plan", str(root.parent / "plan.json"), "--shard", shard, "--results", str(results), *before]


def train(root: Path, place: Path, shard: str, results: Path, previous: Path | None = None, *, check: int = 0) -> Result:
    return mlspec(place, *words(root, shard, results, previous), check=check)


def report(results: Path, shard: str) -> dict[str, dict[str, Any]]:
    form = json.loads((results / f"shards/{shard}.json").read_text())
    assert form["shard"] == shard
    return {made["object"]: made for made in form["objects"]}
