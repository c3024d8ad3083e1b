"""A pull request that was trained once, for all tests of the steps after training."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.ci_world import PullRequest, make_pull_request
from support.promotion_world import make_deployed


@pytest.fixture(scope="session")
def trained_once(tmp_path_factory: pytest.TempPathFactory) -> PullRequest:
    deployed = make_deployed(tmp_path_factory.mktemp("deployed"))
    return make_pull_request(deployed, tmp_path_factory.mktemp("pull"))


@pytest.fixture
def pull(trained_once: PullRequest, tmp_path: Path) -> PullRequest:
    return trained_once.copy(tmp_path / "pull")
