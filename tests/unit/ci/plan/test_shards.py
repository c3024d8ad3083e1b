"""Which objects share a job."""

from __future__ import annotations

import random
from collections import Counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mlspec.ci.plan.shards import DEFAULT_MINUTES, MAX_MINUTES, OVERHEAD_MINUTES, PER_RUNNER, Task, pack, whole_minutes
from mlspec.ci.plan_file import MAX_SHARDS
from mlspec.diagnostics import Problems

HERE = ("ubuntu-latest",)
RUNNERS = st.sampled_from([HERE, ("gpu",), ("self-hosted", "linux"), ("large",)])


LIMITS = st.one_of(st.none(), st.integers(1, MAX_MINUTES))
TIMES = st.one_of(st.none(), st.floats(0, 1e6))


@st.composite
def tasks(draw: st.DrawFn) -> list[Task]:
    """Up to 700 tasks of a few kinds; the dice are our own, since a drawn value a task takes hypothesis long."""
    dice = random.Random(draw(st.integers(0, 1 << 30)))
    runners, limits = draw(st.lists(RUNNERS, min_size=1, unique=True)), draw(st.lists(LIMITS, min_size=1, max_size=5))
    times = draw(st.lists(TIMES, min_size=1, max_size=9))
    return [Task(f"model/m{n}", dice.choice(runners), dice.choice(limits), dice.choice(times)) for n in range(draw(st.integers(0, 700)))]


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(tasks(), st.integers(1, 256))
def test_every_object_once_in_few_shards_of_one_runner_whatever_the_order(found: list[Task], parallel: int) -> None:
    groups = pack(found, parallel)
    known = {task.ref: task for task in found}
    assert Counter(ref for group in groups for ref in group.refs) == Counter(list(known))
    assert all(group.refs for group in groups)
    assert all({known[ref].runs_on for ref in group.refs} == {group.runs_on} for group in groups)
    assert all(len({known[ref].minutes for ref in group.refs}) == 1 for group in groups)
    assert all(1 <= group.minutes <= MAX_MINUTES for group in groups)
    kinds = len({(task.runs_on, task.minutes) for task in found})
    limit = min(MAX_SHARDS, PER_RUNNER * parallel)
    assert len(groups) == min(len(found), max(limit, kinds))
    assert pack(random.Random(1).sample(found, len(found)), parallel) == groups


def test_what_takes_longest_stands_alone_and_the_rest_is_even() -> None:
    found = [Task("model/long", HERE, None, 600.0), *(Task(f"model/m{n}", HERE, None, 60.0) for n in range(30))]
    groups = pack(found, 1)
    assert len(groups) == PER_RUNNER
    assert ("model/long",) in [group.refs for group in groups]
    assert sorted(len(group.refs) for group in groups) == [1, 10, 10, 10]


def test_an_unknown_time_counts_as_the_median_of_the_known() -> None:
    known = [Task(f"model/k{n}", HERE, None, seconds) for n, seconds in enumerate((1.0, 100.0, 10_000.0))]
    groups = pack([*known, *(Task(f"model/u{n}", HERE) for n in range(20))], 1)
    assert ("model/k2",) in [group.refs for group in groups]
    assert sorted(len(group.refs) for group in groups) == [1, 7, 7, 8]


def test_the_runner_with_more_to_do_gets_more_shards() -> None:
    found = [Task(f"model/g{n}", ("gpu",), None, 300.0) for n in range(40)] + [Task(f"model/c{n}", HERE, None, 100.0) for n in range(40)]
    shares = Counter(group.runs_on for group in pack(found, 2))
    assert shares[("gpu",)] == 6
    assert shares[HERE] == 2


@pytest.mark.parametrize(
    ("limits", "minutes"),
    [
        ([None], DEFAULT_MINUTES),
        ([None] * 6, DEFAULT_MINUTES),
        ([30], 30 + OVERHEAD_MINUTES),
        ([30, 30], 60 + OVERHEAD_MINUTES),
        ([300, 300], DEFAULT_MINUTES),
        ([600], 600 + OVERHEAD_MINUTES),
        ([MAX_MINUTES], MAX_MINUTES),
    ],
)
def test_a_job_has_time_for_each_of_its_objects(limits: list[int | None], minutes: int) -> None:
    group = pack([Task("model/a" + "a" * n, HERE, limit) for n, limit in enumerate(limits)] * 1, 1)
    assert max(g.minutes for g in group) <= minutes
    assert len(limits) > 1 or group[0].minutes == minutes


def test_many_of_one_limit_share_a_job_with_time_for_all() -> None:
    groups = pack([Task(f"model/m{n}", HERE, 30) for n in range(16)], 1)
    assert {(len(g.refs), g.minutes) for g in groups} == {(4, 120 + OVERHEAD_MINUTES)}


def test_more_time_limits_than_jobs_share_the_longest() -> None:
    groups = pack([Task(f"model/m{n}", HERE, 100 + n) for n in range(300)], 64)
    assert len(groups) == MAX_SHARDS
    assert {ref for g in groups for ref in g.refs} == {f"model/m{n}" for n in range(300)}


def test_more_runners_than_jobs_can_not_be_planned() -> None:
    with pytest.raises(Problems, match="MLS0564"):
        pack([Task(f"model/m{n}", (f"runner-{n}",)) for n in range(257)], 64)


def test_limits_are_whole_minutes() -> None:
    assert [whole_minutes(s) for s in (None, 0.0, 1.0, 60.0, 61.0, 1e9)] == [None, 1, 1, 1, 2, MAX_MINUTES]
