"""Every content that was ever tracked as data: by DVC's locks and `.dvc` files of the whole history, or by Git itself."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from mlspec.adapters.git.everything import Ref
from mlspec.adapters.git.log import walk
from mlspec.adapters.git.repository import Repository
from mlspec.compiler.project.layout import PIPELINES
from mlspec.language.yaml.load import load_documents
from mlspec.pipelines.locks import FILE, parse_lock
from mlspec.runtime.ingest.patterns import Pattern

HERE = "the workspace"
GIT = "git:"
"""How the name of a content begins that is no object of DVC's: a blob follows."""


@dataclass(slots=True)
class Snapshot:
    """A content by its name (DVC's md5, or `git:BLOB`): at which paths it stood, at the tips of which refs, and since which commit."""

    oid: str
    paths: set[str] = field(default_factory=set)
    refs: set[str] = field(default_factory=set)
    since: str = ""


@dataclass(slots=True)
class History:
    """`made`: {content: contents that stages read which wrote it}, over all runs that any lock tells of.

    `joined`: of those, the contents that the first stage of a source made of rows of other objects, or of `inputs`, files that it names.
    `within`: {content: those of the same folder that made it}.
    """

    inputs: frozenset[str] = frozenset()
    snapshots: dict[str, Snapshot] = field(default_factory=dict)
    made: dict[str, set[str]] = field(default_factory=dict)
    joined: set[str] = field(default_factory=set)
    within: dict[str, set[str]] = field(default_factory=dict)

    def _see(self, oid: str, path: str, ref: str, commit: str) -> None:
        found = self.snapshots.setdefault(oid, Snapshot(oid))
        found.paths.add(path)
        found.since = commit or found.since
        if ref:
            found.refs.add(ref)

    def add_file(self, path: str, content: bytes, *, ref: str = "", commit: str = "") -> None:
        """A lock or a `.dvc` file. `commit`: one that brought it; the last that is told counts, so tell the newest first."""
        folder, _, name = path.rpartition("/")
        if name != FILE:
            for out, md5 in _tracked(content):
                self._see(md5, posixpath.normpath(f"{folder}/{out}"), ref, commit)
            return
        for title, stage in parse_lock(content).items():
            above = {posixpath.normpath(f"{folder}/{dep}"): md5 for dep, md5 in stage.deps.items() if md5}
            own = {md5 for dep, md5 in above.items() if dep.startswith(f"{folder}/")}
            joins = title == "ingest" and any(self._joins(dep, folder) for dep in above)
            for out, md5 in stage.outs.items():
                if md5:
                    self._see(md5, posixpath.normpath(f"{folder}/{out}"), ref, commit)
                    self.made.setdefault(md5, set()).update(above.values())
                    self.within.setdefault(md5, set()).update(own)
                    self.joined |= {md5} if joins else set()

    def _joins(self, dep: str, folder: str) -> bool:
        return dep in self.inputs or (dep.startswith(f"{PIPELINES}/") and not dep.startswith(f"{folder}/"))

    def same(self, md5: str, blob: str) -> None:
        """A file that Git has is what locks call by its md5: what was made of that was made of the file."""
        for above in self.made.values():
            if md5 in above:
                above.add(GIT + blob)

    def derived(self) -> set[str]:
        """Contents of sources made of others: who is not found in them may still be in what they were made of."""
        found = set(self.joined)
        while more := {oid for oid, own in self.within.items() if oid not in found and own & found}:
            found |= more
        return found

    def add_blob(self, path: str, blob: str, *, ref: str = "", commit: str = "") -> None:
        """A data file that Git has itself."""
        self._see(GIT + blob, path, ref, commit)


def _tracked(content: bytes) -> Iterator[tuple[str, str]]:
    documents, _ = load_documents(".dvc", content)
    value = documents[0].value if documents else None
    outs = value.get("outs") if isinstance(value, dict) else None
    for row in outs if isinstance(outs, list) else ():
        if isinstance(row, dict) and isinstance(row.get("path"), str) and isinstance(row.get("md5"), str):
            yield row["path"], row["md5"]


def history_of(repository: Repository, refs: Iterable[Ref], files: frozenset[str], inputs: frozenset[str] = frozenset()) -> History:
    """All of it. `files`: data files of sources, or patterns of them, which Git may have itself; `inputs`: those of a made source."""
    known, history = list(refs), History(inputs)
    patterns = [name for name in files if "*" in name]

    def is_data(path: str) -> bool:
        return path in files or any(is_meant(path, pattern) for pattern in patterns)

    changes = list(walk(repository, sorted({r.commit for r in known}), ["."], along="all")) if known else []
    told = [c for c in changes if c.new and (_says(c.path) or is_data(c.path))]
    texts = dict(zip(blobs := sorted({c.new or "" for c in told if _says(c.path)}), repository.contents(blobs), strict=True))
    for change in told:
        _add(history, texts, change.path, change.new or "", "", change.step.commit[:12])
    for ref in known:
        for path, blob in repository.blobs(ref.commit, ["."]).items():
            if _says(path) or is_data(path):
                _add(history, texts, path, blob, _short(ref.name), "")
    for lock in sorted((repository.root / PIPELINES).rglob(FILE)):
        history.add_file(lock.relative_to(repository.root).as_posix(), lock.read_bytes(), ref=HERE)
    return history


def _add(history: History, texts: dict[str, bytes], path: str, blob: str, ref: str, commit: str) -> None:
    if _says(path):
        history.add_file(path, texts.get(blob, b""), ref=ref, commit=commit)
    else:
        history.add_blob(path, blob, ref=ref, commit=commit)


@lru_cache(maxsize=64)
def _pattern(text: str) -> Pattern:
    return Pattern(text)


def is_meant(path: str, pattern: str) -> bool:
    """Whether a pattern of a source means a file."""
    return _pattern(pattern).names(path)


def _says(path: str) -> bool:
    return (path.startswith(f"{PIPELINES}/") and path.endswith(f"/{FILE}")) or Path(path).suffix == ".dvc"


def _short(ref: str) -> str:
    for start in ("refs/heads/", "refs/tags/", "refs/remotes/"):
        ref = ref.removeprefix(start)
    return ref
