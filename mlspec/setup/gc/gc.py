"""`mlspec gc`: look first, at all that may be needed; delete only what was looked at, and only where nothing moved meanwhile."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlspec.adapters.dvc import objects
from mlspec.adapters.dvc.store import Store
from mlspec.adapters.git.everything import Ref, worktrees
from mlspec.adapters.git.repository import Repository, open_repository
from mlspec.compiler.project.layout import PROJECT_FILE
from mlspec.diagnostics import extras, problem
from mlspec.pipelines.run.turn import turn
from mlspec.setup.gc import local
from mlspec.setup.gc.known import known_refs
from mlspec.setup.gc.local import Leftover
from mlspec.setup.gc.needs import Needs, gather
from mlspec.setup.gc.plan import Split, split
from mlspec.studies.experiment.scratch import nobody_tries

KEEP_DAYS = 14.0
LEAST_DAYS_ON_REMOTE = 1.0


@dataclass(frozen=True, slots=True)
class GcRequest:
    """`delete`: else it is only told what would go. `remote`: the DVC remote, too.

    `keep_days`: what is younger stays. `shared_with`: other repositories that keep objects in the same places; `alone`: there is none.
    `now`: Unix seconds; the clock's by default.
    """

    delete: bool = False
    remote: bool = False
    keep_days: float = KEEP_DAYS
    shared_with: tuple[Path, ...] = ()
    alone: bool = False
    now: float | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """The cache or the remote: where it is, what goes and what stays."""

    name: str
    home: str
    split: Split


@dataclass(frozen=True, slots=True)
class Collected:
    """What went, or would go. `lost`: outputs of recorded versions that neither place has; empty where only the cache was looked at."""

    deleted: bool
    places: tuple[Place, ...]
    leftovers: tuple[Leftover, ...]
    lost: tuple[str, ...] = ()


def collect(root: Path, request: GcRequest, say: Callable[[str], None]) -> Collected:
    """Find what nobody needs, and with `request.delete` delete it.

    Raises MLS0953, MLS0960 and MLS0975 where this clone can't know what is needed, MLS0974 while DVC works, MLS0976 when a branch moved
    meanwhile, MLS0977 where other projects may use the same store, MLS0978 for an age that is too short, MLS0970 to MLS0973 of the store.
    """
    extras.require()
    _require_age(request)
    repository = open_repository(root)
    with _nobody_runs(repository, say), objects.at_rest(root, remote=request.remote) as store:
        _require_alone(root, store, request)
        refs = known_refs(repository)
        needs = _needs(repository, refs, request, Path(store.cache.path))
        _with_members(store, needs)
        found = _found(root, store, needs, request)
        if request.delete:
            _require_unmoved(repository, refs)
            _delete(store, found)
    return found


def _require_age(request: GcRequest) -> None:
    least = LEAST_DAYS_ON_REMOTE if request.remote else 0.0
    if not least <= request.keep_days < float("inf"):
        raise problem(
            "MLS0978",
            f"--keep-days {request.keep_days:g} is too short",
            help="a remote needs 1 at least: who pushes to it now has not pushed the commit that names it"
            if request.remote
            else "0 or more",
        )


@contextmanager
def _nobody_runs(repository: Repository, say: Callable[[str], None]) -> Iterator[None]:
    """Hold the lock on runs of every worktree. Raises MLS0974 while an experiment runs: nothing names yet what it puts into the cache."""
    with ExitStack() as stack:
        for place in sorted(worktrees(repository.root)):
            if (place / PROJECT_FILE).exists():
                stack.enter_context(turn(place, say))
                if not stack.enter_context(nobody_tries(place)):
                    raise problem("MLS0974", "an experiment runs in this project", help="wait for it to end, and try again")
        yield


def _require_alone(root: Path, store: Store, request: GcRequest) -> None:
    """Another project's objects look like garbage from here."""
    if request.alone or request.shared_with:
        return
    fix = "name the other projects' folders by --shared-with, or say --sole-user where there is none"
    if not Path(store.cache.path).resolve().is_relative_to(root.resolve()):
        raise problem("MLS0977", f"DVC's cache is outside this repository ({store.cache.path}): others may use it, too", help=fix)
    if request.remote and request.delete:
        home = objects.home_of(store.remote) if store.remote is not None else "none"
        raise problem("MLS0977", f"whether another project keeps objects on this remote ({home}) is not known", help=fix)


def _needs(repository: Repository, refs: list[Ref], request: GcRequest, cache: Path) -> Needs:
    needs = Needs()
    gather(repository, refs, needs, cache.resolve())
    for place in request.shared_with:
        other = open_repository(place.resolve())
        gather(other, known_refs(other), needs, cache.resolve())
    return needs


def _with_members(store: Store, needs: Needs) -> None:
    """The files of every folder that is needed. One whose listing is nowhere is lost already: nothing tells what its files were."""
    for oid, why in [*needs.why.items()]:
        if oid.endswith(".dir"):
            needs.names(why, objects.members(store, oid) or ())


def _found(root: Path, store: Store, needs: Needs, request: GcRequest) -> Collected:
    now = time.time() if request.now is None else request.now
    found = tuple(_place(name, place, store, needs, request.keep_days, now) for name, place in store.places())
    gone = {o.oid for o in found[0].split.goes}
    kept = needs.why.keys() | {o.oid for o, _ in found[0].split.stays}
    there = {o.oid for place in found for o, _ in place.split.stays}
    leftovers = (
        *local.dead_runs(Path(store.cache.path), gone),
        *local.old_copies(root, kept, needs.digests, request.keep_days, now),
    )
    return Collected(request.delete, found, leftovers, tuple(sorted(needs.recorded - there)) if request.remote else ())


def _place(name: str, place: Any, store: Store, needs: Needs, keep_days: float, now: float) -> Place:
    there = objects.listed(place)
    chosen = split(there, needs.why, keep_days, now, lambda oid: objects.members(store, oid) or ())
    return Place(name, objects.home_of(place), chosen)


def _require_unmoved(repository: Repository, refs: list[Ref]) -> None:
    """Who pushed in the meantime may need what was found to be needed by nobody."""
    if known_refs(repository) != refs:
        raise problem("MLS0976", "a branch or a pull request moved while this was looked at", help="nothing was deleted; run it again")


def _delete(store: Store, found: Collected) -> None:
    local.remove(found.leftovers)
    for (_, place), looked_at in zip(store.places(), found.places, strict=True):
        objects.delete(place, looked_at.split.goes)
