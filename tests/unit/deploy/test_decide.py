"""The one decision of the reconcile loop, as a table."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from mlspec.deploy.decide import Desired, decide
from mlspec.deploy.state import State
from mlspec.deploy.targets.rest_observed import Observed, url
from mlspec.deploy.targets.rest_start import same_address
from mlspec.language.kinds.targets.rest import RestTarget

A, B = "sha256:" + "a" * 64, "sha256:" + "b" * 64
WANTED = Desired("demand", "v1.0.0", A, "claim", "target")
STATE = State(7, "127.0.0.1", 8080, "demand", "v1.0.0", A, "claim", "target", "2026-11-21T08:00:00Z", Path("c"), Path("l"), Path("j"))
FINE = Observed(STATE, True, "v1.0.0", A)


@pytest.mark.parametrize(
    ("observed", "desired", "kind", "reason"),
    [
        (Observed(), None, "noop", "nothing declared, nothing runs"),
        (Observed(STATE), None, "stop", "no version is declared"),
        (FINE, None, "stop", "no version is declared"),
        (Observed(), WANTED, "start", "nothing runs"),
        (Observed(STATE), WANTED, "heal", "(process 7) ended"),
        (Observed(STATE, True), WANTED, "heal", "does not answer"),
        (FINE, WANTED, "noop", "in sync: v1.0.0 at http://127.0.0.1:8080"),
        (FINE, replace(WANTED, version="v1.1.0", digest=B), "replace", "v1.0.0 -> v1.1.0"),
        (FINE, replace(WANTED, digest=B), "replace", "other bytes run as v1.0.0"),
        (FINE, replace(WANTED, model="other"), "replace", "model demand -> other"),
        (FINE, replace(WANTED, target_digest="t2"), "replace", "the deployment target changed"),
        (FINE, replace(WANTED, claim="c2"), "replace", "the claim changed"),
        # what the server says of itself is believed over the state file
        (replace(FINE, digest=B), WANTED, "replace", "other bytes"),
        (replace(FINE, version="v0.9.0"), WANTED, "replace", "v0.9.0 -> v1.0.0"),
        # a dead server comes back as what is declared now
        (Observed(STATE), replace(WANTED, version="v1.1.0"), "heal", "ended"),
    ],
)
def test_decide(observed: Observed, desired: Desired | None, kind: str, reason: str) -> None:
    action = decide(observed, desired)
    assert action.kind == kind
    assert reason in action.reason


def test_a_socket_is_taken_over_on_the_same_address_only() -> None:
    assert same_address(STATE, RestTarget(port=8080))
    assert same_address(STATE, RestTarget(port=0))
    assert not same_address(STATE, RestTarget(port=8081))
    assert not same_address(STATE, RestTarget(port=8080, host="0.0.0.0"))


def test_addresses_to_reach_a_server_at() -> None:
    assert url(replace(STATE, host="0.0.0.0", port=80)) == "http://127.0.0.1:80"
    assert url(replace(STATE, host="::", port=80, tls=True)) == "https://[::1]:80"
    assert url(replace(STATE, host="db8::1", port=80)) == "http://[db8::1]:80"
    assert str(FINE) == "v1.0.0 at http://127.0.0.1:8080"
    assert str(Observed(STATE, True)) == "not answering at http://127.0.0.1:8080"
