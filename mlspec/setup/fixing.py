"""`mlspec validate --fix`: from the project's files to what was written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from mlspec.compiler.check.meaning import NO_LOCK
from mlspec.compiler.lint import Wish
from mlspec.compiler.load.parse import PROJECT_FILE
from mlspec.compiler.pipeline import Compiled, compile_root
from mlspec.diagnostics import Diagnostic, extras
from mlspec.diagnostics.atomic import replace_file
from mlspec.language.format.files import write_file
from mlspec.language.format.fix import Diagnose, Fixed, fix
from mlspec.language.yaml.load import load_documents
from mlspec.language.yaml.spec_files import find_specs
from mlspec.setup.init.lock import first_lock


@dataclass(frozen=True, slots=True)
class Fixes:
    """What was mended (or would be). `before`, `after`: the specs that change, by path; `applied`: a line an edit.

    `compiled`: the project as it is with them; `remaining`: what is still to be said of it.
    """

    before: Mapping[str, bytes]
    after: Mapping[str, bytes]
    applied: tuple[str, ...]
    remaining: tuple[Diagnostic, ...]
    compiled: Compiled
    texts: Mapping[str, bytes]
    """Every spec with the edits made: what the positions of `remaining` are about."""
    lock: tuple[str, str] | None = None
    """Where the Project's requirements lock was missing: (its path, its text). The base has no versions to pin, and leaves it missing."""


def fix_project(root: Path, wish: Wish, *, write: bool) -> Fixes:
    """Fix what can be fixed without a doubt, in memory; with `write`, on disk. Raises MLS0151 for a file that can't be written."""

    def diagnose(files: Mapping[str, bytes]) -> Iterable[Diagnostic]:
        return compile_root(root, files, wish=wish).diagnostics

    files, _ = find_specs(root)
    fixed = fix(files, diagnose)
    path = lacking_lock(files | fixed.files, fixed.remaining)
    lock = (path, first_lock()) if path is not None and extras.is_whole() else None
    if write:
        for name, content in fixed.files.items():
            write_file(root / name, content)
    remaining = fixed.remaining if lock is None else _with_lock(root, lock, fixed, diagnose, write=write)
    before = {name: files[name] for name in fixed.files}
    compiled = compile_root(root, fixed.files, wish=wish)
    return Fixes(before, fixed.files, tuple(map(str, fixed.applied)), tuple(remaining), compiled, files | fixed.files, lock)


def lacking_lock(files: Mapping[str, bytes], found: Iterable[Diagnostic]) -> str | None:
    """The requirements lock that the Project names and that is not there, if that is among the problems."""
    if not any(d.code == NO_LOCK for d in found):
        return None
    documents, _ = load_documents(PROJECT_FILE, files.get(PROJECT_FILE, b""))
    spec = documents[0].value.get("spec") if documents and isinstance(documents[0].value, dict) else None
    path = spec.get("requirements") if isinstance(spec, dict) else None
    return path if isinstance(path, str) else None


def _with_lock(root: Path, lock: tuple[str, str], fixed: Fixed, diagnose: Diagnose, *, write: bool) -> list[Diagnostic]:
    """Write the lock as `mlspec init` does (or only say so), and say what remains with it."""
    path, text = lock
    if not write:
        return [d for d in fixed.remaining if d.code != NO_LOCK]
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    replace_file(root / path, text.encode())
    return list(diagnose(fixed.files))
