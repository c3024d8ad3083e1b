"""Contracts written to do harm: each is refused at its place, no secret is shown, and nothing is fetched, opened or run."""

from __future__ import annotations

import builtins
import json
import socket
import unicodedata
from typing import Any, Never

import pytest
from support.contract_world import PATH, compiled, contract, told

from mlspec.compiler.load.contracts import read
from mlspec.diagnostics.render import render
from mlspec.language.yaml.limits import Limits

COLUMN = {"name": "count", "logicalType": "integer"}
TURN = unicodedata.lookup("RIGHT-TO-LEFT OVERRIDE")
UNSEEN = unicodedata.lookup("ZERO WIDTH SPACE")
SECRET = "hunter2-hunter2"
YAML = 'apiVersion: v3.1.0\nkind: DataContract\nid: a\nversion: "1"\nstatus: active\n'


def server(**more: Any) -> dict[str, Any]:
    return {"servers": [{"server": "prod", "type": "custom"} | more]}


def quality(item: dict[str, Any]) -> dict[str, Any]:
    return contract(COLUMN, quality=[item])


def query(text: str) -> dict[str, Any]:
    return quality({"type": "sql", "query": text, "mustBe": 0})


def custom(**implementation: Any) -> dict[str, Any]:
    return quality({"type": "custom", "engine": "mlspec", "implementation": implementation})


HOSTILE: dict[str, tuple[Any, str]] = {
    "SQL that writes a file": (query("COPY (SELECT 1) TO '/tmp/x.csv'"), "MLS0623"),
    "SQL that reads a file": (query("SELECT count(*) FROM read_csv('/etc/passwd')"), "MLS0623"),
    "SQL that reads a file by its name": (query("SELECT count(*) FROM '/etc/passwd'"), "MLS0623"),
    "SQL that drops the table": (query("SELECT 0; DROP TABLE data"), "MLS0623"),
    "SQL that attaches a database": (query("ATTACH 'other.db'"), "MLS0623"),
    "SQL that installs an extension": (query("INSTALL httpfs"), "MLS0623"),
    "SQL that asks for the environment": (query("SELECT getenv('SECRET') IS NULL"), "MLS0623"),
    "SQL that hides behind the table's name": (query("SELECT count(*) FROM sales, read_text('/etc/passwd')"), "MLS0623"),
    "SQL in a custom check": (custom(expression="(SELECT count(*) FROM read_text('/etc/passwd')) = 0"), "MLS0623"),
    "SQL out of a column's name": (
        contract({"name": 'a" OR true) --', "logicalType": "string", "logicalTypeOptions": {"maxLength": 3}}),
        "",
    ),
    "SQL out of a valid value": (
        contract(
            {
                "name": "a",
                "logicalType": "string",
                "quality": [{"metric": "invalidValues", "arguments": {"validValues": ["') OR 1=1 --"]}, "mustBeLessThan": 9}],
            }
        ),
        "",
    ),
    "code of the repository": (custom(python={"callable": "src.checks:run"}), "note"),
    "a password of a server": (contract(COLUMN, **server(password=SECRET)), "MLS0462"),
    "a token among custom properties": (contract(COLUMN, customProperties=[{"property": "apiToken", "value": SECRET}]), "MLS0462"),
    "a secret in an address": (contract(COLUMN, **server(location=f"postgres://u:{SECRET}@db.example/x")), "MLS0462"),
    "a secret that is asked for": (contract(COLUMN, **server(host="${DB_PASSWORD}.example")), "MLS0462"),
    "a path of a server that leads out": (
        contract(COLUMN, servers=[{"server": "a", "type": "local", "path": "../../etc", "format": "csv"}]),
        "MLS0462",
    ),
    "an absolute path": (contract(COLUMN, servers=[{"server": "a", "type": "local", "path": "/etc/passwd", "format": "csv"}]), "MLS0462"),
    "a relationship that leads out": (contract(COLUMN | {"relationships": [{"to": "../../x.yaml#/schema/a/properties/b"}]}), "MLS0462"),
    "a relationship to an address": (contract(COLUMN | {"relationships": [{"to": "https://example.org/x.yaml#/schema/a"}]}), "MLS0462"),
    "$ref": (contract(COLUMN | {"$ref": "https://example.org/x.json"}), "MLS0462"),
    "contractSource": (contract(COLUMN, contractSource="https://example.org/x.yaml"), "MLS0462"),
    "a link that runs": (contract(COLUMN, authoritativeDefinitions=[{"type": "doc", "url": "javascript:alert(1)"}]), "MLS0462"),
    "a link into the machine": (contract(COLUMN, authoritativeDefinitions=[{"type": "doc", "url": "file:///etc/passwd"}]), "MLS0462"),
    "a name that turns": (contract({"name": f"a{TURN}b", "logicalType": "string"}), "MLS0462"),
    "a name with what nobody sees": (contract({"name": f"a{UNSEEN}b", "logicalType": "string"}), "MLS0462"),
    "a description that turns": (contract(COLUMN | {"description": f"fine {TURN}"}), "MLS0462"),
    "a control character": (contract(COLUMN | {"description": "\x1b[2J"}), "MLS0462"),
    "a key that nobody sees": (contract(COLUMN | {f"x{UNSEEN}": 1}), "MLS0462"),
    "names that are one to a database": (contract(COLUMN, {"name": "COUNT", "logicalType": "integer"}), "MLS0462"),
    "names that are one to a reader": (
        contract({"name": "ﬁle", "logicalType": "string"}, {"name": "file", "logicalType": "string"}),
        "MLS0462",
    ),
    "no name": (contract({"name": " ", "logicalType": "string"}), "MLS0462"),
    "a name without end": (contract({"name": "x" * 300, "logicalType": "string"}), "MLS0462"),
    "a number beyond counting": (quality({"metric": "rowCount", "mustBeLessThan": 10**30}), "MLS0462"),
    "infinity": (YAML + "slaProperties: [{property: a, value: .inf}]\n", "MLS0143"),
    "a number of a thousand digits": (YAML + f"slaProperties: [{{property: a, value: {'9' * 1000}}}]\n", "MLS0143"),
    "a pattern without end": (contract(COLUMN | {"logicalType": "string", "logicalTypeOptions": {"pattern": "a" * 1001}}), "MLS0462"),
    "a pattern that looks back": (contract(COLUMN | {"logicalType": "string", "logicalTypeOptions": {"pattern": r"(a+)\1"}}), "MLS0112"),
    "a pattern that grows": (
        contract(COLUMN | {"logicalType": "string", "logicalTypeOptions": {"pattern": "((a{1000}){1000}){1000}"}}),
        "MLS0112",
    ),
    "an object of Python": (YAML + "name: !!python/object/apply:os.system [id]\n", "MLS0138"),
    "an alias in itself": (YAML + "tags: &a [*a]\n", "MLS0141"),
    "a merge key": (YAML + "<<: {name: a}\n", "MLS0139"),
    "a key twice": (YAML + "name: a\nname: b\n", "MLS0136"),
    "a mapping as key": (YAML + "? {a: b}\n: c\n", "MLS0137"),
    "bounds the wrong way round": (contract(COLUMN | {"logicalTypeOptions": {"minimum": 9, "maximum": 1}}), "MLS0112"),
}


@pytest.fixture(autouse=True)
def _nothing_is_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*given: Any, **_: Any) -> Never:
        raise AssertionError(given)

    monkeypatch.setattr(socket.socket, "connect", refuse)
    opened = builtins.open
    monkeypatch.setattr(builtins, "open", lambda path, *a, **k: refuse(path) if "passwd" in str(path) else opened(path, *a, **k))


@pytest.mark.parametrize("case", HOSTILE)
def test_hostile(case: str) -> None:
    text, code = HOSTILE[case]
    found = compiled(text)
    if code in ("", "note"):  # harmless: quoted, or not understood and told
        assert [(d.code, d.severity) for d in found.diagnostics] == ([("MLS0465", "note")] if code else [])
        return
    errors = [d for d in found.diagnostics if d.is_error]
    assert code in [d.code for d in errors], found.diagnostics
    assert {d.span.path for d in errors if d.span} == {PATH}
    assert found.project is None
    shown = "".join(
        render(found.diagnostics, style, sources={PATH: text if isinstance(text, str) else json.dumps(text)})
        for style in ("full", "concise", "github", "json")
    )
    assert SECRET not in shown
    assert TURN not in shown
    assert "\x1b[2J" not in shown


def test_at_least_twenty_are_refused() -> None:
    assert sum(code.startswith("MLS") for _, code in HOSTILE.values()) >= 20


@pytest.mark.parametrize(
    ("limits", "text", "code"),
    [
        (Limits(size=100), YAML + "name: " + "a" * 100, "MLS0130"),
        (Limits(depth=3), YAML + "description: {a: {b: {c: {d: e}}}}\n", "MLS0140"),
        (Limits(values=50), YAML + "a: &a [1, 2, 3]\nb: &b [*a, *a, *a]\nc: [*b, *b, *b]\n", "MLS0142"),
    ],
)
def test_limits(monkeypatch: pytest.MonkeyPatch, limits: Limits, text: str, code: str) -> None:
    monkeypatch.setattr(read, "LIMITS", limits)
    assert [c for c, path, _ in told(compiled(text)) if path == PATH] == [code]


def test_the_limits_of_contracts_are_below_those_of_specs() -> None:
    assert (read.LIMITS.size, read.LIMITS.depth, read.LIMITS.values) < (4_000_000, 64, 200_000)


@pytest.mark.parametrize("path", ["../secret.yaml", "/etc/passwd", "https://example.org/a.yaml", ".git/config", "a;b.yaml"])
def test_a_path_that_leaves_is_refused_by_the_spec(path: str) -> None:
    from support.contract_world import source

    found = compiled(contract(COLUMN), source(contract=path))
    assert [d.code for d in found.diagnostics if d.is_error] == ["MLS0109"] or not found.ok
    assert all(d.span and d.span.path == "specs/0.yaml" for d in found.diagnostics if d.is_error)


def test_variables_of_the_project_are_not_filled_into_a_contract() -> None:
    from support.contract_world import project_of

    text = contract(COLUMN | {"description": "costs ${var.price} and ${env}"})
    assert project_of(text).sources["sales"].envelope.spec.columns[0].description == "costs ${var.price} and ${env}"


def test_markup_in_a_description_is_text_wherever_it_is_shown() -> None:
    from support.contract_world import project_of

    from mlspec.compiler.explain import as_text
    from mlspec.reports.document import Document, Section, Table, columns
    from mlspec.reports.rendering import render as page
    from mlspec.reports.spans import Code

    evil = "<img src=x onerror=alert(1)> [a](javascript:b) | `c`"
    bound = project_of(contract(COLUMN | {"description": evil})).sources["sales"]
    described = bound.envelope.spec.columns[0].description or ""
    document = Document("sheet", "Columns", (Section("", (Table(columns("column"), ((Code(described),),)),)),))
    assert "<img" not in page(document, "html")
    assert "`` <img" in page(document, "markdown") or "`<img" in page(document, "markdown")
    assert "onerror" in as_text(bound), "in YAML it is a quoted text"
