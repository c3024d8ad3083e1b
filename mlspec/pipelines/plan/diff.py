"""Desired files against the disk and the ledger -> a list of changes. Reads, never writes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from mlspec.compiler.project.layout import LEDGER
from mlspec.diagnostics.digest import bytes_digest
from mlspec.language.yaml.header import is_ejected, is_generated
from mlspec.pipelines.generate.dvc.render import ROOT_FILE
from mlspec.pipelines.generate.render import ADOPTED
from mlspec.pipelines.plan.actions import Change
from mlspec.pipelines.plan.dvc_config import CONFIG
from mlspec.pipelines.plan.dvc_config import left_alone as left_alone_config
from mlspec.pipelines.plan.ledger import has_ledger, ledger_text, read_ledger
from mlspec.pipelines.plan.places import others
from mlspec.pipelines.plan.prune import left_alone, prune
from mlspec.pipelines.plan.root_file import lacking_artifacts

EJECTED = "handed over by mlspec eject"
"""Why a file is in conflict that mlspec wrote once."""
HAND_WRITTEN = "hand-written; left alone"
"""Why a file that is somebody's own does not change."""


def diff(root: Path, desired: Mapping[str, str], members: Mapping[str, Sequence[str]]) -> tuple[Change, ...]:
    """Return the change for every desired file, orphan, and the ledger, sorted by path. `members`: ModelSet -> its models."""
    ledger = read_ledger(root)
    folders = _Folders(root)
    changes = file_changes(root, desired)
    orphans, copies = _orphans(folders, desired, ledger)
    changes += prune(root, orphans)
    changes += [left_alone(root, path) for path in copies]
    return tuple(sorted([*changes, ledger_change(root, ledger_text(desired, members))], key=lambda c: c.path))


def file_changes(root: Path, desired: Mapping[str, str]) -> list[Change]:
    """The change for each desired file alone: no other file is looked at."""
    ledger, folders = read_ledger(root), _Folders(root)
    return [_file_change(folders, path, text, ledger) for path, text in desired.items()]


def _file_change(folders: _Folders, path: str, text: str, ledger: Mapping[str, str]) -> Change:
    target = folders.root / path
    if folders.is_left_by(target):
        return Change(path, "conflict", "a symbolic link on the way leads elsewhere")
    current = _read(target)
    if current is None:
        return Change(path, "conflict", "a folder stands there") if target.is_dir() else Change(path, "create", text=text)
    if current == text.encode():
        return Change(path, "no-op")
    if not is_generated(current):
        return _foreign(path, text, current)
    edited = path in ledger and bytes_digest(current) != ledger[path]
    return Change(path, "update", "edited by hand; the edit is replaced" if edited else "", text)


def _foreign(path: str, text: str, current: bytes) -> Change:
    if path == ROOT_FILE and not is_ejected(current):
        lacking = lacking_artifacts(text, current)
        return Change(path, "keep", lacking) if lacking else Change(path, "no-op", HAND_WRITTEN)
    if path in ADOPTED:
        reason = left_alone_config(text.encode(), current) if path == CONFIG else None
        return Change(path, "keep", reason) if reason else Change(path, "no-op", HAND_WRITTEN)
    if is_ejected(current):
        return Change(path, "conflict", EJECTED)
    return Change(path, "conflict", "written by hand (it has no mlspec header); move it away, or rename the object")


@dataclass(slots=True)
class _Folders:
    """Which folders lead out of the project by a link; each is resolved once, since thousands of files share them."""

    root: Path
    inside: dict[Path, bool] = field(default_factory=dict)

    def is_left_by(self, target: Path) -> bool:
        folder = target.parent
        if folder not in self.inside:
            self.inside[folder] = folder.resolve().is_relative_to(self.root.resolve())
        return target.is_symlink() or not self.inside[folder]


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
        return None


def _orphans(folders: _Folders, desired: Mapping[str, str], ledger: Mapping[str, str]) -> tuple[list[str], list[str]]:
    """Generated files that nothing wants: those that the ledger lists, and those that it does not (a person's copies).

    Only where there is no readable ledger does the header alone make a file ours. An apply writes the ledger first, so one
    that died half way left nothing that is not listed.
    """
    listed, root = set(ledger), folders.root
    found = sorted(p for p in others(root, desired) if not folders.is_left_by(root / p) and is_generated(_read(root / p) or b""))
    if not has_ledger(root):
        return found, []
    return [p for p in found if p in listed], [p for p in found if p not in listed]


def ledger_change(root: Path, text: str) -> Change:
    """The change of the ledger, which is to be `text`."""
    current = _read(root / LEDGER)
    if current == text.encode():
        return Change(LEDGER, "no-op")
    return Change(LEDGER, "create" if current is None else "update", text=text)
