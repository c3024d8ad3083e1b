"""Is the claim that is declared the one in force? A claim is approved for good, so an old one would verify for ever.

In force is the claim that came last to the line of first parents of the commit that is checked out: a promotion and a rollback both bring a
new one. An environment file of another time (put back by hand, or by a revert that was pushed) names one that was replaced.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from mlspec.adapters.git.history import Added, additions
from mlspec.adapters.git.repository import Repository
from mlspec.compiler.project.layout import CLAIMS
from mlspec.compiler.project.project import Bound
from mlspec.diagnostics import Diagnostic, Problems
from mlspec.diagnostics.digest import bytes_digest
from mlspec.language.kinds.deployment import Deployment
from mlspec.language.yaml.load import load_documents
from mlspec.pipelines.workspace import Workspace
from mlspec.registry.claims import is_claim_path


def check_in_force(workspace: Workspace, deployment: Bound[Deployment]) -> list[Diagnostic]:
    """Return what is wrong with where a Deployment stands: MLS0761 uncommitted, MLS0762 an old claim.

    A warning MLS0763 where that can't be known wholly: outside of a repository, and in a shallow clone.
    """
    try:
        repository = workspace.repository
        head = repository.require_commits()
    except Problems as problems:
        return [_unknown(deployment, problems.diagnostics[0].message, "clone the project by Git")]
    if not _as_committed(repository, head, deployment):
        return [_uncommitted(repository, head, deployment)]
    shallow = repository.is_shallow()
    found = _superseded(repository, head, deployment, shallow=shallow)
    if shallow:
        found.append(_unknown(deployment, "this is a shallow clone", "`git fetch --unshallow`; in GitHub Actions, `fetch-depth: 0`"))
    return found


def _as_committed(repository: Repository, head: str, deployment: Bound[Deployment]) -> bool:
    """Whether the commit declares the same. Values are compared: a checkout may have other line ends, and comments decide nothing."""
    content = repository.show(head, deployment.path)
    documents = load_documents(deployment.path, content)[0] if content is not None else ()
    return any(_is(d.value, deployment) and d.value == deployment.document.value for d in documents)


def _is(value: Any, deployment: Bound[Deployment]) -> bool:
    meta = value.get("metadata") if isinstance(value, dict) and value.get("kind") == "Deployment" else None
    here = deployment.envelope.metadata
    return isinstance(meta, dict) and (meta.get("name"), meta.get("environment")) == (here.name, here.environment)


def _uncommitted(repository: Repository, head: str, deployment: Bound[Deployment]) -> Diagnostic:
    what = "differs from" if repository.show(head, deployment.path) is not None else "is not in"
    return Diagnostic(
        "MLS0761",
        f"{deployment.ref}: {deployment.path} {what} the commit that is checked out ({head[:12]})",
        deployment.document.span(["spec", "version"]),
        f"`git checkout -- {deployment.path}`; what serves changes by a merged promotion or rollback",
    )


def _superseded(repository: Repository, head: str, deployment: Bound[Deployment], *, shallow: bool) -> list[Diagnostic]:
    """Refuse a claim that another one came after. One that is in no commit was told already."""
    declared = str(deployment.envelope.spec.claim)
    line = _claims(repository, head, deployment.envelope.metadata.environment, deployment.name, shallow=shallow)
    order = list(line)
    if declared not in line or order[-1] == declared:
        return []
    newer = line[order[-1]]
    environment, name = deployment.envelope.metadata.environment, deployment.name
    message = f"{deployment.ref}: the claim {line[declared].path} was replaced by {newer.path} in {newer.commit[:12]}, and is back"
    advice = f'`mlspec rollback deployment/{environment}/{name} --reason "…"` goes back to it, with a claim of its own'
    return [Diagnostic("MLS0762", message, deployment.document.span(["spec", "claim"]), f"a revert is no approval: {advice}")]


@cache
def _claims(repository: Repository, head: str, environment: str, deployment: str, *, shallow: bool) -> dict[str, Added]:
    """{digest: where it first came} of every claim that the line of first parents ever brought, the oldest first.

    `shallow` is for the cache: a clone that gets the rest of its history has the same commit and other answers.
    """
    del shallow
    found = [a for a in additions(repository, head, f"{CLAIMS}/{environment}/{deployment}") if is_claim_path(a.path)]
    contents = repository.contents([a.blob for a in found])
    claims: dict[str, Added] = {}
    for added, content in zip(found, contents, strict=True):
        claims.setdefault(bytes_digest(content), added)
    last = [d for d, a in claims.items() if a.commit == found[-1].commit] if found else []
    if len(last) > 1:  # several at once, such as the first commit of a history that begins anew: the newest evaluation is in force
        order = sorted(last, key=lambda d: _evaluated(contents[found.index(claims[d])]))
        claims = {d: a for d, a in claims.items() if d not in last} | {d: claims[d] for d in order}
    return claims


def _evaluated(content: bytes) -> str:
    documents, _ = load_documents("claim", content)
    value = documents[0].value if documents else None
    return str(value.get("evaluatedAt", "")) if isinstance(value, dict) else ""


def _unknown(deployment: Bound[Deployment], why: str, help_text: str) -> Diagnostic:
    message = f"{deployment.ref}: whether its claim was replaced since can't be known wholly: {why}"
    return Diagnostic("MLS0763", message, deployment.document.span(["spec", "claim"]), help_text, "warning")
