"""The statement: what was made, from what, and the same bytes for the same record."""

from __future__ import annotations

from dataclasses import replace

from support.facts import FOLDER, reporting, unread
from support.records import entry, record, sha

from mlspec.registry.documents.facts import REPORTS, Facts
from mlspec.registry.documents.provenance import render, statement, statement_bytes


def test_the_bytes_to_sign_are_the_file(facts: Facts) -> None:
    assert statement_bytes(facts) == render(facts).encode() == statement_bytes(replace(facts, claims=(), notes=("other",)))
    assert statement_bytes(facts) != statement_bytes(replace(facts, entry=entry(record(createdBy="Eve"))))


def test_reports_that_are_there_are_byproducts_by_their_bytes(facts: Facts) -> None:
    def names(found: Facts) -> set[str]:
        return {b["name"] for b in statement(found)["predicate"]["runDetails"]["byproducts"]}

    there = {f"{FOLDER}/{name}" for name in REPORTS} & set(facts.files)
    assert names(facts) == there != set()
    assert names(reporting(facts, "split.json", None)) == there - {f"{FOLDER}/split.json"}
    changed = reporting(facts, "split.json", {"forged": True})
    digests = {b["name"]: b["digest"]["sha256"] for b in statement(changed)["predicate"]["runDetails"]["byproducts"]}
    assert digests[f"{FOLDER}/split.json"] == sha(changed.files[f"{FOLDER}/split.json"]).removeprefix("sha256:")


def test_without_specs_the_record_alone_is_named(facts: Facts) -> None:
    build = statement(unread(facts))["predicate"]["buildDefinition"]
    assert build["externalParameters"] == {"model": "demand", "version": "v1.0.0", "specDigest": facts.entry.record.spec, "objects": {}}
    assert [d["name"].rpartition("/")[2] for d in build["resolvedDependencies"]] == [
        "commit",
        "train.parquet",
        "test.parquet",
        "baseline",
        "requirements",
    ]


def test_folders_and_files_are_told_apart(facts: Facts) -> None:
    settings = facts.project.settings if facts.project else None
    assert settings is not None
    spec = settings.envelope.spec.model_copy(update={"code": ("shop",)})
    project = replace(facts.project, settings=replace(settings, envelope=settings.envelope.model_copy(update={"spec": spec})))  # type: ignore[type-var]
    found = replace(facts, project=project, blobs={"shop": "a" * 40, "data/sales.csv": "b" * 40})
    dependencies = {d["name"]: d["digest"] for d in statement(found)["predicate"]["buildDefinition"]["resolvedDependencies"]}
    assert dependencies["shop"] == {"gitTree": "a" * 40}
    assert dependencies["data/sales.csv"] == {"gitBlob": "b" * 40}
    assert dependencies["requirements.lock"] == {"sha256": facts.entry.record.environment.removeprefix("sha256:")}
