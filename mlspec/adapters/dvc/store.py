"""DVC's cache and remote as a store by content: fetch and push by md5, whatever the workspace holds.

Uses DVC's object databases in this process (0.35 s, against 1.5 s and an index of the whole repository for `dvc pull`). An output is
named by DVC's md5: a file's own, or `<md5 of the listing>.dir` for a folder, whose listing names each file by md5. Every byte
handed over was compared with its md5 first; md5 guards against damage, and the caller's sha256 against malice.
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
import threading
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlspec.adapters.cloud import workload_identity
from mlspec.adapters.dvc.errors import is_of_storage, remote_problem
from mlspec.adapters.dvc.listing import OID, read_listing
from mlspec.diagnostics import Problems, problem

_CHUNK = 1 << 20
QUESTIONS = 4
"""How many objects a remote is asked for at once: each question is a round trip."""
PREFIX = ".mlspec-fetch-"
"""How temporary folders begin; they stand beside what is fetched."""


@dataclass(frozen=True, slots=True)
class Store:
    """DVC's local cache and default remote, opened. `remote` is None when the project has none."""

    cache: Any
    remote: Any | None

    def places(self) -> Iterator[tuple[str, Any]]:
        yield "cache", self.cache
        if self.remote is not None:
            yield "remote", self.remote


@contextmanager
def opened(root: Path, *, sign_in: bool = True) -> Iterator[Store]:
    """Open the DVC repository at `root`; `sign_in`: the remote may be used. Within a block, a second one gets what the first one opened.

    Raises MLS0970 when there is none, or its configuration is broken, MLS0991 where GitHub gives a job no token to sign in by.
    """
    if sign_in:
        workload_identity.renew()
    standing: dict[tuple[Path, bool], Store] = _standing.__dict__.setdefault("stores", {})
    key = root, sign_in
    if key in standing:
        yield standing[key]
        return
    with ExitStack() as own:
        until: ExitStack = getattr(_standing, "kept", own)
        repo = until.enter_context(_repository(root))
        standing[key] = Store(repo.cache.local, _remote(repo))
        until.callback(standing.pop, key)
        yield standing[key]


@contextmanager
def kept_open() -> Iterator[None]:
    """Within the block this thread opens a repository once, when it first needs it: each time takes a fifth of a second."""
    if hasattr(_standing, "kept"):
        yield
        return
    with ExitStack() as kept:
        _standing.kept = kept
        try:
            yield
        finally:
            del _standing.kept


_standing = threading.local()
"""What this thread has open."""


def _repository(root: Path) -> Any:
    from dvc.exceptions import DvcException
    from dvc.repo import Repo

    try:
        return Repo(str(root))
    except (DvcException, OSError) as error:
        raise problem("MLS0970", f"DVC can't be opened here: {error}", help="`mlspec apply` writes `.dvc/config`") from error


def _remote(repo: Any) -> Any | None:
    from dvc.config import ConfigError, NoRemoteError
    from dvc.exceptions import DvcException

    try:
        return repo.cloud.get_remote_odb()
    except NoRemoteError:
        return None
    except ImportError as error:
        fix = "install it, or what the requirements lock holds: `pip install 'mlspec-gitops[s3]'` ([gs], [azure], [ssh])"
        raise problem("MLS0970", f"DVC's remote can't be used: {error}", help=fix) from error
    except (ConfigError, DvcException) as error:
        raise problem("MLS0970", f"DVC's remote can't be used: {error}", help="correct `spec.storage` in mlspec.yaml") from error


def fetch(root: Path, artifact: Mapping[str, Any], into: Path) -> Path:
    """Bring an output ({path, md5}) by content to `into` and return it: a file, or a folder for an md5 that ends in `.dir`.

    Tries DVC's cache, then the remote; what stands at `into` is replaced as a whole, or left when it is right already. Raises MLS0971
    when neither has it, MLS0972 when what they have is damaged, MLS0973 when the remote does not answer.
    """
    with opened(root) as store:
        return _fetch(store, artifact, into)


def fetch_all(root: Path, wanted: Mapping[str, str], *, keep: bool = False) -> None:
    """Bring outputs, {path: md5}, to their places as `fetch` does, with the store opened once.

    `keep`: put them into DVC's cache, too, as a run does: from where they were compared with their md5, not as the remote gave them.
    """
    if not wanted:
        return
    with opened(root) as store:
        for path, md5 in wanted.items():
            _fetch(store, {"path": path, "md5": md5}, root / path)
            if keep and not _complete(store.cache, md5):
                _keep(store, md5, root / path)


def _keep(store: Store, oid: str, place: Path) -> None:
    files, cache = {oid: place}, store.cache
    with tempfile.TemporaryDirectory(prefix=PREFIX) as folder:
        if oid.endswith(".dir"):
            files = {md5: place / name for name, md5 in listing_of(store, oid, place.name, Path(folder)).items()}
            files[oid] = Path(folder) / "listing"  # after its files
        for md5, file in files.items():
            cache.add(str(file), cache.fs, md5)


def restore(root: Path, artifacts: Iterable[tuple[Mapping[str, Any], Path]]) -> list[Path]:
    """Bring outputs, each with its place, from DVC's cache alone; return the places that are right now.

    An output that the cache lacks, or has damaged, leaves its place as it is. Raises MLS0970 as `opened` does.
    """
    with opened(root, sign_in=False) as store:
        return [into for artifact, into in artifacts if _restored(Store(store.cache, None), artifact, into)]


def _restored(cache: Store, artifact: Mapping[str, Any], into: Path) -> bool:
    try:
        _fetch(cache, artifact, into)
    except Problems:
        return False
    return True


def _fetch(store: Store, artifact: Mapping[str, Any], into: Path) -> Path:
    oid, label = _oid(artifact), str(artifact.get("path", into.name))
    into.parent.mkdir(parents=True, exist_ok=True)
    with _scratch(into) as scratch:
        listing = listing_of(store, oid, label, scratch) if oid.endswith(".dir") else None
        if _is_right(into, oid, listing):
            return into
        made = scratch / "made"
        if listing is None:
            _bring(store, oid, label, made)
        else:
            made.mkdir()
            for relative, md5 in listing.items():
                _bring(store, md5, f"{label}/{relative}", made / relative)
        _replace(made, into)
    return into


def push(root: Path, md5s: Iterable[str]) -> int:
    """Push outputs, named by md5, from DVC's cache to its remote; return how many were not there yet.

    A folder's files go before its listing. Raises MLS0971 when the cache lacks one that the remote lacks too, MLS0973 when the remote
    refuses, MLS0970 without a remote.
    """
    from dvc_data.hashfile.hash_info import HashInfo
    from dvc_data.hashfile.transfer import transfer

    with opened(root) as store:
        remote = require_remote(store)
        lacking = [m for m in sorted(set(md5s)) if not _complete(remote, m)]
        for md5 in lacking:
            _require_cached(store, md5)
        if not lacking:
            return 0
        with remote_errors():
            failed = transfer(store.cache, remote, {HashInfo("md5", m) for m in lacking}, cache_odb=store.cache, shallow=False).failed
        if failed:
            raise problem("MLS0973", f"{len(failed)} objects did not reach the DVC remote", help="check your rights on it; try again")
        return len(lacking)


def remote_has(root: Path, md5s: Iterable[str]) -> dict[str, bool]:
    """{md5: whether the remote has it, a folder with all its files}; many are asked for at once. False for all without a remote."""
    wanted = sorted(set(md5s))
    with opened(root) as store:
        remote = store.remote
        if remote is None or not wanted:
            return dict.fromkeys(wanted, False)
        with ThreadPoolExecutor(min(QUESTIONS, len(wanted))) as pool:
            return dict(zip(wanted, pool.map(lambda md5: bool(OID.fullmatch(md5)) and _complete(remote, md5), wanted), strict=True))


def lost(root: Path, md5s: Iterable[str]) -> frozenset[str]:
    """Those md5s that neither the remote nor the cache has whole."""
    with opened(root) as store:
        return frozenset(m for m in md5s if not any(_complete(place, m) for _, place in reversed(list(store.places()))))


def require_remote(store: Store) -> Any:
    """The remote. Raises MLS0970 where there is none."""
    if store.remote is None:
        raise problem("MLS0970", "DVC has no default remote", help="`spec.storage` in mlspec.yaml names it; then `mlspec apply`")
    return store.remote


def _complete(place: Any, md5: str) -> bool:
    with remote_errors():
        if not place.exists(md5):
            return False
        if not md5.endswith(".dir"):
            return True
        with tempfile.TemporaryDirectory(prefix=PREFIX) as folder:
            return all(place.exists(m) for m in listing_of(Store(place, None), md5, md5, Path(folder)).values())


def _require_cached(store: Store, md5: str) -> None:
    if not _complete(store.cache, md5):
        raise _nowhere(md5, md5)


def _oid(artifact: Mapping[str, Any]) -> str:
    oid = str(artifact.get("md5", ""))
    if not OID.fullmatch(oid):
        raise problem("MLS0971", f"`{oid[:60]}` is no md5 of DVC's", help="the record is broken: restore it from Git")
    return oid


def listing_of(store: Store, oid: str, label: str, scratch: Path) -> dict[str, str]:
    """{relative path: md5} of a folder. Every path was checked to stay inside."""
    file = scratch / "listing"
    _bring(store, oid, f"{label} (its listing)", file)
    return read_listing(file.read_bytes(), oid, label)


def _bring(store: Store, oid: str, label: str, target: Path) -> None:
    """Copy one object to `target` from the first place that has it undamaged. A damaged copy in the cache is passed over."""
    damaged: list[str] = []
    target.parent.mkdir(parents=True, exist_ok=True)
    for name, place in store.places():
        with remote_errors():
            if not _copy(place, oid, target):
                continue
        found = _md5(target)
        if found == oid.removesuffix(".dir"):
            target.chmod(0o644)
            return
        damaged.append(f"the {name} has md5 {found}")
        target.unlink()
    if damaged:
        raise problem(
            "MLS0972",
            f"{label} was altered in DVC's store: expected md5 {oid}, {', '.join(damaged)}",
            help="nothing of it was used; put the right bytes back: remove that object from the remote, then `dvc push` where it was made",
        )
    raise _nowhere(oid, label)


def _nowhere(oid: str, label: str) -> Problems:
    message = f"{label} (md5 {oid}) is neither in DVC's cache nor on its remote" if label != oid else f"DVC's cache lacks {oid}"
    return problem("MLS0971", message, help="`dvc push` where it was made, or run the pipeline again: `mlspec run`")


def _copy(place: Any, oid: str, target: Path) -> bool:
    try:
        place.fs.get_file(place.oid_to_path(oid), str(target))
    except FileNotFoundError:
        return False
    if target.is_symlink():
        raise problem("MLS0972", f"{oid} is a symbolic link in DVC's store", help="do not use this store")
    return True


@contextmanager
def remote_errors() -> Iterator[None]:
    """What fails in a remote's own library is MLS0973, or MLS0990 where the job can't sign in."""
    try:
        yield
    except Exception as error:
        if not is_of_storage(error):
            raise
        raise remote_problem(error) from error


def _is_right(path: Path, oid: str, listing: Mapping[str, str] | None) -> bool:
    if path.is_symlink():
        return False
    if listing is None:
        return path.is_file() and _md5(path) == oid
    if not path.is_dir():
        return False
    present = {p.relative_to(path).as_posix(): p for p in path.rglob("*") if not p.is_dir() or p.is_symlink()}
    return present.keys() == listing.keys() and all(not p.is_symlink() and _md5(p) == listing[name] for name, p in present.items())


def _md5(path: Path) -> str:
    digest = hashlib.md5(usedforsecurity=False)
    with path.open("rb") as handle:
        while chunk := handle.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


@contextmanager
def _scratch(into: Path) -> Iterator[Path]:
    """A temporary folder beside the target, so that a rename is atomic."""
    path = Path(tempfile.mkdtemp(prefix=PREFIX, dir=into.parent))
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def _replace(made: Path, into: Path) -> None:
    if into.is_dir() and not into.is_symlink():
        into.rename(made.parent / "old")
    elif into.is_symlink() or (into.exists() and made.is_dir()):
        into.unlink()
    made.rename(into)
