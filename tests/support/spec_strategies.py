"""Hypothesis strategies of sound mlspec/v1 documents, made of the pydantic models: their fields, words, bounds and examples."""

from __future__ import annotations

import functools
import types
import typing
from typing import Annotated, Any

from hypothesis import strategies as st
from pydantic import ValidationError
from pydantic.fields import FieldInfo

from mlspec.language.kinds.base import SpecModel
from mlspec.language.kinds.catalog import KINDS
from mlspec.language.kinds.data_source import CleanStep, DataSourceSpec
from mlspec.language.kinds.deployment import DeploymentSpec, DeploymentTargetSpec
from mlspec.language.kinds.engine import Engine
from mlspec.language.kinds.kpi_set import Kpi, KPISetSpec
from mlspec.language.kinds.model import Card, Features, ModelSpec, Split, Trainer
from mlspec.language.kinds.model_set import ForEach
from mlspec.language.kinds.policy import Require
from mlspec.language.kinds.project import ContinuousIntegration, ProjectSpec
from mlspec.language.kinds.storage import Storage
from mlspec.language.kinds.validation_rules import Rule, ValidationRulesSpec
from mlspec.language.kinds.versions.v1alpha1 import NEW_KINDS
from mlspec.metrics.tasks import TASKS

MAYBE = st.booleans()
RARELY = st.integers(0, 7)
RUNNING = sorted(set(KINDS) - set(NEW_KINDS))
NAMES = st.sampled_from(["demand", "sales", "a-1", "x"])
TEXTS = st.sampled_from(["hour", "wea ther", "NO", "3.10", "", "ä#1", "a: b", "${var.x}", "<<", "count"])
SHARES = st.sampled_from([0.2, "20%", "2.5%", 0])
SHORT = st.builds("{}{}{}{}".format, st.sampled_from(["mae", "r2"]), st.sampled_from([" <= ", ">=", " >= ", "<="]), st.sampled_from([50, "20ms", 0.8]), st.just(""))  # fmt: skip

EXCLUSIVE: dict[type, tuple[str, ...]] = {
    CleanStep: ("rename", "replace", "cast", "fillMissing", "dropDuplicates", "filter", "derive", "drop"),
    DataSourceSpec: ("file", "http", "python"),
    DeploymentTargetSpec: ("rest", "batch"),
    Engine: ("dask", "ray", "local"),
    ForEach: ("list", "csv", "matrix"),
    ModelSpec: ("estimator", "trainer"),
}
"""Of these keys a document has exactly one."""
ABSENT: dict[type, tuple[str, ...]] = {
    CleanStep: ("pseudonymise",),
    DataSourceSpec: ("sql", "object", "from", "refresh", "contract", "datasheet"),
    DeploymentTargetSpec: ("kserve", "mlflow", "image", "bundle"),
    DeploymentSpec: ("version", "digest", "claim", "previous"),
    ModelSpec: ("labels", "command", "tuning"),
    Card: tuple(info.alias or name for name, info in Card.model_fields.items() if name not in ("intended_use", "limitations")),
    KPISetSpec: ("testUses",),
    Trainer: ("inputs", "params", "secrets"),
    ValidationRulesSpec: ("contract",),
    ProjectSpec: ("lint", "teams"),
    ContinuousIntegration: ("retrain",),
    Require: ("approvals", "signed", "pseudonymised"),
}
"""Keys that v1alpha1 does not have (or that come together); `anything` has some of them."""
SAMPLES: dict[str, list[Any]] = {"environments": [["staging"], ["a", "b"]], "resamples": [300], "host": ["127.0.0.1"], "sha256": ["0" * 64], "retries": [2], "contract": ["a.yaml"], "branch": ["main", "release/1"], "runsOn": ["gpu", ["self-hosted", "gpu"]], "keys": [["keys/release.pub"]]}  # fmt: skip
"""For keys whose models say less than what is allowed."""
DIGEST = "sha256:" + "0" * 64


def _field_models(annotation: Any) -> list[Any]:
    origin = typing.get_origin(annotation)
    if origin is Annotated:
        return _field_models(typing.get_args(annotation)[0])
    if origin in (typing.Union, types.UnionType):
        return [m for a in typing.get_args(annotation) for m in _field_models(a)]
    return [annotation]


def _value(annotation: Any, info: FieldInfo | None, new: bool) -> st.SearchStrategy[Any]:
    kinds = [a for a in _field_models(annotation) if a is not type(None)]
    models = [k for k in kinds if isinstance(k, type) and issubclass(k, SpecModel)]
    if models:
        found = [model(m, new) for m in models]
        return st.one_of(*found, *(_value(k, info, new) for k in kinds if k not in models))
    lists = [k for k in kinds if typing.get_origin(k) is tuple]
    inner = [m for k in lists for a in typing.get_args(k) for m in _field_models(a)]
    if any(isinstance(m, type) and issubclass(m, SpecModel) for m in inner):
        made = st.one_of(*(model(m, new) for m in inner if isinstance(m, type) and issubclass(m, SpecModel)))
        made = st.one_of(SHORT, made) if Kpi in inner else made
        return st.lists(made, min_size=1, max_size=4)
    extra = info.json_schema_extra if info is not None else None
    if isinstance(extra, dict) and "x-mlspec-reference" in extra and not lists:
        return NAMES
    if info is not None and info.examples:
        return st.sampled_from(info.examples)
    literals = [v for k in [*kinds, *inner] if typing.get_origin(k) is typing.Literal for v in typing.get_args(k)]
    if literals:
        return st.lists(st.sampled_from(literals), max_size=2, unique=True) if lists else st.sampled_from(literals)
    return _plain(kinds, lists)


def _plain(kinds: list[Any], lists: list[Any]) -> st.SearchStrategy[Any]:
    if lists:
        return st.lists(TEXTS, max_size=3, unique=True)
    if any(typing.get_origin(k) is dict for k in kinds):
        return st.dictionaries(TEXTS, TEXTS, max_size=2)
    if bool in kinds and str not in kinds:
        return st.booleans()
    if int in kinds and str not in kinds:
        return st.integers(1, 60)
    return SHARES if float in kinds and str not in kinds else st.one_of(TEXTS, NAMES)


@functools.cache
def _field(cls: type[SpecModel], name: str, new: bool) -> st.SearchStrategy[Any]:
    """What a key may hold: made once, since Hypothesis looks a new strategy through before it draws from it."""
    info = cls.model_fields[name]
    key = info.alias or name
    return st.sampled_from(SAMPLES[key]) if key in SAMPLES else _value(info.annotation, info, new)


@st.composite
def _model(draw: st.DrawFn, cls: type[SpecModel], new: bool) -> dict[str, Any]:
    chosen = draw(_chosen(cls)) if cls in EXCLUSIVE else None
    value: dict[str, Any] = {}
    for name, info in cls.model_fields.items():
        key = info.alias or name
        if key in EXCLUSIVE.get(cls, ()) and key != chosen:
            continue
        if key in ABSENT.get(cls, ()) and not (new and draw(RARELY) == 0):
            continue
        if key == chosen or info.is_required() or draw(MAYBE):
            value[key] = draw(_field(cls, name, new))
    return _of_its_task(value) if cls is ModelSpec else value


@functools.cache
def _chosen(cls: type[SpecModel]) -> st.SearchStrategy[str]:
    return st.sampled_from(EXCLUSIVE[cls])


def _of_its_task(spec: dict[str, Any]) -> dict[str, Any]:
    """A model's keys that go together, with its task and with each other: what one needs is there, and what the model refuses is left out."""
    task = TASKS[spec["task"]]
    if task.is_quantiles and "quantiles" not in spec:
        spec["quantiles"] = [0.1, 0.9]
    if task.is_score:
        spec["query"] = "search"
    if task.is_ahead:
        spec["split"] = {"strategy": "rolling", "horizon": "24h", "folds": 6}
    elif isinstance(spec.get("threshold"), dict):
        spec["threshold"] = {"value": 0.3}
    while (place := _refused(spec)) and (found := _holder(spec, place)):
        del found[0][found[1]]
    return spec


def _refused(spec: dict[str, Any]) -> list[Any]:
    """Where the model first finds fault."""
    try:
        ModelSpec.model_validate(spec)
    except ValidationError as failed:
        error = failed.errors()[0]
        return [*error["loc"], *error.get("ctx", {}).get("at", ())]
    return []


def _holder(value: Any, place: list[Any]) -> tuple[dict[str, Any], str] | None:
    """The mapping nearest to a place, and its key on the way there."""
    found = None
    for key in place:
        if not isinstance(value, dict) or key not in value:
            break
        found, value = (value, key), value[key]
    return found


@functools.cache
def model(cls: type[SpecModel], new: bool = False) -> st.SearchStrategy[dict[str, Any]]:
    """Documents' parts that the model accepts. `new`: with what only v1 has."""
    if cls is Storage:
        return storages(new)
    made = {Kpi: kpis, Rule: rules, Split: splits, Features: features}.get(cls)
    return made() if made is not None else _model(cls, new)


def kpis() -> st.SearchStrategy[dict[str, Any]]:
    metric = st.sampled_from(["mae", "r2"])
    bound = st.sampled_from([{"max": 50}, {"min": "20%"}, {"equals": True}, {"max": "50MB", "bound": "point"}, {"max": 5, "slice": {"by": "a"}}, {"min": 5, "slice": {"by": "NO", "minRows": 3}}])  # fmt: skip
    versus = st.sampled_from([{"versus": "baseline", "improveBy": "20%"}, {"versus": "champion", "notWorseBy": 0}])
    between = st.just({"by": "season", "maxDifference": 3.5})
    return st.builds(lambda m, c: {"metric": m, **c}, metric, st.one_of(bound, versus, between))


def features() -> st.SearchStrategy[dict[str, Any]]:
    kinds = st.fixed_dictionaries({}, optional={"numeric": st.just(["n"]), "categorical": st.just(["c"]), "text": st.just(["t"])})
    chosen = st.sampled_from([{}, {"include": ["n", "c", "t"]}, {"exclude": ["NO", "x"]}, {"exclude": []}])
    return st.builds(lambda a, b: a | b, kinds, chosen)


def storages(new: bool) -> st.SearchStrategy[dict[str, Any]]:
    """Of every scheme; `new`: with keys of that scheme, of which v1alpha1 has none."""
    role = {"role": "arn:aws:iam::123456789012:role/ci"}
    uuid = "11111111-2222-3333-4444-555555555555"
    pool = {"provider": "projects/1/locations/global/workloadIdentityPools/pool/providers/github"}
    keys: dict[str, dict[str, list[Any]]] = {
        "../store": {},
        "ssh://host/ml": {},
        "s3://acme-ml/x": {"endpoint": ["https://minio.example.org:9000"], "region": ["eu-west-1"], "oidc": [role, role | {"region": "eu-west-1"}]},
        "gs://acme-ml/x": {"oidc": [pool, pool | {"serviceAccount": "ci@acme.iam.gserviceaccount.com"}]},
        "azure://acme-ml/x": {"account": ["acmeml"]},
    }  # fmt: skip
    signed_in = {"url": "azure://acme-ml/x", "account": "acmeml", "oidc": {"clientId": uuid, "tenantId": uuid}}
    made = (
        st.fixed_dictionaries({"url": st.just(u)}, optional={k: st.sampled_from(v) for k, v in of.items() if new}) for u, of in keys.items()
    )
    return st.one_of(*made, *([st.just(signed_in)] if new else []))


def splits() -> st.SearchStrategy[dict[str, Any]]:
    return st.sampled_from([{}, {"strategy": "time", "test": "25%", "gap": "24h"}, {"strategy": "time", "testFrom": "2012-08-01"}, {"test": 0.3},
                            {"strategy": "group", "group": "customer"},
                            {"strategy": "group", "group": "customer", "testGroups": ["a", 7, True]}, {"strategy": "predefined", "column": "part"}, {"strategy": "stratified"}])  # fmt: skip


def rules() -> st.SearchStrategy[dict[str, Any]]:
    table = st.sampled_from([{"rowCount": {"min": 8}}, {"rowCountChange": {"maxDecrease": "20%"}}, {"unique": ["a", "b"]}, {"expression": "a > b"},
                             {"references": {"column": "s", "source": "x", "key": "id"}}, {"fresh": {"column": "t", "within": "48h"}},
                             {"classBalance": {"column": "c", "min": "5%"}}, {"drift": {"columns": ["t"], "max": 0.25, "against": "first"}},
                             {"sql": {"query": "select 1", "max": 0}}, {"python": {"callable": "src.a:b"}}])  # fmt: skip
    column = st.fixed_dictionaries({"column": TEXTS.filter(bool)}, optional={
        "notNull": st.booleans(), "between": st.sampled_from([[0, 23], [1.5, "x"][:1] * 2]), "in": st.sampled_from([["a", 1], [True]]), "maxMissing": SHARES,
        "matches": st.just("^a$"), "mean": st.sampled_from([{"between": [1, 2]}, {"max": 4}]), "quantile": st.just({"q": 0.5, "min": 1})})  # fmt: skip
    beside = st.fixed_dictionaries(
        {}, optional={"name": st.sampled_from(["r-1", "r2"]), "onFailure": st.sampled_from(["fail", "warn", "quarantine"])}
    )
    return st.builds(lambda a, b: {**a, **b}, beside, st.one_of(table, column.filter(lambda r: len(r) > 1)))


def _model_set_spec(spec: dict[str, Any], inner: dict[str, Any], items: list[Any], patch: dict[str, Any]) -> dict[str, Any]:
    template = {"metadata": {"name": "m-${each.value}", "owner": "@a"}, "spec": inner, "kpis": items}
    return {**spec, "template": template, "overrides": [{"match": {"value": ["a", 1]}, "spec": patch, "kpis": items}]}


def _tidy(kind: str, document: dict[str, Any]) -> dict[str, Any]:
    """What models do not say of themselves: names in lists are unique, metadata of a ModelSet's template has a key in it."""
    spec = document["spec"]
    for key in ("columns", "rules"):
        if isinstance(spec.get(key), list):
            spec[key] = list({str(v.get("name", n)): v for n, v in enumerate(spec[key])}.values())
    if kind == "Deployment" and spec.get("version") is not None:
        spec |= {"digest": DIGEST, "claim": DIGEST}
    return document


@st.composite
def documents(draw: st.DrawFn, kind: str, new: bool = False) -> dict[str, Any]:
    """A sound v1 document of a kind. `new`: it may hold what v1alpha1 has no words for."""
    cls: Any = KINDS[kind]
    metadata = {"name": draw(NAMES)} | draw(
        st.sampled_from([{}, {"owner": "@acme/x", "labels": {"a": "b"}}, {"description": "d", "owner": "NO"}])
    )
    if kind == "Deployment":
        metadata["environment"] = draw(NAMES)
    if kind == "ModelSet":
        spec = draw(_model(cls.model_fields["spec"].annotation, new))
        items = draw(st.lists(st.one_of(SHORT, kpis()), min_size=1, max_size=3))
        patch: dict[str, Any] = draw(
            st.sampled_from(
                [{"estimator": {"params": {"alpha": 4}}}, {"seed": 3, "features": {"exclude": ["a"]}}, {"split": {"gap": "1h"}}]
            )
        )
        spec = _model_set_spec(spec, draw(_model(ModelSpec, new)), items, patch)
    else:
        spec = draw(_model(cls.model_fields["spec"].annotation, new))
    return _tidy(kind, {"apiVersion": "mlspec/v1", "kind": kind, "metadata": metadata, "spec": spec})


def is_sound(document: dict[str, Any]) -> bool:
    try:
        KINDS[document["kind"]].model_validate(document)
        if document["kind"] == "ModelSet":  # its template is free until the values are in
            ModelSpec.model_validate(document["spec"]["template"]["spec"])
    except ValidationError:
        return False
    return True
