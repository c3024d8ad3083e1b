"""What a merge would make, without a branch, an index or a working tree."""

from __future__ import annotations

from mlspec.adapters.git.commit import commit_tree
from mlspec.adapters.git.repository import Repository, git_version
from mlspec.adapters.git.run import failed, run_git
from mlspec.diagnostics import problem

_USAGE = 129


def merge_trees(repository: Repository, ours: str, theirs: str) -> tuple[str, list[str]]:
    """The tree of a merge, and the paths that Git can't merge by itself. Raises MLS0958, and MLS0959 before Git 2.38."""
    words = ["merge-tree", "--write-tree", "--name-only", "--no-messages", "-z"]
    result = run_git(repository.root, [*words, repository.resolve(ours), repository.resolve(theirs)])
    if result.code == _USAGE:
        message = f"Git {git_version(repository.root)} can't merge without a working tree"
        raise problem("MLS0959", message, help="install Git 2.38 or later")
    if result.code not in (0, 1):
        raise failed("merge-tree", result.err)
    tree, *conflicts = result.text.split("\0")
    return tree.strip(), sorted(path for path in conflicts if path)


def merged_commit(repository: Repository, base: str, commit: str) -> str | None:
    """The commit that a merge into `base` would make (which no branch points at); None where Git can't merge them by itself.

    `commit` itself where it stands on top of `base` already. Raises as `merge_trees` does.
    """
    base, commit = repository.resolve(base), repository.resolve(commit)
    if repository.is_ancestor(base, commit):
        return commit
    tree, conflicts = merge_trees(repository, base, commit)
    return None if conflicts else commit_tree(repository, tree, [base, commit], "Merge\n")
