"""`mlspec run`: bring objects up to date with DVC."""

from __future__ import annotations

from functools import partial

import click

from mlspec.cli import console, context


@click.command("run")
@click.argument("objects", nargs=-1, metavar="[OBJECT]...")
@click.option("--force", is_flag=True, help="Run also what is up to date.")
@click.option("--pull", is_flag=True, help="Fetch missing data from the remote instead of recomputing it.")
@click.option("--keep-going", is_flag=True, help="After a failure go on with what does not need it.")
def command(objects: tuple[str, ...], force: bool, pull: bool, keep_going: bool) -> int:  # noqa: FBT001
    """Run what is stale, with DVC. OBJECT is such as `model/demand` or `modelset/stations`; all when left out."""
    from mlspec.cli.rankings import ranking_lines
    from mlspec.pipelines.plan.make import make_plan
    from mlspec.pipelines.plan.surroundings import require_readable
    from mlspec.pipelines.run.run import RunOptions, run_restored
    from mlspec.pipelines.run.summary import model_lines, rankings
    from mlspec.pipelines.run.turn import turn
    from mlspec.pipelines.run.where import place_of

    compiled = context.load_project()
    chosen = compiled.project.chosen(objects)
    pipelines = [f"{p.folder}/dvc.yaml" for p in compiled.graph.pipelines]
    if all((compiled.root / path).is_file() for path in pipelines):  # else `mlspec apply` comes first, which says the same
        require_readable(compiled.root, pipelines)
    with turn(compiled.root, console.err) as lock:
        plan = partial(make_plan, compiled.root, compiled.project, compiled.graph)
        options = RunOptions(force, pull, lock, keep_going, partial(place_of, compiled.project))
        result = run_restored(compiled.root, compiled.graph, plan, chosen, options, console.err)
    console.out(f"{len(result.ran)} stages ran in {result.seconds:.1f} s" if result.ran else "Everything is up to date.")
    for line in model_lines(compiled.root, compiled.project, chosen):
        console.out(line)
    for ranking in rankings(compiled.root, compiled.project, chosen):
        for line in ranking_lines(ranking):
            console.out(line)
    return console.EXIT_OK
