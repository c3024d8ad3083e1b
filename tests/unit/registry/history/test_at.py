"""What stood in an environment at a moment, and since when."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.line_world import LineWorld, deployment
from support.registry_world import START

from mlspec.diagnostics import Problems
from mlspec.registry.branch import open_line
from mlspec.registry.history.at import Then, tell_at
from mlspec.registry.history.moment import Asked

FILE = "environments/staging/demand.yaml"


@pytest.fixture
def world(tmp_path: Path) -> LineWorld:
    return LineWorld(tmp_path / "project").start({FILE: deployment("staging", "demand", "demand")})


def ask(world: LineWorld, seconds: int, environment: str = "staging") -> Then:
    return tell_at(open_line(world.write()), Asked(seconds, "then"), environment)


def test_the_step_at_that_very_second_counts(world: LineWorld) -> None:
    first, _ = world.promote("staging", "demand", "v1.0.0")
    second, _ = world.promote("staging", "demand", "v1.1.0")
    line = open_line(world.write())
    versions = [tell_at(line, Asked(at, ""), "staging").stood[0].declared.version for at in (first - 1, first, second - 1, second)]
    assert versions == [None, "v1.0.0", "v1.0.0", "v1.1.0"]


def test_since_is_when_the_version_came_and_not_when_the_file_was_edited(world: LineWorld) -> None:
    when, text = world.promote("staging", "demand", "v1.0.0")
    world.push({FILE: text + "  strategy: replace\n"})
    (stood,) = ask(world, world.clock).stood
    assert stood.since is not None
    assert (stood.since.when, stood.path) == (when, FILE)


def test_a_deployment_without_a_version_has_no_since(world: LineWorld) -> None:
    (stood,) = ask(world, START).stood
    assert (stood.declared.version, stood.since) == (None, None)


def test_before_the_first_commit_nothing_can_be_told(world: LineWorld) -> None:
    with pytest.raises(Problems, match="MLS0722"):
        ask(world, START - 1)


def test_an_environment_that_is_unknown_is_told_with_those_that_are(world: LineWorld) -> None:
    with pytest.raises(Problems) as caught:
        ask(world, START, "stagin")
    assert [(d.code, "staging" in str(d.help)) for d in caught.value.diagnostics] == [("MLS0701", True)]
    assert ask(world, START, "production").stood == ()


def test_an_environment_of_the_past_is_told_though_nothing_declares_it_now(world: LineWorld) -> None:
    old = "environments/canary/demand.yaml"
    world.push({old: deployment("canary", "demand", "demand", {"version": "v1.0.0"})})
    there = world.clock
    world.push({old: None})
    assert [s.declared.version for s in ask(world, there, "canary").stood] == ["v1.0.0"]


@pytest.mark.parametrize("environment", ["", "..", "../x", "/etc", "staging/", "stag*", ":(top)", "-x"])
def test_a_name_that_is_no_environment_ends_as_a_diagnostic(world: LineWorld, environment: str) -> None:
    with pytest.raises(Problems):
        ask(world, START, environment)
