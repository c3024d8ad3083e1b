"""Folders of result files that jobs hand over: read by the one rule of which files may come back (`pipelines/results.py`)."""

from __future__ import annotations

import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

from mlspec.ci.shard_report import SHARDS
from mlspec.compiler.project.graph import Graph
from mlspec.diagnostics import Diagnostic, Problems
from mlspec.pipelines.results import MAX_TOLD, result_paths, shown, text_of
from mlspec.pipelines.safe_files import walk


def read_results(folder: Path, graph: Graph, refs: Iterable[str]) -> dict[str, bytes]:
    """Return {path: bytes} of a folder of results, sorted by path; the shards' reports in it are left out (`shard_reports`).

    Raises MLS0561, once a file and naming it, for whatever is not a plain UTF-8 file of at most `MAX_BYTES` at one of the paths
    that `result_paths` allows these objects; a link anywhere is refused. An absent folder has no results.
    """
    allowed = result_paths(graph, refs)
    files, found = dict[str, bytes](), list[Diagnostic]()
    for path, why, content in _checked(folder, allowed):
        if why:
            found.append(Diagnostic("MLS0561", f"{shown(path)} may not come back from a run: {why}", help=_HELP))
        else:
            files[path] = content
        if len(found) == MAX_TOLD:
            break
    if found:
        raise Problems(found)
    return files


_HELP = "only `dvc.lock` and the small text outputs of the planned objects are taken; nothing was written"


def _checked(folder: Path, allowed: frozenset[str]) -> Iterator[tuple[str, str, bytes]]:
    """Path, what is wrong with it or "", and its bytes."""
    if folder.is_symlink() or not folder.is_dir():
        if folder.is_symlink() or folder.exists():
            yield folder.name, "it is no folder", b""
        return
    for path, status in walk(folder):
        if path.count("/") == 1 and path.startswith(f"{SHARDS}/") and path.endswith(".json") and stat.S_ISREG(status.st_mode):
            continue
        if path not in allowed:
            yield path, "a symbolic link" if stat.S_ISLNK(status.st_mode) else "no result file of these objects", b""
            continue
        yield (path, *text_of(folder / path))
