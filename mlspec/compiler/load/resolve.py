"""Typed objects -> Project: names are unique, references point at something, and nothing goes in a circle."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mlspec.compiler.load.parse import PROJECT_FILE, Parsed
from mlspec.compiler.project.project import Bound, Project
from mlspec.diagnostics import Diagnostic, Related, Span, did_you_mean
from mlspec.language.kinds.catalog import REF_PREFIX
from mlspec.language.yaml.document import Document

Route = tuple[str | int, ...]

TABLES = {
    "DataSource": "sources",
    "ValidationRules": "rules",
    "LabelSet": "label_sets",
    "FeatureSet": "feature_sets",
    "Model": "models",
    "Step": "steps",
    "KPISet": "kpi_sets",
    "DeploymentTarget": "targets",
    "Deployment": "deployments",
    "ModelSet": "model_sets",
    "Policy": "policies",
    "Waiver": "waivers",
}


@dataclass(frozen=True, slots=True)
class Reference:
    """A name in a spec that must be an object of some kind."""

    route: Route
    kind: str
    name: str


def resolve(
    parsed: Iterable[Parsed], declared: frozenset[tuple[str, str]] = frozenset(), members: Mapping[str, tuple[str, ...]] | None = None
) -> tuple[Project | None, list[Diagnostic]]:
    """Return the bound project (None without a sound Project document), and all problems of names.

    `declared` holds (kind, name) of objects that stand in a file, those too broken to parse among them.
    """
    tables: dict[str, dict[str, Bound[Any]]] = {table: {} for table in TABLES.values()}
    found: list[Diagnostic] = []
    settings: Bound[Any] | None = None
    for item in parsed:
        bound = bind(item.envelope, item.document)
        if bound.document.path == PROJECT_FILE:
            found += [_duplicate(bound, settings)] if settings else []
            settings = settings or bound
            continue
        table = tables[TABLES[bound.envelope.kind]]
        key = bound.ref.split("/", 1)[1]
        if key in table:
            found.append(_duplicate(bound, table[key]))
        else:
            table[key] = bound
    found += _check_references([b for table in tables.values() for b in table.values()], tables, declared)
    if settings is None:
        return None, found
    by_name: dict[str, Any] = {t: dict(sorted(objects.items())) for t, objects in tables.items()}
    project = Project(settings, members=members or {}, **by_name)
    return project, found + _one_kpi_set_each(project) + _one_name_each(project) + _cycles(project)


def missing_project(*, has_file: bool) -> list[Diagnostic]:
    """The diagnostic for a project without a sound `mlspec.yaml` document and without a problem that says so."""
    message = "mlspec.yaml holds no Project" if has_file else "mlspec.yaml is missing"
    return [Diagnostic("MLS0002", message, Span(PROJECT_FILE), "`mlspec init` in an empty folder shows what it holds")]


def bind(envelope: Any, document: Document) -> Bound[Any]:
    """An object with how the command line names it."""
    name = envelope.metadata.name
    if envelope.kind == "Deployment":
        name = f"{envelope.metadata.environment}/{name}"
    return Bound(f"{REF_PREFIX[envelope.kind]}/{name}", envelope, document)


def _duplicate(bound: Bound[Any], first: Bound[Any]) -> Diagnostic:
    return Diagnostic(
        "MLS0301",
        f"`{bound.ref}` is declared twice",
        bound.document.span(["metadata", "name"]),
        "rename or remove one of the two",
        related=(Related(first.document.span(["metadata", "name"]), "first declared here"),),
    )


def references(bound: Bound[Any]) -> Iterator[Reference]:
    """Every reference an object makes, with the route of the name."""
    spec = bound.envelope.spec
    match bound.envelope.kind:
        case "ValidationRules":
            yield Reference(("spec", "source"), "DataSource", spec.source)
            yield from _rule_references(bound)
        case "DataSource" if spec.python or spec.from_:
            yield from _input_references(("spec", "python" if spec.python else "from"), spec.python or spec.from_)
        case "LabelSet":
            yield Reference(("spec", "source"), "DataSource", spec.source)
        case "Model":
            yield from _model_references(spec)
        case "FeatureSet":
            yield from _set_references(bound)
        case "Step":
            yield from _step_references(bound)
        case "KPISet" | "Waiver":
            yield from _judged_references(bound)
        case "DeploymentTarget":
            yield from (Reference(("spec", spec.kind.name, *route), "DataSource", source) for route, source in spec.settings.reads())
        case "Deployment":
            yield Reference(("spec", "model"), "Model", spec.model)
            yield Reference(("spec", "target"), "DeploymentTarget", spec.target)


def _model_references(spec: Any) -> Iterator[Reference]:
    yield Reference(("spec", "data"), "DataSource|FeatureSet", spec.data)
    if spec.labels:
        yield Reference(("spec", "labels"), "LabelSet", spec.labels)
    if spec.trainer:
        yield from _input_references(("spec", "trainer"), spec.trainer)


def _rule_references(bound: Bound[Any]) -> Iterator[Reference]:
    for index, rule in enumerate(bound.envelope.spec.rules):
        if rule.references:
            yield Reference(("spec", "rules", index, "references", "source"), "DataSource", rule.references.source)
        if rule.drift and rule.drift.against not in ("previous", "first"):
            yield Reference(("spec", "rules", index, "drift", "against"), "DataSource", rule.drift.against)
        if rule.python:
            yield from _input_references(("spec", "rules", index, "python"), rule.python)


def _set_references(bound: Bound[Any]) -> Iterator[Reference]:
    for alias, given in bound.envelope.spec.inputs.items():
        for key, kind, name in (
            ("name", "DataSource|FeatureSet", given.name),
            ("source", "DataSource", given.source),
            ("features", "FeatureSet", given.features),
        ):
            if name is not None:
                yield Reference(input_place(bound, alias, key), kind, name)


def _judged_references(bound: Bound[Any]) -> Iterator[Reference]:
    spec = bound.envelope.spec
    yield Reference(("spec", "model"), "Model", spec.model)
    for index, kpi in enumerate(spec.kpis) if bound.envelope.kind == "KPISet" else ():
        if kpi.step:
            yield Reference(("spec", "kpis", index, "step"), "Step", kpi.step)


def _step_references(bound: Bound[Any]) -> Iterator[Reference]:
    for alias, given in (bound.envelope.spec.inputs or {}).items():
        for key, kind in (("source", "DataSource"), ("features", "FeatureSet"), ("model", "Model"), ("step", "Step")):
            if name := getattr(given, key):
                yield Reference(("spec", "inputs", alias, key), kind, name)


def input_place(bound: Bound[Any], alias: str, key: str) -> Route:
    """Where an input of a FeatureSet is named: a name alone, or behind its key."""
    value = bound.document.value["spec"]["inputs"].get(alias)
    return ("spec", "inputs", alias, key) if isinstance(value, dict) else ("spec", "inputs", alias)


def _input_references(route: Route, code: Any) -> Iterator[Reference]:
    for alias, given in (code.inputs or {}).items():
        if given.source:
            yield Reference((*route, "inputs", alias, "source"), "DataSource", given.source)
        if given.features:
            yield Reference((*route, "inputs", alias, "features"), "FeatureSet", given.features)


def reference_problems(project: Project, bounds: Iterable[Bound[Any]], declared: frozenset[tuple[str, str]]) -> list[Diagnostic]:
    """Names in `bounds` that neither `project` nor any file declares."""
    return _check_references(bounds, {table: getattr(project, table) for table in TABLES.values()}, declared)


def _check_references(
    bounds: Iterable[Bound[Any]], tables: Mapping[str, Mapping[str, Bound[Any]]], declared: frozenset[tuple[str, str]]
) -> list[Diagnostic]:
    return [
        Diagnostic(
            "MLS0302",
            f"`{bound.ref}` refers to {' or '.join(kinds)} `{reference.name}`, which no spec declares",
            bound.document.span(reference.route),
            did_you_mean(reference.name, names) or f"declare a {' or '.join(kinds)} of that name under specs/",
        )
        for bound in bounds
        for reference in references(bound)
        for kinds in [reference.kind.split("|")]
        for names in [[name for kind in kinds for name in tables[TABLES[kind]]]]
        if reference.name not in names and not declared & {(kind, name) for kind in (*kinds, "*") for name in (reference.name, "*")}
    ]


def _one_kpi_set_each(project: Project) -> list[Diagnostic]:
    first: dict[str, Bound[Any]] = {}
    found = []
    for kpis in project.kpi_sets.values():
        model = kpis.envelope.spec.model
        if model in first:
            other = Related(first[model].document.span(["spec", "model"]), "the first one")
            message = f"the model `{model}` has two KPISets"
            found.append(Diagnostic("MLS0303", message, kpis.document.span(["spec", "model"]), "merge the two", related=(other,)))
        first.setdefault(model, kpis)
    return found


def _one_name_each(project: Project) -> list[Diagnostic]:
    """A model's `data` is a name alone: a DataSource and a FeatureSet must not share one."""
    return [
        Diagnostic(
            "MLS0305",
            f"a DataSource and a FeatureSet are both called `{name}`",
            bound.document.span(["metadata", "name"]),
            "rename one of the two: a model's `data` is a name alone",
            related=(Related(project.sources[name].document.span(["metadata", "name"]), "the DataSource"),),
        )
        for name, bound in project.feature_sets.items()
        if name in project.sources
    ]


Edges = dict[str, list[tuple[str, Bound[Any], Route]]]
"""Of each source and feature set (`source/NAME`, `features/NAME`), those that it reads, with the place that says so."""


def data_edges(project: Project) -> Edges:
    """What the sources, with their rules, and the feature sets read of each other; all sources first."""
    tables: tuple[Mapping[str, Bound[Any]], ...] = (project.sources, project.feature_sets)
    data = [bound for table in tables for _, bound in sorted(table.items())]
    edges: Edges = {bound.ref: [] for bound in data}
    found = [(bound.ref, bound, reference) for bound in data for reference in references(bound)]
    rules: Iterable[Bound[Any]] = project.rules.values()
    found += [(f"source/{b.envelope.spec.source}", b, reference) for b in rules for reference in _rule_references(b)]
    for ref, bound, reference in found:
        kinds = [REF_PREFIX[kind] for kind in reference.kind.split("|")]
        read = next((other for kind in kinds if (other := f"{kind}/{reference.name}") in edges), None)
        if ref in edges and read is not None:
            edges[ref].append((read, bound, reference.route))
    return edges


def step_edges(project: Project) -> Edges:
    """For each Step (`step/NAME`), the Steps that it reads, with the place that says so."""
    edges: Edges = {bound.ref: [] for _, bound in sorted(project.steps.items())}
    for bound in project.steps.values():
        for reference in _step_references(bound):
            if reference.kind == "Step" and reference.name in project.steps:
                edges[bound.ref].append((f"step/{reference.name}", bound, reference.route))
    return edges


def _cycles(project: Project) -> list[Diagnostic]:
    """One diagnostic a circle of sources and feature sets, or of steps, that read each other."""
    return [*_circles(data_edges(project)), *_circles(step_edges(project))]


_ONES = {
    ("source",): ("sources read each other in a circle", "remove one of the inputs or rules"),
    ("features",): ("feature sets are made of each other in a circle", "remove one of the inputs"),
    ("step",): ("steps read each other in a circle", "remove one of the inputs"),
    ("features", "source"): ("sources and feature sets read each other in a circle", "remove one of the inputs or rules"),
}


def _circles(edges: Edges) -> list[Diagnostic]:
    found, done = [], set[str]()
    for start in sorted(edges):
        circle = _circle_from(start, edges)
        if circle and not done & set(circle):
            done |= set(circle)
            _, bound, route = next(e for e in edges[circle[0]] if e[0] == circle[1])
            kinds = tuple(sorted({ref.partition("/")[0] for ref in circle}))
            what, advice = _ONES[kinds]
            text = " -> ".join(circle if len(kinds) > 1 else [ref.partition("/")[2] for ref in circle])
            found.append(Diagnostic("MLS0304", f"{what}: {text}", bound.document.span(route), advice))
    return found


def _circle_from(start: str, edges: Edges) -> list[str] | None:
    """Return a path start -> … -> start, if there is one (breadth first: the shortest)."""
    paths, seen = [[start]], set[str]()
    while paths:
        path = paths.pop(0)
        for target, _, _ in edges[path[-1]]:
            if target == start:
                return [*path, start]
            if target not in seen:
                seen.add(target)
                paths.append([*path, target])
    return None
