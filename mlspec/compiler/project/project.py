"""The project with its references bound. Data and queries only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Generic, TypeVar

from mlspec.compiler.project.names import Names
from mlspec.diagnostics.digest import canonical_digest
from mlspec.language.kinds.base import Envelope
from mlspec.language.kinds.data_source import DataSource
from mlspec.language.kinds.deployment import Deployment, DeploymentTarget
from mlspec.language.kinds.engine import Engine
from mlspec.language.kinds.feature_set import FeatureInput, FeatureSet
from mlspec.language.kinds.kpi_set import KPISet
from mlspec.language.kinds.label_set import LabelSet
from mlspec.language.kinds.model import Model
from mlspec.language.kinds.model_set import ModelSet
from mlspec.language.kinds.policy import Policy
from mlspec.language.kinds.project import Project as ProjectEnvelope
from mlspec.language.kinds.step import Step, StepInput
from mlspec.language.kinds.validation_rules import ValidationRules
from mlspec.language.kinds.waiver import Waiver
from mlspec.language.yaml.document import Document

E = TypeVar("E", bound=Envelope)


@dataclass(frozen=True, slots=True)
class Bound(Generic[E]):
    """A typed object, how the command line names it, and the document it came from (for spans)."""

    ref: str
    envelope: E
    document: Document

    @property
    def name(self) -> str:
        return self.envelope.metadata.name

    @property
    def path(self) -> str:
        return self.document.path

    def __repr__(self) -> str:
        return f"<{type(self.envelope).__name__} {self.ref}, {self.path}>"

    def canonical(self) -> dict[str, Any]:
        """The canonical form without what changes no result: metadata for people, the `engine` of pipelines, workers, a set's `online`."""
        form = self.envelope.canonical()
        for key in ("engine", "online"):
            form.get("spec", {}).pop(key, None)
        for key in ("workers", "cluster"):
            (form.get("spec", {}).get("tuning") or {}).pop(key, None)
        form["metadata"] = {k: v for k, v in form["metadata"].items() if k in ("name", "environment")}
        return form


@dataclass(frozen=True)
class Project:
    """Every object by name; deployments by `environment/name`. No slots: what is looked up often is indexed once, on first use."""

    settings: Bound[ProjectEnvelope]
    sources: Mapping[str, Bound[DataSource]] = field(default_factory=dict)
    rules: Mapping[str, Bound[ValidationRules]] = field(default_factory=dict)
    label_sets: Mapping[str, Bound[LabelSet]] = field(default_factory=dict)
    models: Mapping[str, Bound[Model]] = field(default_factory=dict)
    kpi_sets: Mapping[str, Bound[KPISet]] = field(default_factory=dict)
    targets: Mapping[str, Bound[DeploymentTarget]] = field(default_factory=dict)
    deployments: Mapping[str, Bound[Deployment]] = field(default_factory=dict)
    model_sets: Mapping[str, Bound[ModelSet]] = field(default_factory=dict)
    policies: Mapping[str, Bound[Policy]] = field(default_factory=dict)
    waivers: Mapping[str, Bound[Waiver]] = field(default_factory=dict)
    feature_sets: Mapping[str, Bound[FeatureSet]] = field(default_factory=dict)
    steps: Mapping[str, Bound[Step]] = field(default_factory=dict)
    members: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The models that each ModelSet made."""
    overlays: Mapping[str, Mapping[str, Bound[Any]]] = field(default_factory=dict)
    """Environment -> ref -> the object as it is there, where an overlay makes it differ."""
    hand_written: Mapping[str, bytes] = field(default_factory=dict)
    """CODEOWNERS and dependabot files that a person wrote: path -> bytes. mlspec writes its own only where there is none."""

    def __repr__(self) -> str:
        return f"<Project {self.settings.name}: {self.counted()}>"

    def by_ref(self) -> dict[str, Bound[Any]]:
        """Every object by how the command line names it: `model/demand`."""
        tables: tuple[Mapping[str, Bound[Any]], ...] = (
            self.sources,
            self.rules,
            self.feature_sets,
            self.label_sets,
            self.models,
            self.steps,
            self.kpi_sets,
            self.targets,
            self.deployments,
            self.model_sets,
            self.policies,
            self.waivers,
        )
        bounds: list[Bound[Any]] = [self.settings, *(b for table in tables for b in table.values())]
        return {b.ref: b for b in bounds}

    def kpis_of(self, model: str, environment: str | None = None) -> Bound[KPISet] | None:
        """The KPISet of a model (there is at most one: the compiler checks), as it is in an environment."""
        named = self._kpis_by_model.get(model)
        return self._there(named, environment) if named else None

    def target_of(self, deployment: Bound[Deployment]) -> Bound[DeploymentTarget]:
        """The DeploymentTarget of a deployment, as it is in its environment."""
        return self._there(self.targets[deployment.envelope.spec.target], deployment.envelope.metadata.environment)

    def target_forms(self) -> list[tuple[Bound[DeploymentTarget], list[Bound[Deployment]]]]:
        """Every DeploymentTarget with the Deployments that go by it; once more for each form that an overlay gives it where it is used."""
        own = {name: (target, list[Bound[Deployment]]()) for name, target in self.targets.items()}
        laid: dict[tuple[str, str], tuple[Bound[DeploymentTarget], list[Bound[Deployment]]]] = {}
        for deployment in self.deployments.values():
            name, environment = deployment.envelope.spec.target, deployment.envelope.metadata.environment
            if name in own:
                there = self.target_of(deployment)
                form = own[name] if there is own[name][0] else laid.setdefault((name, environment), (there, []))
                form[1].append(deployment)
        return [*own.values(), *laid.values()]

    def beside_specs(self) -> list[str]:
        """Files that say a part of what specs say, and are none: contracts, and the lists of ModelSets."""
        named = [b.envelope.spec.contract for table in (self.sources, self.rules) for b in table.values()]
        lists = [b.envelope.spec.for_each.csv for b in self.model_sets.values()]
        return sorted({part.path for part in (*named, *lists) if part is not None})

    def policies_of(self, environment: str) -> list[Bound[Policy]]:
        """The policies that hold in an environment, as they are there, by name."""
        there = (self._there(p, environment) for _, p in sorted(self.policies.items()))
        return [p for p in there if environment in p.envelope.spec.environments]

    def _there(self, bound: Bound[E], environment: str | None) -> Bound[E]:
        return self.overlays.get(environment, {}).get(bound.ref, bound) if environment else bound

    def in_environment(self, environment: str) -> Project:
        """The project with an environment's overlays in place of what they are laid over."""
        laid = self.overlays.get(environment, {}).values()
        tables: dict[str, dict[str, Bound[Any]]] = {}
        for kind, table in (("KPISet", "kpi_sets"), ("DeploymentTarget", "targets"), ("Policy", "policies")):
            tables[table] = {**getattr(self, table), **{b.name: b for b in laid if b.envelope.kind == kind}}
        return replace(self, **tables)  # type: ignore[arg-type]

    def counted(self) -> str:
        """`1 source, 3 models, …`: what the project declares."""
        tables = (
            ("source", self.sources),
            ("rule set", self.rules),
            ("feature set", self.feature_sets),
            ("label set", self.label_sets),
            ("model", self.models),
            ("step", self.steps),
            ("KPI set", self.kpi_sets),
            ("target", self.targets),
            ("deployment", self.deployments),
        )
        sizes = [(len(table), word) for word, table in tables]
        return ", ".join(f"{n} {word}{'' if n == 1 else 's'}" for n, word in sizes if n) or "no objects yet"

    @property
    def names(self) -> Names:
        """What the models and the sets of them are called."""
        return Names(tuple(self.models), {name: tuple(models) for name, models in self.members.items()})

    def chosen(self, refs: Iterable[str]) -> tuple[str, ...]:
        """The objects that were asked for: `modelset/x` stands for its models."""
        return self.names.chosen(refs)

    def engine_of(self, ref: str) -> Engine | None:
        """Where an object's pipeline runs: the model's own engine, else the Project's; None for this machine, and for every Step."""
        kind, _, name = ref.partition("/")
        if kind == "step":
            return None  # its programs need not be installed on a cluster
        own = self.models[name].envelope.spec.place if kind == "model" else None
        return own or self.settings.envelope.spec.engine

    def labels_of(self, model: str) -> Bound[LabelSet] | None:
        """The LabelSet that gives a model its target, where it has one that is declared."""
        name = self.models[model].envelope.spec.labels
        return self.label_sets.get(name) if name else None

    def rules_of(self, source: str) -> list[Bound[ValidationRules]]:
        return list(self._rules_by_source.get(source, ()))

    @cached_property
    def _kpis_by_model(self) -> dict[str, Bound[KPISet]]:
        """Where a broken project has two for one model, the one of the model's name counts, else the first."""
        found: dict[str, Bound[KPISet]] = {}
        for name, kpis in self.kpi_sets.items():
            model = kpis.envelope.spec.model
            if name == model or model not in found:
                found[model] = kpis
        return found

    @cached_property
    def _rules_by_source(self) -> dict[str, list[Bound[ValidationRules]]]:
        found: dict[str, list[Bound[ValidationRules]]] = {}
        for _, rules in sorted(self.rules.items()):
            found.setdefault(rules.envelope.spec.source, []).append(rules)
        return found

    def deployments_of(self, environment: str) -> list[Bound[Deployment]]:
        found = (d for _, d in sorted(self.deployments.items()))
        return [d for d in found if d.envelope.metadata.environment == environment]

    def data_of(self, name: str) -> Bound[Any] | None:
        """The DataSource or FeatureSet of a name (the compiler sees to it that there is one); None where there is neither."""
        return self.sources.get(name) or self.feature_sets.get(name)

    def made_of(self, data: Bound[Any]) -> list[str]:
        """The sources and feature sets that the rows of one are made of, as the command line names them."""
        spec = data.envelope.spec
        if data.envelope.kind == "FeatureSet":
            return [self.input_ref(given) for given in spec.inputs.values()]
        return self._read_by([spec.python, spec.from_])

    def input_ref(self, given: FeatureInput) -> str:
        """`source/NAME` or `features/NAME` of an input of a FeatureSet."""
        if given.name is not None:
            bound = self.data_of(given.name)
            return bound.ref if bound else f"source/{given.name}"
        return f"source/{given.source}" if given.source is not None else f"features/{given.features}"

    def step_ref(self, given: StepInput) -> str | None:
        """The object that an input of a Step is of: `model/NAME`; None for a file or folder."""
        kinds = {"source": given.source, "features": given.features, "model": given.model, "step": given.step}
        return next((f"{kind}/{name}" for kind, name in kinds.items() if name is not None), None)

    def kpi_numbers(self, model: str) -> list[tuple[str, str]]:
        """(Step, metric) that the KPIs of a model name, in any environment."""
        found = [self.kpis_of(model), *(self.kpis_of(model, name) for name in self.overlays)]
        return sorted({(kpi.step, kpi.metric) for kpis in found if kpis for kpi in kpis.envelope.spec.kpis if kpi.step})

    def kpi_steps(self, model: str) -> list[str]:
        """The Steps that they name."""
        return sorted({step for step, _ in self.kpi_numbers(model)})

    def closure(self, model: str) -> list[Bound[Any]]:
        """The objects that decide what `model` is: itself, its data, that one's rules, its labels, its KPIs and the Steps that these name;
        then what these read.
        """
        bound = self.models[model]
        data = self._data(bound.envelope.spec.data)
        kpis, labels = self.kpis_of(model), self.labels_of(model)
        own: list[Bound[Any]] = [bound, data, *self._rules_for(data), *([labels] if labels else []), *([kpis] if kpis else [])]
        own += [self.steps[name] for name in self.kpi_steps(model)]
        for other in self._read_along(bound, data):
            own += [other, *self._rules_for(other)]
        return own

    def _data(self, name: str) -> Bound[Any]:
        return self.sources[name] if name in self.sources else self.feature_sets[name]

    def _rules_for(self, data: Bound[Any]) -> list[Bound[ValidationRules]]:
        return self.rules_of(data.name) if data.envelope.kind == "DataSource" else []

    def _read_along(self, model: Bound[Any], data: Bound[Any]) -> list[Bound[Any]]:
        """What the model's trainer, its data, and what these read in turn read, beside its data: by kind and name."""
        known: dict[str, Bound[Any]] = {data.ref: data}
        waiting = [*self._read_by([model.envelope.spec.trainer]), *self._reads(data)]
        while waiting:
            kind, _, name = waiting.pop().partition("/")
            bound: Bound[Any] = self.sources[name] if kind == "source" else self.feature_sets[name]
            if bound.ref not in known:
                known[bound.ref] = bound
                waiting += self._reads(bound)
        return [bound for ref, bound in sorted(known.items(), key=lambda item: (item[1].envelope.kind, item[0])) if ref != data.ref]

    def _reads(self, data: Bound[Any]) -> list[str]:
        rules = [rule.python for bound in self._rules_for(data) for rule in bound.envelope.spec.rules]
        return [*self.made_of(data), *self._read_by(rules)]

    @staticmethod
    def _read_by(readers: Iterable[Any]) -> list[str]:
        return [given.rows for reader in readers if reader for given in (reader.inputs or {}).values() if given.rows]

    def spec_digest(self, model: str) -> str:
        """sha256 of the canonical JSON of the closure, as `sha256:<hex>`."""
        forms = [b.canonical() for b in self.closure(model)]
        return canonical_digest(forms)
