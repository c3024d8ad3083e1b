"""`mlspec export feast`: feature sets as a Feast repository, on the very files that training reads.

Feast itself is no dependency: it pins pandas below 3. Which version it was tried with, docs/guides/features.md says.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlspec.compiler.project.data_columns import personal_columns
from mlspec.compiler.project.layout import features_folder, features_output
from mlspec.compiler.project.paths import relative
from mlspec.compiler.project.project import Bound, Project
from mlspec.diagnostics import Diagnostic, Problems, did_you_mean, problem
from mlspec.diagnostics.atomic import replace_file
from mlspec.language.yaml.write import HEADER, dump

TYPES = {
    "string": "String",
    "integer": "Int64",
    "number": "Float64",
    "boolean": "Bool",
    "date": "UnixTimestamp",
    "timestamp": "UnixTimestamp",
}
KEYS = {"string": "STRING", "integer": "INT64"}
"""Types of what names an entity: Feast joins by text and whole numbers."""
_PERSONAL = ", tags={'pii': 'true'}"
STORE = "feature_store.yaml"
CODE = "features.py"
_IMPORTS = """\
from datetime import timedelta
from pathlib import Path

from feast import Entity, FeatureView, Field, FileSource, ValueType
from feast.types import Bool, Float64, Int64, String, UnixTimestamp

HERE = Path(__file__).resolve().parent  # Feast takes paths from where it is called
"""


@dataclass(frozen=True, slots=True)
class View:
    """A feature set as Feast has it. `types`: of all its columns, as they were made; `entities`: its key without its time;
    `personal`: those of its columns that are personal data.
    """

    bound: Bound[Any]
    name: str
    time: str
    types: Mapping[str, str]
    entities: tuple[str, ...]
    personal: frozenset[str]


def export(root: Path, project: Project, names: Sequence[str], folder: Path) -> dict[Path, str]:
    """{file: text} of the repository in `folder`, for the sets that are named (`features/NAME`), or all that have a time.

    Raises MLS0003 for other names, MLS0603 for a set that was not made, MLS0306 for what Feast has no place for.
    """
    views = [_view(root, project, bound) for bound in _chosen(project, names)]
    _check(views)
    return {folder / STORE: _store(project), folder / CODE: _code(root, views, folder), folder / ".gitignore": HEADER + "data/\n"}


def write(files: Mapping[Path, str]) -> None:
    """Write them. Raises MLS0501 where a file stands that is not of ours."""
    for path in files:
        if path.exists() and not path.read_bytes().startswith(HEADER.encode()):
            raise problem(
                "MLS0501", f"`{path}` stands there, and was not written by mlspec", help="move it, or name another folder: `--out`"
            )
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(path, text.encode())


def _chosen(project: Project, names: Sequence[str]) -> list[Bound[Any]]:
    known = {bound.ref: bound for bound in project.feature_sets.values()}
    for name in names:
        if name not in known:
            raise problem("MLS0003", f"there is no `{name}`", help=did_you_mean(name, known) or "name it as `features/NAME`")
    found = [known[name] for name in dict.fromkeys(names)] or [b for _, b in sorted(known.items()) if b.envelope.spec.time_column]
    if not found:
        raise problem(
            "MLS0003", "there is no feature set with a `timeColumn` here", help="Feast joins by time: declare a FeatureSet that has one"
        )
    return found


def _view(root: Path, project: Project, bound: Bound[Any]) -> View:
    spec = bound.envelope.spec
    if not spec.time_column:
        raise problem(
            "MLS0306",
            f"{bound.ref} has no `timeColumn`, and Feast joins by time",
            help="leave it out, or declare its time",
            span=bound.document.span(("spec",)),
        )
    path = root / features_folder(bound.name) / "features.json"
    try:
        types = json.loads(path.read_bytes())["columns"]
    except (OSError, ValueError, KeyError, TypeError):
        message = f"`{features_folder(bound.name)}/features.json` is not there"
        raise problem("MLS0603", message, help=f"`mlspec run {bound.ref}` makes it") from None
    entities = tuple(k for k in spec.key if k != spec.time_column)
    return View(bound, _name(bound.name), spec.time_column, types, entities, frozenset(personal_columns(project, bound)))


def _name(name: str) -> str:
    """A name that may stand in a table's: letters, digits and underscores."""
    return re.sub(r"\W", "_", name, flags=re.ASCII)


def _check(views: Sequence[View]) -> None:
    """Raise MLS0306 for keys that Feast can't join by, names that would be one, and an entity of two types."""
    found: list[Diagnostic] = []
    entities: dict[str, tuple[str, str]] = {}
    variables: dict[str, str] = {}
    names: dict[str, str] = {}
    for view in views:
        ref, span = view.bound.ref, view.bound.document.span(("spec", "key"))
        if (other := names.setdefault(view.name.casefold(), ref)) != ref:
            found.append(
                Diagnostic("MLS0306", f"{ref} and {other} would both be called `{view.name}` in Feast", span, "rename one of the two")
            )
        for key in view.entities:
            if (same := variables.setdefault(_name(key), key)) != key:
                message = f"the keys `{key}` of {ref} and `{same}` would both be called `{_name(key)}` in Feast"
                found.append(Diagnostic("MLS0306", message, span, "rename one of the two"))
            kind = view.types.get(key, "")
            if kind not in KEYS:
                found.append(
                    Diagnostic("MLS0306", f"the key `{key}` of {ref} is {kind or 'unknown'}", span, "Feast joins by text and whole numbers")
                )
            elif (first := entities.setdefault(key, (kind, ref))) and first[0] != kind:
                message = f"the key `{key}` is {kind} in {ref}, and {first[0]} in {first[1]}: in Feast it is one entity"
                found.append(Diagnostic("MLS0306", message, span, "give it one type, or another name"))
    if found:
        raise Problems(found)


def _store(project: Project) -> str:
    form = {
        "project": _name(project.settings.envelope.metadata.name),
        "provider": "local",
        "registry": "data/registry.db",
        "online_store": {"type": "sqlite", "path": "data/online_store.db"},
        "offline_store": {"type": "duckdb"},
        "entity_key_serialization_version": 3,
    }
    return HEADER + dump(form)


def _code(root: Path, views: Sequence[View], folder: Path) -> str:
    parts = [HEADER + _IMPORTS, "\n".join(_entities(views)), *("\n".join(_lines(root, view, folder)) for view in views)]
    return "\n".join(f"{part.rstrip()}\n" for part in parts if part)


def _entities(views: Sequence[View]) -> Iterator[str]:
    for key, kind in sorted({k: view.types[k] for view in views for k in view.entities}.items()):
        tags = _PERSONAL if any(key in view.personal for view in views if key in view.entities) else ""
        yield f"{_variable('entity', key)} = Entity(name={_text(key)}, join_keys=[{_text(key)}], value_type=ValueType.{KEYS[kind]}{tags})"


def _lines(root: Path, view: View, folder: Path) -> Iterator[str]:
    spec, meta = view.bound.envelope.spec, view.bound.envelope.metadata
    path = relative(features_output(view.bound.name), folder.resolve().relative_to(root.resolve()).as_posix())
    told = {column.name: column.description for column in spec.columns if column.description}
    yield f"{_variable('view', view.name)} = FeatureView("
    yield f"    name={_text(view.name)},"
    yield f"    entities=[{', '.join(_variable('entity', k) for k in view.entities)}],"
    yield "    ttl=timedelta(0),  # a row counts until a newer one comes"
    yield "    schema=["
    for name, kind in view.types.items():
        if name not in (view.time, *view.entities):
            description = f", description={_text(told[name])}" if name in told else ""
            yield f"        Field(name={_text(name)}, dtype={TYPES[kind]}{description}{_PERSONAL if name in view.personal else ''}),"
    yield "    ],"
    yield f"    source=FileSource(name={_text(view.name)}, path=str(HERE / {_text(path)}), timestamp_field={_text(view.time)}),"
    yield f"    tags={{'mlspec': {_text(view.bound.ref)}}},"
    for key, value in (("owner", meta.owner), ("description", meta.description)):
        if value:
            yield f"    {key}={_text(value)},"
    yield ")"


def _variable(kind: str, name: str) -> str:
    return f"{kind}_{_name(name)}"


def _text(value: str) -> str:
    """A Python literal of ASCII characters, on one line: what a spec says is never code."""
    return ascii(value)
