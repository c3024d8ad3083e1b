"""What verbs share: find the project, compile it, stop on errors."""

from __future__ import annotations

import gc
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mlspec.diagnostics import problem

if TYPE_CHECKING:
    from mlspec.ir.graph import Graph
    from mlspec.ir.project import Project


@dataclass(frozen=True, slots=True)
class Loaded:
    """A project without errors."""

    root: Path
    project: Project
    graph: Graph


def project_root() -> Path:
    """Return the folder of the nearest `mlspec.yaml`, from the working directory upwards."""
    from mlspec.source.files import find_root

    found = find_root(Path.cwd())
    if found is None:
        raise problem("MLS0002", "there is no mlspec.yaml in this folder or above it", help="`mlspec init` starts a project here")
    return found


def load_project(*, show_warnings: bool = True) -> Loaded:
    """Compile the project; print warnings; raise `Problems` when there are errors."""
    from mlspec.cli import console
    from mlspec.compiler.pipeline import compile_root
    from mlspec.diagnostics import Problems

    compiled = compile_root(project_root())
    gc.freeze()  # the project lives as long as the process: no later collection need look at it
    gc.enable()
    if compiled.project is None or compiled.graph is None:
        raise Problems(compiled.diagnostics)
    if show_warnings:
        console.show(compiled.diagnostics)
    return Loaded(compiled.root, compiled.project, compiled.graph)
