"""History agrees with a simple model of it: whatever is promoted, rolled back, edited, moved and removed, in whatever order."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from support.line_world import LineWorld, deployment
from support.records import sha

from mlspec.adapters.git.when import instant
from mlspec.registry.branch import open_line
from mlspec.registry.history.at import tell_at
from mlspec.registry.history.moment import Asked
from mlspec.registry.history.objects import Named
from mlspec.registry.history.periods import Period, periods_in
from mlspec.registry.history.tell import tell

Place = tuple[str, str]
PLACES: tuple[Place, ...] = (("staging", "demand"), ("production", "demand"), ("production", "second"))
KINDS = ("promotion", "rollback", "by hand", "move", "remove", "code")
OPERATIONS = st.lists(st.tuples(st.sampled_from(KINDS), st.sampled_from(PLACES), st.integers(0, 3)), min_size=1, max_size=10)


class Model:
    """What each place has, by dicts; the periods so far as [place, version, how, from, until]."""

    def __init__(self, world: LineWorld) -> None:
        self.world = world
        self.now: dict[Place, str] = {}
        self.paths = {place: usual(place) for place in PLACES}
        self.texts = {place: deployment(*place, "demand") for place in PLACES}
        self.rows: list[list[str | None]] = []
        self.states: list[tuple[int, dict[Place, str]]] = []
        world.start({self.paths[place]: text for place, text in self.texts.items()})

    def promote(self, place: Place, version: str, kind: str) -> None:
        when, self.texts[place] = self.world.promote(*place, version, kind, self.paths[place], reason="why")
        self._became(place, version, kind, when)

    def by_hand(self, place: Place, version: str) -> None:
        text = deployment(*place, "demand", {"version": version, "digest": sha(version)})
        when, same = self.world.push({self.paths[place]: text}), text == self.texts[place]
        self.texts[place] = text
        if not same:
            self._became(place, version, "by hand", when)

    def move(self, place: Place) -> None:
        if self.texts[place]:
            new = f"environments/{place[0]}/moved-{self.world.clock}.yaml"
            self.world.push({self.paths[place]: None, new: self.texts[place]})
            self.paths[place] = new

    def remove(self, place: Place) -> None:
        if self.texts[place]:
            when = self.world.push({self.paths[place]: None})
            self.texts[place], self.paths[place] = "", usual(place)
            if place in self.now:
                self._became(place, None, "removal", when)

    def told_of_the_model(self) -> list[list[str | None]]:
        """What is gone and never had a claim is told by its environment only: nothing at the tip says that it was the model's."""
        known = {f"deployment/{p[0]}/{p[1]}" for p in PLACES if self.texts[p]} | {
            str(r[0]) for r in self.rows if r[2] in ("promotion", "rollback")
        }
        return [r for r in self.rows if r[0] in known]

    def _became(self, place: Place, version: str | None, how: str, when: int) -> None:
        name = f"deployment/{place[0]}/{place[1]}"
        for row in self.rows:
            row[4] = instant(when) if row[0] == name and row[4] is None else row[4]
        self.rows.append([name, version, how, instant(when), None])
        self.now = {k: v for k, v in {**self.now, place: version}.items() if v}


def usual(place: Place) -> str:
    return f"environments/{place[0]}/{place[1]}.yaml"


def apply(model: Model, kind: str, place: Place, version: str) -> None:
    if kind in ("promotion", "rollback"):
        model.promote(place, version, kind)
    elif kind == "by hand" and model.paths[place] == usual(place):
        model.by_hand(place, version)
    elif kind == "move" and place in model.now:
        model.move(place)
    elif kind == "remove":
        model.remove(place)
    else:
        model.world.push({"src/code.py": f"# {model.world.clock}\n"})
    model.states.append((model.world.clock, dict(model.now)))


def row(period: Period) -> list[str | None]:
    return [period.ref, period.version, period.how, period.start.instant, period.until.instant if period.until else None]


def in_order(rows: list[list[str | None]]) -> list[list[str | None]]:
    return sorted(rows, key=lambda r: (str(r[0]), str(r[3])))


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(OPERATIONS)
@example([("promotion", PLACES[0], 0), ("move", PLACES[0], 0), ("remove", PLACES[0], 0), ("promotion", PLACES[0], 1)])
def test_history_and_at_agree_with_a_model(operations: list[tuple[str, Place, int]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        model = Model(LineWorld(Path(folder) / "project"))
        for kind, place, number in operations:
            apply(model, kind, place, f"v1.{number}.0")
        line = open_line(model.world.write())
        if told := model.told_of_the_model():
            assert in_order([row(p) for p in tell(line, Named("model", "demand")).periods]) == in_order(told)
        for environment in ("staging", "production"):
            periods = in_order([row(p) for p in periods_in(line, environment)])
            assert periods == in_order([r for r in model.rows if str(r[0]).startswith(f"deployment/{environment}/")])
            for when, state in model.states:
                stood = tell_at(line, Asked(when, ""), environment).stood
                there = {(environment, s.declared.name): s.declared.version for s in stood if s.declared.version}
                assert there == {place: version for place, version in state.items() if place[0] == environment}
                assert all((s.since is None) == (s.declared.version is None) for s in stood)
