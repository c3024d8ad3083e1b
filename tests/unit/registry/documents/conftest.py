"""The repository of a whole pack, made once."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.evidence_world import make

from mlspec.registry.documents.facts import Facts, gather


@pytest.fixture(scope="session")
def evidence_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("evidence"))


@pytest.fixture(scope="session")
def facts(evidence_root: Path) -> Facts:
    """v1.0.0, which stands in staging. Not to be changed: `dataclasses.replace` makes another."""
    return gather(evidence_root, "model/demand", "v1.0.0", None)
