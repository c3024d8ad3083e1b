"""`mlspec validate --fix`: from the project's files to what was written."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from mlspec.cli import console

if TYPE_CHECKING:
    from mlspec.diagnostics import Diagnostic
    from mlspec.rewrite.fix import Diagnose, Fixed


def with_fixes(root: Path, diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Return the diagnostics with the fixes that the files allow."""
    from mlspec.rewrite import propose
    from mlspec.source.files import find_specs

    found = list(diagnostics)
    return propose.with_fixes(found, find_specs(root)[0]) if found else []


def fix_files(root: Path, diagnose: Diagnose, *, write: bool) -> tuple[Fixed, dict[str, str] | None]:
    """Fix what can be fixed, and write it (or print the diff); say what was done. Return also the texts that are not on disk, by path."""
    from mlspec.rewrite.files import write_file
    from mlspec.rewrite.fix import fix
    from mlspec.rewrite.unified import unified
    from mlspec.source.files import find_specs

    files, _ = find_specs(root)
    fixed = fix(files, diagnose)
    for path, content in fixed.files.items():
        if write:
            write_file(root / path, content)
        else:
            console.out(unified(path, files[path].decode(), content.decode()).rstrip("\n"))
    if write:
        for done in fixed.applied:
            console.err(str(done))
    texts = {path: content.decode(errors="replace") for path, content in (files | fixed.files).items()}
    return fixed, None if write else texts
