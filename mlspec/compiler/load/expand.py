"""ModelSets -> a Model document (and a KPISet document) for each entry, every part with the place it was written at."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mlspec.compiler.load.entries import Entry, entries
from mlspec.compiler.load.inputs import ReadList
from mlspec.compiler.load.trees import Tree, fill, mapping, merge, text
from mlspec.diagnostics import Diagnostic, Problems, did_you_mean
from mlspec.language.kinds.base import API_VERSION
from mlspec.language.kinds.model_set import ModelSet, Override
from mlspec.language.yaml.document import Document, span_of
from mlspec.language.yaml.scalars import resolve

_USE = re.compile(r"\$\{each\.([A-Za-z_][A-Za-z0-9_]*)\}")
_SQL = frozenset({("spec", "where")})
"""Where a template's text is SQL: a value stands between quotes there, so that its own are doubled."""


@dataclass(frozen=True, slots=True)
class Expanded:
    """What one ModelSet becomes: documents, the names of its models, and the problems."""

    documents: tuple[Document, ...]
    models: tuple[str, ...]
    diagnostics: tuple[Diagnostic, ...]


def expand(envelope: ModelSet, document: Document, read: ReadList) -> Expanded:
    """Return the documents of a sound ModelSet; none of them when its list has a problem."""
    try:
        found = entries(envelope.spec.for_each, document, read)
        _check_guard(envelope, document, len(found))
        made = [_generate(envelope, document, entry) for entry in found]
        _check_names(document, found, made)
    except Problems as problems:
        return Expanded((), (), tuple(problems.diagnostics))
    documents = tuple(d for one in made for d in one)
    return Expanded(documents, tuple(_name(one[0]) for one in made), ())


def _check_guard(envelope: ModelSet, document: Document, count: int) -> None:
    if count < envelope.spec.guard.min:
        span = document.span(["spec", "guard", "min"])
        message = f"the list of `{envelope.metadata.name}` has {count} entries, and its guard asks for {envelope.spec.guard.min}"
        raise Problems(Diagnostic("MLS0433", message, span, "mend the list; or, if it really shrank, lower `guard.min`"))


def _check_names(document: Document, found: list[Entry], made: list[tuple[Document, ...]]) -> None:
    first: dict[str, Entry] = {}
    for entry, documents in zip(found, made, strict=True):
        name = _name(documents[0])
        if name in first:
            message = f"two entries make the same name `{name}`: {first[name].place} and {entry.place}"
            span = document.span(["spec", "template", "metadata", "name"])
            raise Problems(Diagnostic("MLS0434", message, span, "put a key into the name that tells them apart, or drop one entry"))
        first[name] = entry


def _name(document: Document) -> str:
    return str(document.value["metadata"]["name"])


def _generate(envelope: ModelSet, document: Document, entry: Entry) -> tuple[Document, ...]:
    """The Model's document first, then those of the KPISet, the Deployments and the Monitor that the template has."""
    whole = Tree(document.node, document.value)
    template = _at(whole, "spec", "template")
    parts = {"metadata": _at(template, "metadata"), "spec": _at(template, "spec")}
    kpis = template.get("kpis")
    for override, tree in _matching(envelope, whole, entry):
        parts["spec"] = merge(parts["spec"], _at(tree, "spec"))
        kpis = _kpis_over(kpis, tree.get("kpis") if override.kpis is not None else None)
    filling = _Filling(document.path, entry)
    model = filling.fill(mapping(parts, template))
    found = [_document("Model", model, document, entry)]
    if kpis is not None:
        found.append(_document("KPISet", _kpi_set(model, _at(filling.fill(mapping({"spec": kpis}, kpis)), "spec")), document, entry))
    places = _places(template)
    found += [_document("Deployment", _deployment(model, key, filling.fill(part)), document, entry) for key, part in places]
    monitor = template.get("monitor")
    if monitor is not None and monitor.value is not None:
        last = places[-1][0].value if places else ""
        found.append(_document("Monitor", _monitor(model, last, filling.fill(monitor)), document, entry))
    return tuple(found)


def _at(tree: Tree, *keys: str) -> Tree:
    for key in keys:
        part = tree.get(key)
        assert part is not None  # noqa: S101 - the ModelSet is sound, so the key is there
        tree = part
    return tree


def _matching(envelope: ModelSet, whole: Tree, entry: Entry) -> Iterator[tuple[Override, Tree]]:
    """The overrides that hold for an entry. Values are compared as text: a CSV file has nothing else."""
    if not envelope.spec.overrides:
        return
    for override, tree in zip(envelope.spec.overrides, _at(whole, "spec", "overrides").parts(), strict=True):
        if all(str(entry.values.get(key)) in {str(v) for v in values} for key, values in override.match.items()):
            yield override, tree


def _kpis_over(base: Tree | None, patch: Tree | None) -> Tree | None:
    """An override's KPIs over the template's: a list is a KPISet's `kpis` alone, a mapping its `spec`."""
    if base is None or patch is None or (isinstance(base.value, list) and isinstance(patch.value, list)):
        return base if patch is None else patch
    whole = [tree if isinstance(tree.value, dict) else mapping({"kpis": tree}, tree) for tree in (base, patch)]
    return merge(*whole)


def _kpi_set(model: Tree, kpis: Tree) -> Tree:
    name = _at(model, "metadata", "name")
    said = kpis.items() if isinstance(kpis.value, dict) else {"kpis": kpis}
    spec = mapping({"model": name, **said}, kpis)
    return mapping({"metadata": mapping({"name": name}, name), "spec": spec}, kpis)


def _places(template: Tree) -> list[tuple[Tree, Tree]]:
    """(environment, what is said of it) of each of the template's Deployments; both know where they stand."""
    part = template.get("deployments")
    return [] if part is None else part.pairs()


def _deployment(model: Tree, environment: Tree, said: Tree) -> Tree:
    name = _at(model, "metadata", "name")
    owner = _at(model, "metadata").get("owner")
    metadata = {"name": name, "environment": environment, **({"owner": owner} if owner else {})}
    return mapping({"metadata": mapping(metadata, environment), "spec": mapping({"model": name, **said.items()}, said)}, said)


def _monitor(model: Tree, environment: str, said: Tree) -> Tree:
    name = _at(model, "metadata", "name")
    parts = {"deployment": text(f"{environment}/{name.value}", said.node), **said.items()}
    return mapping({"metadata": mapping({"name": name}, name), "spec": mapping(parts, said)}, said)


def _document(kind: str, tree: Tree, document: Document, entry: Entry) -> Document:
    parts = {
        "apiVersion": text(API_VERSION, document.node),
        "kind": text(kind, tree.node if kind == "Monitor" else document.node),
        **tree.items(),
    }
    made = mapping(parts, tree)
    return Document(
        document.path, made.value, made.node, document.index, f"modelset/{document.value['metadata']['name']} from {entry.place}"
    )


@dataclass(frozen=True, slots=True)
class _Filling:
    """Puts an entry's values in. A scalar of the spec that is one `${each.KEY}` takes the value's type, any other is text.

    A CSV file holds text only, so there a value that YAML reads as a number or a boolean is one.
    """

    path: str
    entry: Entry

    def fill(self, tree: Tree) -> Tree:
        return fill(tree, self._scalar)

    def _scalar(self, tree: Tree, route: tuple[str | int, ...]) -> Tree:
        if "${each." not in tree.value:
            return tree
        whole = _USE.fullmatch(tree.value)
        if whole and route[0] == "spec":
            value = self._value(whole, tree)
            return Tree(text(str(value), tree.node).node, resolve(value) if isinstance(value, str) else value)
        quoted = route in _SQL
        made = _USE.sub(lambda use: str(self._value(use, tree)).replace("'", "''" if quoted else "'"), tree.value)
        return text(made, tree.node)

    def _value(self, use: re.Match[str], tree: Tree) -> Any:
        values: Mapping[str, Any] = self.entry.values
        span = span_of(self.path, tree.node)
        if use[1] not in values:
            help_text = did_you_mean(use[1], values)
            raise Problems(Diagnostic("MLS0435", f"the entries have no key `{use[1]}`", span, help_text))
        value = values[use[1]]
        if isinstance(value, str) and ("${" in value or not value.isprintable()):
            message = f"the value of `{use[1]}` at {self.entry.place} holds `${{` or a control character"
            raise Problems(Diagnostic("MLS0435", message, span, "take it out: values are plain text"))
        return value
