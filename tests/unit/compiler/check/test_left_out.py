"""What can't be checked without a library is counted in one note, and what needs none is checked all the same."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from support.projects import PROJECT, SPECS

from mlspec.compiler.load.class_source import constructor_of
from mlspec.compiler.load.inputs import Inputs
from mlspec.compiler.pipeline import Compiled, compile_inputs
from mlspec.diagnostics import extras, unchecked

Without = Callable[..., None]
MODEL, RULES = "specs/demand.yaml", "specs/sales-rules.yaml"


@pytest.fixture
def without(monkeypatch: pytest.MonkeyPatch) -> Without:
    """Hide libraries, as the base has them not."""

    def hide(*modules: str) -> None:
        monkeypatch.setattr(extras, "has", lambda module: module not in modules)

    return hide


def compiled(specs: dict[str, str], files: dict[str, bytes] | None = None, root: Path = Path("/nowhere")) -> Compiled:
    inputs = Inputs({path: text.encode() for path, text in specs.items()}, present=frozenset({"requirements.lock"}))
    known = partial(constructor_of, root)
    return compile_inputs(root, replace(inputs, constructor_of=known, read_list=(files or {}).get))


def rule(text: str) -> dict[str, str]:
    return SPECS | {RULES: SPECS[RULES].rstrip("\n") + f"\n    - {text}\n"}


@pytest.mark.parametrize(
    ("text", "code", "counted"),
    [
        ("{expression: 'price >'}", "MLS0623", "1 text of SQL (duckdb not installed)"),
        ("{column: shop, matches: '(?<=a)b'}", "MLS0112", "1 regular expression (duckdb not installed)"),
        ("{column: shop, matches: '(unclosed'}", "MLS0112", "1 regular expression (duckdb not installed)"),
    ],
)
def test_sql_and_expressions(text: str, code: str, counted: str, without: Without) -> None:
    whole = compiled(rule(text))
    assert [d.code for d in whole.diagnostics] == [code]
    without("duckdb")
    base = compiled(rule(text))
    assert base.project is not None
    [note] = base.diagnostics
    assert (note.code, note.severity) == ("MLS0009", "note") and counted in note.message and "[local]" in (note.help or "")
    assert unchecked.in_any(base.diagnostics) and not unchecked.in_any(whole.diagnostics)
    assert [d.severity for d in unchecked.judged(base.diagnostics, strict=True)] == ["error"]
    assert unchecked.judged(base.diagnostics, strict=False) == list(base.diagnostics)


def test_an_expression_that_python_and_re2_read_alike_is_checked_without_duckdb(without: Without) -> None:
    without("duckdb")
    assert compiled(rule("{column: shop, matches: '[a-z]+'}")).diagnostics == ()


def test_one_note_of_all_and_none_where_nothing_is_left_out(without: Without) -> None:
    key = {"keys/release.pub": b"-----BEGIN PUBLIC KEY-----\nbm9uZQ==\n-----END PUBLIC KEY-----\n"}
    trusting = PROJECT.replace("  seed: 7", "  seed: 7\n  signing: {trusted: {keys: [keys/release.pub]}}")
    specs = rule("{expression: price > 0}") | {"mlspec.yaml": trusting}
    assert [d.code for d in compiled(specs, key).diagnostics] == ["MLS0771"]
    without(*extras.LOCAL)
    [note] = compiled(specs, key).diagnostics
    assert note.message == "not checked here: 1 text of SQL, 1 public key (duckdb, cryptography not installed)"
    private = {"keys/release.pub": b"-----BEGIN EC PRIVATE KEY-----\n"}
    assert {d.code for d in compiled(specs, private).diagnostics} == {"MLS0009", "MLS0779"}
    assert compiled(SPECS).diagnostics == ()


def test_classes_of_libraries_that_are_not_there(without: Without, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Counted where this is the base; with the extra, a library of the user's that is not here is still a warning of its own."""
    other = SPECS[MODEL].replace("sklearn.linear_model.Ridge", "lightbooster.Trees")
    whole = compiled(SPECS | {MODEL: other}, root=tmp_path)
    assert [(d.code, d.severity) for d in whole.diagnostics] == [("MLS0650", "warning")] and unchecked.in_any(whole.diagnostics)
    without("duckdb")
    [note] = compiled(SPECS | {MODEL: other}, root=tmp_path).diagnostics
    assert note.code == "MLS0009" and "1 estimator class (lightbooster not installed)" in note.message


def test_a_misspelt_library_of_the_extra_is_told_though_it_is_not_there(
    without: Without, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from mlspec.compiler.load import class_source
    from mlspec.compiler.load.module_files import find_module

    without(*extras.LOCAL)
    real = find_module
    monkeypatch.setattr(class_source, "find_module", lambda root, name: "sklearn" if name.startswith("sklearn") else real(root, name))
    monkeypatch.setattr(class_source, "modules_in", lambda root, package: [] if package else ["click"])
    wrong = SPECS[MODEL].replace("sklearn.linear_model.Ridge", "sklaern.linear_model.Ridge")
    [found] = compiled(SPECS | {MODEL: wrong}, root=tmp_path).diagnostics
    assert (found.code, found.severity) == ("MLS0650", "error") and "sklearn.linear_model.Ridge" in (found.help or "")
    [note] = compiled(SPECS, root=tmp_path).diagnostics
    assert note.code == "MLS0009" and "scikit-learn not installed" in note.message


def test_a_query_that_nobody_can_parse_here_is_counted(without: Without) -> None:
    location = "sql: {connection: SALES_DB, query: queries/sales.sql}"
    specs = SPECS | {"specs/sales.yaml": SPECS["specs/sales.yaml"].replace("file: {path: data/sales.csv}", location)}
    files = {"queries/sales.sql": b"DELETE FROM sales"}
    assert [d.code for d in compiled(specs, files).diagnostics] == ["MLS0673"]
    without("sqlglot")
    (note,) = compiled(specs, files).diagnostics
    assert (note.code, note.message) == ("MLS0009", "not checked here: 1 query (sqlglot not installed)")
    assert "mlspec-gitops[sql]" in (note.help or "")
    assert [d.code for d in compiled(specs).diagnostics if d.is_error] == ["MLS0423"]
