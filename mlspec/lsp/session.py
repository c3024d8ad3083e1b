"""What the client has open, the projects it belongs to, and what was last found in them. Knows files, not the wire."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from pygls.uris import from_fs_path, to_fs_path

from mlspec.diagnostics import Diagnostic, Span
from mlspec.language.yaml.spec_files import PROJECT_FILE, find_root
from mlspec.lsp.files import ProjectFiles, is_spec_path
from mlspec.lsp.positions import Positions


@dataclass(slots=True)
class Buffer:
    """An open document."""

    uri: str
    path: Path
    text: str
    version: int | None


@dataclass(frozen=True, slots=True)
class Located:
    """A document inside a project; `path` is relative to the project's root."""

    files: ProjectFiles
    path: str


@dataclass(slots=True)
class Session:
    """All state of one client.

    `takes_versions`: it takes edits with the version they are made for. `checked`: root -> path -> findings, and the text they are about.
    """

    encoding: str = "utf-16"
    takes_versions: bool = False
    buffers: dict[str, Buffer] = field(default_factory=dict)
    projects: dict[Path, ProjectFiles] = field(default_factory=dict)
    checked: dict[Path, dict[str, tuple[str, list[Diagnostic]]]] = field(default_factory=dict)

    def put(self, uri: str, text: str, version: int | None) -> Located | None:
        """Take an opened or changed document; return where it belongs, None for what is no file of a project."""
        path = file_path(uri)
        if path is None:
            return None
        self.buffers[uri] = Buffer(uri, path, text, version)
        found = self.locate(uri)
        if found is not None:
            found.files.type_over(found.path, text)
        return found

    def drop(self, uri: str) -> Located | None:
        """Forget a closed document: what is on disk counts again."""
        found = self.locate(uri)
        self.buffers.pop(uri, None)
        if found is not None:
            found.files.type_over(found.path, None)
            found.files.refresh()
        return found

    def locate(self, uri: str) -> Located | None:
        """Return the project and path of a spec file; None where mlspec does not read it."""
        path = file_path(uri)
        root = self._root(path) if path else None
        if path is None or root is None:
            return None
        relative = path.relative_to(root).as_posix()
        return Located(self._project(root), relative) if is_spec_path(relative) else None

    def _root(self, path: Path) -> Path | None:
        """The nearest folder with mlspec.yaml, on disk or typed and not saved."""
        typed = {b.path.parent for b in self.buffers.values() if b.path.name == PROJECT_FILE}
        on_disk = find_root(path.parent)
        return max((p for p in (*path.parents,) if p in typed or p == on_disk), key=lambda p: len(p.parts), default=None)

    def _project(self, root: Path) -> ProjectFiles:
        if root not in self.projects:
            files = self.projects[root] = ProjectFiles(root)
            files.refresh()
            for buffer in self.buffers.values():
                if buffer.path.is_relative_to(root) and is_spec_path(buffer.path.relative_to(root).as_posix()):
                    files.type_over(buffer.path.relative_to(root).as_posix(), buffer.text)
        return self.projects[root]

    def uri(self, root: Path, path: str) -> str:
        """Return a file's URI, in the client's own spelling where it is open."""
        full = root / path
        known = next((b.uri for b in self.buffers.values() if b.path == full), None)
        return known or from_fs_path(str(full)) or full.as_uri()

    def version(self, uri: str) -> int | None:
        buffer = self.buffers.get(uri)
        return buffer.version if buffer else None

    def positions(self, files: ProjectFiles, path: str) -> Positions:
        return Positions(files.text(path) or "", self.encoding)

    def stray(self, uri: str) -> list[Diagnostic]:
        """Return what to say of an open spec that mlspec does not read: it is in no project, or in the wrong folder."""
        buffer = self.buffers.get(uri)
        if buffer is None or "apiVersion: mlspec/" not in buffer.text:
            return []
        place = Span(buffer.path.name, 1, 1, 1, 1 + len(buffer.text.split("\n", 1)[0].rstrip("\r")))
        if self._root(buffer.path) is None:
            message, advice = "mlspec does not read this file: no folder above it holds mlspec.yaml", "`mlspec init` starts a project"
        else:
            message, advice = "mlspec does not read this file", "move it below `specs/` or `environments/`, as `*.yaml`"
        return [Diagnostic("MLS0006", message, place, advice, "warning")]

    def keep(self, root: Path, texts: dict[str, str], groups: dict[str, list[Diagnostic]]) -> Iterable[str]:
        """Remember what was found; return the paths to tell of: with findings, without them any more, or open."""
        before = self.checked.get(root, {})
        self.checked[root] = {path: (texts.get(path, ""), found) for path, found in groups.items()}
        opened = {b.path.relative_to(root).as_posix() for b in self.buffers.values() if b.path.is_relative_to(root)}
        return sorted({*before, *groups, *(path for path in opened if path in texts)})

    def fixable(self, located: Located) -> list[Diagnostic]:
        """Return the findings of a file that carry a fix, as long as the text is the one they were found in."""
        text, found = self.checked.get(located.files.root, {}).get(located.path, ("", []))
        return [d for d in found if d.fix] if text == (located.files.text(located.path) or "") else []


def file_path(uri: str) -> Path | None:
    """Return the normalised path of a `file:` URI, None for any other."""
    if not uri.startswith("file:"):
        return None
    path = to_fs_path(uri)
    return Path(os.path.normpath(path)) if path and "\0" not in path else None
