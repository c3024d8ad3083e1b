"""What a change proposes: which deployments it moves, which files it may touch for that, and which it does touch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mlspec.diagnostics import Diagnostic, Span
from mlspec.ir.project import Bound
from mlspec.promotion.at_commit import AtCommit
from mlspec.promotion.claim import FOLDER as CLAIMS
from mlspec.promotion.registry import FOLDER as REGISTRY
from mlspec.promotion.registry import record_path
from mlspec.spec.deployment import Deployment

PROMOTED_KEYS = ("version", "digest", "previous", "claim")


@dataclass(frozen=True, slots=True)
class Change:
    """A change from `base` to `head`: {path: A | M | D | T} of the files that it touches."""

    base: AtCommit
    head: AtCommit
    paths: Mapping[str, str]

    def promoted(self) -> list[Bound[Deployment]]:
        """The deployments (as the change has them) whose version, digest, previous or claim it sets to something new."""
        heads = (d for _, d in sorted(self.head.project.deployments.items()))
        return [d for d in heads if d.envelope.spec.version and self._keys(d) != self._keys(self.before(d))]

    def before(self, deployment: Bound[Deployment]) -> Bound[Deployment] | None:
        """The same deployment on the base branch."""
        return self.base.project.deployments.get(deployment.ref.removeprefix("deployment/"))

    @staticmethod
    def _keys(deployment: Bound[Deployment] | None) -> tuple[Any, ...]:
        spec = deployment.envelope.spec if deployment else None
        return tuple(getattr(spec, key, None) for key in PROMOTED_KEYS)

    def touches_records(self) -> bool:
        return any(_is_record(path) for path in self.paths)


def check_paths(change: Change, promoted: list[Bound[Deployment]]) -> Iterator[Diagnostic]:
    """Records and claims are only ever added; a promotion touches its three files and nothing else."""
    allowed = {path for d in promoted for path in allowed_paths(change, d)}
    for path, state in sorted(change.paths.items()):
        if _is_record(path) and state != "A":
            message = f"{path} was {'removed' if state == 'D' else 'changed'}: records and claims are only ever added"
            yield Diagnostic("MLS0730", message, Span(path), f"`git checkout {change.base.commit[:12]} -- {path}`")
        elif path not in allowed:
            message = f"a promotion changes its record, its claim and its environment file, and nothing else: {path} changed too"
            yield Diagnostic("MLS0741", message, Span(path), "put it into a pull request of its own")


def _is_record(path: str) -> bool:
    return path.startswith((f"{REGISTRY}/", f"{CLAIMS}/"))


def allowed_paths(change: Change, deployment: Bound[Deployment]) -> set[str]:
    """The environment file, the claim that it names (any new file of the deployment's claims with that digest), the version's record."""
    from mlspec.promotion.claim import find_claim

    spec, environment = deployment.envelope.spec, deployment.envelope.metadata.environment
    claim = find_claim(change.head.files, environment, deployment.name, str(spec.claim))
    return {deployment.path, record_path(spec.model, str(spec.version)), *([claim.path] if claim else [])}


def check_other_keys(change: Change, deployment: Bound[Deployment], *, rollback: bool) -> Iterator[Diagnostic]:
    """The environment file may change in what a promotion writes only; a rollback also sets a hold."""
    before = change.before(deployment)
    if before is None:
        message = f"{deployment.ref} is new in this change: a Deployment is merged first, and promoted to then"
        yield Diagnostic("MLS0742", message, deployment.document.span(), "split it into two pull requests")
        return
    free = {*PROMOTED_KEYS, *(("hold",) if rollback else ())}
    old, new = (_without(d, free) for d in (before, deployment))
    for key in sorted(old.keys() | new.keys()):
        if old.get(key) != new.get(key):
            message = f"a promotion sets {', '.join(PROMOTED_KEYS)}, and this change sets `{key}` of {deployment.ref} too"
            span = deployment.document.span(["spec", key], key=True)
            yield Diagnostic("MLS0742", message, span, "change it in a pull request of its own")


def _without(deployment: Bound[Deployment], keys: set[str]) -> dict[str, Any]:
    form = deployment.envelope.canonical()
    return {k: v for k, v in form["spec"].items() if k not in keys} | {"metadata": form["metadata"]}
