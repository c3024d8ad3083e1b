"""Conversion between versions: there and back is the same object, nothing is lost on the way, and any document is converted or told about."""

from __future__ import annotations

import copy
import hashlib
import json
from typing import Any

import pytest
import yaml
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from support.spec_strategies import RUNNING, documents, is_sound

from mlspec.compiler.migrate import migrate_text
from mlspec.language.format.same import comments_of
from mlspec.language.kinds.catalog import KINDS
from mlspec.language.kinds.kpi_set import Kpi, expand_kpi
from mlspec.language.kinds.model import ModelSpec
from mlspec.language.kinds.versions.part import Part, Route, walk
from mlspec.language.kinds.versions.registry import convert, versions
from mlspec.language.yaml.load import load_documents

OLD, NEW = "mlspec/v1alpha1", "mlspec/v1"
QUIET = settings(max_examples=30)
KINDS_OF_BOTH = pytest.mark.parametrize("kind", RUNNING)


def canonical(document: dict[str, Any]) -> dict[str, Any]:
    """The canonical form; of a ModelSet, with its template as the models it makes have it (the set itself takes any mapping)."""
    form = KINDS[document["kind"]].model_validate(document).canonical()
    if document["kind"] == "ModelSet":
        spec = form["spec"]
        spec["template"]["spec"] = ModelSpec.model_validate(spec["template"]["spec"]).canonical()
        for part in (spec["template"], *spec["overrides"]):
            part["kpis"] = [Kpi.model_validate(expand_kpi(k)).canonical() for k in part["kpis"]]
    return form


def digest(document: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(canonical(document), sort_keys=True).encode()).hexdigest()


def down(document: dict[str, Any]) -> dict[str, Any]:
    """The document in v1alpha1; a refused one is not what is asked for here."""
    converted = convert(document, OLD)
    for misfit in converted.misfits:
        assert "can't be said in mlspec/v1alpha1" in misfit.message
        assert misfit.help
    assume(not converted.misfits)
    return converted.value


def up(document: dict[str, Any]) -> dict[str, Any]:
    converted = convert(document, NEW)
    assert not converted.misfits, (document, converted.misfits)
    return converted.value


@KINDS_OF_BOTH
@QUIET
@given(st.data())
def test_v1_down_and_up_is_the_same_object(kind: str, data: st.DataObject) -> None:
    document = data.draw(documents(kind))
    assume(is_sound(document))
    before = copy.deepcopy(document)
    old = down(document)
    assert document == before
    assert old["apiVersion"] == OLD
    again = up(old)
    assert canonical(again) == canonical(document)
    assert digest(again) == digest(document)


@KINDS_OF_BOTH
@QUIET
@given(st.data())
def test_v1alpha1_up_and_down_is_the_same_document(kind: str, data: st.DataObject) -> None:
    document = data.draw(documents(kind))
    assume(is_sound(document))
    old = down(document)
    assert down(up(old)) == old


@KINDS_OF_BOTH
@QUIET
@given(st.data())
def test_what_only_v1_can_say_is_refused_and_never_dropped(kind: str, data: st.DataObject) -> None:
    document = data.draw(documents(kind, new=True))
    converted = convert(document, OLD)
    if not converted.misfits:
        assert_all_is_there(document, converted.part)


@KINDS_OF_BOTH
@QUIET
@given(st.data())
def test_the_order_of_the_keys_of_a_spec_changes_nothing(kind: str, data: st.DataObject) -> None:
    document = data.draw(documents(kind))
    assume(is_sound(document))
    old = down(document)
    spec = data.draw(st.permutations(list(old["spec"].items())))
    assert digest(up({**old, "spec": dict(spec)})) == digest(document)


LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(0, 9),
    st.sampled_from(["x", "<= 5", "cast", "rest", "between", "all", "${var.a}", "error", "csv"]),
)
WORDS = st.sampled_from(
    [
        "kpis",
        "mae",
        "metric",
        "source",
        "path",
        "url",
        "type",
        "data",
        "columns",
        "name",
        "schema",
        "steps",
        "do",
        "checks",
        "of",
        "column",
        "min",
        "max",
        "estimator",
        "params",
        "class",
        "features",
        "drop",
        "exclude",
        "split",
        "kind",
        "compare",
        "with",
        "versus",
        "fairness",
        "by",
        "slice",
        "sliceBy",
        "resamples",
        "bootstrap",
        "storage",
        "variables",
        "runner",
        "ci",
        "generate",
        "from",
        "values",
        "forEach",
        "template",
        "metadata",
        "team",
        "owner",
        "severity",
        "onFailure",
        "rules",
        "rest",
        "batch",
        "trainFunction",
        "trainer",
        "callable",
        "baseline",
        "impute",
        "numeric",
        "preprocess",
        "require",
        "gates",
        "environment",
        "spec",
        "x",
    ]
)
JUNK = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=5), max_leaves=25)


@settings(QUIET, max_examples=300)
@given(
    st.sampled_from([*KINDS, "Nothing"]), st.dictionaries(WORDS, JUNK, max_size=6) | JUNK, JUNK, st.sampled_from([(OLD, NEW), (NEW, OLD)])
)
def test_any_document_is_converted_whole_or_told_about(kind: str, spec: Any, metadata: Any, way: tuple[str, str]) -> None:
    document = {"apiVersion": way[0], "kind": kind, "metadata": metadata, "spec": spec}
    before = copy.deepcopy(document)
    converted = convert(document, way[1])
    assert document == before
    routes = set(_leaves(document)) | {()}
    for at in [m.at for m in converted.misfits] + list(converted.places().values()):
        assert any(r[: len(at.route)] == at.route for r in routes), at
    if not converted.misfits:
        assert_all_is_there(document, converted.part)


def _leaves(value: Any, route: Route = ()) -> list[Route]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else []
    return [leaf for key, item in items for leaf in _leaves(item, (*route, key))] or [route]


def assert_all_is_there(document: Any, part: Part) -> None:
    """Every scalar of the document is where the converted one says that it got something from, as a value or as the name of one."""
    used = {at.route for _, p in walk(part) for at in (p.at, p.key_at)}
    for route in _leaves(document):
        value = document
        for step in route:
            value = value[step]
        assert route in used or value in ({}, []) or value is True, (route, value)


@KINDS_OF_BOTH
@settings(QUIET, max_examples=20)
@given(st.data())
def test_migrated_files_say_the_same_keep_every_comment_and_need_no_second_time(kind: str, data: st.DataObject) -> None:
    document = data.draw(documents(kind))
    assume(is_sound(document))
    old = down(document)
    text = _with_comments(
        yaml.safe_dump(old, sort_keys=False, allow_unicode=True, width=10_000, default_flow_style=data.draw(st.sampled_from([False, None])))
    )
    migrated = migrate_text("a.yaml", text.encode(), NEW)
    assert migrated.text is not None, (text, migrated.diagnostics)
    assert not migrated.lost
    assert comments_of(migrated.text) == comments_of(text)
    loaded, found = load_documents("a.yaml", migrated.text)
    assert not found
    assert digest(loaded[0].value) == digest(document)
    assert migrate_text("a.yaml", migrated.text.encode(), NEW).text is None


def _with_comments(text: str) -> str:
    lines = []
    for number, line in enumerate(text.splitlines()):
        indent = line[: len(line) - len(line.lstrip(" "))]
        lines += [f"{indent}# above {number}", f"{line}  # beside {number}"]
    return "\n".join([*lines, "# end", ""])


def test_every_running_kind_has_a_conversion() -> None:
    from mlspec.language.kinds.versions import v1alpha1

    assert sorted(v1alpha1.STEPS) == RUNNING
    assert versions() == (OLD, NEW)
