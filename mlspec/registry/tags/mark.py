"""`mlspec tag`: from what was merged to the tags that say so, here and on a remote."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from mlspec.adapters.git.repository import Repository, open_repository
from mlspec.adapters.git.tags import fetch_tags
from mlspec.adapters.git.token import token_environment
from mlspec.diagnostics import Diagnostic, problem
from mlspec.registry.tags import remote as remotes
from mlspec.registry.tags.check import Compared, compare
from mlspec.registry.tags.markers import StageMarker, VersionMarker, stage_markers, version_markers
from mlspec.registry.tags.merged import read_merged
from mlspec.registry.tags.read import read_tags
from mlspec.registry.tags.write import NewTag, draft, write

DEFAULT_REMOTE = "origin"


@dataclass(frozen=True, slots=True)
class TagRequest:
    """`push`: the remote to push to. `at`: a merged commit; later ones are left for a later run, and so is what went to `leave_out`."""

    push: str | None = None
    at: str | None = None
    dry_run: bool = False
    leave_out: tuple[str, ...] = ()
    """Environments whose claims wait for a reviewer."""


@dataclass(frozen=True, slots=True)
class Marked:
    """`made`: tags that were written (or would be, in a dry run); `pushed`: names that went to the remote; `standing`: how many hold."""

    made: tuple[NewTag, ...]
    pushed: tuple[str, ...]
    standing: int
    problems: tuple[Diagnostic, ...]


def mark(root: Path, branch: str, request: TagRequest) -> Marked:
    """Write the tags that are missing for what was merged into `branch`, and push what the remote lacks. Nothing is moved or deleted.

    Raises the MLS095x diagnostics, MLS0787 for a commit that is not merged.
    """
    repository = open_repository(root)
    repository.require_commits()
    repository.require_full()
    there = _meet(repository, branch, request)
    tip = _tip(repository, branch, request.push or DEFAULT_REMOTE)
    versions, stages = _markers(repository, tip)
    tags = read_tags(repository)
    due = _merged_by(repository, branch, tip, request.at, compare(versions, stages, tags))
    due = _deployed(due, stages, frozenset(request.leave_out))
    drafted = draft(repository, versions, due, tags, there)
    if not request.dry_run:
        write(repository, drafted.tags)
        tags = read_tags(repository)
    compared = compare(versions, stages, tags)
    problems = [*compared.problems, *drafted.refused, *remotes.differing(tags, there, request.push or "")]
    pushed: list[str] = []
    if request.push and not request.dry_run:
        lacking = [t for t in compared.sound if t.ref not in there]
        pushed, refused = remotes.push_tags(repository, request.push, lacking, token_environment(repository.require_remote(request.push)))
        problems += refused
    return Marked(tuple(drafted.tags), tuple(pushed), len(compared.sound), tuple(dict.fromkeys(problems)))


def moved_tags(repository: Repository, branch: str) -> tuple[Diagnostic, ...]:
    """What is wrong with the tags that are here, without asking a remote; nothing where there are none, or where history is not all here.

    For `mlspec verify`, which says it and decides nothing by it.
    """
    tags = read_tags(repository)
    if not tags or repository.is_shallow():
        return ()
    return compare(*_markers(repository, _tip(repository, branch, DEFAULT_REMOTE)), tags).problems


def _markers(repository: Repository, tip: str) -> tuple[tuple[VersionMarker, ...], tuple[StageMarker, ...]]:
    merged = read_merged(repository, tip)
    return version_markers(merged), stage_markers(merged)


def _meet(repository: Repository, branch: str, request: TagRequest) -> dict[str, str]:
    """Bring the remote's branch and tags here, where there is something to push to; {tag: commit} of the remote."""
    if request.push is None:
        return {}
    extra = token_environment(repository.require_remote(request.push))
    repository.fetch(request.push, branch, extra=extra)
    there = remotes.remote_tags(repository, request.push, extra)
    here = {t.ref for t in read_tags(repository)}
    if not request.dry_run:
        fetch_tags(repository, request.push, sorted(there.keys() - here), extra)
    return there


def _tip(repository: Repository, branch: str, remote: str) -> str:
    """The newest commit of the base branch: the remote's, or the local one where no remote has it."""
    return repository.find(f"refs/remotes/{remote}/{branch}") or repository.find(f"refs/heads/{branch}") or repository.resolve(branch)


def _deployed(compared: Compared, stages: Sequence[StageMarker], left_out: frozenset[str]) -> Compared:
    """What is missing, without what went to the environments `left_out`, and the versions that went nowhere else."""
    places: dict[tuple[str, str], set[str]] = {}
    for stage in stages:
        places.setdefault((stage.move.model, stage.version), set()).add(stage.move.place[0])
    versions = tuple(m for m in compared.missing_versions if not _only_in(places.get((m.registered.model, m.registered.version)), left_out))
    return replace(
        compared,
        missing_versions=versions,
        missing_stages=tuple(m for m in compared.missing_stages if m.move.place[0] not in left_out),
    )


def _only_in(places: set[str] | None, left_out: frozenset[str]) -> bool:
    return bool(places) and places is not None and places <= left_out


def _merged_by(repository: Repository, branch: str, tip: str, at: str | None, compared: Compared) -> Compared:
    """What is missing of what was merged up to `at`. All else is compared: a later run may have been there before."""
    if at is None:
        return compared
    commit = repository.resolve_unambiguous(at)
    if not repository.is_ancestor(commit, tip):
        raise problem("MLS0787", f"`{at}` ({commit}) is not merged into `{branch}`", help="merge and push it first, or leave --at out")
    later = frozenset(repository.line_since(commit, tip))
    versions = tuple(m for m in compared.missing_versions if m.commit not in later)
    return replace(
        compared, missing_versions=versions, missing_stages=tuple(m for m in compared.missing_stages if m.move.commit not in later)
    )
