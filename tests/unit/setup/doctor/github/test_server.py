"""github.com and *.ghe.com run the workflows; an enterprise server's artifact service refuses their files."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.cli import git
from support.doctor_world import outcomes, told_of_github
from support.github_settings import SettingsServer

from mlspec.setup.doctor.examine import open_project
from mlspec.setup.doctor.examined import Examined


@pytest.mark.parametrize(
    ("server", "outcome"),
    [
        ("https://github.com", "ok"),
        ("https://acme.ghe.com", "ok"),
        ("https://git.example.com", "problem"),
        ("https://ghe.com.example.org", "problem"),
        ("https://github.com.example.org:8443", "problem"),
    ],
)
def test_where_workflows_run(
    server: str, outcome: str, root: Path, examined: Examined, github: SettingsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_SERVER_URL", server)
    git(root, "remote", "set-url", "origin", f"{server}/ada/shop.git")
    found = told_of_github(open_project(root))
    assert found["server"].outcome == outcome
    assert outcomes(found, "problem") == ({"server"} if outcome == "problem" else set())
    if outcome == "problem":
        assert "actions/upload-artifact" in found["server"].what and "*.ghe.com" in found["server"].fix
