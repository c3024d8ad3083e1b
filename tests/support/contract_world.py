"""A project of one source with a contract, in memory: what the compiler makes of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from mlspec.compiler.load.inputs import Inputs
from mlspec.compiler.pipeline import Compiled, compile_inputs
from mlspec.compiler.project.project import Project

PATH = "contracts/sales.odcs.yaml"
PROJECT = """\
apiVersion: mlspec/v1
kind: Project
metadata: {name: shop, owner: "@acme/shop"}
spec: {storage: {url: ../storage}, environments: [production], ci: {provider: none}}
"""
ENVELOPE = {"apiVersion": "v3.1.0", "kind": "DataContract", "id": "sales-contract", "version": "1.0.0", "status": "active"}


def _json(form: Any) -> str:
    """JSON that is YAML, too: pairs of surrogates are not."""
    return json.dumps(form, ensure_ascii=False)


def contract(*properties: dict[str, Any], quality: Any = None, **more: Any) -> dict[str, Any]:
    """A contract of one object `sales`; `more` stands at its top."""
    table = {"name": "sales", "properties": list(properties)} | ({"quality": quality} if quality is not None else {})
    return ENVELOPE | {"schema": [table]} | more


def source(name: str = "sales", **spec: Any) -> str:
    """A DataSource of a CSV file, as JSON, which is YAML."""
    form = {"apiVersion": "mlspec/v1", "kind": "DataSource", "metadata": {"name": name}}
    return _json(form | {"spec": {"file": {"path": f"data/{name}.csv"}} | spec})


def rules(source: str = "sales", **spec: Any) -> str:
    form = {"apiVersion": "mlspec/v1", "kind": "ValidationRules", "metadata": {"name": source}}
    return _json(form | {"spec": {"source": source} | spec})


def compiled(text: Any, *specs: str) -> Compiled:
    """`text`: the contract, as text or as plain data; None: no such file. Without specs, a source and its rules that name it."""
    given = specs or (source(contract=PATH), rules(contract=PATH))
    content = text if isinstance(text, bytes) else None if text is None else (text if isinstance(text, str) else _json(text)).encode()
    files = {"mlspec.yaml": PROJECT.encode()} | {f"specs/{n}.yaml": spec.encode() for n, spec in enumerate(given)}
    return compile_inputs(Path("/nowhere"), Inputs(files, read_list=lambda path: content if path == PATH else None))


def project_of(text: Any, *specs: str) -> Project:
    found = compiled(text, *specs)
    assert found.project is not None, str(found)
    return found.project


def rule_forms(text: Any, *specs: str, name: str = "sales") -> list[dict[str, Any]]:
    """The canonical rules of a source, whichever file says them."""
    return [rule.canonical() for bound in project_of(text, *specs).rules_of(name) for rule in bound.envelope.spec.rules]


def told(found: Compiled) -> list[tuple[str, str, int]]:
    """(code, file, line) of each finding."""
    return [(d.code, d.span.path if d.span else "", d.span.line if d.span else 0) for d in found.diagnostics]
