"""Worlds that are made once and copied for each test."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.promotion_world import World, make_deployed, make_proposed, replace


@pytest.fixture(scope="session")
def deployed_once(tmp_path_factory: pytest.TempPathFactory) -> World:
    return make_deployed(tmp_path_factory.mktemp("deployed"))


@pytest.fixture(scope="session")
def better_once(deployed_once: World, tmp_path_factory: pytest.TempPathFactory) -> World:
    world = deployed_once.copy(tmp_path_factory.mktemp("better"))
    replace(world.root, "specs/demand.yaml", "alpha: 200.0", "alpha: 1.0")
    world.train("A better model")
    return world


@pytest.fixture(scope="session")
def proposed_once(deployed_once: World, tmp_path_factory: pytest.TempPathFactory) -> World:
    return make_proposed(deployed_once, tmp_path_factory.mktemp("proposed"))


@pytest.fixture
def deployed(deployed_once: World, tmp_path: Path) -> World:
    """v1.0.0 stands in staging; nothing is proposed."""
    return deployed_once.copy(tmp_path)


@pytest.fixture
def better(better_once: World, tmp_path: Path) -> World:
    """A better model is trained and merged, and nothing is proposed yet."""
    return better_once.copy(tmp_path)


@pytest.fixture
def waiting(proposed_once: World, tmp_path: Path) -> World:
    """v1.1.0 waits on its branch; main is checked out."""
    return proposed_once.copy(tmp_path)


@pytest.fixture
def proposed(waiting: World) -> World:
    """v1.1.0 is merged in the checkout, not pushed: the merge result that a required check looks at."""
    waiting.propose()
    return waiting
