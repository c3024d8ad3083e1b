"""Whose commits are whose: ours, those that CI put on top of them, and those of people, which are never lost."""

from __future__ import annotations

from collections.abc import Iterable

from mlspec.adapters.git.repository import Repository
from mlspec.diagnostics import problem
from mlspec.promotion.proposals.proposal import Files, claimed_content, content_digest, tells_of_a_run


def own_files(repository: Repository, commit: str) -> Files | None:
    """The files of a commit of ours; None for one that does not change exactly what its trailer says: a person amended it, say."""
    claimed, changed = claimed_content(repository.message(commit)), _changes(repository, commit)
    if claimed is None or changed is None or not set(changed.values()) <= {"A", "M"}:
        return None
    files = repository.show_all(commit, sorted(changed))
    return files if len(files) == len(changed) and content_digest(files) == claimed else None


def newest_proposed(repository: Repository, main: str, tip: str) -> str | None:
    """The newest commit above the main branch that says of itself that it is ours; None where none does."""
    return next((c for c in repository.commits_since(main, tip) if claimed_content(repository.message(c))), None)


def foreign_commits(repository: Repository, main: str, tip: str, results: frozenset[str]) -> list[str]:
    """The commits above the main branch that hold work of somebody else's.

    Ours are those that hold what their trailer says, and CI's those that hold `results` and nothing else. A merge of the main branch is
    nobody's, unless it holds files that are neither side's.
    """
    commits = repository.commits_since(main, tip)
    foreign = [c for c in commits if own_files(repository, c) is None and not is_recorded(repository, c, results)]
    return foreign + [c for c in repository.merges_since(main, tip) if repository.combined_in(c)]


def require_ours(repository: Repository, branch: str, tips: Iterable[str], main: str, results: frozenset[str]) -> None:
    """Raises MLS0523 when a tip of the branch, which is to be replaced, holds work of somebody else's: it would be lost."""
    for tip in sorted(set(tips)):
        if foreign := foreign_commits(repository, main, tip, results):
            message = f"the branch `{branch}` is to get new content, and holds a commit that mlspec did not make: {foreign[0][:12]}"
            advice = "keep it under another name; merge or close the pull request, and delete the branch, here and on the remote"
            raise problem("MLS0523", message, help=f"{advice}: the next run makes it anew")


def is_recorded(repository: Repository, commit: str, results: frozenset[str]) -> bool:
    """Whether `mlspec ci record` made a commit: it says so, and holds `results` and nothing else."""
    changed = _changes(repository, commit)
    return changed is not None and set(changed) <= results and tells_of_a_run(repository.message(commit))


def _changes(repository: Repository, commit: str) -> dict[str, str] | None:
    """{path: letter} against the first parent; None for a commit without one."""
    return None if repository.find(f"{commit}^") is None else repository.changed_between(f"{commit}^", commit)
