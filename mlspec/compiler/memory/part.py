"""Compile the part of a project that an edit reaches, and keep what is known of the rest.

Findings are of the file they stand in. What is said of a file depends on the objects in it, on those they name, on those that name them,
and so on (the part), and on mlspec.yaml and the policies, which are compiled along. Where more than that could play a part, nothing is
known: the whole project is compiled (`None`). So it is for an edit of a name or of a schedule, a file more or less, mlspec.yaml,
environments, ModelSets, overlays, an old version of the language, and for every error, since help lines name what else is there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mlspec.compiler.memory.known import Known, Object, SpecFile
from mlspec.diagnostics import Diagnostic
from mlspec.diagnostics.digest import canonical_digest
from mlspec.language.yaml.spec_files import PROJECT_FILE

if TYPE_CHECKING:
    from mlspec.compiler.lint import Wish
    from mlspec.compiler.pipeline import Compiled
    from mlspec.compiler.project.graph import Graph
    from mlspec.compiler.project.project import Project

EDITED = ("source/", "rules/", "features/", "labels/", "model/", "kpis/")
"""Objects whose edits reach no further than their part."""
_LINKED = (*EDITED, "deployment/", "waiver/")
_ALONG = ("policy/",)
_ACROSS = "MLS1043"
"""The one rule that compares objects which do not name each other: deployments at one port. No edit of `EDITED` changes what it says."""
_OLD = "MLS0210"
_VARIABLE = re.compile(rb"\$\{var\.([^}]*)\}")
MOST = 0.5
"""A part of more files than this share of the project is compiled with all of it."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part compiled anew. `paths`: its files, but for those compiled along; `known`: the whole project as it is now."""

    paths: frozenset[str]
    compiled: Compiled
    known: Known


def files_of(project: Project, graph: Graph, texts: Mapping[str, bytes], found: Iterable[Diagnostic]) -> dict[str, SpecFile] | None:
    """What each file holds, where parts of the project can be compiled for themselves."""
    found = list(found)
    if project.model_sets or project.overlays or any(d.span is None or d.code == _OLD for d in found):
        return None
    upstream = {p.ref: p.upstream for p in graph.pipelines}
    files: dict[str, list[Object]] = {path: [] for path in texts}
    for ref, bound in project.by_ref().items():
        if bound.document.origin or bound.path not in files:
            return None
        files[bound.path].append(_object(ref, bound, upstream.get(ref, ())))
    return {path: SpecFile(tuple(objects), _variables(texts[path])) for path, objects in files.items()}


def _variables(text: bytes) -> tuple[str, ...]:
    return tuple(sorted({name.decode("utf-8", "replace") for name in _VARIABLE.findall(text)}))


def _object(ref: str, bound: Any, upstream: tuple[str, ...]) -> Object:
    uses = tuple(dict.fromkeys(_uses(bound))) if bound.path != PROJECT_FILE else ()
    spec = bound.envelope.spec
    reads = bound.envelope.kind == "DeploymentTarget" and any(True for _ in spec.settings.reads())
    form = bound.envelope.canonical()
    face = canonical_digest([ref, form["metadata"], form["spec"].get("refresh"), list(uses), list(upstream)])
    return Object(ref, uses, reads, face, canonical_digest(form["spec"].get("refresh")))


def _uses(bound: Any) -> Iterator[str]:
    from mlspec.compiler.load.resolve import references
    from mlspec.language.kinds.catalog import REF_PREFIX

    for reference in references(bound):
        yield from (f"{REF_PREFIX[kind]}/{reference.name}" for kind in reference.kind.split("|"))


def compile_part(root: Path, known: Known, texts: Mapping[str, bytes], changed: Iterable[str], wish: Wish | None) -> Part | None:
    """Compile what `changed` (paths of spec files; also of files that are the same) reaches; None where all is to be compiled."""
    changed = set(changed)
    files = _edited(known, texts, changed)
    if files is None or known.files is None:
        return None
    reached = _reached(known.files, files, changed)
    if reached is None or len(reached) > max(8, MOST * len(known.files)):
        return None
    return _compiled(root, known, texts, reached, wish)


def _edited(known: Known, texts: Mapping[str, bytes], changed: set[str]) -> dict[str, SpecFile] | None:
    """What the changed files hold now; None where that is not the objects they held, or where an edit may reach further."""
    if known.files is None or known.counted is None or texts.keys() != known.specs.keys() or not changed <= known.files.keys():
        return None
    before = {path: known.files[path] for path in changed}
    if not all(o.ref.startswith(EDITED) for file in before.values() for o in file.objects):
        return None
    after = _read(texts, changed)
    alike = after is not None and all(_names(after[path]) == _names(before[path]) for path in changed)
    return after if alike and after is not None and all(after[p].variables == before[p].variables for p in changed) else None


def _names(file: SpecFile) -> list[str]:
    return sorted(o.ref for o in file.objects)


def _alone(file: SpecFile) -> list[tuple[str, str]]:
    """What other parts are compared with: names, and schedules."""
    return sorted((o.ref, o.schedule) for o in file.objects)


def _read(texts: Mapping[str, bytes], changed: set[str]) -> dict[str, SpecFile] | None:
    """The objects of files as they are, typed for themselves; None with any problem."""
    from mlspec.compiler.load.resolve import bind
    from mlspec.compiler.pipeline import load

    loaded = load({path: texts[path] for path in (PROJECT_FILE, *changed)})
    if loaded.diagnostics or loaded.overlays or loaded.members or loaded.olds:
        return None
    files: dict[str, list[Object]] = {path: [] for path in changed}
    for parsed in loaded.parsed:
        if parsed.document.path in files:
            bound = bind(parsed.envelope, parsed.document)
            files[parsed.document.path].append(Object(bound.ref, tuple(_uses(bound))))
    return {path: SpecFile(tuple(objects), _variables(texts[path])) for path, objects in files.items()}


def _reached(before: Mapping[str, SpecFile], after: Mapping[str, SpecFile], changed: set[str]) -> frozenset[str] | None:
    """The files of the part: by names in either direction, as they were and as they are. None where it holds what is shared by all."""
    place, links = dict[str, str](), dict[str, set[str]]()
    reading = {o.ref for file in before.values() for o in file.objects if o.reads}
    for path, file in [*before.items(), *after.items()]:
        for each in file.objects:
            place[each.ref] = path
            for use in each.uses:
                if _is_linked(use, reading):
                    links.setdefault(each.ref, set()).add(use)
                    links.setdefault(use, set()).add(each.ref)
    files, pending = set[str](), list(changed)
    while pending:
        path = pending.pop()
        if path in files:
            continue
        objects = [*before[path].objects, *(after[path].objects if path in after else ())]
        if not all(_is_linked(o.ref, reading) for o in objects):
            return None
        files.add(path)
        pending += [place[ref] for o in objects for ref in links.get(o.ref, ()) if ref in place]
    return frozenset(files)


def _is_linked(ref: str, reading: set[str]) -> bool:
    return ref.startswith(_LINKED) or ref in reading


def _compiled(root: Path, known: Known, texts: Mapping[str, bytes], paths: frozenset[str], wish: Wish | None) -> Part | None:
    from mlspec.compiler.load.asked import Asked
    from mlspec.compiler.pipeline import compile_read

    assert known.files is not None  # noqa: S101 - `_edited` looked
    if any(o.ref.startswith("deployment/") for path in paths for o in known.files[path].objects) and any(
        b"mlspec:" in texts[path] for path in paths
    ):
        return None  # a comment may silence what is said of deployments that do not name each other
    part = {path: texts[path] for path in sorted({PROJECT_FILE, *paths, *_along(known.files, paths)})}
    asked = Asked()
    compiled = compile_read(root, part, [], wish=wish, asked=asked)
    if compiled.graph is None or compiled.project is None:
        return None
    files = files_of(compiled.project, compiled.graph, part, compiled.diagnostics)
    if files is None or any(_alone(files[path]) != _alone(known.files[path]) for path in paths):
        return None
    return Part(paths, compiled, _joined(known, asked, compiled, {path: files[path] for path in paths}))


def _along(files: Mapping[str, SpecFile], paths: frozenset[str]) -> Iterator[str]:
    """Files of what the part names or is judged by, and that is judged for itself: policies, and targets that serve."""
    named = {use for path in paths for o in files[path].objects for use in o.uses}
    for path, file in files.items():
        if path not in paths and any(o.ref.startswith(_ALONG) or o.ref in named for o in file.objects):
            yield path


def _joined(known: Known, asked: Any, compiled: Compiled, files: Mapping[str, SpecFile]) -> Known:
    kept = [d for d in known.diagnostics if d.span is None or d.span.path not in files or d.code == _ACROSS]
    found = [d for d in compiled.diagnostics if d.span is not None and d.span.path in files and d.code != _ACROSS]
    return replace(known, asked=known.asked.joined(asked), diagnostics=(*kept, *found), files={**(known.files or {}), **files})
