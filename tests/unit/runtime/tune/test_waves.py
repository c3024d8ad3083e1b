"""A search is the same whoever does which trial, in whatever order they end, and wherever it was killed."""

from __future__ import annotations

import contextlib
import json
import random
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.sections import SAMPLER

from mlspec.runtime.tune.kept import Kept
from mlspec.runtime.tune.pruning import is_worse
from mlspec.runtime.tune.samplers import Search, search_of
from mlspec.runtime.tune.trial import Asked, Trial, best_of
from mlspec.runtime.tune.waves import search

SPACE: dict[str, dict[str, Any]] = {
    "a": {"low": 0.001, "high": 10, "log": True},
    "n": {"low": 1, "high": 20, "type": "integer"},
    "c": {"choices": ["x", None, {"class": "a.B"}]},
    "r": {"low": 0, "high": 1, "when": {"c": ["x"]}},
}
QUICK = {**SAMPLER, "startup": 4, "candidates": 8, "group": True}
ENGINES = st.sampled_from(["random", "optuna", "halving", "grid"])


class Killed(Exception):
    """Stands for `kill -9`: nothing is cleaned up."""


def plan(engine: str, trials: int, wave: int, prune: bool) -> Search:
    space = {name: dict(form) for name, form in SPACE.items()}
    if engine == "grid":
        space["a"], space["r"] = {"choices": [0.1, 1.0]}, {"choices": [0.0, 0.5], "when": {"c": ["x"]}}
    section: dict[str, Any] = {"engine": engine, "metric": "mae", "trials": trials, "wave": wave, "folds": 3, "repeats": 1, "seed": 3}
    more = {"space": space, "sampler": QUICK, "halving": {"factor": 2, "resource": "rows"}}
    return search_of({**section, **more, **({"prune": "median"} if prune and engine != "halving" else {})}, greater=False)


def tried(asked: Asked) -> Trial:
    """A pure function of the setting: every seventh fails."""
    params = asked.params
    if params["n"] % 7 == 0:
        return Trial(asked.number, asked.wave, params, "failed", error="no", share=asked.share)
    values: list[float] = []
    for fold in range(3):
        values.append(round(abs(params["a"] - 0.3) + params["n"] * 0.01 * (fold + 1) + params.get("r", 0.5) + (1 - asked.share), 9))
        if fold < 2 and is_worse(values, asked.bars, greater=False):
            return Trial(asked.number, asked.wave, params, "pruned", tuple(values), share=asked.share)
    return Trial(asked.number, asked.wave, params, "complete", tuple(values), share=asked.share)


class Crew:
    """Does trials in an order of its own, and dies after `lives` of them."""

    def __init__(self, seed: int, lives: int | None = None) -> None:
        self.dice, self.lives, self.done = random.Random(seed), lives, 0

    def __call__(self, _: object, asked: Sequence[Asked]) -> Iterator[Trial]:
        order = list(asked)
        self.dice.shuffle(order)
        for one in order:
            if self.done == self.lives:
                raise Killed
            self.done += 1
            yield tried(one)


def found(how: Search, crew: Crew, place: Path, of: str = "sha256:ab") -> list[str]:
    judge: Any = SimpleNamespace(greater=False)
    return [one.line() for one in search(how, judge, crew, Kept(place, of), seed=3).trials]


@settings(deadline=None, max_examples=40)
@given(ENGINES, st.integers(1, 20), st.integers(1, 7), st.booleans(), st.integers(0, 99), st.lists(st.integers(0, 12), max_size=4))
def test_the_same_trials_in_any_order_and_after_any_kills(
    engine: str, trials: int, wave: int, prune: bool, seed: int, kills: list[int]
) -> None:
    how = plan(engine, 60 if engine == "grid" else trials, wave, prune)
    with tempfile.TemporaryDirectory() as clean, tempfile.TemporaryDirectory() as killed:
        usual = found(how, Crew(0), Path(clean))
        done = 0
        for number, lives in enumerate(kills):
            crew = Crew(seed + number, lives)
            with contextlib.suppress(Killed):
                assert found(how, crew, Path(killed)) == usual
            done += crew.done
        last = Crew(seed)
        assert found(how, last, Path(killed)) == usual
        assert done + last.done == len(usual)  # none was done twice


def test_half_a_line_is_no_trial(tmp_path: Path) -> None:
    how = plan("random", 6, 3, prune=False)
    usual = found(how, Crew(0), tmp_path)
    (path,) = tmp_path.glob("*.jsonl")
    path.write_bytes(path.read_bytes()[:-25])
    crew = Crew(1)
    assert found(how, crew, tmp_path) == usual
    assert crew.done == 1
    assert all(json.loads(line)["part"] == "" for line in path.read_text().splitlines())


def test_another_search_takes_nothing(tmp_path: Path) -> None:
    how = plan("random", 6, 3, prune=False)
    found(how, Crew(0), tmp_path)
    crew = Crew(0)
    found(how, crew, tmp_path, "sha256:cd")
    assert crew.done == 6
    assert [path.stem for path in tmp_path.glob("*.jsonl")] == ["cd"]


def test_other_params_of_one_number_are_not_taken(tmp_path: Path) -> None:
    found(plan("random", 6, 3, prune=False), Crew(0), tmp_path)
    crew = Crew(0)
    found(plan("grid", 36, 3, prune=False), crew, tmp_path)
    assert crew.done > 6


@pytest.mark.parametrize("engine", ["optuna", "random", "grid"])
def test_a_planted_optimum_is_found(engine: str, tmp_path: Path) -> None:
    """f = (log10 a + 1)^2 + (k - 6)^2 / 10 has its least at a = 0.1, k = 6. A draw comes within 0.5 of it with 7.2%: of 64 none does in one
    search of 120.
    """
    import math

    space: dict[str, dict[str, Any]] = {"a": {"low": 1e-4, "high": 100, "log": True}, "k": {"low": 1, "high": 12, "type": "integer"}}
    if engine == "grid":
        space["a"] = {"choices": [1e-3, 1e-2, 0.1, 1.0, 10.0]}
    section = {"engine": engine, "metric": "mae", "wave": 8, "folds": 1, "repeats": 1, "seed": 5, "space": space, "sampler": QUICK}
    how = search_of({**section, "trials": 64}, greater=False)

    def crew(_: object, asked: Sequence[Asked]) -> Iterator[Trial]:
        for one in asked:
            value = (math.log10(one.params["a"]) + 1) ** 2 + (one.params["k"] - 6) ** 2 / 10
            yield Trial(one.number, one.wave, one.params, "complete", (float(f"{value:.12g}"),))

    judge: Any = SimpleNamespace(greater=False)
    best = best_of(search(how, judge, crew, Kept(tmp_path, "sha256:x"), seed=5).trials, greater=False)
    limit = {"random": 0.5, "optuna": 0.05, "grid": 1e-12}[engine]
    assert best is not None and best.value is not None and best.value <= limit
