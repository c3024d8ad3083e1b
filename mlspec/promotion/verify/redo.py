"""Runs the data stages (ingest to split, features and labels among them) again in a checkout, by the parameters that the specs give.

From the source where that is in Git, tracked by DVC, or pinned by a digest; else from the rows that DVC stored when it was read.
User code is imported from the repository itself: the caller made sure that it is the commit's.
"""

from __future__ import annotations

import contextlib
import importlib
import io
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from mlspec.adapters.dvc import store as dvc_store
from mlspec.compiler.project.graph import Graph, Pipeline, Stage
from mlspec.diagnostics import problem
from mlspec.gates.stages import run_own_stage
from mlspec.pipelines.content import file_md5
from mlspec.pipelines.locks import read_locks
from mlspec.pipelines.tracked import bring
from mlspec.runtime.context import Context, inside

STAGES = ("ingest", "clean", "validate", "features", "labels", "split")


@dataclass(frozen=True, slots=True)
class Redone:
    """A Parquet file that was made again: its path in the repository, and DVC's md5 of its new bytes."""

    path: str
    md5: str


def redo_data(root: Path, tree: Path, graph: Graph) -> tuple[Redone, ...]:
    """Run every data stage of `graph` in `tree`, a checkout below `root`, in order. Raises what a stage raises."""
    return tuple(made for pipeline in graph.pipelines for stage in pipeline.stages for made in _stage(root, tree, pipeline, stage))


def _stage(root: Path, tree: Path, pipeline: Pipeline, stage: Stage) -> list[Redone]:
    if stage.name not in STAGES:
        return []
    folder = inside(tree, tree / pipeline.folder)
    folder.mkdir(parents=True, exist_ok=True)
    _clear(tree, stage)
    if (stage.name == "ingest" and not _bring_source(root, tree, stage)) or (stage.name == "features" and "python" in stage.params):
        _bring_rows(root, tree, pipeline, stage)
    else:
        _run(root, tree, folder, stage)
    made = [o.path for o in stage.outs if o.path.endswith(".parquet")]
    return [Redone(path, file_md5(tree / path)) for path in made]


def _clear(tree: Path, stage: Stage) -> None:
    """What stands in Git where a stage writes may be a link; what DVC keeps has no business there."""
    for out in stage.outs:
        path = tree / out.path
        if path.is_symlink() or (out.cache and path.is_file()):
            path.unlink()


def _run(root: Path, tree: Path, folder: Path, stage: Stage) -> None:
    """Rules in Python run in a process of their own, without credentials; all else is mlspec's own, and runs at a desk.

    What comes from the web is read in this process, which knows the way there.
    """
    if any("python" in rule for rule in stage.params.get("rules", ())):
        from mlspec.gates.scoring.score import run_stage  # reads numbers, so it brings NumPy

        _bring_inputs(root, tree, stage)
        run_stage(root, "the Python rules", stage.name, folder, stage.params, [tree])
        return
    if "http" not in stage.params:
        run_own_stage(root, stage.name, folder, stage.params)
        return
    context = Context(stage.name, root.resolve(), folder, stage.params)
    with contextlib.redirect_stderr(io.StringIO()):
        importlib.import_module(f"mlspec.runtime.{stage.name}").run(context)


def _bring_inputs(root: Path, tree: Path, stage: Stage) -> None:
    """What rules in Python read beside the rows: in the checkout, made again there by the stages before, or tracked by DVC."""
    for rule in stage.params["rules"]:
        for path in rule.get("python", {}).get("inputs", {}).values():
            bring(root, path, tree=tree)


def _bring_source(root: Path, tree: Path, stage: Stage) -> bool:
    """Whether ingest can run again: its file is in the checkout (or was brought there by its `.dvc` file), or is pinned on the web.

    So it can where a SELECT makes its rows of others, which were made again before, and of files.
    """
    if "http" in stage.params:
        return bool(stage.params["http"].get("sha256"))
    if "file" not in stage.params and "sql" not in stage.params.get("from", ()):
        return False
    for path in stage.deps:
        bring(root, path, tree=tree)
    return all((tree / path).exists() for path in stage.deps)


def _bring_rows(root: Path, tree: Path, pipeline: Pipeline, stage: Stage) -> None:
    """The rows as they were read, by the lock file's md5. Raises MLS0714 when it names none."""
    lock = read_locks(tree, pipeline.folder).get(stage.name)
    raw = stage.outs[0].path
    md5 = lock.outs.get(PurePosixPath(raw).name) if lock else None
    if not md5:
        raise problem("MLS0714", f"{pipeline.folder}/dvc.lock does not record {raw}", help=f"`mlspec run {pipeline.ref}`, and commit it")
    dvc_store.fetch(root, {"path": raw, "md5": md5}, inside(tree, tree / raw))
