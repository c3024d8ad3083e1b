"""Whether the code on disk is still what was imported."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import pytest

from mlspec.deploy.server import code as code_module
from mlspec.deploy.server.code import Code


def test_a_file_that_changed_or_is_gone_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("first_of_ours", "second_of_ours", "never_imported"):
        (tmp_path / f"{name}.py").write_text("x = 1\n")
    (tmp_path / ".venv/lib/site-packages").mkdir(parents=True)
    (tmp_path / ".venv/lib/site-packages/theirs_not_ours.py").write_text("x = 1\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.syspath_prepend(tmp_path / ".venv/lib/site-packages")
    code = Code(tmp_path)
    for name in ("first_of_ours", "second_of_ours", "theirs_not_ours"):
        importlib.import_module(name)
    try:
        code.remember()
        assert code.stale() == []
        (tmp_path / "never_imported.py").write_text("x = 2\n")
        (tmp_path / ".venv/lib/site-packages/theirs_not_ours.py").write_text("x = 2\n")
        assert code.stale() == []
        (tmp_path / "first_of_ours.py").write_text("x = 2\n")
        (tmp_path / "second_of_ours.py").unlink()
        assert code.stale() == ["first_of_ours.py", "second_of_ours.py"]
        code.remember()
        assert code.stale() == ["first_of_ours.py", "second_of_ours.py"], "what was imported stays what it was"
    finally:
        for name in ("first_of_ours", "second_of_ours", "theirs_not_ours"):
            del sys.modules[name]


def test_a_library_that_was_installed_anew_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code = Code(tmp_path)
    monkeypatch.setattr(code_module, "_installed", lambda: {"scikit-learn": "0.0"})
    assert "scikit-learn" in code.stale()
