"""Finds the rules: modules of this package whose names begin with a code, in the order of the codes."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from mlspec.compiler.lint.finding import Finding
from mlspec.compiler.lint.view import View
from mlspec.diagnostics import Severity

_NAME = re.compile(r"(mls1\d{3})_\w+")
UNNEEDED_IGNORE = "MLS1000"
"""The one rule that looks at the findings of the others."""


@dataclass(frozen=True, slots=True)
class Rule:
    """`on`: runs unless a selection says otherwise."""

    code: str
    severity: Severity
    on: bool
    check: Callable[[View], Iterator[Finding]]


@cache
def all_rules() -> tuple[Rule, ...]:
    """Every rule, by code."""
    return tuple(_load(name) for name in rule_modules())


def rule_modules() -> list[str]:
    """The names of the rules' modules, sorted; nothing is imported."""
    folder = str(Path(__file__).parent)
    return sorted(m.name for m in pkgutil.iter_modules([folder]) if _NAME.fullmatch(m.name))


def _load(name: str) -> Rule:
    module = importlib.import_module(f"mlspec.compiler.lint.{name}")
    return Rule(name[:7].upper(), module.SEVERITY, module.ON, module.check)
