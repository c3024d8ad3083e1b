"""What rules ask of a project, found once: who refers to whom, and which columns a model sees."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any, NamedTuple

from mlspec.compiler.lint.finding import Route
from mlspec.compiler.project.project import Bound, Project

KINDS = ("include", "numeric", "categorical", "text")


class Feature(NamedTuple):
    """A column that a model sees. `chosen`: the spec names it; else it came with the source's other columns."""

    name: str
    route: Route
    chosen: bool


class View:
    """A sound project with indexes. `texts`: the spec files by path, as bytes."""

    def __init__(self, project: Project, texts: Mapping[str, bytes]) -> None:
        self.project, self.texts = project, texts
        self._features: dict[str, tuple[Feature, ...]] = {}

    @property
    def settings(self) -> Bound[Any]:
        return self.project.settings

    @cached_property
    def models(self) -> tuple[Bound[Any], ...]:
        return tuple(self.project.models.values())

    @cached_property
    def sources(self) -> tuple[Bound[Any], ...]:
        return tuple(self.project.sources.values())

    @cached_property
    def deployments(self) -> tuple[Bound[Any], ...]:
        return tuple(self.project.deployments.values())

    @cached_property
    def judged(self) -> tuple[tuple[Bound[Any], Bound[Any]], ...]:
        """(KPISet, its model)."""
        pairs = ((k, self.project.models.get(k.envelope.spec.model)) for k in self.project.kpi_sets.values())
        return tuple((kpis, model) for kpis, model in pairs if model is not None)

    @cached_property
    def kpis(self) -> dict[str, Bound[Any]]:
        """Model -> KPISet."""
        return {k.envelope.spec.model: k for k in self.project.kpi_sets.values()}

    @cached_property
    def rules(self) -> dict[str, list[Bound[Any]]]:
        """Source -> its ValidationRules."""
        found: dict[str, list[Bound[Any]]] = {}
        for bound in self.project.rules.values():
            found.setdefault(bound.envelope.spec.source, []).append(bound)
        return found

    def each_rule(self, source: str) -> Iterator[tuple[Bound[Any], int, Any]]:
        """(ValidationRules, index, rule) of every rule of a source."""
        for bound in self.rules.get(source, ()):
            for index, rule in enumerate(bound.envelope.spec.rules):
                yield bound, index, rule

    @cached_property
    def trained_on(self) -> dict[str, list[Bound[Any]]]:
        """Source -> the models that learn from it."""
        found: dict[str, list[Bound[Any]]] = {}
        for model in self.models:
            found.setdefault(model.envelope.spec.data, []).append(model)
        return found

    @cached_property
    def scored(self) -> frozenset[str]:
        """The sources whose rows a target scores, in any environment."""
        forms = (target.envelope.spec.settings for target, _ in self.project.target_forms())
        return frozenset(source for settings in forms for _, source in settings.reads())

    def target_of(self, deployment: Bound[Any]) -> Bound[Any] | None:
        """The target of a Deployment, as it is in its environment; None where there is none of that name."""
        return self.project.target_of(deployment) if deployment.envelope.spec.target in self.project.targets else None

    @property
    def environments(self) -> tuple[str, ...]:
        environments: tuple[str, ...] = self.settings.envelope.spec.environments
        return environments

    @cached_property
    def places(self) -> dict[str, dict[str, Bound[Any]]]:
        """Model -> environment -> a Deployment of it there."""
        found: dict[str, dict[str, Bound[Any]]] = {}
        for bound in self.deployments:
            found.setdefault(bound.envelope.spec.model, {}).setdefault(bound.envelope.metadata.environment, bound)
        return found

    def in_production(self, model: str) -> bool:
        """Whether a Deployment puts the model into the last environment."""
        return self.environments[-1] in self.places.get(model, {})

    def source_of(self, model: Bound[Any]) -> Any | None:
        """The spec of the source that a model learns from; None when it learns from something else."""
        bound = self.project.sources.get(model.envelope.spec.data)
        return bound.envelope.spec if bound else None

    def features(self, model: Bound[Any]) -> tuple[Feature, ...]:
        """The columns that the model sees, as far as the specs say: as the train stage chooses them."""
        if model.ref not in self._features:
            data = self.project.data_of(model.envelope.spec.data)
            self._features[model.ref] = tuple(_features(model.envelope.spec, data.envelope.spec if data else None))
        return self._features[model.ref]


def _features(spec: Any, source: Any | None) -> Iterator[Feature]:
    chosen = {name: ("spec", "features", key, i) for key in reversed(KINDS) for i, name in enumerate(getattr(spec.features, key) or ())}
    if spec.features.include is not None:
        for index, name in enumerate(spec.features.include):
            yield Feature(name, ("spec", "features", "include", index), chosen=True)
        return
    if source is None:
        return
    never = {spec.target, source.time_column, *source.key, *spec.features.exclude}
    place = ("spec", "features") if "features" in spec.model_fields_set else ("spec", "data")
    for column in source.columns:
        if column.name not in never and column.type not in ("date", "timestamp"):
            yield Feature(column.name, chosen.get(column.name, place), column.name in chosen)
