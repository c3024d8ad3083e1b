"""The passes in order. `compile_inputs` is pure; `compile_root` reads the disk and calls it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from mlspec.compiler.check import check
from mlspec.compiler.inputs import Inputs, list_code
from mlspec.compiler.lower import lower
from mlspec.compiler.parse import PROJECT_FILE, Parsed, declared, declared_in, parse
from mlspec.compiler.resolve import missing_project, resolve
from mlspec.diagnostics import Diagnostic, has_errors
from mlspec.ir.graph import Graph
from mlspec.ir.project import Project
from mlspec.source.files import find_specs
from mlspec.source.yaml import load_documents


@dataclass(frozen=True, slots=True)
class Compiled:
    """The outcome of all passes. `project` and `graph` are there when no pass found an error."""

    root: Path
    project: Project | None
    graph: Graph | None
    diagnostics: tuple[Diagnostic, ...] = field(default=())


def compile_root(root: Path, unsaved: Mapping[str, bytes] | None = None) -> Compiled:
    """Compile the project at `root` (the folder of mlspec.yaml), with `unsaved` texts in place of the files."""
    specs, found = find_specs(root)
    specs = dict(sorted({**specs, **(unsaved or {})}.items()))
    loaded = load(specs, all_read=not found)
    settings = next((p.envelope for p in loaded.parsed if p.document.path == PROJECT_FILE), None)
    code, present = _surroundings(root, settings)
    return _finish(root, Inputs(specs, code, present), loaded, found)


def compile_inputs(root: Path, inputs: Inputs) -> Compiled:
    """Compile what is in memory; `root` is carried along and not read."""
    return _finish(root, inputs, load(inputs.specs), [])


@dataclass(frozen=True, slots=True)
class Loaded:
    """Every file read: the sound objects, the names that stand in any, and the problems."""

    parsed: list[Parsed]
    declared: frozenset[tuple[str, str]]
    diagnostics: list[Diagnostic]


def load(specs: Mapping[str, bytes], *, all_read: bool = True) -> Loaded:
    """Load and parse every file; all problems of all files. Without `all_read`, any name may be declared in what was not read."""
    documents, found = [], []
    broken = frozenset[tuple[str, str]]() if all_read else frozenset({("*", "*")})
    for path, text in sorted(specs.items()):
        loaded, problems = load_documents(path, text)
        documents += loaded
        found += problems
        broken |= declared_in(text) if problems else frozenset()
    parsed, problems = parse(documents)
    return Loaded(parsed, declared(documents) | broken, [*found, *problems])


def _surroundings(root: Path, settings: object) -> tuple[Mapping[str, tuple[str, ...]], frozenset[str]]:
    spec = getattr(settings, "spec", None)
    if spec is None:
        return {}, frozenset()
    lock = spec.requirements
    return list_code(root, spec.code), frozenset([lock] if (root / lock).is_file() else [])


def _finish(root: Path, inputs: Inputs, loaded: Loaded, found: list[Diagnostic]) -> Compiled:
    project, problems = resolve(loaded.parsed, loaded.declared)
    found = [*found, *loaded.diagnostics, *problems]
    if project is None:
        if not any(d.span and d.span.path == PROJECT_FILE for d in found):
            found += missing_project(has_file=PROJECT_FILE in inputs.specs)
        return Compiled(root, None, None, tuple(found))
    found += check(project, inputs)
    graph = None if has_errors(found) else lower(project, inputs)
    return Compiled(root, None if graph is None else project, graph, tuple(found))
