"""Requests that wait are answered together, each with what it would be answered alone."""

from __future__ import annotations

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from support.serving import make_model, tensors

from mlspec.deploy.server.answering import Answering
from mlspec.deploy.server.errors import RequestError
from mlspec.deploy.server.gathering import HOLD, Gathering, Goal
from mlspec.deploy.server.model import open_model
from mlspec.runtime.predict import Predictions


@pytest.fixture(scope="module")
def gathering(tmp_path_factory: pytest.TempPathFactory) -> Gathering:
    from sklearn.svm import SVC

    folder = tmp_path_factory.mktemp("models") / "svc"
    digest = make_model(folder, classes=True, estimator=SVC())
    return Gathering(Answering(open_model(folder, digest, "demand", "v1.0.0")))


def body(temperature: float, rows: int = 1) -> bytes:
    return json.dumps({"id": str(temperature), "inputs": tensors(rows, temperature={"data": [temperature] * rows})}).encode()


def ask(gathering: Gathering, bodies: list[bytes]) -> list[Any]:
    async def all_at_once() -> list[Any]:
        with ThreadPoolExecutor(2) as threads:
            return await asyncio.gather(*(gathering(b, threads) for b in bodies), return_exceptions=True)

    return asyncio.run(all_at_once())


def test_what_waits_goes_together_and_answers_as_alone(gathering: Gathering, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[int] = []
    model = type(gathering.answering.model)
    right = model.predict

    def counted(self: Any, columns: Any) -> Predictions:
        calls.append(len(columns["hour"]))
        return right(self, columns)

    monkeypatch.setattr(model, "predict", counted)
    bodies = [body(t, rows) for t, rows in ((-5.0, 1), (3.5, 2), (20.25, 1), (31.0, 3))]
    assert gathering.takes(bodies[0])
    together = ask(gathering, bodies)
    assert calls == [7]
    assert together == [gathering.answering(b) for b in bodies]


def test_what_is_wrong_with_one_is_no_others(gathering: Gathering) -> None:
    unsound = json.dumps({"inputs": tensors(warm=None)}).encode()
    late = json.dumps({"inputs": tensors(hour={"data": [2**53 + 2]})}).encode()
    found = ask(gathering, [body(1.0), unsound, body(2.0), late])
    assert isinstance(found[1], RequestError) and "missing input `warm`" in found[1].message
    assert [found[0], found[2], found[3]] == [gathering.answering(b) for b in (body(1.0), body(2.0), late)]


def test_a_model_that_fails_on_one_row_answers_the_others(gathering: Gathering, monkeypatch: pytest.MonkeyPatch) -> None:
    from mlspec.diagnostics import problem

    model = type(gathering.answering.model)
    right = model.predict

    def fails(self: Any, columns: Any) -> Predictions:
        if 66.0 in columns["temperature"]:
            raise problem("MLS0665", "the model failed to predict", help="")
        return right(self, columns)

    monkeypatch.setattr(model, "predict", fails)
    found = ask(gathering, [body(1.0), body(66.0), body(2.0)])
    assert isinstance(found[1], RequestError) and found[1].status == 500
    assert [json.loads(found[i])["id"] for i in (0, 2)] == ["1.0", "2.0"]


def test_a_model_that_is_quick_is_not_waited_for(regression_folder: Path) -> None:
    from mlspec.runtime.artifact import digest_folder

    answering = Answering(open_model(regression_folder, digest_folder(regression_folder), "demand", "v1.0.0"))
    assert answering.model.engine.kind == "compiled"
    assert answering.is_quick(body(1.0))
    assert not Gathering(answering).takes(body(1.0))


def test_company_is_waited_for_where_it_comes_and_answers_are_those_of_before(gathering: Gathering) -> None:
    from mlspec.deploy.server.config import Batching
    from mlspec.runtime.tally import Tally

    tally = Tally()
    waiting = Gathering(gathering.answering, Batching(rows=8, wait_seconds=0.5), tally)
    bodies = [body(float(t), rows) for t, rows in zip(range(24), [1, 2, 1, 3] * 6, strict=True)]
    for _ in range(3):
        assert ask(waiting, bodies) == [gathering.answering(b) for b in bodies]
    counts = tally.counts()
    assert counts["gathered",] == 72 and 18 <= counts["calls",] < 40


def test_more_rows_than_may_go_together_are_asked_in_turn_and_one_large_request_alone(gathering: Gathering) -> None:
    from mlspec.deploy.server.config import Batching

    waiting = Gathering(gathering.answering, Batching(rows=2, wait_seconds=0.001))
    bodies = [body(1.0, 5), body(2.0), body(3.0), body(4.0)]
    assert ask(waiting, bodies) == [gathering.answering(b) for b in bodies]


def test_who_comes_alone_waits_once_and_then_no_more() -> None:
    goal = Goal(16)
    goal.learn(1, came=True)
    assert goal.rows == 2
    goal.learn(1, came=False)  # it waited, and nobody came
    waited = []
    for _ in range(HOLD):
        waited.append(goal.rows > 1)
        goal.learn(1, came=True)
    assert not any(waited)
    goal.learn(1, came=True)
    assert goal.rows == 2, "tried again after a while"


def test_the_goal_grows_with_what_comes_and_never_beyond_what_may() -> None:
    goal = Goal(16)
    for _ in range(40):
        goal.learn(min(goal.rows, 12), came=goal.rows <= 12)
    assert goal.rows == 12
    for _ in range(HOLD + 1):
        goal.learn(20, came=True)
    assert goal.rows == 16


def test_a_compiled_model_is_asked_row_by_row_in_spite_of_batching_and_says_so(
    regression_folder: Path, gathering: Gathering, caplog: pytest.LogCaptureFixture
) -> None:
    from mlspec.deploy.server.config import Batching
    from mlspec.deploy.server.models import Models
    from mlspec.runtime.artifact import digest_folder

    fast = open_model(regression_folder, digest_folder(regression_folder), "fast", "v1.0.0")
    models = Models([fast, gathering.answering.model], Batching(8, 0.01))
    told = {name: json.loads(models.find(name).metadata.body)["properties"]["batching"] for name in ("fast", "demand")}
    assert told["fast"].startswith("no: ") and told["demand"] == "yes"
    assert "fast v1.0.0 is asked row by row, in spite of `batching`" in caplog.text and "demand v1.0.0 is asked" not in caplog.text
