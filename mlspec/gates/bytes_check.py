"""Recomputes digests from bytes: nothing that a person could have typed is believed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from mlspec.diagnostics import Diagnostic, Problems, Span
from mlspec.gates.candidate import fetch
from mlspec.registry.entries import Entry


def check_model_bytes(root: Path, entry: Entry, where: str) -> Iterator[Diagnostic]:
    """Fetch the model of a record by content and compare its digest."""
    from mlspec.runtime.artifact import digest_folder

    try:
        found = digest_folder(fetch(root, entry.record.artifacts.model))
    except Problems as problems:
        yield from problems.diagnostics
        return
    if found != entry.record.digest:
        message = f"{where}: the model's bytes changed: {entry.path} says {entry.record.digest}, the store has {found}"
        yield Diagnostic("MLS0740", message, Span(entry.path), "put the approved bytes back on the DVC remote, or promote what is there")


def rehearse(root: Path, entry: Entry, where: str) -> Iterator[Diagnostic]:
    """Load the model of a record, verified, in a process of its own, and let it answer its golden rows: what a rollback relies on."""
    from mlspec.gates.scoring.contestant import contestant
    from mlspec.gates.scoring.score import smoke

    name = f"{entry.record.model} {entry.record.version}"
    try:
        wrong = smoke(root, contestant(root, name, entry.record.artifacts.model, entry.record.digest))
    except Problems as problems:
        yield from problems.diagnostics
        return
    if wrong:
        message = f"{where}: {entry.record.version} no longer answers its golden rows: {wrong[0]}"
        yield Diagnostic("MLS0740", message, Span(entry.path), "install the environment that it was trained in")
