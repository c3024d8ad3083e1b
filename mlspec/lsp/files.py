"""The files of one project as the editor sees them: what is on disk, and over it what is typed and not saved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from mlspec.language.yaml.limits import LIMITS
from mlspec.language.yaml.spec_files import FOLDERS, PROJECT_FILE, SUFFIXES, find_specs
from mlspec.language.yaml.text import decode
from mlspec.lsp.scan import Scan, scan
from mlspec.lsp.symbols import Symbols


def is_spec_path(path: str) -> bool:
    """Whether mlspec reads a file of this path (relative to the project's root)."""
    parts = path.split("/")
    return path == PROJECT_FILE or (len(parts) > 1 and parts[0] in FOLDERS and path.endswith(SUFFIXES) and not parts[-1].startswith("."))


@dataclass(slots=True)
class ProjectFiles:
    """`saved` and `unsaved`: path -> text. Read the disk again with `refresh`."""

    root: Path
    saved: dict[str, str] = field(default_factory=dict)
    unsaved: dict[str, str] = field(default_factory=dict)
    _symbols: Symbols | None = None

    def refresh(self) -> None:
        """Read every spec of the project."""
        found, _ = find_specs(self.root)
        texts = {path: decode(path, content)[0] for path, content in found.items()}
        self.saved = {path: text for path, text in texts.items() if text is not None}
        self._symbols = None

    def type_over(self, path: str, text: str | None) -> None:
        """Put a text over a file, or take it away (None)."""
        if text is None:
            self.unsaved.pop(path, None)
        else:
            self.unsaved[path] = text
        self._symbols = None

    def text(self, path: str) -> str | None:
        """Return what the editor shows of a file, or what is saved."""
        return self.unsaved.get(path, self.saved.get(path))

    def texts(self) -> Mapping[str, str]:
        return dict(sorted({**self.saved, **self.unsaved}.items()))

    def scan(self, path: str) -> Scan:
        return scan(self.text(path) or "")

    def overlay(self) -> dict[str, bytes]:
        """What the compiler reads in place of files; of what is too large, as much as it refuses."""
        return {path: text.encode("utf-8", "replace")[: LIMITS.size + 1] for path, text in self.unsaved.items()}

    @property
    def symbols(self) -> Symbols:
        """The objects and the names that refer to them, in every file."""
        if self._symbols is None:
            self._symbols = Symbols.of(self.texts())
        return self._symbols
