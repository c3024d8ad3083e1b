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
    """A server as found. `version` and `digest` are what it serves by its own words; None when it does not answer.

    `renewed`: its tokens or certificate are not those that the environment holds now. `online`: how features are to be read by key;
    `other_lookups`: it was told otherwise.
    """

    state: State | None = None
    alive: bool = False
    version: str | None = None
    digest: str | None = None
    renewed: bool = False
    online: dict[str, Any] | None = None
    other_lookups: bool = False

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
        return url(self.state) if self.state and self.alive else ""

    def __str__(self) -> str:
        if self.state is None:
            return "not running"
        if not self.alive:
            return f"down (process {self.state.pid} ended)"
        return f"{self.version} at {self.where}" if self.healthy else f"not answering at {self.where}"


def observe(root: Path, environment: str, name: str, token: str | None = None) -> Observed:
    """Observe one deployment's server on this machine. `token`: one of its own, where it wants any; without, its state file is believed."""
    state = read_state(places(root, environment, name).state)
    if state is None:
        return Observed()
    if not is_server(state.pid, state.config):
        return Observed(state)
    metadata = _look(state, token)
    if metadata is None and not is_server(state.pid, state.config):
        return Observed(state)  # it ended while we asked
    if metadata == BUSY:
        return Observed(state, True, state.version, state.digest)
    try:
        return Observed(state, True, str(metadata["versions"][0]), str(metadata["properties"]["digest"]))
    except (TypeError, KeyError, IndexError):
        return Observed(state, True)


def _look(state: State, token: str | None) -> Any:
    """Ask a server what it serves, again and with more patience before it is called dead; None when it never answers."""
    for number, seconds in enumerate(PATIENCE):
        if number and not is_server(state.pid, state.config):
            return None
        started = time.monotonic()
        found = ask(state.host, state.port, f"/v2/models/{state.model}", seconds, tls=state.tls, token=token)
        if found is not None:
            return found
        time.sleep(max(0.0, PAUSE - (time.monotonic() - started)))
    return None


def url(state: State) -> str:
    """Where a server is asked; every address is reached at the loopback."""
    return f"{'https' if state.tls else 'http'}://{_netloc(state.host, state.port)}"


def _netloc(host: str, port: int) -> str:
    shown = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - a comparison
    return f"[{shown}]:{port}" if ":" in shown else f"{shown}:{port}"


def ask(host: str, port: int, path: str, seconds: float, *, tls: bool = False, token: str | None = None) -> Any:
    """GET a JSON document; None for no answer within `seconds`, or none that is JSON with status 200.

    `BUSY` for 503 and 401: it has too many connections, or wants a token that is not known here. It is there, and says so. Its certificate
    is for its own name, and not compared: which process is asked is known.
    """
    connection = _connection(_netloc(host, port), seconds, tls=tls)
    try:
        connection.request("GET", path, headers={"Authorization": f"Bearer {token}"} if token else {})
        answer = connection.getresponse()
        if answer.status in (503, 401):
            return BUSY
        return json.loads(answer.read()) if answer.status == 200 else None
    except (OSError, http.client.HTTPException, ValueError):
        return None
    finally:
        connection.close()


def _connection(netloc: str, seconds: float, *, tls: bool) -> http.client.HTTPConnection:
    if not tls:
        return http.client.HTTPConnection(netloc, timeout=seconds)
    import ssl

    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return http.client.HTTPSConnection(netloc, timeout=seconds, context=context)
