"""Runs the chosen rules over a project, and takes out what a comment ignores."""

from __future__ import annotations

from collections.abc import Mapping

from mlspec.compiler.lint.choose import Choice, setting_problems
from mlspec.compiler.lint.registry import UNNEEDED_IGNORE, Rule, all_rules
from mlspec.compiler.lint.suppress import find_ignores, sift
from mlspec.compiler.lint.view import View
from mlspec.compiler.project.project import Project
from mlspec.diagnostics import Diagnostic


def lint(project: Project, texts: Mapping[str, bytes], choice: Choice) -> list[Diagnostic]:
    """Return the findings of the chosen rules in a sound project; `texts` are its spec files by path."""
    rules = [r for r in all_rules() if r.code in choice.codes]
    view = View(project, texts)
    found = [d for rule in rules for d in _findings(rule, view, choice)]
    kept, unneeded = sift(found, find_ignores(project, texts), choice.codes)
    judge = next((r for r in rules if r.code == UNNEEDED_IGNORE), None)
    told = [Diagnostic(judge.code, f.message, f.span, f.help, choice.severity(judge)) for f in unneeded] if judge else []
    return [*setting_problems(project), *kept, *told]


def _findings(rule: Rule, view: View, choice: Choice) -> list[Diagnostic]:
    severity = choice.severity(rule)
    return [f.as_diagnostic(rule.code, severity) for f in rule.check(view)]
