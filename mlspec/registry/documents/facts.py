"""Everything that Git knows of a model version, read once: the record, its claims, the specs and small files at the record's commit.

Nothing is fetched, and the working tree plays no part: the same commit gives the same facts on every machine.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from mlspec.adapters.git.repository import Repository, open_repository
from mlspec.compiler.project.data_columns import marked_columns
from mlspec.compiler.project.environments import check_environment, environments
from mlspec.compiler.project.layout import WORKFLOW_PLACES, features_folder, model_folder, object_folder, source_folder
from mlspec.compiler.project.project import Bound, Project
from mlspec.diagnostics import Problems, did_you_mean, problem
from mlspec.diagnostics.digest import bytes_digest, canonical_digest
from mlspec.diagnostics.numbers import is_finite
from mlspec.language.kinds.data_source import DataSource
from mlspec.language.kinds.feature_set import FeatureSet
from mlspec.language.kinds.model import Model
from mlspec.registry.at_commit import AtCommit, compile_at
from mlspec.registry.claims import ClaimFile, is_claim_path
from mlspec.registry.documents import reproduced
from mlspec.registry.entries import Entry, entries, version_key
from mlspec.registry.paths import signature_path
from mlspec.registry.record_files import Files, parse_record
from mlspec.registry.records import Claim, is_of_step

REPORTS = ("evaluation.json", "metrics.json", "split.json", "train.json", "best.json", "dvc.lock")


@dataclass(frozen=True, slots=True)
class SourceFacts:
    """A source of the model's rows: its spec, and what its stages wrote (None where missing or broken)."""

    bound: Bound[DataSource]
    validation: dict[str, Any] | None
    profile: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class SetFacts:
    """A feature set on the way to the model's rows: its spec, and what its stage wrote (None where missing or broken)."""

    bound: Bound[FeatureSet]
    report: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class Facts:
    """One version. `project` is as it was at the record's commit, `files` {path: bytes} of small files there."""

    head: str
    entry: Entry
    claims: tuple[ClaimFile, ...]
    environment: str | None
    """The environment whose claims were used; None where the version was promoted to none."""
    project: Project | None
    here: Project
    """The project at HEAD, which says what is deployed."""
    versions: tuple[Entry, ...]
    files: Mapping[str, bytes] = field(default_factory=dict)
    sources: tuple[SourceFacts, ...] = ()
    """Of all rows that the model comes from: its own data first."""
    sets: tuple[SetFacts, ...] = ()
    everywhere: tuple[ClaimFile, ...] = ()
    """All claims of the model, in every environment."""
    blobs: Mapping[str, str] = field(default_factory=dict)
    """{path of a source's file, a feature set's SQL or a folder of code: id of Git's object}."""
    notes: tuple[str, ...] = ()
    signatures: Mapping[str, str] = field(default_factory=dict)
    """{path: sha256} of the signatures of the model and of the claims used: that they are there, not that they hold (`mlspec verify`)."""
    reproduction: bytes | None = None
    """What stands beside the record as the report of `mlspec reproduce`; None where nothing does, or it is none of this version."""

    @property
    def name(self) -> str:
        return self.entry.record.model

    @property
    def version(self) -> str:
        return self.entry.record.version

    @property
    def folder(self) -> str:
        return model_folder(self.name)

    @property
    def model(self) -> Bound[Model] | None:
        """Its spec, where it can be read."""
        return self.project.models.get(self.name) if self.project else None

    @property
    def claim(self) -> Claim | None:
        """The newest claim of the environment, a promotion's before a rollback's."""
        found = sorted(self.claims, key=lambda c: (c.claim.type == "promotion", c.claim.evaluated_at, c.path))
        return found[-1].claim if found else None

    def report(self, name: str) -> dict[str, Any] | None:
        """A stage's JSON report of this version; None where it is missing or broken."""
        return _json(self.files.get(f"{self.folder}/{name}"))

    def digest_of(self, path: str) -> str | None:
        """sha256 of a file of the record's commit."""
        return bytes_digest(self.files[path]) if path in self.files else None

    @property
    def evaluation(self) -> dict[str, Any]:
        """evaluation.json where its numbers are the record's (which the check measured again); else nothing of it is used."""
        found = self.report("evaluation.json") or {}
        return found if _agrees(found, self.entry) else {}

    def personal(self, source: SourceFacts) -> list[str]:
        """The source's columns that are personal data, by its spec or by those that it is made of."""
        own = [c.name for c in source.bound.envelope.spec.columns if c.pii]
        return marked_columns(self.project, source.bound) if self.project else own

    @property
    def spec_digests(self) -> dict[str, str]:
        """{object: sha256 of its canonical form} of everything that decides what the model is."""
        if self.project is None or self.model is None:
            return {}
        return {b.ref: canonical_digest(b.canonical()) for b in self.project.closure(self.name)}


def gather(root: Path, reference: str, version: str | None, environment: str | None) -> Facts:
    """Read the facts of `model/NAME`. Without `version`: what is deployed last on the path of environments, else the newest.

    Raises MLS0003, MLS0701, MLS0790 (no such version), and the MLS095x diagnostics of Git.
    """
    repository = open_repository(root)
    head = repository.require_commits()
    now = compile_at(repository, head)
    if environment is not None:
        check_environment(now.project, environment)
    entry, known = _entry(now, reference.removeprefix("model/"), version, environment)
    everywhere = _claims(now.files, entry.record.model)
    claims, chosen = _of_environment(now.project, everywhere, entry, environment)
    facts = Facts(
        head=head,
        entry=entry,
        claims=claims,
        environment=chosen,
        project=None,
        here=now.project,
        versions=known,
        everywhere=everywhere,
        signatures=_signatures(now.files, [entry.path, *(c.path for c in claims)]),
    )
    return _with_reproduction(_with_commit(repository, facts), now.files)


def _with_reproduction(facts: Facts, files: Files) -> Facts:
    path = reproduced.path_of(facts.name, facts.version)
    if path not in files:
        return facts
    found, why = reproduced.read(files[path], facts.entry.record, facts.files)
    if found is None:
        return replace(facts, notes=(*facts.notes, f"{path} is not used: {why}."))
    return replace(facts, reproduction=files[path])


def _with_commit(repository: Repository, facts: Facts) -> Facts:
    """What the record's own commit adds: specs and reports as they were."""
    then, notes = _then(repository, facts.entry.record.commit)
    if then is None:
        return replace(facts, notes=tuple(notes))
    project = then.project
    files = _files(repository, facts.entry, project)
    read = _read(project, facts.name)
    sources = tuple(_source(bound, files) for bound in read if bound.envelope.kind == "DataSource")
    sets = tuple(SetFacts(b, _json(files.get(f"{features_folder(b.name)}/features.json"))) for b in read if b.envelope.kind == "FeatureSet")
    return replace(facts, project=project, files=files, sources=sources, sets=sets, blobs=_blobs(repository, facts.entry, project))


def _read(project: Project | None, model: str) -> list[Bound[Any]]:
    """The sources and feature sets that a model's rows come from, its own data first."""
    closure = project.closure(model) if project is not None and model in project.models else []
    return [bound for bound in closure if bound.envelope.kind in ("DataSource", "FeatureSet")]


def _signatures(files: Files, paths: Sequence[str]) -> dict[str, str]:
    found = (signature_path(path) for path in paths)
    return {path: bytes_digest(files[path]) for path in found if path in files}


def _entry(now: AtCommit, model: str, version: str | None, environment: str | None) -> tuple[Entry, tuple[Entry, ...]]:
    known = entries(now.files, model)
    if not known:
        if model not in now.project.models:
            raise problem("MLS0003", f"there is no model `{model}`", help=did_you_mean(model, now.project.models))
        raise problem("MLS0790", f"model/{model} has no version yet", help=f"`mlspec promote model/{model} --to …` gives it one")
    chosen = version or _deployed(now.project, model, environment) or known[-1].record.version
    found = next((e for e in known if e.record.version == chosen), None)
    if found is None:
        versions = [e.record.version for e in known]
        raise problem("MLS0790", f"model/{model} has no version `{chosen}`", help=did_you_mean(chosen, versions))
    return found, tuple(sorted(known, key=lambda e: version_key(e.record.version)))


def _deployed(project: Project, model: str, environment: str | None) -> str | None:
    for place in [environment] if environment else list(reversed(environments(project))):
        there = [d for d in project.deployments_of(place) if d.envelope.spec.model == model and d.envelope.spec.version]
        if there:
            return next((d for d in there if d.name == model), there[0]).envelope.spec.version
    return None


def _claims(files: Files, model: str) -> tuple[ClaimFile, ...]:
    found = [ClaimFile(p, c, parse_record(p, c, Claim)) for p, c in sorted(files.items()) if is_claim_path(p)]
    mine = (c for c in found if c.claim.subject.model == model)
    return tuple(sorted(mine, key=lambda c: (c.claim.evaluated_at, c.path)))


def _of_environment(
    project: Project, claims: Sequence[ClaimFile], entry: Entry, environment: str | None
) -> tuple[tuple[ClaimFile, ...], str | None]:
    """The claims of the environment named, else of the last one on the path that has any of this version."""
    mine = [c for c in claims if c.claim.subject.version == entry.record.version]
    for place in [environment] if environment else list(reversed(environments(project))):
        if found := tuple(c for c in mine if c.claim.subject.environment == place):
            return found, place
    return (), environment


def _then(repository: Repository, commit: str) -> tuple[AtCommit | None, list[str]]:
    try:
        return compile_at(repository, commit), []
    except Problems as broken:
        first = broken.diagnostics[0]
        return None, [f"The specs at the record's commit {commit} can't be read here ({first.code}: {first.message})."]


def _files(repository: Repository, entry: Entry, project: Project | None) -> dict[str, bytes]:
    name = entry.record.model
    wanted = [f"{model_folder(name)}/{report}" for report in REPORTS]
    wanted += [*WORKFLOW_PLACES, ".github/dependabot.yml", ".github/CODEOWNERS", "CODEOWNERS"]
    if project is not None and name in project.models:
        for bound in _read(project, name):
            reports = ("features.json",) if bound.envelope.kind == "FeatureSet" else ("validation.json", "profile.json")
            wanted += [f"{object_folder(bound.ref)}/{report}" for report in (*reports, "dvc.lock")]
        wanted += project.settings.envelope.spec.locks
    return repository.show_all(entry.record.commit, wanted)


def _source(source: Bound[Any], files: Mapping[str, bytes]) -> SourceFacts:
    folder = source_folder(source.name)
    return SourceFacts(source, _json(files.get(f"{folder}/validation.json")), _json(files.get(f"{folder}/profile.json")))


def _blobs(repository: Repository, entry: Entry, project: Project | None) -> dict[str, str]:
    if project is None or entry.record.model not in project.models:
        return {}
    read = [bound.envelope for bound in _read(project, entry.record.model)]
    files = [envelope.spec.sql if envelope.kind == "FeatureSet" else envelope.spec.path for envelope in read]
    paths = [*project.settings.envelope.spec.code, *(file for file in files if file)]
    found = repository.tree_hashes(entry.record.commit, paths)
    return {path: identity for path, identity in sorted(found.items()) if identity}


def _json(content: bytes | None) -> dict[str, Any] | None:
    try:
        found = json.loads(content or b"")
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _agrees(evaluation: Mapping[str, Any], entry: Entry) -> bool:
    """Whether every metric of the record stands in an evaluation, with its value: one left out, or no number, is no agreement.

    Those of Steps stand in no evaluation.
    """
    metrics = evaluation.get("metrics")
    if not isinstance(metrics, dict):
        return False
    found = {name: value.get("value") for name, value in metrics.items() if isinstance(value, dict)}
    return all(_same(found.get(name), estimate.value) for name, estimate in entry.record.metrics.items() if not is_of_step(name))


def _same(one: Any, other: float) -> bool:
    """Within the last bits of a sum."""
    number = isinstance(one, (int, float)) and not isinstance(one, bool)
    return number and is_finite(one) and abs(one - other) <= 1e-6 * max(1.0, abs(other))
