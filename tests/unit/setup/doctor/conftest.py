"""A healthy project, made once, and a copy for each test."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from support.cli import environment
from support.doctor_world import copied, template


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
