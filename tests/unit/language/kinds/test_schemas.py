"""The JSON Schemas explain every key, and accept what the loader accepts."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from pydantic import ValidationError
from support.projects import SPECS

from mlspec.language.kinds.catalog import KINDS
from mlspec.language.kinds.schemas import schema_of, schemas
from mlspec.language.yaml.load import load_documents

ROOT = Path(__file__).resolve().parents[4]
BLOCK = re.compile(r"^```yaml\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def properties(form: Any, at: str) -> Iterator[tuple[str, Any]]:
    """Every property at every depth, with the way to it; what only tells kinds apart (`if`) is none."""
    if isinstance(form, list):
        for index, item in enumerate(form):
            yield from properties(item, f"{at}/{index}")
    elif isinstance(form, dict):
        for key, value in form.items():
            if key == "properties":
                yield from ((f"{at}/{name}", child) for name, child in value.items())
                for name, child in value.items():
                    yield from properties(child, f"{at}/{name}")
            elif key not in ("if", "default", "examples"):
                yield from properties(value, f"{at}/{key}")


@pytest.mark.parametrize("name", sorted(schemas()))
def test_every_property_is_described(name: str) -> None:
    form = json.loads(schemas()[name])
    jsonschema.Draft202012Validator.check_schema(form)
    missing = [at for at, child in properties(form, name) if not str(child.get("description", "")).strip()]
    assert not missing


@pytest.mark.parametrize("name", sorted(schemas()))
def test_no_default_is_null_and_no_pydantic_keyword_is_left(name: str) -> None:
    for at, child in properties(json.loads(schemas()[name]), name):
        assert child.get("default", "x") is not None, at
        assert not {"ge", "le", "gt", "lt", "title"} & set(child), at


def documents() -> Iterator[tuple[str, Any]]:
    pages = {p: p.read_text(encoding="utf-8") for p in (ROOT / "docs/reference/language.md", *sorted((ROOT / "docs/guides").glob("*.md")))}
    blocks = [(f"{p.name}:{text.count(chr(10), 0, b.start()) + 1}", b[1]) for p, text in pages.items() for b in BLOCK.finditer(text)]
    files = [(p.name, p.read_text(encoding="utf-8")) for p in sorted((ROOT / "example-project").rglob("*.yaml"))]
    for place, body in [*blocks, *files, *SPECS.items()]:
        if "/overlays/" in body:  # a patch is no whole object
            continue
        for document in load_documents(place, body)[0]:
            value = document.value
            if isinstance(value, dict) and value.get("kind") in KINDS and value.get("apiVersion") == "mlspec/v1":
                yield place, value


@pytest.mark.parametrize(("place", "document"), [pytest.param(*d, id=d[0]) for d in documents()])
def test_samples_are_valid(place: str, document: Any) -> None:
    jsonschema.Draft202012Validator(schema_of(document["kind"])).validate(document)


def kpis(*items: Any, **spec: Any) -> dict[str, Any]:
    return {"apiVersion": "mlspec/v1", "kind": "KPISet", "metadata": {"name": "a"}, "spec": {"model": "m", "kpis": list(items), **spec}}


@pytest.mark.parametrize(
    ("document", "good"),
    [
        (kpis("mae <= 50"), True),
        (kpis("mae < 50"), False),
        (kpis({"metric": "mae", "max": "20ms"}), True),
        (kpis({"metric": "mae", "max": "20 parsecs"}), False),
        (kpis("mae <= 50", confidence="95%"), True),
        (kpis("mae <= 50", confidence=0.3), False),
        (kpis("mae <= 50", bootstrap={"resamples": 10}), False),
        (kpis("mae <= 50", bootstrap={"resamples": "many"}), False),
        (kpis("mae <= 50", unknown=1), False),
    ],
)
def test_schema_and_loader_agree(document: Any, good: bool) -> None:
    assert jsonschema.Draft202012Validator(schema_of("KPISet")).is_valid(document) is good
    try:
        KINDS["KPISet"].model_validate(document)
    except ValidationError:
        assert not good
    else:
        assert good


def test_a_variable_may_stand_for_a_number() -> None:
    document = kpis("mae <= ${var.limit}", bootstrap={"resamples": "${var.resamples}"}, confidence="${var.level}")
    jsonschema.Draft202012Validator(schema_of("KPISet")).validate(document)


@pytest.mark.parametrize(
    ("location", "good"),
    [
        ({"from": {"inputs": {"trips": {"source": "trips"}}, "sql": "q.sql"}}, True),
        ({"from": {"inputs": ["data/a.csv", "data/b.csv"], "python": {"callable": "src.join:rides"}}}, True),
        ({"from": {"inputs": "data/a.csv", "sql": "q.sql"}}, False),
        ({"python": {"callable": "src.join:rides", "inputs": ["data/a.csv"]}}, True),
        ({"file": {"path": "data/**/*.csv", "member": "*.csv"}, "format": "xlsx", "read": {"sheet": "a", "headerRow": 3}}, True),
    ],
)
def test_an_editor_takes_what_the_loader_takes(location: Any, good: bool) -> None:
    document = {"apiVersion": "mlspec/v1", "kind": "DataSource", "metadata": {"name": "rides"}, "spec": location}
    assert jsonschema.Draft202012Validator(schema_of("DataSource")).is_valid(document) is good
    try:
        KINDS["DataSource"].model_validate(document)
        loads = True
    except ValidationError:
        loads = False
    assert loads is good
