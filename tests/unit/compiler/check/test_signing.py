"""`signing` in mlspec.yaml: each wrong key is told with its place, and how to make a right one."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from support.projects import PROJECT, SPECS
from support.signing_keys import POLICY, pair

from mlspec.compiler.load.inputs import Inputs
from mlspec.compiler.pipeline import compile_inputs
from mlspec.diagnostics import Diagnostic

SIGNING = "  signing: {key: MLSPEC_SIGNING_KEY, trusted: {keys: [keys/release.pub]}}\n"


def compiled(content: bytes | None, signing: str = SIGNING, more: dict[str, str] | None = None) -> list[Diagnostic]:
    files = {} if content is None else {"keys/release.pub": content}
    specs = SPECS | {"mlspec.yaml": PROJECT + signing} | (more or {})
    inputs = Inputs({path: text.encode() for path, text in specs.items()}, {}, frozenset({"requirements.lock"}), files.get)
    return [d for d in compile_inputs(Path("/nowhere"), inputs).diagnostics if d.severity == "error" or d.code.startswith("MLS077")]


def public(key: object) -> bytes:
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)  # type: ignore[attr-defined]


@pytest.mark.parametrize("curve", [ec.SECP256R1(), ec.SECP384R1(), ec.SECP521R1()], ids=lambda c: c.name)
def test_a_sound_key(curve: ec.EllipticCurve) -> None:
    assert compiled(public(ec.generate_private_key(curve)), more={"specs/signed.yaml": POLICY}) == []


WRONG = {
    "missing": (None, "MLS0771", "is not there"),
    "private": (pair().private, "MLS0779", "holds a private key"),
    "both halves": (pair().public + pair().private, "MLS0779", "holds a private key"),
    "words": (b"hello\n", "MLS0771", "not one public key"),
    "binary": (bytes(range(256)), "MLS0771", "not one public key"),
    "two keys": (pair().public * 2, "MLS0771", "not one public key"),
    "broken": (pair().public.replace(b"M", b"!"), "MLS0771", "not one public key"),
    "huge": (pair().public + b"\n" * 20_000, "MLS0771", "not one public key"),
    "RSA": (public(rsa.generate_private_key(65537, 2048)), "MLS0771", "RSA"),
    "Ed25519": (public(ed25519.Ed25519PrivateKey.generate()), "MLS0771", "Ed25519"),
    "another curve": (public(ec.generate_private_key(ec.SECP256K1())), "MLS0771", "secp256k1"),
}


@pytest.mark.parametrize(("content", "code", "word"), WRONG.values(), ids=WRONG.keys())
def test_a_key_that_is_none(content: bytes | None, code: str, word: str) -> None:
    [found] = compiled(content)
    assert found.code == code
    assert word in found.message
    assert found.span is not None
    assert (found.span.path, found.help is not None) == ("mlspec.yaml", True)


def test_a_policy_where_nobody_is_trusted() -> None:
    [found] = compiled(None, "", {"specs/signed.yaml": POLICY})
    assert (found.code, found.span and found.span.path, found.severity) == ("MLS0771", "specs/signed.yaml", "warning")


@pytest.mark.parametrize(
    "signing",
    [
        "{trusted: {}}",
        "{}",
        "{key: not-a-variable, trusted: {keys: [keys/release.pub]}}",
        "{key: '-----BEGIN PRIVATE KEY-----', trusted: {keys: [keys/release.pub]}}",
        "{trusted: {keys: [../release.pub]}}",
        "{trusted: {identities: [{identity: ''}]}}",
        "{trusted: {identities: [{identity: 'a b', issuer: 'https://example.org'}]}}",
        "{trusted: {identities: [{identity: ada@example.org, issuer: 'http://example.org'}]}}",
    ],
)
def test_settings_that_make_no_sense(signing: str) -> None:
    assert compiled(pair().public, f"  signing: {signing}\n")


def test_an_identity_needs_no_file() -> None:
    assert compiled(None, "  signing: {trusted: {identities: [{identity: ada@example.org, issuer: 'https://example.org'}]}}\n") == []
