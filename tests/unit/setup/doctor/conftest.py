"""A healthy project, made once, and a copy for each test."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.cli import environment, git
from support.doctor_world import copied, strict_repository, template
from support.github_server import TOKEN
from support.github_settings import SettingsServer

from mlspec.setup.doctor.examine import open_project
from mlspec.setup.doctor.examined import Examined


@pytest.fixture(scope="session")
def healthy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return template(tmp_path_factory.mktemp("healthy"))


@pytest.fixture
def root(healthy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The project's root, in an environment with an identity and no configuration of the machine's."""
    for name in [n for n in os.environ if n.startswith(("GIT", "AWS_", "ACTIONS_"))]:
        monkeypatch.delenv(name)
    for name, value in environment().items():
        if name.startswith("GIT_"):
            monkeypatch.setenv(name, value)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    return copied(healthy, tmp_path / "world")


@pytest.fixture
def examined(root: Path) -> Examined:
    """Whose storage needs secrets, and whose remote is on GitHub."""
    git(root, "remote", "set-url", "origin", "https://github.com/ada/shop.git")
    (root / "mlspec.yaml").write_text((root / "mlspec.yaml").read_text().replace("../storage", "s3://acme-ml/shop"))
    return open_project(root)


@pytest.fixture
def github(examined: Examined, monkeypatch: pytest.MonkeyPatch) -> Iterator[SettingsServer]:
    """A repository in which nothing is wrong."""
    with SettingsServer("ada/shop", strict_repository(examined)) as server:
        monkeypatch.setenv("GITHUB_API_URL", server.url)
        monkeypatch.setenv("GH_TOKEN", TOKEN)
        server.start("{jobs: {}}", server.repository.tip)
        yield server
        assert server.violations == []
        assert {r.method for r in server.requests} <= {"GET"}, "doctor only reads"
