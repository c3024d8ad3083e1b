"""Documents -> typed objects: find the kind, replace variables, validate."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from mlspec.compiler.load.contracts.lay import Contracts
from mlspec.compiler.load.expand import expand
from mlspec.compiler.load.fleet import disagreements, written_places
from mlspec.compiler.load.inputs import ReadList, no_list
from mlspec.compiler.load.rest import rest_of
from mlspec.compiler.load.shape import shape_diagnostics, told
from mlspec.compiler.load.variables import substitute
from mlspec.diagnostics import Advice, Diagnostic, did_you_mean
from mlspec.diagnostics.suggest import clear, nearest
from mlspec.language.kinds.base import API_VERSION, Envelope, is_name
from mlspec.language.kinds.catalog import KINDS, PLANNED_KINDS
from mlspec.language.kinds.model_set import ModelSet
from mlspec.language.yaml.document import Document
from mlspec.language.yaml.limits import LIMITS

PROJECT_FILE = "mlspec.yaml"
ENVELOPE_KEYS = ("apiVersion", "kind", "metadata", "spec")


@dataclass(frozen=True, slots=True)
class Parsed:
    """A typed object and the document it came from."""

    envelope: Envelope
    document: Document


def declared(documents: Iterable[Document]) -> frozenset[tuple[str, str]]:
    """Return (kind, name) of every document with a name, sound or not: a reference to a broken object is no second mistake.

    The kind is `*`, any, when it is not one that this version runs.
    """
    return frozenset(_declared(d.value) for d in documents if isinstance(d.value, dict))


def _declared(value: dict[str, Any]) -> tuple[str, str]:
    """The name is `*`, any, where the object has none that could be referred to."""
    kind, metadata = value.get("kind"), value.get("metadata")
    name = metadata.get("name") if isinstance(metadata, dict) else None
    known = isinstance(kind, str) and kind in KINDS and kind not in PLANNED_KINDS
    return str(kind) if known else "*", name if isinstance(name, str) and is_name(name) else "*"


_NAME_LINE = re.compile(r"""\bname["']?:[ \t]*["']?([a-z0-9-]+)""")


def declared_in(text: bytes) -> frozenset[tuple[str, str]]:
    """Return what a file that does not load seems to declare, as `declared` does."""
    plain = text[: LIMITS.size].replace(b"\0", b"").decode("utf-8", errors="replace")
    return frozenset(("*", name) for name in _NAME_LINE.findall(plain))


@dataclass(frozen=True, slots=True)
class AllParsed:
    """Every object that is sound, those that ModelSets make among them; which models each set made; and the problems.

    `rests`: what is left of the unsound ones without their form errors, to be looked at no further than `unsound` does.
    """

    contracts: Contracts
    objects: list[Parsed] = field(default_factory=list)
    rests: list[Parsed] = field(default_factory=list)
    members: dict[str, tuple[str, ...]] = field(default_factory=dict)
    diagnostics: list[Diagnostic] = field(default_factory=list)
    files: frozenset[tuple[str, str]] = frozenset()
    shadowed: list[Parsed] = field(default_factory=list)
    """Deployments that a ModelSet makes and that have an environment file by now: the file says what stands there."""

    def add_made(self, document: Document, variables: Mapping[str, Any] | None) -> None:
        """Parse one document that a ModelSet made."""
        metadata = document.value["metadata"]
        if document.value["kind"] != "Deployment" or (metadata["environment"], metadata["name"]) not in self.files:
            self.add(document, variables)
            return
        one = _parse_one(document, variables, self.contracts)
        self.diagnostics.extend(one.found)
        if one.envelope is not None:
            self.shadowed.append(Parsed(one.envelope, one.document))

    def add(self, document: Document, variables: Mapping[str, Any] | None) -> Envelope | None:
        """Parse one document and keep what comes of it."""
        one = _parse_one(document, variables, self.contracts)
        self.diagnostics.extend(one.found)
        if one.envelope is not None:
            self.objects.append(Parsed(one.envelope, one.document))
        elif one.leftover is not None:
            self.rests.append(Parsed(one.leftover, one.document))
        return one.envelope


def parse(documents: Iterable[Document], read_list: ReadList = no_list) -> AllParsed:
    """Return every object that is sound, and the problems of the others."""
    documents = list(documents)
    all_parsed = AllParsed(Contracts(read_list, documents), files=written_places(documents))
    variables: Mapping[str, Any] | None = None
    for document in sorted(documents, key=lambda d: (d.path != PROJECT_FILE, d.path, d.index)):
        if document.value is None:  # nothing between two `---`
            continue
        envelope = all_parsed.add(document, {} if document.path == PROJECT_FILE else variables)
        if isinstance(envelope, ModelSet):
            made = expand(envelope, document, read_list)
            all_parsed.members[envelope.metadata.name] = made.models
            all_parsed.diagnostics.extend(made.diagnostics)
            for each in made.documents:
                all_parsed.add_made(each, variables)
        if document.path == PROJECT_FILE and variables is None:
            variables = _defaults(envelope)
    all_parsed.diagnostics.extend(disagreements(all_parsed.objects, all_parsed.shadowed))
    all_parsed.diagnostics.extend(all_parsed.contracts.unread())
    return all_parsed


def _defaults(project: Envelope | None) -> dict[str, Any] | None:
    """Return the variables' values; None where the Project is not sound, so that it is told once and not at every use."""
    if project is None:
        return None
    declared = getattr(getattr(project, "spec", None), "variables", {})
    return {name: variable.default for name, variable in declared.items()}


@dataclass(frozen=True, slots=True)
class _One:
    """What came of one document: the object where it is sound, the problems, and else what is left of it without its form errors.

    `document`: with what its contract says, where it names one.
    """

    document: Document
    found: list[Diagnostic]
    envelope: Envelope | None = None
    leftover: Envelope | None = None


def _parse_one(document: Document, variables: Mapping[str, Any] | None, contracts: Contracts) -> _One:
    model, wrong = _kind_of(document)
    if model is None:
        return _One(document, wrong)
    value, found, known = substitute(document, variables)
    laid = contracts.lay_in(document, value)
    found += laid.found
    try:
        envelope = model.model_validate(laid.value)
    except ValidationError as error:
        found += shape_diagnostics(error, laid.document, laid.value, model, only=told(laid.value, sure=known and not found))
        rest = rest_of(error, laid.document, laid.value, model)
        return _One(laid.document, [*found, *rest.diagnostics], None, rest.envelope)
    return _One(laid.document, found, envelope if laid.sound else None, None if laid.sound else envelope)


def _kind_of(document: Document) -> tuple[type[Envelope] | None, list[Diagnostic]]:
    value = document.value
    if not isinstance(value, dict):
        message = "a spec is a mapping with `apiVersion`, `kind`, `metadata` and `spec`"
        return None, [Diagnostic("MLS0201", message, document.span(), "start the file with `apiVersion: mlspec/v1`")]
    wrong = _version_problem(document, value) or _kind_problem(document, value) + _place_problem(document, value)
    return (None if wrong else KINDS[value["kind"]]), wrong


def _version_problem(document: Document, value: dict[str, Any]) -> list[Diagnostic]:
    version = value.get("apiVersion")
    if version == API_VERSION:
        return []
    if version is None:
        return _misspelt(document, value, "apiVersion") or [
            Diagnostic("MLS0202", "`apiVersion` is missing", document.span(), f"add `apiVersion: {API_VERSION}` as the first line")
        ]
    return [Diagnostic("MLS0202", f"apiVersion `{version}` is not known", document.span(["apiVersion"]), _right_version(version))]


def _right_version(version: object) -> str:
    text, slip = f"write `{API_VERSION}`", clear(str(version), [API_VERSION])
    return Advice(text, API_VERSION, str(version)) if slip else text


def _kind_problem(document: Document, value: dict[str, Any]) -> list[Diagnostic]:
    kind = value.get("kind")
    if kind in PLANNED_KINDS:
        message = f"the kind {kind} is part of the language, but has no runtime in this version"
        return [Diagnostic("MLS0204", message, document.span(["kind"]), "remove the object for now")]
    if isinstance(kind, str) and kind in KINDS:
        return []
    if kind is None:
        return _misspelt(document, value, "kind") or [Diagnostic("MLS0203", "`kind` is missing", document.span(), did_you_mean("", KINDS))]
    return [Diagnostic("MLS0203", f"unknown kind `{kind}`", document.span(["kind"]), did_you_mean(str(kind), KINDS))]


def _misspelt(document: Document, value: dict[str, Any], key: str) -> list[Diagnostic]:
    """The diagnostic for a key that was meant to be `key`, if there is one."""
    near = nearest(key, [k for k in value if k not in ENVELOPE_KEYS])
    return [Diagnostic("MLS0101", f"unknown key `{near}`", document.span([near], key=True), did_you_mean(near, [key]))] if near else []


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
