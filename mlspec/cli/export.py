"""`mlspec export …`: objects as files of other tools."""

from __future__ import annotations

import click

from mlspec.cli.lazy import LazyGroup

STEPS = {"feast": "Write feature sets as a Feast repository."}


@click.group("export", cls=LazyGroup, sections={"Commands": STEPS}, modules="mlspec.cli.export_{}")
def command() -> None:
    """Write objects as other tools read them. Data contracts: `mlspec contract export`."""
