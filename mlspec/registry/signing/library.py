"""The one place that calls OpenSSF model-signing. It gets digests that were computed here, so that it reads no model and no link."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from mlspec.diagnostics import Problems, problem
from mlspec.registry.signing.statement import Statement

NEEDED = ("model_signing", "OpenSSL")
"""Modules that the extra brings: model-signing imports the second without asking for it."""


class WrongSignature(Exception):
    """The signature does not hold for this key or identity."""


def require() -> None:
    """Raises MLS0770 without the extra."""
    if missing := [name for name in NEEDED if find_spec(name) is None]:
        message = f"signatures can't be made or checked here: {', '.join(missing)} is not installed"
        raise problem("MLS0770", message, help="`pip install 'mlspec-gitops[signing]'`, and put it into the requirements lock")


def sign_by_key(statement: Statement, pem: bytes) -> bytes:
    """Return the bundle of a signature by a private key (PEM). The key goes through a pipe, never into a file."""
    require()
    from model_signing.signing import Config

    with _piped(pem) as path:
        config = Config().use_elliptic_key_signer(private_key=path)
    return _signed(config, statement)


def sign_by_identity(statement: Statement, token: str) -> bytes:
    """Return the bundle of a keyless signature: `token` is a job's identity (audience `sigstore`). Raises MLS0777 off the network."""
    require()
    from model_signing.signing import Config

    with _services():
        return _signed(Config().use_sigstore_signer(identity_token=token), statement)


def check_by_key(content: bytes, statement: Statement, public: bytes) -> None:
    """Raises `WrongSignature` unless the bundle's signature over `statement`, which it states, is by the key (PEM)."""
    require()
    from model_signing.verifying import Config

    with _file(public) as path, _foreign():
        _verify(Config().use_elliptic_key_verifier(public_key=path), content, statement)


def check_by_identity(content: bytes, statement: Statement, identity: str, issuer: str) -> None:
    """The same for a keyless signature. Raises MLS0777 where sigstore's root of trust can't be fetched."""
    require()
    from model_signing.verifying import Config

    with _services():
        config = Config().use_sigstore_verifier(identity=identity, oidc_issuer=issuer)
    with _foreign():
        _verify(config, content, statement)


def _signed(config: Any, statement: Statement) -> bytes:
    with tempfile.TemporaryDirectory(prefix="mlspec-sign-") as folder:
        path = Path(folder) / "bundle.json"
        config.set_hashing_config(_hashes(statement)).sign(Path(folder), path)
        form = json.loads(path.read_bytes())
    return (json.dumps(form, indent=2, sort_keys=True) + "\n").encode()


def _verify(config: Any, content: bytes, statement: Statement) -> None:
    with _file(content) as path:
        config.set_hashing_config(_hashes(statement)).verify(path.parent, path)


def _hashes(statement: Statement) -> Any:
    """A hashing configuration that answers with the digests given."""
    from model_signing._hashing.hashing import Digest
    from model_signing.hashing import Config
    from model_signing.manifest import Manifest, SerializationType

    kind = SerializationType.from_args({"method": "files", "hash_type": "sha256", "allow_symlinks": False})
    items = [kind.new_item(path, Digest("sha256", bytes.fromhex(hexes))) for path, hexes in sorted(statement.files.items())]

    class Given(Config):  # type: ignore[misc]
        def hash(self, *_: Any, **__: Any) -> Manifest:
            return Manifest(statement.name, items, kind)

    return Given()


@contextmanager
def _foreign() -> Iterator[None]:
    """A bundle may be hostile: whatever the library stumbles over, the signature does not hold."""
    try:
        yield
    except Problems:
        raise
    except Exception as error:
        raise WrongSignature(type(error).__name__) from error


@contextmanager
def _services() -> Iterator[None]:
    """Raises MLS0777 for every failure of sigstore's services; a token is in no message."""
    try:
        yield
    except Problems:
        raise
    except Exception as error:
        help_text = "try again; let the machine reach *.sigstore.dev, or sign with a key of your own: see docs/guides/signing.md"
        raise problem("MLS0777", f"sigstore's services can't be used: {type(error).__name__}", help=help_text) from error


@contextmanager
def _file(content: bytes) -> Iterator[Path]:
    """The library takes paths."""
    with tempfile.TemporaryDirectory(prefix="mlspec-sign-") as folder:
        path = Path(folder) / "content"
        path.write_bytes(content)
        yield path


@contextmanager
def _piped(secret: bytes) -> Iterator[Path]:
    """A path that gives `secret` (less than a pipe holds, 4 kB) once."""
    reading, writing = os.pipe()
    try:
        with os.fdopen(writing, "wb") as pipe:
            pipe.write(secret)
        yield Path(f"/dev/fd/{reading}")
    finally:
        os.close(reading)
