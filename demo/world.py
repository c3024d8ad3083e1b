"""The demo's world: a scratch folder with a Git remote, a DVC remote, a person's clone and a deployment host's clone."""

from __future__ import annotations

import json
import os
import shutil
import signal
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from demo import shell
from demo.screen import Screen

EXAMPLE = Path(__file__).resolve().parents[1] / "example-project"
GENERATED = ("pipelines", ".mlspec", ".dvc", ".dvcignore")


@dataclass
class World:
    """Where things are, and what the steps so far found out."""

    screen: Screen
    root: Path
    versions: list[str] = field(default_factory=list)
    facts: list[str] = field(default_factory=list)

    @property
    def project(self) -> Path:
        """The clone in which a person edits and trains."""
        return self.root / "project"

    @property
    def host(self) -> Path:
        """The clone on the machine that serves: it never trains, and has only what Git and the DVC remote give it."""
        return self.root / "host"

    def run(self, *command: str, code: int = 0, says: Sequence[str] = (), quiet: bool = False) -> shell.Result:
        """Run a command in the person's clone."""
        return shell.run(self.screen, self.project, command, code=code, says=says, quiet=quiet)

    def on_host(self, *command: str, code: int = 0, says: Sequence[str] = (), quiet: bool = False) -> shell.Result:
        """Run a command in the deployment host's clone."""
        return shell.run(self.screen, self.host, command, code=code, says=says, quiet=quiet)

    def check(self, holds: bool, otherwise: str) -> None:  # noqa: FBT001 - reads as an assertion
        """Raise `Unexpected` unless `holds`."""
        if not holds:
            raise shell.Unexpected(otherwise)

    def state(self, environment: str) -> dict[str, Any]:
        """What the host knows of the server of an environment: pid, host, port, version."""
        path = self.host / ".mlspec" / "state" / environment / "demand.json"
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return found

    def url(self, environment: str) -> str:
        """Where the server of an environment answers for the model."""
        state = self.state(environment)
        return f"http://{state['host']}:{state['port']}/v2/models/demand"

    def copy_example(self) -> None:
        """Copy what people wrote of the example, without what `mlspec apply` wrote of it."""

        def leave_out(folder: str, names: list[str]) -> set[str]:
            here = Path(folder)
            return {n for n in names if (here == EXAMPLE and n in GENERATED) or (here.name == "workflows" and n.startswith("mlspec-"))}

        shutil.copytree(EXAMPLE, self.project, ignore=leave_out)

    def stop_servers(self) -> list[int]:
        """Stop every server that the host started; return their process ids."""
        stopped = []
        for path in sorted(self.host.glob(".mlspec/state/*/*.json")):
            pid = json.loads(path.read_text(encoding="utf-8")).get("pid")
            if isinstance(pid, int) and _end(pid):
                stopped.append(pid)
        return stopped


def _end(pid: int) -> bool:
    try:
        os.kill(pid, signal.SIGTERM)
    except ProcessLookupError:
        return False
    return True
