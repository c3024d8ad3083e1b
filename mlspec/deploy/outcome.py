"""What a reconcile did about one deployment."""

from __future__ import annotations

from dataclasses import dataclass

from mlspec.deploy.decide import Action, Kind
from mlspec.diagnostics import Diagnostic, has_errors


@dataclass(frozen=True, slots=True)
class Outcome:
    """`ref` is `deployment/<env>/<name>`; `diagnostics` say what went wrong, or is worth knowing. `where`: a URL or a path.

    `version` is the declared one; `observed`, in words, is what was found before anything was done.
    """

    ref: str
    action: Action
    version: str = ""
    where: str = ""
    observed: str = ""
    diagnostics: tuple[Diagnostic, ...] = ()

    @property
    def failed(self) -> bool:
        return has_errors(self.diagnostics)

    @property
    def changed(self) -> bool:
        return self.action.kind != "noop"


def ended(ref: str, kind: Kind, reason: str, diagnostics: tuple[Diagnostic, ...], version: str = "") -> Outcome:
    """The outcome of a deployment that was refused, or failed."""
    return Outcome(ref, Action(kind, reason), version, diagnostics=diagnostics)
