"""Whether the tokens and the certificate are still those that a server was started with, without a secret in any file."""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Mapping
from pathlib import Path

from mlspec.deploy.server.config import Guard
from mlspec.deploy.server.tls import tls_files
from mlspec.deploy.server.tokens import read_tokens


def fingerprint(guard: Guard, root: Path, environment: Mapping[str, str] | None = None, salt: bytes | None = None) -> str | None:
    """`salt:hash` of what the environment gives a server, None where it needs nothing; the order of tokens does not matter.

    The hash is slow (scrypt, RFC 7914) and salted: the state file must not help anybody who reads it. Raises MLS0814, MLS0815.
    """
    parts = []
    if guard.tokens is not None:
        parts += [token.encode() for token in sorted(read_tokens(guard.tokens, environment))]
    if files := tls_files(guard, root, environment):
        parts += [hashlib.sha256(path.read_bytes()).digest() for path in files]
    return _of(b" ".join(parts), salt) if parts else None


def _of(secret: bytes, salt: bytes | None) -> str:
    salt = os.urandom(16) if salt is None else salt
    return f"{salt.hex()}:{hashlib.scrypt(secret, salt=salt, n=2**14, r=8, p=1).hex()}"


def of_address(address: str) -> str:
    """`salt:hash` of an address that may hold a password, hashed as slowly."""
    return _of(address.encode(), None)


def is_address(known: str, address: str) -> bool:
    """Whether a fingerprint is of this address."""
    return hmac.compare_digest(known, _of(address.encode(), bytes.fromhex(known.partition(":")[0])))


def is_same(known: str, guard: Guard, root: Path, environment: Mapping[str, str] | None = None) -> bool:
    """Whether a fingerprint is of what the environment gives now. Raises MLS0814, MLS0815 where it gives too little to tell."""
    now = fingerprint(guard, root, environment, bytes.fromhex(known.partition(":")[0]))
    return now is not None and hmac.compare_digest(known, now)
