"""A Git history of records, environment files and lock files, without a model: what tags are made from, in a tenth of a second."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from unittest.mock import patch

from support import records
from support.cli import command, environment, git
from support.records import sha

from mlspec.adapters.git.repository import open_repository
from mlspec.registry.tags.mark import Marked, TagRequest, mark, moved_tags
from mlspec.registry.tags.read import Tag, read_tags


def md5(model: str, version: str) -> str:
    return records.md5(f"{model}{version}") + ".dir"


def record(model: str, version: str) -> bytes:
    """A registry record."""
    artifacts = records.artifacts(model)
    artifacts["model"]["md5"] = md5(model, version)
    return records.record(version, model, digest=sha(model + version), artifacts=artifacts, metrics={})


def deployment(model: str, environment: str, version: str | None, name: str | None = None) -> str:
    """An environment file."""
    keys = {"version": version, "digest": sha(model + version), "claim": sha(f"{model}{environment}{version}")} if version else {}
    return records.deployment(environment, name or model, model, "rest", **keys)


@dataclass
class TagWorld:
    """`home`/project with the remote `home`/remote.git; `time` is that of the next commit."""

    home: Path
    time: int = field(default=1_790_000_000)

    @property
    def root(self) -> Path:
        return self.home / "project"

    def git(self, *words: str) -> str:
        dates = {f"GIT_{role}_DATE": f"@{self.time} +0000" for role in ("AUTHOR", "COMMITTER")}
        return command(self.root, "git", *words, check=0, extra=dates).out

    def start(self) -> TagWorld:
        self.root.mkdir(parents=True)
        git(self.home, "init", "--quiet", "--bare", "--initial-branch", "main", "remote.git")
        git(self.root, "init", "--quiet", "--initial-branch", "main")
        git(self.root, "remote", "add", "origin", "../remote.git")
        return self

    def commit(self, files: Mapping[str, str | bytes | None], message: str = "Change", *, after: int = 60, push: bool = True) -> str:
        """A merge commit with these files (None: removed) brought in by its second parent; returns its id. Pushed."""
        self.time += after
        for path, content in files.items():
            target = self.root / path
            target.parent.mkdir(parents=True, exist_ok=True)
            if content is None:
                target.unlink()
            else:
                target.write_bytes(content if isinstance(content, bytes) else content.encode())
        self.git("add", "--all")
        if not self.git("rev-list", "--all", "-n1"):
            self.git("commit", "-q", "-m", message)
            return self.head()
        self.git("switch", "-q", "-c", "change")
        self.git("commit", "-q", "--allow-empty", "-m", message)
        self.git("switch", "-q", "main")
        self.git("merge", "-q", "--no-ff", "-m", f"Merge {message}", "change")
        self.git("branch", "-q", "-D", "change")
        if push:
            self.git("push", "-q", "origin", "main")
        return self.head()

    def head(self) -> str:
        return self.git("rev-parse", "HEAD").strip()

    def train(self, model: str, version: str) -> str:
        """What training leaves: the root's dvc.yaml and a lock file with the version's bytes."""
        artifacts = f"artifacts:\n  {model}:\n    path: pipelines/models/{model}/model\n    type: model\n"
        lock = f"schema: '2.0'\nstages:\n  train:\n    cmd: x\n    outs:\n    - path: model\n      hash: md5\n      md5: {md5(model, version)}\n"
        return self.commit({"dvc.yaml": artifacts, f"pipelines/models/{model}/dvc.lock": lock}, f"Train {version}")

    def promote(
        self, version: str, to: str = "production", model: str = "demand", name: str | None = None, *, after: int = 60, push: bool = True
    ) -> str:
        """Bring in what a promotion does; returns the merge commit."""
        files: dict[str, str | bytes | None] = {f"environments/{to}/{name or model}.yaml": deployment(model, to, version, name)}
        path = f"registry/{model}/{version}.yaml"
        if not (self.root / path).exists():
            files[path] = record(model, version)
        return self.commit(files, f"Promote {version} to {to}", after=after, push=push)

    def mark(self, *, push: str | None = None, at: str | None = None, dry_run: bool = False) -> Marked:
        with patch.dict(os.environ, environment(), clear=True):
            return mark(self.root, "main", TagRequest(push, at, dry_run))

    def moved(self) -> list[str]:
        return [d.code for d in moved_tags(open_repository(self.root), "main")]

    def tags(self) -> dict[str, Tag]:
        return {t.ref: t for t in read_tags(open_repository(self.root))}

    def foreign(self, name: str, commit: str, *, after: int = 60) -> None:
        """A tag by another hand, with a message of its own."""
        self.time += after
        self.git("tag", "-f", "-a", "-m", "by hand", name, commit)
