"""What a server's process is given: all but the token for GitHub's API."""

from __future__ import annotations

from pathlib import Path

import pytest

from mlspec.deploy.process import spawn


def test_model_code_gets_no_token(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "telling.py").write_text("import os\nprint(*sorted(k for k in os.environ if 'TOKEN' in k or k == 'SEEN'))\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    for name in ("GH_TOKEN", "GITHUB_TOKEN", "SEEN"):
        monkeypatch.setenv(name, "x")
    with (tmp_path / "log").open("wb") as log:
        process = spawn("telling", tmp_path / "config.json", tmp_path, log, 60.0)
    said, _ = process.communicate(timeout=30)
    assert (process.returncode, said) == (0, "SEEN\n")
