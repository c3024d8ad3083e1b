"""Fetches a source again through its own stages, and says whether its content changed."""

from __future__ import annotations

import contextlib
import hashlib
import re
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from mlspec.adapters.dvc import store as dvc_store
from mlspec.ci.propose.pin import with_pin
from mlspec.ci.propose.put_back import output_md5s
from mlspec.compiler.project.graph import Pipeline
from mlspec.compiler.project.paths import relative
from mlspec.compiler.project.project import Bound
from mlspec.diagnostics import Diagnostic, Problems
from mlspec.language.kinds.data_source import DataSource
from mlspec.language.kinds.locations.http import HttpLocation
from mlspec.pipelines.content import Contents
from mlspec.pipelines.locks import read_locks
from mlspec.pipelines.plan.apply import apply, write_atomically
from mlspec.pipelines.run.options import RunOptions
from mlspec.pipelines.run.reporter import StageFailed
from mlspec.pipelines.run.run import run_pipeline
from mlspec.pipelines.workspace import Workspace, open_workspace
from mlspec.runtime.context import inside, load
from mlspec.runtime.ingest.download import downloaded
from mlspec.runtime.ingest.locations import is_unchanged

Say = Callable[[str], None]
TOLD = 10
"""How many lines of a refusal are told again; all of it stands in the log."""
_FINDING = re.compile(r"^error\[(MLS\d{4})\]: (.*)")


@dataclass(frozen=True, slots=True)
class Changed:
    """The workspace with new content in it. `pin`: the new digest of a pinned address; its specs have it."""

    workspace: Workspace
    pin: str | None = None


def pipeline_of(workspace: Workspace, source: Bound[DataSource]) -> Pipeline:
    """The pipeline of a source that the project declares: there is one."""
    return next(p for p in workspace.graph.pipelines if p.ref == source.ref)


def fetch(workspace: Workspace, source: Bound[DataSource], options: RunOptions, say: Say) -> Changed | None:
    """Bring new content into the workspace; None where there is none. Raises MLS0527 when it is refused, MLS0526, MLS0613."""
    spec, pipeline = source.envelope.spec, pipeline_of(workspace, source)
    if spec.location_kind.remembers and _says_the_same(workspace.root, pipeline):
        return None
    if spec.location.goes_on():
        _bring_rows(workspace.root, pipeline)
    if spec.http is not None and spec.http.sha256 is not None:
        return _fetch_pinned(workspace, source, spec.http, options, say)
    is_new = _file_changed(workspace.root, pipeline, spec.path) if spec.path else _is_new(workspace, pipeline, options, say)
    if not is_new:
        return None
    _run(workspace, pipeline, options, say)
    return Changed(workspace.anew())


def _file_changed(root: Path, pipeline: Pipeline, path: str) -> bool:
    """A file is Git's or DVC's already, so that its content can be compared without reading a row."""
    ingest = pipeline.stages[0]
    lock = read_locks(root, pipeline.folder).get(ingest.name)
    return lock is None or lock.deps.get(relative(path, pipeline.folder)) != Contents(root).md5(path)


def _says_the_same(root: Path, pipeline: Pipeline) -> bool:
    """Whether the source itself says that nothing changed, so that nothing need be read, and no stage started."""
    ingest = pipeline.stages[0]
    rows = output_md5s(root, pipeline).get(ingest.outs[0].path)
    return rows is not None and is_unchanged(load(ingest.name, root / pipeline.folder), f"md5:{rows}")


def _bring_rows(root: Path, pipeline: Pipeline) -> None:
    """The rows of the last reading, from the store where a checkout has none. Without them all is read, so that it is no error."""
    raw = pipeline.stages[0].outs[0].path
    md5 = output_md5s(root, pipeline).get(raw)
    if md5 and not (root / raw).is_file():
        with contextlib.suppress(Problems):
            dvc_store.fetch(root, {"path": raw, "md5": md5}, inside(root, root / raw))


def _is_new(workspace: Workspace, pipeline: Pipeline, options: RunOptions, say: Say) -> bool:
    """Run the first stage, though DVC sees no reason to, and compare what it wrote with what the lock said."""
    root, raw = workspace.root, pipeline.stages[0].outs[0].path
    before = output_md5s(root, pipeline).get(raw)
    _run(workspace, pipeline, RunOptions(force=True, lock=options.lock), say, [pipeline.stages[0].name])
    return output_md5s(root, pipeline).get(raw) != before


def _fetch_pinned(workspace: Workspace, source: Bound[DataSource], http: HttpLocation, options: RunOptions, say: Say) -> Changed | None:
    digest = _digest(http)
    if digest == http.sha256:
        return None
    path = workspace.root / source.path
    write_atomically(path, with_pin(source, path.read_bytes(), digest).decode())
    pinned = open_workspace(workspace.root)
    apply(pinned.root, lambda: pinned.files)
    _run(pinned, pipeline_of(pinned, source), options, say)
    return Changed(pinned.anew(), digest)


def _digest(http: HttpLocation) -> str:
    """The sha256 of what the address has now, as hex."""
    form = {key: value for key, value in http.canonical().items() if key != "sha256"}
    with (
        tempfile.TemporaryDirectory(prefix="mlspec-refresh-") as folder,
        downloaded(form, Path(folder)) as found,
        found.path.open("rb") as file,
    ):
        return hashlib.file_digest(file, "sha256").hexdigest()


def _run(workspace: Workspace, pipeline: Pipeline, options: RunOptions, say: Say, stages: Sequence[str] = ()) -> None:
    try:
        run_pipeline(workspace, pipeline, options, say, stages)
    except StageFailed as failed:
        raise Problems(_refused(pipeline.ref, failed)) from None


def _refused(ref: str, failed: StageFailed) -> list[Diagnostic]:
    """One diagnostic a finding of the stage: the rule, the column and the count are in its first line."""
    found = [match[2] for line in failed.output if (match := _FINDING.match(line))]
    help_text = "no pull request is made for it; the rows stand above. Mend the data, or change the rule in a pull request of your own"
    told = [Diagnostic("MLS0527", f"{ref}: the new data was refused: {text}", None, help_text) for text in found[:TOLD]]
    return told or list(failed.diagnostics)
