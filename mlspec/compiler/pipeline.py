"""The passes in order. `compile_inputs` is pure; `compile_root` reads the disk and calls it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache, partial
from pathlib import Path

from mlspec.compiler.check.meaning import check
from mlspec.compiler.check.unsound import rest_problems
from mlspec.compiler.lint import Wish, choose, lint
from mlspec.compiler.load.asked import Asked
from mlspec.compiler.load.class_source import constructor_of
from mlspec.compiler.load.constructor import Constructor, ConstructorOf, nobody_knows
from mlspec.compiler.load.inputs import Inputs, ReadList, kind_of, look_around, no_list, read_list, read_start, surroundings_digest
from mlspec.compiler.load.looked import noted_in
from mlspec.compiler.load.overlays import environment_of, lay_over
from mlspec.compiler.load.parse import PROJECT_FILE, Parsed, declared, declared_in, parse
from mlspec.compiler.load.resolve import missing_project, resolve
from mlspec.compiler.load.versions import Old, retold, upgrade
from mlspec.compiler.lower.graph import lower
from mlspec.compiler.project.graph import Graph
from mlspec.compiler.project.project import Project
from mlspec.diagnostics import Diagnostic, has_errors, sort_key
from mlspec.language.yaml.document import Document
from mlspec.language.yaml.load import load_documents
from mlspec.language.yaml.pause import without_collector
from mlspec.language.yaml.spec_files import find_specs


@dataclass(frozen=True, slots=True)
class Compiled:
    """The outcome of all passes. `project` and `graph` are there when no pass found an error."""

    root: Path
    project: Project | None
    graph: Graph | None
    diagnostics: tuple[Diagnostic, ...] = field(default=())

    @property
    def ok(self) -> bool:
        """Whether there is no error; warnings may be."""
        return not has_errors(self.diagnostics)

    def __str__(self) -> str:
        """Every finding on a line of its own; what the project declares where there is none."""
        declared = f"ok: {self.project.counted()}" if self.ok and self.project else ""
        return "\n".join([*map(str, sorted(self.diagnostics, key=sort_key)), *([declared] if declared else [])])

    def __repr__(self) -> str:
        errors = sum(d.is_error for d in self.diagnostics)
        return f"<Compiled {self.root}: {errors} errors, {len(self.diagnostics) - errors} warnings>"


def compile_root(root: Path, unsaved: Mapping[str, bytes] | None = None, *, wish: Wish | None = None) -> Compiled:
    """Compile the project at `root` (the folder of mlspec.yaml), with `unsaved` texts in place of the files; with a wish, lint it.

    Nothing is remembered from one call to the next, and nothing that was is asked: who verifies, judges or writes calls this.
    """
    specs, found = find_specs(root)
    return compile_read(root, dict(sorted({**specs, **(unsaved or {})}.items())), found, wish=wish)


@without_collector()
def compile_read(
    root: Path, specs: Mapping[str, bytes], found: list[Diagnostic], *, wish: Wish | None = None, asked: Asked | None = None
) -> Compiled:
    """Compile spec texts that were read from `root`, with the problems of those that can't be read. All else is read from the disk.

    With `asked`, what is read of it is noted there.
    """
    noted = Asked() if asked is None else asked
    noted.with_day(specs)
    reader = noted.noting(partial(read_list, root), noted.lists)
    loaded = load(specs, reader, all_read=not found)
    settings = next((p.envelope for p in loaded.parsed if p.document.path == PROJECT_FILE), None)
    # a wish comes with `validate` and editors, where specs are written; what runs them may rightly have other libraries
    inputs = Inputs(
        specs,
        read_list=reader,
        kind_of=noted.noting_kind(partial(kind_of, root)),
        read_start=noted.noting(partial(read_start, root), noted.starts),
        constructor_of=nobody_knows if wish is None else _constructors(root, noted),
    )
    return _finish(root, _surroundings(root, settings, inputs, noted), loaded, found, wish)


def _constructors(root: Path, asked: Asked) -> ConstructorOf:
    """Each class is looked up once a compilation."""

    @cache
    def find(path: str) -> Constructor:
        with noted_in(asked):
            return constructor_of(root, path)

    return find


@without_collector()
def compile_inputs(root: Path, inputs: Inputs, *, wish: Wish | None = None) -> Compiled:
    """Compile what is in memory; `root` is carried along and not read. With a wish, lint what is sound."""
    return _finish(root, inputs, load(inputs.specs, inputs.read_list), [], wish)


@dataclass(frozen=True, slots=True)
class Loaded:
    """Every file read: the sound objects, the names that stand in any, and the problems."""

    parsed: list[Parsed]
    overlays: list[Document]
    members: Mapping[str, tuple[str, ...]]
    declared: frozenset[tuple[str, str]]
    diagnostics: list[Diagnostic]
    olds: tuple[Old, ...] = ()
    """The documents that are written in an older version of the language."""
    rests: tuple[Parsed, ...] = ()
    """What is left of unsound objects."""


def load(specs: Mapping[str, bytes], read: ReadList = no_list, *, all_read: bool = True) -> Loaded:
    """Load and parse every file; all problems of all files. Without `all_read`, any name may be declared in what was not read."""
    documents, found = [], []
    broken = frozenset[tuple[str, str]]() if all_read else frozenset({("*", "*")})
    for path, text in sorted(specs.items()):
        loaded, problems = load_documents(path, text)
        documents += loaded
        found += problems
        broken |= declared_in(text) if problems else frozenset()
    documents, olds, problems = upgrade(documents)
    found += problems
    broken |= _declared_by_unsound(olds)
    overlays = [d for d in documents if environment_of(d.path) is not None]
    documents = [d for d in documents if environment_of(d.path) is None] if overlays else documents
    parsed = parse(documents, read)
    if parsed.diagnostics and any(isinstance(d.value, dict) and d.value.get("kind") == "ModelSet" for d in documents):
        broken |= {("Model", "*"), ("KPISet", "*")}
    return Loaded(
        parsed.objects, overlays, parsed.members, declared(documents) | broken, [*found, *parsed.diagnostics], olds, tuple(parsed.rests)
    )


def _declared_by_unsound(olds: tuple[Old, ...]) -> frozenset[tuple[str, str]]:
    """What old documents that can't be read as v1 declare; such a ModelSet, any model."""
    unsound = [old.document for old in olds if not old.is_sound]
    sets = any(d.value.get("kind") == "ModelSet" for d in unsound)
    return declared(unsound) | (frozenset({("Model", "*"), ("KPISet", "*")}) if sets else frozenset())


def _surroundings(root: Path, settings: object, inputs: Inputs, asked: Asked) -> Inputs:
    spec = getattr(settings, "spec", None)
    if spec is None:
        return inputs
    asked.around = tuple(spec.locks), tuple(spec.code)
    found = look_around(root, *asked.around)
    asked.surroundings = surroundings_digest(found)
    return replace(inputs, code=found.code, present=found.present, outside=found.outside, hand_written=found.hand_written)


def _finish(root: Path, inputs: Inputs, loaded: Loaded, found: list[Diagnostic], wish: Wish | None) -> Compiled:
    project, problems = resolve(loaded.parsed, loaded.declared, loaded.members)
    found = [*found, *loaded.diagnostics, *problems]
    if project is None:
        if not any(d.span and d.span.path == PROJECT_FILE for d in found):
            found += missing_project(has_file=PROJECT_FILE in inputs.specs)
        return Compiled(root, None, None, tuple(retold(folded(found, loaded.members), loaded.olds)))
    project, problems = lay_over(replace(project, hand_written=inputs.hand_written), loaded.overlays, loaded.declared)
    found += problems
    found += check(project, inputs)
    found += [d for d in rest_problems(project, loaded.rests, loaded.declared, inputs) if d not in found]
    graph = None if has_errors(found) else lower(project, inputs)
    if graph is not None and wish is not None:
        found += lint(project, inputs.specs, choose(project, wish))
    return Compiled(root, None if graph is None else project, graph, tuple(retold(folded(found, loaded.members), loaded.olds)))


_QUOTED = re.compile(r"`(?:[a-z]+/)?([a-z0-9-]+)`")


def folded(diagnostics: list[Diagnostic], members: Mapping[str, tuple[str, ...]]) -> list[Diagnostic]:
    """One mistake in a template is told once, for the first model that has it, with how many more do. A message is one line."""
    diagnostics = [replace(d, message=" ".join(d.message.split())) if "\n" in d.message else d for d in diagnostics]
    names = {name for models in members.values() for name in models}
    if not names:
        return diagnostics
    groups: dict[object, list[Diagnostic]] = {}
    for diagnostic in diagnostics:
        alike = _QUOTED.sub(lambda use: "`…`" if use[1] in names else use[0], diagnostic.message)
        groups.setdefault((diagnostic.code, diagnostic.span, alike), []).append(diagnostic)
    return [_first_of(group) for group in groups.values()]


def _first_of(group: list[Diagnostic]) -> Diagnostic:
    first, more = group[0], len(group) - 1
    return replace(first, message=f"{first.message} (and the same for {more} more of its ModelSet)") if more else first
