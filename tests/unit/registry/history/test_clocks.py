"""What the first-parent line looks like in real life: clocks that run backwards, pushes, text that is not plain."""

from __future__ import annotations

from pathlib import Path

from support.line_world import LineWorld, deployment

from mlspec.registry.history.at import tell_at
from mlspec.registry.history.branch import open_line
from mlspec.registry.history.moment import Asked
from mlspec.registry.history.objects import Named
from mlspec.registry.history.tell import tell

FILE = "environments/staging/demand.yaml"


def test_a_clock_that_ran_backwards_is_told(tmp_path: Path) -> None:
    world = LineWorld(tmp_path / "project").start({FILE: deployment("staging", "demand", "demand")})
    late, _ = world.promote("staging", "demand", "v1.0.0")
    world.clock -= 3600
    world.promote("staging", "demand", "v1.1.0")
    line = open_line(world.write())
    then = tell_at(line, Asked(late, ""), "staging")
    assert [s.declared.version for s in then.stood] == ["v1.1.0"]
    assert len(then.backwards) == 1


def test_a_push_is_no_merge_and_a_broken_file_declares_nothing(tmp_path: Path) -> None:
    world = LineWorld(tmp_path / "project").start({FILE: deployment("staging", "demand", "demand")})
    world.promote("staging", "demand", "v1.0.0", reason="why")
    world.push({FILE: "spec: [unclosed\n"}, by="Eve")
    world.push({FILE: deployment("staging", "demand", "demand", {"version": "v1.1.0"})})
    found = tell(open_line(world.write()), Named("deployment", "demand", "staging")).periods
    told = [(p.version, p.how, p.start.is_merge, p.start.author.split()[0]) for p in found]
    assert told == [("v1.1.0", "by hand", False, "Ada"), (None, "removal", False, "Eve"), ("v1.0.0", "promotion", True, "Bob")]


def test_the_projects_branch_is_asked_wherever_the_checkout_stands(tmp_path: Path) -> None:
    world = LineWorld(tmp_path / "project").start({FILE: deployment("staging", "demand", "demand")})
    root = world.write()
    line = open_line(root)
    assert line.name == "main"
    assert open_line(root, "main~0").tip == line.tip
