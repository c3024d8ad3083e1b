"""When a record was merged, found by halving: every step is the right one, wherever it lies."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.line_world import LineWorld

from mlspec.adapters.git.repository import Repository
from mlspec.registry.branch import open_line, steps
from mlspec.registry.history.added import added


@pytest.mark.parametrize("count", [1, 2, 7, 16])
def test_each_file_has_the_step_that_brought_it(tmp_path: Path, count: int) -> None:
    world = LineWorld(tmp_path / "project").start({"f0": "0"})
    for number in range(1, count):
        world.push({f"f{number}": str(number)})
    line = open_line(world.write())
    line_steps = steps(line)
    found = added(line, line_steps, [f"f{n}" for n in range(count)])
    assert found == {f"f{n}": line_steps[count - 1 - n] for n in range(count)}
    assert added(line, line_steps, []) == {}


def test_it_asks_few_times(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    world = LineWorld(tmp_path / "project").start({"first": "1"})
    for number in range(100):
        world.push({"other": str(number)})
    line = open_line(world.write())
    asked: list[int] = []
    original = Repository.exist
    monkeypatch.setattr(Repository, "exist", lambda repository, names: (asked.append(len(names)), original(repository, names))[1])
    assert added(line, steps(line), ["first"])["first"].when == steps(line)[-1].when
    assert len(asked) <= 7
