"""The chain from an environment file to the bytes that serve: environment file <-> claim <-> registry record <-> model.

Each link is a digest of the next one's content, so that nothing on the way can be exchanged. Used for what is deployed and for
what is proposed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from mlspec.compiler.project.layout import record_path
from mlspec.compiler.project.project import Bound, Project
from mlspec.diagnostics import Diagnostic, Span
from mlspec.language.kinds.deployment import Deployment
from mlspec.registry.claims import ClaimFile, find_claim
from mlspec.registry.digests import object_digest
from mlspec.registry.entries import Entry, find_version
from mlspec.registry.record_files import Files
from mlspec.registry.records import Claim


@dataclass(frozen=True, slots=True)
class Chain:
    """The links that were found; None where one is missing."""

    deployment: Bound[Deployment]
    claim: ClaimFile | None
    entry: Entry | None

    @property
    def where(self) -> str:
        return self.deployment.ref

    def span(self, key: str) -> Span:
        return self.deployment.document.span(["spec", key])


def find_chain(files: Files, deployment: Bound[Deployment]) -> Chain:
    """Look up the claim by its digest and the record by its version. Raises `Problems` for a broken file."""
    spec, environment = deployment.envelope.spec, deployment.envelope.metadata.environment
    claim = find_claim(files, environment, deployment.name, str(spec.claim))
    return Chain(deployment, claim, find_version(files, spec.model, str(spec.version)))


def check_chain(chain: Chain, project: Project) -> Iterator[Diagnostic]:
    """Every broken link but the bytes. `project` says what the runtime configuration is now."""
    spec = chain.deployment.envelope.spec
    if chain.entry is None:
        path = record_path(spec.model, str(spec.version))
        yield Diagnostic("MLS0715", f"{chain.where}: {path} is missing", chain.span("version"), "restore it from Git")
    elif chain.entry.record.digest != spec.digest:
        message = f"{chain.where}: the environment file says {spec.digest}, {chain.entry.path} says {chain.entry.record.digest}"
        yield Diagnostic("MLS0735", message, chain.span("digest"), "one of the two was edited: restore both from the merged promotion")
    if chain.claim is None:
        message = f"{chain.where}: no claim has the digest {spec.claim}: the claim was changed after it was approved, or never was one"
        yield Diagnostic("MLS0732", message, chain.span("claim"), "restore the claim from Git, or promote again")
        return
    yield from _check_claim(chain, chain.claim, project)


def _check_claim(chain: Chain, file: ClaimFile, project: Project) -> Iterator[Diagnostic]:
    claim = file.claim
    yield from _check_subject(chain, claim)
    same = chain.deployment.envelope.spec.version == claim.subject.version  # else MLS0743 names it, and the record is another version's
    if chain.entry is not None and same and claim.registry != chain.entry.digest:
        message = f"{chain.entry.path} changed after the approval: the claim says {claim.registry}, the file has {chain.entry.digest}"
        yield Diagnostic(
            "MLS0735", f"{chain.where}: {message}", Span(chain.entry.path), "restore the record from Git: records never change"
        )
    target = object_digest(project.target_of(chain.deployment))
    if claim.target != target:
        name = chain.deployment.envelope.spec.target
        message = f"{chain.where}: the deployment target `{name}` changed after the approval: the claim says {claim.target}, it is {target}"
        help_text = f"put it back, or `mlspec promote model/{claim.subject.model} --to {claim.subject.environment}` to have it approved"
        yield Diagnostic("MLS0736", message, chain.span("target"), help_text)


def _check_subject(chain: Chain, claim: Claim) -> Iterator[Diagnostic]:
    spec, subject = chain.deployment.envelope.spec, claim.subject
    pairs = {
        "environment": (chain.deployment.envelope.metadata.environment, subject.environment),
        "deployment": (chain.deployment.name, subject.deployment),
        "model": (spec.model, subject.model),
        "version": (spec.version, subject.version),
        "digest": (spec.digest, subject.digest),
        "previous": (spec.previous or "none", subject.previous),
    }
    for key, (here, claimed) in pairs.items():
        if here != claimed:
            message = f"{chain.where}: the claim approves {key} {claimed}, and the environment file says {here}"
            yield Diagnostic("MLS0743", message, chain.span(key), "an approval counts for one place and one version: promote again")
