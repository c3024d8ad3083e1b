"""`mlspec validate --fix`: from the project's files to what was written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from mlspec.cli import console

if TYPE_CHECKING:
    from mlspec.diagnostics import Diagnostic
    from mlspec.language.format.fix import Diagnose, Fixed


def with_fixes(root: Path, diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Return the diagnostics with the fixes that the files allow."""
    from mlspec.language.format import propose
    from mlspec.language.yaml.spec_files import find_specs

    found = list(diagnostics)
    return propose.with_fixes(found, find_specs(root)[0]) if found else []


def fix_files(root: Path, diagnose: Diagnose, *, write: bool) -> tuple[Fixed, dict[str, str] | None]:
    """Fix what can be fixed, and write it (or print the diff); say what was done. Return also the texts that are not on disk, by path."""
    from mlspec.language.format.files import write_file
    from mlspec.language.format.fix import fix
    from mlspec.language.format.unified import unified
    from mlspec.language.yaml.spec_files import find_specs

    files, _ = find_specs(root)
    fixed = fix(files, diagnose)
    lock = lacking_lock(files | fixed.files, fixed.remaining)
    for path, content in fixed.files.items():
        if write:
            write_file(root / path, content)
        else:
            console.out(unified(path, files[path].decode(), content.decode()).rstrip("\n"))
    if write:
        for done in fixed.applied:
            console.err(str(done))
    if lock is not None:
        fixed = _with_lock(root, lock, fixed, diagnose, write=write)
    texts = {path: content.decode(errors="replace") for path, content in (files | fixed.files).items()}
    return fixed, None if write else texts


def lacking_lock(files: Mapping[str, bytes], found: Iterable[Diagnostic]) -> str | None:
    """The requirements lock that the Project names and that is not there, if that is among the problems."""
    from mlspec.compiler.check.meaning import NO_LOCK
    from mlspec.compiler.load.parse import PROJECT_FILE
    from mlspec.language.yaml.load import load_documents

    if not any(d.code == NO_LOCK for d in found):
        return None
    documents, _ = load_documents(PROJECT_FILE, files.get(PROJECT_FILE, b""))
    spec = documents[0].value.get("spec") if documents and isinstance(documents[0].value, dict) else None
    path = spec.get("requirements") if isinstance(spec, dict) else None
    return path if isinstance(path, str) else None


def _with_lock(root: Path, lock: str, fixed: Fixed, diagnose: Diagnose, *, write: bool) -> Fixed:
    """Write the lock as `mlspec init` does (or show it), and say what remains with it."""
    from mlspec.compiler.check.meaning import NO_LOCK
    from mlspec.diagnostics.atomic import replace_file
    from mlspec.language.format.unified import unified
    from mlspec.setup.init.lock import first_lock

    if not write:
        console.out(unified(lock, "", first_lock()).rstrip("\n"))
        return replace(fixed, remaining=[d for d in fixed.remaining if d.code != NO_LOCK])
    (root / lock).parent.mkdir(parents=True, exist_ok=True)
    replace_file(root / lock, first_lock().encode())
    console.err(f"fixed {lock}: written, with the versions that are installed here")
    return replace(fixed, remaining=list(diagnose(fixed.files)))
