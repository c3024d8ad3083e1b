"""A repository whose base branch is written step by step, each a merge at a time of its own, by one `git fast-import`."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from support import records
from support.projects import PROJECT
from support.records import sha
from support.registry_world import START


def deployment(environment: str, name: str, model: str, keys: Mapping[str, str] | None = None) -> str:
    """An environment file; `keys`: more keys of its spec, as YAML text."""
    return records.deployment(environment, name, model, "rest", **(keys or {}))


def claim(environment: str, name: str, model: str, version: str, kind: str = "promotion", nonce: str = "0", reason: str = "") -> str:
    """A claim's text: as much of it as history reads."""
    subject = f"subject: {{environment: {environment}, deployment: {name}, model: {model}, version: {version}}}"
    return f"kind: Claim\ntype: {kind}\n{subject}\nreason: {reason}\nnonce: n{nonce}\n"


@dataclass
class LineWorld:
    """Commands for `git fast-import`, and the clock. `merge` adds a step to main; None for a file: it goes."""

    root: Path
    clock: int = START
    commands: list[str] = field(default_factory=list)

    def start(self, files: Mapping[str, str] | None = None) -> LineWorld:
        self._commit("refs/heads/main", "Start", {"mlspec.yaml": PROJECT, **(files or {})}, "Ada")
        return self

    def merge(self, files: Mapping[str, str | None], by: str = "Bob", seconds: int = 60) -> int:
        """A branch with a commit, and its merge: return the merge's time."""
        self._commit("refs/heads/side", "Work", files, "Ada", "from refs/heads/main\n")
        self.clock += seconds
        self._commit("refs/heads/main", "Merge", files, by, "merge refs/heads/side\n")
        return self.clock

    def push(self, files: Mapping[str, str | None], by: str = "Ada", seconds: int = 60) -> int:
        """A commit right on main."""
        self.clock += seconds
        self._commit("refs/heads/main", "Push", files, by)
        return self.clock

    def promote(self, environment: str, name: str, version: str, kind: str = "promotion", path: str = "", **more: str) -> tuple[int, str]:
        """A merge that adds a claim and sets the environment file (`path`), as mlspec does; return its time and the file's text."""
        text = claim(environment, name, "demand", version, kind, str(self.clock), more.get("reason", ""))
        keys = {"version": version, "digest": sha(version), "claim": sha(text)} | {k: v for k, v in more.items() if k == "hold"}
        written = deployment(environment, name, "demand", keys)
        number = f"rollback-{self.clock}" if kind == "rollback" else str(self.clock)
        files = {
            path or f"environments/{environment}/{name}.yaml": written,
            f"promotions/{environment}/{name}/{version}.{number}.yaml": text,
        }
        return self.merge(files), written

    def write(self) -> Path:
        """Make the repository, with main checked out."""
        self.root.mkdir(parents=True, exist_ok=True)
        subprocess.run(["git", "init", "--quiet", "--initial-branch", "main"], cwd=self.root, check=True)
        stream = "".join(self.commands).encode()
        subprocess.run(["git", "fast-import", "--quiet", "--force"], cwd=self.root, input=stream, check=True)
        subprocess.run(["git", "reset", "--quiet", "--hard"], cwd=self.root, check=True)
        return self.root

    def _commit(self, ref: str, message: str, files: Mapping[str, str | None], author: str, parents: str = "") -> None:
        person = f"{author} <{author.lower()}@example.org> {self.clock} +0000"
        body = "".join(
            f"D {path}\n" if text is None else f"M 100644 inline {path}\ndata {len(text.encode())}\n{text}\n"
            for path, text in files.items()
        )
        self.commands.append(f"commit {ref}\nauthor {person}\ncommitter {person}\ndata {len(message)}\n{message}\n{parents}{body}\n")
