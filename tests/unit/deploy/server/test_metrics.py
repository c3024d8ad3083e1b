"""Counts of several processes, as one page."""

from __future__ import annotations

import json

from mlspec.deploy.server.metrics import Metrics, added, page


def counted(*seen: tuple[str, int, float]) -> list[object]:
    made = Metrics()
    for model, status, seconds in seen:
        made.observe((model, "v1.0.0"), status, seconds)
    found: list[object] = json.loads(json.dumps(made.snapshot()))  # as it comes over a channel
    return found


def test_a_sum_is_what_one_process_would_have_counted() -> None:
    one, other = [("b", 200, 0.02), ("a", 400, 0.0002)], [("a", 200, 0.3), ("b", 200, 20.0), ("a", 400, 0.0001)]
    assert page(added([counted(*one), counted(*other), []])) == page(added([counted(*one, *other)]))
    lines = page(added([counted(*one), counted(*other)]), {"mlspec_workers": ("Processes.", "gauge", 2.0)}).splitlines()
    assert 'mlspec_requests_total{model="a",version="v1.0.0",status="400"} 2' in lines
    assert 'mlspec_request_seconds_bucket{model="b",version="v1.0.0",le="10.0"} 1' in lines
    assert 'mlspec_request_seconds_count{model="b",version="v1.0.0"} 2' in lines
    assert lines[-1] == "mlspec_workers 2"
    assert len([line for line in lines if line.startswith("# TYPE")]) == 3, "each name is declared once"
