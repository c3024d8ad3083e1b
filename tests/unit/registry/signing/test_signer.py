"""The private key: from a file or a variable, of the right kind, outside of Git, and shown nowhere."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat
from support.cli import git
from support.signing_keys import VARIABLE, pair

from mlspec.adapters.git.repository import Repository
from mlspec.diagnostics import Problems
from mlspec.language.kinds.signing import Signing, Trusted
from mlspec.registry.signing.signer import JobSigner, KeySigner, find_signer
from mlspec.registry.signing.statement import Statement, read_bundle

SIGNING = Signing(key=VARIABLE, trusted=Trusted(keys=("keys/release.pub",)))
ABOUT = Statement("registry/demand/v1.0.0", {"model.joblib": "a" * 64})


@pytest.fixture(autouse=True)
def _no_job(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (VARIABLE, "ACTIONS_ID_TOKEN_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_TOKEN"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    root = tmp_path / "project"
    root.mkdir()
    git(root, "init", "--quiet")
    git(root, "commit", "--quiet", "--allow-empty", "--message", "Start")
    return Repository(root)


@pytest.mark.parametrize("form", [PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL], ids=["openssl genpkey", "openssl ecparam"])
@pytest.mark.parametrize("as_file", [True, False], ids=["file", "variable"])
def test_a_key_signs(repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: PrivateFormat, as_file: bool) -> None:
    pem = ec.generate_private_key(ec.SECP256R1()).private_bytes(Encoding.PEM, form, NoEncryption())
    (tmp_path / "release.pem").write_bytes(pem)
    monkeypatch.setenv(VARIABLE, str(tmp_path / "release.pem") if as_file else pem.decode())
    signer = find_signer(repository, SIGNING)
    assert isinstance(signer, KeySigner)
    assert "PRIVATE" not in repr(signer)
    before = set(tmp_path.rglob("*"))
    assert read_bundle(signer.sign(ABOUT)).statement == ABOUT
    assert set(tmp_path.rglob("*")) == before


def test_who_signs(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    assert find_signer(repository, SIGNING) is None
    monkeypatch.setenv("ACTIONS_ID_TOKEN_REQUEST_URL", "https://example.org/token")
    monkeypatch.setenv("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "x")
    assert isinstance(find_signer(repository, SIGNING), JobSigner)
    assert isinstance(find_signer(repository, Signing(trusted=SIGNING.trusted)), JobSigner)
    monkeypatch.setenv(VARIABLE, pair().private.decode())
    assert isinstance(find_signer(repository, SIGNING), KeySigner)


def private(key: object, password: bytes | None = None) -> str:
    how = BestAvailableEncryption(password) if password else NoEncryption()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, how).decode()  # type: ignore[attr-defined]


WRONG = {
    "RSA": (private(rsa.generate_private_key(65537, 2048)), "only elliptic-curve"),
    "Ed25519": (private(ed25519.Ed25519PrivateKey.generate()), "only elliptic-curve"),
    "another curve": (private(ec.generate_private_key(ec.SECP256K1())), "only elliptic-curve"),
    "a passphrase": (private(ec.generate_private_key(ec.SECP256R1()), b"secret"), "passphrase"),
    "the public half": (pair().public.decode(), "no private key"),
    "garbage": ("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----", "no private key"),
    "no such file": ("nowhere.pem", "can't be read"),
    "a folder": ("/", "can't be read"),
    "nobody's home": ("~nobody-at-all/release.pem", "can't be read"),
    "half a key": (pair().secret(), "can't be read"),
}


@pytest.mark.parametrize(("value", "word"), WRONG.values(), ids=WRONG.keys())
def test_a_key_that_can_not_sign(repository: Repository, monkeypatch: pytest.MonkeyPatch, value: str, word: str) -> None:
    monkeypatch.setenv(VARIABLE, value)
    with pytest.raises(Problems) as refused:
        find_signer(repository, SIGNING)
    [diagnostic] = refused.value.diagnostics
    assert diagnostic.code == "MLS0772"
    assert word in diagnostic.message
    assert not any(line in str(diagnostic) for line in value.splitlines() if len(line) > 20 and "-----" not in line)
