"""`mlspec labels …`: what to annotate next, and what was annotated wrongly."""

from __future__ import annotations

import click

from mlspec.cli.lazy import LazyGroup

STEPS = {
    "next": "Choose the rows that are worth a label most.",
    "suspects": "List labels that are likely wrong.",
}


@click.group("labels", cls=LazyGroup, sections={"Commands": STEPS}, modules="mlspec.cli.labels_{}")
def command() -> None:
    """Ask a model that learned from a LabelSet about its labels."""
