"""`mlspec experiment …`: values tried without a commit."""

from __future__ import annotations

import click

from mlspec.cli.lazy import LazyGroup

STEPS = {
    "try": "Try values of a model's spec, in a scratch clone.",
    "list": "Compare experiments with what HEAD has.",
    "adopt": "Write what an experiment tried into the spec.",
    "drop": "Forget an experiment.",
}


@click.group("experiment", cls=LazyGroup, sections={"Commands": STEPS}, modules="mlspec.cli.experiment_{}")
def command() -> None:
    """Try values of a model's spec without a commit, as experiments of DVC's (`dvc exp show` lists them)."""
