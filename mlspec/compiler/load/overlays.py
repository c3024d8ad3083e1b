"""Overlays: small patches that an environment lays over shared objects. Patched objects are checked like any other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from pydantic import ValidationError

from mlspec.compiler.load.shape import shape_diagnostics, told
from mlspec.compiler.load.trees import Tree, merge, place
from mlspec.compiler.load.variables import substitute
from mlspec.compiler.project.layout import ENVIRONMENTS
from mlspec.compiler.project.project import Bound, Project
from mlspec.diagnostics import Diagnostic, Related, did_you_mean
from mlspec.language.kinds.base import API_VERSION
from mlspec.language.kinds.catalog import KINDS, REF_PREFIX
from mlspec.language.yaml.document import Document

FOLDER = "overlays"
KINDS_THAT_DIFFER = ("DeploymentTarget", "KPISet", "Policy")
"""What is read when a model is judged or served. What a model is made of can't differ: one artifact goes through all environments."""


def environment_of(path: str) -> str | None:
    """The environment whose overlay a file is; None for any other file."""
    parts = path.split("/")
    return parts[1] if len(parts) > 3 and parts[0] == ENVIRONMENTS and parts[2] == FOLDER else None


def lay_over(
    project: Project, overlays: Iterable[Document], declared: frozenset[tuple[str, str]] = frozenset()
) -> tuple[Project, list[Diagnostic]]:
    """Return the project with its overlays bound, and the problems of those that can't be laid over anything.

    `declared`: (kind, name) of the objects that stand in a file, sound or not: an overlay over a broken one is no second mistake.
    """
    laid: dict[str, dict[str, Bound[Any]]] = {}
    first: dict[tuple[str, str], Document] = {}
    found: list[Diagnostic] = []
    objects = project.by_ref()
    for document in overlays:
        environment = environment_of(document.path) or ""
        base, problems = _base(project, objects, document, declared)
        if base is None:
            found += problems
            continue
        if (environment, base.ref) in first:
            found.append(_twice(base, document, first[environment, base.ref]))
            continue
        first[environment, base.ref] = document
        patched, problems = _patched(project, base, document, environment)
        found += problems
        if patched is not None:
            laid.setdefault(environment, {})[base.ref] = patched
    return replace(project, overlays=laid) if laid else project, found


def _base(
    project: Project, objects: Mapping[str, Bound[Any]], document: Document, declared: frozenset[tuple[str, str]]
) -> tuple[Bound[Any] | None, list[Diagnostic]]:
    value, environment = document.value, environment_of(document.path)
    if not isinstance(value, dict) or value.get("apiVersion") != API_VERSION:
        message = "an overlay has `apiVersion`, `kind`, `metadata.name`, and what differs of `spec`"
        return None, [Diagnostic("MLS0440", message, document.span(), f"start it with `apiVersion: {API_VERSION}`")]
    environments = project.settings.envelope.spec.environments
    if environment not in environments:
        message = f"the environment `{environment}` is not declared"
        return None, [Diagnostic("MLS0407", message, document.span(), did_you_mean(environment or "", environments))]
    kind = value.get("kind")
    if kind not in KINDS_THAT_DIFFER:
        message = f"a {kind} can't differ between environments" if kind in KINDS else f"unknown kind `{kind}`"
        return None, [Diagnostic("MLS0440", message, document.span(["kind"]), did_you_mean(str(kind), KINDS_THAT_DIFFER))]
    name = _name(document)
    base = objects.get(f"{REF_PREFIX[kind]}/{name}")
    if base is None and {(kind, name), ("*", name)} & declared:
        return None, []
    if base is None:
        near = did_you_mean(str(name), [b.name for b in objects.values() if b.envelope.kind == kind])
        message = f"there is no {kind} `{name}` to lay this over"
        return None, [Diagnostic("MLS0440", message, document.span(["metadata", "name"]), near or f"declare a {kind} under specs/")]
    return base, []


def _name(document: Document) -> str | None:
    metadata = document.value.get("metadata")
    name = metadata.get("name") if isinstance(metadata, dict) else None
    return name if isinstance(name, str) else None


def _twice(base: Bound[Any], document: Document, first: Document) -> Diagnostic:
    related = (Related(first.span(["metadata", "name"]), "the first one"),)
    return Diagnostic(
        "MLS0301", f"`{base.ref}` has two overlays here", document.span(["metadata", "name"]), "merge the two", related=related
    )


def _patched(project: Project, base: Bound[Any], document: Document, environment: str) -> tuple[Bound[Any] | None, list[Diagnostic]]:
    place(document.node, document.path)
    tree = merge(Tree(base.document.node, base.document.value), Tree(document.node, document.value), delete=True)
    merged = Document(base.document.path, tree.value, tree.node, base.document.index, f"{base.document.path} under {document.path}")
    variables = {name: v.default for name, v in project.settings.envelope.spec.variables.items()}
    value, found, _ = substitute(merged, variables, environment)
    model = KINDS[base.envelope.kind]
    try:
        return Bound(base.ref, model.model_validate(value), merged), found
    except ValidationError as error:
        return None, [*found, *shape_diagnostics(error, merged, value, model, only=told(value, sure=not found))]
