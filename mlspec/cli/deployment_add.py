"""`mlspec deployment add`: the specs that a first promotion needs."""

from __future__ import annotations

import click

from mlspec.cli import console, context


@click.command("add")
@click.argument("model")
@click.option("--env", "environment", required=True, metavar="ENVIRONMENT", help="Where, such as `staging`.")
@click.option("--target", metavar="NAME", help="The DeploymentTarget that serves it.  [default: the only one there is]")
@click.option("--name", metavar="NAME", help="The Deployment's name.  [default: the model's]")
def command(model: str, environment: str, target: str | None, name: str | None) -> int:
    """Write environments/ENVIRONMENT/NAME.yaml for MODEL (such as `model/demand`).

    Where the project has no DeploymentTarget at all, one is written that serves by REST on this machine. Nothing is deployed by it: commit
    and merge it, then promote.
    """
    from mlspec.language.kinds.base import is_name

    for option, given in (("--name", name), ("--target", target)):
        if given is not None and not is_name(given):
            raise click.BadParameter("a-z, 0-9 and `-`", param_hint=option)
    written = context.opened().add_deployment(model, environment, target=target, name=name)
    for path in written:
        console.out(f"  + {path}")
    if not written:
        console.out(f"model/{model.removeprefix('model/')} has a deployment in {environment} already: nothing to do.")
        return console.EXIT_OK
    promote = f"`mlspec promote model/{model.removeprefix('model/')} --to {environment}`"
    console.out(f"Next: `mlspec apply`, commit and merge, then {promote}.")
    return console.EXIT_OK
