"""`mlspec ci train`: run one shard of the plan."""

from __future__ import annotations

from pathlib import Path

import click

from mlspec.cli import console, context

FILE = click.Path(dir_okay=False, path_type=Path)
FOLDER = click.Path(file_okay=False, path_type=Path)


@click.command("train")
@click.option("--plan", "file", type=FILE, metavar="FILE", help="The plan, when it is not `.mlspec/state/ci/plan.json`.")
@click.option("--shard", required=True, metavar="NAME", help="Which shard of the plan.")
@click.option("--results", required=True, type=FOLDER, metavar="DIR", help="Where locks, metrics and the report go.")
@click.option("--previous", type=FOLDER, metavar="DIR", help="What the jobs of earlier layers left there.")
def command(file: Path | None, shard: str, results: Path, previous: Path | None) -> int:
    """Train the objects of one shard, push their outputs by content, and keep what Git keeps in DIR.

    One that fails does not stop the others; exit code 1 at the end. Safe to run again: what is done already is not done twice.
    """
    from mlspec.ci.plan_file import read_plan
    from mlspec.ci.train.one_object import Training
    from mlspec.ci.train.shard import Job, find_shard, train_shard
    from mlspec.compiler.project.layout import CI_PLAN
    from mlspec.pipelines.run.turn import turn

    loaded = context.opened().read()
    plan = read_plan(file or loaded.root / CI_PLAN)
    job = Job(plan, find_shard(plan, shard), previous)
    style = "github" if console.is_on_github() else "full"
    with turn(loaded.root, console.err) as lock:
        training = Training(loaded, results, console.err, lock)
        report = train_shard(training, job, lambda found: console.show(found, style))
    for made in report.objects:
        console.out(f"{made.status:<8} {made.object}" + (f"  {made.seconds:.1f} s" if made.stages else f"  {made.why}" if made.why else ""))
    return console.EXIT_OK if all(made.status == "ok" for made in report.objects) else console.EXIT_PROBLEMS
