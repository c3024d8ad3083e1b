"""Is a file a public key that signatures can be checked with? The curves are those that model-signing takes."""

from __future__ import annotations

import re

CURVES = ("secp256r1", "secp384r1", "secp521r1")
"""P-256, P-384 and P-521."""
MAX_KEY = 10_000
"""Bytes of a key file: one of these curves takes less than 400."""
PRIVATE = re.compile(rb"-----BEGIN [A-Z ]*PRIVATE KEY-----")

MAKE = "`openssl pkey -in PRIVATE.pem -pubout -out keys/release.pub` writes the public half of an EC key"


def key_fault(content: bytes) -> str | None:
    """Say why `content` (a file's bytes) is no public key to trust; None for one that is."""
    if PRIVATE.search(content):
        return "it holds a private key"
    if len(content) > MAX_KEY or content.count(b"-----BEGIN ") != 1:
        return "it is not one public key in PEM form"
    return _unfit(content)


def _unfit(content: bytes) -> str | None:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    try:
        key = load_pem_public_key(content)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return "it is not one public key in PEM form"
    if not isinstance(key, EllipticCurvePublicKey):
        return f"it is {_kind(key)}, and only elliptic-curve keys (P-256, P-384, P-521) can be used"
    return None if key.curve.name in CURVES else f"its curve is {key.curve.name}, and only P-256, P-384 and P-521 can be used"


def _kind(key: object) -> str:
    """`RSAPublicKey` -> `an RSA key`."""
    name = type(key).__name__.removesuffix("PublicKey").lstrip("_")
    return f"{'an' if name[:1] in 'AEIORS' else 'a'} {name or 'other'} key"
