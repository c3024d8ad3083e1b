"""Does a new record's evidence follow from what is merged? Lock files can be forged, so they are no evidence by themselves.

Four answers, all from the commit alone: nothing of the model and its sources is stale there; the data stages, run again from the source,
give the rows that the record names; the baseline, trained again on these, answers as the one that the record names; and the Steps that its
KPIs name, run again, give the record's numbers. What the sources hold, and that the model came from the training rows, is trusted.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlspec.adapters.git.repository import Repository
from mlspec.compiler.project.graph import Graph
from mlspec.compiler.project.layout import model_folder
from mlspec.diagnostics import Diagnostic, Problems, Span
from mlspec.gates.baseline import baseline_is_declared
from mlspec.gates.candidate import fetch, from_record
from mlspec.pipelines.locks import read_locks
from mlspec.pipelines.plan.staleness import stage_states
from mlspec.promotion.preflight import judged_by
from mlspec.promotion.verify.checkout import checked_out
from mlspec.promotion.verify.redo import Redone, redo_data
from mlspec.promotion.verify.steps import check_steps, named_by
from mlspec.registry.at_commit import AtCommit
from mlspec.registry.entries import Entry
from mlspec.registry.records import RegistryRecord
from mlspec.runtime.tune.apply import BEST, TUNED
from mlspec.runtime.tune.outcome import LOG
from mlspec.runtime.tune.replay import fault


@dataclass(frozen=True, slots=True)
class _Origin:
    """A record that is new in a change, and the graph of its model and its sources at the commit, checked out in `tree`."""

    root: Path
    tree: Path
    graph: Graph
    entry: Entry
    where: str

    @property
    def record(self) -> RegistryRecord:
        return self.entry.record

    @property
    def folder(self) -> str:
        pipeline = self.graph.pipeline(f"model/{self.record.model}")
        return pipeline.folder if pipeline else model_folder(self.record.model)


def check_origin(repository: Repository, head: AtCommit, entry: Entry, where: str) -> Iterator[Diagnostic]:
    """The stages of the model and its sources are current at `head` (MLS0707), its rows (MLS0747), search (MLS0767), baseline (MLS0749)
    and the numbers of Steps (MLS0766) come out again.
    """
    wanted = judged_by(head.project, head.graph, entry.record.model)
    graph = Graph(tuple(p for p in head.graph.pipelines if p.ref in wanted))
    with checked_out(repository, head.commit) as tree:
        origin = _Origin(repository.root, tree, graph, entry, where)
        stale = list(_stale(origin))
        found = stale or list(_rows(origin)) or list(_search(origin))
        yield from found or _baseline(origin)
        if not found:
            yield from check_steps(repository.root, tree, graph, named_by(head.project, entry), where)


def _stale(origin: _Origin) -> Iterator[Diagnostic]:
    """A lock file that names other specs, data, code or libraries than the commit has: the model was made from something else."""
    for state in stage_states(origin.tree, origin.graph):
        if state.status != "current":
            reasons = "; ".join(state.reasons[:3])
            message = f"{origin.where}: the model is not what the specs declare: {state.ref} {state.stage} would run: {reasons}"
            lock = next(p.folder for p in origin.graph.pipelines if p.ref == state.ref) + "/dvc.lock"
            help_text = f"`mlspec run model/{origin.record.model}`, commit and merge the results, then promote"
            yield Diagnostic("MLS0707", message, Span(lock), help_text)


def _rows(origin: _Origin) -> Iterator[Diagnostic]:
    split = origin.tree / origin.folder / "split.json"
    said = _json(split)
    try:
        redone = redo_data(origin.root, origin.tree, origin.graph)
        differing = list(_differing(origin))
    except Problems as problems:
        yield from (_failed(origin, d) for d in problems.diagnostics if d.is_error)
        return
    if not differing and said != _json(split):
        differing = [(f"{origin.folder}/split.json", "its figures are others")]
    for path, difference in differing:
        message = f"{origin.where}: {path} does not come out of its source again: {difference}{_cause(origin, redone, path)}"
        yield Diagnostic(
            "MLS0747", message, Span(origin.entry.path), f"`mlspec run model/{origin.record.model} --force`, then promote again"
        )


def _search(origin: _Origin) -> Iterator[Diagnostic]:
    """The log of the search is the one that the specs declare, asked again without a fit; its best is what the model's folder says."""
    params = origin.graph.params(f"model/{origin.record.model}", "tune")
    if params is None:
        return
    folder = origin.tree / origin.folder
    best, log = (folder / name for name in (BEST, LOG))
    why = None if best.is_file() and log.is_file() else "it is not there"
    try:
        model = fetch(origin.root, origin.record.artifacts.model) / TUNED
        if why is None and (not model.is_file() or model.read_bytes() != best.read_bytes()):
            why = f"{BEST} is not what the model was trained by"
        why = why or fault(params["search"], log.read_text(encoding="utf-8"), json.loads(best.read_text(encoding="utf-8")))
    except Problems as problems:
        why = f"{problems.diagnostics[0].code}: {problems.diagnostics[0].message}"
    except ValueError as error:
        why = f"it can't be read: {error}"
    if why is not None:
        message = f"{origin.where}: the search of model/{origin.record.model} is not the one that the specs declare: {why}"
        help_text = f"`mlspec run model/{origin.record.model} --force`, commit and merge the results, then promote again"
        yield Diagnostic("MLS0767", message, Span(f"{origin.folder}/{LOG}"), help_text)


def _baseline(origin: _Origin) -> Iterator[Diagnostic]:
    """The rows are honest here: the baseline is trained on them again, as the specs declare it."""
    params = origin.graph.params(f"model/{origin.record.model}", "train")
    if params is None:
        return
    try:
        declared = baseline_is_declared(origin.root, params, from_record(origin.record))
    except Problems as problems:
        yield from problems.diagnostics
        return
    if not declared:
        digest = origin.record.artifacts.baseline.digest
        message = f"{origin.where}: the baseline {digest} is not the one that the specs declare: trained again, it answers otherwise"
        help_text = f"`mlspec run model/{origin.record.model} --force`, commit and merge the results, then promote again"
        yield Diagnostic("MLS0749", message, Span(origin.entry.path), help_text)


def _failed(origin: _Origin, found: Diagnostic) -> Diagnostic:
    message = f"{origin.where}: the rows of {origin.record.version} can't be made again: {found.code}: {found.message}"
    return Diagnostic("MLS0747", message, Span(origin.entry.path), found.help)


def _differing(origin: _Origin) -> Iterator[tuple[str, str]]:
    """(path, difference) of the training and test rows that came out otherwise. Other bytes with the same rows are the same rows."""
    from mlspec.promotion.verify.same_rows import difference
    from mlspec.runtime.artifact import digest_file

    artifacts = origin.record.artifacts
    for name, artifact in (("train.parquet", artifacts.train), ("test.parquet", artifacts.test)):
        made = origin.tree / origin.folder / name
        found = digest_file(made)
        if found == artifact.digest:
            continue
        what = difference(fetch(origin.root, artifact), made)
        if what:
            yield f"{origin.folder}/{name}", f"the record says {artifact.digest}, made again it has {found}: {what}"


def _cause(origin: _Origin, redone: tuple[Redone, ...], path: str) -> str:
    """Name the first output on the way that has other bytes than its lock file says: there the forgery begins."""
    first = next((r.path for r in redone if r.md5 != _locked(origin, r.path)), path)
    return "" if first == path else f" (the first that differs is {first})"


def _locked(origin: _Origin, path: str) -> str | None:
    folder, _, name = path.rpartition("/")
    outs: Mapping[str, str] = {p: md5 for lock in read_locks(origin.tree, folder).values() for p, md5 in lock.outs.items()}
    return outs.get(name)


def _json(path: Path) -> Any:
    """A JSON file of the checkout; None for one that can't be read, and for a link, which may lead to a device."""
    try:
        return None if path.is_symlink() else json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return None
