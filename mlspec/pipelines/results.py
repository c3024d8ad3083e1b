"""Result files: what a run changes that Git keeps. This module owns the rule of which files those are, and puts them into a tree.

Where a file may be written is decided by the compiled project alone (compiling runs no code of the project), so that who may write to a
repository, or stands at the other end of a cluster, need not ask what ran the code.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath

from mlspec.compiler.project.graph import Graph, Pipeline
from mlspec.compiler.project.layout import is_made
from mlspec.diagnostics import Diagnostic, Problems, Span, did_you_mean, problem
from mlspec.diagnostics.atomic import PREFIX, new_file, sweep
from mlspec.pipelines.safe_files import read_plain

MAX_BYTES = 20 << 20
"""Of one result file."""
MAX_TOLD = 20
"""Diagnostics of one folder: a hostile one may hold a million files."""


def result_paths(graph: Graph, refs: Iterable[str]) -> frozenset[str]:
    """The exact paths, relative to the root, that Git keeps of these objects' runs: `dvc.lock`, and outputs with `cache: false`.

    Raises MLS0003 for a ref that the graph does not have.
    """
    known = {p.ref: p for p in graph.pipelines}
    return frozenset(path for ref in refs for path in _pipeline(known, ref).results)


def _pipeline(known: Mapping[str, Pipeline], ref: str) -> Pipeline:
    if ref not in known:
        raise problem("MLS0003", f"no spec declares `{ref}`", help=did_you_mean(ref, known))
    return known[ref]


def text_of(path: Path) -> tuple[str, bytes]:
    """What is wrong with a result file or "", and its bytes: it must be a plain UTF-8 file of at most `MAX_BYTES`."""
    try:
        content = read_plain(path, MAX_BYTES)
        content.decode("utf-8")
    except UnicodeDecodeError:
        return "it is not UTF-8", b""
    except (OSError, ValueError) as error:
        return (error.strerror if isinstance(error, OSError) else None) or str(error), b""
    return "", content


def results_of(root: Path, graph: Graph, ref: str) -> dict[str, bytes]:
    """Return {path: bytes} of an object's results as they stand in the tree. Raises MLS0561 for one that is not there or may not go."""
    files, found = dict[str, bytes](), list[Diagnostic]()
    for path in sorted(result_paths(graph, [ref])):
        place = _in_the_way(root, path)
        why, files[path] = ("a link stands on the way", b"") if place else text_of(root / path)
        if why:
            found.append(Diagnostic("MLS0561", f"{shown(path)} can't be handed over: {why}", Span(path), "the run should have written it"))
    if found:
        raise Problems(found[:MAX_TOLD])
    return files


def shown(path: str) -> str:
    return "`" + "".join(c if c.isprintable() and c != "`" else "?" for c in path[:300]) + "`"


def put_results(root: Path, files: Mapping[str, bytes]) -> tuple[str, ...]:
    """Write result files into the tree at `root`, each whole or not at all; return the paths that changed, sorted.

    A lock goes after the outputs that it names, as DVC writes them. Raises MLS0562, before anything is written, when a link, or anything
    but a folder, stands on the way in the tree.
    """
    for path in files:
        _require_plain(root, path)
    changed = []
    for path, content in sorted(files.items(), key=lambda item: (PurePosixPath(item[0]).name == "dvc.lock", item[0])):
        target = root / path
        sweep(target.parent, PREFIX)
        if target.is_file() and target.read_bytes() == content:
            continue
        with new_file(target) as temporary:
            temporary.write_bytes(content)
        changed.append(path)
    return tuple(sorted(changed))


def _require_plain(root: Path, path: str) -> None:
    parts = PurePosixPath(path).parts
    if not is_made(path) or ".." in parts or "/".join(parts) != path:
        raise problem("MLS0562", f"{shown(path)} is no place of a result file", help="nothing was written")
    place = _in_the_way(root, path)
    if place:
        message = f"{shown(place)} is a link, or no plain {'file' if place == path else 'folder'}"
        raise problem("MLS0562", message, help="nothing was written; remove it from the branch", span=Span(place))


def _in_the_way(root: Path, path: str) -> str:
    """The first place on the way to a result that is a link, or neither folder nor, at the end, file; "" for none."""
    parts = PurePosixPath(path).parts
    for depth in range(1, len(parts) + 1):
        place = root.joinpath(*parts[:depth])
        if place.is_symlink() or (place.exists() and place.is_dir() == (depth == len(parts))):
            return "/".join(parts[:depth])
    return ""
