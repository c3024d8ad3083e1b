"""Server processes and what each serves: all Deployments of one rest target in an environment share one, where none is in the way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from mlspec.compiler.project.layout import MODEL_CACHE
from mlspec.deploy.process import is_server
from mlspec.deploy.server.config import ModelConfig
from mlspec.deploy.state import State, known, places, read_state


@dataclass(frozen=True, slots=True)
class Standing:
    """One process that lives, and the Deployments that it serves, by their state files."""

    states: Mapping[str, State]

    @property
    def any(self) -> State:
        """What all its states agree on: process, address, control socket, target."""
        return next(iter(self.states.values()))

    def others(self, name: str) -> dict[str, State]:
        return {other: state for other, state in self.states.items() if other != name}

    def has_room(self, name: str, model: str) -> bool:
        """Whether a Deployment's model can answer by its name there: no other Deployment's model does."""
        return all(state.model != model for state in self.others(name).values())


def standing(root: Path, environment: str) -> list[Standing]:
    """All server processes of an environment on this machine."""
    found: dict[tuple[int, Path], dict[str, State]] = {}
    for name in known(root, environment):
        state = read_state(places(root, environment, name).state)
        if state is not None:
            found.setdefault((state.pid, state.config), {})[name] = state
    return [Standing(states) for (pid, config), states in found.items() if is_server(pid, config)]


def carried(root: Path, environment: str, states: Mapping[str, State], record: Mapping[str, object]) -> list[ModelConfig]:
    """What a new process needs to go on with Deployments that another served: each as it stands, whatever is declared by now.

    Their own turn brings them to what is declared. One whose bytes are no longer cached is left out, and healed at its turn.
    """
    found = []
    for name, state in states.items():
        folder = root / MODEL_CACHE / state.digest.removeprefix("sha256:")
        if folder.is_dir():
            own = {"claim": state.claim, "targetDigest": state.target_digest}
            ready = str(places(root, environment, name).state)
            found.append(ModelConfig(str(folder), state.digest, state.model, state.version, ready, {**record, **own}, state.online))
    return found
