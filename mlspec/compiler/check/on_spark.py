"""Rules that Spark may answer otherwise than DuckDB are refused before anything runs, where the columns are declared."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from mlspec.compiler.check.sql import declared_kinds
from mlspec.compiler.project.project import Project
from mlspec.diagnostics import Diagnostic, extras


def spark_problems(project: Project) -> Iterator[Diagnostic]:
    """Yield MLS0539 for each rule of ValidationRules with `engine: {spark: …}` that Spark is not asked."""
    for bound in project.rules.values():
        spec = bound.envelope.spec
        if spec.engine is None or not extras.has("duckdb"):
            continue
        columns = declared_kinds(project.sources.get(spec.source))
        for index, rule in enumerate(spec.rules):
            why = None if rule.python or rule.drift else _refusal(json.dumps(rule.canonical()), json.dumps(columns))
            if why:
                message = f"`spec.rules[{index}]`: {_otherwise()}: {why}"
                yield Diagnostic("MLS0539", message, bound.document.span(("spec", "rules", index)), _elsewhere())


@lru_cache(maxsize=4096)
def _refusal(rule: str, columns: str) -> str | None:
    from mlspec.runtime.validate.spark.ahead import refusal

    known: Mapping[str, str] | None = json.loads(columns)
    named: dict[str, Any] = {"name": "rule", "onFailure": "fail"} | json.loads(rule)
    return refusal(named, known)


def _otherwise() -> str:
    from mlspec.runtime.validate.spark.judge import OTHERWISE

    return OTHERWISE


def _elsewhere() -> str:
    from mlspec.runtime.validate.spark.unlike import ELSEWHERE

    return ELSEWHERE
