"""A real server with tokens, a certificate and an access log; what changes of them is taken up, and what is missing starts nothing."""

from __future__ import annotations

import json
import ssl
from pathlib import Path
from typing import Any

import httpx2
import pytest
from support.certificates import make_certificate
from support.serving import World, tensors

OLD, NEW = "old-token-0123456789", "new-token-0123456789"
TARGET = "{rest: {port: 0, auth: {tokens: TOKENS}, tls: {certificate: CERT, key: KEY}, accessLog: true}}"
BODY = {"inputs": tensors()}


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    certificate, key = make_certificate(tmp_path)
    for name, value in {"TOKENS": OLD, "CERT": str(certificate), "KEY": str(key)}.items():
        monkeypatch.setenv(name, value)
    return certificate, key


def ask(world: World, token: str | None, certificate: Path, **how: Any) -> httpx2.Response:
    context = ssl.create_default_context(cafile=str(certificate))
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    url = f"https://127.0.0.1:{world.state()['port']}/v2/models/demand/infer"
    return httpx2.post(url, json=BODY, headers=headers, verify=context, timeout=30, **how)


def test_tokens_and_certificate_from_start_to_rotation(world: World, files: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    certificate, _ = files
    world.target = TARGET
    world.add_version("v1.0.0")
    world.declared["demand"] = "v1.0.0"
    started = world.one()
    assert (started.action.kind, started.diagnostics) == ("start", ()) and started.where.startswith("https://127.0.0.1:")
    assert ask(world, OLD, certificate).status_code == 200
    assert [ask(world, token, certificate).status_code for token in (None, NEW)] == [401, 401]
    assert world.one().action.kind == "noop"
    assert (
        OLD
        not in (world.root / ".mlspec/state/staging/demand.json").read_text()
        + (world.root / ".mlspec/state/staging/demand.log").read_text()
    )

    monkeypatch.setenv("TOKENS", f"{NEW} {OLD}")
    rotated = world.one()
    assert (rotated.action.kind, rotated.action.reason, rotated.diagnostics) == ("replace", "its tokens or its certificate changed", ())
    assert [ask(world, token, certificate).status_code for token in (OLD, NEW)] == [200, 200]
    monkeypatch.setenv("TOKENS", NEW)
    make_certificate(certificate.parent)
    assert world.one().action.kind == "replace"
    assert [ask(world, token, certificate).status_code for token in (OLD, NEW)] == [401, 200]

    pid = world.state()["pid"]
    monkeypatch.delenv("TOKENS")
    assert world.one().action.kind == "noop", "who has no token here can't tell, and leaves it alone"
    world.add_version("v1.1.0")
    world.declared["demand"] = "v1.1.0"
    failed = world.one()
    assert [d.code for d in failed.diagnostics] == ["MLS0814", "MLS0803"] and "v1.0.0 goes on serving" in failed.diagnostics[1].message
    assert world.state()["pid"] == pid and ask(world, NEW, certificate).status_code == 200

    text = (world.root / ".mlspec/state/staging/demand.access.jsonl").read_text()
    lines = [json.loads(line) for line in text.splitlines()]
    assert {line["status"] for line in lines if line["path"].endswith("/infer")} == {200, 401}
    assert OLD not in text and NEW not in text


def test_a_key_in_the_repository_starts_nothing(world: World, files: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    inside = world.root / "key.pem"
    inside.write_bytes(files[1].read_bytes())
    monkeypatch.setenv("KEY", str(inside))
    world.target = TARGET
    world.add_version("v1.0.0")
    world.declared["demand"] = "v1.0.0"
    assert [d.code for d in world.one().diagnostics] == ["MLS0815"]
    assert world.server_pids() == []
