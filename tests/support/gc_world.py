"""A project with a history, its objects in DVC's cache and on a remote, made without training: what `mlspec gc` must keep is written down."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass, field
from pathlib import Path

from support.cli import command, git
from support.projects import PROJECT

OLD = 60 * 86400.0
"""Seconds: older than any age that a test keeps."""
LOCKS = {"sales": "pipelines/data/sales/dvc.lock", "demand": "pipelines/models/demand/dvc.lock"}
_LOCK = """\
schema: '2.0'
stages:
  {stage}:
    cmd: python -m mlspec.runtime {stage}
{deps}    outs:
    - path: {path}
      hash: md5
      md5: {md5}
"""
_DEP = "    deps:\n    - path: ../../data/sales/valid.parquet\n      hash: md5\n      md5: {md5}\n"
_RECORD = """\
apiVersion: mlspec/v1
kind: ModelVersion
model: demand
version: v1.{number}.0
artifacts:
  model: {{path: pipelines/models/demand/model, md5: {model}}}
  train: {{path: pipelines/data/sales/valid.parquet, md5: {rows}}}
commit: {commit}
"""
Outputs = dict[str, bytes]
"""{md5: bytes} of files; a folder's md5 has its listing for bytes."""


def digest(content: bytes) -> str:
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


@dataclass
class GcWorld:
    """`home`/project on main, with `home`/remote.git as origin and `home`/storage as DVC's remote."""

    home: Path
    made: int = 0
    versions: list[Outputs] = field(default_factory=list)
    here: Outputs = field(default_factory=dict)
    _rows: str = ""
    _model: str = ""

    @property
    def root(self) -> Path:
        return self.home / "project"

    @property
    def cache(self) -> Path:
        return self.root / ".dvc/cache/files/md5"

    @property
    def storage(self) -> Path:
        return self.home / "storage/files/md5"

    def start(self, storage: str = "../../storage", more: str = "") -> GcWorld:
        (self.root / ".dvc").mkdir(parents=True)
        git(self.home, "init", "-q", "--bare", "-b", "main", "remote.git")
        git(self.root, "init", "-q", "-b", "main")
        git(self.root, "remote", "add", "origin", "../remote.git")
        self.write("mlspec.yaml", PROJECT)
        self.write(
            ".dvc/config", f"[core]\n    remote = storage\n    analytics = false\n['remote \"storage\"']\n    url = {storage}\n{more}"
        )
        self.write(".gitignore", "/.dvc/cache\n/.dvc/tmp\n/.mlspec/\n")
        self.train()
        self.commit()
        self.push()
        return self

    def write(self, path: str, text: str) -> None:
        (self.root / path).parent.mkdir(parents=True, exist_ok=True)
        (self.root / path).write_text(text)

    def put(self, content: bytes, suffix: str = "") -> str:
        """An object in the cache and on the remote, old."""
        oid = digest(content) + suffix
        for place in (self.cache, self.storage):
            path = place / oid[:2] / oid[2:]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            age(path)
        return oid

    def train(self, *, new_rows: bool = True) -> Outputs:
        """New outputs, with their locks in the workspace: rows, and a model's folder of two files, of which one is always the same."""
        self.made += 1
        rows = b"rows %d" % self.made if new_rows or self._rows not in self.here else self.here[self._rows]
        files = {"model.joblib": b"model %d" % self.made, "signature.json": b"{}"}
        self._rows = self.put(rows)
        listing = json.dumps([{"md5": self.put(content), "relpath": name} for name, content in files.items()]).encode()
        self._model = self.put(listing, ".dir")
        self.here = {self._rows: rows, self._model: listing} | {digest(c): c for c in files.values()}
        self.write(LOCKS["sales"], _LOCK.format(stage="validate", deps="", path="valid.parquet", md5=self._rows))
        self.write(LOCKS["demand"], _LOCK.format(stage="train", deps=_DEP.format(md5=self._rows), path="model", md5=self._model))
        return self.here

    def register(self, commit: str = "") -> None:
        """A record of what stands here now."""
        text = _RECORD.format(number=len(self.versions), model=self._model, rows=self._rows, commit=commit or self.head)
        self.write(f"registry/demand/v1.{len(self.versions)}.0.yaml", text)
        self.versions.append(self.here)

    @property
    def head(self) -> str:
        return git(self.root, "rev-parse", "HEAD").strip()

    def commit(self, message: str = "Work") -> str:
        git(self.root, "add", "--all")
        git(self.root, "commit", "-q", "--allow-empty", "-m", message)
        return self.head

    def push(self, *words: str) -> None:
        git(self.root, "push", "-q", *(words or ("-u", "origin", "HEAD")))

    def look(self) -> None:
        """`here` is what is checked out now, after another branch was."""
        self.here = self.named([(self.root / path).read_text() for path in LOCKS.values()])
        self._rows, self._model = (next(o for o in self.here if self._is_rows(o) is rows) for rows in (True, False))

    def _is_rows(self, oid: str) -> bool | None:
        return None if self.here[oid][:4] not in (b"rows", b'[{"m') else self.here[oid][:4] == b"rows"

    def named_at(self, commit: str) -> Outputs:
        """The outputs of a commit's locks."""
        return self.named([git(self.root, "show", f"{commit}:{path}") for path in LOCKS.values()])

    def named(self, texts: list[str]) -> Outputs:
        """The outputs that locks name, a folder with its files."""
        everything = self.objects(self.storage)
        oids = {line.split()[-1] for text in texts for line in text.splitlines() if line.strip().startswith("md5:")}
        rows = [row for oid in oids if oid.endswith(".dir") for row in json.loads(everything[oid])]
        return {oid: everything[oid] for oid in (*oids, *(row["md5"] for row in rows))}

    def objects(self, place: Path) -> Outputs:
        """{md5: bytes} of all objects of a place."""
        return {path.parent.name + path.name: path.read_bytes() for path in place.glob("??/*")}

    def clone(self, name: str, *options: str) -> Path:
        command(self.home, "git", "clone", "-q", *options, f"file://{self.home}/remote.git", name, check=0)
        return self.home / name


def age(path: Path, seconds: float = OLD) -> None:
    """Make a file older."""
    then = path.stat().st_mtime - seconds
    os.utime(path, (then, then))
