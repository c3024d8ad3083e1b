"""What a branch asks of commits, as GitHub tells it to whoever asks."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from support.github_server import TOKEN
from support.github_settings import Repository, SettingsServer, protection, ruleset

from mlspec.adapters.github.api import GitHubApi
from mlspec.adapters.github.settings import Settings

SIGNED = {"type": "required_signatures"}


@pytest.fixture
def github(monkeypatch: pytest.MonkeyPatch) -> Iterator[SettingsServer]:
    with SettingsServer("ada/shop", Repository()) as running:
        for name in ("GH_TOKEN", "GITHUB_SERVER_URL"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
        monkeypatch.setenv("GITHUB_API_URL", running.url)
        yield running
        assert running.violations == []


def asked() -> bool | None:
    with GitHubApi.from_environment() as api:
        return Settings(api, "ada/shop").requires_signatures("main")


def test_a_ruleset_asks_for_signed_commits(github: SettingsServer) -> None:
    github.repository.rules = ruleset(["mlspec"])[0]
    assert asked() is False
    github.repository.rules.append(SIGNED)
    assert asked() is True
    github.hide("repos/get-branch-protection")  # for administrators
    assert asked() is True


def test_a_protection_asks_for_signed_commits(github: SettingsServer) -> None:
    github.repository.protection = protection(["mlspec"])
    assert asked() is False
    github.repository.protection |= {"required_signatures": {"url": "https://api.example.org", "enabled": True}}
    assert asked() is True


def test_what_is_not_told_is_no_no(github: SettingsServer) -> None:
    github.hide("repos/get-branch-protection")
    assert asked() is None
    github.hide("repos/get-branch-rules", message="Upgrade to GitHub Pro or make this repository public to enable this feature.")
    assert asked() is None
