"""May this change be merged, that only adds a registry record (`mlspec register`)? The record is held to what a promotion's is held to."""

from __future__ import annotations

from collections.abc import Iterator

from mlspec.adapters.git.repository import Repository
from mlspec.diagnostics import Diagnostic, Problems, Span
from mlspec.gates.bytes_check import check_model_bytes
from mlspec.gates.candidate import from_record
from mlspec.gates.measured import metrics_of
from mlspec.promotion.verify.evidence import check_new_record
from mlspec.promotion.verify.numbers import compare_metrics
from mlspec.promotion.verify.origin import check_origin
from mlspec.promotion.verify.proposed import Change
from mlspec.registry.entries import Entry, read_entry


def check_record(repository: Repository, change: Change, path: str, *, alone: bool = True) -> list[Diagnostic]:
    """Every reason against a new record: what it was made from, its bytes, where its rows came from, its metrics. Cheap checks first.

    `alone`: the change adds the record and nothing else. Otherwise no store is asked: its configuration may be the change's.
    """
    try:
        entry = read_entry(path, change.head.files[path])
        where = f"model/{entry.record.model}@{entry.record.version}"
        found = list(_cheap(repository, change, entry, where))
        return found if found or not alone else list(_costly(repository, change, entry, where))
    except Problems as problems:
        return list(problems.diagnostics)


def _cheap(repository: Repository, change: Change, entry: Entry, where: str) -> Iterator[Diagnostic]:
    if entry.record.model not in change.head.project.models:
        yield Diagnostic("MLS0738", f"{where}: no spec declares the model {entry.record.model}", Span(entry.path), "merge the Model first")
        return
    yield from check_new_record(repository, change, entry, where)


def _costly(repository: Repository, change: Change, entry: Entry, where: str) -> Iterator[Diagnostic]:
    found = list(check_model_bytes(repository.root, entry, where)) or list(check_origin(repository, change.head, entry, where))
    if found:
        yield from found
        return
    metrics = metrics_of(repository.root, change.head.graph, change.base.project, from_record(entry.record))
    yield from compare_metrics(where, entry, metrics)
