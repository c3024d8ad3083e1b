"""What the base branch's own history says: at which commit each version came in, and which version went where.

Only first parents are followed: what was merged, when it was merged. A contributor's branch says nothing here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from mlspec.adapters.git.log import FileChange, walk
from mlspec.adapters.git.repository import Repository
from mlspec.compiler.project.layout import REGISTRY
from mlspec.language.yaml.spec_files import FOLDERS, SUFFIXES
from mlspec.registry.declared import Declared, read_deployments
from mlspec.registry.paths import RECORD_PATH

Place = tuple[str, str]
"""(environment, deployment)."""


@dataclass(frozen=True, slots=True)
class Registered:
    """A version's record came into the base branch: by which commit (its time in seconds since 1970), and the blob with its bytes."""

    model: str
    version: str
    commit: str
    time: int
    blob: str


@dataclass(frozen=True, slots=True)
class Moved:
    """A deployment got another version by a commit of the base branch; `version` None when it has none any more."""

    place: Place
    commit: str
    time: int
    model: str
    version: str | None
    before: tuple[str, str] | None
    """(model, version) that stood there."""
    claim: str | None = None


@dataclass(frozen=True, slots=True)
class Merged:
    """Both, oldest first."""

    versions: tuple[Registered, ...]
    moves: tuple[Moved, ...]


Change = list[FileChange]
"""What one commit of the line changed."""


def read_merged(repository: Repository, tip: str) -> Merged:
    """Walk the first parents of `tip` (a commit) by one `git log`; each spec file is read once."""
    found = walk(repository, [tip], [REGISTRY, *FOLDERS], oldest_first=True)
    steps = [list(files) for _, files in groupby(found, key=lambda change: change.step)]
    standing = _Standing(repository, steps)
    return Merged(tuple(_versions(steps)), tuple(move for step in steps for move in standing.moves(step)))


def _versions(steps: Iterable[Change]) -> Iterator[Registered]:
    """The first coming-in of each record: a record never changes, so a later one is not its own."""
    seen: set[str] = set()
    for file in (file for step in steps for file in step):
        match = RECORD_PATH.fullmatch(file.path)
        if match and file.old is None and file.new is not None and file.path not in seen:
            seen.add(file.path)
            yield Registered(match[1], match[2], file.step.commit, file.step.when, file.new)


class _Standing:
    """What stands where, as far as one spec file says it."""

    def __init__(self, repository: Repository, steps: Iterable[Change]) -> None:
        blobs = sorted({blob for step in steps for f in step if _is_spec(f.path) for blob in (f.old, f.new) if blob})
        self._declared = {blob: _placed(content) for blob, content in zip(blobs, repository.contents(blobs), strict=True)}

    def moves(self, step: Change) -> Iterator[Moved]:
        """What one commit changed; files may have been split, joined or moved in it."""
        files = [file for file in step if _is_spec(file.path)]
        old = {place: found for f in files if f.old for place, found in self._declared[f.old].items()}
        new = {place: found for f in files if f.new for place, found in self._declared[f.new].items()}
        for place in sorted(old | new):
            was, now, at = old.get(place), new.get(place), files[0].step
            if was and (now is None or now.model != was.model):  # the stage is another model's, or nobody's, now
                yield Moved(place, at.commit, at.when, was.model, None, _version(was))
            if now and (was is None or _version(was) != _version(now)):
                yield Moved(place, at.commit, at.when, now.model, now.version, _version(was) if was else None, now.claim)


def _is_spec(path: str) -> bool:
    return path.split("/", maxsplit=1)[0] in FOLDERS and path.endswith(SUFFIXES)


def _placed(content: bytes) -> dict[Place, Declared]:
    """{place: Deployment} of those of a file that have a version."""
    return {(found.environment, found.name): found for found in read_deployments(content) if found.version is not None}


def _version(found: Declared) -> tuple[str, str]:
    return found.model, str(found.version)
