"""A pull request that was trained once, for all tests of the steps after training."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.ci_world import PullRequest, make_pull_request
from support.promotion_world import World, deployed_of
from support.shared import Shared


@pytest.fixture(scope="session")
def trained_once(shared: Shared) -> PullRequest:
    deployed = deployed_of(shared)
    return PullRequest(World(shared.once("pull-request", lambda home: make_pull_request(deployed, home))))


@pytest.fixture
def pull(trained_once: PullRequest, tmp_path: Path) -> PullRequest:
    return trained_once.copy(tmp_path / "pull")
