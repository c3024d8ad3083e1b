"""ml-bom.cdx.json: a CycloneDX 1.6 bill of materials of a model: its card, its data, its libraries, and what depends on what.

Written as plain JSON (the form is small, and the base installation stays light); the tests hold it against the official schema.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

from mlspec.adapters.requirements.lock_file import Locked, lock_environment, read_lock
from mlspec.diagnostics.render.json_text import dump
from mlspec.language.kinds.model import Card
from mlspec.metrics.tasks import TASKS
from mlspec.registry.documents.facts import Facts
from mlspec.registry.documents.words import mapping, number
from mlspec.registry.records import ProvenArtifact

FILE = "ml-bom.cdx.json"
_SPACE = uuid.UUID("6a1c1f52-3c8f-5e0e-9a53-1f0f2d5b7a10")

Form = dict[str, Any]


def render(facts: Facts) -> str:
    """The bill: sorted JSON; the serial number is made from the record's digest, the time is the record's."""
    libraries, data = list(_libraries(facts)), _data(facts)
    model = _model(facts)
    form = {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(_SPACE, facts.entry.digest)}",
        "version": 1,
        "metadata": {"timestamp": facts.entry.record.created_at, "component": model},
        "components": [*data, *map(_library, libraries)],
        "dependencies": _dependencies(facts, data, libraries),
    }
    return dump(form, sort_keys=True)


def _ref(facts: Facts) -> str:
    return f"model/{facts.name}@{facts.version}"


def _libraries(facts: Facts) -> Iterator[Locked]:
    """What the lock installs where the workflows train: on Linux, with the project's Python."""
    if facts.project is None:
        return
    spec = facts.project.settings.envelope.spec
    environment = lock_environment(spec.python)
    for path in spec.locks:
        found = {one.name: one for one in read_lock(facts.files.get(path, b"")) if one.version is not None and one.applies(environment)}
        yield from (found[name] for name in sorted(found))


def _purl(library: Locked) -> str:
    """Its package URL."""
    return f"pkg:pypi/{library.name}@{(library.version or '').replace('+', '%2B')}"


def _model(facts: Facts) -> Form:
    record, bound = facts.entry.record, facts.model
    form: Form = {
        "type": "machine-learning-model",
        "bom-ref": _ref(facts),
        "name": facts.name,
        "version": facts.version,
        "description": bound.envelope.metadata.description if bound else None,
        "properties": [
            {"name": "mlspec:modelDigest", "value": record.digest},
            {"name": "mlspec:record", "value": facts.entry.digest},
            {"name": "mlspec:commit", "value": record.commit},
            {"name": "mlspec:environmentDigest", "value": record.environment},
        ],
        "modelCard": _card(facts),
    }
    card = bound.envelope.spec.card if bound else Card()
    if card.license:
        form["licenses"] = [{"license": {"name": card.license}}]
    return _clean(form)


def _card(facts: Facts) -> Form:
    metrics = [_metric(name, found.canonical()) for name, found in sorted(facts.entry.record.metrics.items())]
    form = {
        "modelParameters": _parameters(facts),
        "quantitativeAnalysis": {"performanceMetrics": [*metrics, *_slices(facts)]},
        "considerations": _considerations(facts),
    }
    return _clean(form)


def _metric(name: str, found: Form, group: str | None = None) -> Form:
    bounds = {"lowerBound": found.get("low"), "upperBound": found.get("high")}
    interval = {key: number(value) for key, value in bounds.items() if value is not None}
    return _clean({"type": name, "value": number(found.get("value")), "slice": group, "confidenceInterval": interval})


def _slices(facts: Facts) -> Iterator[Form]:
    for column, values in sorted(mapping(facts.evaluation.get("slices")).items()):
        for value, found in sorted(mapping(values).items()):
            for name, estimate in sorted(mapping(found).items()):
                if isinstance(estimate, dict):
                    yield _metric(str(name), estimate, f"{column}={value}")


def _parameters(facts: Facts) -> Form:
    bound = facts.model
    if bound is None:
        return {}
    spec = bound.envelope.spec
    return {
        "approach": {"type": "unsupervised" if TASKS[spec.task].is_unsupervised else "supervised"},
        "task": spec.task,
        "architectureFamily": spec.estimator.class_path.rpartition(".")[0] if spec.estimator else None,
        "modelArchitecture": spec.estimator.class_path if spec.estimator else spec.trainer.callable if spec.trainer else None,
        "datasets": [{"ref": component["bom-ref"]} for component in _data(facts)],
        "outputs": [{"format": f"{spec.task} of {spec.target}" if spec.target else spec.task}],
    }


def _considerations(facts: Facts) -> Form:
    card = facts.model.envelope.spec.card if facts.model else Card()
    ethics = {"name": card.ethical_considerations, "mitigationStrategy": card.human_oversight}
    form = {
        "users": list(card.users or ()),
        "useCases": [card.intended_use] if card.intended_use else [],
        "technicalLimitations": [text for text in (card.limitations, card.out_of_scope, card.caveats) if text],
        "ethicalConsiderations": [_clean(ethics)] if card.ethical_considerations else [],
    }
    return _clean(form)


def _data(facts: Facts) -> list[Form]:
    """Training and test rows, each with its sha256."""
    parts: dict[str, ProvenArtifact] = {"train": facts.entry.record.artifacts.train, "test": facts.entry.record.artifacts.test}
    return [_dataset(facts, side, artifact) for side, artifact in sorted(parts.items())]


def _dataset(facts: Facts, side: str, artifact: ProvenArtifact) -> Form:
    ref = f"data/{facts.name}/{side}@{artifact.digest}"
    owners = dict.fromkeys(s.bound.envelope.metadata.owner for s in facts.sources if s.bound.envelope.metadata.owner)
    sensitive = dict.fromkeys(name for source in facts.sources for name in facts.personal(source))
    contents = {"properties": [{"name": "path", "value": artifact.path}]}
    dataset = {
        "type": "dataset",
        "name": f"{side} rows",
        "contents": contents,
        "sensitiveData": [f"column {name}" for name in sensitive],
        "governance": {"owners": [{"organization": {"name": owner}} for owner in owners]} if owners else None,
    }
    return {
        "type": "data",
        "bom-ref": ref,
        "name": artifact.path,
        "hashes": [{"alg": "SHA-256", "content": artifact.digest.removeprefix("sha256:")}],
        "data": [_clean(dataset)],
    }


def _library(library: Locked) -> Form:
    """A lock allows several files of a library: their digests are properties, since which one is installed depends on the machine."""
    form = {
        "type": "library",
        "bom-ref": _purl(library),
        "name": library.name,
        "version": library.version,
        "purl": _purl(library),
        "properties": [{"name": "mlspec:sha256", "value": digest} for digest in library.sha256],
    }
    return _clean(form)


def _dependencies(facts: Facts, data: list[Form], libraries: list[Locked]) -> list[Form]:
    on = sorted([*(component["bom-ref"] for component in data), *(_purl(library) for library in libraries)])
    return [{"ref": _ref(facts), "dependsOn": on}, *({"ref": ref, "dependsOn": []} for ref in on)]


def _clean(form: Form) -> Form:
    """Without what is not known."""
    return {key: value for key, value in form.items() if value not in (None, [], {})}
