"""What `ci: {provider: forgejo}` can't do: refused, since a run would find out after the training."""

from __future__ import annotations

from collections.abc import Iterator

from mlspec.compiler.check.schedules import schedules
from mlspec.compiler.project.project import Project
from mlspec.diagnostics import Diagnostic
from mlspec.language.kinds.schedule import zone_of


def forgejo_problems(project: Project) -> Iterator[Diagnostic]:
    """Yield MLS0444 for each thing of GitHub's that the specs ask for beside Forgejo's workflows."""
    settings = project.settings
    spec = settings.envelope.spec
    if spec.ci.provider != "forgejo":
        return
    if spec.storage.oidc is not None:
        message = "Forgejo's workflows can't sign in to the storage by GitHub's tokens"
        advice = "remove `oidc`, and keep the storage's key as a secret of the repository"
        yield Diagnostic("MLS0444", message, settings.document.span(["spec", "storage", "oidc"], key=True), advice)
    if spec.signing is not None and spec.signing.trusted.identities:
        message = "Forgejo's workflows have no identity that Sigstore's public instance knows"
        span = settings.document.span(["spec", "signing", "trusted", "identities"], key=True)
        yield Diagnostic("MLS0444", message, span, "sign by a key: `signing: {key: MLSPEC_SIGNING_KEY, trusted: {keys: […]}}`")
    if spec.ci.app is not None:
        message = "Forgejo's workflows can't get a token of a GitHub App"
        yield Diagnostic(
            "MLS0444", message, settings.document.span(["spec", "ci", "app"], key=True), "remove `app`: Forgejo's own token writes"
        )
    for bound, route, schedule in schedules(project):
        if zone_of(schedule) != "UTC":
            message = f"Forgejo starts schedules in UTC, and this one is meant in {zone_of(schedule)}"
            yield Diagnostic("MLS0444", message, bound.document.span([*route, "timezone"]), "write it in UTC, as a text")
    for policy in project.policies.values():
        if policy.envelope.spec.require.approvals:
            message = "approvals are read from GitHub's reviews, and Forgejo's can't be asked who pushed what"
            span = policy.document.span(["spec", "require", "approvals"], key=True)
            yield Diagnostic("MLS0444", message, span, "protect the branch in Forgejo (required approvals), or use GitHub")
