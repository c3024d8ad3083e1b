"""Documents -> typed objects: find the kind, replace variables, validate."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from mlspec.compiler.shape import shape_diagnostics
from mlspec.compiler.variables import substitute
from mlspec.diagnostics import Diagnostic, did_you_mean
from mlspec.source.document import Document
from mlspec.spec.base import API_VERSION, Envelope
from mlspec.spec.kinds import KINDS, PLANNED_KINDS

PROJECT_FILE = "mlspec.yaml"


@dataclass(frozen=True, slots=True)
class Parsed:
    """A typed object and the document it came from."""

    envelope: Envelope
    document: Document


def declared(documents: Iterable[Document]) -> frozenset[tuple[str, str]]:
    """Return (kind, name) of every document with a name, sound or not: a reference to a broken object is no second mistake.

    The kind is `*` when it is not one that this version runs.
    """
    values = (d.value for d in documents if isinstance(d.value, dict) and isinstance(d.value.get("metadata"), dict))
    return frozenset((v["kind"] if v.get("kind") in KINDS else "*", str(v["metadata"].get("name"))) for v in values)


def parse(documents: Iterable[Document]) -> tuple[list[Parsed], list[Diagnostic]]:
    """Return every object that is sound, and the problems of the others."""
    parsed: list[Parsed] = []
    found: list[Diagnostic] = []
    variables: Mapping[str, Any] = {}
    for document in sorted(documents, key=lambda d: (d.path != PROJECT_FILE, d.path, d.index)):
        envelope, problems = _parse_one(document, variables)
        found += problems
        if envelope is not None:
            parsed.append(Parsed(envelope, document))
        if document.path == PROJECT_FILE and envelope is not None:
            variables = _defaults(envelope)
    return parsed, found


def _defaults(project: Envelope) -> dict[str, Any]:
    declared = getattr(getattr(project, "spec", None), "variables", {})
    return {name: variable.default for name, variable in declared.items()}


def _parse_one(document: Document, variables: Mapping[str, Any]) -> tuple[Envelope | None, list[Diagnostic]]:
    model, wrong = _kind_of(document)
    if model is None:
        return None, wrong
    value, found = substitute(document, variables)
    try:
        return model.model_validate(value), found
    except ValidationError as error:
        return None, found + shape_diagnostics(error, document, value, model)


def _kind_of(document: Document) -> tuple[type[Envelope] | None, list[Diagnostic]]:
    value = document.value
    if not isinstance(value, dict):
        message = "a spec is a mapping with `apiVersion`, `kind`, `metadata` and `spec`"
        return None, [Diagnostic("MLS0201", message, document.span(), "start the file with `apiVersion: mlspec/v1`")]
    wrong = _version_problem(document, value) + _kind_problem(document, value) + _place_problem(document, value)
    return (None if wrong else KINDS[value["kind"]]), wrong


def _version_problem(document: Document, value: dict[str, Any]) -> list[Diagnostic]:
    version = value.get("apiVersion")
    if version == API_VERSION:
        return []
    if version is None:
        return [Diagnostic("MLS0202", "`apiVersion` is missing", document.span(), f"add `apiVersion: {API_VERSION}` as the first line")]
    return [Diagnostic("MLS0202", f"apiVersion `{version}` is not known", document.span(["apiVersion"]), f"write `{API_VERSION}`")]


def _kind_problem(document: Document, value: dict[str, Any]) -> list[Diagnostic]:
    kind = value.get("kind")
    if isinstance(kind, str) and kind in KINDS:
        return []
    if kind is None:
        return [Diagnostic("MLS0203", "`kind` is missing", document.span(), did_you_mean("", KINDS))]
    if kind in PLANNED_KINDS:
        message = f"the kind {kind} is part of the language, but has no runtime in this version"
        return [Diagnostic("MLS0204", message, document.span(["kind"]), "remove the object for now")]
    return [Diagnostic("MLS0203", f"unknown kind `{kind}`", document.span(["kind"]), did_you_mean(str(kind), KINDS))]


def _place_problem(document: Document, value: dict[str, Any]) -> list[Diagnostic]:
    kind = value.get("kind")
    if (kind == "Project") == (document.path == PROJECT_FILE):
        return []
    if kind == "Project":
        return [Diagnostic("MLS0205", "the Project stands in mlspec.yaml and nowhere else", document.span(["kind"]), "move it there")]
    return [
        Diagnostic(
            "MLS0205", "mlspec.yaml holds the one Project and nothing else", document.span(["kind"]), "move this object under specs/"
        )
    ]
