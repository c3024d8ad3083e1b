"""kind: ModelSet: one template, many models: one for each entry of a list, a CSV file or a matrix."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Discriminator, Field, Tag, model_validator
from pydantic_core import PydanticCustomError

from mlspec.language.kinds.base import Envelope, Many, RepoPath, Share, SpecModel, one_of

Key = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]
Value = str | int | float | bool
Entry = Value | dict[Key, Value]


class CsvList(SpecModel):
    path: RepoPath = Field(description="A CSV file with a heading; each row is an entry, each heading a key.", examples=["stations.csv"])


class ForEach(SpecModel):
    """Where the entries come from; exactly one key. An entry's parts are used as `${each.KEY}`."""

    list: Many[Entry] | None = Field(None, description="The entries, here. A bare value is `${each.value}`.", examples=[["north", "south"]])
    csv: CsvList | None = Field(None, description="The rows of a CSV file.")
    matrix: dict[Key, Many[Value]] | None = Field(
        None, description="Every combination of the values.", examples=[{"region": ["north", "south"], "horizon": [1, 24]}]
    )

    @model_validator(mode="after")
    def _one(self) -> Self:
        one_of(self, "list", "csv", "matrix")
        return self


class Guard(SpecModel):
    """What an empty or broken list must not do. A list with no entry at all is always refused."""

    min: int = Field(1, ge=1, description="Fewer entries than this are refused.", examples=[900])
    max_removed: Share = Field(
        0.5, description="When more of the models that were applied last time are gone, apply refuses.", examples=["2%"]
    )


class TemplateMetadata(SpecModel):
    name: str = Field(description="The models' names; must hold an `${each.KEY}`.", examples=["demand-${each.station}"])
    owner: str | None = Field(None, description="A person or team, as CODEOWNERS writes it.")
    description: str | None = Field(None, description="One or two sentences for people.")
    labels: dict[str, str] = Field(default_factory=dict, description="Free key-value pairs for filtering.")


class TemplateDeployment(SpecModel):
    """Where each model of a set may stand. Which version does is said by its environment file, which the first promotion writes."""

    target: str = Field(description="The DeploymentTarget that serves it.", examples=["local-rest"])
    strategy: Any = Field("replace", description="As in a Deployment.")


KpisOrSpec = Annotated[
    Annotated[Many[Any], Tag("list")] | Annotated[dict[str, Any], Tag("spec")],
    Discriminator(lambda value: "spec" if isinstance(value, dict) else "list"),
]
"""The `kpis` of a KPISet, or its whole `spec` without `model`: then `confidence`, `leakage` and the like may stand beside them."""


def _no_model(value: Any) -> Any:
    """Each model of the set has a KPISet of its own, which judges that model."""
    if isinstance(value, dict) and "model" in value:
        context = {"at": ["model"], "help": "remove `model`"}
        raise PydanticCustomError("mls_template_kpis", "the KPIs of a template judge the models that it makes", context)
    return value


class Template(SpecModel):
    """A Model (with its KPIs and Deployments) with `${each.KEY}` in it. Checked as such once the values are in."""

    metadata: TemplateMetadata = Field(description="Names the models, and says whose they are.")
    spec: dict[str, Any] = Field(description="The `spec` of a Model.")
    kpis: Annotated[KpisOrSpec, BeforeValidator(_no_model)] | None = Field(
        None,
        description="The `kpis` of a KPISet for each model, or its `spec` without `model`: `{kpis: […], confidence: 90%}`.",
        examples=[["mae <= 30"], {"kpis": ["mae <= 30"], "bootstrap": {"block": 24}}],
    )
    deployments: dict[str, TemplateDeployment] = Field(
        default_factory=dict,
        description="A Deployment for each model, by environment; no file needs to be written for it.",
        examples=[{"staging": {"target": "local-rest"}}],
    )
    monitor: dict[str, Any] | None = Field(
        None, description="The `spec` of a Monitor for each model, of its Deployment in the last environment named here."
    )


class Override(SpecModel):
    """Differences for some entries; merged into the template's spec, later ones over earlier ones."""

    match: dict[Key, Many[Value]] = Field(min_length=1, description="Entries whose KEY is one of the values; all keys must match.")
    spec: dict[str, Any] = Field(description="What differs in the Model's spec; mappings are merged, anything else is replaced.")
    kpis: Annotated[KpisOrSpec, BeforeValidator(_no_model)] | None = Field(
        None, description="KPIs in place of the template's; what stands beside the template's KPIs is kept, or merged with a mapping."
    )


class ModelSetSpec(SpecModel):
    for_each: ForEach = Field(description="Where the entries come from.")
    guard: Guard = Guard()
    template: Template = Field(description="The model that is made for each entry.")
    overrides: Many[Override] = Field((), description="Differences for some entries.")

    @model_validator(mode="after")
    def _name_differs(self) -> Self:
        if "${each." not in self.template.metadata.name:
            context = {"at": ["template", "metadata", "name"], "help": "write, for instance, `demand-${each.value}`"}
            raise PydanticCustomError("mls_template_name", "every model of the set would have the same name", context)
        return self


class ModelSet(Envelope):
    """Many models of one template."""

    kind: Literal["ModelSet"]
    spec: ModelSetSpec
