"""Whose signatures count at a commit: read from Git's objects, so that neither a change nor a working tree has a say."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from mlspec.adapters.git.repository import Repository
from mlspec.compiler.check.public_keys import MAKE, key_fault
from mlspec.compiler.project.layout import ENVIRONMENTS, PROJECT_FILE, SPECS
from mlspec.compiler.project.project import Project
from mlspec.diagnostics import Problems, problem
from mlspec.language.kinds.signing import TrustedIdentity
from mlspec.pipelines.workspace import Workspace
from mlspec.registry.at_commit import compile_at

_READ = (PROJECT_FILE, SPECS, ENVIRONMENTS)


@dataclass(frozen=True, slots=True)
class TrustedKey:
    """A public key: its file, the file's bytes (PEM), and the name that a signature calls it by (sha256 hex)."""

    path: str
    pem: bytes
    hint: str


@dataclass(frozen=True, slots=True)
class Trust:
    """Who is trusted at `commit`, and which environments ask for signatures there. `configured`: the project has `signing`."""

    commit: str
    keys: tuple[TrustedKey, ...] = ()
    identities: tuple[TrustedIdentity, ...] = ()
    environments: frozenset[str] = frozenset()
    configured: bool = False

    def asks(self, environment: str) -> bool:
        """Whether a Policy asks for signatures there."""
        return environment in self.environments


def trust_at(repository: Repository, commit: str, project: Project) -> Trust:
    """Whom `project`, compiled from `commit`, trusts. Raises MLS0771 for a key that is not there or can't be used."""
    signing = project.settings.envelope.spec.signing
    asking = frozenset(e for e in project.settings.envelope.spec.environments if asks_signatures(project, e))
    if signing is None:
        return Trust(commit, environments=asking)
    keys = tuple(_key(repository, commit, path) for path in signing.trusted.keys)
    return Trust(commit, keys, signing.trusted.identities, asking, configured=True)


def asks_signatures(project: Project, environment: str) -> bool:
    """Whether a Policy of the environment has `signed: true`."""
    return any(p.envelope.spec.require.signed for p in project.policies_of(environment))


def trust_here(workspace: Workspace) -> Trust:
    """Whom the commit that is checked out trusts, for what is deployed from it.

    Specs that were changed and not committed have no say: they are read from the commit then. Without a repository nobody is trusted;
    raises MLS0951 there when the project asks for signatures.
    """
    project = workspace.project
    try:
        repository = workspace.repository
        commit = repository.require_commits()
    except Problems:
        if _wants(project):
            raise
        return Trust("none")
    return trust_at(repository, commit, project if _is_clean(repository) else compile_at(repository, commit).project)


def _wants(project: Project) -> bool:
    spec = project.settings.envelope.spec
    return spec.signing is not None or any(asks_signatures(project, e) for e in spec.environments)


def _is_clean(repository: Repository) -> bool:
    dirty = repository.dirty().within(_READ)
    return not any(path == s or path.startswith(f"{s}/") for path in (*dirty.changed, *dirty.untracked) for s in _READ)


def _key(repository: Repository, commit: str, path: str) -> TrustedKey:
    pem = repository.show(commit, path)
    if pem is None:
        raise problem("MLS0771", f"the trusted key `{path}` is not in Git at {commit[:12]}", help="commit it: keys are read from Git")
    if fault := key_fault(pem):
        raise problem("MLS0771", f"the trusted key `{path}` can't be used: {fault}", help=MAKE)
    return TrustedKey(path, pem, hint_of(pem))


def hint_of(public: bytes) -> str:
    """The name by which model-signing calls a public key: sha256 (hex) of its canonical PEM."""
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

    return hashlib.sha256(load_pem_public_key(public).public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)).hexdigest()
