"""provenance.intoto.json: an in-toto Statement v1 with SLSA's provenance v1 predicate, unsigned; `statement_bytes` is what one signs.

It says which commit, specs, data and libraries the record names. Nothing here was watched by a trusted builder, so it claims no SLSA level.
"""

from __future__ import annotations

from typing import Any

from mlspec.diagnostics.render.json_text import dump
from mlspec.registry.documents.facts import REPORTS, Facts

FILE = "provenance.intoto.json"
STATEMENT, PREDICATE = "https://in-toto.io/Statement/v1", "https://slsa.dev/provenance/v1"
HOME = "https://pypi.org/project/mlspec-gitops/"

Form = dict[str, Any]


def statement(facts: Facts) -> Form:
    """The statement as data. A folder's digest is in-toto's `dirHash`: sha256 over the sorted lines `<sha256>  <path>`."""
    record = facts.entry.record
    subject = [_resource(f"{facts.name}/{facts.version}", {"dirHash": _hex(record.digest)}, path=record.artifacts.model.path)]
    parameters = {"model": facts.name, "version": facts.version, "specDigest": record.spec, "objects": facts.spec_digests}
    build = {
        "buildType": f"{HOME}#dvc-pipeline-v1",
        "externalParameters": parameters,
        "internalParameters": {"code": record.code, "record": facts.entry.digest},
        "resolvedDependencies": _dependencies(facts),
    }
    run = {"builder": {"id": HOME}, "metadata": {"invocationId": record.commit}, "byproducts": _byproducts(facts)}
    return {"_type": STATEMENT, "subject": subject, "predicateType": PREDICATE, "predicate": {"buildDefinition": build, "runDetails": run}}


def statement_bytes(facts: Facts) -> bytes:
    """The bytes to sign (the payload of a DSSE envelope of type `application/vnd.in-toto+json`): the same for the same record."""
    return dump(statement(facts), sort_keys=True).encode()


def render(facts: Facts) -> str:
    """The file's text."""
    return statement_bytes(facts).decode()


def _dependencies(facts: Facts) -> list[Form]:
    record = facts.entry.record
    found = [_resource("commit", {"gitCommit": record.commit})]
    rows = (record.artifacts.train, record.artifacts.test)
    found += [_resource(a.path, {"sha256": _hex(a.digest)}, dvcMd5=a.md5) for a in rows]
    baseline = record.artifacts.baseline
    found.append(_resource(baseline.path, {"dirHash": _hex(baseline.digest)}, dvcMd5=baseline.md5))
    lock = facts.project.settings.envelope.spec.requirements if facts.project else None
    found.append(_resource(lock or "requirements", {"sha256": _hex(record.environment)}))
    code = facts.project.settings.envelope.spec.code if facts.project else ()
    found += [_resource(path, {"gitTree" if path in code else "gitBlob": identity}) for path, identity in facts.blobs.items()]
    return found


def _byproducts(facts: Facts) -> list[Form]:
    paths = [f"{facts.folder}/{name}" for name in sorted(REPORTS)]
    digests = {path: facts.digest_of(path) for path in paths}
    return [_resource(path, {"sha256": _hex(digest)}) for path, digest in digests.items() if digest]


def _resource(name: str, digest: dict[str, str], **annotations: str) -> Form:
    form: Form = {"name": name, "digest": digest}
    return form | ({"annotations": annotations} if annotations else {})


def _hex(digest: str) -> str:
    return digest.removeprefix("sha256:")
