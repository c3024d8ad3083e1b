"""What every test may ask for."""

from __future__ import annotations

import pytest
from support.shared import Shared, of_run


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Shared:
    """Folders that are made once in this run, for all its processes."""
    return of_run(tmp_path_factory)
