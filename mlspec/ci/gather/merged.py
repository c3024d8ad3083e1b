"""What the base branch makes of the results: merged, and planned, in a scratch folder. No branch and no working tree is touched."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from mlspec.adapters.git.commit import commit_tree, loose_commit
from mlspec.adapters.git.merge import merge_trees
from mlspec.adapters.git.repository import Repository
from mlspec.ci.gather.checks import stale_objects
from mlspec.compiler.project.layout import LEDGER
from mlspec.diagnostics import Problems, problem
from mlspec.diagnostics.words import some_lines
from mlspec.pipelines.workspace import open_workspace
from mlspec.promotion.verify.checkout import checked_out

MOST = 50


def behind(repository: Repository, base: str, files: Mapping[str, bytes], failed: frozenset[str]) -> tuple[str, ...]:
    """Return what would be stale or in conflict if `base` were merged into HEAD with `files`, a line each; empty when all is well.

    `failed`: objects that are known not to be current. Raises MLS0586 where the two branches' history is not here.
    """
    head = repository.resolve("HEAD")
    if repository.is_ancestor(base, head):
        return ()
    if repository.merge_base(base, head) is None:
        message = f"{base[:12]} and the branch share no history in this clone"
        raise problem("MLS0586", message, help="check out with `fetch-depth: 0`")
    ours = loose_commit(repository, head, files, "Results")
    tree, conflicts = merge_trees(repository, ours, base)
    told = [f"conflict: {path.encode('utf-8', 'replace').decode()[:900]}" for path in conflicts]
    lines = told or _stale(repository, tree, ours, failed)
    return tuple(some_lines(lines, MOST))


def _stale(repository: Repository, tree: str, ours: str, failed: frozenset[str]) -> list[str]:
    with checked_out(repository, commit_tree(repository, tree, [ours], "Merge")) as folder:
        return _planned(folder, failed)


def _planned(folder: Path, failed: frozenset[str]) -> list[str]:
    try:
        merged = open_workspace(folder)
        files = merged.files
    except Problems as found:
        return [f"{d.code}: {d.message}"[:1_000] for d in found.diagnostics if d.is_error]
    outdated = [f"{c.path} would be out of date" for c in (*files.conflicts, *files.pending) if c.path != LEDGER]
    stale = stale_objects(folder, merged.graph)
    return outdated + [f"{ref} would be stale: {why}"[:1_000] for ref, why in stale.items() if ref not in failed]
