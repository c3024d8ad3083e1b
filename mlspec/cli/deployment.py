"""`mlspec deployment …`: the specs that say where a model is deployed."""

from __future__ import annotations

import click

from mlspec.cli.lazy import LazyGroup

STEPS = {"add": "Write the Deployment of a model in an environment, and a target where there is none."}


@click.group("deployment", cls=LazyGroup, sections={"Commands": STEPS}, modules="mlspec.cli.deployment_{}")
def command() -> None:
    """Declare where a model is to be deployed. Which version goes there, `mlspec promote` proposes."""
