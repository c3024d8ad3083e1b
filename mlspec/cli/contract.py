"""`mlspec contract …`: data contracts of the Open Data Contract Standard."""

from __future__ import annotations

import click

from mlspec.cli.lazy import LazyGroup

STEPS = {"export": "Write a source and its rules as a contract."}


@click.group("contract", cls=LazyGroup, sections={"Commands": STEPS}, modules="mlspec.cli.contract_{}")
def command() -> None:
    """Data contracts (ODCS). A source takes its columns from one by `contract: FILE`, and its rules theirs."""
