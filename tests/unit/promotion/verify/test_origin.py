"""Files of the commit that is checked may hold anything: what can't be read is told as nothing, and no crash."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support.work import nested_too_deep

from mlspec.promotion.verify import origin


def test_figures_that_are_no_json_or_lead_to_a_device_are_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "cut").write_text("[[[")
    (tmp_path / "link").symlink_to("/dev/zero")
    (tmp_path / "sound").write_text('{"rows": 1}')
    assert [origin._json(tmp_path / name) for name in ("cut", "link", "sound", "absent")] == [None, None, {"rows": 1}, None]
    monkeypatch.setattr(json, "loads", nested_too_deep)
    assert origin._json(tmp_path / "sound") is None
