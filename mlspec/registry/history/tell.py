"""`mlspec history`: the versions of a model, and what stood where from when to when."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from mlspec.compiler.project.layout import CLAIMS, ENVIRONMENTS, REGISTRY
from mlspec.diagnostics import did_you_mean, problem
from mlspec.registry.branch import Line, Step, mapping, pick, steps
from mlspec.registry.declared import deployments_at
from mlspec.registry.history.added import added
from mlspec.registry.history.objects import Named, names_in
from mlspec.registry.history.periods import Period, periods_in, periods_of
from mlspec.registry.paths import is_claim_path, is_record_path, version_key


@dataclass(frozen=True, slots=True)
class Version:
    """A registry record, and the step that merged it."""

    model: str
    version: str
    digest: str
    commit: str
    created_at: str
    created_by: str
    path: str
    merged: Step


@dataclass(frozen=True, slots=True)
class History:
    """Newest first. `versions` is None where the object is no model; `more`: a limit cut something off."""

    ref: str
    line: Line
    versions: tuple[Version, ...] | None
    periods: tuple[Period, ...]
    more: bool = False

    def __repr__(self) -> str:
        versions = "" if self.versions is None else f"{len(self.versions)} versions, "
        return f"<History of {self.ref}, by {self.line.name}: {versions}deployed {len(self.periods)} times>"


def tell(line: Line, named: Named, limit: int | None = None) -> History:
    """The history of a model, a version, a deployment or an environment. Raises MLS0720 for what the branch never had."""
    most = limit + 1 if limit else None
    if named.kind == "model":
        versions, periods = _model(line, named.name, most)
    elif named.kind == "version":
        versions, periods = _version(line, named)
    elif named.kind == "deployment":
        versions, periods = None, periods_of(line, named.ref, most)
    elif named.kind == "environment":
        versions, periods = None, periods_in(line, named.name, most)
    else:
        raise problem("MLS0003", f"{named.ref} has no history of its own", help=f"`mlspec lineage {named.ref}` tells where it was used")
    if not versions and not periods:
        raise problem("MLS0720", f"{line.name} has no version of {named.ref}, now or before", help=_advice(line, named))
    shown = tuple(versions[:limit]) if versions is not None else None
    more = bool(limit) and (len(periods) > (limit or 0) or len(versions or ()) > (limit or 0))
    return History(named.ref, line, shown, tuple(periods[:limit]), more)


def _advice(line: Line, named: Named) -> str:
    registered = names_in(line, REGISTRY)
    meant = f"{did_you_mean(named.name, registered)}; " if named.kind == "model" and registered and named.name not in registered else ""
    return f"{meant}`mlspec promote` and `mlspec register` make versions"


def _version(line: Line, named: Named) -> tuple[list[Version], list[Period]]:
    versions, periods = _model(line, named.name, None)
    return [v for v in versions if v.version == named.version], [p for p in periods if p.version == named.version]


def _model(line: Line, name: str, most: int | None) -> tuple[list[Version], list[Period]]:
    """Git's work is done by processes, so threads let them run side by side."""
    with ThreadPoolExecutor() as pool:
        known = pool.submit(versions_of, line, name)
        refs = places_of(line, name)
        found = [p for group in pool.map(lambda ref: periods_of(line, ref, None), refs) for p in group if p.model == name]
        return known.result(), sorted(found, key=lambda p: (-p.start.when, p.ref))[:most]


def versions_of(line: Line, model: str) -> list[Version]:
    """Every record of a model, newest version first."""
    files = {p: c for p, c in line.repository.show_all(line.tip, [f"{REGISTRY}/{model}"]).items() if is_record_path(p)}
    merged = added(line, steps(line), list(files)) if files else {}
    rows = [_read_version(path, mapping(path, content), merged[path]) for path, content in files.items()]
    return sorted(rows, key=lambda v: version_key(v.version), reverse=True)


def _read_version(path: str, value: dict[str, Any], merged: Step) -> Version:
    """By its path, whatever it says: a broken record is `mlspec verify`'s to refuse."""
    _, model, file = path.split("/")
    digest, commit, created_at, created_by = (str(pick(value, key) or "?") for key in ("digest", "commit", "createdAt", "createdBy"))
    return Version(model, file.removesuffix(".yaml"), digest, commit, created_at, created_by, path, merged)


def places_of(line: Line, model: str) -> list[str]:
    """The deployments that have the model now, or had it: one that was removed leaves its claims (if it had any)."""
    repository = line.repository
    now = {ref for ref, (_, d) in deployments_at(line, line.tip, word=model).items() if d.model == model}
    places = repository.folders(line.tip, [f"{CLAIMS}/{environment}" for environment in names_in(line, CLAIMS)])
    files_now = repository.blobs(line.tip, [ENVIRONMENTS])
    gone = [path for path in places if f"{path.replace(CLAIMS, ENVIRONMENTS, 1)}.yaml" not in files_now]
    files = repository.show_all(line.tip, gone)
    was = {p.rpartition("/")[0] for p, c in files.items() if is_claim_path(p) and pick(mapping(p, c), "subject", "model") == model}
    return sorted(now | {folder.replace(CLAIMS, "deployment", 1) for folder in was})
