"""Objects of DVC's cache and remote, to be listed and deleted; what is no object of DVC's current form is never touched."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from mlspec.adapters.dvc import store as dvc_store
from mlspec.adapters.dvc.listing import OID
from mlspec.adapters.dvc.store import PREFIX, Store
from mlspec.diagnostics import Problems, problem

AT_ONCE = 500
"""Objects deleted by one request: clouds take up to 1,000."""


@dataclass(frozen=True, slots=True)
class Stored:
    """An object: DVC's name of it, where it is, its bytes, and when it was written (Unix seconds; None where the store does not say)."""

    oid: str
    path: str
    size: int
    modified: float | None


@contextmanager
def at_rest(root: Path, *, remote: bool) -> Iterator[Store]:
    """The cache, and with `remote` the remote, while no `dvc` of this project works.

    Raises MLS0974 while one does, MLS0970 where there is no remote, and as `store.opened` does.
    """
    from dvc.lock import LockError
    from dvc.repo import Repo

    with dvc_store.opened(root, sign_in=remote) as store, Repo(str(root)) as repo:
        try:
            repo.lock.lock()
        except LockError as error:
            raise problem("MLS0974", "DVC is at work in this project", help="wait for it to end, and try again") from error
        try:
            if remote:
                dvc_store.require_remote(store)
            yield store if remote else Store(store.cache, None)
        finally:
            repo.lock.unlock()


def home_of(place: Any) -> str:
    """Where a cache or remote keeps its objects, as people know it: a path, or an address."""
    return str(place.path if place.fs.protocol == "local" else place.fs.unstrip_protocol(place.path))


def listed(place: Any) -> list[Stored]:
    """Every object of a cache or remote. Raises MLS0973 where it does not answer."""
    with dvc_store.remote_errors():
        found = _local(Path(place.path)) if place.fs.protocol == "local" else _remote(place)
        return sorted(found, key=lambda o: o.oid)


def _local(home: Path) -> Iterator[Stored]:
    for path in home.glob("[0-9a-f][0-9a-f]/*"):
        oid = path.parent.name + path.name
        if OID.fullmatch(oid) and path.is_file() and not path.is_symlink():
            about = path.stat()
            yield Stored(oid, str(path), about.st_size, about.st_mtime)


def _remote(place: Any) -> Iterator[Stored]:
    found = place.fs.fs.find(place.path, detail=True)
    for path, about in found.items():
        oid = "".join(str(path).rsplit("/", 2)[1:])
        if OID.fullmatch(oid):
            yield Stored(oid, str(path), int(about.get("size") or 0), _moment(about))


_TIMES = ("mtime", "LastModified", "last_modified", "updated", "modified")
"""How file systems of fsspec call it when a file was written."""


def _moment(about: dict[str, Any]) -> float | None:
    value = next((about[key] for key in _TIMES if about.get(key) is not None), None)
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return None
    if isinstance(value, datetime):
        return value.timestamp() if value.tzinfo else None
    return float(value) if isinstance(value, int | float) else None


def members(store: Store, oid: str) -> set[str] | None:
    """The md5s of a folder's files; None where neither the cache nor the remote has its listing. Raises MLS0972 and MLS0973."""
    try:
        with tempfile.TemporaryDirectory(prefix=PREFIX) as folder:
            return set(dvc_store.listing_of(store, oid, oid, Path(folder)).values())
    except Problems as raised:
        if [d.code for d in raised.diagnostics] != ["MLS0971"]:
            raise
        return None


def delete(place: Any, objects: Iterable[Stored]) -> int:
    """Delete objects, and return how many went. Listings of folders go before any file: DVC takes one that is there for a whole folder.

    One that is gone already is no error. Raises MLS0973.
    """
    ordered = sorted(objects, key=lambda o: (not o.oid.endswith(".dir"), o.oid))
    listings = [o for o in ordered if o.oid.endswith(".dir")]
    gone = 0
    for part in (listings, ordered[len(listings) :]):
        for start in range(0, len(part), AT_ONCE):
            gone += _delete(place, [o.path for o in part[start : start + AT_ONCE]])
    return gone


def _delete(place: Any, paths: list[str]) -> int:
    if place.fs.protocol == "local":
        for path in paths:
            Path(path).unlink(missing_ok=True)
        return len(paths)
    with dvc_store.remote_errors():
        place.fs.remove(paths)
    return len(paths)
