"""The requirements lock, which is all that workflows install from."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mlspec.doctor.finding import Finding, Skipped, Verdict, bad, judge, ok, some
from mlspec.doctor.tools import PLUGINS, installed
from mlspec.doctor.workspace import Workspace

SELF = "mlspec-gitops"
_NAME = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^\]]*\])?\s*(?:==\s*([^\s;]+)|@\s*(\S+))?")
_COMPILE = "`uv pip compile --generate-hashes requirements.in -o {}` (or `pip-compile --generate-hashes`)"


@dataclass(frozen=True, slots=True)
class Locked:
    """One requirement: its version (None where it is a file or an address), and whether anything pins its bytes."""

    name: str
    version: str | None
    pinned: bool
    hashed: bool


def examine(workspace: Workspace) -> Iterator[Finding]:
    """Is it there and hashed, does it hold what workflows call, and is it what runs here?"""
    yield judge("requirements", "lock", lambda: lock(workspace))
    yield judge("requirements", "contents", lambda: contents(workspace))
    yield judge("requirements", "this mlspec", lambda: this_mlspec(workspace))


def lock(workspace: Workspace) -> Verdict:
    """Every requirement must be pinned and hashed: `pip install --require-hashes` refuses the file otherwise."""
    path = _declared(workspace)
    if not (workspace.root / path).is_file():
        return bad(f"{path} is not there", _COMPILE.format(path))
    found = read(workspace.root / path)
    loose = [r.name for r in found.values() if not (r.pinned and r.hashed)]
    if loose or not found:
        return bad(f"{path} has no hashes for {some(loose)}" if loose else f"{path} is empty", _COMPILE.format(path))
    return ok(f"{path}: {len(found)} requirements, each with its hashes")


def contents(workspace: Workspace) -> Verdict:
    """What the workflows call must be in it: mlspec, DVC, and DVC's plugin for the storage."""
    path, found = _declared(workspace), _locked(workspace)
    scheme = workspace.settings.storage.scheme
    needed = [SELF, "dvc", *([PLUGINS[scheme]] if scheme else [])]
    lacking = [name for name in needed if name not in found]
    if not lacking:
        return ok(f"holds {', '.join(needed)}")
    extra = f"[{scheme}]" if scheme else ""
    fix = f"add `{SELF}{extra}` (or the address of its wheel) to requirements.in, then {_COMPILE.format(path)}"
    return bad(f"{path} lacks {', '.join(lacking)}, which the workflows call", fix)


def this_mlspec(workspace: Workspace) -> Verdict:
    """Another mlspec generates other files, and the next workflow says that they are out of date."""
    here, there = installed(SELF), _locked(workspace).get(SELF)
    path = _declared(workspace)
    if there is None or there.version is None or here is None:
        raise Skipped("no version of mlspec to compare: the lock names none" if here else "mlspec is not installed as a distribution")
    if here != there.version:
        return bad(f"this is mlspec {here}, and {path} installs {there.version}", f"`pip install --require-hashes -r {path}`")
    return ok(f"{here}, as in {path}")


def _declared(workspace: Workspace) -> str:
    """The lock's path. Raises `Skipped` where the project has none, which it may where nothing runs in CI."""
    if workspace.settings.requirements is None:
        raise Skipped("mlspec.yaml names no lock, and nothing runs in CI", "a promotion needs one: `requirements: requirements.lock`")
    return workspace.settings.requirements


def _locked(workspace: Workspace) -> dict[str, Locked]:
    path = workspace.root / _declared(workspace)
    if not path.is_file():
        raise Skipped("there is no lock")
    return read(path)


def read(path: Path) -> dict[str, Locked]:
    """{normalised name: requirement} of a requirements file. Options and comments are left out."""
    text = path.read_text(encoding="utf-8", errors="replace").replace("\\\r\n", " ").replace("\\\n", " ")
    found = {}
    for line in (raw.strip() for raw in text.splitlines()):
        matched = None if line.startswith(("#", "-")) else _NAME.match(line)
        if matched:
            name = re.sub(r"[-_.]+", "-", matched[1]).lower()
            found[name] = Locked(name, matched[2], bool(matched[2] or matched[3]), "--hash=" in line)
    return found
