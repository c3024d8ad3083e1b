"""`signing` of the Project: its public keys are there and can be used, and what a Policy asks for can be had."""

from __future__ import annotations

from collections.abc import Iterator

from mlspec.compiler.check.public_keys import MAKE, PRIVATE, key_fault
from mlspec.compiler.load.inputs import Inputs
from mlspec.compiler.project.project import Project
from mlspec.diagnostics import Diagnostic, extras


def signing_problems(project: Project, inputs: Inputs) -> list[Diagnostic]:
    """Return an error for each trusted key that is none, and a warning for a Policy that asks for signatures where nobody is trusted.

    A warning, as for all that a Policy asks for and a project lacks: training goes on, and a promotion is refused.
    """
    return [*_keys(project, inputs), *_asked(project)]


def _keys(project: Project, inputs: Inputs) -> Iterator[Diagnostic]:
    signing = project.settings.envelope.spec.signing
    for index, path in enumerate(signing.trusted.keys if signing else ()):
        span = project.settings.document.span(["spec", "signing", "trusted", "keys", index])
        content = inputs.read_list(path)
        if content is None:
            yield Diagnostic("MLS0771", f"the trusted key `{path}` is not there", span, f"{MAKE}; commit it")
        elif PRIVATE.search(content):
            advice = "take it out of Git, make a new pair (this one is known now), and commit the public half only"
            yield Diagnostic("MLS0779", f"`{path}` holds a private key: whoever reads the repository can sign", span, advice)
        elif extras.has("cryptography") and (fault := key_fault(content)):
            yield Diagnostic("MLS0771", f"the trusted key `{path}` can't be used: {fault}", span, MAKE)


def unread(project: Project) -> frozenset[str]:
    """The trusted keys that nobody reads here, as `cryptography` is not installed."""
    signing = project.settings.envelope.spec.signing
    return frozenset() if signing is None or extras.has("cryptography") else frozenset(signing.trusted.keys)


def _asked(project: Project) -> Iterator[Diagnostic]:
    if project.settings.envelope.spec.signing is not None:
        return
    for policy in project.policies.values():
        if policy.envelope.spec.require.signed:
            span = policy.document.span(["spec", "require", "signed"], key=True)
            message = f"`{policy.ref}` asks for signatures, and the project trusts nobody's"
            advice = "say in mlspec.yaml whose count: `signing: {trusted: {keys: [keys/release.pub]}}`"
            yield Diagnostic("MLS0771", message, span, advice, severity="warning")
