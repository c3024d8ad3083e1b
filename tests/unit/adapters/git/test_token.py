"""Pushing with a token: a real Git server over HTTP that wants it, and children that show what they were given."""

from __future__ import annotations

import base64
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.git_http import GitServer
from support.git_repos import commit_all, sh, start

from mlspec.adapters.git import run as git_run
from mlspec.adapters.git.commit import push
from mlspec.adapters.git.repository import Repository
from mlspec.adapters.git.token import token_environment
from mlspec.diagnostics import Problems

TOKEN = "ghs_" + "a1b2c3d4e5f6a7b8" * 2
SECRET = base64.b64encode(f"x-access-token:{TOKEN}".encode()).decode()


@pytest.fixture(autouse=True)
def plain(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GH_TOKEN", "GITHUB_TOKEN", "GITHUB_SERVER_URL", "GIT_CONFIG_COUNT", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[GitServer]:
    bare = tmp_path / "served/ada/bikes.git"
    bare.mkdir(parents=True)
    sh(bare, "git", "init", "--quiet", "--bare", "--initial-branch", "main")
    with GitServer(tmp_path / "served", TOKEN) as running:
        monkeypatch.setenv("GITHUB_SERVER_URL", running.url)
        monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
        yield running


@pytest.fixture
def work(tmp_path: Path, server: GitServer) -> Repository:
    root = start(tmp_path / "work")
    (root / "a").write_text("a")
    commit_all(root)
    sh(root, "git", "remote", "add", "origin", f"{server.url}/ada/bikes.git")
    return Repository(root)


def url_of(work: Repository) -> str:
    return work.require_remote("origin")


def test_a_push_with_the_token_arrives(work: Repository, server: GitServer, tmp_path: Path) -> None:
    extra = token_environment(url_of(work))
    push(work, "origin", "main", expected=None, extra=extra)
    assert work.remote_branch("origin", "main", extra=extra) == work.resolve("HEAD")
    work.fetch("origin", "main", extra=extra)
    assert all(given == [server.wanted] for given in server.seen)


def test_without_it_the_server_refuses(work: Repository) -> None:
    with pytest.raises(Problems, match="main"):
        push(work, "origin", "main", expected=None)


def test_credentials_that_the_checkout_left_are_replaced(work: Repository, server: GitServer) -> None:
    sh(work.root, "git", "config", f"http.{server.url}/.extraheader", "AUTHORIZATION: basic b2xk")
    push(work, "origin", "main", expected=None, extra=token_environment(url_of(work)))
    assert all(given == [server.wanted] for given in server.seen)


def test_a_redirect_does_not_take_the_token_away(work: Repository, server: GitServer, tmp_path: Path) -> None:
    with GitServer(tmp_path, TOKEN) as other:
        server.redirect = other.url
        with pytest.raises(Problems):
            push(work, "origin", "main", expected=None, extra=token_environment(url_of(work)))
        assert other.seen == []


def test_hooks_do_not_run(work: Repository, tmp_path: Path) -> None:
    hook = work.root / ".git/hooks/pre-push"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\nenv > {tmp_path / 'seen'}\n")
    hook.chmod(0o755)
    push(work, "origin", "main", expected=None, extra=token_environment(url_of(work)))
    assert not (tmp_path / "seen").exists()


def test_the_token_is_in_no_argument_and_no_file(work: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[list[str]] = []
    original = subprocess.run
    monkeypatch.setattr(subprocess, "run", lambda words, **more: calls.append(words) or original(words, **more))
    push(work, "origin", "main", expected=None, extra=token_environment(url_of(work)))
    assert not [word for words in calls for word in words if TOKEN in word or SECRET in word]
    files = [p for p in (work.root / ".git").rglob("*") if p.is_file()]
    assert not [p for p in files if TOKEN.encode() in p.read_bytes() or SECRET.encode() in p.read_bytes()]


def test_settings_of_the_environment_are_kept(work: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("COUNT", "1"), ("KEY_0", "user.name"), ("VALUE_0", "Grace")):
        monkeypatch.setenv(f"GIT_CONFIG_{name}", value)
    extra = token_environment(url_of(work))
    assert extra["GIT_CONFIG_COUNT"] == "5"
    assert git_run.git(work.root, "config", "user.name", extra=extra).text == "Grace"
    assert git_run.git(work.root, "config", "core.hooksPath", extra=extra).text == os.devnull


def test_a_traced_push_does_not_show_it(work: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_TRACE_CURL", "1")
    monkeypatch.setenv("GIT_TRACE_REDACT", "0")
    words = ["push", "--quiet", "origin", "main"]
    result = git_run.run_git(work.root, words, extra=token_environment(url_of(work)))
    assert result.code == 0
    assert "Authorization" in result.err.title()
    assert SECRET not in result.err


@pytest.mark.parametrize(
    "url",
    [
        "../remote.git",
        "git@github.com:ada/bikes.git",
        "ssh://git@github.com/ada/bikes",
        "https://github.com.evil.org/ada/bikes",
        "http://github.com/a/b",
    ],
)
def test_no_token_for_what_is_not_the_servers_https(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GH_TOKEN", TOKEN)
    monkeypatch.setenv("GITHUB_SERVER_URL", "https://github.com")
    assert not [value for value in token_environment(url).values() if SECRET in value]


def test_no_token_without_tls_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GH_TOKEN", TOKEN)
    monkeypatch.setenv("GITHUB_SERVER_URL", "http://git.corp.example")
    assert not [value for value in token_environment("http://git.corp.example/ada/bikes").values() if SECRET in value]


def test_github_itself_gets_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GH_TOKEN", TOKEN)
    found = token_environment("https://github.com/ada/bikes.git")
    assert f"AUTHORIZATION: basic {SECRET}" in found.values()
    assert "http.https://github.com/.extraHeader" in found.values()


def test_a_broken_token_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GH_TOKEN", "two\nlines")
    with pytest.raises(Problems) as caught:
        token_environment("https://github.com/ada/bikes.git")
    assert caught.value.diagnostics[0].code == "MLS0981"
