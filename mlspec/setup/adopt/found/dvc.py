"""The stages of a dvc.yaml: its variables are resolved by DVC's own parser, places are those of the text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from mlspec.diagnostics import Diagnostic, Problems, Span, has_errors, problem
from mlspec.language.yaml.document import Document
from mlspec.language.yaml.load import load_documents
from mlspec.setup.adopt.code.source import read_text
from mlspec.setup.adopt.facts import Place
from mlspec.setup.adopt.found.stages import Stage, ordered, split

_MOST = 2000
"""Stages of one file, those of foreach and matrix counted."""
_PARAMS = "params.yaml"


def load_stages(root: Path, path: str) -> list[Stage]:
    """The stages, each after those it needs.

    Raises MLS0550 for the file, MLS01xx for its YAML, MLS0553 for what DVC refuses, MLS0554 for a cycle.
    """
    document = _document(root, path)
    stages = list(_stages(root, path, document))
    if not stages:
        raise problem("MLS0553", f"`{path}` has no stages", span=Span(path), help="name the dvc.yaml whose stages train")
    try:
        return ordered(stages)
    except ValueError as error:
        first = str(error).partition(" ")[0].partition("@")[0]
        message = f"stages wait for each other: {error}"
        raise problem(
            "MLS0554", message, span=document.span(("stages", first), key=True), help="no stage of a circle can run first: cut it"
        ) from None


def _document(root: Path, path: str) -> Document:
    documents, found = load_documents(path, read_text(root, path))
    if has_errors(found):
        raise Problems(found)
    if len(documents) != 1 or not isinstance(documents[0].value, dict) or not isinstance(documents[0].value.get("stages", {}), dict):
        raise problem("MLS0553", f"`{path}` is no pipeline of DVC", span=Span(path), help="it has `stages: {NAME: {cmd: …}}`")
    wrong = list(_shape(documents[0]))
    if wrong:
        raise Problems(wrong)
    return documents[0]


def _shape(document: Document) -> Iterator[Diagnostic]:
    """What DVC's parser takes for granted."""
    for name, body in (document.value.get("stages") or {}).items():
        route: tuple[str, ...] = ("stages", name)
        inner = body.get("do") if isinstance(body, dict) and "foreach" in body else body
        if not isinstance(inner, dict) or not isinstance(inner.get("cmd"), str | list):
            yield Diagnostic(
                "MLS0553", f"the stage `{name}` has no `cmd`", document.span(route, key=True), "write what it runs: `cmd: python train.py`"
            )
            continue
        for key in ("deps", "outs", "params", "metrics", "plots"):
            if not isinstance(inner.get(key, []), list):
                at = (*route, *(("do",) if inner is not body else ()), key)
                yield Diagnostic("MLS0553", f"`{key}` of the stage `{name}` is no list", document.span(at), "write a list: `- PATH`")


def _stages(root: Path, path: str, document: Document) -> Iterator[Stage]:
    from dvc.exceptions import DvcException
    from dvc.fs import LocalFileSystem

    from dvc.parsing import DataResolver, ForeachDefinition, MatrixDefinition  # isort: skip

    folder = Path(path).parent
    repo: Any = SimpleNamespace(fs=LocalFileSystem(), config={})
    name = ""
    try:
        resolver = DataResolver(repo, str((root / folder).resolve()), document.value)
        for name, definition in resolver.definitions.items():
            grouped = isinstance(definition, ForeachDefinition | MatrixDefinition)
            keys = list(definition.normalized_iterable) if grouped else [""]
            if len(keys) > _MOST:
                raise problem(
                    "MLS0553",
                    f"`{name}` makes {len(keys):,} stages",
                    span=document.span(("stages", name), key=True),
                    help=f"up to {_MOST:,}",
                )
            for key in keys:
                full = f"{name}@{key}" if grouped else name
                form = resolver.resolve_one(full)[full]
                entry = _plain(definition.normalized_iterable[key]) if grouped else None
                if isinstance(definition, MatrixDefinition) and isinstance(entry, dict) and set(entry) >= {"item"}:
                    entry = entry["item"]
                yield _stage(form, full, name if grouped else "", entry, document, folder)
    except (DvcException, KeyError, TypeError, AttributeError, ValueError) as error:
        span = document.span(("stages", name), key=True) if name else document.span(("vars",)) if "vars" in document.value else Span(path)
        why = " ".join(str(error).split()) or type(error).__name__
        raise problem(
            "MLS0553",
            f"DVC can't resolve it: {why}",
            span=span,
            help="`dvc stage list` says the same; define the value in params.yaml or `vars`",
        ) from None


def _plain(value: Any) -> Any:
    """A value of DVC's context as plain data."""
    if isinstance(value, Mapping):
        return {str(k): _plain(v) for k, v in value.items()}
    if hasattr(value, "value") and not isinstance(value, list | tuple):
        return _plain(value.value)
    return [_plain(v) for v in value] if isinstance(value, list | tuple) or type(value).__name__ == "CtxList" else value


def _stage(form: Mapping[str, Any], name: str, group: str, entry: Any, document: Document, folder: Path) -> Stage:
    body: tuple[str, ...] = ("stages", group or name)
    if group and "foreach" in document.value["stages"][group]:
        body = (*body, "do")
    commands = form["cmd"] if isinstance(form["cmd"], list) else [form["cmd"]]
    text = " && ".join(map(str, commands))
    words, why = split(str(commands[0])) if len(commands) == 1 else (None, "several commands, one after the other")
    wdir = str(form.get("wdir") or "")
    base = (folder / wdir).as_posix() if wdir else folder.as_posix()
    if words is not None and base not in (".", ""):
        words, why = None, f"`cd {base}`, where it runs"

    def paths(key: str) -> tuple[str, ...]:
        given = [next(iter(item)) if isinstance(item, Mapping) else str(item) for item in form.get(key) or ()]
        return tuple(_joined(base, str(p)) for p in given)

    params: dict[str, list[str]] = {}
    for item in form.get("params") or ():
        if isinstance(item, Mapping):
            for file, keys in item.items():
                params.setdefault(_joined(base, str(file)), []).extend(map(str, keys or ()))
        else:
            params.setdefault(_joined(base, _PARAMS), []).append(str(item))
    plots = tuple(p for p in paths("plots") if p not in paths("outs"))
    place = Place(document.path, document.span((*body, "cmd")).line)
    return Stage(
        name,
        place,
        text,
        words,
        why,
        paths("deps"),
        (*paths("outs"), *plots),
        paths("metrics"),
        {file: tuple(keys) for file, keys in params.items()},
        group,
        entry,
    )


def _joined(base: str, path: str) -> str:
    """A path from the root, without `.` and with `..` taken back where it can be."""
    parts: list[str] = []
    for part in [*(base.split("/") if not path.startswith("/") else [""]), *path.split("/")]:
        if part == ".." and parts and parts[-1] != "..":
            parts.pop()
        elif part not in (".", "") or (part == "" and not parts and path.startswith("/")):
            parts.append(part)
    return "/".join(parts)
