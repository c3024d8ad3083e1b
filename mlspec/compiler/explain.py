"""`mlspec explain OBJECT`: an object in its canonical form, with the origin of each value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from mlspec.compiler.commented import commented
from mlspec.compiler.origins import flat, trace
from mlspec.compiler.project.environments import check_environment
from mlspec.compiler.project.project import Bound, Project
from mlspec.diagnostics import did_you_mean, problem


@dataclass(frozen=True, slots=True)
class Explanation:
    """An object, bound to its references; as text (`str`) it is YAML with the origin of each value behind it."""

    bound: Bound[Any]

    def __str__(self) -> str:
        return as_text(self.bound).rstrip("\n")

    def __repr__(self) -> str:
        return f"<Explanation of {self.bound.ref}, {self.bound.path}>"

    def as_json(self) -> dict[str, Any]:
        """The canonical form, and where each value comes from."""
        return as_json(self.bound)


def find_object(project: Project, ref: str, environment: str | None = None) -> Bound[Any]:
    """The object that the command line names so (`model/demand`, `project`), as it is in an environment. Raises MLS0003, MLS0407."""
    known = project.by_ref() | {"project": project.settings}
    if ref not in known:
        raise problem("MLS0003", f"no spec declares `{ref}`", help=did_you_mean(ref, known))
    if environment is not None:
        check_environment(project, environment, "MLS0407")
    return project.overlays.get(environment or "", {}).get(ref, known[ref])


def as_text(bound: Bound[Any]) -> str:
    """YAML: shorthands expanded, defaults filled in, the origin of each value in the comment behind it."""
    made_by = f"# made by {bound.document.origin}\n" if bound.document.origin else ""
    return made_by + commented(trace(bound))


def as_json(bound: Bound[Any]) -> dict[str, Any]:
    """The canonical form, and the origin of each scalar by its route (`spec.split.test`); `version` counts changes of this form."""
    traced = trace(bound)
    origins = {route: part.origin.as_json() for route, part in flat(traced)}
    made_by = {"madeBy": bound.document.origin} if bound.document.origin else {}
    return {"version": 1, "object": bound.ref, "file": bound.path, **made_by, "form": traced.value, "origins": origins}
