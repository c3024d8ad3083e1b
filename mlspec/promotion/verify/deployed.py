"""`mlspec verify`: is what is deployed what was approved? Reads the files as they are, and the bytes from the store."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path

from mlspec.adapters.git.line_ends import cause, rewritten
from mlspec.compiler.project.layout import CLAIMS, REGISTRY
from mlspec.compiler.project.project import Bound
from mlspec.diagnostics import Diagnostic, Problems, Span, has_errors
from mlspec.diagnostics.words import some
from mlspec.gates.bytes_check import check_model_bytes
from mlspec.language.kinds.deployment import Deployment
from mlspec.pipelines.workspace import Workspace
from mlspec.promotion.sign import model_files
from mlspec.promotion.verify.in_force import check_in_force
from mlspec.registry.chain import Chain, check_chain, find_chain
from mlspec.registry.paths import SIGNATURE
from mlspec.registry.record_files import Files
from mlspec.registry.signing.chain import Signed, check_signed
from mlspec.registry.signing.trust import Trust, trust_here


@dataclass(frozen=True, slots=True)
class Looked:
    """Every broken link of a deployment, and who signed what of it (one line a signature that holds)."""

    diagnostics: list[Diagnostic]
    signed: list[str]


def verify_deployed(
    workspace: Workspace, deployment: Bound[Deployment], *, with_bytes: bool = True, trust: Trust | None = None
) -> list[Diagnostic]:
    """Return every broken link between a deployment's environment file, its claim, its registry record, signatures and the model's bytes.

    And whether it is the one in force: committed, and replaced by no later one. No errors for a sound deployment, and for one without a
    version. A claim's `validUntil` plays no part: it bounds the approval, not what was approved. `with_bytes=False` leaves out fetching the
    model, for callers that compare its digest themselves. `trust`: whose signatures count, to be read once for many deployments; by
    default that of the commit that is checked out.
    """
    return look_at(workspace, deployment, with_bytes=with_bytes, trust=trust).diagnostics


def look_at(workspace: Workspace, deployment: Bound[Deployment], *, with_bytes: bool = True, trust: Trust | None = None) -> Looked:
    """Like `verify_deployed`, and tell who signed."""
    if deployment.envelope.spec.version is None:
        return Looked([], [])
    root = workspace.root
    try:
        files = working_files(root, deployment)
        chain = find_chain(files, deployment)
        found = list(check_chain(chain, workspace.project))
        signed = _signatures(root, files, chain, trust or trust_here(workspace), with_bytes=with_bytes)
    except Problems as problems:
        return Looked(list(problems.diagnostics), [])
    if has_errors(found) and (other_ends := _other_line_ends(workspace, deployment, files)):
        return Looked(other_ends, [])
    found += [*signed.diagnostics, *check_in_force(workspace, deployment)]
    if with_bytes and chain.entry is not None and not signed.diagnostics:
        found += check_model_bytes(root, chain.entry, deployment.ref)
    return Looked(found, signed.lines())


def _signatures(root: Path, files: Files, chain: Chain, trust: Trust, *, with_bytes: bool) -> Signed:
    """Without record or claim there is nothing that a signature could be about; that they are missing was told."""
    if chain.entry is None or chain.claim is None:
        return Signed({}, ())
    explain = partial(model_files, root, chain.entry) if with_bytes else None
    return check_signed(files, chain.entry, chain.claim, chain.deployment.envelope.metadata.environment, trust, explain)


def _other_line_ends(workspace: Workspace, deployment: Bound[Deployment], files: Files) -> list[Diagnostic]:
    """One diagnostic for records and claims that a checkout rewrote: each would be told as changed after its approval."""
    try:
        repository = workspace.repository
        paths = rewritten(repository, repository.require_commits(), files)
    except Problems:
        return []
    if not paths:
        return []
    message = (
        f"{deployment.ref}: Git gave {some(paths, 1)} other line ends at the checkout than were committed, by {cause(repository, paths[0])}"
    )
    fix = "write `* -text` into .gitattributes and commit that file alone, then `git rm -rq --cached . && git reset -q --hard`"
    return [Diagnostic("MLS0764", message, Span(paths[0]), fix)]


def working_files(root: Path, deployment: Bound[Deployment]) -> Files:
    """The records of a deployment's model and its claims, as the working tree has them. Links are not followed."""
    environment = deployment.envelope.metadata.environment
    folders = [f"{REGISTRY}/{deployment.envelope.spec.model}", f"{CLAIMS}/{environment}/{deployment.name}"]
    found = (p for folder in folders for end in ("*.yaml", f"*{SIGNATURE}") for p in sorted((root / folder).glob(end)))
    paths = [p for p in found if p.is_file() and not p.is_symlink()]
    inside = [p for p in paths if p.resolve().is_relative_to(root.resolve())]
    return {p.relative_to(root).as_posix(): p.read_bytes() for p in inside}
