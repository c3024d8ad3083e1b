"""The digest of an object is of what it means: not of how it is written, nor of what only people read; all else changes it."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.projects import SPECS, compile_texts

from mlspec.compiler.project.project import Project
from mlspec.language.yaml.load import load_documents
from mlspec.language.yaml.write import dump
from mlspec.pipelines.generate.render import render
from mlspec.registry.digests import object_digest

QUICK = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])

VALUES: dict[str, Any] = {path: load_documents(path, text)[0][0].value for path, text in SPECS.items()}

LONG_FORMS: list[tuple[str, tuple[str | int, ...], Any]] = [
    ("specs/demand.yaml", ("spec", "split", "test"), 0.25),
    ("specs/demand.yaml", ("spec", "split", "test"), "0.25"),
    ("specs/demand-kpis.yaml", ("spec", "kpis", 0), {"metric": "mae", "max": 50}),
    ("specs/demand-kpis.yaml", ("spec", "kpis", 1, "improveBy"), 0.1),
    ("specs/demand-kpis.yaml", ("spec", "kpis", 2, "notWorseBy"), 0),
    ("specs/demand-kpis.yaml", ("spec", "confidence"), "95%"),
    ("specs/demand-kpis.yaml", ("spec", "confidence"), 0.95),
    ("specs/demand.yaml", ("spec", "features"), {}),
    ("specs/sales.yaml", ("spec", "extraColumns"), "refuse"),
    ("specs/sales.yaml", ("spec", "file", "path"), "./data//sales.csv"),
    ("environments/staging/demand.yaml", ("spec", "strategy"), "replace"),
    ("specs/sales-rules.yaml", ("spec", "onFailure"), "fail"),
]
"""The same thing said in another way: a unit, a long form, a default written out."""

WEIGHTY: list[tuple[str, tuple[str | int, ...], Any]] = [
    ("specs/demand.yaml", ("spec", "target"), "price"),
    ("specs/demand.yaml", ("spec", "split", "test"), "26%"),
    ("specs/demand.yaml", ("spec", "estimator", "params", "alpha"), 1.5),
    ("specs/demand.yaml", ("spec", "estimator", "params", "tol"), 1e-4),
    ("specs/demand.yaml", ("spec", "estimator", "params", "alpha"), "1.0"),
    ("specs/demand.yaml", ("spec", "estimator", "class"), "sklearn.linear_model.Lasso"),
    ("specs/demand.yaml", ("spec", "features"), {"exclude": ["price"]}),
    ("specs/demand.yaml", ("spec", "seed"), 8),
    ("specs/demand.yaml", ("spec", "where"), "price > 0"),
    ("specs/demand.yaml", ("spec", "baseline"), "median"),
    ("specs/sales.yaml", ("spec", "columns", 2, "type"), "integer"),
    ("specs/sales.yaml", ("spec", "file", "path"), "data/other.csv"),
    ("specs/sales.yaml", ("spec", "key"), ["shop", "day"]),
    ("specs/sales-rules.yaml", ("spec", "rules", 0, "rowCount", "min"), 21),
    ("specs/demand-kpis.yaml", ("spec", "kpis", 0), "mae <= 49"),
    ("specs/demand-kpis.yaml", ("spec", "confidence"), "90%"),
]
LISTS_IN_ORDER = ("specs/sales.yaml", "specs/sales-rules.yaml", "specs/demand-kpis.yaml")


def project_of(specs: dict[str, str]) -> Project:
    compiled = compile_texts(specs)
    assert compiled.project is not None, compiled.diagnostics
    return compiled.project


def digests(specs: dict[str, str]) -> dict[str, str]:
    """Of every object, and of the closure of every model."""
    project = project_of(specs)
    return {ref: object_digest(bound) for ref, bound in project.by_ref().items()} | {m: project.spec_digest(m) for m in project.models}


def generated(specs: dict[str, str]) -> dict[str, str]:
    """Every generated file, by path."""
    compiled = compile_texts(specs)
    assert compiled.project is not None
    assert compiled.graph is not None
    return dict(render(compiled.project, compiled.graph))


def stages(specs: dict[str, str]) -> list[tuple[Any, ...]]:
    """What DVC judges a stage by: command, dependencies, outputs, parameters."""
    graph = compile_texts(specs).graph
    assert graph is not None
    return [(p.ref, s.name, s.command, s.deps, s.outs, json.dumps(s.params, sort_keys=True)) for p in graph.pipelines for s in p.stages]


def with_value(path: str, route: tuple[str | int, ...], value: Any) -> dict[str, str]:
    """The project with one value set."""
    tree = copy.deepcopy(VALUES[path])
    part = tree
    for step in route[:-1]:
        part = part[step]
    part[route[-1]] = value
    return SPECS | {path: dump(tree)}


BEFORE = digests(SPECS)


@st.composite
def respelt(draw: st.DrawFn, value: Any) -> str:
    """The same value in another writing: order of keys, flow or block style, quotes, width, indentation, comments, blank lines."""
    text = yaml.safe_dump(
        draw(shuffled(value)),
        sort_keys=False,
        default_flow_style=draw(st.sampled_from([True, False, None])),
        default_style=draw(st.sampled_from([None, None, '"'])) if not _numbers(value) else None,
        width=draw(st.sampled_from([20, 80, 10_000])),
        indent=draw(st.integers(2, 6)),
        explicit_start=draw(st.booleans()),
    )
    lines = []
    for line in text.splitlines():
        if line.startswith(("apiVersion", "kind", "metadata", "spec")) and draw(st.booleans()):
            lines += draw(st.sampled_from([["# why"], [""], ["# mlspec: nothing", "", "#"]]))
        lines.append(line)
    return "\n".join([*lines, draw(st.sampled_from(["", "# end", "\n"]))]) + "\n"


@st.composite
def shuffled(draw: st.DrawFn, value: Any) -> Any:
    if isinstance(value, dict):
        return {key: draw(shuffled(value[key])) for key in draw(st.permutations(list(value)))}
    return [draw(shuffled(item)) for item in value] if isinstance(value, list) else value


def _numbers(value: Any) -> bool:
    """Whether quoting everything would turn a number into text."""
    if isinstance(value, dict):
        return any(map(_numbers, value.values()))
    return any(map(_numbers, value)) if isinstance(value, list) else not isinstance(value, str)


@QUICK
@given(st.data())
def test_no_writing_of_the_same_values_changes_a_digest(data: st.DataObject) -> None:
    specs = {path: data.draw(respelt(value), label=path) for path, value in VALUES.items()}
    assert digests(specs) == BEFORE


@pytest.mark.parametrize(("path", "route", "value"), LONG_FORMS, ids=str)
def test_shorthand_and_long_form_have_one_digest(path: str, route: tuple[str | int, ...], value: Any) -> None:
    specs = with_value(path, route, value)
    assert digests(specs) == BEFORE
    assert stages(specs) == stages(SPECS)


TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40)


@QUICK
@given(st.sampled_from([p for p in SPECS if p != "mlspec.yaml"]), TEXT, TEXT, st.dictionaries(TEXT, TEXT, max_size=3))
def test_what_only_people_read_changes_no_digest_and_no_stage(path: str, description: str, owner: str, labels: dict[str, str]) -> None:
    metadata = VALUES[path]["metadata"] | {"description": description, "owner": owner, "labels": labels}
    specs = with_value(path, ("metadata",), metadata)
    assert digests(specs) == BEFORE
    assert stages(specs) == stages(SPECS)
    before, after = generated(SPECS), generated(specs)
    assert {p: t for p, t in after.items() if p.endswith("params.yaml")} == {p: t for p, t in before.items() if p.endswith("params.yaml")}


@pytest.mark.parametrize(("path", "route", "value"), WEIGHTY, ids=str)
def test_what_matters_changes_the_digests_of_the_object_and_of_its_model(path: str, route: tuple[str | int, ...], value: Any) -> None:
    after = digests(with_value(path, route, value))
    changed = {ref for ref in BEFORE if BEFORE[ref] != after[ref]}
    own = next(ref for ref, bound in project_of(SPECS).by_ref().items() if bound.path == path)
    assert changed == {own, "demand"}


@QUICK
@given(st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(10**15), 10**15) | st.booleans() | TEXT)
def test_any_other_parameter_is_another_digest(value: Any) -> None:
    after = digests(with_value("specs/demand.yaml", ("spec", "estimator", "params", "alpha"), value))
    assert (after["model/demand"] == BEFORE["model/demand"]) == (type(value) is float and value == 1.0)
