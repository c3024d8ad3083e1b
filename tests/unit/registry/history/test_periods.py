"""What stood where from when to when: moved files, claims that are gone, text that lies. (`test_line_agrees.py` has the model of it.)"""

from __future__ import annotations

from pathlib import Path

import pytest
from support.line_world import LineWorld, claim, deployment
from support.records import sha

from mlspec.registry.branch import open_line
from mlspec.registry.history.periods import Period, periods_in, periods_of

FILE = "environments/staging/demand.yaml"
REF = "deployment/staging/demand"


@pytest.fixture
def world(tmp_path: Path) -> LineWorld:
    return LineWorld(tmp_path / "project").start({FILE: deployment("staging", "demand", "demand")})


def periods(world: LineWorld, ref: str = REF, most: int | None = None) -> list[Period]:
    return periods_of(open_line(world.write()), ref, most)


def told(found: list[Period]) -> list[tuple[str | None, str]]:
    return [(p.version, p.how) for p in found]


def test_each_period_ends_where_the_next_begins(world: LineWorld) -> None:
    for version in ("v1.0.0", "v1.1.0", "v1.2.0"):
        world.promote("staging", "demand", version)
    found = periods(world)
    assert told(found) == [("v1.2.0", "promotion"), ("v1.1.0", "promotion"), ("v1.0.0", "promotion")]
    assert [p.until for p in found] == [None, found[0].start, found[1].start]
    assert {p.ref for p in found} == {REF}
    assert [p.claim_path for p in found if p.claim] == [f"promotions/staging/demand/{p.version}.{p.start.when - 60}.yaml" for p in found]


def test_a_limit_takes_the_newest(world: LineWorld) -> None:
    for version in ("v1.0.0", "v1.1.0"):
        world.promote("staging", "demand", version)
    assert told(periods(world, most=1)) == [("v1.1.0", "promotion")]
    assert told(periods_in(open_line(world.root), "staging", 1)) == [("v1.1.0", "promotion")]


def test_a_rollback_tells_why_and_until_when_it_holds(world: LineWorld) -> None:
    world.promote("staging", "demand", "v1.0.0")
    world.promote("staging", "demand", "v1.1.0")
    world.promote("staging", "demand", "v1.0.0", "rollback", reason="worse", hold="{until: 2026-12-01, reason: worse}")
    found = periods(world)[0]
    assert (found.how, found.reason, found.hold) == ("rollback", "worse", "2026-12-01")


def test_a_hold_beside_a_promotion_is_not_its_own(world: LineWorld) -> None:
    world.promote("staging", "demand", "v1.0.0", hold="{until: 2026-12-01, reason: rest}")
    assert periods(world)[0].hold is None


@pytest.mark.parametrize("kind", ["approved by the board", "{a: b}", "[promotion]", "''"])
def test_a_claim_of_an_unknown_type_is_by_hand(world: LineWorld, kind: str) -> None:
    text = claim("staging", "demand", "demand", "v1.0.0", kind, reason="[x]")
    keys = {"version": "v1.0.0", "digest": sha("v1.0.0"), "claim": sha(text)}
    world.merge({FILE: deployment("staging", "demand", "demand", keys), "promotions/staging/demand/v1.0.0.yaml": text})
    (found,) = periods(world)
    assert (found.how, found.reason, found.claim_path) == ("by hand", None, "promotions/staging/demand/v1.0.0.yaml")


def test_a_claim_that_names_itself_in_another_place_is_not_found(world: LineWorld) -> None:
    """The digest of a claim of production does not make a version in staging a promoted one."""
    text = claim("production", "demand", "demand", "v1.0.0")
    keys = {"version": "v1.0.0", "digest": sha("v1.0.0"), "claim": sha(text)}
    world.merge({FILE: deployment("staging", "demand", "demand", keys), "promotions/production/demand/v1.0.0.yaml": text})
    assert [(p.how, p.claim_path) for p in periods(world)] == [("by hand", None)]


def test_a_claim_that_was_removed_since_is_found_where_it_stood(world: LineWorld) -> None:
    world.promote("staging", "demand", "v1.0.0", reason="why")
    path = f"promotions/staging/demand/v1.0.0.{world.clock - 60}.yaml"
    world.push({path: None})
    assert [(p.how, p.claim_path, p.reason) for p in periods(world)] == [("promotion", path, "why")]


def test_an_edit_that_moves_no_version_is_no_period(world: LineWorld) -> None:
    _, text = world.promote("staging", "demand", "v1.0.0")
    world.push({FILE: text.replace("target: rest", "target: other")})
    world.push({FILE: "# a comment\n" + text})
    assert told(periods(world)) == [("v1.0.0", "promotion")]


def test_a_renamed_file_is_followed(world: LineWorld) -> None:
    _, text = world.promote("staging", "demand", "v1.0.0")
    new = "environments/staging/renamed.yaml"
    world.push({FILE: None, new: text})
    world.promote("staging", "demand", "v1.1.0", path=new)
    found = periods(world)
    assert told(found) == [("v1.1.0", "promotion"), ("v1.0.0", "promotion")]
    assert found[1].start.is_merge


def test_two_deployments_of_one_file_have_their_own_periods(world: LineWorld) -> None:
    second = deployment("staging", "second", "other", {"version": "v3.0.0", "digest": sha("o"), "claim": sha("c")})
    _, text = world.promote("staging", "demand", "v1.0.0")
    world.push({FILE: f"{text}---\n{second}"})
    line = open_line(world.write())
    assert told(periods_of(line, REF)) == [("v1.0.0", "promotion")]
    assert told(periods_of(line, "deployment/staging/second")) == [("v3.0.0", "by hand")]
    assert [p.deployment for p in periods_in(line, "staging")] == ["second", "demand"]


def test_what_never_stood_has_no_periods(world: LineWorld) -> None:
    line = open_line(world.write())
    assert periods_of(line, REF) == periods_of(line, "deployment/nowhere/demand") == periods_in(line, "production") == []
