"""A project on which every lint rule is silent, ways to spoil it, and what the rules then say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from support.projects import SPECS

from mlspec.compiler.lint import Wish
from mlspec.compiler.load.inputs import Inputs
from mlspec.compiler.pipeline import compile_inputs
from mlspec.diagnostics import Diagnostic, sort_key

PROJECT, SOURCE, RULES, MODEL, KPIS, TARGET = (
    "mlspec.yaml", "specs/sales.yaml", "specs/sales-rules.yaml", "specs/demand.yaml", "specs/demand-kpis.yaml", "specs/local-rest.yaml",
)  # fmt: skip
STAGING, PRODUCTION = "environments/staging/demand.yaml", "environments/production/demand.yaml"
KPIS_TEXT = """\
apiVersion: mlspec/v1
kind: KPISet
metadata: {name: demand}
spec:
  model: demand
  kpis:
    - mae <= 50
    - {metric: mae, max: 70, slice: {by: shop, minRows: 50}}
    - {metric: mae, versus: baseline, improveBy: 10%}
    - {metric: mae, versus: champion, notWorseBy: 0%}
"""
CARD = "  card: {intendedUse: Orders of the day., limitations: Not for new shops.}\n"
CLEAN = SPECS | {
    PROJECT: SPECS[PROJECT].replace("{name: shop}", '{name: shop, owner: "@acme/sales"}'),
    MODEL: SPECS[MODEL].replace("{name: demand}", '{name: demand, owner: "@acme/sales"}') + CARD,
    KPIS: KPIS_TEXT,
}
Edit = tuple[str, str, str]


def edited(*edits: Edit, specs: dict[str, str] = CLEAN) -> dict[str, str]:
    """The specs with each (path, old, new) applied; `old` must stand there once. An empty `old` adds `new` to the file's end, or makes the file."""
    specs = dict(specs)
    for path, old, new in edits:
        text = specs.get(path, "")
        assert not old or text.count(old) == 1, f"{path} has {old!r} {text.count(old)} times"
        specs[path] = text.replace(old, new) if old else text + new
    return specs


def without(specs: dict[str, str], *paths: str) -> dict[str, str]:
    """The specs without some files, which must be there."""
    assert {*paths} <= {*specs}
    return {path: text for path, text in specs.items() if path not in paths}


def linted(
    specs: dict[str, str],
    *select: str,
    lock: str = "requirements.lock",
    files: dict[str, str] | None = None,
    folders: dict[str, tuple[str, ...]] | None = None,
) -> list[Diagnostic]:
    """What the selected rules (all, when none is named) say of specs without errors. `files`: those that a person wrote, by path."""
    written = {path: text.encode() for path, text in (files or {}).items()}
    inputs = Inputs({k: v.encode() for k, v in specs.items()}, folders or {}, frozenset({lock}), hand_written=written)
    compiled = compile_inputs(Path("/nowhere"), inputs, wish=Wish(select or ("all",)))
    assert compiled.project is not None, compiled.diagnostics
    return sorted(compiled.diagnostics, key=sort_key)


def told(code: str, specs: dict[str, str], **options: Any) -> list[tuple[str, str, str]]:
    """(path, the text pointed at, the message) of each finding of a rule. `options`: see `linted`."""
    return [(d.span.path, pointed(d, specs), d.message) for d in linted(specs, code, **options) if d.span and d.code == code]


def pointed(diagnostic: Diagnostic, specs: dict[str, str]) -> str:
    """The text that a diagnostic's carets stand under: to the line's end when it goes on."""
    span = diagnostic.span
    assert span is not None
    line = specs[span.path].split("\n")[span.line - 1]
    return line[span.column - 1 : span.end_column - 1 if span.end_line == span.line else None]
