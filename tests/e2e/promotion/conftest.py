"""Worlds that are made once and copied for each test."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.promotion_world import World, better_of, deployed_of, proposed_of
from support.shared import Shared


@pytest.fixture(scope="session")
def deployed_once(shared: Shared) -> World:
    return deployed_of(shared)


@pytest.fixture(scope="session")
def better_once(shared: Shared) -> World:
    return better_of(shared)


@pytest.fixture(scope="session")
def proposed_once(shared: Shared) -> World:
    return proposed_of(shared)


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
