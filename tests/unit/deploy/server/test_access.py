"""The access log: whole lines, by several processes, and put aside when it is large."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mlspec.deploy.server import access
from mlspec.deploy.server.access import AccessLog


def lines(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_a_line_is_whole_whatever_stands_in_it(tmp_path: Path) -> None:
    path = tmp_path / "access.jsonl"
    log = AccessLog(path)
    log.write({"path": 'a\n"b"\x00\ud800', "status": 200})
    (found,) = lines(path)
    assert found["path"] == 'a\n"b"\x00\ud800' and str(found["time"]).endswith("Z")
    assert path.stat().st_mode & 0o777 == 0o600
    log.close()


def test_two_writers_put_a_large_file_aside_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access, "LARGEST", 200)
    monkeypatch.setattr(access, "LOOK_SECONDS", 0.0)
    path = tmp_path / "access.jsonl"
    first, second = AccessLog(path), AccessLog(path)
    for number in range(3):
        first.write({"n": number})
        second.write({"n": number})
    aside = tmp_path / "access.jsonl.1"
    assert aside.stat().st_size > 200 and [line["n"] for line in lines(aside) + lines(path)] == [0, 0, 1, 1, 2, 2]


def test_a_disk_that_is_gone_stops_nothing(tmp_path: Path) -> None:
    AccessLog(tmp_path / "not" / "there.jsonl").write({"n": 1})
