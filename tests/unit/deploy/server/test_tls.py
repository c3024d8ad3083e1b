"""The certificate's files: named by variables, outside the repository; and the fingerprint that tells when they changed."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.certificates import make_certificate

from mlspec.deploy.server.config import Guard
from mlspec.deploy.server.fingerprint import fingerprint, is_same
from mlspec.deploy.server.tls import tls_context, tls_files
from mlspec.diagnostics import Problems

GUARD = Guard(tokens="TOKENS", certificate="CERT", key="KEY")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "repository").mkdir()
    return tmp_path / "repository"


@pytest.fixture
def given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    certificate, key = make_certificate(tmp_path)
    found = {"CERT": str(certificate), "KEY": str(key), "TOKENS": "a" * 16}
    for name, value in found.items():
        monkeypatch.setenv(name, value)
    return found


def test_sound_files_are_taken_and_plain_http_needs_none(root: Path, given: dict[str, str]) -> None:
    assert tls_context(GUARD, root) is not None
    assert tls_context(Guard(), root) is None
    assert tls_files(GUARD, root) == (Path(given["CERT"]), Path(given["KEY"]))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"KEY": ""}, "KEY is not set"),
        ({"CERT": "server.pem"}, "CERT does not hold an absolute path"),
        ({"KEY": "/nowhere/key.pem"}, "the file that KEY names is not there"),
        ({"KEY": "IN"}, "the key that KEY names lies in the repository"),
        ({"KEY": "OTHER"}, "no certificate and its key"),
        ({"KEY": "ENCRYPTED"}, "no certificate and its key"),
        ({"CERT": "TEXT"}, "no certificate and its key"),
    ],
)
def test_what_is_refused(
    root: Path, given: dict[str, str], change: dict[str, str], says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (root / "key.pem").write_bytes(Path(given["KEY"]).read_bytes())
    (tmp_path / "text.pem").write_text("no certificate\n")
    (tmp_path / "two").mkdir()
    other = make_certificate(tmp_path / "two")[1]
    encrypted = make_certificate(tmp_path / "two", password=b"secret", name="locked")[1]
    places = {"IN": root / "key.pem", "OTHER": other, "ENCRYPTED": encrypted, "TEXT": tmp_path / "text.pem"}
    for name, value in change.items():
        monkeypatch.setenv(name, str(places.get(value, value)))
    with pytest.raises(Problems) as refused:
        tls_context(GUARD, root)
    assert refused.value.diagnostics[0].code == "MLS0815" and says in refused.value.diagnostics[0].message


def test_a_fingerprint_tells_when_tokens_or_files_changed_and_holds_neither(root: Path, given: dict[str, str]) -> None:
    known = fingerprint(GUARD, root, given)
    assert known is not None and known != fingerprint(GUARD, root, given), "salted anew each time"
    assert given["TOKENS"] not in known
    assert is_same(known, GUARD, root, given)
    assert is_same(known, GUARD, root, given | {"TOKENS": given["TOKENS"] + "\n"})
    assert not is_same(known, GUARD, root, given | {"TOKENS": "b" * 16})
    two = fingerprint(GUARD, root, given | {"TOKENS": f"{'a' * 16} {'b' * 16}"})
    assert two and is_same(two, GUARD, root, given | {"TOKENS": f"{'b' * 16},{'a' * 16}"}), "in whatever order"
    assert not is_same(two, GUARD, root, given), "a token that was taken out is a change"
    make_certificate(Path(given["CERT"]).parent)
    assert not is_same(known, GUARD, root, given)
    assert fingerprint(Guard(), root, {}) is None
