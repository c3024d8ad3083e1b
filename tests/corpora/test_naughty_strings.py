"""The Big List of Naughty Strings in every place of a spec that takes text: compiled or refused in words; what is generated says the same."""

from __future__ import annotations

import csv
import io
import json
import time
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from support.projects import SPECS

from mlspec.compiler.lint import Wish
from mlspec.compiler.load.inputs import Inputs
from mlspec.compiler.pipeline import Compiled, compile_inputs
from mlspec.diagnostics.render import STYLES, render
from mlspec.language.yaml.load import load_documents
from mlspec.language.yaml.pause import without_collector
from mlspec.language.yaml.write import dump
from mlspec.pipelines.generate.render import render as generate

STRINGS: list[str] = json.loads((Path(__file__).parent / "naughty-strings/blns.json").read_text(encoding="utf-8"))
TREES: dict[str, Any] = {path: load_documents(path, text)[0][0].value for path, text in SPECS.items()}
SECONDS = 1.0

TAKES_ANY: dict[str, tuple[str, tuple[str | int, ...]]] = {
    "description": ("specs/demand.yaml", ("metadata", "description")),
    "owner": ("specs/sales.yaml", ("metadata", "owner")),
    "label": ("specs/demand-kpis.yaml", ("metadata", "labels")),
    "parameter": ("specs/demand.yaml", ("spec", "estimator", "params", "alpha")),
    "column": ("specs/sales.yaml", ("spec", "columns", 2, "name")),
    "allowed value": ("specs/sales-rules.yaml", ("spec", "rules", 1)),
}
"""Places where most of the strings are sound values."""
REFUSES_MOST: dict[str, tuple[str, tuple[str | int, ...]]] = {
    "name": ("specs/demand.yaml", ("metadata", "name")),
    "reference": ("specs/demand.yaml", ("spec", "data")),
    "path": ("specs/sales.yaml", ("spec", "file", "path")),
    "class": ("specs/demand.yaml", ("spec", "estimator", "class")),
    "where": ("specs/demand.yaml", ("spec", "where")),
    "matches": ("specs/sales-rules.yaml", ("spec", "rules", 1)),
    "kpi": ("specs/demand-kpis.yaml", ("spec", "kpis", 0)),
    "share": ("specs/demand.yaml", ("spec", "split", "test")),
    "environment": ("environments/staging/demand.yaml", ("metadata", "environment")),
    "kind": ("specs/demand.yaml", ("kind",)),
    "version": ("specs/demand.yaml", ("apiVersion",)),
}
SHAPED = {
    "label": lambda text: {text or "a": text},
    "allowed value": lambda text: {"column": "shop", "in": [text]},
    "matches": lambda text: {"column": "shop", "matches": text},
}


def placed(place: str, text: str) -> dict[str, str]:
    """The test project with the string at the place."""
    path, route = (TAKES_ANY | REFUSES_MOST)[place]
    tree = json.loads(json.dumps(TREES[path]))
    part = tree
    for step in route[:-1]:
        part = part[step]
    part[route[-1]] = SHAPED.get(place, lambda value: value)(text)
    return SPECS | {path: dump(tree)}


def compiled(specs: Mapping[str, str], lists: Mapping[str, bytes] | None = None, seconds: float = SECONDS) -> Compiled:
    """Compile and lint in time; print what is told in every style."""
    inputs = Inputs({k: v.encode() for k, v in specs.items()}, {}, frozenset({"requirements.lock"}), (lists or {}).get)
    with without_collector():  # it would look at all that other tests left
        began = time.process_time()
        result = compile_inputs(Path("/nowhere"), inputs, wish=Wish(("all",)))
        assert time.process_time() - began < seconds
    assert (result.project is None) == any(d.severity == "error" for d in result.diagnostics)
    for style in STYLES:
        printed = render(list(result.diagnostics), style, sources=specs)
        assert all(c == "\n" or c.isprintable() for c in printed)
    return result


def check_generated(result: Compiled) -> dict[str, str]:
    """No path leaves the repository; YAML 1.1 and 1.2 read the same; the parameters are those of the graph."""
    if result.project is None or result.graph is None:
        return {}
    files = dict(generate(result.project, result.graph))
    for name, text in files.items():
        assert all(part not in ("", ".", "..") for part in name.split("/")), name
        if name.endswith((".yaml", ".yml")):
            check_yaml(text)
    for pipeline in result.graph.pipelines:
        written = load_documents("", files[f"{pipeline.folder}/params.yaml"])[0][0].value
        assert written == {stage.name: _plain(stage.params) for stage in pipeline.stages if stage.params}
    return files


@cache
def check_yaml(text: str) -> None:
    """Both readers agree; most generated files are the same for most strings."""
    documents, found = load_documents("", text)
    assert not found, (text, found)
    assert documents[0].value == _plain(yaml.load(text, Loader=yaml.CSafeLoader))


def _plain(value: Any) -> Any:
    """Tuples as lists; the key `on` of a workflow is `true` to YAML 1.1."""
    if isinstance(value, Mapping):
        return {"on" if key is True else key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list | tuple) else value


PLACES = [*TAKES_ANY, *REFUSES_MOST]


def test_every_string_at_some_place() -> None:
    for number, text in enumerate(STRINGS):
        check_generated(compiled(placed(PLACES[number % len(PLACES)], text)))


@pytest.mark.slow
@pytest.mark.parametrize("place", PLACES)
def test_every_string_at_every_place(place: str) -> None:
    sound = 0
    for text in STRINGS:
        result = compiled(placed(place, text))
        check_generated(result)
        sound += result.project is not None
    assert sound > len(STRINGS) / 2 or place not in TAKES_ANY


SLOW = [pytest.param(place, marks=pytest.mark.slow) for place in ("description", "owner", "label", "allowed value")]


@pytest.mark.parametrize("place", ["parameter", *SLOW])
def test_a_string_is_taken_as_it_is(place: str) -> None:
    path, route = TAKES_ANY[place]
    for text in STRINGS:
        project = compiled(placed(place, text)).project
        if "${" in text:
            continue
        assert project is not None, text
        part: Any = next(b for b in project.by_ref().values() if b.path == path).envelope.canonical()
        for step in route:
            part = part[step]
        want = SHAPED.get(place, lambda value: value)(text)
        assert (part if place != "allowed value" else {k: part[k] for k in want}) == want


MODEL_SET = """\
apiVersion: mlspec/v1
kind: ModelSet
metadata: {name: many}
spec:
  forEach: {csv: {path: list.csv}}
  guard: {min: 1, maxRemoved: 2%}
  template:
    metadata: {name: "m-${each.number}"}
    spec:
      task: regression
      data: sales
      where: "shop = '${each.text}'"
      target: count
      split: {strategy: time, test: 25%}
      estimator: {class: sklearn.linear_model.Ridge, params: {note: "<${each.text}>"}}
"""


def listed(rows: list[str]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerows([["number", "text"], *([n, text] for n, text in enumerate(rows))])
    return out.getvalue().encode()


def is_taken(text: str) -> bool:
    """A list holds printable text, and starts no variable."""
    return "${" not in text and text.isprintable()


def test_every_string_in_the_list_of_a_model_set() -> None:
    taken = [text for text in STRINGS if is_taken(text)]
    result = compiled(SPECS | {"specs/many.yaml": MODEL_SET}, {"list.csv": listed(taken)}, seconds=30)
    check_generated(result)
    assert len(taken) > len(STRINGS) * 0.8
    assert result.project is not None
    for number, text in enumerate(taken):
        spec = result.project.models[f"m-{number}"].envelope.spec
        assert spec.where == "shop = '" + text.replace("'", "''") + "'"
        assert spec.estimator is not None
        assert spec.estimator.params["note"] == f"<{text}>"


def test_what_a_list_does_not_take_is_refused_in_words() -> None:
    for text in STRINGS:
        if not is_taken(text):
            result = compiled(SPECS | {"specs/many.yaml": MODEL_SET}, {"list.csv": listed([text])})
            assert {d.code for d in result.diagnostics if d.severity == "error"} == {"MLS0435"}, text
