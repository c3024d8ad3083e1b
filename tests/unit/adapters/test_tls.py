"""Certificates are read once, for each place that the environment names."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest
from support.certificates import make_certificate

from mlspec.adapters.tls import trust


def test_certificates_are_read_once_and_anew_where_the_environment_names_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)
    machines = trust()
    assert trust() is machines
    assert machines.verify_mode is ssl.CERT_REQUIRED and machines.check_hostname
    certificate, _ = make_certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    own = trust()
    assert own is not machines
    assert own.cert_store_stats()["x509"] == 1
    monkeypatch.delenv("SSL_CERT_FILE")
    assert trust() is machines


def test_what_could_not_be_read_is_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "server.pem"))
    with pytest.raises(OSError):  # noqa: PT011 - which of them is the library's
        trust()
    certificate, _ = make_certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    assert trust() is not None
