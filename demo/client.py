"""A client of the Open Inference Protocol v2, with nothing but the standard library: what any language can do."""

from __future__ import annotations

import json
from typing import Any
from urllib.request import Request, urlopen

from demo.world import World

RUSH_HOUR: dict[str, Any] = {
    "season": "fall",
    "hour": 17,
    "holiday": "No",
    "weekday": "Wed",
    "workingday": "Yes",
    "weather": "rain",
    "temperature": 26.78,
    "feels_like": 29.0,
    "humidity": 55.0,
    "wind_speed": 15.0,
    "demand_28d": 289.6,
}
REALLY = 783
"""A row of the test set, 2012-08-22 at five in the afternoon, and the rentals that really began in that hour."""


def query(world: World, environment: str, version: str) -> float:
    """Ask a server for one prediction; check that it is the version expected, and that the number is plausible."""
    url = world.url(environment)
    metadata = _json(Request(url))  # noqa: S310 - our own URL, always http://
    world.check(metadata["versions"] == [version], f"{environment} serves {metadata['versions']}, not {version}")
    body = {"id": "demo-1", "inputs": [_tensor(i) for i in metadata["inputs"]]}
    world.screen.command(f"curl {url}/infer -d '{json.dumps(body)}'", "")
    request = Request(f"{url}/infer", data=json.dumps(body).encode(), headers={"Content-Type": "application/json"})  # noqa: S310 - likewise
    answer = _json(request)
    world.screen.output(json.dumps(answer))
    bikes = float(answer["outputs"][0]["data"][0])
    world.check(answer["model_version"] == version, f"{answer['model_version']} answered, not {version}")
    world.check(50 < bikes < 1200, f"{bikes} rentals at the evening rush hour are not plausible")
    world.facts.append(f"{environment:<10} served {version}: {bikes:.0f} rentals expected, {REALLY} in truth")
    world.screen.note(f"{environment} serves {version}: {bikes:.0f} rentals expected in that hour, {REALLY} there really were")
    return bikes


def _tensor(declared: dict[str, Any]) -> dict[str, Any]:
    name = declared["name"]
    return {"name": name, "shape": [1], "datatype": declared["datatype"], "data": [RUSH_HOUR[name]]}


def _json(request: Request) -> dict[str, Any]:
    with urlopen(request, timeout=10) as answer:  # noqa: S310 - a URL of our own making, always http://
        found: dict[str, Any] = json.loads(answer.read())
    return found
