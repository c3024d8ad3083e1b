"""From a pull request to its comment: the example project's workflow under act, and the plan's share of it."""

from __future__ import annotations

import time
from pathlib import Path

from support.act_looks import edit
from support.act_world import World

EXAMPLE = Path(__file__).resolve().parents[2] / "example-project"
LINEAR = "specs/models/demand-linear.yaml"


def example(folder: Path) -> list[bool]:
    """Change one model of the trained example project; print how long the comment takes, and where the time goes."""
    folder.mkdir()
    with World(folder, project=EXAMPLE) as world:
        (world.root / "requirements.lock").write_text("# locked\n", encoding="utf-8")
        world.person("mlspec", "run")
        world.person("dvc", "push", "--quiet", "--recursive", "pipelines")
        world.push("main", "Train")
        text = (world.root / LINEAR).read_text(encoding="utf-8")
        edit(world, {LINEAR: text.replace("alpha: 1.0", "alpha: 2.0")}, "change")
        began = time.monotonic()
        run = world.pull_request("change")
        assert run.succeeded, run.log
        told = [when for operation, when in world.github.times if operation == "issues/create-comment"]
        print(f"pull request of the example project, all jobs: {time.monotonic() - began:.1f} s", flush=True)
        for job in run.jobs:
            print(f"  {job.name:<40} {job.result:<8} {job.seconds:6.1f} s", flush=True)
        print(f"pull request to comment {told[0] - began:.1f} s, of which the plan {run.job('plan').seconds:.1f} s", flush=True)
    return [bool(told)]
