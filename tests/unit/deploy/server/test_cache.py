"""Answers that are kept: the same bytes, of one version, counted, and no more of them than allowed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from support.server_client import Ask, app_of, client_of, opened
from support.serving import make_model, tensors

from mlspec.deploy.server.cache import LARGEST, AnswerCache
from mlspec.deploy.server.quick import Quick
from mlspec.runtime.tally import Tally

INFER, ROWS = "/v2/models/demand/infer", "/v1/models/demand:predict"


def body(temperature: float) -> bytes:
    return json.dumps({"inputs": tensors(temperature={"data": [temperature]})}).encode()


def hits(ask: Ask) -> dict[str, int]:
    lines = [line for line in ask("GET", "/metrics").text.splitlines() if line.startswith("mlspec_cache_total{")]
    return {line.split('result="')[1].split('"')[0]: int(line.rsplit(" ", 1)[1]) for line in lines}


def test_what_was_not_asked_for_longest_goes() -> None:
    tally = Tally()
    cache = AnswerCache(2, tally)
    for name in (b"a", b"b"):
        cache.keep("oip", name, name.upper())
    assert cache.find("oip", b"a") == b"A"
    cache.keep("oip", b"c", b"C")
    assert [cache.find("oip", name) for name in (b"a", b"b", b"c")] == [b"A", None, b"C"] and len(cache) == 2
    assert tally.counts() == {("cache", "hit"): 3, ("cache", "miss"): 3}


def test_protocols_are_apart_and_what_is_large_is_not_kept() -> None:
    cache = AnswerCache(9, Tally())
    cache.keep("oip", b"a", b"1")
    assert cache.find("tf", b"a") is None
    cache.keep("oip", b"x" * (LARGEST + 1), b"1")
    cache.keep("oip", b"y", b"1" * (LARGEST + 1))
    assert len(cache) == 1


def test_with_none_allowed_nothing_is_kept_or_counted() -> None:
    tally = Tally()
    cache = AnswerCache(0, tally)
    cache.keep("oip", b"a", b"1")
    assert cache.find("oip", b"a") is None and tally.counts() == {}


@pytest.fixture(params=["compiled", "scikit-learn"])
def folders(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Path, Path]:
    """Two versions of a model that answer differently."""
    from sklearn.linear_model import Ridge
    from sklearn.neighbors import KNeighborsRegressor

    for name, shift in (("old", 0.0), ("new", 500.0)):
        make_model(tmp_path / name, shift=shift, estimator=Ridge() if request.param == "compiled" else KNeighborsRegressor())
    return tmp_path / "old", tmp_path / "new"


def test_answers_are_the_same_bytes_with_and_without_and_a_swap_forgets_them(folders: tuple[Path, Path]) -> None:
    old, new = (opened(folder, version=version) for folder, version in zip(folders, ("v1.0.0", "v1.1.0"), strict=True))
    app, _, endpoints = app_of([old], cached_answers=10)
    with_cache, without = client_of(app), client_of(app_of([old])[0])
    temperatures, rows = (1.0, 2.5, 30.0, 1.0, 2.5), json.dumps({"instances": [{t["name"]: t["data"][0] for t in tensors()}]})
    for temperature in temperatures:
        assert with_cache("POST", INFER, content=body(temperature)).content == without("POST", INFER, content=body(temperature)).content
    for _ in range(2):
        assert with_cache("POST", ROWS, content=rows).content == without("POST", ROWS, content=rows).content
    assert hits(with_cache) == {"hit": 3, "miss": 4} and hits(without) == {}
    before = with_cache("POST", INFER, content=body(1.0)).json()
    endpoints.models.put(new)
    after = with_cache("POST", INFER, content=body(1.0)).json()
    assert after == client_of(app_of([new])[0])("POST", INFER, content=body(1.0)).json()
    assert (before["model_version"], after["model_version"]) == ("v1.0.0", "v1.1.0")
    assert after["outputs"][0]["data"] != before["outputs"][0]["data"]
    page = with_cache("GET", "/metrics").text
    assert 'mlspec_cache_total{model="demand",version="v1.0.0",result="hit"} 4' in page, "what the old version counted stays"
    assert 'mlspec_cache_total{model="demand",version="v1.1.0",result="miss"} 1' in page


def test_what_is_refused_is_not_kept(folders: tuple[Path, Path]) -> None:
    ask = client_of(app_of([opened(folders[0])], cached_answers=10)[0])
    unsound = json.dumps({"inputs": tensors(warm=None)})
    assert [ask("POST", INFER, content=unsound).status_code for _ in range(2)] == [400, 400]
    assert hits(ask) == {}


def test_a_known_answer_is_given_at_once_however_slow_the_model(folders: tuple[Path, Path]) -> None:
    app, _, endpoints = app_of([opened(folders[0])], cached_answers=10)
    quick, sent = Quick(endpoints, None, app), body(3.0)
    answer = client_of(app)("POST", INFER, content=sent).content
    scope: dict[str, Any] = {"type": "http", "method": "POST", "path": INFER, "headers": [], "client": None}
    found = quick(scope, sent)
    assert found is not None and found[0] == 200 and found[1].endswith(answer)
    assert hits(client_of(app)) == {"hit": 1, "miss": 1}
