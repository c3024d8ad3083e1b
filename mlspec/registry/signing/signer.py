"""Who signs here: a private key that an environment variable names, or the identity of a job of GitHub Actions."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

from mlspec.adapters.cloud import identity_token
from mlspec.adapters.git.ignored import is_ignored
from mlspec.adapters.git.repository import Repository
from mlspec.compiler.check.public_keys import CURVES, MAX_KEY, PRIVATE
from mlspec.diagnostics import Problems, problem
from mlspec.language.kinds.signing import Signing
from mlspec.registry.signing import library
from mlspec.registry.signing.statement import Statement

AUDIENCE = "sigstore"
"""For whom the job's token is: it opens nothing else."""
_MAKE = "make one with `openssl ecparam -genkey -name prime256v1 -noout -out release.pem`; see docs/guides/signing.md"


@dataclass(frozen=True, slots=True)
class KeySigner:
    """Signs with a private key (PEM), which no representation shows."""

    pem: bytes = field(repr=False)

    def sign(self, statement: Statement) -> bytes:
        return library.sign_by_key(statement, self.pem)


@dataclass(frozen=True, slots=True)
class JobSigner:
    """Signs as the job that this runs in: keyless, by a certificate that lives ten minutes."""

    def sign(self, statement: Statement) -> bytes:
        return library.sign_by_identity(statement, identity_token.ask(AUDIENCE))


Signer = KeySigner | JobSigner


def find_signer(repository: Repository, signing: Signing) -> Signer | None:
    """Who signs here: the key, where its variable is set; else the job's identity, where it has one; else nobody.

    Raises MLS0770 without the extra, MLS0772 for a key that can't be used, MLS0779 for one that is in Git.
    """
    value = os.environ.get(signing.key or "", "").strip() if signing.key else ""
    if value:
        library.require()
        return KeySigner(_checked(str(signing.key), _read(repository, str(signing.key), value)))
    if identity_token.may_ask():
        library.require()
        return JobSigner()
    return None


def nobody(signing: Signing, environment: str) -> Problems:
    """The diagnostic of a promotion that must be signed where nobody can."""
    way = f"set {signing.key} to the path of the private key" if signing.key else "name a variable for the key: `spec.signing.key`"
    message = f"a Policy asks for signatures in {environment}, and there is no key to sign with"
    return problem("MLS0772", message, help=f"{way}; or let `mlspec-promote.yml` promote, which signs as a job of GitHub Actions")


def _read(repository: Repository, name: str, value: str) -> bytes:
    """The key's bytes. No message shows `value`: it may be the key."""
    if "-----BEGIN" in value:
        return value.encode()
    try:
        path = repository.root / Path(value).expanduser()
        _refuse_in_reach(repository, name, path.resolve())
        with path.open("rb") as file:
            return file.read(MAX_KEY)
    except (OSError, ValueError, RuntimeError) as error:
        why = getattr(error, "strerror", None) or "no path"
        raise problem("MLS0772", f"the file that {name} names can't be read: {why}", help="set it to the path of the private key") from None


def _refuse_in_reach(repository: Repository, name: str, path: Path) -> None:
    root = repository.root.resolve()
    if not path.is_relative_to(root):
        return
    if repository.show("HEAD", path.relative_to(root).as_posix()) is not None:
        message = f"the private key that {name} names is a file of the repository: whoever reads it can sign"
        raise problem("MLS0779", message, help="make a new pair outside of the repository; this one must be taken for known")
    if path.exists() and not is_ignored(root, str(path)):
        message = f"the private key that {name} names lies in the working tree: the next `git add` publishes it"
        raise problem("MLS0779", message, help="move it out of the repository, or have `.gitignore` name it")


def _checked(name: str, pem: bytes) -> bytes:
    if fault := _fault(pem):
        raise problem("MLS0772", f"the key that {name} names can't be used: {fault}", help=_MAKE)
    return pem


def _fault(pem: bytes) -> str | None:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    if not PRIVATE.search(pem):
        return "it is no private key in PEM form"
    try:
        key = load_pem_private_key(pem, None)
    except TypeError:
        return "it has a passphrase, and nobody is there to type it"
    except (ValueError, UnsupportedAlgorithm):
        return "it is no private key in PEM form"
    if not isinstance(key, EllipticCurvePrivateKey) or key.curve.name not in CURVES:
        return "only elliptic-curve keys (P-256, P-384, P-521) can sign"
    return None
