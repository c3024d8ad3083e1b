"""What really serves: the state file, the process, and what the server itself says.

Changes nothing; takes long only when a server hangs.
"""

from __future__ import annotations

import http.client
import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlspec.deploy.decide import Desired
from mlspec.deploy.process import is_server
from mlspec.deploy.state import State, places, read_state

PATIENCE = (3.0, 8.0, 16.0)
"""Seconds that each look gives a server to answer for its metadata. One that decodes large bodies can miss the first."""
PAUSE = 0.5
"""Seconds between two looks at a server that refused the connection or answered nonsense."""
BUSY = {"busy": True}


@dataclass(frozen=True, slots=True)
class Observed:
    """A server as found. `version` and `digest` are what it serves by its own words; None when it does not answer."""

    state: State | None = None
    alive: bool = False
    version: str | None = None
    digest: str | None = None

    @property
    def healthy(self) -> bool:
        """It answers, and serves the model it was started for."""
        return self.alive and self.version is not None

    @property
    def standing(self) -> Desired | None:
        """What the server says of itself is believed over the state file."""
        state = self.state
        if state is None:
            return None
        return Desired(state.model, self.version or state.version, self.digest or state.digest, state.claim, state.target_digest)

    @property
    def broken(self) -> str:
        """Why it has to be started again."""
        if self.state is None or self.healthy:
            return ""
        return f"the server (process {self.state.pid}) {'does not answer' if self.alive else 'ended'}"

    @property
    def where(self) -> str:
        """The URL where it serves, while it is alive."""
        return address(self.state.host, self.state.port) if self.state and self.alive else ""

    def __str__(self) -> str:
        if self.state is None:
            return "not running"
        if not self.alive:
            return f"down (process {self.state.pid} ended)"
        return f"{self.version} at {self.where}" if self.healthy else f"not answering at {self.where}"


def observe(root: Path, environment: str, name: str) -> Observed:
    """Observe one deployment's server on this machine."""
    state = read_state(places(root, environment, name).state)
    if state is None:
        return Observed()
    if not is_server(state.pid, state.config):
        return Observed(state)
    metadata = _look(state)
    if metadata is None and not is_server(state.pid, state.config):
        return Observed(state)  # it ended while we asked
    if metadata == BUSY:
        return Observed(state, True, state.version, state.digest)
    try:
        return Observed(state, True, str(metadata["versions"][0]), str(metadata["properties"]["digest"]))
    except (TypeError, KeyError, IndexError):
        return Observed(state, True)


def _look(state: State) -> Any:
    """Ask a server what it serves, again and with more patience before it is called dead; None when it never answers."""
    for number, seconds in enumerate(PATIENCE):
        if number and not is_server(state.pid, state.config):
            return None
        started = time.monotonic()
        found = ask(state.host, state.port, f"/v2/models/{state.model}", seconds)
        if found is not None:
            return found
        time.sleep(max(0.0, PAUSE - (time.monotonic() - started)))
    return None


def address(host: str, port: int) -> str:
    """The URL of a server that listens on `host`; every address is reached at the loopback."""
    shown = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - a comparison
    return f"http://[{shown}]:{port}" if ":" in shown else f"http://{shown}:{port}"


def ask(host: str, port: int, path: str, seconds: float) -> Any:
    """GET a JSON document; `BUSY` for status 503, None for no answer within `seconds`, or none that is JSON with status 200."""
    netloc = address(host, port).removeprefix("http://")
    connection = http.client.HTTPConnection(netloc, timeout=seconds)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        if answer.status == 503:  # too many connections: it is there, and says so
            return BUSY
        return json.loads(answer.read()) if answer.status == 200 else None
    except (OSError, http.client.HTTPException, ValueError):
        return None
    finally:
        connection.close()
