"""By whom, and about what: every curve; the right key over the right thing passes, anything else is told apart."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from support.signing_keys import Pair, pair

from mlspec.diagnostics import Problems
from mlspec.language.kinds.signing import TrustedIdentity
from mlspec.registry.paths import is_signature_path, signature_path
from mlspec.registry.signing import library
from mlspec.registry.signing.check import check_signature
from mlspec.registry.signing.statement import Statement
from mlspec.registry.signing.trust import Trust, TrustedKey, hint_of

PATH = "registry/demand/v1.0.0.sigstore.json"
ABOUT = Statement("registry/demand/v1.0.0", {"model.joblib": "a" * 64, "smoke.json": "b" * 64})
KEYLESS = TrustedIdentity(identity="https://github.com/acme/shop/.github/workflows/mlspec-sign.yml@refs/heads/main")


def trusting(*pairs: Pair, identities: tuple[TrustedIdentity, ...] = ()) -> Trust:
    keys = tuple(TrustedKey(f"keys/{n}.pub", p.public, hint_of(p.public)) for n, p in enumerate(pairs))
    return Trust("c0ffee" * 7, keys, identities, frozenset(), configured=True)


@pytest.mark.parametrize("curve", [ec.SECP256R1(), ec.SECP384R1(), ec.SECP521R1()], ids=lambda c: c.name)
def test_each_curve_signs_and_says_who(curve: ec.EllipticCurve) -> None:
    one, other = pair(curve), pair()
    bundle = library.sign_by_key(ABOUT, one.private)
    assert check_signature(PATH, bundle, ABOUT, trusting(other, one)).startswith("keys/1.pub (sha256:")
    assert one.secret() not in bundle.decode()


def told(bundle: bytes, about: Statement, trust: Trust) -> tuple[str, str]:
    with pytest.raises(Problems) as refused:
        check_signature(PATH, bundle, about, trust)
    [diagnostic] = refused.value.diagnostics
    return diagnostic.code, diagnostic.message


@pytest.mark.parametrize(
    ("about", "word"),
    [
        (
            Statement("registry/demand/v1.1.0", ABOUT.files),
            "it is the signature of registry/demand/v1.0.0, and not of registry/demand/v1.1.0",
        ),
        (Statement(ABOUT.name, {**ABOUT.files, "extra.py": "c" * 64}), "extra.py was not signed"),
        (Statement(ABOUT.name, {"model.joblib": "a" * 64}), "smoke.json was signed and is not there"),
        (Statement(ABOUT.name, {**ABOUT.files, "model.joblib": "d" * 64}), "model.joblib changed after it was signed"),
        (Statement(ABOUT.name, {f"{n}": "c" * 64 for n in range(9)}), "and 8 more"),
    ],
)
def test_about_something_else(about: Statement, word: str) -> None:
    key = pair()
    code, message = told(library.sign_by_key(ABOUT, key.private), about, trusting(key))
    assert code == "MLS0776"
    assert word in message


def test_by_somebody_else() -> None:
    key, other = pair(), pair()
    code, message = told(library.sign_by_key(ABOUT, other.private), ABOUT, trusting(key))
    assert (code, hint_of(other.public)[:16] in message, "keys/0.pub" in message) == ("MLS0775", True, True)
    assert told(library.sign_by_key(ABOUT, other.private), ABOUT, Trust("c" * 40, configured=True))[0] == "MLS0775"


def test_somebody_elses_signature_under_a_trusted_name() -> None:
    key, other = pair(), pair()
    form = json.loads(library.sign_by_key(ABOUT, other.private))
    form["verificationMaterial"]["publicKey"]["hint"] = hint_of(key.public)
    assert told(json.dumps(form).encode(), ABOUT, trusting(key))[0] == "MLS0774"


def keyless(content: bytes) -> bytes:
    form = json.loads(content)
    form["verificationMaterial"] = {"certificate": {"rawBytes": "AAAA"}, "tlogEntries": []}
    return json.dumps(form).encode()


def test_a_keyless_signature_is_held_against_each_identity(monkeypatch: pytest.MonkeyPatch) -> None:
    """sigstore's own check stands in for itself here: it needs the network."""
    asked: list[tuple[str, str]] = []

    def check(content: bytes, statement: Statement, identity: str, issuer: str) -> None:
        asked.append((identity, issuer))
        if identity != KEYLESS.identity:
            raise library.WrongSignature

    monkeypatch.setattr(library, "check_by_identity", check)
    bundle, other = (
        keyless(library.sign_by_key(ABOUT, pair().private)),
        TrustedIdentity(identity="ada@example.org", issuer="https://example.org"),
    )
    assert check_signature(PATH, bundle, ABOUT, trusting(identities=(other, KEYLESS))) == f"{KEYLESS.identity} ({KEYLESS.issuer})"
    assert asked == [("ada@example.org", "https://example.org"), (KEYLESS.identity, "https://token.actions.githubusercontent.com")]
    assert told(bundle, ABOUT, trusting(identities=(other,)))[0] == "MLS0775"
    assert told(bundle, ABOUT, trusting(pair()))[0] == "MLS0775"


def test_a_keyless_signature_off_the_network_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    bundle = keyless(library.sign_by_key(ABOUT, pair().private))
    assert told(bundle, ABOUT, trusting(identities=(KEYLESS,)))[0] == "MLS0777"


def test_without_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    key = pair()
    bundle = library.sign_by_key(ABOUT, key.private)
    monkeypatch.setattr(library, "NEEDED", ("model_signing", "no_such_module"))
    code, message = told(bundle, ABOUT, trusting(key))
    assert (code, "no_such_module" in message) == ("MLS0770", True)


def test_the_tool_of_others_reads_what_we_sign(tmp_path: Path) -> None:
    """model-signing's own verification of a folder, by its public interface, takes our signature, and refuses one more file."""
    from model_signing.verifying import Config

    key, folder = pair(), tmp_path / "model"
    folder.mkdir()
    for name in ("model.joblib", "smoke.json"):
        (folder / name).write_text(name)
    files = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}
    (tmp_path / "s.json").write_bytes(library.sign_by_key(Statement("registry/demand/v1.0.0", files), key.private))
    (tmp_path / "key.pub").write_bytes(key.public)
    verifier = Config().use_elliptic_key_verifier(public_key=tmp_path / "key.pub")
    verifier.verify(folder, tmp_path / "s.json")
    (folder / "extra.py").write_text("")
    with pytest.raises(ValueError, match=r"extra\.py"):
        verifier.verify(folder, tmp_path / "s.json")


def test_where_signatures_stand() -> None:
    for path in ("registry/demand/v1.0.0.yaml", "promotions/staging/demand/v1.0.0.rollback-2.yaml", "promotions/a/b/v1.0.0.3.yaml"):
        assert is_signature_path(signature_path(path))
    for path in (
        "registry/demand/x.sigstore.json",
        "registry/../v1.0.0.sigstore.json",
        "registry/demand/v1.0.0.yaml",
        "a/registry/d/v1.0.0.sigstore.json",
    ):
        assert not is_signature_path(path)
