"""Listens to what Python opens and lists. It words the messages; only where the kernel has no fence does it refuse, too.

What a library in C or another program opens is not heard: that is the kernel's part.
"""

from __future__ import annotations

import errno
import glob
import os
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_LISTING = ("os.listdir", "os.scandir")
_PATTERNS = ("glob.glob", "pathlib.Path.glob", "pathlib.Path.rglob")


class UndeclaredListing(Exception):
    """A folder of the repository was listed that is not declared."""


@dataclass(slots=True)
class Watch:
    """`opened`: undeclared files that Python was asked for, `named`: those that another program was started with; newest last."""

    opened: list[str] = field(default_factory=list)
    named: list[str] = field(default_factory=list)
    listening: bool = False
    _undeclared: Callable[[str], str | None] = lambda _: None
    _refuse_all: bool = False
    _listed: tuple[str, ...] = ()

    def asked(self) -> str | None:
        """The last undeclared file that the code asked for, and went on without. Tools look into hidden ones (`.git`) of themselves."""
        told = [path for path in [*self.named, *self.opened] if not any(part.startswith(".") for part in path.split("/"))]
        return told[-1] if told else None

    def begin(self, undeclared: Callable[[str], str | None], *, refuse_all: bool, listed: Iterable[Path]) -> None:
        """Hear every event from now on while `listening`. `listed`: folders that may be listed. `refuse_all`: refuse opening, too."""
        self._undeclared, self._refuse_all, self._listed = undeclared, refuse_all, tuple(map(str, listed))
        sys.addaudithook(self._hear)

    def _hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        if not self.listening:
            return
        if event == "open":
            self._open(arguments[0], arguments[2])
        elif event in _LISTING:
            self._list(arguments[0])
        elif event in _PATTERNS:
            self._match(event, arguments)
        elif event == "subprocess.Popen":
            given = arguments[1] if isinstance(arguments[1], list | tuple) else [arguments[1]]
            words = [word for text in given if isinstance(text, str | bytes | os.PathLike) for word in os.fsdecode(text).split()]
            self.named += [path for word in words for path in (self._find(word),) if path and os.path.isfile(word)]  # noqa: PTH113

    def _find(self, path: Any) -> str | None:
        try:
            return self._undeclared(os.fsdecode(path)) if isinstance(path, str | bytes | os.PathLike) else None
        except (ValueError, OSError):
            return None

    def _open(self, path: Any, flags: Any) -> None:
        if isinstance(flags, int) and flags & os.O_ACCMODE == os.O_WRONLY:
            return
        found = self._find(path)
        if found and not os.path.isdir(path):  # noqa: PTH112 - pathlib would be heard again
            self.opened.append(found)
            if self._refuse_all:
                raise PermissionError(errno.EACCES, "not declared under `inputs`", os.fsdecode(path))

    def _list(self, path: Any) -> None:
        if sys._getframe(2).f_code.co_filename.startswith("<frozen importlib"):  # noqa: SLF001 - Python looks for a module
            return
        found = self._find(path if path not in (None, "") else ".")
        if found in (None, ".") or any(os.path.realpath(path) == f or os.path.realpath(path).startswith(f"{f}/") for f in self._listed):
            return
        self.opened.append(str(found))
        raise UndeclaredListing(found)

    def _match(self, event: str, arguments: tuple[Any, ...]) -> None:
        pattern = str(arguments[0]) if event == "glob.glob" else f"{arguments[0]}/{arguments[1]}"
        found = self._find(fixed_part(pattern) or ".")
        if found and not any(found == os.path.basename(f) for f in self._listed):  # noqa: PTH119
            self.opened.append(found)
            raise UndeclaredListing(found)


def fixed_part(pattern: str) -> str:
    """The folder before the first wildcard of a pattern: `data/*/x.csv` -> `data`; the path itself without one."""
    parts = pattern.split("/")
    fixed = parts[: next((i for i, part in enumerate(parts) if glob.has_magic(part)), len(parts))]
    return "/".join(fixed) or ("/" if pattern.startswith("/") else "")
