"""Which rules run, and which of them are errors: the Project's `lint`, then the command line."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mlspec.compiler.lint.registry import Rule, all_rules
from mlspec.compiler.project.project import Project
from mlspec.diagnostics import Diagnostic, Severity, did_you_mean, problem

GROUPS = ("all", "default")


@dataclass(frozen=True, slots=True)
class Choice:
    """The codes of the rules that run, and of those whose findings are errors."""

    codes: frozenset[str]
    errors: frozenset[str] = frozenset()

    def severity(self, rule: Rule) -> Severity:
        return "error" if rule.code in self.errors else rule.severity


@dataclass(frozen=True, slots=True)
class Wish:
    """What the command line asks for. `select` stands in for the Project's `lint.select`; `ignore` is added to its `lint.ignore`."""

    select: Sequence[str] = ()
    ignore: Sequence[str] = ()


def wish(select: Sequence[str], ignore: Sequence[str]) -> Wish:
    """Which rules run, of names as they were typed. Raises MLS0480 for one that does not exist."""
    return Wish(require_known(select), require_known(ignore))


def choose(project: Project, wish: Wish) -> Choice:
    """Return what runs."""
    settings = project.settings.envelope.spec.lint
    run = expand(wish.select or settings.select) - expand((*settings.ignore, *wish.ignore))
    return Choice(run, expand(settings.errors))


def expand(names: Iterable[str]) -> frozenset[str]:
    """Codes, and the groups `all` and `default`, to codes."""
    found: set[str] = set()
    for name in names:
        found |= {r.code for r in all_rules() if name in ("all", r.code) or (name == "default" and r.on)}
    return frozenset(found)


def unknown(names: Iterable[str]) -> list[str]:
    """Those of the names that are neither a rule's code nor a group."""
    known = {*GROUPS, *(r.code for r in all_rules())}
    return [name for name in names if name not in known]


def require_known(names: Iterable[str]) -> tuple[str, ...]:
    """Codes and groups as they are written in full (`mls1001` is `MLS1001`). Raises MLS0480 for a rule that does not exist."""
    full = tuple(name if name in GROUPS else name.upper() for name in names)
    wrong = unknown(full)
    if wrong:
        advice = did_you_mean(wrong[0], [*GROUPS, *(r.code for r in all_rules())])
        raise problem("MLS0480", f"there is no lint rule `{wrong[0]}`", help=advice)
    return full


def setting_problems(project: Project) -> list[Diagnostic]:
    """A diagnostic for every rule that the Project's `lint` names and that does not exist."""
    settings, found = project.settings, []
    for key in ("select", "ignore", "errors"):
        names = getattr(settings.envelope.spec.lint, key)
        for name in unknown(names):
            span = settings.document.span(("spec", "lint", key, names.index(name)))
            found.append(Diagnostic("MLS0480", f"there is no lint rule `{name}`", span, did_you_mean(name, [r.code for r in all_rules()])))
    return found
