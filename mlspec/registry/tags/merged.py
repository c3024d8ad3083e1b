"""What the base branch's own history says: at which commit each version came in, and which version went where.

Only first parents are followed: what was merged, when it was merged. A contributor's branch says nothing here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby

from mlspec.adapters.git.log import walk
from mlspec.adapters.git.repository import Repository
from mlspec.compiler.project.layout import REGISTRY
from mlspec.language.yaml.load import load_documents
from mlspec.language.yaml.spec_files import FOLDERS, SUFFIXES
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


@dataclass(frozen=True, slots=True)
class _Step:
    commit: str
    time: int
    files: tuple[tuple[str, str | None, str | None], ...]
    """(path, blob before, blob after)."""


def read_merged(repository: Repository, tip: str) -> Merged:
    """Walk the first parents of `tip` (a commit) by one walk; each spec file is read once."""
    steps = list(_steps(repository, tip))
    standing = _Standing(repository, steps)
    return Merged(tuple(_versions(steps)), tuple(move for step in steps for move in standing.moves(step)))


def _steps(repository: Repository, tip: str) -> Iterator[_Step]:
    changes = walk(repository, [tip], [REGISTRY, *FOLDERS], oldest_first=True)
    for commit, found in groupby(changes, key=lambda change: change.step):
        yield _Step(commit.commit, commit.when, tuple((c.path, c.old, c.new) for c in found))


def _versions(steps: Iterable[_Step]) -> Iterator[Registered]:
    """The first coming-in of each record: a record never changes, so a later one is not its own."""
    seen: set[str] = set()
    for step in steps:
        for path, before, after in step.files:
            match = RECORD_PATH.fullmatch(path)
            if match and before is None and after is not None and path not in seen:
                seen.add(path)
                yield Registered(match[1], match[2], step.commit, step.time, after)


class _Standing:
    """What stands where, as far as one spec file says it."""

    def __init__(self, repository: Repository, steps: Iterable[_Step]) -> None:
        blobs = sorted({b for s in steps for path, *pair in s.files if _is_spec(path) for b in pair if b})
        self._declared = {b: _declared(c) for b, c in zip(blobs, repository.contents(blobs), strict=True)}

    def moves(self, step: _Step) -> Iterator[Moved]:
        """What one commit changed; files may have been split, joined or moved in it."""
        files = [f for f in step.files if _is_spec(f[0])]
        old = {place: found for _, before, _ in files if before for place, found in self._declared[before].items()}
        new = {place: found for _, _, after in files if after for place, found in self._declared[after].items()}
        for place in sorted(old | new):
            was, now = old.get(place), new.get(place)
            if was and (now is None or now[0] != was[0]):  # the stage is another model's, or nobody's, now
                yield Moved(place, step.commit, step.time, was[0], None, was[:2])
            if now and (was is None or was[:2] != now[:2]):
                yield Moved(place, step.commit, step.time, now[0], now[1], was[:2] if was else None, now[2])


def _is_spec(path: str) -> bool:
    return path.split("/", maxsplit=1)[0] in FOLDERS and path.endswith(SUFFIXES)


def _declared(content: bytes) -> dict[Place, tuple[str, str, str]]:
    """{place: (model, version, claim)} of the Deployments of a file, in any version of the language; what is broken says nothing."""
    if b"Deployment" not in content or b"version" not in content:
        return {}
    documents, _ = load_documents("", content)
    found = (_deployment(d.value) for d in documents if isinstance(d.value, dict) and d.value.get("kind") == "Deployment")
    return dict(pair for pair in found if pair)


def _deployment(form: Mapping[str, object]) -> tuple[Place, tuple[str, str, str]] | None:
    metadata, spec = form.get("metadata"), form.get("spec")
    if not isinstance(metadata, dict) or not isinstance(spec, dict):
        return None
    environment = metadata.get("environment") or spec.get("environment")  # v1alpha1 has it in the spec
    name, model, version = metadata.get("name"), spec.get("model"), spec.get("version")
    if not all(isinstance(x, str) for x in (environment, name, model, version)):
        return None
    return (str(environment), str(name)), (str(model), str(version), str(spec.get("claim")))
