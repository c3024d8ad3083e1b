"""A server is told of another address of its store, and nobody else is."""

from __future__ import annotations

from typing import Any

import pytest

from mlspec.deploy.online import knows_address, marked
from mlspec.deploy.server.by_key import settings

FORM: dict[str, Any] = {"set": "daily", "definition": "sha256:1", "key": {}, "types": {}, "maxAge": None}
FILE = FORM | {"place": {"file": "/x/a.sqlite"}}
REDIS = FORM | {"place": {"variable": "STORE", "namespace": "{x}"}}


def test_an_address_is_told_by_a_fingerprint(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STORE", "redis://:5ecret@one")
    one = marked(REDIS, None)
    assert one is not None and "5ecret" not in str(one) and one["mark"]
    assert marked(REDIS, one) == one
    assert marked(REDIS, {"set": "daily", "why": "x"}) not in (one, REDIS)
    found = settings(one)
    assert found is not None and found.place.variable == "STORE"
    monkeypatch.setenv("STORE", "redis://:5ecret@two")
    two = marked(REDIS, one)
    assert two not in (one, REDIS)
    assert (knows_address([FILE, None, two], REDIS), knows_address([one, FILE, None], REDIS), knows_address([], REDIS)) == (
        True,
        False,
        False,
    )
    monkeypatch.delenv("STORE")
    assert marked(REDIS, one) == one and marked(REDIS, None) == REDIS and knows_address([one], REDIS)


def test_a_file_and_no_lookups_have_none() -> None:
    for form in (None, FILE, {"set": "daily", "why": "nobody knows"}):
        assert marked(form, None) == form and knows_address([], form)
