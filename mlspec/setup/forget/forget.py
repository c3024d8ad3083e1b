"""`mlspec forget`: the story. What was ever tracked, which of it is about the person, what was made of that, and what to do."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mlspec.adapters.dvc import store
from mlspec.adapters.git.everything import Ref, every_ref, stashed, under_way
from mlspec.adapters.git.repository import Repository
from mlspec.compiler.project import as_read
from mlspec.compiler.project.data_columns import personal_columns
from mlspec.compiler.project.layout import FOLDERS, ONLINE, labels_folder, object_folder, object_in, source_folder
from mlspec.compiler.project.project import Bound, Project
from mlspec.diagnostics import Problems, did_you_mean, extras, problem
from mlspec.diagnostics.words import counted
from mlspec.language.yaml.load import load_documents
from mlspec.pipelines.content import file_md5
from mlspec.pipelines.locks import read_locks
from mlspec.pipelines.workspace import Workspace
from mlspec.registry.paths import version_key
from mlspec.runtime.clean.pseudonyms import SHORTEST, pseudonym
from mlspec.runtime.ingest.patterns import Pattern
from mlspec.setup.forget.search import holds
from mlspec.setup.forget.snapshots import GIT, History, Snapshot, history_of, is_meant
from mlspec.setup.forget.trace import State, states, worst
from mlspec.setup.gc.known import known_refs
from mlspec.setup.gc.needs import Needs, gather
from mlspec.setup.gc.versions import versions_ever

RECORDED = "recorded versions and claims"
"""Why gc keeps an object for good."""


@dataclass(frozen=True, slots=True)
class ForgetRequest:
    """`key`: who, as a source names the person. `source`: only there; `column`: in place of those of the key and of personal data.

    `remote`: what the cache lacks is fetched from the DVC remote, to look at.
    """

    key: str
    source: str | None = None
    column: str | None = None
    remote: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """A snapshot of rows that saw the person, or of which nobody knows. `kept`: why `mlspec gc` keeps it; empty where it would go."""

    snapshot: Snapshot
    object: str
    state: State
    kept: str = ""


@dataclass(frozen=True, slots=True)
class SeenVersion:
    """A version of a model, with the deployments that it was promoted to, and those where it stands now."""

    model: str
    version: str
    state: State
    promoted: tuple[str, ...]
    stands: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Traced:
    """`columns`: source -> where it was looked. `models`: those of the workspace. `unsure`: why something may be missing from all this."""

    found: tuple[Found, ...]
    versions: tuple[SeenVersion, ...]
    models: tuple[tuple[str, State], ...]
    columns: Mapping[str, tuple[str, ...]]
    plan: tuple[str, ...]
    unsure: tuple[str, ...] = field(default=())

    @property
    def state(self) -> State:
        """Over all: seen, unknown where nothing was found and not all could be looked at, else clean."""
        unsure: list[State] = ["unknown"] if self.unsure else []
        return worst([*(f.state for f in self.found), *(v.state for v in self.versions), *unsure])


def forget(workspace: Workspace, request: ForgetRequest) -> Traced:
    """Trace a person; nothing is changed. Raises MLS0003 for another source, MLS0979 for a key or columns to look by that are none."""
    extras.require()
    project, repository = workspace.project, workspace.repository
    columns = _columns(project, request)
    texts, unsure = _texts(project, columns, request.key)
    refs, lacking = _refs(repository)
    files = {bound.envelope.spec.file.path for name, bound in project.sources.items() if name in columns and bound.envelope.spec.file}
    files |= {
        path for labels in project.label_sets.values() if labels.envelope.spec.source in columns for path in labels.envelope.spec.files
    }
    inputs = frozenset(path for bound in project.sources.values() for path in _input_files(bound.envelope.spec))
    history = history_of(repository, refs, frozenset(files) | inputs, inputs)
    looked = _look(workspace, history, columns, texts, request)
    derived = history.derived()
    told = {oid: held for oid, held in looked.items() if held is not False or oid not in derived}
    found = states(told, history.made, history.snapshots)
    needs = Needs()
    gather(repository, refs, needs)
    recorded = list(_recorded(repository, refs))
    versions = _versions(project, recorded, found)
    rows = tuple(_found(history, found, looked, needs))
    models = tuple((f"model/{name}", _now(workspace, f"model/{name}", found)) for name in project.models)
    unsure = (*unsure, *lacking, *_unlooked(found, looked))
    return Traced(rows, versions, models, columns, tuple(_plan(workspace, rows, versions, models)), unsure)


def _columns(project: Project, request: ForgetRequest) -> dict[str, tuple[str, ...]]:
    """Source -> the columns by which rows are a person's, by the names that they have before and after cleaning."""
    if not request.key.strip():
        raise problem("MLS0979", "the key is empty", help="name the person as the source does: `--key 4711`")
    name = request.source.removeprefix("source/") if request.source else None
    if name is not None and name not in project.sources:
        raise problem("MLS0003", f"there is no `source/{name}`", help=did_you_mean(name, project.sources))
    found = {}
    for each, bound in project.sources.items():
        if name in (None, each) and (names := _named(project, bound, request.column)):
            found[each] = names
    if not found:
        message = "no source has a `key` or a column of personal data to look by"
        raise problem("MLS0979", message, help="name it: `--column customer_id`; or mark it `pii: true`")
    return found


def _named(project: Project, bound: Bound[Any], column: str | None) -> tuple[str, ...]:
    spec = bound.envelope.spec
    if column is not None:
        before = [s.rename for s in spec.clean if s.rename]
        return tuple(dict.fromkeys([column, *(old for names in before for old, new in names.items() if new == column)]))
    return tuple(dict.fromkeys([*spec.key, *as_read.key(spec), *sorted(personal_columns(project, bound)), *as_read.personal(spec)]))


def _texts(project: Project, columns: Mapping[str, Any], key: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The texts that are looked for: the key, and its pseudonyms by each secret key that is set. And what is not set."""
    names = {s.pseudonymise.key for n in columns for s in project.sources[n].envelope.spec.clean if s.pseudonymise}
    texts, unsure = [key], []
    for name in sorted(names):
        secret = os.environ.get(name, "").encode()
        if len(secret) >= SHORTEST:
            texts.append(pseudonym(secret, key))
        else:
            unsure.append(f"{name} is not set: pseudonyms were not looked for, and rows that have them alone are told by what made them")
    return tuple(texts), tuple(unsure)


def _refs(repository: Repository) -> tuple[list[Ref], tuple[str, ...]]:
    """Every commit that counts; where a remote has some that are not here, those that are, and that."""
    here = [*every_ref(repository), *stashed(repository), *under_way(repository.root)]
    try:
        return sorted({*here, *known_refs(repository)}, key=lambda r: (r.name, r.commit)), ()
    except Problems as lacking:
        return here, tuple(d.message for d in lacking.diagnostics)


def _look(
    workspace: Workspace, history: History, columns: Mapping[str, tuple[str, ...]], texts: Iterable[str], request: ForgetRequest
) -> dict[str, bool | None]:
    """{content: whether it holds the person, None where nobody could look}, of contents that are rows of a source or labels of one."""
    places = _places(workspace.project, columns)
    others = [source_folder(name) for name in workspace.project.sources if request.source and name not in columns]
    found: dict[str, bool | None] = {}
    with tempfile.TemporaryDirectory(prefix=store.PREFIX) as scratch:
        for oid, snapshot in sorted(history.snapshots.items()):
            asked = next((names for path in sorted(snapshot.paths) for start, names in places if _is_at(path, start)), None)
            if asked is None:
                continue
            if others and any(_is_at(path, start) for path in snapshot.paths for start in others):
                found[oid] = False  # the person is looked for in one source alone
                continue
            name = min(snapshot.paths)
            file = _bring(workspace, oid, Path(scratch) / "rows", remote=request.remote)
            found[oid] = holds(file, name, asked, texts) if file else None
            if file:
                if oid.startswith(GIT):
                    history.same(file_md5(file), oid.removeprefix(GIT))
                file.unlink()
    return found


def _input_files(spec: Any) -> list[str]:
    """Files that a source made of others reads itself."""
    return [given.file for reader in (spec.from_, spec.python) if reader for given in (reader.inputs or {}).values() if given.file]


def _is_at(path: str, start: str) -> bool:
    """Whether rows are what a place means: a file, a pattern of files (or the folder of all of them), or the tables in a folder."""
    if "*" in start:
        return is_meant(path, start) or path == Pattern(start).prefix
    return path == start or (path.startswith(f"{start}/") and path.endswith(".parquet"))


def _places(project: Project, columns: Mapping[str, tuple[str, ...]]) -> list[tuple[str, tuple[str, ...]]]:
    """Where rows of people stand, and by which columns."""
    found = [(source_folder(name), names) for name, names in columns.items()]
    found += [(file.path, names) for name, names in columns.items() if (file := project.sources[name].envelope.spec.file)]
    for name, labels in project.label_sets.items():
        if labels.envelope.spec.source in columns:
            found += [(path, (labels.envelope.spec.key,)) for path in (labels_folder(name), *labels.envelope.spec.files)]
    known = tuple(dict.fromkeys(c for names in columns.values() for c in names))
    found += [(path, known) for bound in project.sources.values() for path in _input_files(bound.envelope.spec)]
    return [*found, (FOLDERS["source"], known)]  # of sources without such columns, and of those that are no longer declared


def _bring(workspace: Workspace, oid: str, into: Path, *, remote: bool) -> Path | None:
    if oid.startswith(GIT):
        into.write_bytes(workspace.repository.contents([oid.removeprefix(GIT)])[0])
        return into
    artifact = {"path": into.name, "md5": oid}
    if oid.endswith(".dir"):
        return None
    try:
        if remote:
            return store.fetch(workspace.root, artifact, into)
        return into if store.restore(workspace.root, [(artifact, into)]) else None
    except Problems:
        return None


def _found(history: History, found: Mapping[str, State], looked: Mapping[str, Any], needs: Needs) -> Iterator[Found]:
    for oid, snapshot in sorted(history.snapshots.items(), key=lambda item: (sorted(item[1].paths), item[0])):
        state = found[oid]
        if state == "seen" or (state == "unknown" and oid in looked):
            yield Found(snapshot, _object(snapshot), state, needs.why.get(oid, "Git's history" if oid.startswith(GIT) else ""))


def _object(snapshot: Snapshot) -> str:
    folders = ("/".join(path.split("/")[:3]) for path in sorted(snapshot.paths))
    return next((ref for folder in folders if (ref := object_in(folder))), min(snapshot.paths))


def _unlooked(found: Mapping[str, State], looked: Mapping[str, bool | None]) -> Iterator[str]:
    number = sum(1 for oid in looked if looked[oid] is None and found[oid] == "unknown")
    if number:
        what = f"{counted(number, 'snapshot')} of rows could not be looked at"
        yield f"{what}: not in DVC's cache, or without a column to look by"


def _recorded(repository: Repository, refs: list[Ref]) -> Iterator[dict[str, Any]]:
    """Records and claims that ever were, as data."""
    for content in versions_ever(repository, sorted({ref.commit for ref in refs})).contents:
        documents, _ = load_documents("record", content)
        if documents and isinstance(documents[0].value, dict):
            yield documents[0].value


def _versions(project: Project, recorded: list[dict[str, Any]], found: Mapping[str, State]) -> tuple[SeenVersion, ...]:
    standing: dict[tuple[str, str | None], list[str]] = {}
    for deployment in project.deployments.values():
        standing.setdefault((deployment.envelope.spec.model, deployment.envelope.spec.version), []).append(deployment.ref)
    promoted: dict[tuple[str, str], set[str]] = {}
    for form in recorded:
        subject = form.get("subject")
        if form.get("kind") == "Claim" and isinstance(subject, dict):
            place = f"deployment/{subject.get('environment')}/{subject.get('deployment')}"
            promoted.setdefault((str(subject.get("model")), str(subject.get("version"))), set()).add(place)
    made: dict[tuple[str, str], list[State]] = {}
    for form in recorded:
        artifacts = form.get("artifacts")
        if form.get("kind") == "ModelVersion" and isinstance(artifacts, dict):
            md5s = [str(a.get("md5")) for a in artifacts.values() if isinstance(a, dict)]
            made.setdefault((str(form.get("model")), str(form.get("version"))), []).append(worst(found.get(md5, "unknown") for md5 in md5s))
    seen = [(key, worst(all_states)) for key, all_states in made.items()]
    return tuple(
        SeenVersion(*key, state, tuple(sorted(promoted.get(key, ()))), tuple(sorted(standing.get(key, ()))))
        for key, state in sorted(seen, key=lambda one: (one[0][0], version_key(one[0][1])))
        if state != "clean"
    )


def _now(workspace: Workspace, ref: str, found: Mapping[str, State]) -> State:
    outs = [md5 for lock in read_locks(workspace.root, object_folder(ref)).values() for md5 in lock.outs.values() if md5]
    return worst(found.get(md5, "unknown") for md5 in outs)


def _plan(
    workspace: Workspace, rows: Iterable[Found], versions: Iterable[SeenVersion], models: Iterable[tuple[str, State]]
) -> Iterator[str]:
    """What to do, in order; nothing of it is done."""
    seen = [f for f in rows if f.state == "seen"]
    retired = [v for v in versions if v.state == "seen"]
    sources = sorted({f.object for f in seen} & {f"source/{name}" for name in workspace.project.sources})
    yield from _upstream(workspace.project, seen, sources)
    yield from (f"`mlspec run {ref}`" for ref in sources)
    yield from (f"`mlspec run {ref}`: it is trained without the rows" for ref, state in models if state == "seen")
    yield from _stores(workspace.project, seen)
    for version in retired:
        for place in version.stands:
            yield f"`mlspec promote model/{version.model} --to {place.split('/')[1]}`: {version.version} stands at {place}"
    for version in retired:
        kept = "its record and claims stay, and hold digests and figures, no rows"
        yield f"retire {version.version} of model/{version.model}: no rollback to it; {kept}"
    yield from _freed(seen)


def _upstream(project: Project, seen: list[Found], sources: list[str]) -> Iterator[str]:
    for ref in sources:
        spec = project.sources[ref.removeprefix("source/")].envelope.spec
        if spec.from_ and not _input_files(spec):
            continue  # it has no rows but those of its inputs
        place = " ".join(map(str, spec.location.place().values()))
        yield f"delete the person's rows where {ref} reads them: {spec.location_kind.name} {place}".rstrip()
    for path in sorted({path for f in seen if f.snapshot.oid.startswith(GIT) for path in f.snapshot.paths}):
        yield f"{path} stands in Git itself: only a rewritten history (git filter-repo), in every clone, is without the rows"


def _stores(project: Project, seen: list[Found]) -> Iterator[str]:
    """Rows that are read by key when serving are no object of DVC's, and go when they are written anew."""
    for bound in project.feature_sets.values():
        online = bound.envelope.spec.online
        if online and any(f.object == bound.ref for f in seen):
            place = f"{ONLINE}/{bound.name}" if online.store.sqlite else f"the Redis server of {online.store.redis}"
            yield f"`mlspec materialize {bound.ref}` when its rows are made again; and delete the rows of its other definitions in {place}"


def _freed(seen: list[Found]) -> Iterator[str]:
    objects = [f for f in seen if not f.snapshot.oid.startswith(GIT)]
    going = sum(1 for f in objects if not f.kept)
    recorded = sum(1 for f in objects if f.kept == RECORDED)
    later = len(objects) - going - recorded
    if going:
        yield f"`mlspec gc --remote` frees {counted(going, 'object')} that nothing needs any more"
    if later:
        yield f"`mlspec gc --remote` frees {counted(later, 'object')} when no branch, tag or workspace names them any more"
    if recorded:
        by_name = "delete them by name from DVC's cache and remote; there is no way back to those versions then"
        yield f"{counted(recorded, 'object')} kept for recorded versions: {by_name}"
