"""Commits and pushes that touch neither the working tree nor the user's index.

A commit is built by plumbing in a temporary index; the branch is moved by the one atomic step at the end. Killed before that,
nothing but unreferenced objects is left, which Git collects.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from mlspec.adapters.git.repository import Repository
from mlspec.adapters.git.run import git, last_line, run_git
from mlspec.diagnostics import Problems, problem

NOBODY = {f"GIT_{role}_{key}": "mlspec" for role in ("AUTHOR", "COMMITTER") for key in ("NAME", "EMAIL")}
"""The environment of a commit that nobody will see."""


def commit_files(repository: Repository, base: str, files: Mapping[str, bytes], message: str, branch: str) -> str:
    """Make `branch` point at a new commit: the tree of `base` with `files` ({path: bytes}) put in. Return the commit's id.

    The branch is made or moved. Raises MLS0961 for a branch that is checked out somewhere or is no valid name, or when another
    process moved it meanwhile.
    """
    _require_free(repository, branch)
    old, parent = repository.find(f"refs/heads/{branch}"), repository.resolve(base)
    repository.identity()
    tree = _tree(repository.root, parent, files)
    commit = git(repository.root, "commit-tree", tree, "-p", parent, *_signing(repository.root), stdin=message.encode()).text
    move_branch(repository, branch, old, commit)
    return commit


def move_branch(repository: Repository, branch: str, old: str | None, commit: str) -> None:
    """Make a branch of this clone that is at `old` (None: not there) point at a commit. Raises MLS0961 when it is elsewhere."""
    result = run_git(repository.root, ["update-ref", "-m", "mlspec", f"refs/heads/{branch}", commit, old or "0" * len(commit)])
    if result.code != 0:
        raise problem("MLS0961", f"the branch `{branch}` can't be moved: {last_line(result.err)}", help="run the command again")


def loose_commit(
    repository: Repository, base: str, files: Mapping[str, bytes], message: str, identity: Mapping[str, str] | None = None
) -> str:
    """Make a commit on `base` with `files` put in, that no branch points at yet; return its id, or that of `base` where nothing changes.

    `identity`: GIT_AUTHOR_NAME and its kin; without it, mlspec commits in its own name. It is never signed.
    """
    parent = repository.resolve(base)
    tree = _tree(repository.root, parent, files)
    if tree == git(repository.root, "rev-parse", f"{parent}^{{tree}}").text:
        return parent
    return commit_tree(repository, tree, [parent], message, identity)


def commit_tree(repository: Repository, tree: str, parents: Sequence[str], message: str, identity: Mapping[str, str] | None = None) -> str:
    """Make a commit of a tree that no branch points at; return its id. `identity` as in `loose_commit`."""
    words = ["commit-tree", tree, *(word for parent in parents for word in ("-p", parent))]
    return git(repository.root, *words, stdin=message.encode(), extra=identity or NOBODY).text


def _require_free(repository: Repository, branch: str) -> None:
    if run_git(repository.root, ["check-ref-format", "--branch", branch]).code != 0:
        raise problem("MLS0961", f"`{branch}` is no valid name of a branch", help="choose another name")
    _require_no_parent(repository, "refs/heads", branch)
    if branch in repository.branches_in_use():
        raise problem("MLS0961", f"the branch `{branch}` is checked out", help="`git switch` to another branch first")


def _require_no_parent(repository: Repository, refs: str, branch: str) -> None:
    """Raise MLS0961 where a branch has the name of one of this one's folders: Git keeps refs like files, and has room for one."""
    parts, remote = branch.split("/"), refs.removeprefix("refs/remotes/")
    parent = next((p for n in range(1, len(parts)) if repository.find(f"{refs}/{(p := '/'.join(parts[:n]))}") is not None), None)
    if parent is None:
        return
    if refs == "refs/heads":
        where, mend = "", f"`git branch -m {parent} OTHER`"
    else:
        where, mend = f" on `{remote}`", f"rename it there; if it is gone already, `git fetch --prune {remote}`"
    raise problem("MLS0961", f"a branch `{parent}`{where} is in the way of `{branch}`: Git can't have both", help=mend)


def _tree(root: Path, parent: str, files: Mapping[str, bytes]) -> str:
    entries = [f"100644 {_blob(root, content)}\t{path}" for path, content in sorted(files.items())]
    with tempfile.TemporaryDirectory(prefix="mlspec-index-") as folder:
        index = {"GIT_INDEX_FILE": str(Path(folder) / "index")}
        git(root, "read-tree", parent, extra=index)
        git(root, "update-index", "-z", "--index-info", stdin="".join(f"{e}\0" for e in entries).encode(), extra=index)
        return git(root, "write-tree", extra=index).text


def _blob(root: Path, content: bytes) -> str:
    return git(root, "hash-object", "-w", "--stdin", "--no-filters", stdin=content).text


def _signing(root: Path) -> list[str]:
    """`commit-tree` does not look at `commit.gpgSign` by itself."""
    return ["-S"] if run_git(root, ["config", "--type=bool", "commit.gpgsign"]).text == "true" else []


def push(repository: Repository, remote: str, branch: str, *, expected: str | None, extra: Mapping[str, str] | None = None) -> None:
    """Push a branch that is `expected` on the remote now (None: not there). Raises MLS0962 when the remote does not take it.

    `extra`: more environment for Git, such as `token.token_environment`.
    """
    push_commit(repository, remote, repository.resolve(f"refs/heads/{branch}"), branch, expected=expected, extra=extra)


def push_commit(
    repository: Repository, remote: str, commit: str, branch: str, *, expected: str | None, extra: Mapping[str, str] | None = None
) -> None:
    """Push a commit as a branch of the remote's, like `push`; no branch of this clone is touched but the remote-tracking one."""
    _require_no_parent(repository, f"refs/remotes/{remote}", branch)
    lease = f"--force-with-lease=refs/heads/{branch}:{expected or ''}"
    ref = f"{commit}:refs/heads/{branch}"
    result = run_git(repository.root, ["push", "--quiet", "--no-follow-tags", lease, remote, ref], extra=extra)
    if result.code != 0:
        raise _rejected(remote, branch, result.err)
    git(repository.root, "update-ref", f"refs/remotes/{remote}/{branch}", commit, extra=extra)


def _rejected(remote: str, branch: str, error: str) -> Problems:
    if "stale info" in error or "fetch first" in error or "non-fast-forward" in error:
        why, fix = "somebody else pushed it meanwhile", "look at their branch; run the command again to build on what is there now"
    elif "without `workflow" in error:  # `workflows` permission of an app, `workflow` scope of a person's token
        why = "files in .github/workflows are not those of its newest branches, and this token may not bring in others"
        fix = "merge the main branch into this one, or run it again, so that it is built on what is there now; or use a token that may"
    else:
        why, fix = last_line(error), "check your access to the remote, and its branch protection"
    return problem("MLS0962", f"`{remote}` did not take the branch `{branch}`: {why}", help=fix)
