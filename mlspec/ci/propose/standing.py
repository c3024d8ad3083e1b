"""What stands on a proposal's branch: our commits, what CI put on top of them, and what people did, which is never overwritten."""

from __future__ import annotations

import re
from collections.abc import Iterable

from mlspec.adapters.git.repository import Repository
from mlspec.adapters.git.run import git
from mlspec.ci.propose.proposal import Proposal, content_digest
from mlspec.ci.propose.rules import CONTENT
from mlspec.ci.seconds import KEY
from mlspec.diagnostics import problem

_CONTENT = re.compile(rf"^{CONTENT}: (sha256:[0-9a-f]{{64}})$", re.MULTILINE)
_RECORDED = re.compile(rf"^{KEY}: ", re.MULTILINE)
"""The trailer of the commits that `mlspec ci record` makes; a retraining's has it beside our own."""


def changed_files(repository: Repository, proposal: Proposal) -> dict[str, bytes]:
    """The proposal's files that differ from those of the commit it builds on."""
    there = repository.show_all(proposal.commit, sorted(proposal.files))
    return {path: content for path, content in proposal.files.items() if there.get(path) != content}


def moved_since(repository: Repository, older: str, newer: str, paths: Iterable[str]) -> list[str]:
    """Which of the paths differ between two commits."""
    wanted = sorted(paths)
    before, after = repository.tree_hashes(older, wanted), repository.tree_hashes(newer, wanted)
    return [path for path in wanted if before[path] != after[path]]


def proposes_already(repository: Repository, proposal: Proposal, tip: str, main: str) -> bool:
    """Whether a commit of ours on the branch has this content, and the main branch has not moved under it.

    What CI or people put on top of it is theirs, and no reason to push again.
    """
    base = repository.merge_base(tip, proposal.commit)
    if base is None or moved_since(repository, base, proposal.commit, proposal.files):
        return False
    own = (c for c in repository.commits_since(main, tip) if _claimed(repository, c))
    newest = next(own, None)
    return newest is not None and _claimed(repository, newest) == proposal.content and _is_ours(repository, newest)


def require_ours(repository: Repository, branch: str, tips: Iterable[str], main: str, results: frozenset[str]) -> None:
    """Raises MLS0523 when a tip of the branch holds work of somebody else's: it would be lost.

    Ours are commits that hold what their trailer says, and those of CI that hold `results` and nothing else.
    """
    for tip in sorted(set(tips)):
        commits = repository.commits_since(main, tip)
        foreign = [c for c in commits if not (_is_ours(repository, c) or _is_recorded(repository, c, results))]
        foreign += [c for c in _merges(repository, main, tip) if _joins(repository, c)]
        if foreign:
            message = (
                f"the branch `{branch}` has new content to be proposed, and holds a commit that mlspec did not make: {foreign[0][:12]}"
            )
            raise problem("MLS0523", message, help="merge or close its pull request, and delete the branch; the next run makes it anew")


def _claimed(repository: Repository, commit: str) -> str | None:
    """The digest in the trailer of a commit of ours."""
    found = _CONTENT.findall(_message(repository, commit))
    return found[-1] if found else None


def _is_ours(repository: Repository, commit: str) -> bool:
    """Whether a commit changes exactly what its trailer says: amended by a person, it does not."""
    claimed = _claimed(repository, commit)
    changed = _changes(repository, commit)
    if claimed is None or changed is None or not set(changed.values()) <= {"A", "M"}:
        return False
    files = repository.show_all(commit, sorted(changed))
    return len(files) == len(changed) and content_digest(files) == claimed


def _is_recorded(repository: Repository, commit: str, results: frozenset[str]) -> bool:
    changed, message = _changes(repository, commit), _message(repository, commit)
    return changed is not None and set(changed) <= results and bool(_RECORDED.search(message)) and not _CONTENT.search(message)


def _changes(repository: Repository, commit: str) -> dict[str, str] | None:
    """{path: letter} against the first parent; None for a commit without one."""
    return None if repository.find(f"{commit}^") is None else repository.changed_between(f"{commit}^", commit)


def _message(repository: Repository, commit: str) -> str:
    return git(repository.root, "show", "--no-patch", "--format=%B", commit).text


def _merges(repository: Repository, main: str, tip: str) -> list[str]:
    return git(repository.root, "rev-list", "--merges", tip, f"^{main}").text.split()


def _joins(repository: Repository, merge: str) -> bool:
    """Whether a merge holds files that are neither side's: somebody put them together."""
    return bool(git(repository.root, "diff-tree", "-c", "-r", "--no-commit-id", "--name-only", merge).text)
