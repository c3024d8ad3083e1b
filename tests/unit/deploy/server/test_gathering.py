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
from mlspec.deploy.server.gathering import Gathering
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
