"""Which checks were left out for want of a library: told in one note, so that nobody takes for checked what nobody looked at."""

from __future__ import annotations

from collections.abc import Iterator

from mlspec.compiler.check import estimators, feature_sets, made_of, queries, regex, signing, sql
from mlspec.compiler.load.contracts.published import LIBRARY
from mlspec.compiler.load.inputs import Inputs
from mlspec.compiler.project.project import Project
from mlspec.diagnostics import Diagnostic, extras


def told(project: Project, inputs: Inputs) -> Iterator[Diagnostic]:
    """One note (MLS0009) of all that was left out; none where every library is there, or nothing asked for one."""
    views = [project, *(project.in_environment(name) for name in sorted(project.overlays))]
    texts = frozenset().union(*map(sql.unread, views))
    patterns = frozenset().union(*map(regex.unread, views))
    classes = frozenset().union(*(estimators.unread(view, inputs) for view in views))
    keys = signing.unread(project)
    sets = frozenset().union(*(find.unread(view) for find in (feature_sets, made_of) for view in views))
    files = frozenset().union(*map(queries.unread, views))
    parts = [
        *([(f"{_count(len(texts) + len(sets), 'text')} of SQL", "duckdb")] if texts or sets else []),
        *([(_count(len(patterns), "regular expression"), "duckdb")] if patterns else []),
        *((_count(number, "estimator class", "es"), library) for library, number in _by_library(classes)),
        *([(_count(len(keys), "public key"), "cryptography")] if keys else []),
    ]
    contracts = {
        bound.envelope.spec.contract.path
        for table in (project.sources, project.rules)
        for bound in table.values()
        if bound.envelope.spec.contract
    }
    if contracts and not extras.has(LIBRARY):
        parts.append((f"{_count(len(contracts), 'contract')} against the published schema", LIBRARY))
    if files:
        parts.append((_count(len(files), "quer", "ies") if len(files) > 1 else "1 query", queries.PARSER))
    if parts:
        needed = ", ".join(dict.fromkeys(library for _, library in parts))
        what = ", ".join(part for part, _ in parts)
        message = f"not checked here: {what} ({needed} not installed)"
        extra = "sql" if files else "contract" if [library for _, library in parts] == [LIBRARY] else "local"
        advice = f"{extras.install(extra)} checks them too; stages check them again when they run"
        yield Diagnostic("MLS0009", message, None, advice, severity="note")


def _by_library(classes: frozenset[str]) -> Iterator[tuple[str, int]]:
    libraries = [path.partition(".")[0] for path in classes]
    for library in sorted(set(libraries)):
        yield extras.LOCAL.get(library, library), libraries.count(library)


def _count(number: int, one: str, many: str = "s") -> str:
    return f"{number} {one}{'' if number == 1 else many}"
