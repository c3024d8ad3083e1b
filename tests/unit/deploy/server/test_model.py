"""No byte is unpickled before its digest was compared: proved with a pickle that would leave a mark."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from support.serving import World, make_model

from mlspec.deploy.server.model import open_model
from mlspec.diagnostics import Problems
from mlspec.runtime.artifact import digest_folder


class Mark:
    """Touches a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[str, ...]]:
        return Path.touch, (Path(self.path),)  # type: ignore[return-value]


def test_the_mark_works(tmp_path: Path) -> None:
    pickle.loads(pickle.dumps(Mark(tmp_path / "mark")))
    assert (tmp_path / "mark").exists()


def test_other_bytes_are_refused_before_they_are_unpickled(tmp_path: Path) -> None:
    folder = tmp_path / "model"
    approved = make_model(folder, kept=False)
    (folder / "model.joblib").write_bytes(pickle.dumps(Mark(tmp_path / "mark")))
    with pytest.raises(Problems) as refused:
        open_model(folder, approved, "demand", "v1.0.0")
    assert refused.value.diagnostics[0].code == "MLS0660"
    assert not (tmp_path / "mark").exists()
    with pytest.raises(Problems):
        open_model(folder, digest_folder(folder), "demand", "v1.0.0")
    assert (tmp_path / "mark").exists(), "with its own digest it is unpickled: so the digest is what kept it out"


def test_the_server_process_itself_refuses_a_folder_that_changed_after_reconcile_looked(world: World) -> None:
    """Cache, then verify, then alter: the server's own check is the last one."""
    from mlspec.deploy.cache import model_folder

    world.add_version("v1.0.0")
    world.declared["demand"] = "v1.0.0"
    mark = world.root / "mark"

    def altered_afterwards(*given: Any) -> Path:
        folder = model_folder(*given)
        (folder / "model.joblib").write_bytes(pickle.dumps(Mark(mark)))
        return folder

    with patch("mlspec.deploy.targets.rest.model_folder", altered_afterwards):
        failed = world.one()
    assert [d.code for d in failed.diagnostics] == ["MLS0660"]
    assert not mark.exists() and world.server_pids() == []
