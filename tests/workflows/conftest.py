"""Worlds for the workflows: made once for a session where they may be, copied for each test, closed and looked through after it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from support.act_projects import SCORED
from support.act_storage import S3Server, s3_server
from support.act_world import World

MakeWorld = Callable[..., World]


@pytest.fixture(scope="session")
def s3() -> Iterator[S3Server]:
    """An S3 server."""
    with s3_server() as server:
        yield server


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> World:
    """A project whose main branch has everything trained, and its bytes in the storage: `make_world(template=trained)`."""
    with World(tmp_path_factory.mktemp("trained"), SCORED) as world:
        world.person("mlspec", "run")
        world.person("dvc", "push", "--quiet", "--recursive", "pipelines")
        world.push("main", "Train")
        return world


@pytest.fixture
def make_world(tmp_path: Path) -> Iterator[MakeWorld]:
    """Make a world in the test's folder. After the test its servers are stopped, and no token may stand in any of its files."""
    with ExitStack() as worlds:
        yield lambda *given, **options: worlds.enter_context(World(tmp_path, *given, **options))
