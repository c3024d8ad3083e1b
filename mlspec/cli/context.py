"""What verbs share: find the project, compile it, stop on errors."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from mlspec.diagnostics import has_errors, problem

if TYPE_CHECKING:
    from mlspec.compiler.pipeline import Compiled


def project_root() -> Path:
    """Return the folder of the nearest `mlspec.yaml`, from the working directory upwards."""
    from mlspec.source.files import find_root

    found = find_root(Path.cwd())
    if found is None:
        raise problem("MLS0002", "there is no mlspec.yaml in this folder or above it", help="`mlspec init` starts a project here")
    return found


def load_project(*, show_warnings: bool = True) -> Compiled:
    """Compile the project; print warnings; raise `Problems` when there are errors."""
    from mlspec.cli import console
    from mlspec.compiler.pipeline import compile_root
    from mlspec.diagnostics import Problems

    compiled = compile_root(project_root())
    if has_errors(compiled.diagnostics):
        raise Problems(compiled.diagnostics)
    if show_warnings:
        console.show(compiled.diagnostics)
    return compiled
