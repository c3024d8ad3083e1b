"""Which files need an owner, and whom the specs name: what a generated CODEOWNERS says, and what a hand-written one should."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from mlspec.compiler.project.codeowners import named_owners, pattern_of
from mlspec.compiler.project.github import CODEOWNERS_PLACES
from mlspec.compiler.project.layout import CLAIMS, ENVIRONMENTS, REGISTRY
from mlspec.compiler.project.project import Bound, Project


class Owned(NamedTuple):
    """A file, or a folder with `/` at its end. `bound` is the object whose owner it has; without `strict` any owner will do."""

    path: str
    owners: tuple[str, ...]
    bound: Bound[Any]
    strict: bool = False

    @property
    def line(self) -> str:
        """The line of CODEOWNERS that says so."""
        return " ".join((pattern_of(self.path), *self.owners))


def owned(project: Project) -> Iterator[Owned]:
    """Everything that needs an owner, in the order of CODEOWNERS: GitHub takes the last line that matches, so folders come first."""
    settings = project.settings
    general = owners_named(settings)
    for path in (".github/", f"{ENVIRONMENTS}/", f"{CLAIMS}/", f"{REGISTRY}/", settings.path, *settings.envelope.spec.locks):
        yield Owned(path, general, settings)
    for path, objects in sorted(_by_file(project).items()):
        policies = [o for o in objects if o.envelope.kind == "Policy"]
        first = next((o for o in policies or objects if owners_named(o)), None)
        named = tuple(dict.fromkeys(owner for o in policies or objects for owner in owners_named(o)))
        if first is not None:
            yield Owned(path, named, first, strict=True)
        elif policies:
            yield Owned(path, general, policies[0])


def _by_file(project: Project) -> dict[str, list[Bound[Any]]]:
    found: dict[str, list[Bound[Any]]] = {}
    for bound in project.by_ref().values():
        if bound is not project.settings:
            found.setdefault(bound.path, []).append(bound)
        use = bound.envelope.spec.contract if bound.envelope.kind in ("DataSource", "ValidationRules") else None
        if use is not None:  # it says what the object says
            found.setdefault(use.path, []).append(bound)
    return found


def owners_named(bound: Bound[Any]) -> tuple[str, ...]:
    """The owners of an object, as GitHub takes them; () when it names none, or something else."""
    return named_owners(bound.envelope.metadata.owner)


def hand_written(project: Project) -> str | None:
    """The CODEOWNERS that a person wrote and GitHub takes; None when there is none."""
    return next((path for path in CODEOWNERS_PLACES if path in project.hand_written), None)
