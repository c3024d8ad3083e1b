"""Refs that are no branches and no tags: listed by their folder, brought from another repository on this machine, taken away."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from mlspec.adapters.git.everything import Ref
from mlspec.adapters.git.refs import Refs
from mlspec.adapters.git.run import git, run_git


def refs_below(refs: Refs, folder: str) -> list[Ref]:
    """Refs of commits in a folder such as `refs/exps`, by name."""
    rows = git(refs.root, "for-each-ref", "--format=%(objecttype) %(objectname) %(refname)", f"{folder}/").text.splitlines()
    parts = [row.split(" ", 2) for row in rows]
    found = [Ref(name, commit) for kind, commit, name in parts if kind == "commit"]
    refs.know(ref.commit for ref in found)
    return found


def commit_all(tree: Path, message: str, without: Sequence[str]) -> str:
    """Commit whatever changed in a clone that nobody works in, upon its HEAD, and return the commit's id. No hook runs, nothing is signed.

    `without`: paths that stay out. Raises MLS0959.
    """
    (tree / ".git/info").mkdir(exist_ok=True)
    (tree / ".git/info/exclude").write_text("".join(f"/{path}\n" for path in without), encoding="utf-8")
    git(tree, "add", "--all")
    git(tree, "commit", "--quiet", "--no-verify", "--no-gpg-sign", "--message", message)
    return git(tree, "rev-parse", "HEAD").text


def bring_commit(refs: Refs, other: Path, commit: str, name: str) -> bool:
    """Copy what is checked out in a clone, with its objects, to a ref here. False where one of that name is here already and stays.

    Nothing else moves: no tag, no FETCH_HEAD, no housekeeping.
    """
    quiet = ["fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--no-auto-gc", "--no-recurse-submodules"]
    result = run_git(refs.root, [*quiet, str(other), f"HEAD:{name}"])
    return result.code == 0 and refs.find(name) == commit


def drop_ref(refs: Refs, ref: Ref) -> None:
    """Delete a ref, if it still stands for that commit. Raises MLS0959."""
    git(refs.root, "update-ref", "--no-deref", "-d", ref.name, ref.commit)
